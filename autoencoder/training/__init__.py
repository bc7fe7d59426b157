"""Training: batches, epochs, resuming, and workers that train together."""
