"""Random specs and random edits of them whose truth is known by how they were made.

It knows nothing of proofs. A spec is drawn as plain data, a `Part`; an edit changes one node, and every
place of a node is one where a wider part makes a wider whole. The branches of a choice, and the parts of a
sequence, are of different sorts, so that a narrower part makes a narrower whole, too.
"""

import contextlib
import copy
import dataclasses
import itertools
import random
from typing import Annotated

import annotated_types
import numpy as np

import mxspec as s
from tests.mxspec import random_models
from tests.mxspec.random_models import Part

WORDS = [*random_models.WORDS, "pink", "teal"]
KEYS = ["name", "age", "tags", "size", "mode", "note"]


# --- random specs -----------------------------------------------------------------------------------------

LEAVES = ["int", "even", "float", "words", "numbers", "text", "bool"]
JSON_LEAVES = ["int", "words", "text", "bool"]
INNER = ["list", "set", "tuple", "map", "map_of", "nilable", "or", "regex", "array", "tree", "multi"]
JSON_INNER = ["list", "map", "map_of", "nilable", "or"]


class Drawing:
    """Draws specs from a seed; is_json for those that JSON Schema can say exactly."""

    def __init__(self, seed, is_json=False):
        self.random, self.is_json = random.Random(seed), is_json
        self.leaves, self.inner = (JSON_LEAVES, JSON_INNER) if is_json else (LEAVES, INNER)

    def node(self, depth, without=()):
        sorts = [*self.leaves, *(self.inner * 2 if depth else [])]
        sort = self.random.choice([sort for sort in sorts if kind_of(sort) not in without])
        return getattr(self, sort)(depth)

    def int(self, depth):
        low = self.random.randint(-20, 20)
        return Part("int", [], {"low": low, "high": low + self.random.choice([3, 8, 40, 5000])})

    def even(self, depth):
        return Part("even", [], {**self.int(0).options, "is_even": self.random.random() < 0.5})

    def float(self, depth):
        low = self.random.choice([-1.0, 0.0, 0.25, -300.0])
        high = low + self.random.choice([0.5, 1.0, 1000.0])
        return Part("float", [], {"low": low, "high": high, "open": None})

    def words(self, depth):
        return Part("words", [], {"members": self.random.sample(WORDS, self.random.randint(2, 5))})

    def numbers(self, depth):
        members = self.random.sample(range(100, 120), self.random.randint(2, 5))
        return Part("numbers", [], {"members": members})

    def text(self, depth):
        low = self.random.randint(0, 3)
        return Part("text", [], {"low": low, "high": low + self.random.randint(1, 6)})

    def bool(self, depth):
        return Part("bool", [], {"is_all": self.random.random() < 0.6})

    def several(self, kind, depth):
        low = self.random.randint(0, 2)
        high = self.random.choice([None, low + self.random.randint(1, 4)])
        return Part(kind, [self.node(depth - 1)], {"low": low, "high": high, "distinct": False})

    def list(self, depth):
        return self.several("list", depth)

    def set(self, depth):
        part = self.node(0, without={"bool", "str"})
        return Part("set", [part], {"low": 0, "high": self.random.choice([None, 3]), "distinct": False})

    def tuple(self, depth):
        return Part("tuple", [self.node(depth - 1) for _ in range(self.random.randint(1, 3))])

    def map(self, depth):
        keys = self.random.sample(KEYS, self.random.randint(1, 4))
        required = [self.random.random() < 0.5 for _ in keys]
        facts = {"keys": keys, "required": required, "closed": self.random.random() < 0.5}
        return Part("map", [self.node(depth - 1) for _ in keys], facts)

    def map_of(self, depth):
        return self.several("map_of", depth)

    def nilable(self, depth):
        options = {"is_nilable": self.random.random() < 0.5}
        part = self.node(depth - 1, {"none"})
        while part.kind == "nilable":  # of two, either may be left out without a change
            [part] = part.parts
        return Part("nilable", [part], options)

    def apart(self, depth, count):
        """Nodes of different kinds, so that no value fits two of them."""
        parts, kinds = [], {"none"}
        for _ in range(count):
            part = self.node(depth - 1, kinds | {"any"})
            parts.append(part)
            kinds |= {kind_of(part.kind)}
        return parts

    def _or(self, depth):
        return Part("or", self.apart(depth, self.random.randint(2, 3)))

    def regex(self, depth):
        parts = self.apart(depth, self.random.randint(1, 3))
        times = [self.random.choice(["one", "maybe", "plus", "star"]) for _ in parts]
        return Part("regex", parts, {"times": times})

    def array(self, depth):
        low = self.random.choice([0.0, -1.0])
        facts = {"shape": [self.random.choice([None, 2, 3]) for _ in range(self.random.randint(1, 2))]}
        return Part("array", [], {**facts, "dtype": "float32", "low": low, "high": low + 2.0, "finite": True})

    def tree(self, depth):
        return Part("tree", [self.node(0)])

    def multi(self, depth):
        tags = self.random.sample(["a", "b", "c"], 2)
        return Part("multi", [self.method() for _ in tags], {"tags": tags})

    def method(self):
        """The node of an open map; a closed one has no place for the tag."""
        method = self.map(1)
        method.options |= {"closed": False, "is_open": True}
        return method


