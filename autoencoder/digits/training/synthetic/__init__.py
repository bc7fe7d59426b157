"""Synthetic training images: digits and other things, drawn by one renderer."""
