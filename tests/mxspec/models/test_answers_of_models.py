"""A model spec and its doors: what a model answers, or raises, is the same verdict by each of them."""

from typing import Annotated

import hypothesis.strategies as st
import numpy as np
import pydantic
import pytest
from hypothesis import given

import mxspec as s

LETTERS = "abcdefghij"
WORDS = ["".join(word) for word in np.random.default_rng(0).choice(list(LETTERS), (200, 5))]


class NoServerError(Exception):
    """The error of a client library, which is no OSError."""


class OutOfMemoryError(RuntimeError):
    """The error of a GPU, as PyTorch names it."""


class Server:
    """A model behind a server; `down` is the exception that it raises, or None."""

    def __init__(self):
        self.down = None

    def embed(self, word):
        if self.down is not None:
            raise self.down
        return [word.count(letter) + word.find(letter) / 10 for letter in LETTERS]

    def discriminate(self, word):
        return s.Reading(word, score=sum(self.embed(word)))


def specs_of(server):
    """The specs that ask a server, by name."""
    learnt = s.from_examples(WORDS, embed=server.embed, alpha=0.1, confidence=0.9)
    many = s.batched(lambda words: list(map(server.discriminate, words)))(
        lambda word: server.discriminate(word)
    )
    return {
        "learnt": learnt,
        "model": s.model_spec(str, server.discriminate, str, threshold=100),
        "batched": s.model_spec(str, many, str),
        "input": s.model_spec(str, lambda word: word, input=learnt),
    }


DOORS = {
    "valid": lambda spec: s.valid(spec, "abc"),
    "conform": lambda spec: s.conform(spec, "abc"),
    "explain": lambda spec: s.explain(spec, "abc"),
    "explain_json": lambda spec: s.explain_json(spec, "abc"),
    "validate": lambda spec: s.validate(spec, "abc"),
    "pydantic": lambda spec: pydantic.TypeAdapter(Annotated[str, s.Valid[spec]]).validate_python("abc"),
    "inside": lambda spec: s.valid(s.coll_of(s.or_(int, spec)), ["abc", "abd"]),
    "profile": lambda spec: s.profile(spec, WORDS),
    "holds": lambda spec: s.profile(spec, WORDS).holds(0.5),
    "check_promise": lambda spec: s.check_promise(spec, WORDS * 10, refuse=0.5),
    "function": lambda spec: s.check_promise(lambda x: s.valid(spec, x), WORDS * 10, refuse=0.5),
}


@pytest.mark.parametrize(
    "error", [ConnectionError("redis://:hunter2@host"), NoServerError(), OutOfMemoryError()], ids=type
)
@pytest.mark.parametrize("kind", ["learnt", "model", "batched", "input"])
def test_the_error_of_a_server_that_is_down_is_reraised_by_each_door(kind, error):
    server = Server()
    spec = specs_of(server)[kind]
    server.down = error
    for door in DOORS.values():
        with pytest.raises(type(error)) as raised:
            door(spec)
        assert raised.value is error


def test_a_report_says_that_a_call_was_not_checked_as_the_server_is_down():
    server, reports = Server(), []
    server.down = ConnectionError("no route")
    import string

    s.fdef(string.capwords, args=s.cat(text=specs_of_model(server)))
    s.instrument(string.capwords, on_fail=reports.append)
    try:
        assert string.capwords("abc") == "Abc"
    finally:
        s.unstrument(string.capwords)
        s.def_("string/capwords", None)
    assert [str(report) for report in reports] == ["a call was not checked: ConnectionError: no route"]


def specs_of_model(server):
    return s.model_spec(str, server.discriminate, str)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("x"),
        TypeError("x"),
        KeyError("x"),
        AttributeError("x"),
        ZeroDivisionError("x"),
        RuntimeError("x"),
        StopIteration(),
        MemoryError(),
    ],
    ids=type,
)
@pytest.mark.parametrize("kind", ["learnt", "model", "batched", "input"])
def test_the_errors_of_a_wrong_value_refuse_it(kind, error):
    server = Server()
    spec = specs_of(server)[kind]
    server.down = error
    assert not s.valid(spec, "abc")
    assert type(error).__name__ in s.explain_str(spec, "abc")


