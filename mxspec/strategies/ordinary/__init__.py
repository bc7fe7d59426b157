"""Strategies of ordinary values: numbers, texts, moments, and the bounds that are set to them."""
