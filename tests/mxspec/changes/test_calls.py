"""Functions are compared by the calls that they take, and by their results."""

import functools

import pytest

import mxspec as s
from mxspec.changes.answers import FunctionCall
from tests.mxspec.changes import signatures
from tests.row_ids import row_id
from tests.suites import rows_by_suite


def of(text, **parts):
    """A function of a signature, with fdef if there are parts."""
    function = signatures.function_of(text)
    return s.fdef(**parts)(function) if parts else function


@pytest.mark.parametrize(
    ("old", "new", "call", "reason"),
    [
        ("x: int, n: int = 1", "x: int, *, n: int", "price(x=0)", "missing a required argument: 'n'"),
        ("x: int, n: int = 1", "x: int, *, n: int = 1", "price(0, 0)", "too many positional arguments"),
        ("x: int", "y: int", "price(x=0)", "missing a required argument: 'y'"),
        ("x: int", "x: int, /", "price(x=0)", "missing a positional-only argument"),
        ("x: int, *rest: int", "x: int", "price(0, 0)", "too many positional arguments"),
        ("x: int, **more: int", "x: int", "price(x=0, other=0)", "unexpected keyword argument 'other'"),
        (
            "**more: int",
            "a: int = 0, **more: str",
            "price(other=0)",
            "a string is required, not 0 - failed: str",
        ),
        ("a: int, b: str", "b: int, a: str", "price(0, b='')", "missing a required argument: 'a'"),
        (
            "a: int, b: str, /",
            "b: str, a: int, /",
            "price(0, '')",
            "a string is required, not 0 - failed: str",
        ),
        ("x: int", "x: str", "price(x=0)", "a string is required, not 0 - failed: str"),
        ("*rest: int", "a: int = 0, *rest: str", "price(0, 0)", "a string is required, not 0 - failed: str"),
        (
            "x: int, n: int = 1",
            "x: int, n: str = 'a'",
            "price(x=0, n=0)",
            "a string is required, not 0 - failed: str",
        ),
    ],
)
def test_a_call_that_breaks_is_shown(old, new, call, reason):
    answer = s.check_compatible(of(old), of(new), seed=0)
    assert (answer.verdict, answer.part, repr(answer.witness)) == ("broken", "args", call)
    assert reason in answer.new
    assert repr(answer).startswith(f"broken: {call} fits old, but new says\n")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x: int", "x: int, n: int = 1"),
        ("x: int", "x: int | str, *rest: int, **more: int"),
        ("x: int, /", "y: int, /"),
        ("*, n: int", "n: int"),
        ("x: int, n: int = 1", "x: int, n: int = 2"),
        ("a: int, *, b: int", "a: int, b: int = 1, *, c: int = 2"),
    ],
)
def test_a_signature_that_takes_more_is_proved(old, new):
    assert s.check_compatible(of(old), of(new)).verdict == "proved"


@pytest.mark.parametrize("seed", range(150))
def test_python_takes_what_is_proved_and_refuses_what_is_broken(seed):
    signatures.check_pair(seed)


@pytest.mark.parametrize("start", rows_by_suite(slow=[1000], stress=range(2000, 9000, 300)))
def test_python_agrees_about_more_signatures(start):
    verdicts = [signatures.check_pair(seed) for seed in range(start, start + 300)]
    assert not {(True, "proved"), (True, "not refuted")} & {*verdicts}


def test_results_are_responses():
    def old(x: int) -> int: ...
    def new(x: int) -> int | None: ...
    async def late(x: int) -> int: ...

    answer = s.check_compatible(old, new)
    assert (answer.verdict, answer.part, answer.witness) == ("broken", "ret", None)
    assert s.check_compatible(new, old).verdict == "proved"
    answer = s.check_compatible(old, late)
    assert repr(answer) == (
        "broken: old(x=0) fits old, but new says\na call returns a coroutine, where it returned its result"
    )


DIGITS, SMALL = s.int_in(0, 10), s.int_in(0, 5)
PAIR, SHORT, MAYBE = s.cat(low=int, high=int), s.cat(x=int), s.cat(x=int, n=s.maybe(int))
ORDERED = s.and_(PAIR, lambda m: m["low"] <= m["high"])
X, XY = s.keys(req_un={"x": int}), s.keys(req_un={"x": int, "y": int})


