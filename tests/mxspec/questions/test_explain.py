"""The words for people, exactly."""

import math

import numpy as np
import pytest

import mxspec as s
from mxspec.base.values import array_text, short_repr

s.def_("exp/age", s.int_in(0, 150))
s.def_("exp/name", str)
s.def_("exp/mail", str)
s.def_("exp/person", s.keys(req_un=["exp/name"], opt_un=["exp/age"]))
CONTACT = s.keys(req_un=[s.or_keys("exp/name", s.and_keys("exp/age", "exp/mail"))])
EVEN_LABEL = s.model_spec(s.and_(int, s.is_even), lambda x: x, lambda x: x)


class Broken:
    def __repr__(self):
        raise RuntimeError("no words")


class Silent(Broken):
    def __getattr__(self, name):
        raise RuntimeError("no attributes")


@pytest.mark.parametrize(
    ("spec", "x", "words"),
    [
        (int, 1, "Success!"),
        (int, "x", "an int is required, not 'x' - failed: int"),
        (s.is_even, 3, "an even int is required, not 3 - failed: is_even"),
        ({1, 2, 3}, 4, "1, 2 or 3 is required, not 4 - failed: {1, 2, 3}"),
        (lambda n: n > 3, 1, "n > 3 is required, not 1 - failed: lambda n: n > 3"),
        (
            lambda n: n > 3,
            "a",
            "n > 3 is required, not 'a'; TypeError: '>' not supported between instances of 'str' and 'int' - "
            "failed: lambda n: n > 3",
        ),
        ("exp/age", 200, "an int from 0 to 149 is required, not 200 - "
        "failed: int_in(0, 150) spec: 'exp/age'"),
        (s.or_(id=int, name=str), None, "an int is required, not None - failed: int at: ['id']\n"
         "a string is required, not None - failed: str at: ['name']"),
        (s.nilable(int), "x", "an int is required, not 'x' - failed: int at: ['pred']"),
        (s.coll_of(int), [1, "x"], "an int is required, not 'x' - failed: int in: [1]"),
        (s.coll_of(int), 3, "a collection is required, not 3 - failed: is_coll"),
        (s.coll_of(int, count=2), [1], "a count of 2 is required, not [1]; 1 is 1 too few"),
        (s.coll_of(int, min_count=2), [1], "a count of at least 2 is required, not [1]; 1 is 1 too few"),
        (s.coll_of(int, max_count=1), [1, 2], "a count from 0 to 1 is required, not [1, 2]; 2 is 1 too many"),
        (s.coll_of(int, distinct=True), [1, 1], "a collection of distinct elements is required, not [1, 1]"),
        (s.coll_of(s.is_any, into=set), [{}],
         "coll_of(is_any, into=set) is required, not [{}]; its elements make no set"),
        (s.tuple_(int, int), [1], "a count of 2 is required, not [1]; 1 is 1 too few"),
        (s.map_of(str, int), {"a": "x"}, "an int is required, not 'x' - failed: int in: ['a', 1] at: [1]"),
        ("exp/person", {}, "key 'name' is required - value: {} spec: 'exp/person'"),
        ("exp/person", {"nam": "Bo"},
         "key 'name' is required; did you mean 'nam'? - value: {'nam': 'Bo'} spec: 'exp/person'"),
        ("exp/person", {"name": "Bo", "age": -1},
         "an int from 0 to 149 is required, not -1 - "
         "failed: int_in(0, 150) in: ['age'] at: ['age'] spec: 'exp/age'"),
        (CONTACT, {}, "(key 'name' or (key 'age' and key 'mail')) is required - value: {}"),
        (s.multi_spec("kind", {"a": s.keys()}), {"kind": "b"},
         "'b' is none of 'a' - value: {'kind': 'b'} at: ['b']"),
        (s.cat(a=int, b=str), [1],
         "Insufficient input: a string is required - value: [] failed: str at: ['b']"),
        (s.cat(a=int), [1, 2], "Extra input - value: [2] failed: cat(a=int) in: [1]"),
        (s.conformer(int), "x",
         "conformer(int) is required, not 'x'; ValueError: invalid literal for int() with base 10: 'x'"),
        (EVEN_LABEL, 3, "read as 3, but even is required - value: 3"),
        (EVEN_LABEL, None, "not recognised: read as none of the labels - value: None"),
        (s.nilable("exp/age"), -1,
         "an int from 0 to 149 is required, not -1 - failed: int_in(0, 150) at: ['pred'] spec: 'exp/age'"),
    ],
)  # fmt: skip
def test_the_words(spec, x, words):
    assert s.explain_str(spec, x) == words


def test_the_deepest_problems_come_first():
    spec = s.or_(name=str, pairs=s.coll_of(s.or_(a=int, b=s.tuple_(int))))
    assert s.explain_str(spec, [[None]]).splitlines() == [
        "an int is required, not None - failed: int in: [0, 0] at: ['pairs', 'b', 0]",
        "an int is required, not [None] - failed: int in: [0] at: ['pairs', 'a']",
        "a string is required, not [[None]] - failed: str at: ['name']",
    ]


@pytest.mark.parametrize(
    ("x", "text"),
    [
        ("x" * 200, "'" + "x" * 37 + "..." + "x" * 38 + "'"),
        (list(range(100)), "[0, 1, 2, 3, 4, 5, ...]"),
        (Silent(), "<Silent whose repr raises RuntimeError: no words>"),
        ([Silent()], "[<Silent whose repr raises RuntimeError: no words>]"),
        (np.zeros((1, 784), "float32"), "array of shape (1, 784), float32, 0.0 to 0.0"),
    ],
    ids=["text", "list", "silent", "silent in a list", "array"],
)
def test_values_are_shortened(x, text):
    assert short_repr(x) == text
    assert s.explain_str(s.is_none, x) == f"None is required, not {text} - failed: is_none"


