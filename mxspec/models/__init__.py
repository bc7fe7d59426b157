"""A network as a spec: a classifier says which values are valid, a generator makes examples."""
