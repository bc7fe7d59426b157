"""Python source, as specs write themselves into it."""
