"""Annotations of collections: lists and sets, maps, tuples."""
