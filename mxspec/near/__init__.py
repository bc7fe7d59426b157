"""Values near the borders of a spec, wrong in one part alone or just right, and the guards they test."""
