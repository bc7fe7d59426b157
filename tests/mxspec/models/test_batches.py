"""Models that are asked about many values at once: they are, and answer as one by one."""

import functools
import re
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mxspec as s
from mxspec.specs.core.batch import BATCH_SIZE, conform_each, has_batch_function
from tests.mxspec import meaning


class Asked:
    """A model of words: one is read as its length, and made of x's. Notes what it was asked."""

    def __init__(self, *, reads_batches=True, makes_batches=True):
        self.read_one, self.read_many, self.made_one, self.made_many = [], [], [], []

        def read(word):
            self.read_one.append(word)
            return len(word)

        def read_all(words):
            self.read_many.append(words)
            return [len(word) for word in words]

        def make(n, tail=""):
            self.made_one.append(n)
            return "x" * (n - len(tail)) + tail

        def make_all(numbers, tails=None):
            self.made_many.append(numbers)
            return [
                "x" * (n - len(t)) + t for n, t in zip(numbers, tails or [""] * len(numbers), strict=True)
            ]

        self.read = s.batched(read_all)(read) if reads_batches else read
        self.make = s.batched(make_all)(make) if makes_batches else make

    def spec(self, labels=None, **options):
        return s.model_spec(s.int_in(1, 6) if labels is None else labels, self.read, self.make, **options)

    def counts(self):
        """Counts of words read one by one, and of words read and generated in batches, with the calls."""
        return tuple(map(len, (self.read_one, self.read_many, self.made_one, self.made_many)))


# --- asked once ---------------------------------------------------------------------------------------------


WORDS = ["x", "xx", "xxx"]


@pytest.mark.parametrize(
    ("around", "x"),
    [
        (s.coll_of, WORDS),
        (s.coll_of, tuple(WORDS)),
        (s.coll_of, set(WORDS)),
        (s.every, WORDS),
        (lambda spec: s.coll_of(spec, into=set), WORDS),
        (lambda spec: s.coll_of(s.and_(str, spec, str.isalpha)), WORDS),
        (lambda spec: s.coll_of(s.nilable(spec)), [*WORDS, None]),
        (lambda spec: s.coll_of(s.nonconforming(spec)), WORDS),
        (lambda spec: s.coll_of(s.or_(number=int, word=spec, other=s.is_any)), [*WORDS, 3]),
        (lambda spec: s.map_of(int, spec), dict(enumerate(WORDS))),
        (lambda spec: s.every_kv(int, spec), dict(enumerate(WORDS))),
        (lambda spec: s.coll_of(s.tuple_(spec, int)), [[word, 1] for word in WORDS]),
        (lambda spec: s.coll_of(s.spec(s.cat(word=spec, n=int))), [[word, 1] for word in WORDS]),
    ],
)
@pytest.mark.parametrize("ask", [s.valid, s.conform, s.explain_str])
def test_a_collection_is_one_question(around, x, ask):
    model = Asked()
    spec = around(model.spec())
    for _ in range(3):  # as it is, and then compiled
        asked = len(model.read_many)
        assert ask(spec, x) not in (False, s.INVALID)
        # To explain what is rebuilt as a set, conform is asked whether it can be.
        assert len(model.read_many) - asked in ((1, 2) if ask is s.explain_str else (1,))
    assert model.read_one == []


@pytest.mark.parametrize("preds", [[], [str.isalpha]])
@pytest.mark.parametrize(("x", "valid"), [(["x", "xx"], True), (["x", "xxxxxxx"], False), (["x", ""], False)])
def test_a_collection_with_a_wrong_element_is_one_question_too(preds, x, valid):
    model = Asked()
    assert s.conform(s.coll_of(s.and_(model.spec(), *preds)), x) == (x if valid else s.INVALID)
    assert model.read_many == [x]
    assert model.read_one == []


