"""Problems as text for people, and as a list of errors for programs."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from mxspec.addresses import reduce_by_name
from mxspec.base import names
from mxspec.base.forms import call_text
from mxspec.base.generated.origins import origin_of
from mxspec.base.messages import reasons
from mxspec.base.messages.branches import told_problems
from mxspec.base.messages.pictures import readings_text
from mxspec.base.messages.remarks import advice, remark
from mxspec.base.messages.requirements import (
    BY_REASON,
    MISSING,
    TYPES,
    WORDS_ALONE,
    allowed_values,
    form_text,
    keys_text,
    names_lambda,
    requirement,
)
from mxspec.base.messages.text import WIDEST_INT, head_of, jsonable, repr_text, text
from mxspec.base.values import short_repr
from mxspec.errors import ErrorDetails, Problem, ReadingFacts, did_you_mean, list_errors_by

# --- problems as text -------------------------------------------------------------------------------------

_MOST_HINTS: Final = 10  # in all lines, since each may search a whole map
_MOST_STEPS: Final = 40  # shown of one path
_MOST_HINTED_KEYS: Final = 100_000  # of one map, for a hint

MOST_LINES: Final = 1000
"""The number of problems that a text shows. A million wrong elements would be 30 MB of text."""


def problems_text(problems: Iterable[Problem], spec: object = None) -> str:
    """Return the problems, one on each line, the deepest first; past MOST_LINES a number counts them.

    The lines of a union are together, the branch that fits best first. A regex may reach one problem in
    several ways, and clojure lists them all; here the problem has one line. No hint names a key of spec.
    """
    hints = Hints(spec)
    lines = told_problems(problems, deepest_first=True, most=MOST_LINES)
    by_value = [(id(problem["val"]), _problem_line(problem, hints)) for problem in lines[:MOST_LINES]]
    texts = [text for _, text in dict.fromkeys(by_value)]
    if len(lines) > MOST_LINES:
        texts.append(f"... {len(lines) - MOST_LINES:,} more problems")
    return "\n".join(texts)


def _problem_line(problem: Problem, hints: Hints) -> str:
    """Return one problem as a line: the sentence, then the failed form and the place."""
    sentence = sentence_of(problem, hints)
    value = short_repr(problem["val"]) + _generated_reading(problem)
    facts = [] if sentence.takes_value else [f"value: {value}"]
    if sentence.form is not None:
        facts.append(f"failed: {call_text(sentence.form)}")
    if problem["in"]:
        facts.append(f"in: [{_steps_text(problem['in'])}]")
    if problem["path"]:
        facts.append(f"at: [{_steps_text(problem['path'])}]")
    if problem["via"]:
        facts.append(f"spec: {problem['via'][-1]!r}")
    return " - ".join([sentence.text(value), *[" ".join(facts)] * bool(facts)])


def _generated_reading(problem: Problem) -> str:
    """Return the reading of a generated value in words, unless the problem has one."""
    origin = None if "label" in problem else origin_of(problem["val"])
    text = "" if origin is None else readings_text(problem["val"])
    return f", {text}" if text else ""


def _steps_text(steps: Sequence[Any]) -> str:
    """Return the steps of a path as text; of a long path only the first and the last."""
    if len(steps) <= _MOST_STEPS:
        return ", ".join(map(short_repr, steps))
    more = f"... {len(steps) - 6:,} more ..."
    return ", ".join([*map(short_repr, steps[:3]), more, *map(short_repr, steps[-3:])])


class Sentence(NamedTuple):
    """A problem in words, the same for people and for programs.

    Attributes:
        type: the type of the error.
        words: the requirement, or the fault.
        clauses: what else helps: a reason, the nearest word.
        advice: the call that reads the value, for who writes Python.
        form: the failed form, None if the words contain it or are more precise.
        takes_value: True if the words are a requirement, which "not" and the value may follow.
    """

    type: str
    words: str
    clauses: str = ""
    advice: str = ""
    form: Any = None
    takes_value: bool = False

    def text(self, value: str = "", *, advice: bool = True) -> str:
        """Return the sentence, with the text of the refused value where the words take it."""
        refused = f", not {value}" if value and self.takes_value else ""
        return f"{self.words}{refused}{self.clauses}{self.advice if advice else ''}"


def sentence_of(problem: Problem, hints: Hints, *, remarks: bool = True) -> Sentence:
    """Return the sentence of a problem, or the author's message if any.

    Args:
        problem: the problem.
        hints: the hints of the explanation.
        remarks: False to leave out what is about the value alone.

    Example:
        >>> problem = {"path": [], "pred": ("int_in", 1, 10), "val": 10, "via": [], "in": []}
        >>> sentence_of(problem, Hints(None)).text("10")
        'an int from 1 to 9 is required, not 10'
    """
    sentence = _sentence_without_message(problem, hints, remarks)
    return Sentence(sentence.type, problem["message"]) if "message" in problem else sentence


def _sentence_without_message(problem: Problem, hints: Hints, remarks: bool) -> Sentence:
    pred, val, reason = problem["pred"], problem["val"], problem.get("reason")
    head = head_of(pred)
    if (tag_problem := _tag_problem(problem, hints)) is not None:
        return Sentence(tag_problem.type, tag_problem.words)
    if head in BY_REASON and reason is not None:
        # The type of a model's problem depends on its label; the form helps if a dispatch or a call raised.
        kind = _READ_AS if head == "model_spec" and "label" in problem else BY_REASON[head]
        return Sentence(kind, reason, form=pred if head in ("multi_spec", "apply") else None)
    if pred is None:
        return Sentence("spec", reason or "")
    kind, required = requirement(pred, val)
    words = f"{required} is required"
    if reason is not None and reason in _REASONS:
        words = f"{reason}: {words}" if reason == reasons.INSUFFICIENT_INPUT else reason
        return Sentence(_REASONS[reason], words, form=pred)
    clauses = f"; {reason}" if reason is not None else ""
    if kind == MISSING:
        return Sentence(kind, words, clauses or hints.near_key(pred, val))
    call = ""
    if remarks and not clauses:
        clauses = hints.near_choice(pred, val) or remark(pred, val)
        call = "" if clauses else advice(pred, val)
    is_call = head not in WORDS_ALONE and required != form_text(pred)
    return Sentence(kind, words, clauses, call, pred if is_call else None, takes_value=True)


class TagProblem(NamedTuple):
    """A value without a method in a multi_spec, for its sender.

    Attributes:
        type: the type of the error.
        steps: the key of the tag, if the tag is a key, and the value a map.
        part: the part of the value that is refused.
        words: the requirement.
    """

    type: str
    steps: list[Any]
    part: Any
    words: str


def _tag_problem(problem: Problem, hints: Hints) -> TagProblem | None:
    """Return the place and the words of a tag without a method, None for another problem."""
    form, val = problem["pred"], problem["val"]
    if head_of(form) != "multi_spec":
        return None
    # A message replaces the reason; a key gets no other message.
    if problem.get("reason") != reasons.NO_METHOD and (callable(form[1]) or "message" not in problem):
        return None
    dispatch, tag = form[1], problem["path"][-1]
    steps: list[Any] = []
    if not callable(dispatch):
        if not issubclass(type(val), Mapping):
            return TagProblem("dict_type", [], val, "a map is required")
        steps = [dispatch]
        if tag is None and not _has_key(val, dispatch):
            pred = ("contains", dispatch)
            words = f"{keys_text(pred)} is required{hints.near_key(pred, val)}"
            return TagProblem(MISSING, steps, val, f"{words}; {reasons.known_tags(form[2]['methods'])}")
    return TagProblem("no_method", steps, tag if steps else val, reasons.no_such_tag(tag, form[2]["methods"]))


def _has_key(x: Any, key: object) -> bool:
    try:
        return key in x
    except Exception:  # any method of a map may raise
        return False


class Hints:
    """The hints of one explanation: keys of the value that may be misspelt versions of missing keys.

    A key of the spec itself is never a hint: `nme` may be meant for `name`, but `names` may not if it is also
    a key.
    """

    def __init__(self, spec: object) -> None:
        self._spec = spec
        self._asked: set[str] | None = None
        self._left = _MOST_HINTS

    def near_key(self, form: tuple[Any, ...], val: object) -> str:
        """Return a clause with the key of val nearest to the missing key, if one is near."""
        is_key = form[0] == "contains" and isinstance(form[1], str)
        if not is_key or not isinstance(val, Mapping) or not self._left:
            return ""
        self._left -= 1
        if self._asked is None:
            self._asked = asked_keys(self._spec)
        try:
            # Plain strings only, and a limited number: a map may be endless.
            keys = [
                str.__str__(key) for key in itertools.islice(val, _MOST_HINTED_KEYS) if isinstance(key, str)
            ]
        except Exception:  # any method of a map may raise
            return ""
        return did_you_mean(
            form[1], (key for key in keys if key not in self._asked and names.current.find(key) is None)
        )

    def near_choice(self, form: Any, val: object) -> str:
        """Return a clause with the allowed value nearest to val, if both are strings and near."""
        if type(val) is not str or not self._left:
            return ""
        words = [choice for choice in allowed_values(form) if isinstance(choice, str)]
        self._left -= bool(words)
        return "" if val in words else did_you_mean(val, words)


def asked_keys(spec: Any) -> set[str]:
    """Return the required and the optional keys of a spec and all its parts.

    Example:
        >>> import mxspec as s
        >>> _ = s.def_("doc/cat", s.keys(req_un=["doc/name"], opt=["doc/age"]))
        >>> sorted(asked_keys(s.coll_of("doc/cat")))
        ['doc/age', 'name']
    """
    asked: set[str] = set()
    waiting, seen = [names.current.find(spec)], set()
    while waiting:
        spec = waiting.pop()
        if hasattr(spec, "parts") and id(spec) not in seen:
            seen.add(id(spec))
            asked |= spec.listed_keys()
            waiting += [part.spec for part in spec.parts()]
    return asked


class ProblemTable(dict[str, Any]):
    """The dict of explain_data; a notebook shows it as a table with a row for each problem."""

    __reduce_ex__ = reduce_by_name

    __slots__ = ()

    def _repr_html_(self) -> str:
        hints = Hints(self["spec"])
        rows = [
            [
                short_repr(problem["val"]),
                " ".join(map(short_repr, problem["in"])),
                sentence_of(problem, hints).text(),
            ]
            for problem in told_problems(self["problems"])
        ]
        table = [_row("th", ["value", "in", "refused for"]), *(_row("td", row) for row in rows)]
        return f"<table>{''.join(table)}</table>"


def _row(tag: str, texts: Iterable[str]) -> str:
    import html

    cells = (f"<{tag} style='text-align:left'>{html.escape(text)}</{tag}>" for text in texts)
    return f"<tr>{''.join(cells)}</tr>"


# --- the list of errors -----------------------------------------------------------------------------------

_READ_AS: Final = "read_as"
_REASONS: Final = MappingProxyType(
    {
        reasons.INSUFFICIENT_INPUT: "insufficient_input",
        reasons.EXTRA_INPUT: "extra_input",
        reasons.TOO_DEEP: "too_deep",
    }
)

ERROR_TYPES: Final = TYPES | {_READ_AS, *_REASONS.values()}
"""All types of errors: stable words for programs."""

_FACTS: Final = (*ReadingFacts.__annotations__, "index")


def error_list(
    problems: Sequence[Problem], spec: object = None, *, advice: bool = True
) -> list[ErrorDetails]:
    """Return problems in the order of messages, in the shape of pydantic's errors, ready for json.dumps.

    Args:
        problems: the problems.
        spec: the spec of the question.
        advice: False to leave out calls of Python, for a sender who writes none.
    """
    listing = _Listing(spec, advice)
    return [listing.details(problem) for problem in told_problems(problems)]


list_errors_by(error_list)


class _Listing:
    """The problems of one explanation as errors.

    Many problems share a form or a part of the value; each is put into words once.
    """

    def __init__(self, spec: object, advice: bool) -> None:
        self._advice = advice
        self._asked = "" if spec is None else form_text(spec)
        self._hints = Hints(spec)
        self._forms: dict[int, str] = {}
        self._values: dict[int, Any] = {}

    def details(self, problem: Problem) -> ErrorDetails:
        sentence = sentence_of(problem, self._hints)
        kind = sentence.type
        pred, val = problem["pred"], problem["val"]
        missing = [pred[1]] if kind == MISSING and pred[0] == "contains" else []
        if (tag_problem := _tag_problem(problem, self._hints)) is not None:
            kind, missing, val = tag_problem[:3]
        forms = {"pred": "" if pred is None else self._form(pred), "spec": self._asked}
        if "message" in problem:  # the message is complete
            forms = {name: "" if names_lambda(words) else words for name, words in forms.items()}
        context = {**forms, "path": _steps(problem["path"]), "via": _steps(problem["via"])}
        facts: Mapping[str, Any] = problem
        return {
            "type": kind,
            "loc": [*_steps(problem["in"]), *_steps(missing), *problem.get("index", ())],
            "msg": text(sentence.text(advice=self._advice)),
            "input": self._value(val),
            "ctx": context | {name: jsonable(facts[name]) for name in _FACTS if name in facts},
        }

    # By id: the problems keep their parts alive.

    def _form(self, pred: object) -> str:
        if id(pred) not in self._forms:
            self._forms[id(pred)] = form_text(pred)
        return self._forms[id(pred)]

    def _value(self, x: object) -> Any:
        if id(x) not in self._values:
            self._values[id(x)] = jsonable(x)
        return self._values[id(x)]


def _steps(steps: Sequence[Any]) -> list[str | int]:
    """Return keys and indices as JSON."""
    return [
        text(step)
        if issubclass(type(step), str)
        else step
        if type(step) is int and step.bit_length() < WIDEST_INT
        else repr_text(step)
        for step in steps
    ]


def reason_of(problem: Problem) -> str:
    """Return the sentence of a problem without remarks on its value: the same for values that fail alike."""
    return text(sentence_of(problem, Hints(None), remarks=False).text())
