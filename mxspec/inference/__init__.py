"""Specs out of data: contracts, specs of what examples are like, and profiles of many values."""
