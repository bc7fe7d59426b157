"""Random specs that Clojure can write, with names of a case and functions.

Each case has kinds and weights of its own: with few kinds, the same ones meet inside each other much oftener
than if all had an equal chance.
"""

from tests.mxspec.random_specs import REGEXES, Building

NAMES = ["z/a", "z/b", "z/c", "z/d", "z/e"]
TAGS = ["p", "q", "r", "t"]
SCALARS = [None, True, False, 0, 1, 2, 3, 1.0, 0.0, -1, 2.5, "", "a", "b", "ab", "12", "type"]

PREDICATES = [
    "any?", "some?", "nil?", "true?", "false?", "boolean?", "number?", "int?", "pos-int?", "neg-int?",
    "nat-int?", "double?", "string?", "even?", "odd?", "pos?", "neg?", "zero?", "coll?", "sequential?",
    "vector?", "list?", "map?", "set?", "empty?",
]  # fmt: skip
COMMON = ["int?", "int?", "string?", "string?", "nil?", "boolean?", "any?", "pos-int?", "even?", "double?"]
OVERLAPPING = ["any?", "int?", "int?", "pos-int?", "string?"]
ON_COLLECTIONS = ["coll?", "vector?", "list?", "map?", "sequential?", "empty?"]
# Those with an inverse come first.
CONFORMERS = ["inc", "dec", "parse-int", "wrap", "str", "to-int", "upper", "nil-out", "false-out"]

KINDS = {
    "leaf": 3, "or": 4, "and": 4, "nilable": 3, "tuple": 3, "coll-of": 4, "every": 1, "map-of": 2,
    "every-kv": 1, "keys": 3, "merge": 2, "multi-spec": 2, "nonconforming": 1, "spec": 1, "ref": 4,
    "fspec": 0.3, "cat": 5, "alt": 4, "star": 3, "plus": 3, "maybe": 3, "amp": 4, "keys*": 2,
}  # fmt: skip
KEYS = [{"pred": "string?"}, {"pred": "int?"}, {"set": ["a", "b", 1]}]
OPTIONS = {
    "kind": ["vector?", "list?", "sequential?", "coll?", "map?", "set?"],
    "count": [0, 1, 2, 3],
    "min-count": [0, 1, 2],
    "max-count": [1, 2, 3],
    "distinct": [True],
    "into": ["vector", "list", "set", "map"],
    "conform-keys": [True],
}


