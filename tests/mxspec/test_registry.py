"""Names: what they may be, what they lead to, and that they are read at every use."""

import gc
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mxspec as s
from mxspec.base import names
from tests.mxspec.random_specs import examples

pytestmark = pytest.mark.usefixtures("clean_names")


@pytest.mark.parametrize(
    "write",
    [
        lambda name: s.def_(name, int), lambda name: s.keys(req=[name]), lambda name: s.keys(opt_un=[name]),
        lambda name: s.coll_of(name), lambda name: s.valid(name, 1), lambda name: s.def_("a/alias", name),
        lambda name: s.def_model_spec(name, int, len, str), lambda name: s.get_spec(name) or s.gen(name),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", [":user/name", "::user/name"])
def test_a_name_has_no_colon_before_it(write, name):
    s.def_("user/name", str)
    with pytest.raises(s.SpecError, match=f"; say 'user/name' in place of '{name}'$"):
        write(name)


def test_def_returns_the_name_and_registers_the_spec_under_it():
    assert s.def_("reg/int", int) == "reg/int"
    assert s.get_spec("reg/int").name == "reg/int"
    assert "reg/int" in s.registry()


def test_defining_none_removes_a_name_repeatedly():
    s.def_("reg/int", int)
    s.def_("reg/int", None)
    assert s.get_spec("reg/int") is None
    assert s.def_("reg/int", None) == "reg/int"


def test_the_registry_is_read_only_and_that_of_its_moment():
    before = s.registry()
    with pytest.raises(TypeError):
        before["reg/x"] = int
    s.def_("reg/x", int)
    assert "reg/x" not in before
    assert "reg/x" in s.registry()


@pytest.mark.parametrize("ask", [s.conform, s.valid, s.explain_data, s.explain_str, s.unform])
def test_an_unknown_name_is_an_error_that_suggests_a_near_one(ask):
    s.def_("reg/number", int)
    message = r"no spec is registered under 'reg/numbr'; did you mean 'reg/number'\?"
    with pytest.raises(s.UnknownSpecError, match=message) as raised:
        ask("reg/numbr", 1)
    assert raised.value.spec == "reg/numbr"


def test_a_name_like_no_other_gets_no_suggestion():
    with pytest.raises(s.UnknownSpecError) as raised:
        s.valid("qqqq/zzzzzzzz", 1)
    assert str(raised.value) == "no spec is registered under 'qqqq/zzzzzzzz'"


def test_an_alias_leads_to_the_spec_and_follows_it():
    s.def_("reg/a", int)
    s.def_("reg/b", "reg/a")
    assert s.get_spec("reg/b") == "reg/a"
    assert s.valid("reg/b", 1)
    s.def_("reg/a", str)
    assert s.valid("reg/b", "x")
    assert names.current.aliases("reg/b") == ["reg/b", "reg/a"]


def test_an_alias_of_nothing_is_refused():
    with pytest.raises(s.UnknownSpecError):
        s.def_("reg/alias", "reg/nothing")


@pytest.mark.parametrize("name", ["reg/a", "reg/b"])
def test_an_alias_that_leads_back_to_itself_is_refused(name):
    s.def_("reg/a", int)
    s.def_("reg/b", "reg/a")
    with pytest.raises(s.SpecDefinitionError, match=f"{name!r} can't be an alias of 'reg/b', which leads to"):
        s.def_(name, "reg/b")
    assert s.valid("reg/b", 1)


@pytest.mark.parametrize(
    ("around", "int_value", "str_value"),
    [
        (s.nilable("reg/late"), 1, "x"),
        (s.coll_of("reg/late"), [1], ["x"]),
        (s.cat(a="reg/late"), [1], ["x"]),
        (s.star("reg/late"), [1], ["x"]),
        (s.keys(req=["reg/late"]), {"reg/late": 1}, {"reg/late": "x"}),
        (s.multi_spec(len, {1: s.tuple_("reg/late")}, retag=lambda x, _: x), [1], ["x"]),
    ],
)
def test_a_redefinition_takes_effect_at_once(around, int_value, str_value):
    s.def_("reg/late", int)
    assert s.valid(around, int_value)
    assert not s.valid(around, str_value)
    s.def_("reg/late", str)
    assert s.valid(around, str_value)
    assert not s.valid(around, int_value)


def test_a_definition_made_of_a_name_stays_when_the_name_goes():
    s.def_("reg/a", int)
    spec = s.get_spec("reg/a")
    s.def_("reg/a", None)
    assert s.valid(spec, 1)


# --- tables share one log -----------------------------------------------------------------------------------

definitions = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from([None, 1, 2]), st.sampled_from([None, "words"]))
)


@examples
@given(definitions, st.lists(st.integers(0, 50), max_size=3), st.sampled_from([0, 3000]))
def test_every_table_keeps_its_own_meaning_of_each_name(definitions, branches, others):
    """Tables are as dicts that each definition copies, also where one is added to that is not the newest.

    Among 3,000 others a few names may be redefined before the log is copied.
    """
    tables = [(names.Names(dict.fromkeys(map(str, range(others)), 0) | {"a": 0}), {"a": (0, None)})]
    for i, (name, entry, doc) in enumerate(definitions):
        table, before = tables[i % len(tables) if i in branches else -1]
        rest = {key: value for key, value in before.items() if key != name}
        after = rest if entry is None else {**rest, name: (entry, doc)}
        tables.append((table.with_entry(name, entry, doc), after))
    for table, model in tables:
        assert [table.find(name) for name in "abcd"] == [model.get(name, [None])[0] for name in "abcd"]
        assert [table.doc(name) for name in "abcd"] == [model.get(name, (0, None))[1] for name in "abcd"]
        assert [name in table.entries for name in "abcd"] == [name in model for name in "abcd"]
    assert len(table.entries) == len(model) + others
    assert {name for name in table.entries if not name.isdigit()} == model.keys()


