"""Files of data: idx, labels, pictures."""
