"""Families of specs for networks of any data set, named after its labels.

>>> import mxspec as s
>>> plain = define("plain", SHIPPED)
>>> plain.define("round", {0, 6, 8, 9})
'plain/round'
>>> sorted({plain.models.read(image).label for image in s.sample("plain/round", 30, seed=0)})
[0, 6, 8, 9]
"""

import os
from collections.abc import Sequence
from pathlib import Path

import mxspec as s
from autoencoder import digits, model_specs
from autoencoder.data.labels import LabelError, Labels, check_digits
from autoencoder.data.storage import FileSet
from autoencoder.digits.family import INPUT, LABEL, Family
from autoencoder.digits.recognition.recogniser import RECOGNITION_FILE
from autoencoder.networks.checkpoint import SHIPPED
from autoencoder.networks.pair import Models
from mxspec.command_line.contracts import import_modules
from mxspec.models.model_spec import ModelSpec

IMAGE = "image"


class PostFamily(Family):
    """The family of the post, with the networks of `model_specs`."""

    def __init__(self) -> None:
        super().__init__("mnist", model_specs.load, label="mnist-number", check=check_digits)

    @property
    def models(self) -> Models:  # type: ignore[override]
        """The models in use."""
        return model_specs.networks().models

    def use_models(
        self, model_dir: str | os.PathLike[str] | None = None, *, runtime: str | None = None
    ) -> Path:
        """Let the specs use the networks of a folder, as `model_specs.use_models` does."""
        return model_specs.use_models(model_dir, runtime=runtime)


FAMILIES: dict[str, Family] = {"mnist": PostFamily(), "digits": digits.family}


def load(model_dir: str | os.PathLike[str] = SHIPPED, runtime: str | None = None) -> Models:
    """Load the networks of a folder, written by `train digits` or else by `train all`.

    Raises:
        CheckpointError, LabelError: a file is missing, damaged, or belongs to another network.
    """
    if RECOGNITION_FILE in FileSet.of(model_dir):
        return digits.load(model_dir, runtime)
    return model_specs.load(model_dir, runtime)


def define(namespace: str, model_dir: str | os.PathLike[str]) -> Family:
    """Register the specs of the networks in a folder.

    These are `NAMESPACE/label`, the labels; `NAMESPACE/input`, an array of the size of an image;
    `NAMESPACE/image`, images read as any label; `NAMESPACE/GROUP`, for each group of labels named in
    training; and `NAMESPACE/NAME`, for each label that is a word, such as `shapes/star`, unless that name is
    taken above.

    Args:
        namespace: the first part of the specs' names, such as `letters`.
        model_dir: a folder written by `python -m autoencoder train`.

    Returns:
        The family: its `read_image` reads a picture for the specs, its `define` adds further specs.

    Raises:
        CheckpointError, LabelError: a file is missing, damaged, or belongs to another network; or a group is
            called label, input or image.

    >>> define("doc", SHIPPED).models.labels.names
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
    """
    family = Family(namespace, load, check=_check_groups)
    family.use_models(model_dir)
    labels = family.models.labels
    s.def_(
        family.label, s.with_gen(set(labels.names), lambda: s.gen(s.int_in(0, len(labels))).map(labels.name))
    )
    family.define(IMAGE)
    for group, members in labels.groups.items():
        family.define(group, set(members))
    taken = {LABEL, INPUT, IMAGE, *labels.groups}
    for name in labels.names:
        if isinstance(name, str) and name not in taken and s.is_qualified_ident(f"{namespace}/{name}"):
            family.define(name, {name})
    return family


def use_models(
    model_dir: str | os.PathLike[str] | None, spec: str, modules: Sequence[str] = ()
) -> tuple[Family, Path]:
    """Select the models of a spec's family; for a new namespace, define the specs of a folder in it.

    Args:
        model_dir: the folder; None for the package's networks.
        spec: the name of a spec, or its namespace. Without a folder, a spec of an unknown namespace uses the
            family of digits.
        modules: the names of modules to import; they may register specs.

    Returns:
        The family of the spec, and its folder.

    Raises:
        CheckpointError, LabelError: as in `Family.use_models`.
        ImportError, SpecDefinitionError: as in `import_modules`.
    """
    import_modules(modules)
    namespace = spec.partition("/")[0]
    if namespace in FAMILIES or model_dir is None:
        family = FAMILIES.get(namespace, digits.family)
        return family, family.use_models(model_dir)
    return define(namespace, model_dir), Path(model_dir)


def model_specs_of(namespace: str | None = None) -> list[str]:
    """Return the names of the registered model specs, all or in one namespace, in order of registration.

    >>> model_specs_of("digits")
    ['digits/image', 'digits/even-image', 'digits/odd-image', 'digits/odd-over-2-image'...]
    """
    return [
        name
        for name in s.registry()
        if isinstance(s.get_spec(name), ModelSpec) and namespace in (None, name.partition("/")[0])
    ]


def _check_groups(labels: Labels, folder: Path, namespace: str) -> None:
    for name in {LABEL, INPUT, IMAGE} & labels.groups.keys():
        raise LabelError(f"a group of labels can't be called {name!r}, as another spec is; try another name")