@pytest.mark.parametrize(
    ("draw", "counts"),
    [
        (lambda spec: s.sample(spec, 50, seed=1), (0, 1, 0, 1)),
        (lambda spec: s.exercise(spec, 50, seed=1), (0, 2, 0, 1)),
        (lambda spec: s.sample(spec, BATCH_SIZE + 50, seed=1), (0, 2, 0, 2)),
        (lambda spec: s.generate(spec, seed=1), (1, 0, 1, 0)),
        (lambda spec: s.sample(spec, 0), (0, 0, 0, 0)),
    ],
)
def test_samples_are_made_at_once_and_read_at_once(draw, counts):
    model = Asked()
    draw(model.spec())
    assert model.counts() == counts


@pytest.mark.parametrize(
    ("reads", "makes", "counts"), [(True, False, (0, 1, 9, 0)), (False, True, (9, 0, 0, 1))]
)
def test_one_half_may_be_for_single_values(reads, makes, counts):
    model = Asked(reads_batches=reads, makes_batches=makes)
    spec = model.spec(s.int_in(2, 6))  # Python has one word of one letter, which is read once
    assert len(s.sample(spec, 9, seed=1)) == 9
    assert model.counts() == counts


def test_a_sample_is_made_at_once_by_any_name_of_the_spec():
    model = Asked()
    s.def_("batch/word", model.spec())
    s.def_("batch/alias", "batch/word")
    words = [s.sample(spec, 20, seed=3) for spec in ("batch/alias", "batch/word", model.spec())]
    assert words[0] == words[1] == words[2]
    assert model.counts() == (0, 3, 0, 3)


def test_a_spec_that_leads_back_to_itself_is_asked_as_ever():
    model = Asked()
    s.def_("batch/loop", int)
    s.def_("batch/loop", s.or_(word=model.spec(input=str), more=s.tuple_("batch/loop"), again="batch/loop"))
    spec = s.coll_of("batch/loop")
    x = ["x", ["xx"], [["xxx"]]]
    inner = ("more", [("word", "xxx")])
    assert s.conform(spec, x) == [("word", "x"), ("more", [("word", "xx")]), ("more", [inner])]
    assert s.valid(spec, [])
    assert s.explain_data(spec, x) is None


# --- the same answers ---------------------------------------------------------------------------------------


readings = st.one_of(
    st.none(),
    st.sampled_from([True, 1, 1.0, 0, -0.0, "a", (1,), float("nan")]),
    st.builds(
        s.Reading,
        st.sampled_from([None, 0, 1, True, 2, np.int64(1), np.float32(0), [1]]),
        confidence=st.none() | st.floats(0, 1),
        score=st.none() | st.floats(0, 2),
    ),
    st.just(ZeroDivisionError()),
)


def answer(said):
    if isinstance(said, Exception):
        raise said
    return said


@settings(max_examples=200, database=None)
@given(
    st.lists(readings, max_size=8),
    st.sampled_from([int, s.is_any, {0, 1, "a"}, lambda label: str(label) != "-0.0", list]),
    st.none() | st.floats(0, 1),
)
def test_many_are_answered_as_one_by_one(said, labels, least):
    both = s.batched(lambda xs: [answer(said[x]) for x in xs])(lambda x: answer(said[x]))
    spec = s.model_spec(labels, both, str, min_confidence=least, input=s.is_nat_int)
    xs = [*range(len(said)), -1]
    assert conform_each(spec, xs) == [meaning.conform(spec, x) for x in xs]
    for around in (
        s.or_(a=spec, b={-1}),
        s.nilable(spec),
        s.and_(spec, spec),
        s.nonconforming(spec),
        s.and_(s.or_(a=spec), s.is_some),
    ):
        assert conform_each(around, [*xs, None]) == [meaning.conform(around, x) for x in [*xs, None]]
    for around in (s.cat(a=spec, b=s.is_any), s.tuple_(spec, s.or_(a=spec, b=s.is_any)), s.coll_of(spec)):
        pairs = [[x, y] for x, y in zip(xs, reversed(xs), strict=True)]
        assert conform_each(around, pairs) == [meaning.conform(around, pair) for pair in pairs]
        assert conform_each(around, [*pairs, 3]) == [meaning.conform(around, pair) for pair in [*pairs, 3]]
    assert s.valid(s.coll_of(spec), xs[:-1]) == all(s.valid(spec, x) for x in xs[:-1])


