"""What one asks of a spec: define, conform, explain, give examples, assert."""
