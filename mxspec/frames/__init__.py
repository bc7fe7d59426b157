"""A spec of maps asked about a frame in its engine, and the cells of frames as Python values."""
