"""A pytest plugin: a failed `assert s.explain_data(spec, x) is None` says in words what is wrong with x."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

if TYPE_CHECKING:
    from mxspec.errors import Explanation


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Return the explanation in place of the dict if what explain_data returned is compared with None."""
    data, other = (left, right) if right is None else (right, left)
    if other is not None or op not in ("is", "==") or not _is_explanation(data):
        return None
    from mxspec.api.explain import explanation
    from mxspec.words.values import short

    return [
        f"explain_data(...) {op} None",
        f"{short(data['value'])} does not fit:",
        *explanation(data).splitlines(),
    ]


def _is_explanation(x: object) -> TypeGuard[Explanation]:
    return isinstance(x, dict) and x.keys() == {"problems", "spec", "value"}
