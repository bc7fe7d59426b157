"""Specs of sequences: regular expressions whose letters are specs, matched by their derivatives."""
