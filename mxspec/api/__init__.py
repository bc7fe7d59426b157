"""The questions that one asks of specs."""
