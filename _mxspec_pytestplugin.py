"""A pytest plugin: a failed test shows what is wrong with a value, and the pictures it was given.

It is an entry point, so that installing mxspec is enough, and imports nothing of mxspec until a test fails
(or with `--mxspec-confidence`). It stands beside the package, as Hypothesis's plugin does, since to import a
module of a package imports the package.

`--mxspec-confidence 0.99` bounds the probability that any promise of `check_promise`, `mostly`, `accept` and
`check_equivalent` in the run is wrong, of all together. They are in the summary then, and with -v, and
properties of their tests. With -v the summary also has a line for each report of `check_guard`.

A failed `assert s.valid(spec, x)` or `assert s.explain_data(spec, x) is None` says in words what is wrong
with x. Generated arrays in the failing test are drawn, with Pillow where it is installed: the file lies in
pytest's cache, or in the folder of `--mxspec-pictures`, and the report prints its path.
"""

from __future__ import annotations

import ast
import builtins
import collections
import contextlib
import inspect
import re
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Final, TypeGuard

import pytest

if TYPE_CHECKING:
    from mxspec.errors import Explanation

_MOST: Final = 12  # pictures of one test, and lines that say what is wrong with a value
_SIDE: Final = 196  # pixels of the longest side of one, or a little more
_WIDTH: Final = 46  # characters in a line of the words beside it


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options for the folder of the pictures and the error of all promises."""
    parser.getgroup("mxspec").addoption(
        "--mxspec-pictures",
        metavar="DIR",
        help="the folder for pictures of generated arrays in failing tests (default: in pytest's cache)",
    )
    parser.getgroup("mxspec").addoption(
        "--mxspec-confidence",
        metavar="SHARE",
        type=float,
        help="the probability that all promises of this run are right together, such as 0.99",
    )


# --- promises ---------------------------------------------------------------------------------------------

_PROMISE: Final = "mxspec promise"  # the name of a property of a test
_GUARD: Final = "mxspec guard"


def pytest_configure(config: pytest.Config) -> None:
    """Share the error of the run among its promises, and before that among the processes of xdist."""
    confidence = config.getoption("--mxspec-confidence")
    if confidence is None:
        return
    if not 0 < confidence < 1:
        raise pytest.UsageError(f"--mxspec-confidence is a number between 0 and 1, not {confidence}")
    from mxspec.promises.sequential import set_budget

    set_budget((1 - confidence) / getattr(config, "workerinput", {}).get("workercount", 1))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Give each promise an error of its own again."""
    if config.getoption("--mxspec-confidence", None) is not None:
        sys.modules["mxspec.promises.sequential"].set_budget(None)


def _keep_promises(item: pytest.Item) -> None:
    """Make properties of a test of the verdicts since the last one."""
    if "mxspec.promises.sequential" in sys.modules:
        records = sys.modules["mxspec.promises.sequential"].records
        while records:
            item.user_properties.append((_PROMISE, records.popleft()))


def _keep_guards(item: pytest.Item) -> None:
    """Make properties of a test of the reports of guards since the last one, with -v."""
    if "mxspec.near.guard" in sys.modules:
        reports = sys.modules["mxspec.near.guard"].reports_in_tests
        while reports:
            report = reports.popleft()
            with contextlib.suppress(Exception):  # as below, a report never fails
                if item.config.option.verbose > 0:
                    item.user_properties.append((_GUARD, report.summary))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """List the verdicts and the guards of the run, and say what the verdicts share."""
    confidence = config.getoption("--mxspec-confidence")
    if confidence is None and config.option.verbose < 1:
        return
    for title, own in (("guards", _GUARD), ("promises", _PROMISE)):
        texts = [
            f"{report.nodeid}: {text}"
            for reports in terminalreporter.stats.values()
            for report in reports
            if getattr(report, "when", None) == "teardown"
            for name, text in report.user_properties
            if name == own
        ]
        if texts or (own == _PROMISE and confidence is not None):
            terminalreporter.section(title)
            for text in texts:
                terminalreporter.line(text)
    if confidence is not None:
        certain = f"{100 * confidence:.10g}%"
        terminalreporter.line(f"{len(texts)} verdicts, all of them right with a certainty of {certain}")


