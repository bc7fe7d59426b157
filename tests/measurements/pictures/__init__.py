"""Pictures of README and of the gallery."""
