"""No error of a public call of the networks quotes more than a line of a value."""

import types

import pytest

pytest.importorskip("PIL", reason="the networks' requirements are not installed")

from autoencoder import digits, model_specs, viz
from tests.mxspec.large_values import longest_quotes

CALLS = {
    f"{module.__name__}.{name}": call
    for module in (digits, model_specs, viz)
    for name, call in vars(module).items()
    if not name.startswith("_") and isinstance(call, types.FunctionType)
    if call.__module__.startswith("autoencoder.") and name != "main"
}
KINDS = ("list of arrays", "text", "int", "object", "array", "tuple of arrays", "keys")
# A path that is too long for the system is quoted by the system.
PATHS = ("first_image", "load", "save_curve")


@pytest.mark.parametrize("name", [name for name in CALLS if not name.endswith(PATHS)])
def test_no_error_of_the_networks_quotes_more_than_a_line_of_a_value(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert [*longest_quotes(CALLS[name], KINDS)] == []
