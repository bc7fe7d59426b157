"""The statements that check and conform a value, for each kind of spec.

The meaning of a spec is its `conform` and stands in its own file; this is the same meaning as straight code
for plain lists and dicts. Whatever is not plain, and every kind of spec that is not listed, is handed to
`conform`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mxspec import predicates as p
from mxspec.code.writer import Module, Writer
from mxspec.core.predicate import Predicate
from mxspec.core.spec import Pred, Spec
from mxspec.names.registry import find, resolve
from mxspec.predicates import Tagged
from mxspec.regex.combinators import Sequenced
from mxspec.specs.collections import CollOf, MapOf
from mxspec.specs.logic import And, Nilable, Nonconforming, Or
from mxspec.specs.maps import Keys, Merge, qualified, unqualified
from mxspec.specs.ranges import IntIn
from mxspec.specs.tuples import Tuple
from mxspec.values.equality import are_distinct
from mxspec.values.invalid import INVALID

MISSING = object()

# What a type or a named predicate asks, as an expression of one value. The exact type comes first: it is what
# most values have, and the test of it is the fastest there is.
_INT = "(type({0}) is int or is_int({0}))"
_EXPRESSIONS: dict[Any, str] = {
    p.is_any: "True",
    object: "True",
    p.is_some: "{0} is not None",
    p.is_none: "{0} is None",
    p.is_true: "{0} is True",
    p.is_false: "{0} is False",
    int: _INT,
    p.is_int: _INT,
    p.is_even: "({0} % 2 == 0 if type({0}) is int else is_even({0}))",
    p.is_odd: "({0} % 2 == 1 if type({0}) is int else is_odd({0}))",
    p.is_pos_int: "({0} > 0 if type({0}) is int else is_pos_int({0}))",
    p.is_nat_int: "({0} >= 0 if type({0}) is int else is_nat_int({0}))",
    **dict.fromkeys((str, p.is_str), "(type({0}) is str or isinstance({0}, str))"),
    **dict.fromkeys((float, p.is_float), "isinstance({0}, float)"),
    **dict.fromkeys((bool, p.is_bool), "isinstance({0}, bool)"),
}
GLOBALS = {
    "INVALID": INVALID,
    "MISSING": MISSING,
    "Tagged": Tagged,
    **{fn.__name__: fn for fn in (p.is_int, p.is_even, p.is_odd, p.is_pos_int, p.is_nat_int)},
}

Outline = Callable[[Spec], str]


class Inliner:
    """Writes specs into functions.

    Args:
        module: where the functions go.
        outline: makes a spec a function of its own that tells whether a value fits, and returns its name.
    """

    def __init__(self, module: Module, outline: Outline) -> None:
        self.module = module
        self.outline = outline
        self.uses: dict[str, Any] = {}  # every name that was looked up, and what it stood for
        self._inside: list[int] = []  # the specs that are being written into each other

    def spec(self, pred: Pred) -> Spec:
        """The spec behind a name, noted as something the code depends on."""
        if not isinstance(pred, str):
            return pred
        self.uses[pred] = find(pred)
        found: Spec = resolve(pred)
        return found

    # --- whether conform may answer something else than the value ---------------------------------------

    def changes(self, pred: Pred, inside: tuple[int, ...] = ()) -> bool:
        spec = self.spec(pred)
        if id(spec) in inside:
            return False  # a recursive part changes something only if another part does
        inside = (*inside, id(spec))
        if isinstance(spec, (Predicate, IntIn, Nonconforming)):
            return False
        if isinstance(spec, (And, Tuple)):
            return any(self.changes(part, inside) for part in spec.preds)
        if isinstance(spec, Nilable):
            return self.changes(spec.pred, inside)
        if isinstance(spec, Keys):
            return any(self.changes(name, inside) for name in self.known(spec).values())
        if isinstance(spec, (CollOf, MapOf)) and keeps_type(spec):
            into_another = isinstance(spec, CollOf) and spec.options.into is not None
            return into_another or self.changes(spec.pred, inside)
        return True

    def known(self, spec: Keys) -> dict[str, str]:
        """The keys of a keys spec whose values have a spec now."""
        for name in spec.spec_names.values():
            self.uses[name] = find(name)
        return {key: name for key, name in spec.spec_names.items() if self.uses[name] is not None}

    # --- expressions ------------------------------------------------------------------------------------

    def test(self, pred: Pred, v: str) -> str | None:
        """An expression that tells whether v fits, or None where it takes statements."""
        spec = self.spec(pred)
        if id(spec) in self._inside:
            return self.outlined(spec, v)
        self._inside.append(id(spec))
        try:
            return self._test(spec, v)
        finally:
            self._inside.pop()

    def _test(self, spec: Spec, v: str) -> str | None:
        if isinstance(spec, IntIn):
            exact = f"{spec.start} <= {v} < {spec.end}"
            return f"({exact} if type({v}) is int else {self.opaque(spec, v)})"
        if isinstance(spec, Predicate):
            return self._predicate_test(spec, v)
        if isinstance(spec, Nonconforming):
            return self.test(spec.pred, v)
        if isinstance(spec, Nilable):
            inner = self.test(spec.pred, v)
            return inner and f"({v} is None or {inner})"
        if isinstance(spec, Or):
            tests = [self.test(part, v) or self.outlined(self.spec(part), v) for _, part in spec.branches]
            return f"({' or '.join(tests)})" if tests else "False"
        if isinstance(spec, And) and not self.changes(spec):
            parts = [self.test(part, v) for part in spec.preds]
            return None if None in parts else f"({' and '.join(map(str, parts)) or 'True'})"
        if spec.is_regex or isinstance(spec, Sequenced):
            return f"({self.conform_call(spec, v)} is not INVALID)"
        return None if self.written(spec) else self.opaque(spec, v)

    def written(self, spec: Spec) -> bool:
        """Whether `check` knows this kind of spec."""
        if isinstance(spec, Merge):
            return all(isinstance(self.spec(part), Keys) for part in spec.preds)
        if isinstance(spec, (CollOf, MapOf)) and self.spec(spec.pred).is_batched:
            return False
        if isinstance(spec, CollOf):
            o = spec.options
            # What goes into a set or a dict may not fit in there, which only conform finds out.
            return o.kind is None and o.into in (None, list, tuple)
        return isinstance(spec, (Keys, Tuple)) or (isinstance(spec, MapOf) and keeps_type(spec))

    def _predicate_test(self, spec: Predicate, v: str) -> str:
        pred = spec.pred
        if isinstance(pred, (set, frozenset)):
            if pred and all(type(e) is str for e in pred):
                return (
                    f"({v} in {self.module.const(pred)} if type({v}) is str else {self._call(spec.test, v)})"
                )
            return self._call(spec.test, v)
        try:
            known = _EXPRESSIONS.get(pred)
        except TypeError:  # an unhashable callable
            known = None
        if known is not None:
            return known.format(v)
        if isinstance(pred, type):
            return f"isinstance({v}, {self.module.const(pred)})"
        return self._call(spec.test, v)

    def _call(self, fn: Any, v: str) -> str:
        return f"{self.module.const(fn)}({v})"

    def opaque(self, spec: Spec, v: str) -> str:
        """Whether v fits by the spec's own conform."""
        return f"({self.module.const(spec.conform)}({v}) is not INVALID)"

    # --- statements that fall through where v fits --------------------------------------------------------

    def check(self, w: Writer, pred: Pred, v: str) -> None:
        spec = self.spec(pred)
        test = self.test(spec, v)
        if test is not None:
            if test != "True":
                with w.block(f"if not {test}:"):
                    w.line(w.refuse)
            return
        self._inside.append(id(spec))
        if isinstance(spec, Nilable):
            with w.block(f"if {v} is not None:"):
                self.check(w, spec.pred, v)
        elif isinstance(spec, Nonconforming):
            self.check(w, spec.pred, v)
        elif isinstance(spec, (And, Merge)):
            for part in spec.preds:
                self.check(w, part, v)
        else:
            self._check_plain(w, spec, v)
        self._inside.pop()

    def _check_plain(self, w: Writer, spec: Spec, v: str) -> None:
        """Look into a plain list or dict; leave any other value to conform."""
        exact = "dict" if isinstance(spec, (Keys, MapOf)) else "list"
        either = f" or type({v}) is tuple" if isinstance(spec, CollOf) else ""
        with w.block(f"if type({v}) is {exact}{either}:"):
            if isinstance(spec, Keys):
                self._check_keys(w, spec, v)
            elif isinstance(spec, Tuple):
                self._check_tuple(w, spec, v)
            elif isinstance(spec, MapOf):
                self._check_map(w, spec, v)
            else:
                assert isinstance(spec, CollOf)
                self._check_collection(w, spec, v)
        with w.block(f"elif not {self.opaque(spec, v)}:"):
            w.line(w.refuse)

    def conform_call(self, spec: Spec, v: str) -> str:
        """What conform answers, by a function of its own."""
        raise NotImplementedError

    def outlined(self, spec: Spec, v: str) -> str:
        """Whether v fits, by a function of its own."""
        return f"{self.outline(spec)}({v})"

    def _check_keys(self, w: Writer, spec: Keys, v: str) -> None:
        count = self.keys(w, spec, v, lambda name, value, key: self.check(w, name, value))
        with w.block(f"if {self.strangers(spec, v, count)} and not {self.opaque(spec, v)}:"):
            w.line(w.refuse)

    def keys(self, w: Writer, spec: Keys, v: str, each: Callable[[str, str, str], None]) -> str:
        """Look at every key that is listed; each writes what is done with its value.

        Returns:
            An expression for the number of listed keys that are there.
        """
        known = self.known(spec)
        required = {
            key(name) for entries, key in _required(spec) for name in entries if isinstance(name, str)
        }
        for entries, key in _required(spec):
            for entry in entries:
                if not isinstance(entry, str):
                    with w.block(f"if not {_group_test(entry, v, key)}:"):
                        w.line(w.refuse)
        count = w.name("n")
        if required != spec.spec_names.keys():
            w.line(f"{count} = {len(required)}")
        for key_ in spec.spec_names:
            value = w.name("e")
            w.line(f"{value} = {v}.get({key_!r}, MISSING)")
            if key_ in required:
                with w.block(f"if {value} is MISSING:"):
                    w.line(w.refuse)
                if key_ in known:
                    each(known[key_], value, key_)
            else:
                with w.block(f"if {value} is not MISSING:"):
                    w.line(f"{count} += 1")
                    if key_ in known:
                        each(known[key_], value, key_)
        return count if required != spec.spec_names.keys() else str(len(required))

    def strangers(self, spec: Keys, v: str, count: str) -> str:
        """Whether v has a key that is not listed but is a registered name, whose value counts too."""
        listed = self.module.const(frozenset(spec.spec_names), "listed")
        return f"len({v}) != {count} and has_name({v}, {listed})"

    def _check_tuple(self, w: Writer, spec: Tuple, v: str) -> None:
        with w.block(f"if len({v}) != {len(spec.preds)}:"):
            w.line(w.refuse)
        names = [w.name("e") for _ in spec.preds]
        w.line(f"{', '.join(names)}, = {v}")
        for part, name in zip(spec.preds, names, strict=True):
            self.check(w, part, name)

    def size(self, w: Writer, spec: CollOf | MapOf, v: str) -> None:
        o = spec.options
        tests = [f"len({v}) != {o.count}"] * (o.count is not None)
        tests += [f"len({v}) < {o.min_count}"] * bool(o.min_count)
        tests += [f"len({v}) > {o.max_count}"] * (o.max_count is not None)
        if o.distinct and isinstance(spec, CollOf):  # the entries of a dict always are
            tests.append(f"not {self.module.const(are_distinct)}({v})")
        if tests:
            with w.block(f"if {' or '.join(tests)}:"):
                w.line(w.refuse)

    def _check_collection(self, w: Writer, spec: CollOf, v: str) -> None:
        self.size(w, spec, v)
        element = w.name("e")
        test = self.test(spec.pred, element)
        if test != "True":
            with w.block(f"for {element} in {v}:"):
                self.check(w, spec.pred, element)

    def _check_map(self, w: Writer, spec: MapOf, v: str) -> None:
        assert isinstance(spec.pred, Tuple)
        self.size(w, spec, v)
        key, value = w.name("e"), w.name("e")
        with w.block(f"for {key}, {value} in {v}.items():"):
            self.check(w, spec.pred.preds[0], key)
            self.check(w, spec.pred.preds[1], value)


def _required(spec: Keys) -> tuple[tuple[Any, Callable[[str], str]], ...]:
    return ((spec.req, qualified), (spec.req_un, unqualified))


def _group_test(entry: Any, v: str, key: Callable[[str], str]) -> str:
    if isinstance(entry, str):
        return f"{key(entry)!r} in {v}"
    word = " or " if entry.call == "or_keys" else " and "
    return f"({word.join(_group_test(part, v, key) for part in entry.parts)})"


def keeps_type(spec: Any) -> bool:
    """Whether conform rebuilds a plain list as a list and a plain dict as a dict, entry by entry."""
    if isinstance(spec, MapOf):
        kind = spec.options.kind
        is_plain_map = isinstance(kind, Predicate) and kind.pred in (p.is_dict, dict)
        return is_plain_map and spec.options.into is dict and not spec.options.conform_keys
    return isinstance(spec, CollOf) and spec.options.kind is None and spec.options.into in (None, list)
