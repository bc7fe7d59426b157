"""Data: images, labels and the files they are in."""