# --- what is wrong with a value ---------------------------------------------------------------------------


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Return the explanation in place of the dict if what explain_data returned is compared with None."""
    if "mxspec.questions.operations" not in sys.modules:
        return None
    data, other = (left, right) if right is None else (right, left)
    if other is not None or op not in ("is", "==") or not _is_explanation(data):
        return None
    from mxspec.base.values import short_repr
    from mxspec.questions.operations import explanation

    return [
        f"explain_data(...) {op} None",
        f"{short_repr(data['value'])} does not fit:",
        *explanation(data).splitlines(),
    ]


def _is_explanation(x: object) -> TypeGuard[Explanation]:
    return isinstance(x, dict) and x.keys() == {"problems", "spec", "value"}


def _word_assertions(error: BaseException) -> None:
    """Put into the messages of the assertions that failed why the values in them were refused."""
    for each in _all_errors(error):
        if type(each) is AssertionError:
            # A report never fails: without what pytest or a user's repr does, it says what it said before.
            with contextlib.suppress(Exception):
                _word_assertion(each)


def _word_assertion(error: AssertionError) -> None:
    from mxspec.base.messages.requirements import form_text
    from mxspec.base.values import short_repr
    from mxspec.questions.operations import explain_str

    [message] = error.args
    for name, spec, x in _refused_calls(error):
        asked = repr(spec) if isinstance(spec, str) else form_text(spec)
        problems = explain_str(spec, x).splitlines()
        more = [f"... {len(problems) - _MOST:,} more lines"] if len(problems) > _MOST else []
        lines = [f"{short_repr(x)} does not fit {asked}:", *problems[:_MOST], *more]
        # pytest's own lines say that False is <function valid at 0x7f...> of these arguments.
        is_whole = re.match(rf"assert False\n \+  where False = (<function )?{name}\b", message)
        first = f"assert {name}({asked}, {short_repr(x)})" if is_whole else message
        message = "\n  ".join([first, *lines])
    error.args = (message,)


def _refused_calls(error: AssertionError) -> Iterator[tuple[str, Any, Any]]:
    """Yield the calls of valid and conform in a failed assertion that refused: name, spec and value.

    pytest rewrites an assertion into steps, each of which keeps its result in a variable; those of the failed
    one are still there. To rewrite the file again tells which variable holds what, so that nothing of the
    user's is called a second time.
    """
    from _pytest.assertion.rewrite import rewrite_asserts

    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None or not any(name.startswith("@py_assert") for name in traceback.tb_frame.f_locals):
        return
    frame, line = traceback.tb_frame, traceback.tb_lineno
    source = Path(frame.f_code.co_filename).read_bytes()
    module = ast.parse(source)
    asserts = [node for node in ast.walk(module) if isinstance(node, ast.Assert) and node.lineno == line]
    rewrite_asserts(module, source)
    for node in ast.walk(module):
        if isinstance(node, ast.Assign) and any(
            each.lineno <= node.value.lineno <= (each.end_lineno or each.lineno) for each in asserts
        ):
            call = _refused_call(node, _values_of(frame))
            if call is not None:
                yield call


def _refused_call(step: ast.Assign, values: collections.ChainMap[str, Any]) -> tuple[str, Any, Any] | None:
    """Return the name, the spec and the value of the call in a step of an assertion, if it refused."""
    from mxspec.base.values import INVALID
    from mxspec.questions.operations import conform, valid

    call, result = step.value, step.targets[0]
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and isinstance(result, ast.Name)):
        return None
    function, answer = values.get(call.func.id), values.get(result.id)
    if not (function is valid and answer is False) and not (function is conform and answer is INVALID):
        return None
    arguments: list[Any] = []
    for arg in call.args:
        is_starred = isinstance(arg, ast.Starred)
        value = values[ast.unparse(arg.value if isinstance(arg, ast.Starred) else arg)]
        arguments += value if is_starred else [value]
    named = {str(keyword.arg): values[ast.unparse(keyword.value)] for keyword in call.keywords}
    spec, x = inspect.signature(valid).bind(*arguments, **named).args
    return function.__name__, spec, x


def _values_of(frame: FrameType) -> collections.ChainMap[str, Any]:
    return collections.ChainMap(frame.f_locals, frame.f_globals, vars(builtins))


# --- pictures of what was generated -----------------------------------------------------------------------


# Not wrapper=True: an entry point is loaded by any pytest that is there, and old ones know this alone.
@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Any:
    """Say why an assertion failed; draw the generated arrays, and name the file in the report."""
    _keep_promises(item)
    _keep_guards(item)
    if "mxspec.questions.operations" in sys.modules:
        for excinfo in [call.excinfo, *(getattr(item, "_excinfo", None) or [])]:  # the latter of unittest
            if excinfo is not None:
                _word_assertions(excinfo.value)
    outcome = yield
    report = outcome.get_result()
    # Nothing was generated where not even the class of generated arrays has been imported.
    may_have_generated = "mxspec.base.generated.generated_array" in sys.modules
    if may_have_generated and report.failed and call.when == "call" and call.excinfo:
        arrays = list(_generated_arrays(item, call.excinfo.value))[:_MOST]
        if arrays:
            report.sections.append(("mxspec", _draw_arrays(item, arrays)))


def _generated_arrays(item: pytest.Item, error: BaseException) -> Iterator[tuple[str, Any]]:
    """Yield the generated arrays of a failed test, each once, and before it where it was.

    They are looked for in the variables of the functions of the test's file that the error went through, in
    the value that it is about, and in the fixtures.
    """
    from mxspec.base.generated.origins import generated_arrays

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
    for each in _all_errors(error):
        traceback = each.__traceback__
        while traceback is not None:
            frame, traceback = traceback.tb_frame, traceback.tb_next
            if frame.f_code.co_filename == str(item.path):
                # Names that begin with @ are pytest's own, for the values in the assertion that failed.
                variables = sorted(frame.f_locals.items(), key=lambda variable: variable[0][0] == "@")
                yield from (("the assertion" if name[0] == "@" else name, x) for name, x in variables)
        yield "the error", getattr(each, "value", None)
    yield from getattr(item, "funcargs", {}).items()


def _all_errors(error: BaseException) -> list[BaseException]:
    """Return an error, and those in it: Hypothesis raises a group where a test failed in several ways."""
    errors = [error]
    for each in errors:
        errors += getattr(each, "exceptions", ())
    return errors


def _draw_arrays(item: pytest.Item, arrays: list[tuple[str, Any]]) -> str:
    """Draw arrays into one file; return the text for the report: its path, and what is in it."""
    from mxspec.base.messages.sheet import draw_sheet, grey_of

    words = [_words(name, array) for name, array in arrays]
    lines = ["; ".join(lines) for lines in words]
    greys = [grey_of(array) for _, array in arrays]
    texts = ["\n".join(textwrap.fill(text, _WIDTH) for text in lines) for lines in words]
    drawable = [(g, text) for g, text in zip(greys, texts, strict=True) if g is not None and min(g.shape) > 1]
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
    from mxspec.base.messages.pictures import readings_text

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
