"""The kinds of specs, a file each."""
