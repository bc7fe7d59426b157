"""MXNet networks: building, training, saving, loading and asking them."""
