"""Recognition: is a picture a digit, and which one."""
