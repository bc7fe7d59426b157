"""The terms of a table in two versions of a contract: a table that keeps one version's may break the other's.

    unique=("id",)  ->  unique=("id", "email")     two rows with one e-mail show it
    missing={"coupon": 0.5}  ->  {"coupon": 0.1}   ten rows with five gaps show it

A term is tighter if it does not follow from the other version's terms. A table that shows it is built of
example rows; the rows are valid, and both versions judged the table by their terms. Without such a table the
answer names the term, and nothing is proved. A smaller promise, which `mxspec valid --state` checks, is such
a term.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Mapping
from typing import Any, Final

from mxspec.base.strategies.sampling import Effort
from mxspec.changes.answers import SUCCESS, Compatibility
from mxspec.changes.borders.inner import inner_spec
from mxspec.changes.proof import Version
from mxspec.errors import SpecError
from mxspec.inference.contract import Contract
from mxspec.inference.table_terms import TableTerms
from mxspec.inference.terms import GAPS, Table
from mxspec.promises.promise import share_text
from mxspec.questions.examples import sample_within
from mxspec.specs.core.spec import Reference, Spec
from mxspec.specs.maps import Keys, RequiredKey

_EXAMPLES: Final = 100  # rows that tables are built of


def compare_tables(asked: Version, other: Version, answer: Compatibility, seed: int) -> Compatibility:
    """Return the answer about rows, joined with the answer about tables.

    Args:
        asked, other: the versions; a table that keeps the terms of asked should keep other's too.
        answer: the answer about the values of both.
        seed: the seed of the example rows.
    """
    own, tight = _contract_of(asked), _contract_of(other)
    if tight is None or not answer:
        return answer
    terms = own.table if own is not None else TableTerms()
    lacks_none = functools.partial(_never_missing, asked)
    tighter = [term for term in tight.table.terms if not term.follows_from(terms, lacks_none)]
    words = [term.words for term in tighter]
    if tighter:
        rows = _example_rows(asked, seed)
        for table in itertools.chain.from_iterable(term.breaking_tables(rows, terms) for term in tighter):
            problems = _problems_of(asked, terms, tight.table, table)
            if problems:
                return Compatibility(
                    "broken", table, SUCCESS, problems, examples=answer.examples, part="table"
                )
    if own is not None and (promise := _smaller_promise(own, tight)):
        words.append(promise)
    if not words:
        return answer
    is_proved = answer.verdict == "proved"
    unproved = (*answer.unproved, *words)
    return dataclasses.replace(answer, verdict="not refuted", unproved=unproved, proves_rows=is_proved)


def _contract_of(version: Version) -> Contract | None:
    spec = version.spec
    while isinstance(spec, Reference):
        spec = version.table.resolve(spec.to)
    return spec if isinstance(spec, Contract) else None


def _smaller_promise(own: Contract, tight: Contract) -> str | None:
    shares = tight.promise.refuses_at_most, own.promise.refuses_at_most
    levels = tight.promise.confidence, own.promise.confidence
    if shares[0] < shares[1]:
        return f"the promise is smaller, at most {share_text(shares[0])} refused for {share_text(shares[1])}"
    if shares[0] == shares[1] and levels[0] < levels[1]:
        return f"the promise has less confidence, {levels[0]} for {levels[1]}, so it is broken sooner"
    return None


def _never_missing(version: Version, column: Any) -> bool:
    """True if it is sure that no row of a version lacks a value of a column."""
    spec: Spec | None = version.spec
    while spec is not None and not isinstance(spec, Keys):
        inner = inner_spec(spec, version.table.find)
        spec = None if inner is spec else inner
    required = [] if spec is None else [key for key in spec.required_keys if isinstance(key, RequiredKey)]
    entries = dict(entry for key in required for entry in key.entries())
    return column in entries and all(version.verdict(gap, entries[column]) is False for gap in GAPS)


# --- tables that show it ------------------------------------------------------------------------------------


def _example_rows(version: Version, seed: int) -> Table:
    try:
        with version.in_force():
            rows = sample_within(version.spec, _EXAMPLES, seed, Effort())
    except SpecError:  # without a generator
        return []
    return [dict(row) for row in rows if isinstance(row, Mapping)]


def _problems_of(asked: Version, own: TableTerms, tight: TableTerms, table: Table) -> str | None:
    """Return the terms that a table breaks; None if it keeps all, or is not a table of the asked version."""
    rows = {id(row): row for row in table}.values()
    if not table or own.problems(table) or not (problems := tight.problems(table)):
        return None
    is_valid = all(asked.verdict(row) is True for row in rows)
    return "\n".join(f"of the table, {problem}" for problem in problems) if is_valid else None
