"""A pytest plugin: a failed test shows what is wrong with a value, and the pictures it was given.

It is an entry point, so that installing mxspec is enough, and imports nothing until a test fails. A failed
`assert s.explain_data(spec, x) is None` says in words what is wrong with x. Generated arrays in the failing
test are drawn, with Pillow where it is installed: the file lies in pytest's cache, or in the folder of
`--mxspec-pictures`, and the report prints its path.
"""

from __future__ import annotations

import re
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeGuard

import pytest

if TYPE_CHECKING:
    from mxspec.errors import Explanation

_MOST: Final = 12  # pictures of one test
_SIDE: Final = 196  # pixels of the longest side of one, or a little more
_WIDTH: Final = 46  # characters in a line of the words beside it


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option for the folder of the pictures."""
    parser.getgroup("mxspec").addoption(
        "--mxspec-pictures",
        metavar="DIR",
        help="the folder for pictures of generated arrays in failing tests (default: in pytest's cache)",
    )


# --- what is wrong with a value ---------------------------------------------------------------------------


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Return the explanation in place of the dict if what explain_data returned is compared with None."""
    data, other = (left, right) if right is None else (right, left)
    if other is not None or op not in ("is", "==") or not _is_explanation(data):
        return None
    from mxspec.api.operations import explanation
    from mxspec.messages.text import short_repr

    return [
        f"explain_data(...) {op} None",
        f"{short_repr(data['value'])} does not fit:",
        *explanation(data).splitlines(),
    ]


def _is_explanation(x: object) -> TypeGuard[Explanation]:
    return isinstance(x, dict) and x.keys() == {"problems", "spec", "value"}


# --- pictures of what was generated -----------------------------------------------------------------------


# Not wrapper=True: an entry point is loaded by any pytest that is there, and old ones know this alone.
@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Any:
    """Draw the generated arrays of a failed test, and name the file in its report."""
    outcome = yield
    report = outcome.get_result()
    # Nothing was generated where not even the class of generated arrays has been imported.
    may_have_generated = "mxspec.messages.generated_array" in sys.modules
    if may_have_generated and report.failed and call.when == "call" and call.excinfo:
        arrays = list(_generated_arrays(item, call.excinfo.value))[:_MOST]
        if arrays:
            report.sections.append(("mxspec", _draw_arrays(item, arrays)))


def _generated_arrays(item: pytest.Item, error: BaseException) -> Iterator[tuple[str, Any]]:
    """Yield the generated arrays of a failed test, each once, and before it where it was.

    They are looked for in the variables of the functions of the test's file that the error went through, in
    the value that it is about, and in the fixtures.
    """
    from mxspec.messages.generated import generated_arrays

    seen: list[Any] = []
    for name, value in _variables(item, error):
        for array in generated_arrays(_smallest(value)):
            if not any(array is other for other in seen):
                seen.append(array)
                yield f"{name} = " if array is value else f"in {name}: ", array


def _smallest(value: object) -> object:
    """Return the arguments of the smallest calls that failed, of the results of a check; else the value."""
    from mxspec.functions.check import CheckResult, CheckResults

    # By their types: an object may raise when it is asked for its class.
    kind = type(value)
    is_one, are_many = issubclass(kind, CheckResult), issubclass(kind, CheckResults)
    results: Any = [value] if is_one else value if are_many else None
    if results is None:
        return value
    return [result["ret"]["shrunk"]["smallest"] for result in results if "shrunk" in result.get("ret", {})]


def _variables(item: pytest.Item, error: BaseException) -> Iterator[tuple[str, object]]:
    errors = [error]
    for error_ in errors:
        errors += getattr(error_, "exceptions", ())  # Hypothesis raises a group where several tests failed
        traceback = error_.__traceback__
        while traceback is not None:
            frame, traceback = traceback.tb_frame, traceback.tb_next
            if frame.f_code.co_filename == str(item.path):
                # Names that begin with @ are pytest's own, for the values in the assertion that failed.
                variables = sorted(frame.f_locals.items(), key=lambda variable: variable[0][0] == "@")
                yield from (("the assertion" if name[0] == "@" else name, x) for name, x in variables)
        yield "the error", getattr(error_, "value", None)
    yield from getattr(item, "funcargs", {}).items()


def _draw_arrays(item: pytest.Item, arrays: list[tuple[str, Any]]) -> str:
    """Draw arrays into one file; return the text for the report: its path, and what is in it."""
    from mxspec.messages.sheet import draw_sheet, grey_of

    words = [_words(name, array) for name, array in arrays]
    lines = ["; ".join(lines) for lines in words]
    greys = [grey_of(array) for _, array in arrays]
    texts = ["\n".join(textwrap.fill(text, _WIDTH) for text in lines) for lines in words]
    drawable = [(grey, text) for grey, text in zip(greys, texts, strict=True) if grey is not None]
    if not drawable:
        return "\n".join(lines)
    pictures, beside = zip(*drawable, strict=True)
    zoom = max(1, -(-_SIDE // max(max(grey.shape) for grey in pictures)))
    try:
        sheet = draw_sheet(pictures, beside=beside, columns=1, zoom=zoom, gap=12, size=14)
    except ImportError:
        return "\n".join([*lines, "with Pillow installed, this would be the path of a picture"])
    path = _folder(item.config) / f"{_file_name(item.nodeid)}.png"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        sheet.save(path)
    except OSError as error:
        return "\n".join([*lines, f"the picture can't be written: {error}"])
    return "\n".join([*lines, f"drawn in {path}"])


def _words(name: str, array: Any) -> list[str]:
    """Return the lines beside an array: where it was and its call, its label, and how it was read."""
    from mxspec.messages.generated import readings_text

    origin = array.origin
    read = readings_text(array)
    label = "" if origin.label is None else f"label {origin.label!r}"
    return [f"{name}{origin.text}", *filter(None, [label, read])]


def _folder(config: pytest.Config) -> Path:
    option = config.getoption("--mxspec-pictures")
    if option is not None:
        return Path(config.invocation_params.dir, option)
    cache = getattr(config, "cache", None)  # there is none with -p no:cacheprovider
    return Path(tempfile.gettempdir(), "mxspec-pictures") if cache is None else Path(cache.mkdir("mxspec"))


def _file_name(nodeid: str) -> str:
    return re.sub(r"[^\w.]+", "-", nodeid).strip("-")[-150:]
