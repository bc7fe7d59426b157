"""Model specs: a classifier says what is valid, a generator makes examples."""

import pickle

import numpy as np
import pytest

import mxspec as s


def word(n):
    return "x" * n


SHORT = s.model_spec(s.int_in(1, 4), len, word)


@pytest.mark.parametrize(
    ("spec", "accepted", "refused"),
    [
        (SHORT, ["a", "abc", [1]], ["", "abcd", None, 3]),
        (s.model_spec(s.is_even, lambda x: x if x > 0 else None, abs), [2, 4], [3, 0, -2, "x"]),
        (s.model_spec("model/label", len, word), ["ab"], ["a"]),
        (s.model_spec(s.int_in(0, 9), lambda x: np.int64(len(x)), word), ["ab"], ["x" * 9]),
        (s.model_spec({1.5}, lambda x: np.array(x)[()], float), [1.5], [2.5]),
    ],
    ids=["words", "none of the labels", "by name", "numpy label", "numpy float"],
)
def test_a_value_is_valid_if_it_reads_as_a_label(spec, accepted, refused):
    s.def_("model/label", {2})
    for x in accepted:
        assert s.conform(spec, x) is x
        assert s.unform(spec, x) is x
        assert s.explain_data(spec, x) is None
    for x in refused:
        assert s.conform(spec, x) is s.INVALID
        assert s.explain_data(spec, x) is not None


def test_examples_are_made_of_labels():
    drawn = s.sample(SHORT, 60, seed=1)
    assert {len(x) for x in drawn} == {1, 2, 3}


def test_an_example_is_a_copy():
    buffer = np.zeros(1)

    def fill(n):
        buffer[:] = n
        return buffer

    spec = s.model_spec(s.int_in(0, 100), lambda x: int(x[0]), fill)
    drawn = s.sample(spec, 30, seed=1)
    assert len({float(x[0]) for x in drawn}) > 5


@pytest.mark.parametrize(
    ("spec", "x", "reason"),
    [
        (SHORT, "abcd", "read as 4, but int_in(1, 4) is required"),
        (SHORT, 3, "TypeError: object of type 'int' has no len()"),
        (s.model_spec(int, lambda x: None, str), "x", "not recognised: read as none of the labels"),
        (s.model_spec(int, lambda x: s.Reading(1, score=x), str, threshold=0.5), "x",
         "ValueError: the score of a reading is a number, not 'x'"),
        (s.model_spec(int, lambda x: s.Reading(1, confidence=x), str, min_confidence=0.5), "x",
         "ValueError: the confidence of a reading is a number from 0 to 1, not 'x'"),
        (s.model_spec(s.or_(zero={0}, one=s.int_in(1, 5)), abs, abs), 6,
         "read as 6, but {0} or int_in(1, 5) is required"),
        (s.model_spec(s.nilable(s.int_in(1, 5)), abs, abs), 6,
         "read as 6, but int_in(1, 5) or None is required"),
        (s.model_spec(s.or_(a={3}, b=s.or_(c={4}, d={5})), abs, abs), 6,
         "read as 6, but {3} or {4} or {5} is required"),
        (s.model_spec(s.coll_of(s.or_(int, str)), lambda x: [1.5, 2.5], str), 6,
         "read as [1.5, 2.5], but int or str is required"),
        (s.model_spec(s.tuple_(int, s.or_(int, str)), lambda x: [1.5, 2.5], str), 6,
         "read as [1.5, 2.5], but int and (int or str) is required"),
        (s.model_spec(s.keys(req_un=["a/b", "a/c"]), lambda x: {}, str), 6,
         "read as {}, but contains('b') and contains('c') is required"),
    ],
)  # fmt: skip
def test_explain_shows_the_reading(spec, x, reason):
    [problem] = s.explain_data(spec, x)["problems"]
    assert problem["reason"] == reason


