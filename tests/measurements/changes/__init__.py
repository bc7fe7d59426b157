"""Verdicts of `mxspec diff`, on random edits and on releases of packages."""