setattr(Drawing, "or", Drawing._or)


def kind_of(sort):
    """The kind of the values of a sort; sorts of one kind may share values."""
    kinds = {"int": "int", "even": "int", "numbers": "int", "words": "str", "text": "str", "map_of": "map"}
    kinds |= {"tree": "map", "multi": "map", "list": "list", "tuple": "list", "regex": "list"}
    kinds |= {"nilable": "any", "or": "any"}
    return kinds.get(sort, sort)


# --- from a node to its spec ------------------------------------------------------------------------------


class Building:
    """Builds specs, under names of its own, which end with it."""

    def __init__(self, namespace):
        self.namespace = namespace
        self.numbers = itertools.count()
        self.names = []

    def name(self, spec, key="part"):
        name = s.def_(f"{self.namespace}{next(self.numbers)}/{key}", spec)
        self.names.append(name)
        return name

    def spec(self, node):
        return getattr(self, f"_{node.kind}")(node, **node.options)

    def parts(self, node):
        return [self.spec(part) for part in node.parts]

    def _int(self, node, low, high):
        return s.int_in(low, high) if high is not None else int

    def _even(self, node, low, high, is_even):
        return s.and_(s.int_in(low, high), s.is_even) if is_even else s.int_in(low, high)

    def _float(self, node, low, high, open):
        return s.float_in(low, high)

    def _words(self, node, members):
        return set(members) if members else str

    _numbers = _words

    def _text(self, node, low, high):
        return s.from_type(Annotated[str, annotated_types.Len(low, high)])

    def _bool(self, node, is_all):
        return bool if is_all else s.is_true

    def _list(self, node, low, high, distinct, kind=s.is_list):
        [part] = self.parts(node)
        return s.coll_of(part, kind=kind, min_count=low, max_count=high, distinct=distinct)

    def _set(self, node, low, high, distinct):
        return self._list(node, low, high, False, s.is_set)

    def _tuple(self, node):
        return s.tuple_(*self.parts(node))

    def _map(self, node, keys, required, closed, is_open=False):
        names = [self.name(part, key) for key, part in zip(keys, self.parts(node), strict=True)]
        req = [name for name, is_required in zip(names, required, strict=True) if is_required]
        return s.keys(req_un=req, opt_un=[name for name in names if name not in req], closed=closed)

    def _map_of(self, node, low, high, distinct):
        [part] = self.parts(node)
        return s.map_of(str, part, min_count=low, max_count=high)

    def _nilable(self, node, is_nilable):
        [part] = self.parts(node)
        return s.nilable(part) if is_nilable else part

    def _or(self, node):
        return s.or_(*((f"t{i}", part) for i, part in enumerate(self.parts(node))))

    def _regex(self, node, times):
        kinds = {"one": lambda part: part, "maybe": s.maybe, "plus": s.plus, "star": s.star}
        parts = zip(times, self.parts(node), strict=True)
        parts = [kinds[time](s.spec(part)) for time, part in parts]
        return s.spec(s.cat(*((f"t{i}", part) for i, part in enumerate(parts))))

    def _array(self, node, shape, dtype, low, high, finite):
        return s.array(tuple(shape), dtype, low, high, finite)

    def _tree(self, node):
        [part] = self.parts(node)
        name = f"{self.namespace}{next(self.numbers)}/tree"
        self.names.append(name)
        s.def_(name, s.keys(req_un=[self.name(part, "value")], opt_un=[self.name(s.coll_of(name), "kids")]))
        return name

    def _multi(self, node, tags):
        return s.multi_spec("kind", dict(zip(tags, self.parts(node), strict=True)))


Building._or = Building._or