def test_an_array_of_labels_is_read_as_pythons_own_numbers():
    seen = []
    both = s.batched(lambda xs: np.array(xs) % 3)(lambda x: np.int64(x % 3))
    spec = s.model_spec(lambda label: seen.append(label) or label < 2, both, int)
    assert conform_each(spec, list(range(6))) == [0, 1, s.INVALID, 3, 4, s.INVALID]
    assert [type(label) for label in seen] == [int] * 3  # each is asked about once


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.integers(0, 40))
def test_a_sample_consists_of_results_of_generate_for_drawn_labels(seed, n):
    labels = s.sample(s.int_in(1, 6), n, seed=seed)
    words = s.sample(Asked().spec(), n, seed=seed)
    assert words == [Asked().make(label) for label in labels]
    assert words == s.sample(Asked(makes_batches=False).spec(), n, seed=seed)


def test_latents_are_passed_with_the_labels():
    model = Asked()
    spec = model.spec(latent=lambda: s.gen({"a", "b"}))
    words = s.sample(spec, 40, seed=1)
    assert {word[-1] for word in words} == {"a", "b"}
    assert [len(word) for word in words] == model.made_many[0]
    assert s.sample(spec, 40, seed=1) == words != s.sample(spec, 40, seed=2)


@pytest.mark.parametrize(
    "many", [lambda ns: ["x"], lambda ns: [1 / 0 for _ in ns], lambda ns: None], ids=["few", "raises", "none"]
)
def test_a_batch_that_fails_is_made_one_by_one(many):
    made = s.batched(many)(lambda n: "x" * n)
    assert s.sample(s.model_spec(s.int_in(1, 6), len, made), 9, seed=1) == s.sample(Asked().spec(), 9, seed=1)


