"""Promises of guards: three verdicts, groups and workers; what a guard may answer; the errors."""

import asyncio
import contextlib
import enum
import functools
import itertools
import math
import random
import re
import time
import warnings

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import mxspec as s
from mxspec.promises.bounds import min_scores, most_refused
from mxspec.promises.promise import Promise, share_text
from mxspec.promises.sequential import share_at_most, values_to_decide, verdict_of
from mxspec.questions.examples import example_stream

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


# --- the promise ------------------------------------------------------------------------------------------


def test_a_promise_has_its_terms_and_is_words():
    promise = s.check_promise(str.isalpha, ["Hello"] * 400 + ["co-op"] + ["Hello"] * 2000)
    assert isinstance(promise, s.Promise)
    assert (promise.confidence, promise.rows, promise.refused, promise.bounds) == (0.99, 930, 1, None)
    assert promise.refuses_at_most == share_at_most(1, 930, 1 - 0.99)
    assert repr(promise) == "refuses at most 1% of such values (certain 99%): 930 values, 1 of them refused"


def test_values_are_asked_in_their_order_until_it_is_known():
    asked = []

    def guard(x):
        asked.append(x)
        return True

    assert s.check_promise(guard, itertools.count()).rows == len(asked) == 496
    assert asked == [*range(496)]


def is_right(answer):
    return answer


def test_a_run_may_be_continued():
    """Each beginning is undecided, up to a verdict that no value after it changes."""
    answers = [*[True] * 20, False] * 200
    says = [decide_alike(is_right, answers[:n]) for n in range(0, 300, 4)]
    first = next(i for i, text in enumerate(says) if "not known yet" not in text)
    assert 10 < first < len(says) - 10
    assert set(says[first:]) == {decide_alike(is_right, answers)}
    assert s.check_promise(is_right, [True] * 496) == s.check_promise(is_right, [True] * 496 + [False] * 10)


def refutation(guard, values, **terms):
    """Return the message that refutes a promise."""
    with pytest.raises(s.PromiseError) as raised:
        s.check_promise(guard, values, **terms)
    assert raised.value.data["verdict"] == "refuted"
    return str(raised.value)


