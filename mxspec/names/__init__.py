"""What things are called: the registry of names, and specs as text."""
