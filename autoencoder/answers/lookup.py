"""Lookup of specs by name: their families, their networks, and modules that register more."""

import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import mxspec as s
from autoencoder import digits, families, model_specs
from autoencoder.models import Family
from mxspec.models.model_spec import ModelSpec

FAMILIES: dict[str, Family] = {"mnist": model_specs.family, "digits": digits.family}


def use_models(
    model_dir: str | os.PathLike[str] | None, spec: str, modules: Sequence[str] = ()
) -> tuple[Family, Path]:
    """Pick the models that a spec asks; for a namespace of no family, define the specs of a folder in it.

    Args:
        model_dir: the folder; None is that of the networks that ship.
        spec: the name of a spec, or its namespace. Without a folder, a spec of no family is assumed to ask
            the networks of digits.
        modules: the names of modules to import, which register specs of their own.

    Returns:
        The family of the spec, and its folder.

    Raises:
        CheckpointError, LabelError: as `Family.use_models` does.
        ImportError: there is no such module.
    """
    import_modules(modules)
    namespace = spec.partition("/")[0]
    if namespace in FAMILIES or model_dir is None:
        family = FAMILIES.get(namespace, digits.family)
        return family, family.use_models(model_dir)
    return families.define(namespace, model_dir), Path(model_dir)


def import_modules(modules: Sequence[str]) -> None:
    """Import modules, also from the current folder, as Python does with `-m`.

    Raises:
        ImportError: there is no such module.
    """
    if modules and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    for module in modules:
        importlib.import_module(module)


def model_specs_of(namespace: str | None = None) -> list[str]:
    """Return the names of the registered model specs, all or those of a namespace, in their order.

    >>> model_specs_of("digits")
    ['digits/image', 'digits/even-image', 'digits/odd-image', 'digits/odd-over-2-image'...]
    """
    return [
        name
        for name in s.registry()
        if isinstance(s.get_spec(name), ModelSpec) and namespace in (None, name.partition("/")[0])
    ]
