"""The pytest plugin: failed assertions about explain_data say what is wrong."""

import subprocess
import sys

import pytest

import mxspec as s
from mxspec import pytest_plugin

FAILING = """
    import mxspec as s

    def test_age():
        assert s.explain_data(s.keys(req_un=["plugin-age/age"]), {"age": -1}) is None

    s.def_("plugin-age/age", s.int_in(0, 150))

    def test_other():
        assert {"problems": [], "spec": 1} is None
"""


def test_a_failed_assertion_shows_the_explanation(tmp_path):
    (tmp_path / "test_age.py").write_text("\n".join(line[4:] for line in FAILING.splitlines()))
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "mxspec.pytest_plugin",
        "-p",
        "no:cacheprovider",
        str(tmp_path),
    ]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert ran.returncode == 1
    assert "explain_data(...) is None" in ran.stdout
    assert "{'age': -1} does not fit:" in ran.stdout
    assert "-1 - failed: int_in(0, 150) in: ['age'] at: ['age'] spec: 'plugin-age/age'" in ran.stdout
    assert "{'problems': [], 'spec': 1} is None" in ran.stdout


DATA = s.explain_data(int, "x")


@pytest.mark.parametrize(
    ("op", "left", "right"), [("is", DATA, None), ("==", DATA, None), ("is", None, DATA)]
)
def test_a_comparison_with_none_is_put_in_words(op, left, right):
    assert pytest_plugin.pytest_assertrepr_compare(op, left, right) == [
        f"explain_data(...) {op} None",
        "'x' does not fit:",
        "'x' - failed: int",
    ]


@pytest.mark.parametrize(
    ("op", "left", "right"),
    [
        ("is not", DATA, None),
        ("==", DATA, {}),
        ("==", 1, 2),
        ("is", 1, None),
        ("is", None, None),
        ("is", {}, None),
    ],
)
def test_other_comparisons_are_left_to_pytest(op, left, right):
    assert pytest_plugin.pytest_assertrepr_compare(op, left, right) is None