def definitions_copied(table, names_to_define):
    """Return the last table, and the number of definitions in all the logs that were begun on the way."""
    copied = 0
    for name in names_to_define:
        before, table = table, table.with_entry(name, 1, None)
        copied += len(table.log.latest) if table.log is not before.log else 0
    return table, copied


@pytest.mark.parametrize("n", [100, 1000, 10000])
def test_a_name_copies_no_definition_and_a_name_anew_a_thousand_on_average_at_most(n):
    each = [f"reg/{i}" for i in range(n)]
    table, copied = definitions_copied(names.Names({}), each)
    assert copied == 0
    table, copied = definitions_copied(table, each * 3)
    assert copied <= 1000 * 3 * n
    assert len(table.log.outdated) <= n / 1000
    table, copied = definitions_copied(table, each[:1] * 5000)
    assert copied <= 1000 * 5000 + n
    assert len(table.log.defined) <= 1000 + 5 * n


def test_what_was_redefined_is_not_kept():
    class Entry:
        pass

    table, entries = names.Names({}), []
    for i in range(10):
        table = table.with_entry(f"reg/{i % 2}", entry := Entry(), None)
        entries.append(weakref.ref(entry))
    del entry
    gc.collect()
    assert [entry() is not None for entry in entries] == [False] * 8 + [True] * 2


QUESTIONS = {
    "valid": lambda name: s.valid(name, {"next": {}}),
    "conform": lambda name: s.conform(name, {"next": {}}),
    "explain": lambda name: s.explain_data(name, {"0": 3, "1": 3, "2": 3}),
    "decode": lambda name: s.decode(name, {"0": {"1": {}}}),
    "encode": lambda name: s.encode(name, {"0": {"1": {}}}),
}


@pytest.mark.few(2)
@pytest.mark.parametrize("is_ring", [False, True])
@pytest.mark.parametrize("question", QUESTIONS)
def test_nothing_old_stays_alive_where_names_are_redefined_in_turn(question, is_ring):
    def define(i):
        other = f"turn/{(i + 1) % 3}"
        s.def_(f"turn/{i % 3}", s.keys(opt_un=[other]) if is_ring else s.map_of(str, s.map_of(str, dict)))
        return weakref.ref(s.get_spec(f"turn/{i % 3}"))

    for i in range(3):
        define(i)
    specs = []
    for i in range(60):
        specs.append(define(i))
        QUESTIONS[question](f"turn/{i % 3}")
    gc.collect()
    assert sum(spec() is not None for spec in specs) <= 6


@pytest.mark.parametrize("ask", [s.valid, lambda spec, x: s.explain_data(spec, x) is None])
@pytest.mark.parametrize("around", [lambda name: s.keys(req_un=[name]), s.coll_of, s.nilable])
def test_a_redefinition_behind_an_alias_takes_effect_at_once(around, ask):
    s.def_("reg/behind", int)
    s.def_("reg/alias", "reg/behind")
    s.def_("reg/twice", "reg/alias")
    spec = s.def_("reg/around", around("reg/twice"))
    put = {s.coll_of: lambda x: [x], s.nilable: lambda x: x}.get(around, lambda x: {"twice": x})
    for _ in range(3):  # the second question compiles
        assert (ask(spec, put(1)), ask(spec, put("x"))) == (True, False)
    s.def_("reg/behind", str)
    for _ in range(3):
        assert (ask(spec, put(1)), ask(spec, put("x"))) == (False, True)


@pytest.mark.parametrize("answers", ["compiled", "interpreted"])
def test_a_question_after_a_definition_looks_up_no_more_names_than_were_defined(answers, monkeypatch):
    for i in range(100):
        s.def_(f"reg/{i}", int)
    spec = s.keys(opt=[f"reg/{i}" for i in range(100)], closed=True)
    s.def_("reg/all", spec if answers == "compiled" else s.and_(spec, s.model_spec(int, Constant(), str)))
    lookups = []
    find = names.Names.find
    monkeypatch.setattr(names.Names, "find", lambda table, name: lookups.append(name) or find(table, name))
    s.valid("reg/all", {})
    s.def_("reg/other", int)
    lookups.clear()
    s.valid("reg/all", {})
    assert len(lookups) < 10
    s.def_("reg/7", str)
    assert not s.valid("reg/all", {"reg/7": 1})


class Constant:
    """A model with a batch function, in a spec that therefore is not compiled."""

    def __call__(self, x):
        return 1

    def batch(self, xs):
        return [1] * len(xs)


@pytest.mark.parametrize(
    "make", [s.spec, lambda name: s.with_gen(name, lambda: s.gen({1}))], ids=["spec", "with_gen"]
)
def test_a_name_itself_is_its_definition_of_now_and_the_error_says_what_is_looked_up_later(make):
    with pytest.raises(s.UnknownSpecError, match=r"inside another spec, as s.and_\('reg/later'\), later"):
        make("reg/later")
    inside = s.cat(x=s.and_("reg/later"), y=int)
    s.def_("reg/later", s.star(int))
    own = make("reg/later")
    assert s.conform(inside, [[1, 2], 3]) == {"x": [1, 2], "y": 3}
    s.def_("reg/later", str)
    assert (s.valid(own, [1]), s.valid(inside, ["a", 3])) == (True, True)
