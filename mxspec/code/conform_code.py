"""The statements that make the conformed value, for each kind of spec whose conform may change a value."""

from __future__ import annotations

from mxspec.code.valid_code import Inliner, keeps_type
from mxspec.code.writer import Writer
from mxspec.core.spec import Pred, Spec
from mxspec.regex.combinators import Sequenced
from mxspec.specs.collections import CollOf, MapOf
from mxspec.specs.logic import And, Nilable, Or
from mxspec.specs.maps import Keys
from mxspec.specs.tuples import Tuple


class ConformInliner(Inliner):
    """Writes specs so that their functions return what conform does."""

    def make(self, w: Writer, pred: Pred, v: str) -> str:
        """Write what conforms v, and return the expression for it; v itself where nothing changes."""
        spec = self.spec(pred)
        if not self.changes(spec):
            self.check(w, spec, v)
            return v
        made = w.name("c")
        if id(spec) in self._inside or spec.is_regex or isinstance(spec, Sequenced):
            w.line(f"{made} = {self.conform_call(spec, v)}")
            self._refuse_invalid(w, made)
            return made
        self._inside.append(id(spec))
        self._make(w, spec, v, made)
        self._inside.pop()
        return made

    def conform_call(self, spec: Spec, v: str) -> str:
        """What conform answers, by a function of its own."""
        return f"{self.outline_conform(spec)}({v})"

    def outline_conform(self, spec: Spec) -> str:
        """The name of a function that conforms; set by whoever compiles."""
        raise NotImplementedError

    def _refuse_invalid(self, w: Writer, made: str) -> None:
        with w.block(f"if {made} is INVALID:"):
            w.line(w.refuse)

    def _make(self, w: Writer, spec: Spec, v: str, made: str) -> None:
        if isinstance(spec, And):
            current = v
            for part in spec.preds:
                current = self.make(w, part, current)
            w.line(f"{made} = {current}")
        elif isinstance(spec, Or):
            self._make_or(w, spec, v, made)
        elif isinstance(spec, Nilable):
            with w.block(f"if {v} is None:"):
                w.line(f"{made} = None")
            with w.block("else:"):
                w.line(f"{made} = {self.make(w, spec.pred, v)}")
        elif isinstance(spec, Keys):
            self._make_plain(w, spec, v, made, "dict")
        elif isinstance(spec, Tuple) or (
            isinstance(spec, CollOf) and self.written(spec) and keeps_type(spec)
        ):
            self._make_plain(w, spec, v, made, "list")
        elif isinstance(spec, MapOf) and self.written(spec):
            self._make_plain(w, spec, v, made, "dict")
        else:
            w.line(f"{made} = {self.module.const(spec.conform)}({v})")
            self._refuse_invalid(w, made)

    def _make_or(self, w: Writer, spec: Or, v: str, made: str) -> None:
        depth = w.depth
        for tag, part in spec.branches:
            if self.changes(part):
                tried = w.name("c")
                w.line(f"{tried} = {self.conform_call(self.spec(part), v)}")
                head = f"if {tried} is not INVALID:"
            else:
                tried = v
                head = f"if {self.test(part, v) or self.outlined(self.spec(part), v)}:"
            with w.block(head):
                w.line(f"{made} = Tagged(({tag!r}, {tried}))")
            w.line("else:")
            w.depth += 1
        w.line(w.refuse)
        w.depth = depth

    def _make_plain(self, w: Writer, spec: Spec, v: str, made: str, kind: str) -> None:
        """Go into a plain list or dict; leave any other value to conform."""
        with w.block(f"if type({v}) is {kind}:"):
            if isinstance(spec, Keys):
                self._make_keys(w, spec, v, made)
            elif isinstance(spec, Tuple):
                self._make_tuple(w, spec, v, made)
            elif isinstance(spec, MapOf):
                self._make_map(w, spec, v, made)
            else:
                assert isinstance(spec, CollOf)
                self._make_collection(w, spec, v, made)
        with w.block("else:"):
            w.line(f"{made} = {self.module.const(spec.conform)}({v})")
            self._refuse_invalid(w, made)

    def _make_keys(self, w: Writer, spec: Keys, v: str, made: str) -> None:
        w.line(f"{made} = {v}")

        def each(name: str, value: str, key: str) -> None:
            conformed = self.make(w, name, value)
            if conformed != value:
                self._put(w, conformed, value, made, v, repr(key), "dict")

        count = self.keys(w, spec, v, each)
        with w.block(f"if {self.strangers(spec, v, count)}:"):
            w.line(f"{made} = {self.module.const(spec.conform)}({v})")
            self._refuse_invalid(w, made)

    def _put(self, w: Writer, conformed: str, value: str, made: str, v: str, at: str, copy: str) -> None:
        """Put a conformed value into a copy of v, made when the first differs."""
        with w.block(f"if {conformed} is not {value}:"):
            with w.block(f"if {made} is {v}:"):
                w.line(f"{made} = {copy}({v})")
            w.line(f"{made}[{at}] = {conformed}")

    def _make_tuple(self, w: Writer, spec: Tuple, v: str, made: str) -> None:
        with w.block(f"if len({v}) != {len(spec.preds)}:"):
            w.line(w.refuse)
        names = [w.name("e") for _ in spec.preds]
        w.line(f"{', '.join(names)}, = {v}")
        w.line(f"{made} = {v}")
        for i, (part, name) in enumerate(zip(spec.preds, names, strict=True)):
            conformed = self.make(w, part, name)
            if conformed != name:
                self._put(w, conformed, name, made, v, str(i), "list")

    def _make_collection(self, w: Writer, spec: CollOf, v: str, made: str) -> None:
        self.size(w, spec, v)
        w.line(f"{made} = {v}")
        i, element = w.name("i"), w.name("e")
        with w.block(f"for {i}, {element} in enumerate({v}):"):
            conformed = self.make(w, spec.pred, element)
            self._put(w, conformed, element, made, v, i, "list")

    def _make_map(self, w: Writer, spec: MapOf, v: str, made: str) -> None:
        assert isinstance(spec.pred, Tuple)
        key_pred, value_pred = spec.pred.preds
        self.size(w, spec, v)
        w.line(f"{made} = {v}")
        key, value = w.name("e"), w.name("e")
        with w.block(f"for {key}, {value} in {v}.items():"):
            self.make(w, key_pred, key)
            conformed = self.make(w, value_pred, value)
            if conformed != value:
                self._put(w, conformed, value, made, v, key, "dict")
