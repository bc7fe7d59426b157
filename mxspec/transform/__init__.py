"""From JSON or strings to the values that a spec asks for, and back."""