def test_the_label_that_was_seen_is_data():
    assert s.explain_data(SHORT, "abcd")["problems"][0]["label"] == 4


def endless(x):
    return endless(x)


@pytest.mark.parametrize(
    "model", [endless, s.batched(lambda xs: list(map(endless, xs)))(lambda x: endless(x))]
)
def test_a_model_that_recurses_without_end_refuses(model):
    spec = s.model_spec(int, model, str)
    for whole, x in [(spec, 1), (s.coll_of(spec), [1, 2])]:
        assert not s.valid(whole, x)
        assert s.explain_data(whole, x)["problems"][0]["reason"] == "nested too deeply"
    assert s.conform(s.or_(read=spec, unread=s.is_any), 1) == ("unread", 1)


def test_both_ways_to_register():
    assert s.def_model_spec("model/short", s.int_in(1, 4), len, word) == "model/short"

    @s.def_model_spec("model/even", discriminate=len, generate=word)
    def even():
        """Words of an even length."""
        return s.and_(s.int_in(0, 9), s.is_even)

    assert even is s.get_spec("model/even")
    assert (even.name, s.doc(even)) == ("model/even", "Words of an even length.")
    assert s.valid(s.keys(req_un=[even]), {"even": "ab"})
    assert [s.valid("model/even", x) for x in ("ab", "abc")] == [True, False]
    assert [s.valid("model/short", x) for x in ("ab", "abcd")] == [True, False]
    assert [s.valid(even, x) for x in ("ab", "abc")] == [True, False]


# --- readings -----------------------------------------------------------------------------------------------


def sure_of(x):
    return s.Reading(len(x), confidence=min(1, len(x) / 10), score=0.5, threshold=1.0)


SURE = s.model_spec(s.int_in(1, 10), sure_of, word, min_confidence=0.5, input=str)


@pytest.mark.parametrize(
    ("x", "reason"),
    [
        ("x" * 7, None),
        ("x" * 3, "read as 3 (0.30), but a confidence of 0.5 is required"),
        ("x" * 12, "read as 12 (1.00), but int_in(1, 10) is required"),
    ],
)
def test_a_reading_has_to_be_sure(x, reason):
    assert s.valid(SURE, x) == (reason is None)
    data = s.explain_data(SURE, x)
    if reason is not None:
        [problem] = data["problems"]
        assert problem["reason"] == reason
        assert (problem["label"], problem["score"], problem["threshold"]) == (len(x), 0.5, 1.0)


def test_a_reading_without_confidence_is_not_sure():
    assert not s.valid(s.model_spec(int, len, word, min_confidence=0.1), "x")
    assert s.valid(s.model_spec(int, len, word), "x")


def test_an_invalid_input_never_reaches_the_model():
    def unreached(x):
        raise AssertionError

    spec = s.model_spec(int, unreached, word, input=str)
    [problem] = s.explain_data(spec, 3)["problems"]
    assert (problem["pred"], problem["val"]) == (str, 3)
    assert not s.valid(spec, 3)


def test_latent_draws_the_second_argument():
    spec = s.model_spec(s.int_in(1, 4), len, lambda n, c: c * n, latent=lambda: s.gen({"a", "b"}))
    assert {x[0] for x in s.sample(spec, 40, seed=1)} == {"a", "b"}


@pytest.mark.parametrize("latent", [s.int_in(3, 5), "latent/size"], ids=["spec", "name"])
def test_latent_may_be_a_spec(latent):
    s.def_("latent/size", s.int_in(3, 5))
    spec = s.model_spec({"a", "b"}, lambda x: x[0], lambda letter, n: letter * n, latent=latent)
    assert {len(x) for x in s.sample(spec, 40, seed=1)} == {3, 4}
    assert repr(spec).endswith(f"latent={latent!r})")
    assert repr(s.from_form(s.form(spec))) == repr(spec)
    assert s.generate(spec, overrides={("latent",): lambda: s.gen({3})}) in ("aaa", "bbb")


