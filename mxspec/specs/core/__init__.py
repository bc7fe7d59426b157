"""The idea of a spec: the questions that every kind answers, predicates and names."""
