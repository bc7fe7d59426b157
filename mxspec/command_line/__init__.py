"""The command line: its commands about specs and data, and those that another package adds."""
