"""The operations on specs, and examples of specs."""
