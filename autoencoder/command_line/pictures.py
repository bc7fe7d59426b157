"""The command valid, of rows and of pictures."""

from collections.abc import Sequence
from typing import Any

import mxspec as s
from mxspec.command_line.contracts import run_valid_rows


def run_valid(
    spec: str,
    files: Sequence[str],
    as_json: bool,
    modules: Sequence[str],
    model_dir: str | None,
    most: int | None,
    state: str | None,
    promise: float | None,
    unit: int | None,
    warn: Sequence[str],
    junit: str | None,
    prometheus: str | None,
    openlineage: str | None,
    **cells: Any,
) -> int:
    """Tell whether rows fit a contract, or pictures a spec; return 1 if one does not."""
    if state is None and (promise, unit) != (None, None):
        raise s.SpecError("--promise and --unit are about what --state FILE watches; add --state FILE")
    reports = {"junit": junit, "prometheus": prometheus, "openlineage": openlineage}
    if spec.endswith(".py"):
        if modules or model_dir:
            raise s.SpecError(f"--import and --model-dir are for pictures, and {spec} is a contract of rows")
        return run_valid_rows(spec, files, as_json, most, state, promise, unit, warn, reports, **cells)
    if most is not None or state is not None or warn or any(reports.values()) or any(cells.values()):
        options = "--most, --state, --warn, the reports, --sep, --encoding and --missing"
        raise s.SpecError(f"{options} are for rows, and {spec} is for pictures")
    import autoencoder.networks  # noqa: F401  # first: it says what to install if there is no runtime
    from autoencoder.command_line import asking

    return asking.run_valid_pictures(model_dir, modules, spec, files, as_json)
