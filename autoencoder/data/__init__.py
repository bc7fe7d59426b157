"""Data in files: idx, labels, pictures."""
