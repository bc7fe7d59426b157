"""The kinds of specs other than sequence regexes, a subject a file."""
