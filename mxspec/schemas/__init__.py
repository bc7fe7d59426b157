"""Specs as JSON Schema: a function for each kind of spec."""