@pytest.mark.parametrize(
    ("old", "new", "verdict", "call"),
    [
        (("x, n=1", s.cat(x=DIGITS, n=int)), ("x, n=1", s.cat(x=int, n=int)), "proved", None),
        (("x, n=1", s.cat(x=DIGITS, n=int)), ("x, n=1", s.cat(x=SMALL, n=int)), "broken", "price(x=5)"),
        (("x", s.cat(x=DIGITS)), ("y", s.cat(y=DIGITS)), "broken", "price(x=0)"),
        # Specs that look at several arguments together.
        (("low, high", ORDERED), ("low, high", ORDERED), "proved", None),
        (("low, high", ORDERED), ("low, top", ORDERED), "broken", None),
        (("low, high", PAIR), ("low, high", ORDERED), "broken", None),
        (("low, high", ORDERED), ("low, high, n=1", ORDERED), "not refuted", None),
        (("x, n=None", MAYBE), ("x, n=None", MAYBE), "proved", None),
        (("x, n=None", MAYBE), ("x, *, n=None", MAYBE), "broken", None),
        (("x, n=None", SHORT), ("x", SHORT), "not refuted", None),
        (("x, y", XY), ("x, z", X), "broken", None),
    ],
)
def test_functions_with_args_specs_are_compared_by_calls_too(old, new, verdict, call):
    functions = (of(text, args=args) for text, args in (old, new))
    answer = s.check_compatible(*functions, seed=0, num_tests=50)
    assert answer.verdict == verdict, answer
    if verdict == "broken":
        assert isinstance(answer.witness, FunctionCall)
        assert call in (None, repr(answer.witness))


def test_two_functions_of_one_name_have_their_own_specs():
    functions = []
    for kind in (int, str):

        @s.fdef
        def price(x: kind) -> int:
            return 0

        functions.append(price)
    assert s.check_compatible(*functions).witness == FunctionCall("price", (), {"x": 0})
    assert s.check_compatible(functions[0], functions[0]).verdict == "proved"
    wrapped = functools.wraps(functions[1])(lambda *args: 0)
    assert s.check_compatible(functions[0], wrapped).verdict == "broken"


def test_a_function_with_the_hints_of_a_predicate_is_one():
    def is_short(x: str) -> bool:
        return len(x) < 3

    def is_shorter(x: str) -> bool:
        return len(x) < 2

    assert s.check_compatible(is_short, is_shorter, seed=0).witness == "aa"
    assert s.check_compatible(s.is_nat_int, s.is_int).verdict == "proved"


@pytest.mark.parametrize(
    ("old", "new", "witness"),
    [
        (s.is_nat_int, s.is_neg, 0), (s.is_any, s.is_pos_int, 0), (s.is_int, s.is_nat_int, -1),
        (s.is_str, s.is_int, ""), (s.is_pos_int, s.is_any, None), (s.is_nat_int, s.is_int, None),
    ],
    ids=row_id,
)  # fmt: skip
def test_a_predicate_with_hints_as_text_is_one(old, new, witness):
    answer = s.check_compatible(old, new, seed=0)
    assert (answer.verdict, answer.witness) == ("proved" if witness is None else "broken", witness)