@pytest.mark.parametrize("confidence", [5, 1.01, -0.1, float("nan"), float("inf"), "0.9", True])
def test_a_confidence_beyond_0_and_1_is_refused_in_words(confidence):
    spec = s.model_spec({"a"}, lambda x: s.Reading("a", confidence=confidence), str, min_confidence=0.9)
    assert [s.valid(spec, "a"), s.valid(s.coll_of(spec), ["a", "b"])] == [False, False]
    assert "the confidence of a reading is a number from 0 to 1, not " in s.explain_str(spec, "a")


@pytest.mark.parametrize("confidence", [0, 0.9, 1, np.float32(1.0000001), np.array([1.0005], np.float16)])
def test_a_confidence_may_be_rounded(confidence):
    assert s.Reading("a", confidence=confidence).label == "a"


@pytest.mark.parametrize(
    "threshold",
    [1.0, s.conformal(range(1000)), s.conformal(range(1000), by=["one"] * 1000)],
    ids=["number", "all", "by"],
)
def test_a_score_of_nan_is_refused_as_such(threshold):
    spec = s.model_spec({"one"}, lambda x: s.Reading("one", score=x), str, threshold=threshold)
    words = "read as 'one', but the anomaly score is NaN, which no threshold accepts - value: nan"
    assert s.explain_str(spec, float("nan")) == words
    assert not s.valid(spec, float("nan"))


def test_a_lambda_without_a_source_is_no_word_of_its_own():
    [accepts] = [eval("lambda n: n > 2")]
    spec = s.model_spec(accepts, abs, abs)
    assert s.explain_str(spec, 1) == "read as 1, but a value that a lambda accepts is required - value: 1"


ANSWERS = st.one_of(
    st.sampled_from(
        [s.INVALID, 0, 1, 2.5, True, "x", b"x", (), [], {}, float("nan"), -0.0, np.int64(3), np.nan]
    ),
    st.integers(-3, 8),
    st.floats(),
    st.lists(st.integers(), max_size=2),
    st.sampled_from([np.arange(2), np.zeros((2, 1)), np.zeros(0), np.array([[1, 2]])]),
)
LABEL_SPECS = [
    s.is_any, int, float, str, s.int_in(0, 5), {0, 1, "x"}, s.nilable(s.int_in(0, 5)), s.is_none, s.is_some,
    s.or_(int, str), s.and_(s.is_number, lambda n: n > 1), s.coll_of(int), s.array((2,)),
    s.conformer(lambda x: x), s.model_spec(s.is_any, lambda x: x, lambda x: x),
]  # fmt: skip


@given(ANSWERS, st.sampled_from(LABEL_SPECS), st.booleans())
def test_a_model_spec_is_the_six_lines_it_stands_for(answer, labels, is_batched):
    def discriminate(x):
        return answer

    six_lines = s.with_gen(lambda x: s.valid(labels, discriminate(x)), lambda: s.gen(labels))
    if is_batched:
        discriminate = s.batched(lambda xs: [answer for _ in xs])(discriminate)
    spec = s.model_spec(labels, discriminate, lambda label: label)
    verdict = s.valid(six_lines, "x")
    assert s.valid(spec, "x") is verdict
    assert (s.explain_data(spec, "x") is None) is verdict
    assert s.is_invalid(s.conform(spec, "x")) is not verdict
    assert s.valid(s.coll_of(spec), ["x", "y"]) is verdict


@pytest.mark.parametrize(
    ("answer", "labels", "is_valid"),
    [
        (None, s.nilable(int), False),
        (np.array([1]), s.int_in(0, 5), True),
        (np.array(1), s.int_in(0, 5), True),
        (s.Reading(1, confidence=0.5), s.int_in(0, 5), True),
    ],
)
def test_the_answers_that_the_six_lines_read_otherwise(answer, labels, is_valid):
    spec = s.model_spec(labels, lambda x: answer, lambda label: label)
    assert s.valid(spec, "x") is is_valid is not s.valid(labels, answer)
    assert (s.explain_data(spec, "x") is None) is is_valid
