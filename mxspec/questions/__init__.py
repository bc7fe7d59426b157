"""The questions to a spec: valid, conform, explain, describe; and sample, which shows examples."""
