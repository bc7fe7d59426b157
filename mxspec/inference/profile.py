"""Profiles: the verdicts of a spec on many values, in constant size.

The sum of two profiles is the profile of all their values, so parts can be profiled anywhere and in any
order. We keep the k reasons, labels and examples with the smallest digests, which merge correctly (bottom-k
sampling).
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import itertools
import numbers
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from mxspec.addresses import reduce_by_name
from mxspec.base.messages.explanations import reason_of
from mxspec.base.messages.html_page import html_part
from mxspec.base.messages.text import in_one_line, jsonable
from mxspec.base.values import is_hashable, short_repr, stable_order
from mxspec.errors import Problem, SpecDefinitionError
from mxspec.frames.frame_reasons import count_reasons
from mxspec.frames.frame_spec import FrameSpec
from mxspec.frames.named_frames import frame_of, is_frame, rows_of_frame
from mxspec.frames.split import MOST_REASONS, reasons_by_place
from mxspec.frames.verdicts import FrameRows, asks_for_maps, maps_within
from mxspec.inference.contract import Contract
from mxspec.inference.following import follow_columns
from mxspec.inference.rows import check_rows, read_chunks, with_names
from mxspec.inference.table_terms import TableCounts, TableTerms
from mxspec.models.from_examples import ExamplesSpec
from mxspec.models.model_spec import ModelSpec, Reading
from mxspec.predicates import is_any
from mxspec.promises.production import Standing, difference_text, look
from mxspec.promises.promise import Promise
from mxspec.questions.operations import explain_data, valid
from mxspec.specs.collections import coll_of, map_of, tuple_
from mxspec.specs.compiled import valid_each
from mxspec.specs.core.batch import BATCH_SIZE
from mxspec.specs.core.digests import spec_digest
from mxspec.specs.core.generation import first_problem_text
from mxspec.specs.core.question import START
from mxspec.specs.core.spec import Spec, specize
from mxspec.specs.core.swapped import spec_before
from mxspec.specs.logic import and_, or_
from mxspec.specs.maps import keys
from mxspec.specs.ranges import int_in
from mxspec.specs.wrappers import nilable

BINS: Final = 20
"""The number of bins of a histogram, of equal width from 0 to 1; 1 is in the last."""

KINDS: Final = 100
"""The number of reasons, and of labels, that are counted separately."""

EXAMPLES: Final = 10
"""The number of refused values that are kept."""

_NUMBER: Final = re.compile(r"\d+(,\d{3})*(\.\d+)?(e[+-]?\d+)?")

Histogram = tuple[int, ...]

VERSION: Final = 1
"""The version of the shape of `Profile.to_dict`."""


def is_sum(counts: Mapping[str, Any]) -> bool:
    """True if the total is the sum of the valid and the invalid values."""
    return bool(counts["total"] == counts["valid"] + counts["invalid"])


_COUNT: Final = int_in(0, 2**63)
_PLAIN_FIELDS: Final = ("spec", "valid", "invalid", "digest", "title", "of")
_TEXTS: Final = coll_of(str, kind=list)
_BINS: Final = or_(coll_of(_COUNT, kind=list, count=BINS), coll_of(_COUNT, kind=list, count=0))
_REFUSED: Final = {"digest": str, "reason": str, "value": is_any}
_SHAPE: Final = and_(
    keys(
        req_un={
            **dict.fromkeys(("spec", "digest", "title", "of"), str),
            **dict.fromkeys(("total", "valid", "invalid"), _COUNT),
            "version": {VERSION},
            "reasons": coll_of(tuple_(nilable(str), _COUNT), kind=list),
            "labels": coll_of(tuple_(is_any, _COUNT), kind=list),
            **dict.fromkeys(("table", "followed"), _TEXTS),
            **dict.fromkeys(("p_values", "confidences"), _BINS),
            "texts": map_of(str, str),
            "refused": coll_of(keys(req_un=_REFUSED), kind=list, max_count=EXAMPLES),
        }
    ),
    is_sum,
)


@dataclasses.dataclass(frozen=True)
class RefusedValue:
    """A refused value as an example.

    Attributes:
        digest: the digest of the content; the smallest are kept.
        reason: the reason of the refusal, in full.
        value: the value.
    """

    __reduce_ex__ = reduce_by_name

    digest: str
    reason: str
    value: Any = dataclasses.field(compare=False)  # arrays compare by element


@dataclasses.dataclass(frozen=True)
class Profile:
    """The outcome of `profile`. Profiles of one spec add up; 0 is the profile of nothing, for `sum`.

    Attributes:
        spec: the name of the spec, or its text.
        valid: the number of valid values.
        invalid: the number of invalid values.
        reasons: the number of invalid values by reason, with `#` for the numbers in it. All reasons of a
            value count: one for each key, or path of keys, that stands before its reason. None counts the
            rest: past 100 reasons, and values that were not explained.
        labels: the number of valid values by the label that a model read. Past 100 labels, None counts the
            rest.
        p_values: the number of values by conformal p-value, in 20 bins from 0 to 1; empty if no model with a
            conformal threshold read them.
        confidences: the number of values by confidence, in 20 bins from 0 to 1.
        refused: up to 10 refused values, independent of the order of the values.
        digest: the digest of the spec with all that its names stand for, which tells two versions apart.
        title: the name of the spec, or a few words.
        texts: for each reason, the reason with its numbers, if all values have the same numbers.
        table: lines that state if the rows keep the terms of a contract for a table as a whole; empty without
            such terms.
        of: what is counted, "values" or groups of them.
        asked: the spec, which a report shows; None in a profile that was pickled or read back.
        followed: lines about the columns without a bound, if they are followed from run to run
            (`mxspec.inference.following`).
    """

    __reduce_ex__ = reduce_by_name

    spec: str
    valid: int = 0
    invalid: int = 0
    reasons: Mapping[str | None, int] = dataclasses.field(default_factory=dict)
    labels: Mapping[Any, int] = dataclasses.field(default_factory=dict)
    p_values: Histogram = ()
    confidences: Histogram = ()
    refused: tuple[RefusedValue, ...] = ()
    digest: str = ""
    title: str = dataclasses.field(default="", compare=False)
    texts: Mapping[str, str] = dataclasses.field(default_factory=dict, compare=False)
    table: tuple[str, ...] = dataclasses.field(default=(), compare=False)
    of: str = "values"
    followed: tuple[str, ...] = dataclasses.field(default=(), compare=False)
    asked: Spec | None = dataclasses.field(default=None, compare=False, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        """Return the fields, without the spec: it may hold a function that pickle does not take."""
        return {**vars(self), "asked": None}

    @property
    def total(self) -> int:
        """The number of values."""
        return self.valid + self.invalid

    def __add__(self, other: object) -> Profile:
        if other == 0:
            return self
        if not isinstance(other, Profile):
            return NotImplemented
        if (other.spec, other.digest) != (self.spec, self.digest):
            between = difference_text(self.spec, other.spec)
            raise SpecDefinitionError(f"profiles of two specs don't add up: {between}")
        if other.of != self.of:
            raise SpecDefinitionError(f"profiles of {self.of} and of {other.of} don't add up")
        reasons = _keep_kinds([*self.reasons.items(), *other.reasons.items()])
        return Profile(
            self.spec,
            self.valid + other.valid,
            self.invalid + other.invalid,
            reasons,
            _keep_kinds([*self.labels.items(), *other.labels.items()]),
            _sum(self.p_values, other.p_values),
            _sum(self.confidences, other.confidences),
            _keep_smallest((*self.refused, *other.refused)),
            self.digest,
            self.title or other.title,
            _common_texts([*self.texts.items(), *other.texts.items()], reasons),
            _add_tables(self, other),
            self.of,
            _add_followed(self, other),
            self.asked or other.asked,
        )

    __radd__ = __add__

    def holds(
        self,
        promise: Promise,
        before: Standing | None = None,
        name: str | None = None,
        *,
        looks: int | None = None,
        unit: int | None = None,
    ) -> Standing:
        """Return whether a promise holds for these values, and for the values of the parts before.

        Ask as often as you like, for as long as you like: as long as each part keeps the promise on average,
        whatever came before it, the probability that one of the answers is ever "broken" is at most 1 -
        confidence. The values of a part may depend on each other. "suspect" comes sooner, and assumes that
        they are independent.

        Args:
            promise: the promise, of `infer` (`s.promise(contract)`), `check_promise` or your own.
            before: the answer for the parts before this one. If several parts came in at the same time, such
                as from many machines, their sum is one part.
            name: the name of this part, such as its date.
            looks: the number of parts over which a false alarm has that probability, and no longer, such as
                365 for a year: a late change is found with fewer rows. None for all parts to come.
            unit: the number of values in the largest independent unit, such as the lines of an order, or 1.
                Then an alarm comes as soon as a suspicion. None if nothing is known of such units.

        Returns:
            A `Standing` with the verdict "holds", "suspect", "broken" or "unknown", the part since which it
            is broken, and the reasons that are more frequent since then.

        Raises:
            SpecDefinitionError: the promise bounds nothing, or is about groups and this profile is not; or
                before is about another promise.

        Example:
            >>> import mxspec as s
            >>> age, promise = s.int_in(0, 151), s.Promise(0.01, 0.99, 5000)
            >>> standing = s.profile(age, [30] * 2000).holds(promise, name="Monday")
            >>> standing
            holds: at most 0.25% are refused (certain 99% if values are independent), 1% may be; 0 of 2,000
            values in 1 part
            >>> standing = s.profile(age, [30] * 180 + ["?"] * 20).holds(promise, standing, "Tuesday")
            >>> standing.verdict, standing.suspicion.since, standing.since
            ('suspect', 'Tuesday', None)
        """
        return look(self, promise, before, name, looks, unit)

    def report(
        self,
        path: str | os.PathLike[str],
        *,
        rows: Any = None,
        state: str | os.PathLike[str] | None = None,
        contract: Any = None,
    ) -> None:
        """Write a page about these values to a file of HTML, which loads nothing else.

        It shows each column with what is required, what was seen of it beside its bound, and why cells were
        refused, with three examples; then the terms of the table, the promise, and its parts so far.

        Args:
            path: the file; it is replaced.
            rows: the rows to draw pictures of, as in `infer`: some 2,000 of them, evenly. None for the rows
                that a contract of `infer` keeps.
            state: a file of `mxspec valid --state`, with the parts before.
            contract: the spec, for a profile that was pickled or read back.

        Raises:
            SpecDefinitionError: state has no state of a promise, or rows can't be read.

        Example:
            >>> import pathlib, tempfile, mxspec as s
            >>> page = pathlib.Path(tempfile.mkdtemp(), "ages.html")
            >>> rows = [{"age": 30}, {"age": 300}]
            >>> s.profile({"age": s.int_in(0, 151)}, rows).report(page, rows=rows)
            >>> "an int from 0 to 150" in page.read_text()
            True
        """
        from mxspec.inference.report import write_profile_page

        asked = self.asked if contract is None else specize(contract)
        chunks = None if rows is None or asked is None else read_chunks(rows, asked)
        write_profile_page(path, self, asked, chunks, state)

    def _repr_html_(self) -> str:
        from mxspec.inference.report import profile_html

        return html_part(profile_html(self, self.asked))

    def to_dict(self) -> dict[str, Any]:
        """Return the profile as a dict for json.dumps, which `from_dict` reads back.

        This is version 1 of its shape; more keys may be added:

        | key | value |
        |---|---|
        | version | 1 |
        | spec, digest, title, of, table, followed, texts, p_values, confidences | as the attributes |
        | total, valid, invalid | the numbers of values |
        | reasons, labels | pairs with a count, the most frequent first; null counts the rest, at the end |
        | refused | for each example `digest`, `reason` and `value` |

        A label or a value that JSON can't write, such as a date, becomes text, and a tuple a list.

        Example:
            >>> import mxspec as s
            >>> profile = s.profile(s.int_in(0, 151), [3, 40, 200])
            >>> profile.to_dict()["reasons"]
            [['an int from # to # is required', 1]]
        """
        return {
            "version": VERSION,
            "spec": self.spec,
            "digest": self.digest,
            "title": self.title,
            "of": self.of,
            "total": self.total,
            "valid": self.valid,
            "invalid": self.invalid,
            "reasons": [[reason, count] for reason, count in _sort_by_count(self.reasons)],
            "texts": dict(self.texts),
            "labels": [[jsonable(label), count] for label, count in _sort_by_count(self.labels)],
            "p_values": list(self.p_values),
            "confidences": list(self.confidences),
            "table": list(self.table),
            "followed": list(self.followed),
            "refused": [{**vars(each), "value": jsonable(each.value)} for each in self.refused],
        }

    @classmethod
    def from_dict(cls, data: Any) -> Profile:
        """Return the profile from the dict of `to_dict`, also if the dict went through JSON.

        It is equal to that profile if the labels are text, numbers, bools or tuples of these. It adds up with
        others, and `holds` counts it alike.

        Args:
            data: the dict; unknown keys are ignored.

        Raises:
            SpecDefinitionError: data is not such a dict, or has a different version.

        Example:
            >>> import json, mxspec as s
            >>> profile = s.profile(s.int_in(0, 151), [3, 40, 200])
            >>> s.Profile.from_dict(json.loads(json.dumps(profile.to_dict()))) == profile
            True
        """
        if not valid(_SHAPE, data):
            words = first_problem_text(specize(_SHAPE), data)
            raise SpecDefinitionError(f"no profile of version {VERSION} as to_dict makes it: {words}")
        fields: dict[str, Any] = {name: data[name] for name in _PLAIN_FIELDS}
        fields |= {name: tuple(data[name]) for name in ("table", "followed", "p_values", "confidences")}
        refused = [RefusedValue(**{name: each[name] for name in _REFUSED}) for each in data["refused"]]
        labels = _keep_kinds((_hashable(label), count) for label, count in data["labels"])
        fields |= {"reasons": _keep_kinds(data["reasons"]), "labels": labels, "refused": tuple(refused)}
        return cls(**fields, texts=dict(data["texts"]))

    def __repr__(self) -> str:
        lines = [f"profile of {self.total:,} {self.of} by {self.title or self.spec}"]
        for verdict, count, parts in (
            ("valid", self.valid, self.labels),
            ("invalid", self.invalid, self.reasons),
        ):
            rows = [
                (verdict, count),
                *(
                    (f"  {_category_text(self.texts.get(part, part))}", n)
                    for part, n in _sort_by_count(parts)
                ),
            ]
            lines += [f"{text:<60} {n:>11,} {n / max(self.total, 1):>7.2%}" for text, n in rows]
        for name, histogram in (("p-value", self.p_values), ("confidence", self.confidences)):
            lines += [f"{name} 0 to 1: {' '.join(map(str, histogram))}"] if histogram else []
        return "\n".join([*lines, *self.table, *self.followed])


def _category_text(part: Any) -> str:
    return "others" if part is None else in_one_line(part) if isinstance(part, str) else short_repr(part)


def profile(
    spec: Any,
    values: Iterable[Any],
    *,
    groups: Any = None,
    state: str | os.PathLike[str] | None = None,
) -> Profile:
    """Return the profile of values: the number of valid ones, the reasons of the others, the labels read.

    Values are read in batches, one call of a model for each batch, and are not kept, so there may be any
    number of them. For a spec of maps, a frame is checked in its engine. Its first 10,000 refused rows become
    Python values for their reasons; if there are more, the engine counts the reasons of all, by column, if it
    can tell the columns. For a contract with terms of a table, the last line states if the rows keep them.
    The verdicts are the same as from `valid`. Profiles of one spec add up in any order: distribute the values
    over processes or machines (Dask, Ray, Spark) and add up the profiles.

    Args:
        spec: a spec, a predicate, a type, a set or a registered name.
        values: any values; for an array or a frame, its rows; for a `pathlib.Path`, the rows of that file, as
            the spec reads them.
        groups: as in `infer`, the key of a column, or a function from a row to its group. Then groups are
            counted: a group with an invalid row is invalid, for all reasons of its rows. A group has to be
            whole in one profile; in the sum of two it counts twice.
        state: a file that keeps, from one profile to the next, limits for the columns that a contract does
            not bound, since they grow or drift. The last lines count how many values of these rows, in their
            order, lie outside of the limits that followed, and name the jumps. Nothing is promised here.

    Raises:
        UnknownSpecError: spec names nothing.
        SpecDefinitionError: values is one value, such as a text or a dict; or state is not such a file.

    Example:
        >>> import mxspec as s
        >>> ages = s.profile(s.int_in(0, 151), [3, 40, 200, 3000, "x"])
        >>> ages
        profile of 5 values by int_in(0, 151)
        valid                                                                  2  40.00%
        invalid                                                                3  60.00%
          an int from 0 to 150 is required                                     2  40.00%
          an int is required                                                   1  20.00%
        >>> ages + s.profile(s.int_in(0, 151), [7]) == s.profile(s.int_in(0, 151), [200, 7, "x", 40, 3, 3000])
        True
        >>> order = s.keys(req_un={"item": {"tea", "cake"}, "n": s.int_in(1, 10)})
        >>> s.profile(order, [{"item": "te", "n": 3}, {"item": "te", "n": 30}])
        profile of 2 values by a contract of 2 columns
        valid                                                                  0   0.00%
        invalid                                                                2 100.00%
          item: 'cake' or 'tea' is required                                    2 100.00%
          n: an int from 1 to 9 is required                                    1  50.00%
        >>> s.profile(order, [{"item": "te", "n": 3}, {"item": "tea", "n": 3}] * 4, groups="item")
        profile of 2 groups by 'item' by a contract of 2 columns
        valid                                                                  1  50.00%
        invalid                                                                1  50.00%
          item: 'cake' or 'tea' is required                                    1  50.00%
        >>> word = s.model_spec({1, 2}, lambda x: s.Reading(len(x), confidence=1 / len(x)), str)
        >>> s.profile(word, ["a", "bb", "cc", "ddd"]).labels
        {1: 1, 2: 2}
    """
    asked = spec_before(spec, values)
    if groups is not None:
        counts = GroupCounts(spec, groups)
        counts.add(values)
        total = counts.profile
    else:
        row_spec = _row_spec(asked, values)
        terms = row_spec.table if isinstance(row_spec, Contract) else TableTerms()
        table = TableCounts(terms) if terms.are_stated and _can_be_read_again(values) else None
        total = profile_rows(spec, values, table=table)
        lines = table.lines() if table else ()
        if terms.are_stated and not table:
            lines = (f"the table is not asked, as such values are not kept: {terms.words}",)
        total = dataclasses.replace(total, table=lines)
    if state is None:
        return total
    if not _can_be_read_again(values):
        return dataclasses.replace(total, followed=("no limits follow, as such values are not kept",))
    with follow_columns(_row_spec(asked, values), state) as columns:
        if not (isinstance(values, os.PathLike) and columns.knows(values)):
            for chunk in read_chunks(values, spec):
                columns.add(chunk)
    return dataclasses.replace(total, followed=columns.lines())


def _can_be_read_again(values: Any) -> bool:
    return isinstance(values, (os.PathLike, Sequence)) or is_frame(values)


def _group_by_key(key: Any, row: Any) -> Any:
    return row.get(key) if isinstance(row, Mapping) else None


class GroupCounts:
    """Groups of rows, each with the reasons of its refused rows."""

    def __init__(self, spec: Any, groups: Any) -> None:
        self.spec, self.group_of = (
            spec,
            groups if callable(groups) else functools.partial(_group_by_key, groups),
        )
        self.of = "groups" if callable(groups) else f"groups by {groups!r}"
        self.reasons: dict[Any, dict[str, str]] = {}

    def add(self, values: Iterable[Any]) -> None:
        """Count rows, a frame or the rows of a file."""
        if isinstance(values, os.PathLike):
            for chunk in read_chunks(values, self.spec):
                self.add(chunk.batch)
            return
        check_rows(values)
        waiting = rows_of_frame(frame_of(values)) if is_frame(values) else iter(values)
        while batch := [*with_names(list(itertools.islice(waiting, BATCH_SIZE)))]:
            for row, _, problems in _judge_values(self.spec, batch, len(batch)):
                own = self.reasons.setdefault(self.group_of(row), {})
                for where, problem in reasons_by_place(problems or []):
                    masked, text = _split_numbers(*_reason(where, problem))
                    own[masked] = text if own.get(masked, text) == text else masked

    @property
    def profile(self) -> Profile:
        """The profile of the groups."""
        total = profile_rows(self.spec, [])
        pairs = [pair for own in self.reasons.values() for pair in own.items()]
        reasons = _keep_kinds([*Counter(masked for masked, _ in pairs).items()])
        invalid = sum(map(bool, self.reasons.values()))
        return dataclasses.replace(
            total,
            valid=len(self.reasons) - invalid,
            invalid=invalid,
            reasons=reasons,
            texts=_common_texts(pairs, reasons),
            of=self.of,
        )


def profile_rows(
    spec: Any,
    values: Iterable[Any],
    most: int | None = None,
    before: Profile | None = None,
    table: TableCounts | None = None,
) -> Profile:
    """Return the profile of values one by one, without lines on the terms of a table.

    Args:
        spec, values: as in `profile`.
        most: the number of refused values to explain; None for all, or for the first 10,000 of a frame.
        before: the profile of earlier values, to which these are added.
        table: the counts of the terms of a table, which these rows are added to.
    """
    asked = spec_before(spec, values)
    of_rows = _row_spec(asked, values)
    if before is None:
        name = spec if isinstance(spec, str) else asked.name
        name = of_rows.name if name is None else name
        text, digest = repr(of_rows) if name is None else name, spec_digest(specize(of_rows))
        before = Profile(text, digest=digest, title=name or _title(of_rows), asked=of_rows)
    total, nothing = before, Profile(before.spec, digest=before.digest)
    if is_frame(values) and asks_for_maps(of_rows):
        rows = FrameRows(of_rows, values)
        rows.keep_verdicts()
        engine = table and table.ask(rows.table)
        count, fitting, answers = rows.count_and_ask(engine.expressions if engine else {})
        if table and engine and answers is not None:
            table.take(engine, answers, count)
        elif table:
            table.add_rows(values)
        refused = count - fitting
        first = min(refused, _count_left(MOST_REASONS if most is None else most, total))
        total += dataclasses.replace(nothing, valid=fitting)
        shown = profile_rows(of_rows, (row for _, row in rows.refused_rows(first)), before=nothing)
        if refused > first:
            counted = count_reasons(rows, refused)
            own = [
                (_split_numbers(where and f"{where}: ", reason), n)
                for (where, reason), n in (counted or {}).items()
            ]
            reasons = _keep_kinds((masked, n) for (masked, _), n in own)
            texts = _common_texts([pair for pair, _ in own], reasons)
            if counted is None:  # the reasons differ by row
                reasons, texts = (
                    {**shown.reasons, None: shown.reasons.get(None, 0) + refused - first},
                    dict(shown.texts),
                )
            shown = dataclasses.replace(shown, invalid=refused, reasons=reasons, texts=texts)
        return total + shown
    if isinstance(values, os.PathLike):
        for chunk in read_chunks(values, spec):
            total = profile_rows(spec, chunk.batch, MOST_REASONS, total)
            if table:
                table.add(chunk)
        return total
    check_rows(values)
    if table:
        table.add_rows(values)
    waiting = rows_of_frame(frame_of(values)) if is_frame(values) else iter(values)
    while batch := list(itertools.islice(waiting, BATCH_SIZE)):
        left = len(batch) if most is None else _count_left(most, total)
        total += dataclasses.replace(nothing, **_counts_of_batch(spec, [*with_names(batch)], left))
    return total


def _count_left(most: int, total: Profile) -> int:
    """Return how many more values may be explained."""
    return max(0, most - total.invalid)


def _row_spec(spec: Spec, values: Any) -> Spec:
    return specize(spec.pred) if isinstance(spec, FrameSpec) and is_frame(values) else spec


def _add_tables(a: Profile, b: Profile) -> tuple[str, ...]:
    if not (a.total and b.total):
        return a.table if a.total else b.table
    line = "the table is not asked of a sum of profiles: contract.table.problems takes all its rows"
    return (line,) if a.table or b.table else ()


def _add_followed(a: Profile, b: Profile) -> tuple[str, ...]:
    if a.followed and b.followed:
        return ("limits follow the rows of one part after the other, not of a sum",)
    return a.followed or b.followed


def _title(spec: Spec) -> str:
    """Return a spec in a few words: a spec of maps by the number of its keys."""
    keys = {key for each in maps_within(spec) for key in each.listed_keys()}
    text = f"a contract of {len(keys)} column{'s' * (len(keys) > 1)}" if keys else repr(spec)
    return text if len(text) <= _TITLE else f"{text[: _TITLE - 3]}..."


_TITLE: Final = 60  # letters


def _counts_of_batch(spec: Any, xs: list[Any], most: int) -> dict[str, Any]:
    """Return the counts of the profile of a batch, by field."""
    readings: list[Reading] = []
    labels: Counter[tuple[Any, Any]] = Counter()  # by what tells equal ones apart, and the label
    refused: list[RefusedValue] = []
    reasons: Counter[str | None] = Counter()
    texts: set[tuple[str, str]] = set()
    for x, reading, problems in _judge_values(spec, xs, most):
        if reading is not None:
            readings.append(reading)
        if problems is None:
            reasons[None] += 1
        elif problems:
            each = [_reason(where, problem) for where, problem in reasons_by_place(problems)]
            refused.append(RefusedValue(_digest(x), "; ".join(map("".join, each)), x))
            own = {_split_numbers(*reason) for reason in each}
            reasons.update({reason for reason, _ in own})
            texts |= own
        elif reading is not None and reading.label is not None:
            label = reading.label if is_hashable(reading.label) else short_repr(reading.label)
            labels[short_repr(label) if isinstance(label, (tuple, frozenset)) else type(label), label] += 1
    kept = _keep_kinds(reasons.items())
    return {
        "valid": len(xs) - len(refused) - reasons[None],
        "invalid": len(refused) + reasons[None],
        "reasons": kept,
        "labels": _keep_kinds((label, count) for (_, label), count in labels.items()),
        "p_values": _histogram(reading.p_value for reading in readings),
        "confidences": _histogram(reading.confidence for reading in readings),
        "refused": _keep_smallest(refused),
        "texts": _common_texts(texts, kept),
    }


def _judge_values(
    spec: Any, xs: list[Any], most: int
) -> Iterator[tuple[Any, Reading | None, list[Problem] | None]]:
    """Yield each of xs with its reading, if a model read it, and its problems; None past the most."""
    asked = specize(spec)
    if isinstance(asked, (ModelSpec, ExamplesSpec)):
        for x, judged in zip(xs, asked.judge_all(xs), strict=True):
            if judged is None:
                yield x, None, _explain_value(spec, x)
            else:
                reading, is_accepted = judged
                yield x, reading, [] if is_accepted else [asked.problem(x, reading, START)]
    else:
        explained = itertools.count(1)
        for x, is_valid in zip(xs, valid_each(asked, xs), strict=True):
            yield x, None, [] if is_valid else _explain_value(spec, x) if next(explained) <= most else None


def _explain_value(spec: Any, x: Any) -> list[Problem]:
    data = explain_data(spec, x)
    return data["problems"] if data else []


def _reason(where: str, problem: Problem) -> tuple[str, str]:
    """Return the place of a problem as the beginning of a line, and its reason."""
    return f"{where}: " if where else "", reason_of(problem)


def _split_numbers(where: str, reason: str) -> tuple[str, str]:
    """Return a reason, after the beginning of its line, without its numbers and with them."""
    return where + _NUMBER.sub("#", reason), where + reason


# --- what adds up -----------------------------------------------------------------------------------------


def _digest(x: Any) -> str:
    """Return a digest of the content of a value, the same in every process."""
    return hashlib.sha256(_content_bytes(x)).hexdigest()[:16]


def _content_bytes(x: Any) -> bytes:
    try:
        x = x.asnumpy() if hasattr(x, "asnumpy") else x
        if hasattr(x, "tobytes") and hasattr(x, "dtype") and not x.dtype.hasobject:
            return f"{x.dtype} {x.shape} ".encode() + bytes(x.tobytes())
        text = repr(stable_order(x) if type(x) in (set, frozenset) else x)
    except Exception:
        text = short_repr(x)
    # An address differs from process to process.
    return re.sub(r" at 0x[0-9a-f]+", "", text).encode("utf-8", "replace")


def _keep_kinds(counts: Iterable[tuple[Any, int]]) -> dict[Any, int]:
    """Return the counts of at most KINDS kinds, and under None the sum of the others.

    Kinds that are equal to Python, such as 1, True and 1.0, are one kind, under the name that sorts first.
    """
    others = 0
    kinds: dict[str, tuple[Any, int]] = {}
    for kind, count in counts:
        if kind is None:
            others += count
            continue
        digest = _digest(_without_type(kind))
        known, n = kinds.get(digest, (kind, 0))
        kinds[digest] = min(known, kind, key=short_repr), n + count
    kept = sorted(kinds)[:KINDS]
    others += sum(count for digest, (_, count) in kinds.items() if digest not in kept)
    bounded: Counter[Any] = Counter()
    for kind, count in map(kinds.__getitem__, kept):
        bounded[kind] += count
    return dict(bounded) | ({None: others} if others else {})


def _common_texts(texts: Iterable[tuple[str, str]], reasons: Mapping[Any, int]) -> dict[str, str]:
    """Return each reason with its numbers, or without them if they differ."""
    common: dict[str, str] = {}
    for reason, text in texts:
        if reason in reasons:
            common[reason] = text if common.get(reason, text) == text else reason
    return common


def _without_type(kind: Any) -> Any:
    """Return a value with one repr for all kinds that are equal to this one."""
    if isinstance(kind, tuple):
        return tuple(map(_without_type, kind))
    if isinstance(kind, frozenset):
        return frozenset(map(_without_type, kind))
    if isinstance(kind, str):  # an enum may be one
        return str.__str__(kind)
    if not isinstance(kind, numbers.Number):
        return kind
    number: Any = kind if getattr(kind, "imag", 0) else getattr(kind, "real", kind)
    try:
        exact = Fraction(number if isinstance(number, (int, Fraction, Decimal)) else float(number))
        return exact.numerator if exact.denominator == 1 else exact
    except (TypeError, ValueError, OverflowError):  # a complex number, NaN, infinity
        return complex(number)


def _keep_smallest(examples: Iterable[RefusedValue]) -> tuple[RefusedValue, ...]:
    """Return the EXAMPLES smallest examples by digest, one for each content."""
    by_digest = {(each.digest, each.reason): each for each in examples}
    return tuple(by_digest[key] for key in sorted(by_digest)[:EXAMPLES])


def _hashable(label: Any) -> Any:
    """Return a label of JSON as a value with a hash: a list becomes a tuple, and a map its text."""
    if isinstance(label, list):
        return tuple(map(_hashable, label))
    return short_repr(label) if isinstance(label, dict) else label


def _histogram(shares: Iterable[float | None]) -> Histogram:
    # A model may return any confidence; NaN belongs to no bin.
    counts = Counter(
        min(int(share * BINS), BINS - 1) for share in shares if share is not None and 0 <= share <= 1
    )
    return tuple(counts[i] for i in range(BINS)) if counts else ()


def _sum(a: Histogram, b: Histogram) -> Histogram:
    return tuple(map(sum, zip(a, b, strict=True))) if a and b else a or b


def _sort_by_count(counts: Mapping[Any, int]) -> list[tuple[Any, int]]:
    """Return pairs of a kind and a count, the most frequent first, the rest (None) last."""
    return sorted(counts.items(), key=lambda item: (item[0] is None, -item[1], short_repr(item[0])))
