"""Specs as JSON Schema."""
