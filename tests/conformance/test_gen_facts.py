"""Facts about clojure.spec's generators: the values that they make, and the specs that have none."""

import functools
import json
from pathlib import Path

import pytest

import mxspec as s
from tests.conformance.corpus import as_key, decoded, defined, gen_facts

pytestmark = pytest.mark.few(30)

FACTS = {f"{fact['id']} {fact['name']}": fact for fact in gen_facts()["specs"]}
BEHAVIOURS = {fact["id"]: fact["observed"] for fact in gen_facts()["behaviours"]}
SAMPLES = 100

OF_FUNCTIONS = {"fspec-iterations", "fspec-gen"}
COLLECTIONS = {"coll-of", "every", "map-of", "every-kv"}
OF_FIXED_LENGTH = {"tuple", "cat", "keys", "merge", "maybe", "alt"}


def facts_with(*keys):
    chosen = [(name, fact) for name, fact in FACTS.items() if all(key in fact for key in keys)]
    return pytest.mark.parametrize("fact", [fact for _, fact in chosen], ids=[name for name, _ in chosen])


def facts_where(key, value):
    chosen = [(name, fact) for name, fact in FACTS.items() if fact.get(key) == value]
    return pytest.mark.parametrize("fact", [fact for _, fact in chosen], ids=[name for name, _ in chosen])


@functools.cache
def drawn_for(name, n):
    return s.sample(defined(FACTS[name]), n, seed=7000)


def samples(fact, n=SAMPLES):
    return drawn_for(f"{fact['id']} {fact['name']}", n)


def named(*names):
    """The names that the behaviours are about, as int, str or bool."""
    for name in names:
        s.def_(name, {"i": int, "s": str, "b": bool}[name.partition("/")[2]])


@facts_where("gen", "throws")
def test_a_spec_without_a_generator_in_clojure_has_none_here(fact):
    if fact["name"] == "recursive-regex":  # clojure overflows its stack, though maybe is a way out
        assert all(s.valid("gf/rlist", x) for x in s.sample(defined(fact)))
        return
    with pytest.raises(s.SpecError):
        s.gen(defined(fact))


@facts_where("sample", "throws")
def test_a_spec_without_values_in_clojure_has_none_here(fact):
    if fact["name"] == "and-conformer":  # strings of digits alone are rare, but less so than in clojure
        strategy = s.gen(defined(fact))
        assert all(map(str.isdigit, (x.removeprefix("-") for x in s.sample(strategy))))
        return
    with pytest.raises(s.SpecError):
        s.sample(defined(fact), 20, seed=7000)


@pytest.mark.parametrize("name", [name for name, fact in FACTS.items() if "path" in json.dumps(fact)])
def test_the_message_names_the_path_and_the_predicate(name):
    error = FACTS[name].get("gen_error") or FACTS[name]["sample_error"]
    path = decoded(error["path"])
    with pytest.raises(
        s.GeneratorError, match=r"unable to construct gen at: .* for: .+; give one with"
    ) as raised:
        s.sample(defined(FACTS[name]), 50, seed=7000)
    assert raised.value.data == {"failure": "no-gen", "path": path}
    assert f"at: {path} for: " in str(raised.value)


@facts_where("all_valid", True)
def test_every_value_is_valid(fact):
    spec, values = defined(fact), samples(fact)
    assert len(values) == SAMPLES
    assert all(s.valid(spec, x) for x in values)


@facts_with("count_min_max")
def test_collections_keep_to_clojures_counts(fact):
    op = fact["spec"].get("op")
    if op not in COLLECTIONS | OF_FIXED_LENGTH or fact["name"] in ("merge-pred", "cat-nested"):
        assert min(len(x) for x in samples(fact) if s.is_coll(x)) == fact["count_min_max"][0]
        return
    low, high = fact["count_min_max"]
    counts = {len(x) for x in samples(fact)}
    assert low <= min(counts)
    assert max(counts) <= high
    if high <= 5:
        assert counts == set(range(low, high + 1))