def test_a_sample_raises_the_error_of_generate():
    made = s.batched(lambda ns: [1 / 0 for _ in ns])(lambda n: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        s.sample(s.model_spec(s.int_in(1, 6), len, made), 9)


def test_the_values_of_a_batch_are_copies():
    buffer = np.zeros((50, 1))

    def fill(ns):
        buffer[: len(ns), 0] = ns
        return buffer[: len(ns)]

    read = s.batched(lambda xs: [int(x[0]) for x in xs])(lambda x: int(x[0]))
    spec = s.model_spec(s.int_in(0, 100), read, s.batched(fill)(lambda n: fill([n])[0]))
    xs = s.sample(spec, 50, seed=1)
    buffer[:] = -1
    assert len({float(x[0]) for x in xs}) > 5
    assert all(x.base is None for x in xs)


class Words:
    def length(self, word):
        return len(word)

    def lengths(self, words):
        return [len(word) for word in words]


@pytest.mark.parametrize("one", [len, Words().length, functools.partial(len)])
def test_any_callable_can_be_decorated(one):
    read = s.batched(Words().lengths)(one)
    assert read("abc") == 3
    spec = s.model_spec({1, 2}, read, str)
    assert has_batch_function(spec.discriminate)
    assert s.valid(s.coll_of(spec), ["a", "ab"])
    assert has_batch_function(s.from_form(s.form(spec)).discriminate)


# --- what is refused ----------------------------------------------------------------------------------------


def test_further_batches_replace_refused_values():
    model = Asked()
    spec = s.model_spec(s.int_in(1, 6), model.read, lambda n: "x" * n if n % 2 else "x" * 20)
    words = s.sample(spec, 60, seed=1)
    assert len(words) == 60
    assert {len(word) for word in words} == {1, 3, 5}
    assert len(model.read_many) + len(model.read_one) < 12
    assert words == s.sample(spec, 60, seed=1)


@pytest.mark.parametrize("n", [1, pytest.param(10, marks=pytest.mark.slow), 3000])
def test_a_model_of_which_nothing_is_accepted_is_given_up(n):
    model = Asked()
    s.def_("batch/hopeless", model.spec(s.int_in(1, 6), input=s.coll_of({"y"})))
    with pytest.raises(s.GeneratorError) as raised:
        s.sample("batch/hopeless", n)
    text = re.sub("'x+'", "'x'", re.sub(r"2,\d{3}|3,000", "2,000", str(raised.value)))
    assert text == (
        "found no value for 'batch/hopeless': 'batch/hopeless' refused 2,000 values in a row, "
        "the last: a collection is required, not 'x' - failed: is_coll; "
        "a generator that makes valid ones helps: s.with_gen(spec, lambda: strategy)"
    )
    assert len(model.made_many) < 30


def test_labels_without_a_generator_are_told_as_ever():
    with pytest.raises(s.GeneratorError, match="unable to construct gen at"):
        s.sample(Asked().spec(lambda n: n > 2))


# --- examples by hand ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "overrides", "sizes"),
    [
        (lambda word: s.with_gen(word, lambda: st.just("xx")), {}, {2}),
        (lambda word: word, {(): st.just("xxx")}, {3}),
        (lambda word: s.def_("batch/named", word), {"batch/named": lambda: st.just("x")}, {1}),
    ],
)
def test_a_generator_that_is_given_by_hand_comes_before_the_model(spec, overrides, sizes):
    model = Asked()
    words = s.sample(spec(model.spec()), 20, overrides=overrides)
    assert {len(word) for word in words} == sizes
    assert model.made_one == model.made_many == []


def test_labels_can_be_overridden():
    model = Asked()
    s.def_("batch/label", s.int_in(1, 6))
    words = s.sample(model.spec("batch/label"), 20, overrides={"batch/label": st.sampled_from([2, 9])})
    assert {len(word) for word in words} == {2}
    assert len(model.made_one) == 0


@pytest.mark.parametrize(
    "options", [{"min_confidence": 0.5}, {"threshold": 0.5}], ids=["min_confidence", "threshold"]
)
def test_who_is_near_a_threshold_is_asked_alone(options):
    alone = []

    def reading(x, rounding=0.0):
        return s.Reading("some", confidence=x - rounding, score=x + rounding)

    @s.batched(lambda xs: [reading(x, 1e-6) for x in xs])
    def discriminate(x):
        alone.append(x)
        return reading(x)

    spec = s.model_spec({"some"}, discriminate, str, **options)
    xs = [0.3, 0.4999999, 0.5, 0.5000001, 0.7]
    one_by_one = [s.valid(spec, x) for x in xs]
    alone.clear()
    assert [x in xs for x in conform_each(spec, xs)] == one_by_one
    assert alone == xs[1:4]


# --- stacks: many arrays as one -----------------------------------------------------------------------------


INPUT = s.array([(2, 3), (6,), (None, 1)], min=0, max=1, finite=True)


def seen_by(seen):
    return s.batched(lambda xs: (seen.append(xs), [1 for _ in xs])[1])(lambda x: 1)


@pytest.mark.parametrize("shape", [(2, 3), (6,), (4, 1)])
@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8", "bool", ">f4", "float16"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_that_are_alike_are_handed_over_as_one(shape, dtype, order):
    rng = np.random.default_rng(1)
    xs = [np.asarray(rng.integers(0, 2, shape), dtype, order=order) for _ in range(250)]
    seen = []
    spec = s.coll_of(s.model_spec({1}, seen_by(seen), str, input=INPUT))
    assert s.conform(spec, xs) is xs
    [rows] = seen
    assert type(rows) is np.ndarray
    assert rows.dtype == xs[0].dtype
    assert np.array_equal(rows, np.stack(xs))
    rows[:] = 0
    assert any(x.any() for x in xs)  # they stay the caller's own