class Handle:
    """An array of another library, as NDArray is one."""

    shape, dtype = (2,), "float32"

    def asnumpy(self):
        return np.array([1, 2], "float32")


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (np.arange(6).reshape(2, 3), "array of shape (2, 3), int64, 0 to 5"),
        (np.array([True]), "array of shape (1,), bool, True to True"),
        (np.array([0.5, math.nan, math.inf]), "array of shape (3,), float64, 0.5 to 0.5, 2 not finite"),
        (np.array([math.nan]), "array of shape (1,), float64, 1 not finite"),
        (np.array([]), "array of shape (0,), float64"),
        (np.array(["a"]), "array of shape (1,), <U1"),
        (Handle(), "array of shape (2,), float32, 1.0 to 2.0"),
    ],
)
def test_an_array_is_told_by_its_shape_type_and_range(x, text):
    assert array_text(x) == text


def test_keys_and_tags_without_words_do_no_harm():
    key = Broken()
    assert "<Broken whose repr raises RuntimeError: no words>" in s.explain_str(
        s.map_of(s.is_any, int), {key: "x"}
    )
    assert "<Broken whose repr raises RuntimeError: no words>" in s.explain_str(
        s.multi_spec("k", {1: int}), {"k": key}
    )


def test_explain_prints(capsys):
    s.explain(int, "x")
    assert capsys.readouterr().out == "an int is required, not 'x' - failed: int\n"


def test_explain_data_has_the_spec_and_the_value():
    data = s.explain_data("exp/age", -1)
    assert (data["spec"], data["value"]) == ("exp/age", -1)
    assert list(data["problems"][0]) == ["path", "pred", "val", "via", "in"]


def test_another_printer_makes_the_words_until_it_is_taken_back():
    s.set_explain_printer(lambda data: f"{len(data['problems'])} of {data['value']}" if data else "fine")
    try:
        assert s.explain_str(s.tuple_(int, int), ["a", "b"]) == "2 of ['a', 'b']"
        assert s.explain_str(int, 1) == "fine"
        assert s.explain_printer(s.explain_data(int, "x")) == "an int is required, not 'x' - failed: int"
    finally:
        s.set_explain_printer()
    assert s.explain_str(int, 1) == "Success!"


s.def_("exp/names", s.coll_of(str))
s.def_("exp/street", str)
s.def_("exp/home", s.keys(req_un=["exp/street"]))


@pytest.mark.parametrize(
    "spec",
    [
        s.keys(req_un=["exp/name", "exp/names"]),
        s.keys(req_un=["exp/name"], opt_un=["exp/names"]),
        s.keys(req_un=["exp/name", s.or_keys("exp/names", "exp/street")]),
        s.merge(s.keys(req_un=["exp/names"]), s.keys(req_un=["exp/name"])),
        s.and_(s.keys(req_un=["exp/name"]), s.keys(opt_un=["exp/names"])),
        s.coll_of(s.keys(req_un=["exp/name"], opt_un=["exp/names"])),
    ],
    ids=repr,
)
def test_a_hint_names_no_key_that_the_spec_asks_for(spec):
    x = {"names": ["Bo"]}
    x = [x] if "coll_of" in repr(spec) else x
    assert "did you mean" not in s.explain_str(spec, x)


def test_a_hint_names_no_key_that_has_a_spec():
    s.def_("exp/nam", str)
    assert "did you mean" not in s.explain_str(s.keys(req=["exp/name"]), {"exp/nam": "Bo"})
    s.def_("exp/nam", None)
    assert s.explain_str(s.keys(req=["exp/name"]), {"exp/nam": "Bo"}).endswith(
        "did you mean 'exp/nam'? - value: {'exp/nam': 'Bo'}"
    )


def test_a_hint_is_found_among_many_keys():
    x = {f"key{i}": i for i in range(10_000)} | {"nmae": "Bo"}
    words = "key 'name' is required; did you mean 'nmae'? - value: {"
    assert s.explain_str(s.keys(req_un=["exp/name"]), x).startswith(words)
    many = s.keys(req_un=[f"exp/kye{i}" for i in range(200)])
    assert s.explain_str(many, x).count("required") == 200


def test_a_line_that_a_regex_comes_to_twice_is_there_once():
    options = s.cat(
        verbose=s.maybe(s.cat(flag={"-v"}, level=int)),
        rest=s.star(s.cat(k=s.str_in(pattern="-[a-z]"), v=str)),
        files=s.star(str),
    )
    args = ["-v", "3", "-f", 7]
    assert s.explain_str(options, args).splitlines() == [
        "a string is required, not 7 - failed: str in: [3] at: ['rest', 'v']",
        "a string is required, not 7 - failed: str in: [3] at: ['files']",
    ]
    places = [problem["path"] for problem in s.explain_data(options, args)["problems"]]
    assert places == [["rest", "v"], ["files"], ["files"]]


def test_lines_of_different_values_that_look_the_same_are_all_there():
    class Alike:
        def __repr__(self):
            return "alike"

    assert s.explain_str(s.coll_of(int, kind=set), {Alike(), Alike()}).count("alike - failed") == 2
