"""A network as a spec: a classifier says what is valid, a generator makes examples."""