# The text of a function, an edit of it, the verdict, and the call that shows it.
EDITS = [
    ("(uid: int) -> bool", "(uid: str) -> bool", "broken", "f(uid=0)"),
    ("(uid: int) -> bool", "(uid: 'str') -> 'bool'", "broken", "f(uid=0)"),
    ("(uid: int) -> bool", "(user: int) -> bool", "broken", "f(uid=0)"),
    ("(uid: int) -> bool", "(uid: int | str) -> bool", "proved", None),
    ("(uid: int) -> bool", "(uid: int) -> int", "broken", None),
    ("(uid: int) -> bool", "(uid: int, n: int = 1) -> bool", "not refuted", None),
    ("(uid: int) -> bool", "(uid: int, n: int) -> bool", "broken", "f(uid=0)"),
    ("(a)", "(a: int) -> int", "broken", "f(a='')"),
    ("(a)", "(a) -> int", "proved", None),
    ("(a, b)", "(a, b=1)", "proved", None),
    ("(a, b)", "(a, b, c)", "broken", "f(a=0, b=0)"),
    ("(a)", "(a, b)", "broken", "f(a=0)"),
    ("(a, b)", "(b, a)", "broken", None),
    ("(a: int, c: int = 1) -> int", "(a: int, b: int = 0, c: int = 1) -> int", "not refuted", None),
    ("(a: int, c: int = 1) -> int", "(a: int, c: int = 1, b: int = 0) -> int", "proved", None),
    ("(a: int, c: int, /) -> int", "(c: int, a: int, /) -> int", "not refuted", None),
]


@pytest.mark.parametrize(("old", "new", "verdict", "call"), EDITS, ids=row_id)
def test_an_edit_of_a_signature_is_seen_with_the_same_body(old, new, verdict, call):
    scopes = [{"__name__": "drawn"}, {"__name__": "drawn"}]
    for text, scope in zip((old, new), scopes, strict=True):
        exec(f"def f{text}:\n    return 1", scope)
    answer = s.check_compatible(scopes[0]["f"], scopes[1]["f"], seed=0)
    assert answer.verdict == verdict
    assert call in (None, repr(answer.witness))


def test_an_argument_that_goes_to_another_parameter_is_named():
    def ship(a: int, c: int = 1) -> int: ...

    old = ship

    def ship(a: int, b: int = 0, c: int = 1) -> int: ...

    assert repr(s.check_compatible(old, ship)) == (
        "not refuted: nothing was tried; not proved: "
        "the meaning of ship(0, 0), which passes 'b' in place of 'c'"
    )


@pytest.mark.parametrize(
    ("old", "new", "moved"),
    [
        ("c, b, /", "b, c, /", "f(0, 0), which passes 'b' in place of 'c'"),
        ("a, b=0, *args", "a, *args, b=0", "f(0, 0), which passes 'args' in place of 'b'"),
        ("a=0, **kw", "a=0, /, **kw", "f(a=0), which passes 'kw' in place of 'a'"),
        ("a, /", "b, /", None), ("a, b, /", "a, c, /", None), ("a, b=0", "a, b=0, *args", None),
        ("*, a, b", "*, b, a", None), ("a, /, b", "a, b", None),
    ],
)  # fmt: skip
def test_no_call_is_proved_whose_argument_goes_elsewhere(old, new, moved):
    answer = s.check_compatible(*(signatures.function_of(each) for each in (old, new)))
    assert answer.verdict == ("proved" if moved is None else "not refuted")
    assert answer.unproved == ((f"the meaning of {moved.replace('f(', 'price(')}",) if moved else ())


def test_methods_are_compared_without_self():
    class Shop:
        @s.fdef
        def old(self, x: int) -> int: ...
        @s.fdef
        def new(self, x: int, n: int = 1) -> int: ...

    assert s.check_compatible(Shop.old, Shop.new).verdict == "proved"
    assert repr(s.check_compatible(Shop.new, Shop.old).witness) == "new(x=0, n=0)"


def test_a_spec_without_a_function_says_nothing_of_names():
    old = s.fspec(args=s.cat(x=int), ret=int)
    s.fdef("change/of_nothing", args=s.cat(x=int), ret=int)
    assert s.check_compatible(old, "change/of_nothing").verdict == "proved"
    s.fdef(of("x: int"), ret=int)
    assert s.check_compatible(old, "drawn/price").verdict == "not refuted"


def test_an_argument_without_an_example_stands_for_any():
    is_odd_code = lambda x: hash(repr(x)) == 1  # noqa: E731
    old = of("code, n", args=s.cat(code=is_odd_code, n=DIGITS))
    answer = s.check_compatible(old, of("code, n", args=s.cat(code=is_odd_code, n=SMALL)))
    assert answer.verdict == "broken"
    assert answer.witness.kwargs["n"] == 5
    assert repr(answer.witness.kwargs["code"]).startswith("<any value of")
