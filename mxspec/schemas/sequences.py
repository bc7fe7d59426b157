"""Regexes as JSON Schema, as near as it comes."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable

from mxspec.core.parts import specize
from mxspec.core.spec import Pred
from mxspec.names import aliases
from mxspec.regex.combinators import Alt, Amp, Cat
from mxspec.regex.regex import Regex, Sequenced
from mxspec.regex.repetitions import Maybe, Plus, Star
from mxspec.regex.worded import WordedRegex
from mxspec.schemas.parts import Schema, all_of, any_of, note
from mxspec.schemas.writing import Schemas, schema_of
from mxspec.words.needs import form_text


@dataclasses.dataclass(frozen=True)
class Run:
    """Like elements one after the other: from least to most of them, None being any number."""

    element: Schema
    least: int
    most: int | None

    @property
    def is_one(self) -> bool:
        return self.least == self.most == 1


# Nothing is known of a sequence in a regex that leads back to itself.
_ANY = Run({}, 0, None)


@schema_of.register
def _regex(spec: Regex, schemas: Schemas) -> Schema:
    runs, is_exact = _runs(spec, schemas, ())
    least = sum(run.least for run in runs)
    # clojure's nil is an empty sequence too.
    schema: Schema = {"type": "array" if least else ["array", "null"]}
    first = next((i for i, run in enumerate(runs) if not run.is_one), len(runs))
    prefix, rest = [run.element for run in runs[:first]], runs[first:]
    if prefix:
        schema["prefixItems"] = prefix
    if items := _union(rest) if rest else {}:
        schema["items"] = items
    if least:
        schema["minItems"] = least
    if None not in (mosts := [run.most for run in runs]):
        schema["maxItems"] = sum(most or 0 for most in mosts)
    return schema if is_exact and len(rest) < 2 else {**schema, **note(f"in the order of {form_text(spec)}")}


@schema_of.register
def _worded_regex(spec: WordedRegex, schemas: Schemas) -> Schema:
    return all_of([_regex(spec, schemas), note(spec.message)])


@schema_of.register
def _sequenced(spec: Sequenced, schemas: Schemas) -> Schema:
    return _regex(spec.regex, schemas)


def _runs(pred: Pred, schemas: Schemas, inside: tuple[str, ...]) -> tuple[list[Run], bool]:
    """Return the runs that a part of a regex matches, and True if it matches just these.

    Args:
        pred: the part.
        schemas: where elements are written.
        inside: the names on the way here.
    """
    if isinstance(pred, str):
        name = aliases(pred)[-1]
        regex = specize(name)
        if not regex.is_regex:
            return [Run(schemas.of(name), 1, 1)], True
        return ([_ANY], False) if name in inside else _runs(regex, schemas, (*inside, name))
    parts = functools.partial(_runs, schemas=schemas, inside=inside)
    if not pred.is_regex:
        return [Run(schemas.of(pred), 1, 1)], True
    if isinstance(pred, Cat):
        several = [parts(part) for _, part in pred.branches]
        return [run for runs, _ in several for run in runs], all(exact for _, exact in several)
    if isinstance(pred, Alt):
        several = [parts(part) for _, part in pred.branches]
        lengths = [_length(runs) for runs, _ in several]
        mosts = [most for _, most in lengths]
        union = Run(
            _union(run for runs, _ in several for run in runs),
            min(least for least, _ in lengths),
            None if None in mosts else max(most or 0 for most in mosts),
        )
        return [union], union.is_one and all(exact for _, exact in several)
    if isinstance(pred, WordedRegex):
        return parts(pred.re)
    if isinstance(pred, Amp):
        runs, _ = parts(pred.re)
        return runs, False
    if isinstance(pred, (Star, Plus, Maybe)):
        runs, exact = parts(pred.pred)
        least, _ = _length(runs)
        if isinstance(pred, Maybe):
            optional = [dataclasses.replace(run, least=0) for run in runs]
            return optional, exact and len(runs) == 1 and runs[0].is_one
        union = Run(_union(runs), least if isinstance(pred, Plus) else 0, None)
        return [union], exact and len(runs) == 1
    return [_ANY], False


def _length(runs: list[Run]) -> tuple[int, int | None]:
    mosts = [run.most for run in runs]
    return sum(run.least for run in runs), None if None in mosts else sum(most or 0 for most in mosts)


def _union(runs: Iterable[Run]) -> Schema:
    return any_of(run.element for run in runs)