@facts_with("branches")
def test_all_branches_occur_and_no_others(fact):
    spec = defined(fact)
    conformed = [s.conform(spec, x) for x in samples(fact)]
    assert {tag for tag, _ in conformed} == set(fact["branches"])


@facts_with("key_sets")
def test_all_sets_of_keys_occur_and_no_others(fact):
    expected = {frozenset(json.loads(keys.replace('" "', '", "'))) for keys in fact["key_sets"]}
    assert {frozenset(x) for x in samples(fact)} == expected


@facts_with("dispatch_values")
def test_every_method_makes_values_with_its_tag(fact):
    assert {x["type"] for x in samples(fact)} == set(fact["dispatch_values"])


@facts_with("nil_fraction")
def test_none_is_among_the_values(fact):
    values = samples(fact)
    assert None in values
    assert (values.count(None) == SAMPLES) == (fact["nil_fraction"] == 1.0)


@pytest.mark.parametrize("name", ["double", "float", "double-default", "double-in", "double-in-open", "int"])
def test_nan_and_infinity_occur_only_where_they_do_in_clojure(name):
    [fact] = [fact for fact in FACTS.values() if fact["name"] == name]
    drawn = samples(fact, 500)
    assert any(map(s.is_nan, drawn)) == fact.get("has_NaN", False)
    assert any(map(s.is_infinite, drawn)) == fact.get("has_Infinity", False)


@facts_with("depth_max")
def test_recursion_ends(fact):
    def depth(x):
        inside = x.values() if isinstance(x, dict) else x if s.is_sequential(x) else ()
        return 1 + max(map(depth, inside), default=0)

    # Links of nilable keys and of optional keys have no limit in clojure but chance.
    assert max(map(depth, samples(fact))) <= 40


# --- behaviours ---------------------------------------------------------------------------------------------


def values_of(observed):
    """The values of a behaviour, to compare with a set; lists and tuples are alike."""
    return {as_key(decoded(x)) for x in observed["set"]}


def under(key):
    """Return the values of a key of some maps."""
    return lambda drawn: {x[key] for x in drawn}


def elements(drawn):
    return {element for x in drawn for element in x}


