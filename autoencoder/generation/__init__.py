"""Generation: digits in endlessly many styles, and their judge."""
