"""Random specs, as data of the corpus.

Each case has kinds and weights of its own: with few kinds, the same ones meet inside each other much oftener
than if all had an equal chance.
"""

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

REGEXES = {"cat", "alt", "star", "plus", "maybe", "amp", "keys*"}
KINDS = {
    "leaf": 3, "or": 4, "and": 4, "nilable": 3, "tuple": 3, "coll-of": 4, "every": 1, "map-of": 2,
    "every-kv": 1, "keys": 3, "merge": 2, "multi-spec": 2, "nonconforming": 1, "spec": 1, "ref": 4,
    "fspec": 0.3, "cat": 5, "alt": 4, "star": 3, "plus": 3, "maybe": 3, "amp": 4, "keys*": 2,
}  # fmt: skip


def resolve(data, defs):
    """Return what a name stands for, through aliases; data itself if it is no name."""
    for _ in defs:
        data = defs.get(data["ref"], {"pred": "any?"}) if "ref" in data else data
    return data


def is_regex(data, defs):
    return resolve(data, defs).get("op") in REGEXES


def nullable(data, defs, depth=0):
    """True if a regex may match no element; a predicate of an amp may refuse that all the same."""
    data = resolve(data, defs)
    op = data.get("op")
    if op in ("star", "maybe", "keys*") or depth > 8:
        return True
    if op in ("plus", "amp"):
        return nullable(data["arg"], defs, depth + 1)
    if op in ("cat", "alt"):
        decide = all if op == "cat" else any
        return decide(nullable(arg, defs, depth + 1) for _, arg in data["args"])
    return False


