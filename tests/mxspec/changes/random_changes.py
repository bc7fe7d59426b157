"""Random changes of random specs, made in the spec objects; nobody knows what they do to values."""

import dataclasses
import functools
import operator
import typing

import mxspec as s
from mxspec.specs.collections import HomogeneousMap, Options
from mxspec.specs.core.spec import Predicate, Reference, Spec, as_part
from mxspec.specs.maps import Keys
from mxspec.specs.multi_specs import MultiSpec
from mxspec.specs.ranges import Range
from mxspec.specs.regex.combinators import Amp, KeysStar, Plus, Star
from tests.mxspec.random_specs import LEAVES

s.def_("law/tree", s.keys())
s.def_("law/kids", s.coll_of("law/tree"))
s.def_("law/tree", s.keys(opt_un=["law/kids", "law/a"]))
s.def_("law/nested", s.or_(a=int, b=s.coll_of("law/a")))
s.def_("law/nested", s.or_(a=int, b=s.coll_of("law/nested")))
s.def_("law/wider", s.or_(a=s.nilable(int), b=s.coll_of("law/nested", max_count=4)))

tagged = s.or_(a=int, b=str)
PARTS = [
    *LEAVES,
    *(float, s.is_number, s.is_even, s.is_pos_int, s.is_some, s.is_coll, s.is_sequential, s.is_dict, object),
    *({1, 2, "x"}, {0.0, 1.0}, {True, "p"}, {1}, {None}, list, tuple, dict, s.is_list, s.is_tuple, bool),
    *(s.is_seqable, s.is_empty, s.is_ident, s.is_char, s.is_true, s.int_in(0, 3), s.int_in(-1000, 1000)),
    *(s.float_in(0, 2), s.float_in(nan=False), s.float_in(infinite=False, nan=False)),
    *map(
        s.from_type,
        (float, list[int], tuple[int, ...], dict[str, int], int | None, set[int], tuple[int, str]),
    ),
    *map(s.from_type, (typing.Sequence[int], typing.Iterable[str], typing.Collection[int])),
    s.from_type(typing.Literal[1, "x", None]),
    *(functools.partial(operator.le, 0), functools.partial(operator.gt, 3)),
    *(s.map_of({"a", "b"}, int), s.every(int, max_count=5), s.coll_of(int, distinct=True)),
    *(
        s.coll_of(s.is_any, into=set),
        s.coll_of(tagged, into=set),
        s.and_(tagged, lambda pair: pair[0] == "a"),
    ),
    *(s.keys(opt_un=["law/a"], closed=True), s.keys(req_un=["law/a", "law/b"], closed=True)),
    *(s.keys(req=["law/a"]), s.keys(req_un=[s.or_keys("law/a", s.and_keys("law/b", "law/c"))])),
    *(
        s.merge(s.keys(req_un=["law/a"], closed=True), s.keys(opt_un=["law/b"])),
        s.keys_star(opt_un=["law/a"]),
    ),
    *(s.amp(s.star(int), lambda xs: len(xs) < 3), s.cat(a=int, b=s.maybe(str)), s.star(s.alt(a=int, b=str))),
    *("law/a", "law/pair", "law/tree", "law/kids", "law/nested", "law/wider"),
    s.conformer(lambda x: x + 1),
]
WHOLE = (Reference, Predicate, Range, Keys, KeysStar, MultiSpec, Plus)  # not changed inside


def changed(spec, random, share):
    """A spec with a share of its parts and options replaced; itself if nothing was."""
    if random.random() < share:
        return as_part(random.choice(PARTS))
    if isinstance(spec, WHOLE) or not dataclasses.is_dataclass(spec):
        return spec

    def change(x):
        if isinstance(x, Spec):
            return changed(x, random, share)
        if isinstance(x, tuple):
            return tuple(map(change, x))
        return change_options(x, random) if isinstance(x, Options) else x

    if isinstance(spec, Star):
        return s.star(change(spec.part))
    values = {
        field.name: getattr(spec, field.name)
        for field in dataclasses.fields(spec)
        if field.init and field.name not in ("name", "gen_fn", "before", "tp", "names")
    }
    if isinstance(spec, Amp):
        values.pop("preds")
    if isinstance(spec, HomogeneousMap):
        entry = values.pop("pred")
        values["pred"] = entry
        new = {"pred": dataclasses.replace(entry, preds=change(entry.preds)), "options": change(spec.options)}
    else:
        new = {name: change(x) for name, x in values.items()}
    return dataclasses.replace(spec, **new) if any(new[name] is not values[name] for name in new) else spec


def change_options(options, random):
    """The options of a collection, one of them changed at times."""
    if random.random() < 0.6:
        return options
    choices = {
        "min_count": [None, 0, 1, 2],
        "max_count": [None, 3, 4],
        "distinct": [True, False],
        "into": [None, list, set, dict, tuple],
        "kind": [None, *map(as_part, (s.is_list, s.is_coll, tuple, s.is_dict))],
    }
    name = random.choice(sorted(choices))
    return dataclasses.replace(options, **{name: random.choice(choices[name])})
