"""The idea of a spec: the questions that every kind answers, and the predicates and names that all are built of."""
