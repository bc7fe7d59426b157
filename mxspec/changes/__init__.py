"""Changes of specs: a proof that the new version accepts what the old one did, or a value that it refuses."""
