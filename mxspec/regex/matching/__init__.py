"""A sequence against a regex: whether it matches, however long and deep, and why not."""