def test_a_boundary_is_found_among_latents_of_a_spec():
    def read(x):
        return s.Reading("short" if x < 3 else "long", confidence=min(1, abs(x - 3)))

    spec = s.model_spec(
        {"short", "long"}, read, lambda label, z: z + (label == "long") * 4, latent=s.float_in(min=0, max=9)
    )
    assert s.find_boundary(spec, "short", seed=1).reading.label == "long"


@pytest.mark.parametrize(
    ("one", "many"),
    [
        (lambda n: np.array([n]), lambda ns: np.array(ns)[:, None]),
        (lambda n: np.array([[n]]), lambda ns: [np.array([[n]]) for n in ns]),
        (lambda n: np.array(["ab"[n]]), lambda ns: np.array([["ab"[n]] for n in ns])),
        (lambda n: s.Reading(np.array([n])), lambda ns: [s.Reading(np.array([n])) for n in ns]),
    ],
)
def test_an_array_of_one_label_is_the_label(one, many):
    discriminate = s.batched(lambda xs: many([x // 10 for x in xs]))(lambda x: one(x // 10))
    spec = s.model_spec({1, "b"}, discriminate, lambda label: 10)
    assert s.valid(spec, 10)
    assert not s.valid(spec, 0)
    assert s.conform(s.coll_of(spec), [10, 11, 12]) == [10, 11, 12]
    assert not s.valid(s.coll_of(spec), [10, 0])
    assert s.explain_data(spec, 0)["problems"][0]["label"] in (0, "a")


def test_an_array_of_one_score_is_the_score_of_a_reading():
    reading = s.Reading("a", confidence=np.ones((1, 1)), score=np.array([2.5]), threshold=2.0)
    assert (type(reading.confidence), type(reading.score)) == (float, float)
    assert reading.score_reason is not None
    assert reading.facts()["score"] == 2.5


@pytest.mark.parametrize("batched", [lambda f: f, s.batched(lambda xs: [7] * len(xs))], ids=["one", "many"])
def test_giving_up_says_why_the_last_example_was_refused(batched):
    spec = s.model_spec({3}, batched(lambda x: 7), lambda n: n * 5)
    with pytest.raises(
        s.GeneratorError, match=r"in a row, the last: read as 7, but \{3\} is required - value: 15; "
    ):
        s.sample(spec)


def test_the_form_has_the_options():
    assert s.form(SURE) == (
        "model_spec",
        ("int_in", 1, 10),
        sure_of,
        word,
        {"input": str, "min_confidence": 0.5},
    )
    assert repr(s.from_form(s.form(SURE))) == repr(SURE)


# --- many at once -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "many", [lambda xs: [1], lambda xs: [len(x) / 0 for x in xs]], ids=["too few", "raises"]
)
def test_a_batch_that_fails_is_asked_one_by_one(many):
    asked = []
    length = s.batched(many)(lambda x: asked.append(x) or len(x))
    spec = s.coll_of(s.model_spec(s.int_in(1, 4), length, word, input=str))
    assert s.conform(spec, ["a", "ab"]) == ["a", "ab"]
    assert asked == ["a", "ab"]
    assert not s.valid(spec, ["a", 3])
    assert not s.valid(s.coll_of(s.model_spec(int, length, word)), [3, 4])


def test_a_reason_may_wait_until_somebody_asks():
    calls = []

    def explain():
        calls.append(1)
        return "a shoe"

    spec = s.model_spec(int, lambda x: s.Reading(None, reason=explain, looks_like="shoe"), str)
    assert not s.valid(spec, "x")
    assert calls == []
    [error] = s.explain_json(spec, "x")
    assert (error["msg"], error["ctx"]["looks_like"]) == ("not recognised: a shoe", "shoe")
    reading = s.Reading(None, reason=explain)
    assert pickle.loads(pickle.dumps(reading)) == reading == s.Reading(None, reason="a shoe")
    assert len(calls) == 2
