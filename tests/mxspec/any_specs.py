"""Random specs of every kind: arrays, models, functions and annotations as well."""

import collections
import dataclasses
import typing

import annotated_types
from hypothesis import strategies as st

import mxspec as s
from tests.mxspec.any_values import Letter, Number
from tests.mxspec.random_specs import Building


def unsure(x):
    return s.Reading(x, confidence=0.5, score=x, reason="no")


class Anything(Building):
    """Draws specs of all kinds: arrays, models, functions and annotations as well."""

    more_kinds = ("array", "model_spec", "fspec", *5 * ["annotation"])

    def array(self):
        shape = self.draw(st.sampled_from([None, (None,), (3,), [(2, 2), (3,)]]))
        dtype = self.draw(st.sampled_from([None, "float32", "O", "number"]))
        bounds = self.draw(st.sampled_from([{}, {"min": 0}, {"min": 0, "max": 1, "finite": True}]))
        return s.array(shape, dtype, **bounds)

    def model_spec(self):
        discriminate = one = self.draw(st.sampled_from([len, lambda x: x, lambda x: x[0], unsure]))
        options = self.draw(st.sampled_from([{}, {"min_confidence": 0.9}, {"threshold": 0.5}]))
        if self.draw(st.booleans()):
            discriminate = s.batched(lambda xs: list(map(one, xs)))(lambda x: one(x))
        input_ = {"input": self.part()} if self.draw(st.booleans()) else {}
        return s.model_spec(self.part(), discriminate, str, **options, **input_)

    def fspec(self):
        return s.fspec(args=s.cat(x=self.draw(st.sampled_from([int, str]))), ret=self.part())

    def type(self):
        """An annotation, with a random spec in it or one of Python's types."""
        if self.draw(st.booleans()):
            return typing.Annotated[typing.Any, s.Valid[self.part()]]
        return self.draw(
            st.sampled_from([int, str, None, Letter, Number, "Own", typing.Literal["a", 1, None]])
        )

    def annotation(self):
        a, b = self.type(), self.type()
        field = dataclasses.make_dataclass("Record", [("a", a), ("x", b)])
        tp = self.draw(
            st.sampled_from(
                [
                    *(list[a], set[a], frozenset[a], tuple[a, ...], tuple[a, b], tuple[()], typing.Any),
                    *(collections.deque[a], collections.abc.Sequence[a], collections.abc.Iterable[a]),
                    *(dict[a, b], dict[str, a], collections.abc.Mapping[str, a], typing.Union[a, b, list[a]]),  # noqa: UP007
                    *(typing.TypedDict("Keys", {"a": a, "kind": b}), field),
                    typing.TypedDict("Some", {"a": a, "kind": b}, total=False),
                    typing.Annotated[list[a], slice(1, 2), annotated_types.Predicate(len)],
                ]
            )
        )
        return s.from_type(tp, names={"Own": tp})