class Specs:
    """Draws the names of a case, and specs that refer to them.

    Attributes:
        defs: what the names stand for.
        ambiguous: True for regexes of a few overlapping elements and nothing else.
    """

    def __init__(self, random):
        self.random = random
        self.ambiguous = random.random() < 0.2
        self.weights = {kind: weight * random.choice([0, 0.2, 1, 1, 4]) for kind, weight in KINDS.items()}
        self.defs = {}
        for name in NAMES[: random.randint(1, len(NAMES))]:
            self.defs[name] = self.spec(random.randint(0, 2), name)

    # --- names ---------------------------------------------------------------------------------------------

    def known(self):
        """Return the names defined so far: an alias, or `spec`, of another would fail at once in Clojure."""
        return list(self.defs)

    def ref(self, names=None):
        names = names or self.known()
        return {"ref": self.random.choice(names)} if names else self.leaf()

    # --- leaves --------------------------------------------------------------------------------------------

    def leaf(self):
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
        return self.ref()

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

    # --- combinators ---------------------------------------------------------------------------------------

    def spec(self, depth, own=None):
        """Draw a spec; own is the name that is being defined, if any, to which a part may refer again."""
        if depth <= 0:
            return self.leaf()
        kind = self.kind(self.weights)
        if kind == "leaf":
            return self.leaf()
        if kind == "ref":
            return self.ref()
        if kind in REGEXES:
            return self.regex(kind, depth, own)
        return getattr(self, kind.replace("-", "_") + "_")(depth, own)

    def kind(self, kinds):
        """Draw one of some kinds, of those of regexes if the case is ambiguous."""
        kinds = sorted(REGEXES - {"keys*"} if self.ambiguous else kinds)
        return self.random.choices(kinds, [self.weights[kind] + 0.01 for kind in kinds])[0]

    def inside(self, depth, own):
        """Draw a part in which the name that is being defined may come again: its values are smaller."""
        if own and self.random.random() < 0.3:
            return {"ref": own}
        return self.spec(depth - 1, own)

    def tags(self, low, high):
        return self.random.sample(TAGS, self.random.randint(low, high))

    def or_(self, depth, own):
        return {"op": "or", "args": [[tag, self.spec(depth - 1, own)] for tag in self.tags(1, 4)]}

    def and_(self, depth, own):
        rest = [self.on_conformed(depth) for _ in range(self.random.randint(1, 3))]
        return {"op": "and", "args": [self.spec(depth - 1, own), *rest]}

    def nilable_(self, depth, own):
        return {"op": "nilable", "arg": self.spec(depth - 1, own)}

    def nonconforming_(self, depth, own):
        return {"op": "nonconforming", "arg": self.spec(depth - 1, own)}

    def spec_(self, depth, own):
        return {"op": "spec", "arg": self.spec(depth - 1, own)}

    def tuple_(self, depth, own):
        return {"op": "tuple", "args": [self.inside(depth, own) for _ in range(self.random.randint(1, 3))]}

    def options(self, *names):
        r = self.random
        choices = {
            "kind": r.choice(["vector?", "list?", "sequential?", "coll?", "map?", "set?"]),
            "count": r.randint(0, 3),
            "min-count": r.randint(0, 2),
            "max-count": r.randint(1, 3),
            "distinct": True,
            "into": r.choice(["vector", "list", "set", "map"]),
            "conform-keys": True,
        }
        options = {name: choices[name] for name in names if r.random() < 0.17}
        if options.get("min-count", 0) > options.get("max-count", 9):
            del options["min-count"]
        return {"opts": options} if options else {}

    def coll_of_(self, depth, own, op="coll-of"):
        names = ["kind", "count", "min-count", "max-count", "distinct", "into"]
        data = {"op": op, "arg": self.inside(depth, own), **self.options(*names)}
        if data.get("opts", {}).get("into") == "set":
            data["arg"] = {"pred": self.random.choice(["int?", "string?", "boolean?", "double?"])}
        if data.get("opts", {}).get("into") == "map":
            data["arg"] = {"op": "tuple", "args": [{"pred": "string?"}, data["arg"]]}
        return data

    def every_(self, depth, own):
        return self.coll_of_(depth, own, "every")

    def map_of_(self, depth, own, op="map-of"):
        r = self.random
        key = r.choice([{"pred": "string?"}, {"pred": "int?"}, {"set": ["a", "b", 1]}, None])
        more = ["conform-keys"] if op == "map-of" else []
        options = self.options("count", "min-count", "max-count", *more)
        if "conform-keys" in options.get("opts", {}):  # the key of a dict may not conform to a list
            key = key or {"pred": "any?"}
        return {"op": op, "args": [key or self.leaf(), self.inside(depth, own)], **options}

    def every_kv_(self, depth, own):
        return self.map_of_(depth, own, "every-kv")

    def keys_(self, depth, own=None, op="keys"):
        r = self.random
        names = [*self.known(), *([own] if own else [])]
        data = {"op": op}
        for group in ("req", "opt", "req-un", "opt-un"):
            if names and r.random() < (0.4 if group.endswith("un") else 0.25):
                data[group] = [self.key_entry(names, group) for _ in range(r.randint(1, 2))]
        return data

    def key_entry(self, names, group, depth=1):
        r = self.random
        if depth and group.startswith("req") and r.random() < 0.2:
            parts = [self.key_entry(names, group, depth - r.randint(0, 1)) for _ in range(2)]
            return {r.choice(["or", "and"]): parts}
        return r.choice(names)

    def on_map(self, depth, own):
        """Draw a spec of maps, mostly, as a method of multi-spec."""
        r = self.random
        others = ["map?", "any?", "or", "nilable", "and", "ref", "map-of", "multi"]
        kind = r.choice(["keys"] * 9 + others)
        if kind == "multi" and depth > 1:
            return self.multi_spec_(depth - 1, own)
        if kind == "or" and depth > 1:
            return {"op": "or", "args": [[tag, self.on_map(depth - 1, own)] for tag in self.tags(1, 2)]}
        if kind == "nilable" and depth > 1:
            return {"op": "nilable", "arg": self.on_map(depth - 1, own)}
        if kind == "and" and depth > 1:
            return {"op": "and", "args": [self.on_map(depth - 1, own), self.on_conformed(1)]}
        if kind == "ref":
            return self.ref()
        if kind == "map-of":
            return self.map_of_(1, own)
        return {"pred": kind} if kind.endswith("?") else self.keys_(depth, own)

    def merge_(self, depth, own):
        parts = range(self.random.randint(1, 3))
        return {"op": "merge", "args": [self.part_of_merge(depth, own) for _ in parts]}

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
            return self.ref(names)
        if kind == "map-of":
            return self.map_of_(1, own)
        return {"pred": kind} if kind == "map?" else self.keys_(depth, own)

    def multi_spec_(self, depth, own):
        r = self.random
        values = r.sample(["a", "b", 1, None, 2.5], r.randint(1, 3))
        methods = [[value, self.on_map(depth, own)] for value in values]
        if r.random() < 0.25:
            methods.append([{"$default": True}, self.on_map(depth, own)])
        key = r.choice(["type", "a"])
        return {"op": "multi-spec", "dispatch": key, "retag": key, "methods": methods}

    # --- regexes -------------------------------------------------------------------------------------------

    def regex(self, op, depth, own=None):
        r = self.random
        if op == "keys*":
            return self.keys_(depth, own, "keys*")
        if op == "cat":
            parts = []
            for tag in self.tags(1, 3):
                consumed = any(not nullable(part, self.defs) for _, part in parts)
                parts.append([tag, self.item(depth - 1, own if consumed else None, own)])
            return {"op": "cat", "args": parts}
        if op == "alt":
            return {"op": "alt", "args": [[tag, self.item(depth - 1, None, own)] for tag in self.tags(1, 3)]}
        if op == "amp":
            part = self.item(depth - 1, None, own, regex=r.random() < 0.95)
            return {
                "op": "amp",
                "arg": part,
                "preds": [self.on_conformed(depth) for _ in range(r.choice([1, 1, 2]))],
            }
        if op == "maybe":
            return {"op": "maybe", "arg": self.item(depth - 1, None, own)}
        return {"op": op, "arg": self.consuming(depth, own)}

    def item(self, depth, again, own, regex=None):
        """Draw an element of a regex, or a regex in its place; again is a name that may come again here."""
        r = self.random
        if again and r.random() < 0.3:
            return {"ref": again}
        if depth > 0 and (r.random() < 0.5 if regex is None else regex):
            return self.regex(self.kind(REGEXES), depth, own)
        element = self.spec(depth, own)
        return {"op": "spec", "arg": element} if r.random() < 0.2 else element

    def consuming(self, depth, own):
        """Draw what star and plus repeat; one that may match nothing overflows Clojure's stack."""
        for _ in range(20):
            item = self.item(depth - 1, None, own)
            if not nullable(item, self.defs):
                return item
        return {"pred": self.random.choice(COMMON)}

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
        return {"op": "cat", "args": [[tag, self.single(depth)] for tag in self.tags(1, 3)]}

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
