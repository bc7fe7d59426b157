"""Python types as specs, and specs inside annotations."""
