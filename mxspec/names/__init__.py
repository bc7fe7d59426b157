"""Names: the registry of specs, and specs as text."""
