"""Promises of guards: the bound, counted where the share is known; what a guard may answer; the errors."""

import contextlib
import enum
import functools
import math
import re

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import mxspec as s
from mxspec.promises.bounds import min_scores, most_refused
from mxspec.promises.promise import Promise, share_text

# --- the bound --------------------------------------------------------------------------------------------


@settings(max_examples=50)
@given(st.integers(1, 10**5), st.floats(0, 1), st.floats(0.01, 0.9999))
@example(459, 0.0, 0.99)
@example(10**6, 0.01, 0.99)
@example(2, 0.5, 0.5)
def test_the_bound_is_that_of_clopper_and_pearson(n, share, confidence):
    stats = pytest.importorskip("scipy.stats")
    refused = math.floor(share * n)
    known = 1.0 if refused == n else stats.beta.ppf(confidence, refused + 1, n - refused)
    assert most_refused(refused, n, confidence) == pytest.approx(known, rel=1e-6)


@given(st.floats(0.001, 0.5), st.floats(0.5, 0.999))
def test_the_least_number_of_values_is_that_of_a_threshold(share, confidence):
    n = min_scores(share, confidence)
    assert most_refused(0, n, confidence) <= share
    assert n == 1 or most_refused(0, n - 1, confidence) > share


@pytest.mark.parametrize(("p", "n", "confidence"), [(0.01, 600, 0.9), (0.2, 50, 0.95), (0.004, 1000, 0.8)])
def test_the_promise_is_kept_as_often_as_it_says(p, n, confidence):
    rng = np.random.default_rng(1)
    bounds = [
        s.check_promise(lambda x: x > p, rng.random(n).tolist(), 0.9, confidence).refuses_at_most
        for _ in range(300)
    ]
    held = np.mean(np.array(bounds) >= p)
    assert held >= confidence - 3 * math.sqrt(confidence * (1 - confidence) / 300)
    assert np.mean(bounds) < 4 * p  # it does not hold by promising little


def test_a_guard_that_refuses_too_many_seldom_passes():
    rng = np.random.default_rng(2)
    passed = 0
    for _ in range(300):
        with contextlib.suppress(s.PromiseError):
            passed += bool(s.check_promise(lambda x: x > 0.02, rng.random(300).tolist(), 0.02, 0.9))
    assert passed / 300 <= 0.1 + 3 * math.sqrt(0.1 * 0.9 / 300)


# --- the promise ------------------------------------------------------------------------------------------


def test_a_promise_has_its_terms_and_is_words():
    promise = s.check_promise(str.isalpha, ["Hello"] * 1097 + ["co-op", "it's", "4"])
    assert isinstance(promise, s.Promise)
    assert (promise.confidence, promise.rows, promise.refused, promise.bounds) == (0.99, 1100, 3, None)
    assert promise.refuses_at_most == most_refused(3, 1100, 0.99)
    assert (
        repr(promise) == "refuses at most 0.92% of such values (certain 99%): 1,100 values, 3 of them refused"
    )


@pytest.mark.parametrize(
    ("promise", "text"),
    [
        (Promise(0.0064, 0.99, 5000, bounds=17, of="rows"), "5,000 rows, 17 of them set a bound"),
        (Promise(0.0064, 0.999, 5000, bounds=1),
         "0.64% of such values (certain 99.9%): 5,000 values, 1 of them"),
        (Promise(1.0, 0.95, 60, refused=58, refuses_at_least=0.8995), "refuses at least 89% of such values"),
    ],
)  # fmt: skip
def test_the_words_of_a_promise(promise, text):
    assert text in repr(promise)


@given(st.floats(0, 1))
def test_a_share_is_rounded_away_from_what_it_bounds(share):
    low, high = (float(share_text(share, up=up).removesuffix("%")) / 100 for up in (False, True))
    assert low - 1e-7 <= share <= high + 1e-7
    assert high - low <= max(0.1 * min(share, 1 - share), 1e-7)


def test_what_must_be_refused_is_caught():
    promise = s.check_promise(str.isalpha, ["a1", "b!", "?"] * 100 + ["word"] * 5, catch=0.9)
    assert (promise.refused, promise.rows, promise.refuses_at_most) == (300, 305, 1.0)
    assert promise.refuses_at_least == 1 - most_refused(5, 305, 0.99)
    with pytest.raises(AssertionError) as raised:
        s.check_promise(str.isalpha, ["a1"] * 100 + ["wording"] * 19 + ["word"], catch=0.9)
    assert str(raised.value) == (
        "isalpha lets pass 20 of 120 values that must be refused, the shortest: 'word' - True\n"
        "as few as 73% of such values are refused (certain 99%), at least 90% must be"
    )


