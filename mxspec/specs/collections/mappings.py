"""Maps of like entries: every_kv, map_of."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar, Unpack

from mxspec.codegen.code import Code
from mxspec.core.parts import as_pred, form_of
from mxspec.core.predicate import Predicate
from mxspec.core.spec import Pred, Spec
from mxspec.predicates import is_dict
from mxspec.specs.collections.every import Every
from mxspec.specs.collections.options import CollectionOptions, checked
from mxspec.specs.collections.tuples import Tuple
from mxspec.specs.collections.walking import write_entries


def every_kv(key_pred: Any, value_pred: Any, **options: Unpack[CollectionOptions]) -> Spec:
    """Accept a map if some of its entries fit; conform none of them (s/every-kv).

    Args:
        key_pred: what a key satisfies.
        value_pred: what a value satisfies.
        options: any of `CollectionOptions`; into is dict unless said.

    Example:
        >>> import mxspec as s
        >>> s.valid(s.every_kv(str, int), {"a": 1}), s.valid(s.every_kv(str, int), {"a": "b"})
        (True, False)
    """
    entry = Tuple((as_pred(key_pred), as_pred(value_pred)))
    return EveryKV(entry, checked({"into": dict, **options}), gen_fn=options.get("gen"))


def map_of(
    key_pred: Any, value_pred: Any, *, conform_keys: bool = False, **options: Unpack[CollectionOptions]
) -> Spec:
    """Accept a map if every entry fits, and conform every value (s/map-of).

    Args:
        key_pred: what a key satisfies.
        value_pred: what a value satisfies.
        conform_keys: if True, keys are conformed too.
        options: any of `CollectionOptions`; kind is a Mapping and into is dict unless said.

    Example:
        >>> import mxspec as s
        >>> s.conform(s.map_of(str, s.nilable(int)), {"a": 1, "b": None})
        {'a': 1, 'b': None}
    """
    entry = Tuple((as_pred(key_pred), as_pred(value_pred)))
    map_options = checked({"kind": is_dict, "into": dict, **options}, conform_keys)
    return MapOf(entry, map_options, gen_fn=options.get("gen"))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class EveryKV(Every):
    call: ClassVar[str] = "every_kv"
    of_entries: ClassVar[bool] = True

    def _key(self, i: int, element: Any) -> Any:
        return element[0] if isinstance(element, (list, tuple)) and element else None

    def _key_and_value(self) -> tuple[Pred, Pred]:
        assert isinstance(self.pred, Tuple)
        key, value = self.pred.preds
        return key, value

    def form(self) -> Any:
        assert isinstance(self.pred, Tuple)
        options = self.options.form()
        # Both have these unless told otherwise.
        if options.get("into") is dict:
            del options["into"]
        if self.conforms_all and options.get("kind") is is_dict:
            del options["kind"]
        return (self.call, *map(form_of, self.pred.preds), *([options] if options else []))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class MapOf(EveryKV):
    call: ClassVar[str] = "map_of"
    conforms_all: ClassVar[bool] = True

    @property
    def _keeps_dicts(self) -> bool:
        """True if conform makes a dict of a dict, value by value."""
        kind = self.options.kind
        is_plain = isinstance(kind, Predicate) and kind.pred in (is_dict, dict)
        return is_plain and self.options.into is dict and not self.options.conform_keys

    def _writes(self, code: Code) -> bool:
        return self._keeps_dicts and not code.spec(self.pred).is_batched

    def may_change(self, code: Code) -> bool:
        return not self._keeps_dicts or code.may_change(self.pred)

    def valid_expression(self, code: Code, v: str) -> str | None:
        return None if self._writes(code) else code.by_conform(self, v)

    def write_valid(self, code: Code, v: str) -> None:
        with code.valid_if_plain(self, v, "dict"):
            self.write_size(code, v)
            write_entries(code, v, *self._key_and_value())

    def write_conform(self, code: Code, v: str) -> str:
        if not self._writes(code):
            return code.conform_by_itself(self, v)
        with code.conform_if_plain(self, v, "dict") as conformed:
            self.write_size(code, v)
            write_entries(code, v, *self._key_and_value(), conformed)
        return conformed
