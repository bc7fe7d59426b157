"""Names for the rows of tables: a test has the same name in every process that collects it."""

import re


def row_id(value: object) -> str:
    """Return the repr of a value without addresses, and with the elements of sets in order.

    An address differs from process to process, and so does the order of a set of strings. Workers of
    pytest-xdist each collect the tests, and refuse to start where the names differ.

    >>> row_id(row_id), row_id((object(), 1)), row_id([frozenset({"b", "a"}), 1]), row_id(set())
    ('row_id', '(<object object>, 1)', "[{'a', 'b'}, 1]", 'set()')
    >>> row_id({"tags": {"b", "a", "c"}})
    "{'tags': {'a', 'b', 'c'}}"
    """
    if isinstance(value, set | frozenset) and value:
        return "{" + ", ".join(sorted(map(row_id, value))) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(row_id, value)) + "]"
    if callable(value) and hasattr(value, "__name__"):
        return str(value.__name__)
    text = re.sub(r" at 0x[0-9a-f]+", "", repr(value))
    return re.sub(r"\{('[^{}:']*'(?:, '[^{}:']*')+)\}", _in_order, text)


def _in_order(match: re.Match[str]) -> str:
    """Return a set of strings inside a repr with its elements in order."""
    return "{" + ", ".join(sorted(match[1].split(", "))) + "}"
