"""Collections of like elements, and of one element for each place."""