KEY, NAMED_KEYS = s.keys(req_un=["gb/i"]), s.keys(req_un=["gb/i", "gb/s"])
# A behaviour, and where it has its values; what is drawn, and which values are compared.
VALUES = [
    ("override-by-name", "i_values", NAMED_KEYS, {"gb/i": lambda: s.gen({7})}, under("i")),
    ("override-by-path-or", "i_values", s.or_(i=int, s=str), {("i",): lambda: s.gen({9})},
     lambda drawn: {x for x in drawn if not s.is_str(x)}),
    ("override-by-path-keys", "i_values", KEY, {("i",): s.gen({3})}, under("i")),
    ("override-both", "i_values", KEY, {"gb/i": s.gen({1}), ("i",): s.gen({2})}, under("i")),
    ("override-path-star", "values", s.star("gb/i"), {(): s.gen(s.coll_of({1}, min_count=1))}, elements),
    ("override-coll", "values", s.coll_of("gb/i", min_count=1), {"gb/i": s.gen({4})}, elements),
    ("override-alias", "by_target", "gb/alias", {"gb/i": s.gen({4})}, set),
    ("override-path-tuple", "values", s.tuple_(int, str), {(0,): s.gen({1}), (1,): s.gen({"z"})}, None),
    ("override-path-nilable", "values", s.nilable(int), {("pred",): s.gen({5})}, None),
    ("override-path-cat", "values", s.cat(a=int, b=int), {("a",): s.gen({1}), ("b",): s.gen({2})}, None),
    ("override-root-path", "values", s.or_(i=int, s=str), {(): s.gen({1, "x"})}, None),
    ("override-missing-gen", "values", s.tuple_(lambda x: isinstance(x, str)), {(0,): s.gen({"q"})}, None),
    ("with-gen", "values", s.with_gen(int, lambda: s.gen({42})), None, None),
    ("with-gen-vs-override", "values", s.with_gen(int, lambda: s.gen({42})), {(): s.gen({1})}, None),
    ("gen-option-spec", "values", s.spec(int, gen=lambda: s.gen({11})), None, None),
    ("gen-option-coll", "values", s.coll_of(int, gen=lambda: s.gen(s.tuple_({1}, {2}, {3}))), None, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("behaviour", "key", "spec", "overrides", "those"), VALUES, ids=[row[0] for row in VALUES]
)
def test_the_values_are_those_of_the_given_generator(behaviour, key, spec, overrides, those):
    named("gb/i", "gb/s")
    s.def_("gb/alias", "gb/i")
    drawn = s.sample(spec, 60, seed=2, overrides=overrides)
    kept = those(drawn) if those else {as_key(x) for x in drawn}
    assert kept == values_of(BEHAVIOURS[behaviour][key])


def test_an_override_by_an_alias_is_none():
    named("gb/i")
    s.def_("gb/alias", "gb/i")
    by_alias = s.sample("gb/alias", 100, seed=1, overrides={"gb/alias": s.gen({4})})
    assert len(set(by_alias)) >= BEHAVIOURS["override-alias"]["by_alias_distinct"]


s.def_("gb/x", int)
s.def_("gc/x", str)


@pytest.mark.parametrize(
    ("behaviour", "spec", "overrides"),
    [
        ("override-invalid-value", int, {(): s.gen({"no"})}),
        ("with-gen-invalid", s.with_gen(int, lambda: s.gen({"no"})), None),
        ("valid-check-of-generated", s.merge(s.keys(req_un=["gb/x"]), s.keys(req_un=["gc/x"])), None),
    ],
)
def test_a_generator_of_invalid_values_is_an_error(behaviour, spec, overrides):
    assert "throws" in BEHAVIOURS[behaviour]
    with pytest.raises(s.GeneratorError, match=r"found no value for .* refused 100 values in a row"):
        s.sample(spec, overrides=overrides)


def test_a_regex_with_a_generator_still_splices():
    assert BEHAVIOURS["with-gen-regex"]["still_splices"] == {":a": [1, 2], ":b": "x"}
    pair = s.with_gen(s.cat(x=int, y=int), lambda: s.gen(s.tuple_({1}, {2})))
    outer = s.cat(a=pair, b=str)
    assert s.is_regex(pair)
    assert s.conform(outer, [1, 2, "x"]) == {"a": {"x": 1, "y": 2}, "b": "x"}
    assert all(x[:2] == [1, 2] and s.is_str(x[2]) for x in s.sample(outer))


def test_exercise_returns_ten_pairs_of_a_value_and_its_conformed_value_or_as_many_as_asked():
    spec = s.or_(i=int, s=str)
    pairs = s.exercise(spec)
    assert len(pairs) == BEHAVIOURS["exercise-shape"]["n"]
    assert all(conformed == s.conform(spec, x) for x, conformed in pairs)
    pairs = s.exercise(int, BEHAVIOURS["exercise-n"]["n"], overrides={(): s.gen({6})})
    assert pairs == [(6, 6)] * 25


def test_the_limits_are_clojures():
    from mxspec.specs import collections
    from mxspec.specs.core import generation

    assert BEHAVIOURS["recursion-limit-default"] == generation.RECURSION_LIMIT
    assert BEHAVIOURS["coll-check-limit"] == collections.CHECK_LIMIT
    assert BEHAVIOURS["coll-error-limit"] == collections.ERROR_LIMIT


def test_a_huge_lower_bound_still_generates():
    assert BEHAVIOURS["such-that-grows"] is True
    assert all(x > 10**9 for x in s.sample(s.and_(int, lambda x: x > 10**9), 50))


def test_ints_are_small_and_large():
    drawn = s.sample(int, 300, seed=3)
    low, high = BEHAVIOURS["small-size-int-growth"]["size5_min_max"]
    assert any(low <= x <= high for x in drawn)
    assert any(abs(x) > 10**9 for x in drawn)


def test_a_seed_gives_the_same_values():
    assert BEHAVIOURS["generated-seed"] is True
    assert s.sample(int, 20, seed=42) == s.sample(int, 20, seed=42)
    assert s.sample(int, 20, seed=42) != s.sample(int, 20, seed=43)


@pytest.mark.parametrize(
    ("behaviour", "spec", "is_one"),
    [
        ("or-both-in-200", s.or_(i=int, s=str), s.is_int),
        ("nilable-nil-weight", s.nilable(int), s.is_none),
        ("maybe-weight", s.maybe(int), s.is_empty),
        ("opt-key-weight", s.keys(opt_un=["gb/i", "gb/s"]), lambda x: "i" in x),
    ],
)
def test_weights_are_about_clojures(behaviour, spec, is_one):
    named("gb/i", "gb/s")
    observed = BEHAVIOURS[behaviour]
    weight = observed["i"] / 200 if isinstance(observed, dict) else observed
    drawn = s.sample(spec, 400, seed=5)
    assert sum(map(is_one, drawn)) / 400 == pytest.approx(weight, abs=0.12)


def test_an_int_in_reaches_both_ends():
    drawn = s.sample(s.int_in(0, 10), 200, seed=1)
    assert {"min": min(drawn), "max": max(drawn)} == BEHAVIOURS["int-in-bounds"]
    low = values_of(BEHAVIOURS["int-in-size0"]["values"])
    assert min(s.sample(s.int_in(5, 100), 300, seed=1)) in low


LEAST, MOST = BEHAVIOURS["coll-min-count-max"]


@pytest.mark.parametrize(
    ("spec", "least", "above", "most"),
    [
        (s.coll_of(bool), 0, 10, BEHAVIOURS["coll-default-max"]),
        (s.coll_of(bool, min_count=LEAST), LEAST, 20, MOST),
        (s.star(int), 0, 0, BEHAVIOURS["star-size"]["size100"][1]),
    ],
    ids=repr,
)
def test_collections_grow_as_large_as_clojures(spec, least, above, most):
    counts = set(map(len, s.sample(spec, 1000, seed=1)))
    assert min(counts) == least
    assert above < max(counts) <= most


def test_multi_spec_retags_and_generates_from_its_default_too():
    s.def_("gb/type", str)
    keys = s.keys(req_un=["gb/type"])
    for spec, tags in [
        (s.multi_spec("type", {"a": keys, "b": keys}), BEHAVIOURS["multi-spec-retag"]["dispatch_values"]),
        (s.multi_spec("type", {"a": keys}, default=keys), BEHAVIOURS["multi-spec-default"]),
    ]:
        assert {x["type"] for x in s.sample(spec, 60, seed=1)} == {tag.strip(":") for tag in tags}


@pytest.mark.parametrize("limit", [1, 2, 4])
def test_the_recursion_limit_bounds_the_depth(limit):
    s.def_("gb/tree", s.or_(leaf={0}, node=s.tuple_({0}, {0})))
    s.def_("gb/tree", s.or_(leaf={0}, node=s.tuple_("gb/tree", "gb/tree")))

    def depth(x):
        return 1 + max(map(depth, x)) if s.is_list(x) else 0

    drawn = s.sample(s.gen("gb/tree", recursion_limit=limit), 400, seed=1)
    assert max(map(depth, drawn)) == BEHAVIOURS["recursion-limit-effect"][str(limit)]


def test_every_behaviour_but_those_of_functions_is_tested_here():
    tested = Path(__file__).read_text()
    assert {name for name in BEHAVIOURS if tested.count(f'"{name}"') == 0} == set()
    assert {name for name in BEHAVIOURS if name.startswith("fspec")} == OF_FUNCTIONS
