"""Random values: such as fit a spec, and such as nearly do."""

import math

from tests.conformance.fuzz.specs import SCALARS
from tests.mxspec.random_specs import is_regex, resolve

JUNK = [
    *SCALARS, -7, 42, "zz", "z/a", math.nan, math.inf,
    [], [None], [[]], (), {}, [1], ["a"], {"a": 1}, (1, "a"),
]  # fmt: skip
DEEPEST = 8


class Function:
    """A function in a value, by its data in the corpus."""

    def __init__(self, data):
        self.data = data


class Values:
    """Draws values for specs of a case."""

    def __init__(self, random, specs):
        self.random = random
        self.specs = specs
        self.defs = specs.defs

    def scalar(self):
        return self.random.choice(SCALARS)

    def junk(self):
        return self.random.choice(JUNK)

    def any_elements(self):
        return [self.random.choice([0, 1, 1, "a"]) for _ in range(self.random.randint(0, 7))]

    # --- values that fit -----------------------------------------------------------------------------------

    def fit(self, data, depth=0):
        """Draw a value that fits a spec, unless its preds ask more of it than can be seen from outside."""
        r = self.random
        if depth > DEEPEST:
            return self.junk()
        if is_regex(data, self.defs):
            elements = self.elements(data, depth)
            return elements if r.random() < 0.85 else tuple(elements)
        data = resolve(data, self.defs)
        if "pred" in data:
            return self.of_predicate(data["pred"])
        if "set" in data:
            return r.choice(data["set"])
        if "ref" in data:
            return self.junk()
        if "op" not in data:
            return self.of_function(data)
        return getattr(self, "fit_" + data["op"].replace("-", "_"))(data, depth + 1)

    def of_predicate(self, name):
        r = self.random
        number = r.randint(1, 5)
        draw = {
            "any?": self.junk, "some?": lambda: "a", "nil?": lambda: None, "true?": lambda: True,
            "false?": lambda: False, "boolean?": lambda: r.random() < 0.5,
            "number?": lambda: r.choice([1, 2.5]),
            "int?": lambda: r.randint(-2, 4), "pos-int?": lambda: number, "neg-int?": lambda: -number,
            "nat-int?": lambda: r.randint(0, 2), "double?": lambda: r.choice([0.0, 1.0, 1.5, -2.5]),
            "string?": lambda: r.choice(["", "a", "ab", "b", "12"]), "even?": lambda: r.choice([0, 2, -2]),
            "odd?": lambda: r.choice([1, 3, -1]), "pos?": lambda: r.choice([1, 0.5]), "neg?": lambda: -number,
            "zero?": lambda: r.choice([0, 0.0]), "coll?": lambda: r.choice([[], {}, (1,), [1, 2]]),
            "sequential?": lambda: r.choice([[], (), [1]]), "vector?": lambda: r.choice([[], [1, 2]]),
            "list?": lambda: r.choice([(), (1, 2)]), "map?": lambda: r.choice([{}, {"a": 1}]),
            "set?": lambda: r.choice([set(), {1}]), "empty?": lambda: r.choice([[], "", None, {}]),
        }  # fmt: skip
        return draw[name]()

    def of_function(self, data):
        r = self.random
        name, arg = data["fn"], data.get("arg")
        if name in ("gt", "ge"):
            return arg + r.randint(1, 3)
        if name in ("lt", "le"):
            return arg - r.randint(1, 3)
        if name == "key-eq":
            return {arg[0]: arg[1]}
        if name == "str-starts":
            return arg + r.choice(["", "b"])
        size = 2 * r.randint(0, 2) if name == "len-even" else arg + r.randint(1, 2)
        return r.choice(["a" * size, [1] * size, ("b",) * size])

    def fit_int_in(self, data, depth):
        start, end = data["args"]
        return self.random.randint(start, end - 1)

    def fit_double_in(self, data, depth):
        options = data["opts"]
        edges = [float(options[name]) for name in ("min", "max") if name in options]
        return self.random.choice([0.5, 0.0, 1.0, *edges])

    def fit_conformer(self, data, depth):
        if data["f"] in ("inc", "dec"):
            return self.random.randint(-1, 4)
        if data["f"] in ("parse-int", "to-int"):
            return self.random.choice(["0", "7", "-3", "12"])
        if data["f"] in ("upper", "str"):
            return self.random.choice(["a", "ab", "B"])
        return self.scalar()

    def fit_and(self, data, depth):
        first, *rest = data["args"]
        x = self.fit(first, depth)
        for pred in rest:
            if pred.get("fn") == "len-even" and isinstance(x, (list, tuple)) and len(x) % 2:
                x = x[:-1] if self.random.random() < 0.5 else type(x)([*x, x[-1]])
            if pred.get("fn") == "key-eq" and isinstance(x, dict):
                x = {**x, pred["arg"][0]: pred["arg"][1]}
        return x

    def fit_or(self, data, depth):
        return self.fit(self.random.choice(data["args"])[1], depth)

    def fit_nilable(self, data, depth):
        return None if self.random.random() < 0.2 else self.fit(data["arg"], depth)

    def fit_nonconforming(self, data, depth):
        return self.fit(data["arg"], depth)

    fit_spec = fit_nonconforming

    def fit_tuple(self, data, depth):
        return [self.fit(arg, depth) for arg in data["args"]]

    def size(self, options, depth):
        low = options.get("count", options.get("min-count", 0))
        high = options.get("count", options.get("max-count", 3 if depth < 5 else 1))
        return self.random.randint(low, max(low, high))

    def fit_coll_of(self, data, depth):
        r = self.random
        options = data.get("opts", {})
        elements = [self.fit(data["arg"], depth) for _ in range(self.size(options, depth))]
        if data["op"] == "every" and elements and r.random() < 0.05:
            elements = [elements[0]] * r.choice([100, 101, 102, 203])
        kind = options.get("kind") or r.choice(["vector?", "vector?", "vector?", "list?"])
        if kind == "map?":
            return dict(e for e in elements if isinstance(e, list) and len(e) == 2 and is_key(e[0]))
        if kind == "set?":
            return {e for e in elements if is_key(e)}
        return tuple(elements) if kind == "list?" else elements

    fit_every = fit_coll_of

    def fit_map_of(self, data, depth):
        key, value = data["args"]
        entries = (
            (self.fit(key, depth), self.fit(value, depth))
            for _ in range(self.size(data.get("opts", {}), depth))
        )
        return {k: v for k, v in entries if is_key(k)}

    fit_every_kv = fit_map_of

    def fit_keys(self, data, depth):
        r = self.random
        result = {}
        for group in ("req", "opt", "req-un", "opt-un"):
            for entry in data.get(group, []):
                if group.startswith("opt") and r.random() < 0.4:
                    continue
                for name in self.names(entry):
                    key = name.partition("/")[2] if group.endswith("un") else name
                    result[key] = self.fit({"ref": name}, depth)
        if r.random() < 0.15:
            result[r.choice(["z/a", "z/b", "b", "type", 7])] = self.scalar()
        return result

    def names(self, entry):
        if isinstance(entry, str):
            return [entry]
        [(combine, parts)] = entry.items()
        chosen = parts if combine == "and" else self.random.sample(parts, self.random.randint(1, len(parts)))
        return [name for part in chosen for name in self.names(part)]

    def fit_merge(self, data, depth):
        result = {}
        for part in data["args"]:
            x = self.fit(part, depth)
            result.update(x if isinstance(x, dict) else {})
        return result

    def fit_multi_spec(self, data, depth):
        value, method = self.random.choice(data["methods"])
        x = self.fit(method, depth)
        if isinstance(x, dict):
            x = {data["dispatch"]: "c" if isinstance(value, dict) else value, **x}
            if self.random.random() < 0.8:
                x[data["dispatch"]] = "c" if isinstance(value, dict) else value
        return x

    def fit_fspec(self, data, depth):
        return Function(self.specs.implementation())

    def elements(self, data, depth, most=3):
        """Draw the elements that a regex, or a spec in its place, takes off a sequence.

        Args:
            most: how often star and plus repeat; less often within each other, as each element multiplies
                the ways through a repetition of repetitions, and Clojure follows them all.
        """
        r = self.random
        if not is_regex(data, self.defs):
            return [self.fit(data, depth + 1)]
        if depth > DEEPEST:
            return []
        data = resolve(data, self.defs)
        op, depth = data["op"], depth + 1
        if op == "cat":
            return [x for _, arg in data["args"] for x in self.elements(arg, depth, most)]
        if op == "alt":
            return self.elements(r.choice(data["args"])[1], depth, most)
        if op == "maybe":
            return [] if r.random() < 0.4 else self.elements(data["arg"], depth, most)
        if op == "amp":
            for _ in range(5):
                elements = self.elements(data["arg"], depth, most)
                if data["preds"][0].get("fn") != "len-even" or len(elements) % 2 == 0:
                    break
            return elements
        if op == "keys*":
            return [x for entry in self.fit_keys(data, depth).items() for x in entry]
        times = r.randint(1 if op == "plus" else 0, most)
        return [x for _ in range(times) for x in self.elements(data["arg"], depth, max(1, most - 1))]

    # --- values that nearly do -----------------------------------------------------------------------------

    def mutate(self, x):
        """Change x by one step: one off, an element less or more, wrapped, spliced, another number."""
        r = self.random
        if isinstance(x, dict):
            return self.mutate_map(x)
        if isinstance(x, (list, tuple)):
            return self.mutate_sequence(x)
        if r.random() < 0.25:
            return r.choice([None, False, [], [x], self.junk()])
        if isinstance(x, bool):
            return r.choice([not x, int(x), None])
        if isinstance(x, int):
            return r.choice([x + 1, x - 1, -x, float(x), str(x), bool(x), x + 0.5])
        if isinstance(x, float):
            return r.choice(
                [x + 1, -x, math.nan, math.inf, -math.inf] + ([int(x)] if math.isfinite(x) else [])
            )
        if isinstance(x, str):
            return r.choice([x + "a", x[:-1], "", x.upper(), int(x) if x.isdecimal() else 0])
        return self.junk()

    def mutate_sequence(self, xs):
        r = self.random
        kind, xs = type(xs), list(xs)
        step = r.random()
        at = r.randrange(len(xs)) if xs else 0
        if xs and step < 0.45:
            xs[at] = self.mutate(xs[at])
        elif xs and step < 0.6:
            del xs[at]
        elif xs and step < 0.68:
            xs.insert(at, xs[at])
        elif xs and step < 0.73:
            xs[at] = [xs[at]]
        elif step < 0.78:
            nested = [i for i, x in enumerate(xs) if isinstance(x, (list, tuple))]
            if nested:
                xs[nested[0] : nested[0] + 1] = xs[nested[0]]
        elif step < 0.88:
            xs.insert(r.randint(0, len(xs)), self.junk())
        elif step < 0.92:
            kind = tuple if kind is list else list
        elif step < 0.95:
            xs.reverse()
        else:
            return r.choice([None, [], kind(xs[:1]), [kind(xs)], self.junk()])
        return kind(xs)

    def mutate_map(self, x):
        r = self.random
        x, step = dict(x), r.random()
        key = r.choice(list(x)) if x else None
        if x and step < 0.5:
            x[key] = self.mutate(x[key])
        elif x and step < 0.7:
            del x[key]
        elif x and step < 0.75:
            x["c"] = x.pop(key)
        elif step < 0.9:
            x[r.choice(["a", "b", "c", "z/a", "z/b", "z/c", "type", 1, 7])] = self.junk()
        elif step < 0.95:
            return [list(entry) for entry in x.items()]
        else:
            return r.choice([None, {}, [], self.junk()])
        return x


def is_key(x):
    return x is None or (isinstance(x, (int, float, str, bool)) and x == x)


def encode(x):
    """Return a value as data of the corpus."""
    if isinstance(x, Function):
        return x.data
    if isinstance(x, list):
        return {"$vec": list(map(encode, x))}
    if isinstance(x, tuple):
        return {"$list": list(map(encode, x))}
    if isinstance(x, dict):
        return {"$map": [[encode(key), encode(value)] for key, value in x.items()]}
    if isinstance(x, (set, frozenset)):
        return {"$set": sorted(map(encode, x), key=repr)}
    if isinstance(x, float) and not math.isfinite(x):
        return {"$num": "NaN" if math.isnan(x) else "Infinity" if x > 0 else "-Infinity"}
    return x
