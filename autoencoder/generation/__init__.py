"""Digits that vary: a generator of endlessly many styles, and its judge."""
