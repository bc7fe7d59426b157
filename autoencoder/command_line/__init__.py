"""The command line: the options of each command, and the work it does."""
