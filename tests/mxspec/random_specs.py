"""Random specs of every kind, and random values, for tests of what holds for all."""

import os

import hypothesis
from hypothesis import settings
from hypothesis import strategies as st

import mxspec as s

LEAVES = [int, str, bool, s.is_none, s.is_nat_int, s.spec(int), s.int_in(0, 10), s.float_in(0, 1), s.is_any]
NAMES = {f"law/{name}": spec for name, spec in zip("abcdef", LEAVES, strict=False)}
for name, spec in NAMES.items():
    s.def_(name, spec)
s.def_("law/kind", str)
# A name whose values conform to something else.
NAMES["law/pair"] = s.def_("law/pair", s.cat(p=int, q=s.star(str)))

CONFORMERS = [
    s.with_gen(
        s.conformer(lambda x: x + 1 if s.is_int(x) else s.INVALID, lambda x: x - 1),
        lambda: st.integers(-3, 12),
    ),
    s.with_gen(s.conformer(lambda x: [x], lambda x: x[0]), lambda: st.sampled_from([0, "x"])),
]

leaves = st.sampled_from([*LEAVES, {1, 2, "x"}, *NAMES])
names = st.lists(st.sampled_from(sorted(NAMES)), unique=True, max_size=2)


class Building:
    """Draws the parts of one spec; each method makes a combinator of them."""

    more_kinds = ()
    leaves = leaves

    def __init__(self, draw, depth, lossless):
        self.draw = draw
        self.depth = depth
        self.lossless = lossless

    def part(self):
        """A random spec, less deep than this one, with the same kinds in it."""
        return self.draw(specs(self.depth - 1, self.lossless, type(self)))

    def tags(self):
        return self.draw(st.lists(st.sampled_from(["p", "q", "r"]), min_size=1, max_size=3, unique=True))

    def or_(self):
        return s.or_(*((tag, self.part()) for tag in self.tags()))

    def nilable(self):
        return s.nilable(self.part())

    def nonconforming(self):
        return s.nonconforming(self.part())

    def and_(self):
        return s.and_(self.part(), s.is_any)

    def tuple_(self):
        return s.tuple_(*(self.part() for _ in self.tags()))

    def collection(self):
        make = self.draw(st.sampled_from([s.coll_of, s.every]))
        kind = self.draw(st.sampled_from([None, s.is_list, s.is_tuple, s.is_sequential]))
        return make(self.part(), kind=kind, min_count=self.draw(st.integers(0, 1)), gen_max=3)

    def map_of(self):
        return s.map_of(str, self.part(), gen_max=3)

    def every_kv(self):
        return s.every_kv(s.is_int, self.part(), gen_max=3)

    def element(self, *more):
        """A part of a regex that consumes, unless more makes it optional."""
        return self.draw(st.sampled_from([lambda part: part, s.plus, *more]))(self.part())

    def regex(self):
        # A repetition of what may match nothing overflows clojure's stack, and maybe does not unform.
        optional = [s.star] if self.lossless else [s.star, s.maybe]
        kind = self.draw(st.sampled_from(["cat", "alt", "star", "plus"]))
        if kind == "cat":
            return s.spec(s.cat(*((tag, self.element(*optional)) for tag in self.tags())))
        if kind == "alt":
            return s.spec(s.alt(*((tag, self.element()) for tag in self.tags())))
        return s.spec(s.star(self.element()) if kind == "star" else s.plus(self.part()))

    def conformer(self):
        return self.draw(st.sampled_from(CONFORMERS))

    def sequence(self):
        return self.draw(regexes(self.depth - 1, type(self)))

    def keys(self):
        groups = ("req", "opt", "req_un", "opt_un")
        return s.keys(**{group: self.draw(names) for group in groups})

    def merge(self):
        return s.merge(self.keys(), self.keys())

    def multi_spec(self):
        return s.multi_spec("kind", {tag: s.keys(opt_un=self.draw(names)) for tag in self.tags()})

    def amp(self):
        if self.lossless:
            # As in Clojure, no element conforms to None, which a choice around it cannot lead back. And no
            # repetition of repetitions: one of dozens of elements takes half a minute to match here.
            return s.spec(s.amp(s.plus(self.part()), s.is_any))
        return s.spec(s.amp(s.star(self.element()), s.is_any))

    def map_with_keys_conformed(self):
        return s.map_of(self.draw(st.sampled_from([int, str])), self.part(), conform_keys=True, gen_max=2)


KINDS = ["or_", "nilable", "nonconforming", "and_", "tuple_", "collection", "map_of", "every_kv", "regex"]
KINDS += ["keys", "merge", "multi_spec", "amp", "map_with_keys_conformed"]


@st.composite
def specs(draw, depth=3, lossless=False, building=Building, kind=None):
    """A random spec: a leaf, or a combinator of specs less deep.

    Args:
        depth: how many specs are within each other, at most.
        lossless: if True, unform is the inverse of conform.
        building: a class whose methods make the combinators; its more_kinds names those of its own.
        kind: the combinator, if it is not any.
    """
    if kind is None:
        if depth == 0 or draw(st.integers(0, 3)) == 0:
            return draw(building.leaves)
        kind = draw(
            st.sampled_from([*KINDS, *(["conformer", "sequence"] if lossless else building.more_kinds)])
        )
    return getattr(building(draw, depth, lossless), kind)()


@st.composite
def regexes(draw, depth, building, consumes=False):
    """Regexes within each other, each of which leads back from what it conforms to.

    Args:
        consumes: if True, the regex matches one element at least, as star and plus ask of what they repeat.
    """

    def part(consumes):
        return draw(regexes(depth - 1, building, consumes))

    kinds = ["cat", "alt", "plus", "element"] + ([] if consumes else ["star", "amp"])
    kind = draw(st.sampled_from(kinds)) if depth > 0 else "element"
    if kind == "cat":
        return s.cat(p=part(consumes), q=part(False))
    if kind == "alt":
        return s.alt(p=part(consumes), q=part(consumes))
    if kind == "plus":
        return s.plus(part(True))
    if kind == "star":
        return s.star(part(True))
    if kind == "amp":
        # A repetition of repetitions here may go on in thousands of ways, which takes minutes to match.
        return s.amp(s.plus(draw(regexes(0, building, True))), s.is_any)
    # Elements that fit several parts are what makes a regex ambiguous.
    return (
        draw(st.sampled_from([int, s.is_any]))
        if draw(st.booleans())
        else s.spec(draw(specs(depth, True, building)))
    )


values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-3, 12), st.floats(), st.sampled_from(["", "x", "p", "law/a"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.sampled_from(["kind", "a", "b", "law/a", "law/b", 1]), inner, max_size=3),
    ),
    max_leaves=6,
)

# The same specs each time, so that no change fails by chance. RANDOM=1 draws others and more (make fuzz).
IS_RANDOM = bool(os.environ.get("RANDOM"))
examples = settings(
    max_examples=100 if IS_RANDOM else 25,
    derandomize=not IS_RANDOM,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.filter_too_much],
)


def same(a, b):
    """Equal and of equal types, with NaN equal to itself."""
    return shown(a) == shown(b)


def shown(x):
    """x as text that does not depend on the order in which a set was filled."""
    if isinstance(x, (set, frozenset)):
        return f"{type(x)}{sorted(map(shown, x))}"
    if isinstance(x, (list, tuple)):
        return f"{type(x)}{[shown(e) for e in x]}"
    if isinstance(x, dict):
        return f"{type(x)}{[(shown(key), shown(value)) for key, value in x.items()]}"
    return repr(x)
