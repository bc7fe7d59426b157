"""Contracts out of data: sketches of rows, the structure and the bounds that they state, and the promise."""
