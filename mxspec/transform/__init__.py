"""Values from JSON or strings by what a spec asks for, and back."""
