"""The borders of specs: their constants, the neighbours of constants, and values with a changed part."""
