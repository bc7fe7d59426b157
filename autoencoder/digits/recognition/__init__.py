"""Recognition: whether a picture is a digit, and which one."""