@contextlib.contextmanager
def specs_of(edit, old=None, new=None):
    """The two specs of an edit, and their names while they last; old and new build them, if not any do."""
    old, new = old or Building("old"), new or Building("new")
    try:
        yield old.spec(edit.old), new.spec(edit.new)
    finally:
        for name in reversed(old.names + new.names):
            s.def_(name, None)


# --- edits ------------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Edit:
    """Two versions of a spec; is_breaking if old has a value that new refuses. way says what was done."""

    old: Part
    new: Part
    way: str
    is_breaking: bool


def edit_of(seed, is_json=False):
    """A random edit."""
    drawing = Drawing(seed, is_json)
    rng = drawing.random
    old = drawing.node(rng.randint(0, 3))
    while True:
        way = rng.choice(["wider", "narrower", "narrower", "both"])
        new = copy.deepcopy(old)
        ways = ["wider", "narrower"] if way == "both" else [way]
        if all(change(rng, new, one, drawing) for one in ways):
            # A second edit may take back the first; then the truth is not known.
            if way != "both" or new != old:
                break
        else:
            old = drawing.node(rng.randint(0, 3))
    if way == "both" and old.kind in LEAVES:
        return edit_of(f"{seed}+", is_json)  # of one range both may cancel out
    return Edit(old, new, way, way != "wider")


def change(rng, root, way, drawing):
    """Change a node of root, and return True if one can be changed this way."""
    nodes = [node for node in root.walk() if not getattr(node, "changed", False)]
    rng.shuffle(nodes)
    for node in nodes:
        edits = [*EDITS[way].get(node.kind, ())]
        rng.shuffle(edits)
        for edit in edits:
            try:
                edit(rng, node.options, node, drawing)
            except ImpossibleError:
                continue
            # A second edit is of another node, and of none that this one has added.
            known = set(map(id, nodes))
            for other in root.walk():
                other.changed = other is node or id(other) not in known
            return True
    return False


class ImpossibleError(Exception):
    """The error of an edit that a node has no room for."""


def require(condition):
    if not condition:
        raise ImpossibleError


def shift(name, *steps):
    """The edit that moves a bound by one of steps."""

    def edit(rng, facts, node, drawing):
        facts[name] += rng.choice(steps) if len(steps) > 1 else steps[0]

    return edit


def switch(name, value):
    """The edit that turns a fact on or off."""

    def edit(rng, facts, node, drawing):
        require(facts[name] is not value)
        facts[name] = value

    return edit


def lower_high_of_floats(rng, facts, node, drawing):
    facts["high"] -= (facts["high"] - facts["low"]) * rng.choice([0.5, 0.001])


def drop_bounds(rng, facts, node, drawing):
    facts["high"] = None


def add_word(rng, facts, node, drawing):
    facts["members"].append(rng.choice([word for word in WORDS if word not in facts["members"]]))


def allow_all_words(rng, facts, node, drawing):
    facts["members"] = []


def remove_member(rng, facts, node, drawing):
    facts["members"].pop(rng.randrange(len(facts["members"])))


def add_number(rng, facts, node, drawing):
    facts["members"].append(rng.randint(200, 300))


def allow_fewer(rng, facts, node, drawing):
    require(facts["low"])
    facts["low"] -= 1


def allow_more(rng, facts, node, drawing):
    require(facts["high"] is not None)
    facts["high"] = rng.choice([None, facts["high"] + 1])


def ask_for_more(rng, facts, node, drawing):
    facts["low"] += 1
    facts["high"] = facts["high"] and max(facts["high"], facts["low"])


def ask_for_fewer(rng, facts, node, drawing):
    if facts["high"] is None:
        facts["high"] = facts["low"] + rng.randint(0, 3)
    else:
        require(facts["high"] > facts["low"])
        facts["high"] -= 1


def ask_for_distinct(rng, facts, node, drawing):
    # JSON Schema takes 1 and 1.0 for equal, which specs do not, so that it can't ask for the same.
    require(not drawing.is_json and not facts["distinct"] and (facts["high"] or 9) >= 2)
    facts["distinct"] = True


def add_place(rng, facts, node, drawing):
    node.parts.append(drawing.node(0))


def remove_place(rng, facts, node, drawing):
    require(len(node.parts) > 1)
    i = rng.randrange(len(node.parts))
    node.parts.pop(i)
    if "times" in facts:
        facts["times"].pop(i)


def require_key(is_required):
    """The edit that makes a key required, or optional."""

    def edit(rng, facts, node, drawing):
        others = [i for i, is_now in enumerate(facts["required"]) if is_now is not is_required]
        require(others)
        facts["required"][rng.choice(others)] = is_required

    return edit


