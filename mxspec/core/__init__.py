"""The idea of a spec: the operations that every kind answers, and the predicate that all are built from."""
