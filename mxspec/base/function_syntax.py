"""The syntax of functions, read from the files that hold their text."""

from __future__ import annotations
import __future__

import ast
import contextlib
import functools
import inspect
import linecache
import types
from collections.abc import Iterator
from typing import Any, Final

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def syntax_of(function: Any) -> FunctionNode | None:
    """Return the syntax of a function, or None without a text that compiles to its code.

    The text is compiled, since a file may change after its import.

    Example:
        >>> import textwrap
        >>> syntax_of(textwrap.dedent).name, syntax_of(eval("lambda x: x"))
        ('dedent', None)
    """
    code: types.CodeType = function.__code__
    linecache.checkcache(code.co_filename)
    text = "".join(linecache.getlines(code.co_filename, function.__globals__))
    if code not in _compiled_codes(text, code.co_flags & __future__.annotations.compiler_flag):
        return None
    if code.co_name == "<lambda>":
        return _lambda_of(code, text)
    nodes = (node for node in _functions(text) if not isinstance(node, ast.Lambda))
    return next((node for node in nodes if _first_line(node) == code.co_firstlineno), None)


def name_nodes(node: ast.AST, *around: ast.AST) -> Iterator[tuple[ast.Name, tuple[ast.AST, ...]]]:
    """Yield each name in a node, with the nodes around it from the inside out."""
    if isinstance(node, ast.Name):
        yield node, around
    for child in ast.iter_child_nodes(node):
        yield from name_nodes(child, node, *around)


def has_plain_first_argument(function: types.FunctionType) -> bool:
    """True for a function that uses its first argument by its name alone, and in no function inside."""
    code = function.__code__
    return (
        code.co_argcount > 0
        and code.co_varnames[0] not in code.co_cellvars
        and _UNNAMED.isdisjoint(code.co_names)
    )


_UNNAMED: Final = frozenset({"super", "locals", "vars", "dir", "eval", "exec", "_getframe", "currentframe"})
"""Names of functions that reach the arguments of their caller."""


def codes_in(code: types.CodeType) -> Iterator[types.CodeType]:
    """Yield code and the codes inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from codes_in(constant)


def lambda_source(fn: types.FunctionType) -> str | None:
    """Return the text of a lambda, or None if its file can't be read."""
    try:
        lines, _ = inspect.findsource(fn)
    except (OSError, TypeError, IndexError):
        lines = linecache.getlines(fn.__code__.co_filename)
    node = _lambda_of(fn.__code__, "".join(lines))
    return " ".join(ast.unparse(node).split()) if node else None


def _lambda_of(code: types.CodeType, text: str) -> ast.Lambda | None:
    """Return the lambda of some code; several may share a line.

    The body of the right one holds the positions of its instructions.
    """
    # The first instruction, RESUME, holds the position of the lambda's own line, not of its body.
    spans = [
        (line, column)
        for line, _, column, _ in code.co_positions()
        if line and column is not None and (column or line != code.co_firstlineno)
    ]
    best: ast.Lambda | None = None
    for node in _functions(text):
        if not isinstance(node, ast.Lambda):
            continue
        body = node.body
        start = (body.lineno, body.col_offset)
        end = (body.end_lineno or 0, body.end_col_offset or 0)
        inside = all(start <= span <= end for span in spans) if spans else _is_constant(node, code)
        if inside and (best is None or body.col_offset >= best.body.col_offset):
            best = node
    return best


def _is_constant(node: ast.Lambda, code: types.CodeType) -> bool:
    """True if a lambda returns the constant that the code returns, which Python 3.12 gives no position."""
    if node.lineno != code.co_firstlineno:
        return False
    *_, compiled = [  # the last one, after the lambdas in its defaults
        constant
        for constant in compile(ast.Expression(node), "", "eval").co_consts
        if isinstance(constant, types.CodeType)
    ]
    return all(
        getattr(compiled, name) == getattr(code, name) for name in ("co_code", "co_consts", "co_varnames")
    )


def _first_line(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return min(x.lineno for x in (node, *node.decorator_list))


@functools.lru_cache(maxsize=32)
def _functions(text: str) -> tuple[FunctionNode, ...]:
    """Return the functions of a module, which has several if it has specs; parsing takes a while."""
    with contextlib.suppress(SyntaxError, ValueError):
        return tuple(node for node in ast.walk(ast.parse(text)) if isinstance(node, FunctionNode))
    return ()


@functools.lru_cache(maxsize=32)
def _compiled_codes(text: str, flags: int) -> frozenset[types.CodeType]:
    """Return the codes of the functions of a module."""
    with contextlib.suppress(SyntaxError, ValueError):
        return frozenset(codes_in(compile(text, "", "exec", flags, dont_inherit=True)))
    return frozenset()