def accepts_none(part):
    """True if None fits; it is an empty sequence to a regex."""
    if part.kind == "regex":
        return all(time in ("maybe", "star") for time in part.options["times"])
    return part.kind == "or" and any(map(accepts_none, part.parts))


def refuse_none(rng, facts, node, drawing):
    require(facts["is_nilable"] and not accepts_none(node.parts[0]))
    facts["is_nilable"] = False


def close_map(rng, facts, node, drawing):
    require(not facts["closed"] and not facts.get("is_open"))
    facts["closed"] = True


def add_key(is_required, closed=None):
    """The edit that adds a key, to a map that is closed or not, or to any."""

    def edit(rng, facts, node, drawing):
        require(closed in (None, facts["closed"]) and "extra" not in facts["keys"])
        facts["keys"].append("extra")
        facts["required"].append(is_required)
        node.parts.append(drawing.node(0))

    return edit


def forget_key_of_open(rng, facts, node, drawing):
    require(not facts["closed"] and len(facts["keys"]) > 1)
    for several in (facts["keys"], facts["required"], node.parts):
        several.pop()


def remove_branch(rng, facts, node, drawing):
    node.parts.pop(rng.randrange(len(node.parts)))


def add_branch(rng, facts, node, drawing):
    require(all(kind_of(part.kind) != "bool" for part in node.parts))
    node.parts.insert(rng.randrange(len(node.parts)), Part("bool", [], {"is_all": True}))


def repeat(times):
    """The edit that has a part of a regex occur otherwise."""

    def edit(rng, facts, node, drawing):
        places = [i for i, time in enumerate(facts["times"]) if time in times]
        require(places)
        i = rng.choice(places)
        facts["times"][i] = rng.choice(times[facts["times"][i]])

    return edit


def change_array(**changes):
    """The edit that changes one fact of an array, by a function from the fact as it is."""

    def edit(rng, facts, node, drawing):
        name = rng.choice([*changes])
        facts[name] = changes[name](facts[name])

    return edit


def add_method(rng, facts, node, drawing):
    facts["tags"].append("d")
    node.parts.append(drawing.method())


def remove_method(rng, facts, node, drawing):
    facts["tags"].pop()
    node.parts.pop()


raise_high, lower_low = shift("high", 1, 2, 100), shift("low", -1, -2, -100)

EDITS = {
    "wider": {
        "int": [raise_high, lower_low, drop_bounds],
        "even": [raise_high, lower_low, switch("is_even", False)],
        "float": [raise_high, lower_low],
        "words": [add_word, allow_all_words],
        "numbers": [add_number],
        "text": [shift("high", 1, 2, 3, 4, 5)],
        "bool": [switch("is_all", True)],
        "list": [allow_fewer, allow_more],
        "map_of": [allow_fewer, allow_more],
        "set": [allow_more],
        "map": [require_key(False), switch("closed", False), add_key(False, closed=True), forget_key_of_open],
        "nilable": [switch("is_nilable", True)],
        "or": [add_branch],
        "regex": [repeat({"one": ["maybe", "plus", "star"], "maybe": ["star"], "plus": ["star"]})],
        "array": [
            change_array(
                low=lambda low: low - 1,
                high=lambda high: high + 1,
                finite=lambda _: False,
                shape=lambda shape: [None, *shape[1:]],
                dtype=lambda _: np.floating,
            )
        ],
        "multi": [add_method],
    },
    "narrower": {
        "int": [shift("high", -1, -2), shift("low", 1, 2)],
        "even": [shift("low", 2), switch("is_even", True)],
        "float": [lower_high_of_floats],
        "words": [remove_member],
        "numbers": [remove_member],
        "text": [shift("high", -1), shift("low", 1)],
        "bool": [switch("is_all", False)],
        "list": [ask_for_more, ask_for_fewer, ask_for_distinct],
        "map_of": [ask_for_more, ask_for_fewer],
        "tuple": [add_place, remove_place],
        "map": [require_key(True), close_map, add_key(False, closed=False), add_key(True)],
        "nilable": [refuse_none],
        "or": [remove_branch],
        "regex": [
            remove_place,
            repeat({"star": ["plus", "maybe", "one"], "plus": ["one"], "maybe": ["one"]}),
        ],
        "array": [
            change_array(
                low=lambda low: low + 0.5,
                high=lambda high: high - 0.5,
                shape=lambda shape: [5 if shape[0] is None else shape[0] + 1, *shape[1:]],
                dtype=lambda _: "float64",
            )
        ],
        "multi": [remove_method],
    },
}
