"""Values that remember the call that made them."""