@pytest.mark.parametrize(
    ("promise", "text"),
    [
        (Promise(0.0064, 0.99, 5000, bounds=17, of="rows"), "with 5,000 rows or more"),
        (Promise(0.0064, 0.999, 5000, bounds=1), "at most 0.64% of such values (certain 99.9%)\n"),
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
    promise = s.check_promise(str.isalpha, ["a1", "word", "b!", "?"] + ["?"] * 305, catch=0.9)
    assert (promise.refused, promise.rows, promise.refuses_at_most) == (89, 90, 1.0)
    assert promise.refuses_at_least == 1 - share_at_most(1, 90, 1 - 0.99)
    assert refutation(str.isalpha, ["a1"] * 2 + ["wording"] * 19 + ["word"], catch=0.9) == (
        "isalpha lets pass 4 of 6 values that must be refused, the shortest: 'wording' - True\n"
        "fewer than 90% of such values are refused (certain 99%)"
    )


# --- broken promises --------------------------------------------------------------------------------------


def test_a_broken_promise_has_the_count_the_bound_and_the_shortest_refused_value():
    words = ["Hello"] * 9 + ["x" * 50 + "!"] + ["Hi!"] + ["Hello"] * 9
    with pytest.raises(s.PromiseError) as raised:
        s.check_promise(str.isalpha, iter(words * 50))
    assert isinstance(raised.value, AssertionError)
    assert raised.value.value == "Hi!"
    assert str(raised.value) == (
        "isalpha refuses 4 of 31 values that must pass, the shortest: 'Hi!' - False\n"
        "more than 1% of such values are refused (certain 99%)"
    )


@pytest.mark.parametrize(
    ("values", "terms", "message"),
    [
        (["Hello"] * 495, {}, "0 of 495 .*\n.*; if it goes on like this, 1 more values decide it"),
        ([], {}, "0 of 0 .*this, 496 more values"),
        (["Hello"] * 57, {"refuse": 0.05, "confidence": 0.95}, "0 of 57 .*this, 8 more values"),
        ([], {"catch": 0.9}, "not known yet: at least 90% of such values are refused .*this, 48 more values"),
        (["!", *["Hello"] * 500], {}, r"1 of 501 .*'!' - False\n.*this, 786 more values"),
        ([*["Hello"] * 99, "!"] * 4, {"refuse": 0.00999}, "too near the limit for any number of values"),
    ],
)
def test_an_open_promise_says_how_many_values_would_decide(values, terms, message):
    with pytest.raises(s.PromiseError, match=re.compile(message, re.DOTALL)) as raised:
        s.check_promise(str.isalpha, values, **terms)
    assert raised.value.data["verdict"] == "undecided"


@pytest.mark.parametrize("answers", [[], [True] * 100, [*[True] * 300, False], [*[True] * 30, *[False] * 2]])
def test_as_many_values_more_as_it_says_decide(answers):
    with pytest.raises(s.PromiseError) as raised:
        s.check_promise(is_right, answers)
    more = raised.value.data["more"]
    share = answers.count(False) / max(len(answers), 1)
    n = len(answers) + more
    verdicts = {verdict_of(share * (n + i), n + i, 0.01, 1 - 0.99) for i in (-1, 0)}
    assert len(verdicts) == 2


@pytest.mark.parametrize(
    "values",
    [s.with_gen(str, lambda: st.text("ab!", max_size=9)), st.text("ab!", max_size=9)],
    ids=["spec", "strategy"],
)
def test_the_refused_value_is_shrunk_if_there_is_a_generator(values):
    with pytest.raises(s.PromiseError, match="values that must pass, the shortest: 'aaa!' - False") as raised:
        s.check_promise(lambda text: len(text) < 4 or "!" not in text, values)
    assert raised.value.value == "aaa!"


def test_values_are_drawn_of_a_name_until_it_is_known_or_as_many_as_are_asked_for():
    s.def_("promise/digit", s.int_in(0, 10))
    assert s.check_promise("promise/digit", "promise/digit").rows == 496
    assert s.check_promise(int, "promise/digit", refuse=0.05, confidence=0.95).rows == 65
    assert s.check_promise(str, int, catch=0.9).refused == 48
    with pytest.raises(s.PromiseError, match="this, 46 more values"):
        s.check_promise(int, s.is_int, n=450)


@pytest.mark.parametrize("spec", [s.int_in(0, 1000), "promise/model"])
def test_the_same_seed_draws_one_sequence_however_many_are_taken(spec):
    read = s.batched(lambda xs: [s.Reading(x % 3) for x in xs])(lambda x: s.Reading(x % 3))
    draw = s.batched(lambda labels, zs: [*labels])(lambda label, z: label)
    s.def_("promise/model", s.model_spec({0, 1, 2}, read, draw, latent=s.int_in(0, 9)))
    few, many = draws(spec, 30), draws(spec, 250)
    assert (len(many), few) == (250, many[:30])
    assert len(set(many)) > 2


def draws(spec, n):
    """Return the values that a guard is asked, of n draws."""
    values = []
    with contextlib.suppress(s.PromiseError):
        s.check_promise(lambda x: values.append(x) is None, spec, n=n, seed=5)
    return values


def test_draws_are_of_all_sizes_from_the_first_on():
    """Not of sizes that grow: a guard that refuses what is large would pass with few draws."""
    values = [*itertools.islice(example_stream(s.coll_of(bool), seed=1), 60)]
    assert max(map(len, values[:20])) > 4
    assert min(map(len, values[40:])) < 3


# --- groups, threads, coroutines --------------------------------------------------------------------------


ROWS = [{"country": country, "age": i} for i in range(3000) for country in ("de", "fr")]


@pytest.mark.parametrize("by", ["country", lambda row: row["country"]])
def test_each_group_gets_a_verdict_and_all_share_the_error(by):
    promises = s.check_promise(lambda row: True, ROWS, by=by)
    assert {group: promise.rows for group, promise in promises.items()} == {
        "de": values_to_decide(0, 0, 0.01, 0.01 / 2),
        "fr": values_to_decide(0, 0, 0.01, 0.01 / 6),
    }
    assert all(
        promise.confidence == 0.99 and promise.refuses_at_most <= 0.01 for promise in promises.values()
    )


def test_a_group_that_is_refused_is_named():
    guard = lambda row: row["country"] == "de" or row["age"] % 5 > 0  # noqa: E731
    message = refutation(guard, ROWS, by="country")
    assert "of the group 'fr', the shortest: {'age': 0, 'country': 'fr'}" in message
    with pytest.raises(s.PromiseError) as raised:
        s.check_promise(lambda row: True, [*ROWS[:2000], {"country": "it"}], by="country")
    assert re.findall("group '(..)'", str(raised.value)) == ["it"]


def test_a_decided_group_is_asked_no_more():
    asked = []
    s.check_promise(lambda x: asked.append(x) is None, [0] * 5000 + [1] * 5000, by=lambda x: x)
    assert (asked.count(0), asked.count(1)) == tuple(
        values_to_decide(0, 0, 0.01, 0.01 / each) for each in (2, 6)
    )


def decide_alike(guard, values, **terms):
    """Return what check_promise says, a promise or an error, as text."""
    try:
        return repr(s.check_promise(guard, values, **terms))
    except s.PromiseError as error:
        return str(error)


@pytest.mark.parametrize(("modulus", "workers"), [(7, 1), (7, 3), (90, 64), (10**6, 8)])
def test_threads_and_coroutines_say_what_one_thread_says(modulus, workers):
    def guard(x):
        time.sleep(1e-4 * (x % 3 == 0))  # later values are often known first
        return x % modulus != 5

    async def guard_later(x):
        await asyncio.sleep(1e-4 * (x % 3 == 0))
        return x % modulus != 5

    guard_later.__name__ = guard_later.__qualname__ = guard.__qualname__
    alone = decide_alike(lambda x: x % modulus != 5, range(1500)).partition(" refuses ")[2]
    for each in (guard, guard_later):
        assert decide_alike(each, range(1500), workers=workers).partition(" refuses ")[2] == alone


def test_a_coroutine_function_is_asked_inside_a_loop_and_its_errors_are_raised():
    class Client:
        async def __call__(self, x):
            if x == 7:
                raise ConnectionError("down")
            return True

    async def main():
        assert s.check_promise(Client(), itertools.repeat(1)).rows == 496
        with pytest.raises(ConnectionError, match="down"):
            s.check_promise(Client(), range(100), workers=4)

    asyncio.run(main())


def test_the_loop_is_one_for_all_values():
    loops = set()

    async def guard(x):
        loops.add(asyncio.get_running_loop())
        return True

    s.check_promise(guard, range(1000), workers=10)
    assert len(loops) == 1


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
    assert s.check_promise(guard, ["!", *values], 0.05).refused == 1
    assert s.check_promise(guard, ["!", "4"] * 50, catch=0.9).refused == 48
    with pytest.raises(AssertionError, match=r"1 of 101 values that must be refused, the shortest: 'word'"):
        s.check_promise(guard, ["word", *["!", "4"] * 50], catch=0.99)


@pytest.mark.parametrize(
    ("guard", "values", "says"),
    [
        (lambda text: must_be_word(text) is None, ["!!", "!"], "'!' - raises ValueError: '!' is no word"),
        (IS_WORD, ["!"], "'!' - False"),
        (s.with_message(str.isalpha, "only letters"), ["!"], "only letters - value: '!'"),
        (s.int_in(0, 10), [12], "an int from 0 to 9 is required, not 12 - failed: int_in(0, 10)"),
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
        (lambda text: answer_later(text), "<coroutine"),
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

    values = ["!", *["word"] * 499]
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
        (int, int, {"n": 0}, "n is the number of values to draw, an int from 1, not 0"),
        (int, [1] * 500, {"workers": 0}, "workers is an int from 1, not 0"),
        (int, [1] * 500, {"by": lambda x: [x]}, r"by gives a group that has a hash, not \[1\]"),
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
    schema, ages = {"type": "integer", "minimum": 0}, [-1, *range(150)]
    assert s.check_promise(jsonschema.Draft202012Validator(schema).is_valid, ages, 0.1).refused == 1
    validate = functools.partial(jsonschema.validate, schema=schema)
    assert s.check_promise(validate, ages, 0.1, raises=jsonschema.ValidationError).refused == 1


def test_the_rows_of_a_data_frame_are_dicts():
    frame = pytest.importorskip("pandas").DataFrame({"age": [-1, *range(150)], "name": "Bo"})
    assert s.check_promise(lambda row: row["age"] >= 0, frame, 0.1).refused == 1


def test_models_of_pydantic_and_frames_of_pandera_refuse_by_exceptions():
    pydantic, pandera = pytest.importorskip("pydantic"), pytest.importorskip("pandera.pandas")
    import pandas as pd

    age = pydantic.TypeAdapter(pydantic.NonNegativeInt)
    refusal = pydantic.ValidationError
    assert s.check_promise(age.validate_python, [-1, *range(150)], 0.1, raises=refusal).refused == 1
    schema = pandera.DataFrameSchema({"age": pandera.Column(int, pandera.Check.ge(0))})
    frames = [pd.DataFrame({"age": [0, age]}) for age in [-1, *range(60)]]
    promise = s.check_promise(schema.validate, frames, 0.25, raises=pandera.errors.SchemaError)
    assert promise.refused == 1


COPIES = {
    "six names": (["Ada", "Bo", "Grace", "Alan", "Barbara", "Edsger"] * 200, True),
    "one text": (["Ada"] * 1000, True),
    "different names": ([f"name {i}" for i in range(1000)], False),
    "names at random": (random.Random(0).choices(["Ada", "Bo", "Grace", "Alan", "Edsger"], k=1000), False),
    "two names": (["Ada", "Bo"] * 500, False),
    "numbers": ([*range(90)] * 20, False),
}


@pytest.mark.parametrize("kind", COPIES)
def test_copies_among_texts_are_warned_of(kind):
    values, are_copies = COPIES[kind]
    with warnings.catch_warnings(record=True) as notes:
        warnings.simplefilter("always")
        s.check_promise(s.is_any, values)
    files = [note.filename for note in notes if "leave copies out" in str(note.message)]
    assert files == [__file__] * are_copies
