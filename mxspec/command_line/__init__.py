"""The command line: its commands for specs and data, and commands added by other packages."""
