"""Names for the rows of tables: a test has the same name in every process that collects it."""

import re


def row_id(value: object) -> str:
    """Return the repr of a value without addresses, and with the elements of sets in order.

    An address differs from process to process, and so does the order of a set of strings. Workers of
    pytest-xdist each collect the tests, and refuse to start where the names differ.

    >>> row_id(row_id), row_id((object(), 1)), row_id([frozenset({"b", "a"}), 1]), row_id(set())
    ('row_id', '(<object object>, 1)', "[{'a', 'b'}, 1]", 'set()')
    """
    if isinstance(value, set | frozenset) and value:
        return "{" + ", ".join(sorted(map(row_id, value))) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(row_id, value)) + "]"
    if callable(value) and hasattr(value, "__name__"):
        return str(value.__name__)
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))
