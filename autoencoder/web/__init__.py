"""A page where you draw, and the server behind it."""
