"""Values, names, words, patterns and strategies: all rooms use these, and none of them knows a spec."""
