"""The commands for specs of any kind, by name: specs, explain, sample."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import mxspec as s
from mxspec.base.forms import call_text
from mxspec.base.values import short_repr
from mxspec.command_line.contracts import import_modules, read_contract
from mxspec.command_line.ending import show_seconds
from mxspec.command_line.file_kinds import PYTHON, check_namespaces, check_spec, check_value, kind_of
from mxspec.inference.bounded_bytes import MOST_TOGETHER

WIDTH = 110  # of a line about a spec; longer lines are cut


def run_specs(namespaces: Sequence[str], modules: Sequence[str], seed: int, as_json: bool) -> int:
    """List the registered specs, each with its form and an example."""
    import_modules(modules)
    rows = []
    for name in names_within(namespaces):
        has_example, value = example_of(name, seed)
        example = short_repr(value) if has_example else None
        row: dict[str, Any] = {"name": name, "form": call_text(s.form(name)), "example": example}
        rows.append(row)
        if not as_json:
            print(*lines_about(**row), sep="\n")
    if as_json:
        print_json(rows)
    return 0


def names_within(namespaces: Sequence[str]) -> list[str]:
    """Return the registered names in some namespaces, or in all namespaces by default.

    Raises:
        UnknownSpecError: no name matches.
    """
    check_namespaces(namespaces)
    names = [name for name in s.registry() if not namespaces or name.partition("/")[0] in namespaces]
    if not names:
        registered = sorted({name.partition("/")[0] for name in s.registry()})
        others = (
            f"there are specs in {', '.join(registered)}" if registered else "--import MODULE brings some"
        )
        where = f" in {', '.join(namespaces)}" if namespaces else ""
        raise s.UnknownSpecError(f"no specs are registered{where}; {others}")
    return names


def example_of(name: str, seed: int) -> tuple[bool, Any]:
    """Return whether a spec has an example, and the example; specs of functions and some others lack one."""
    form = s.form(name)
    if isinstance(form, tuple) and form[:1] == ("fspec",):  # generating and testing a function takes seconds
        return False, None
    try:
        return True, s.generate(name, seed=seed)
    except s.SpecError:
        return False, None


def lines_about(name: str, form: str, example: str | None, read_as: Any = None) -> list[str]:
    """Return the lines about a spec: its name, its form, and an example."""
    read = "" if read_as is None else f", read as {read_as}"
    return [name, *(f"    {_one_line(text)}" for text in (form, f"example{read}: {example or 'none'}"))]


def _one_line(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= WIDTH - 4 else f"{text[: WIDTH - 7]}..."


def print_json(data: Any) -> None:
    """Print data as JSON."""
    print(json.dumps(data, indent=1, ensure_ascii=False))


def spec_called(spec: str, modules: Sequence[str]) -> Any:
    """Import modules, then return the spec defined in a Python file, or a name as it is."""
    import_modules(modules)
    return read_contract(Path(spec)) if kind_of(spec) == PYTHON else spec


def run_explain(spec: str, value: str, modules: Sequence[str], as_json: bool) -> int:
    """Print why the JSON of a file does not fit a spec; return 1 if it does not.

    Args:
        spec: the file of a contract, which is run, or a registered name.
        value: the JSON file, - for standard input.
        modules: modules to import first.
        as_json: True to print JSON.
    """
    check_spec(spec, "mxspec explain contract.py row.json", value)
    asked = spec_called(spec, modules)
    check_value(value, spec)
    try:
        text = sys.stdin.read(MOST_TOGETHER + 1) if value == "-" else Path(value).read_text("utf-8-sig")
        if value == "-" and len(text) > MOST_TOGETHER:
            raise s.SpecError(
                f"standard input has more than {MOST_TOGETHER >> 20} MB, too much for one value"
            )
        read = json.loads(text)
    except (ValueError, RecursionError) as error:
        why = error if text.strip() else "it is empty"
        raise s.SpecError(f"{value} is no JSON, so {spec} can't be asked about it: {why}") from None
    read = s.decode(asked, read)
    problems = s.explain_json(asked, read)
    if as_json:
        print_json(problems)
    else:
        print(s.explain_str(asked, read))
    return int(bool(problems))


def run_sample(spec: str, count: int, seed: int | None, modules: Sequence[str], as_json: bool) -> int:
    """Print samples of a spec, one per line.

    Args:
        spec: the file of a contract, which is run, or a registered name.
        count: the number of samples.
        seed: makes the samples repeatable; None for new samples each time.
        modules: modules to import first.
        as_json: True to print JSON.
    """
    check_spec(spec, "mxspec sample contract.py")
    asked = spec_called(spec, modules)
    with show_seconds("sample"):
        values = s.sample(asked, count, seed)
    print_values(asked, values, as_json)
    return 0


def print_values(spec: Any, values: Sequence[Any], as_json: bool) -> None:
    """Print values of a spec, one per line."""
    texts = [json.dumps(s.encode(spec, x), ensure_ascii=False) if as_json else repr(x) for x in values]
    print(*texts, sep="\n")