class ClojureSpecs(Building):
    """Draws the names of a case, and specs that refer to them.

    Attributes:
        ambiguous: True for regexes of a few overlapping elements and nothing else.
    """

    KINDS = KINDS
    TAGS = TAGS
    OPTIONS, SHARE, ALWAYS = OPTIONS, 0.17, {}
    DISPATCHED = dict.fromkeys(["type", "a"], ("a", "b", 1, None, 2.5))

    def __init__(self, random):
        super().__init__(random)
        self.ambiguous = random.random() < 0.2
        self.weights = {
            kind: weight * random.choice([0, 0.2, 1, 1, 4]) + 0.01 for kind, weight in KINDS.items()
        }
        for name in NAMES[: random.randint(1, len(NAMES))]:
            self.defs[name] = self.spec(random.randint(0, 2), name)

    @property
    def names(self):
        return [*self.defs]

    def kind(self, kinds):
        return super().kind(REGEXES[:-1] if self.ambiguous else kinds)  # but for keys*

    # --- names and leaves ----------------------------------------------------------------------------------

    def ref_(self, depth=0, own=None, names=None):
        """Draw one of the names defined so far; an alias of another would fail at once in Clojure."""
        names = names or self.names
        return {"ref": self.random.choice(names)} if names else self.leaf_()

    def leaf_(self, depth=0, own=None):
        r = self.random
        if self.ambiguous:
            return {"pred": r.choice(OVERLAPPING)}
        kind = r.choice(["common", "common", "pred", "set", "fn", "range", "conformer", "ref"])
        if kind == "common":
            return {"pred": r.choice(COMMON)}
        if kind == "pred":
            return {"pred": r.choice(PREDICATES)}
        if kind == "set":
            return {"set": distinct(r.sample(SCALARS, r.randint(1, 3)))}
        if kind == "fn":
            return self.function()
        if kind == "range":
            return self.range()
        if kind == "conformer":
            # Half of them have an inverse, so that unform is asked often enough.
            return {"op": "conformer", "f": r.choice(CONFORMERS if r.random() < 0.5 else CONFORMERS[:4])}
        return self.ref_()

    def function(self):
        r = self.random
        name = r.choice(["gt", "lt", "ge", "le", "len-even", "len-gt", "str-starts"])
        if name == "len-even":
            return {"fn": name}
        return {"fn": name, "arg": "a" if name == "str-starts" else r.randint(0, 3)}

    def range(self):
        r = self.random
        if r.random() < 0.5:
            start = r.randint(-2, 2)
            return {"op": "int-in", "args": [start, start + r.randint(1, 4)]}
        bounds = {"min": r.choice([0, 0.0, -1.5]), "max": r.choice([1, 1.5, 2.0])}
        options = {**bounds, "infinite?": False, "NaN?": False}
        return {"op": "double-in", "opts": {name: options[name] for name in options if r.random() < 0.5}}

    # --- parts ---------------------------------------------------------------------------------------------

    def later(self, depth, most=3):
        return [self.on_conformed(depth) for _ in range(self.random.randint(1, most))]

    def on_conformed(self, depth):
        """Draw a pred for what another spec conformed to: a later one of `and`, or one of `amp`."""
        r = self.random
        kind = r.choice(["any", "coll", "len", "len", "key", "spec", "spec"])
        if kind == "any":
            return {"pred": r.choice(["any?", "some?"])}
        if kind == "coll":
            return {"pred": r.choice(ON_COLLECTIONS)}
        if kind == "len":
            return r.choice([{"fn": "len-even"}, {"fn": "len-gt", "arg": r.randint(0, 2)}])
        if kind == "key":
            return {"fn": "key-eq", "arg": [r.choice(TAGS), r.choice(SCALARS)]}
        return self.spec(depth - 1)

    def coll_of_(self, depth, own, op="coll-of"):
        data = super().coll_of_(depth, own, op)
        if data.get("opts", {}).get("into") == "set":
            data["arg"] = {"pred": self.random.choice(["int?", "string?", "boolean?", "double?"])}
        if data.get("opts", {}).get("into") == "map":
            data["arg"] = {"op": "tuple", "args": [{"pred": "string?"}, data["arg"]]}
        return data

    def map_of_(self, depth, own, op="map-of"):
        data = super().map_of_(depth, own, op)
        if "conform-keys" in data.get("opts", {}) and data["args"][0] not in KEYS:
            data["args"][0] = {"pred": "any?"}  # the key of a dict may not conform to a list
        return data

    def key_of_map(self):
        return self.random.choice([*KEYS, None]) or self.leaf_()

    def on_map(self, depth, own):
        r = self.random
        others = ["map?", "any?", "or", "nilable", "and", "ref", "map-of", "multi"]
        kind = r.choice(["keys"] * 9 + others)
        if kind == "multi" and depth > 1:
            return self.multi_spec_(depth - 1, own)
        if kind == "or" and depth > 1:
            return {"op": "or", "args": [[tag, self.on_map(depth - 1, own)] for tag in self.tags(2)]}
        if kind == "nilable" and depth > 1:
            return {"op": "nilable", "arg": self.on_map(depth - 1, own)}
        if kind == "and" and depth > 1:
            return {"op": "and", "args": [self.on_map(depth - 1, own), self.on_conformed(1)]}
        if kind == "ref":
            return self.ref_()
        if kind == "map-of":
            return self.map_of_(1, own)
        return {"pred": kind} if kind.endswith("?") else self.keys_(depth, own)

    def part_of_merge(self, depth, own):
        """Draw a spec that conforms maps to maps: what else is in a merge, Clojure mixes up with its keys."""
        r = self.random
        kind = r.choice(["keys"] * 6 + ["map?", "and", "nilable", "merge", "map-of", "nonconforming", "ref"])
        if kind in ("nilable", "nonconforming") and depth > 0:
            return {"op": kind, "arg": self.part_of_merge(depth - 1, own)}
        if kind in ("and", "merge") and depth > 0:
            return {"op": kind, "args": [self.part_of_merge(depth - 1, own) for _ in range(2)]}
        names = [name for name, data in self.defs.items() if data.get("op") in ("keys", "merge", "map-of")]
        if kind == "ref" and names:
            return self.ref_(names=names)
        if kind == "map-of":
            return self.map_of_(1, own)
        return {"pred": kind} if kind == "map?" else self.keys_(depth, own)

    def item(self, depth, own, may_skip=True, may_recur=False):
        r = self.random
        if own and may_recur and r.random() < 0.3:
            return {"ref": own}
        if depth > 1 and r.random() < 0.5:
            return self.spec(depth - 1, own, self.kind(REGEXES))
        element = self.part(depth, own)
        return {"op": "spec", "arg": element} if r.random() < 0.2 else element

    def plus_(self, depth, own):
        return self.star_(depth, own, "plus")

    def in_amp(self):
        return self.kind(REGEXES)

    # --- functions -----------------------------------------------------------------------------------------

    def single(self, depth=2):
        """Draw a spec with one example, so that it does not matter which one a generator draws."""
        r = self.random
        kind = r.choice(["set", "nil", "range", "tuple", "spec"]) if depth else "set"
        if kind == "nil":
            return {"pred": "nil?"}
        if kind == "range":
            start = r.randint(-2, 2)
            return {"op": "int-in", "args": [start, start + 1]}
        if kind == "tuple":
            return {"op": "tuple", "args": [self.single(depth - 1) for _ in range(r.randint(1, 2))]}
        if kind == "spec":
            return {"op": "spec", "arg": self.singles(depth - 1)}
        return {"set": [r.choice([x for x in SCALARS if x])]}

    def singles(self, depth=2):
        return {"op": "cat", "args": [[tag, self.single(depth)] for tag in self.tags()]}

    def implementation(self):
        r = self.random
        name = r.choice(["const", "const", "const", "first", "args", "count", "raise"])
        return {"$fn": name, "arg": r.choice(SCALARS)} if name == "const" else {"$fn": name}

    def relation(self, depth):
        r = self.random
        if r.random() < 0.3:
            return self.spec(depth)
        key = r.choice(["ret", "ret", "args"])
        key_eq = {"fn": "key-eq", "arg": [key, r.choice(SCALARS)]}
        return r.choice([key_eq, {"pred": "map?"}, {"pred": "any?"}, {"pred": "nil?"}])

    def fspec_(self, depth, own=None, args=None):
        data = {"op": "fspec", "args": args or self.singles()}
        if self.random.random() < 0.9:
            data["ret"] = self.spec(depth - 1, own)
        if self.random.random() < 0.4:
            data["fn"] = self.relation(depth - 1)
        return data


def distinct(xs):
    """xs without those that are equal in Python to an earlier one, as 1 and True are."""
    return list(dict.fromkeys(xs))
