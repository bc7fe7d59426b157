"""Specs written down and read again: as forms, as Python, as the next contract."""
