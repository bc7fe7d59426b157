"""mxspec's commands for specs, extended to pictures.

mxspec handles rows, contracts and JSON values, without a network. Without a runtime for networks, it also
handles specs registered by other modules.
"""

from collections.abc import Sequence
from typing import Any, Final

import mxspec as s
from mxspec.command_line.asking import run_explain, run_sample, run_specs
from mxspec.command_line.contracts import run_valid
from mxspec.command_line.file_kinds import PYTHON, check_pictures, check_spec, check_value, kind_of

_OURS: Final = {"digits", "mnist"}  # the namespaces that only this package registers


def _has_runtime(namespaces: Sequence[str], modules: Sequence[str], *options: Any) -> bool:
    """True if networks run here, False if they do not and are not needed.

    Args:
        namespaces: the namespaces of the specs in use.
        modules: the modules that may register these specs.
        options: the values of the options for pictures.

    Raises:
        ImportError: networks are needed, and do not run here; the message says what to install.
    """
    try:
        import autoencoder.networks  # noqa: F401
    except ImportError:
        if not modules or any(options) or _OURS.intersection(namespaces):
            raise
        return False
    return True


def _check_no_pictures(of: str, **options: Any) -> None:
    """Raise SpecError if an option for pictures is used."""
    for name, value in options.items():
        if value:
            raise s.SpecError(f"{name} is for pictures, and {of} is none")


def run_picture_valid(
    spec: str, files: Sequence[str], as_json: bool, modules: Sequence[str], model_dir: str | None, **rows: Any
) -> int:
    """Print whether rows fit a contract, or pictures a spec; return 1 if one does not."""
    if kind_of(spec) == PYTHON:
        if modules or model_dir:
            raise s.SpecError(f"--import and --model-dir are for pictures, and {spec} is a contract of rows")
        return run_valid(spec, files, as_json, **rows)
    check_spec(spec, "mxspec valid contract.py rows.csv", *files)
    check_pictures(files, spec)
    if any(value not in (None, []) and value is not False for value in rows.values()):
        options = "--most, --all, --state, --warn, the reports, --sep, --encoding and --missing"
        raise s.SpecError(f"{options} are for rows, and {spec} is for pictures")
    import autoencoder.networks  # noqa: F401  # first: it says what to install if there is no runtime
    from autoencoder.command_line import asking

    return asking.valid_pictures(model_dir, modules, spec, files, as_json)


def run_picture_specs(
    namespaces: Sequence[str], model_dir: str | None, modules: Sequence[str], **options: Any
) -> int:
    """List the registered specs, each with its form, an example, and the label read in the example."""
    if not _has_runtime(namespaces, modules, model_dir):
        return run_specs(namespaces, modules, **options)
    from autoencoder.command_line import asking

    return asking.list_specs(namespaces, model_dir, modules, **options)


def run_picture_explain(
    spec: str, value: str, model_dir: str | None, target: str | None, modules: Sequence[str], as_json: bool
) -> int:
    """Print why a picture or a JSON value does not fit a spec; return 1 if it does not fit."""
    if kind_of(spec) == PYTHON or value == "-" or value.endswith(".json"):
        _check_no_pictures(value, **{"--model-dir": model_dir, "--picture": target})
        return run_explain(spec, value, modules, as_json)
    check_spec(spec, "mxspec explain contract.py row.json", value)
    check_value(value, spec, takes_pictures=True)
    import autoencoder.networks  # noqa: F401  # first, as above
    from autoencoder.command_line import asking

    return asking.explain_picture(model_dir, modules, spec, value, target, as_json)


def run_picture_sample(
    spec: str, model_dir: str | None, modules: Sequence[str], target: str | None, sheet: bool, **options: Any
) -> int:
    """Draw samples of a spec into a picture, or print them if they are not images."""
    check_spec(spec, "mxspec sample contract.py")
    if kind_of(spec) == PYTHON:
        _check_no_pictures(spec, **{"--model-dir": model_dir, "-o": target, "--sheet": sheet})
        return run_sample(spec, modules=modules, **options)
    if not _has_runtime([spec.partition("/")[0]], modules, model_dir, target, sheet):
        return run_sample(spec, modules=modules, **options)
    from autoencoder.command_line import asking

    return asking.draw_samples(model_dir, modules, spec, target=target, sheet=sheet, **options)