# --- broken promises --------------------------------------------------------------------------------------


def test_a_broken_promise_has_the_count_the_bound_and_the_shortest_refused_value():
    with pytest.raises(s.PromiseError) as raised:
        s.check_promise(str.isalpha, iter(["Hello"] * 900 + ["x" * 50 + "!"] * 80 + ["Hi!"] * 20))
    assert isinstance(raised.value, AssertionError)
    assert raised.value.value == "Hi!"
    assert str(raised.value) == (
        "isalpha refuses 100 of 1,000 values that must pass, the shortest: 'Hi!' - False\n"
        "up to 13% of such values are refused (certain 99%), at most 1% may be"
    )


def test_it_says_how_many_values_would_do_if_it_goes_on_like_this():
    with pytest.raises(
        AssertionError, match=r"if it goes on like this, ([\d,]+) values can promise it"
    ) as raised:
        s.check_promise(str.isalpha, ["Hello"] * 597 + ["!", "?", "4"])
    n = int(re.search(r"this, ([\d,]+) values", str(raised.value))[1].replace(",", ""))
    assert s.check_promise(str.isalpha, (["Hello"] * 199 + ["!"]) * (n // 200)).refuses_at_most <= 0.01


@pytest.mark.parametrize(
    ("terms", "n", "message"),
    [
        ({}, 458, "458 values can't promise .* at most 0.01 of such values are refused, 459 can; try more"),
        ({"refuse": 0.05, "confidence": 0.95}, 58, "at most 0.05 of such values are refused, 59 can"),
        ({"catch": 0.9}, 43, "^0 values can't promise .* at least 0.9 of such values are refused, 44 can"),
    ],
)
def test_too_few_values_are_an_error_that_says_how_many_would_do(terms, n, message):
    xs = [] if "catch" in terms else ["Hello"] * n
    with pytest.raises(s.SpecDefinitionError, match=message):
        s.check_promise(str.isalpha, xs, **terms)
    enough = ["!" if "catch" in terms else "Hello"] * (n + 1)
    assert s.check_promise(str.isalpha, enough, **terms)


def test_too_few_values_of_which_some_are_refused_are_a_broken_promise():
    with pytest.raises(
        AssertionError, match=r"refuses 1 of 2 .*'Hi!'.*\n.* it takes 459 values or more to promise"
    ):
        s.check_promise(str.isalpha, ["Hi!", "Hello"])


@pytest.mark.parametrize(
    "values",
    [s.with_gen(str, lambda: st.text("ab!", max_size=9)), st.text("ab!", max_size=9)],
    ids=["spec", "strategy"],
)
def test_the_refused_value_is_shrunk_if_there_is_a_generator(values):
    with pytest.raises(s.PromiseError, match="values that must pass, the shortest: 'aaa!' - False") as raised:
        s.check_promise(lambda text: len(text) < 4 or "!" not in text, values)
    assert raised.value.value == "aaa!"


def test_values_are_drawn_of_a_name_as_many_as_the_promise_needs_or_as_are_asked_for():
    s.def_("promise/digit", s.int_in(0, 10))
    assert s.check_promise("promise/digit", "promise/digit").rows == 459
    assert s.check_promise(int, "promise/digit", refuse=0.05, confidence=0.95).rows == 59
    assert s.check_promise(int, s.is_int, n=500).rows == 500
    assert s.check_promise(str, int, catch=0.9).refused == 44


# --- the answers of a guard -------------------------------------------------------------------------------


WORD = re.compile("[a-z]+")


def must_be_word(text):
    if not WORD.fullmatch(text):
        raise ValueError(f"{text!r} is no word")


def assert_word(text):
    assert WORD.fullmatch(text)
    return True


IS_WORD = s.batched(lambda texts: np.array([bool(WORD.fullmatch(text)) for text in texts]))(
    lambda text: bool(WORD.fullmatch(text))
)


@pytest.mark.parametrize(
    "guard",
    [
        WORD, s.spec(lambda text: WORD.fullmatch(text)), str.isalpha, IS_WORD, assert_word,
        lambda text: np.bool_(text.isalpha()), lambda text: must_be_word(text) is None,
        lambda text: WORD.fullmatch(text) is not None, lambda text: (text.isalpha(), "a message")[0],
    ],
)  # fmt: skip
def test_what_a_guard_may_answer(guard):
    values = ["word", "a", "b"] * 200
    assert s.check_promise(guard, values, 0.05).refused == 0
    assert s.check_promise(guard, [*values, "!"], 0.05).refused == 1
    assert s.check_promise(guard, ["!", "4"] * 50, catch=0.9).refused == 100
    with pytest.raises(AssertionError, match=r"1 of 101 values that must be refused, the shortest: 'word'"):
        s.check_promise(guard, ["word", *["!", "4"] * 50], catch=0.99)


@pytest.mark.parametrize(
    ("guard", "values", "says"),
    [
        (lambda text: must_be_word(text) is None, ["!!", "!"], "'!' - raises ValueError: '!' is no word"),
        (IS_WORD, ["!"], "'!' - False"),
        (s.with_message(str.isalpha, "only letters"), ["!"], "'!' - failed: only letters"),
        (s.int_in(0, 10), [12], "12 - failed: int_in(0, 10)"),
    ],
)
def test_the_message_says_what_the_guard_says(guard, values, says):
    with pytest.raises(s.PromiseError) as raised:
        s.check_promise(guard, values * 300)
    assert f"the shortest: {says}\n" in str(raised.value)


async def answer_later(text):
    return True


@pytest.mark.parametrize(
    ("guard", "answer"),
    [
        (lambda text: -1, "-1"),  # of scikit-learn's outlier detectors
        (lambda text: 0.3, "0.3"),
        (lambda text: math.nan, "nan"),
        (lambda text: "unsafe", "'unsafe'"),
        (lambda text: 1, "1"),
        (lambda text: text, "'word'"),
        (lambda text: (True, "a message"), r"\(True, 'a message'\)"),
        (lambda text: np.ones(1, bool), "array"),
        (lambda text: enum.Enum("Outcome", "PASS").PASS, "<Outcome.PASS: 1>"),
        (WORD.fullmatch, "<re.Match"),
        (must_be_word, "None"),
        (s.batched(lambda texts: [1] * len(texts))(str.isalpha), "1"),
        (answer_later, "<coroutine"),
    ],
)
@pytest.mark.filterwarnings("ignore:coroutine")
@pytest.mark.parametrize("terms", [{}, {"catch": 0.9}])
def test_an_answer_that_is_neither_true_nor_false_is_an_error(guard, answer, terms):
    says = rf"answers {answer}.* to 'word', but a guard answers True or False; wrap it in lambda x: .*raises="
    with pytest.raises(s.SpecDefinitionError, match=says):
        s.check_promise(guard, ["word"] * 500, **terms)


@pytest.mark.parametrize("terms", [{}, {"catch": 0.9}])
def test_a_bug_of_the_guard_is_no_refusal(terms):
    with pytest.raises(TypeError, match="object of type 'int' has no len") as raised:
        s.check_promise(lambda x: len(x) < 3, [1] * 500, **terms)
    assert raised.value.__notes__ == [
        "lambda x: len(x) < 3 raises this for 1; if it refuses so, try raises=TypeError"
    ]
    with pytest.raises(s.UnknownSpecError):
        s.check_promise(lambda x: s.valid("promise/no-such-name", x), [1] * 500, **terms)


def test_raises_names_the_exceptions_that_refuse_and_then_no_answer_does():
    class InvalidError(Exception):
        pass

    def parse(text):
        if not text.isalpha():
            raise InvalidError(text)
        return {"text": text} if len(text) > 1 else None

    values = ["word"] * 499 + ["!"]
    assert s.check_promise(parse, values, 0.05, raises=InvalidError).refused == 1
    assert s.check_promise(parse, values, 0.05, raises=(InvalidError, KeyError)).refused == 1
    with pytest.raises(InvalidError):
        s.check_promise(parse, ["!"])


@pytest.mark.parametrize(
    ("guard", "values", "terms", "message"),
    [
        (3, [1], {}, "a guard is a function of one value, a pattern or a spec, not 3"),
        ("promise/no-such-name", [1], {}, "no spec is registered under"),
        (int, "promise/no-such-name", {}, "no spec is registered under"),
        (int, [1] * 500, {"refuse": 0}, "refuse is a number between 0 and 1, not 0"),
        (int, [1] * 500, {"catch": 90}, "catch is a number between 0 and 1, not 90"),
        (int, [1] * 500, {"confidence": "99%"}, "confidence is a number between 0 and 1, not '99%'"),
        (int, [1] * 500, {"n": 500}, "n is the number of values to draw"),
        (len, [1] * 500, {"raises": "ValueError"}, "raises is a class of exceptions"),
    ],
)
def test_arguments_that_make_no_sense(guard, values, terms, message):
    with pytest.raises(s.SpecError, match=message):
        s.check_promise(guard, values, **terms)


# --- the guards of others ---------------------------------------------------------------------------------


def test_an_outlier_detector_of_scikit_learn():
    ensemble, datasets = pytest.importorskip("sklearn.ensemble"), pytest.importorskip("sklearn.datasets")
    rows = np.random.default_rng(0).permutation(datasets.load_breast_cancer().data)
    forest = ensemble.IsolationForest(random_state=0, n_estimators=20, contamination=0.02).fit(rows[:300])
    is_usual = s.batched(lambda xs: forest.predict(np.stack(xs)) == 1)(lambda x: forest.predict([x])[0] == 1)

    promise = s.check_promise(is_usual, rows[300:], refuse=0.1)
    assert 0 < promise.refused / promise.rows < promise.refuses_at_most <= 0.1
    assert s.check_promise(is_usual, rows[300:] * 30, catch=0.9)
    with pytest.raises(s.SpecDefinitionError, match=r"answers .*1.*, but a guard answers True or False"):
        s.check_promise(lambda x: forest.predict([x])[0], rows[300:] * 30)


@pytest.mark.slow
def test_a_detector_of_pyod():
    iforest, datasets = pytest.importorskip("pyod.models.iforest"), pytest.importorskip("sklearn.datasets")
    rows = np.random.default_rng(0).permutation(datasets.load_breast_cancer().data)
    detector = iforest.IForest(contamination=0.02, random_state=0, n_estimators=20).fit(rows[:300])
    with pytest.raises(AssertionError, match=r"refuses .* of 269 values that must pass"):
        s.check_promise(lambda row: detector.predict([row])[0] == 0, rows[300:], refuse=0.02, confidence=0.9)
    assert s.check_promise(lambda row: detector.predict([row])[0] == 0, rows[300:], refuse=0.1)


@pytest.mark.slow
def test_a_validator_of_guardrails():
    guardrails = pytest.importorskip("guardrails")
    from guardrails.validators import FailResult, PassResult, Validator, register_validator

    @register_validator(name="promise/no-shouting", data_type="string")
    class NoShouting(Validator):
        def validate(self, value, metadata):
            return FailResult(error_message="it shouts") if value.isupper() else PassResult()

    texts = ["Hello there"] * 300 + ["HI"]
    is_calm = lambda text: NoShouting().validate(text, {}).outcome == "pass"  # noqa: E731
    assert s.check_promise(is_calm, texts, refuse=0.03).refused == 1
    guard = guardrails.Guard().use(NoShouting(on_fail="noop"))
    passes = lambda text: guard.validate(text).validation_passed  # noqa: E731
    assert s.check_promise(passes, texts[240:], refuse=0.2).refused == 1
    strict = guardrails.Guard().use(NoShouting(on_fail="exception"))
    refusal = guardrails.errors.ValidationError
    assert s.check_promise(strict.validate, texts[240:], refuse=0.2, raises=refusal).refused == 1


def test_a_schema_of_jsonschema():
    jsonschema = pytest.importorskip("jsonschema")
    schema, ages = {"type": "integer", "minimum": 0}, [*range(100), -1]
    assert s.check_promise(jsonschema.Draft202012Validator(schema).is_valid, ages, 0.1).refused == 1
    validate = functools.partial(jsonschema.validate, schema=schema)
    assert s.check_promise(validate, ages, 0.1, raises=jsonschema.ValidationError).refused == 1


def test_the_rows_of_a_data_frame_are_dicts():
    frame = pytest.importorskip("pandas").DataFrame({"age": [*range(99), -1], "name": "Bo"})
    assert s.check_promise(lambda row: row["age"] >= 0, frame, 0.1).refused == 1


def test_models_of_pydantic_and_frames_of_pandera_refuse_by_exceptions():
    pydantic, pandera = pytest.importorskip("pydantic"), pytest.importorskip("pandera.pandas")
    import pandas as pd

    age = pydantic.TypeAdapter(pydantic.NonNegativeInt)
    refusal = pydantic.ValidationError
    assert s.check_promise(age.validate_python, [*range(99), -1], 0.1, raises=refusal).refused == 1
    schema = pandera.DataFrameSchema({"age": pandera.Column(int, pandera.Check.ge(0))})
    frames = [pd.DataFrame({"age": [0, age]}) for age in [*range(24), -1]]
    promise = s.check_promise(schema.validate, frames, 0.25, raises=pandera.errors.SchemaError)
    assert (promise.rows, promise.refused) == (25, 1)
