"""Evaluation: measurements of the networks, as tables, pictures and JSON."""
