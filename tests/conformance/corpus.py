"""The corpus of clojure.spec's answers, with its specs and values as mxspec's."""

import datetime as dt
import gzip
import json
import math
import operator
import re
import uuid
from pathlib import Path

import mxspec as s
from tests.conformance.functions import RELATIONS, implementation

FOLDER = Path(__file__).parent

LEFT_OUT_GROUPS = {"bignum"}
LEFT_OUT_FLAGS = {"leaks_sentinel", "in_unstable", "composite_in_set_or_key"}

RENAMED = {
    "boolean?": s.is_bool,
    "double?": s.is_float,
    "float?": s.is_float,
    "integer?": s.is_int,
    "list?": s.is_tuple,
    "map?": s.is_dict,
    "nil?": s.is_none,
    "string?": s.is_str,
    "vector?": s.is_list,
    "simple-keyword?": s.is_simple_ident,
    "qualified-keyword?": s.is_qualified_ident,
    "keyword?": s.is_ident,
    "symbol?": s.is_ident,
    "boolean": s.is_bool,
}
COLLECTIONS = {"vector": list, "list": tuple, "set": set, "map": dict}


def cases():
    """The cases that are about clojure.spec, not about the JVM."""
    everything = [
        *json.loads((FOLDER / "cases.json").read_bytes()),
        *json.loads(gzip.decompress((FOLDER / "random.json.gz").read_bytes())),
        *json.loads((FOLDER / "kept.json").read_bytes()),
    ]
    return [
        case
        for case in everything
        if case["group"] not in LEFT_OUT_GROUPS and not LEFT_OUT_FLAGS & case.keys()
    ]


def gen_facts():
    return json.loads((FOLDER / "gen_facts.json").read_text())


# --- values -------------------------------------------------------------------------------------------------


def decoded(v):
    """A value of the corpus."""
    if isinstance(v, list):
        return [decoded(element) for element in v]
    if not isinstance(v, dict):
        return v
    if "$fn" in v:
        return implementation(v["$fn"], v.get("arg"))
    [(kind, content)] = v.items()
    return DECODERS[kind](content)


def moment(text):
    text = text.replace("Z", "+00:00").replace("-00:00", "+00:00")
    parsed = dt.datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=dt.UTC)


def as_key(x):
    return tuple(map(as_key, x)) if isinstance(x, list) else x


DECODERS = {
    "$vec": lambda elements: list(map(decoded, elements)),
    "$list": lambda elements: tuple(map(decoded, elements)),
    "$map": lambda entries: {as_key(decoded(key)): decoded(value) for key, value in entries},
    "$set": lambda elements: {as_key(decoded(element)) for element in elements},
    "$kw": lambda name: name.removeprefix("clojure.spec.alpha/"),
    "$inst": moment,
    "$uuid": uuid.UUID,
    "$num": lambda name: float(name.replace("Infinity", "inf")),
    "$bytes": bytes.fromhex,
    "$invalid": lambda _: s.INVALID,
    "$leak": lambda _: None,  # a marker of clojure.spec's that stands for nil, and shows where it should not
}


def same(a, b):
    """Clojure's equality: 1, 1.0 and true differ, and sequences compare by their elements."""
    for kind in (bool, float):
        if isinstance(a, kind) != isinstance(b, kind):
            return False
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return len(a) == len(b) and all(
            any(same(key, other) and same(value, b[other]) for other in b) for key, value in a.items()
        )
    if isinstance(a, (set, frozenset)) and isinstance(b, (set, frozenset)):
        return len(a) == len(b) and all(any(same(x, y) for y in b) for x in a)
    if isinstance(a, float) and math.isnan(a):
        return math.isnan(b)
    return a == b


# --- specs --------------------------------------------------------------------------------------------------


def built(data):
    """The spec that data describes; a spec that Clojure has not is in it as itself."""
    if "is" in data:
        return data["is"]
    if "op" in data:
        return BUILDERS[data["op"]](data)
    if "ref" in data:
        return data["ref"]
    if "fnspec" in data:
        return RELATIONS[data["fnspec"]]
    if "fn" in data:
        return function(data["fn"], data.get("arg"))
    if "set" in data:
        return {as_key(decoded(element)) for element in data["set"]}
    return predicate(data["pred"])


def predicate(name):
    if name in RENAMED:
        return RENAMED[name]
    return getattr(s, "is_" + name.removesuffix("?").replace("-", "_").lower())


def number(x):
    """x, if it is a number to Clojure; its functions raise on everything else."""
    if isinstance(x, bool) or not isinstance(x, (int, float)):
        raise TypeError(f"{x!r} is no number")
    return x


def length(x):
    return 0 if x is None else len(x)


def at(m, key):
    return m.get(key) if isinstance(m, dict) else None