@pytest.mark.parametrize(
    ("odd", "valid"),
    [
        (np.zeros(6, "float32"), True),
        (np.zeros((2, 3), "float64"), True),
        (np.zeros((2, 3), "float32").view(type("Own", (np.ndarray,), {})), True),
        (np.full((2, 3), -0.0, "float32"), True),
        (np.full((2, 3), 1.5, "float32"), False),
        (np.full((2, 3), np.nan, "float32"), False),
        (np.full((2, 3), np.inf, "float32"), False),
        (np.zeros((3, 2), "float32"), False),
        (np.zeros((1, 2, 3), "float32"), False),
        (np.array(None), False),
        ("no array", False),
    ],
)
@pytest.mark.parametrize("place", [0, 120, 250])
def test_among_many_arrays_one_that_differs_is_told_apart(odd, valid, place):
    xs = [np.zeros((2, 3), "float32") for _ in range(250)]
    xs.insert(place, odd)
    spec = s.model_spec({1}, seen_by([]), str, input=INPUT)
    assert [x is not s.INVALID for x in conform_each(spec, xs)] == [valid or x is not odd for x in xs]


@pytest.mark.parametrize("x", [np.zeros(()), np.zeros((0, 1)), np.array(["a"]), np.array([None])])
def test_arrays_that_can_not_be_stacked_are_checked_one_by_one(x):
    seen = []
    spec = s.model_spec({1}, seen_by(seen), str, input=s.array())
    assert s.valid(s.coll_of(spec), [x, x.copy()])
    assert type(seen[0]) is list


numbers = st.sampled_from([0.0, -0.0, 0.5, 1.0, 1.5, -1.0, 300.0, np.nan, np.inf, -np.inf])


@settings(max_examples=300)
@given(
    st.lists(st.lists(numbers, min_size=2, max_size=2), min_size=2, max_size=4),
    st.sampled_from(["float16", "float32", "float64", "int8", "uint8", "bool", "complex64"]),
    st.sampled_from([None, 0, 0.5, -(10**9), 10**6, np.array(0.0)]),
    st.sampled_from([None, 1, 0.1, 255, 10**6]),
    st.booleans(),
)
def test_an_array_spec_answers_for_many_arrays_as_for_each(rows, dtype, low, high, finite):
    if None not in (low, high) and not low <= high:
        high = None
    with np.errstate(all="ignore"):
        xs = [np.array(row).astype(dtype) for row in rows]
    spec = s.array(min=low, max=high, finite=finite)
    fit = [s.explain_data(spec, x) is None for x in xs]
    assert [s.valid(spec, x) for x in xs] == fit
    assert (spec.stack(xs) is not None) <= all(fit)


def test_many_arrays_are_not_copied_as_a_whole():
    image = np.zeros((1, 784), "float32")
    images = [image.copy() for _ in range(10 * BATCH_SIZE)]
    read = s.batched(lambda rows: np.asarray(rows).reshape(len(rows), -1).argmax(1))(lambda x: x.argmax())
    spec = s.coll_of(s.model_spec({0}, read, str, input=s.array((1, 784), min=0, max=1, finite=True)))
    tracemalloc.start()
    try:
        assert s.valid(spec, images)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2 * BATCH_SIZE * image.nbytes


def test_a_check_asks_about_each_answer_by_itself():
    sizes = []

    @s.batched(lambda xs: [sizes.append(len(xs)) or x % 2 for x in xs])
    def parity(x):
        sizes.append(1)
        return x % 2

    even = s.model_spec({0}, parity, input=int)
    assert s.check_fn(lambda x: 2 * x, s.fspec(args=s.cat(x=int), ret=even), num_tests=20, seed=1)
    assert sizes == [1] * 20
