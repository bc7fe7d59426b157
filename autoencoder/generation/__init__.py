"""Generation: digits in endlessly many styles, and the judge of them."""
