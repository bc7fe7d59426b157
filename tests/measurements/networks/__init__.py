"""The networks that ship, on pictures that share no code with their training."""
