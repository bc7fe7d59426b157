"""Families of specs: for the post, for digits, and for networks of any data set."""

from autoencoder.digits.family import Family
from autoencoder.families.registry import FAMILIES, define, load, model_specs_of, use_models
from mxspec.command_line.contracts import import_modules

__all__ = ["FAMILIES", "Family", "define", "import_modules", "load", "model_specs_of", "use_models"]
