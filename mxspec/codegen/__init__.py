"""Code generation: Python functions that specs write themselves into."""
