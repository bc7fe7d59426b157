"""JSON Schemas of other people: values, verdicts and changes."""
