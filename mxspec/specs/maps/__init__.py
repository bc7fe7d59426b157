"""Maps with named keys."""