def function(name, arg):
    if name in ("gt", "lt", "ge", "le"):
        compare, bound = getattr(operator, name), decoded(arg)
        return lambda x: compare(number(x), bound)
    if name == "len-even":
        return lambda x: length(x) % 2 == 0
    if name == "len-gt":
        return lambda x: length(x) > arg
    if name == "str-starts":
        return lambda x: isinstance(x, str) and x.startswith(arg)
    first, second = map(decoded, arg)
    if name == "key-eq":
        return lambda m: isinstance(m, dict) and same(m.get(first), second)
    assert name == "key-le"
    return lambda m: number(at(m, first)) <= number(at(m, second))


def if_int(f):
    return lambda x: f(x) if s.is_int(x) else s.INVALID


def if_digits(x):
    return int(x) if isinstance(x, str) and re.fullmatch(r"-?[0-9]{1,15}", x) else s.INVALID


def first(x):
    if x is None or isinstance(x, (list, tuple)):
        return x[0] if x else None
    raise TypeError(f"{x!r} is no sequence")


CONFORMERS = {
    "inc": lambda: s.conformer(if_int(lambda x: x + 1), lambda x: x - 1),
    "dec": lambda: s.conformer(if_int(lambda x: x - 1), lambda x: x + 1),
    "str": lambda: s.conformer(lambda x: x if isinstance(x, str) else if_int(str)(x)),
    "to-int": lambda: s.conformer(if_digits),
    "parse-int": lambda: s.conformer(if_digits, lambda x: "" if x is None else str(x)),
    "upper": lambda: s.conformer(lambda x: x.upper() if isinstance(x, str) else s.INVALID),
    "wrap": lambda: s.conformer(lambda x: [x], first),
    "nil-out": lambda: s.conformer(lambda x: None),
    "false-out": lambda: s.conformer(lambda x: False),
}


def key_entry(entry):
    if isinstance(entry, str):
        return entry
    [(combine, parts)] = entry.items()
    return {"or": s.or_keys, "and": s.and_keys}[combine](*map(key_entry, parts))


def collection(make, preds, options):
    given = {name.replace("-", "_"): value for name, value in (options or {}).items()}
    if "kind" in given:
        given["kind"] = predicate(given["kind"])
    if "into" in given:
        given["into"] = COLLECTIONS[given["into"]]
    return make(*map(built, preds), **given)


def keyed(make, data):
    groups = ("req", "opt", "req-un", "opt-un")
    return make(**{g.replace("-", "_"): list(map(key_entry, data[g])) for g in groups if g in data})


def multi(data):
    methods, default = {}, None
    for tag, method in data["methods"]:
        if isinstance(tag, dict) and "$default" in tag:
            default = built(method)
        else:
            methods[as_key(decoded(tag))] = built(method)
    dispatch, retag = decoded(data["dispatch"]), decoded(data["retag"])
    return s.multi_spec(dispatch, methods, retag=retag, default=default)


def floats(data):
    names = {"min": "min", "max": "max", "infinite?": "infinite", "NaN?": "nan"}
    return s.float_in(**{names[name]: value for name, value in data.get("opts", {}).items()})


def of_args(make):
    return lambda data: make(*map(built, data["args"]))


def of_tagged(make):
    return lambda data: make(*((tag, built(arg)) for tag, arg in data["args"]))


def of_arg(make):
    return lambda data: make(built(data["arg"]))


BUILDERS = {
    "and": of_args(s.and_),
    "merge": of_args(s.merge),
    "tuple": of_args(s.tuple_),
    "or": of_tagged(s.or_),
    "alt": of_tagged(s.alt),
    "cat": of_tagged(s.cat),
    "nilable": of_arg(s.nilable),
    "nonconforming": of_arg(s.nonconforming),
    "spec": of_arg(s.spec),
    "star": of_arg(s.star),
    "plus": of_arg(s.plus),
    "maybe": of_arg(s.maybe),
    "amp": lambda data: s.amp(built(data["arg"]), *map(built, data["preds"])),
    "coll-of": lambda data: collection(s.coll_of, [data["arg"]], data.get("opts")),
    "every": lambda data: collection(s.every, [data["arg"]], data.get("opts")),
    "map-of": lambda data: collection(s.map_of, data["args"], data.get("opts")),
    "every-kv": lambda data: collection(s.every_kv, data["args"], data.get("opts")),
    "keys": lambda data: keyed(s.keys, data),
    "keys*": lambda data: keyed(s.keys_star, data),
    "multi-spec": multi,
    "conformer": lambda data: CONFORMERS[data["f"]](),
    "int-in": lambda data: s.int_in(*data["args"]),
    "inst-in": lambda data: s.inst_in(*map(moment, data["args"])),
    "double-in": floats,
    "fspec": lambda data: s.fspec(
        **{part: built(data[part]) for part in ("args", "ret", "fn") if part in data}
    ),
}


def defined(case):
    """The spec of a case, after its names have been registered."""
    for name, data in case["defs"]:
        s.def_(name, built(data))
    return built(case["spec"])
