"""The command that tests a guard on both sides of each border of a spec."""

import json
import operator
import sys
from pathlib import Path
from typing import Any, Literal

import mxspec as s
from mxspec.command_line.contracts import import_modules, read_contract
from mxspec.command_line.ending import show_seconds
from mxspec.command_line.file_kinds import PYTHON, check_guard_name, check_spec, kind_of


def run_guard(
    spec: str, guard: str, count: int | None, seed: int, lax: bool, sent: bool, allowed: bool, as_json: bool
) -> int:
    """Print where a guard differs from a spec, and return 1 if it does, or if a condition was never tested.

    Args:
        spec: a contract, or a name registered by the guard's module.
        guard: a function, a pydantic model or a spec, as MODULE:NAME.
        count: the number of values; None for 200, or as many as there are borders.
        seed: selects the values.
        lax, sent: as lax and json in `check_guard`.
        allowed: as untried="allow" there.
        as_json: True to print JSON.
    """
    check_guard_name(guard, spec)
    check_spec(spec, "mxspec guard contract.py shop.orders:accept")
    asked = _find_guard(guard)
    contract = read_contract(Path(spec)) if kind_of(spec) == PYTHON else spec
    untried: Literal["fail", "allow"] = "allow" if allowed else "fail"
    with show_seconds("guard"):
        report = s.check_guard(asked, contract, count, seed, lax=lax, json=sent, untried=untried)
    print(json.dumps(report.to_dict(), indent=1, ensure_ascii=False) if as_json else report)
    return 0 if report else 1


def _find_guard(guard: str) -> Any:
    module, _, name = guard.partition(":")
    if not module or not name:
        raise s.SpecDefinitionError(f"a guard is MODULE:NAME, as shop.orders:accept, not {guard}")
    import_modules([module])
    try:
        return operator.attrgetter(name)(sys.modules[module])
    except AttributeError:
        raise s.SpecDefinitionError(f"{module} has no {name}") from None
