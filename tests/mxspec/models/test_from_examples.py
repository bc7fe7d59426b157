"""Specs learnt from examples, tried on the 1,797 digits of scikit-learn, 8 x 8 pixels, without labels."""

import functools
import pickle

import numpy as np
import pytest
from hypothesis import given, seed, settings

import mxspec as s
from mxspec.core.batch import conform_each
from mxspec.models.linear_autoencoder import learn

datasets = pytest.importorskip("sklearn.datasets")


@functools.cache
def digits(split):
    """Learnable pictures and others to ask about, 0 to 1, by one of several splits."""
    images = datasets.load_digits().images / 16
    order = np.random.default_rng(split).permutation(len(images))
    return images[order[360:]], images[order[:360]]


@functools.cache
def labels_of(split):
    """The labels of the learnable pictures."""
    target = datasets.load_digits().target
    return target[np.random.default_rng(split).permutation(len(target))][360:]


@functools.cache
def digit():
    return s.from_examples(digits(0)[0], of="digits")


def share_accepted(spec, values):
    return np.mean([conformed is not s.INVALID for conformed in conform_each(spec, list(values))])


def test_digits_that_were_neither_learnt_from_nor_held_back_are_accepted():
    shares = [share_accepted(s.from_examples(digits(i)[0], seed=i), digits(i)[1]) for i in range(5)]
    assert min(shares) >= 0.98
    assert np.mean(shares) >= 0.99


def letters():
    """Letters of a font, filled into 8 x 8 pixels as the digits are."""
    pytest.importorskip("matplotlib")  # an extra, which the core does without
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from PIL import Image

    pictures = []
    for letter in "ABCDEFGHKMNPQRTUVWXYabdefhkmnprtwxy":
        canvas = FigureCanvasAgg(Figure(figsize=(0.64, 0.64)))
        canvas.figure.text(0.5, 0.5, letter, fontsize=36, ha="center", va="center")
        canvas.draw()
        ink = 255 - np.asarray(canvas.buffer_rgba())[..., 0]
        rows, columns = np.nonzero(ink > 60)
        box = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        scale = 8 / max(box.shape)
        size = [max(1, round(side * scale)) for side in box.shape[::-1]]
        small = np.asarray(Image.fromarray(box).resize(size, Image.Resampling.BOX)) / 255
        pads = [((8 - side) // 2, 8 - side - (8 - side) // 2) for side in small.shape]
        pictures.append(np.pad(small, pads))
    return np.array(pictures)


@pytest.mark.parametrize(
    ("kind", "least"),
    [
        ("noise", 1),
        ("shuffled pixels", 1),
        ("inverted", 1),
        ("grey", 1),
        ("transposed", 0.99),
        ("letters", 0.85),
    ],
)
def test_other_images_than_digits_are_refused(kind, least):
    rng = np.random.default_rng(1)
    images = digits(0)[1]
    outliers = {
        "noise": lambda: rng.random(images.shape),
        "shuffled pixels": lambda: np.array([rng.permutation(x.ravel()).reshape(8, 8) for x in images]),
        "inverted": lambda: 1 - images,
        "grey": lambda: np.broadcast_to(rng.random((50, 1, 1)), (50, 8, 8)),
        "transposed": lambda: images.swapaxes(1, 2),
        "letters": letters,
    }[kind]()
    assert 1 - share_accepted(digit(), outliers) >= least


def test_explain_says_the_anomaly_score_of_a_value():
    [problem] = s.explain_data(digit(), 1 - digits(0)[1][0])["problems"]
    assert problem["reason"] == "anomaly score above all 718 digits, the limit is 99%"
    assert problem["score"] > problem["threshold"]
    assert problem["p_value"] == 1 / 719
    assert s.explain_str(digit(), 1 - digits(0)[1][0]) == (
        "array of shape (8, 8), float64, 0.0 to 1.0 - failed: "
        "anomaly score above all 718 digits, the limit is 99%"
    )
    assert s.explain_data(digit(), digits(0)[1][0]) is None


@pytest.mark.parametrize(
    ("x", "reason"),
    [
        (np.zeros((8, 7)), "shape is (8, 7), (8, 8) is required"),
        (np.full((8, 8), np.nan), "64 of 64 values are not finite, the first at (0, 0): nan"),
        (np.zeros((8, 8), complex), "dtype is complex128, real numbers are required"),
        (np.full((8, 8), "a"), "dtype is <U1, real numbers are required"),
        ([[0.0] * 8] * 8, "is a list, an array is required"),
    ],
)
def test_an_array_of_another_kind_is_refused_with_a_reason(x, reason):
    assert s.explain_data(digit(), x)["problems"][0]["reason"] == reason
    assert conform_each(digit(), [x, x]) == [s.INVALID] * 2


def test_answers_do_not_depend_on_company():
    images = [*digits(0)[1], *np.random.default_rng(1).random((50, 8, 8)), "no picture"]
    one_by_one = [s.valid(digit(), image) for image in images]
    assert [c is not s.INVALID for c in conform_each(digit(), images)] == one_by_one
    assert 300 < sum(one_by_one) < 380


def test_a_picture_at_the_threshold_is_the_same_alone_and_in_company():
    # By halves from a digit to noise, to two pictures with no float between that are on either side.
    near, far = digits(0)[1][0], np.random.default_rng(1).random((8, 8))
    for _ in range(60):
        middle = (near + far) / 2
        near, far = (middle, far) if s.valid(digit(), middle) else (near, middle)
    company = list(digits(0)[1][:100])
    pictures = [near, *company, far]
    assert [c is not s.INVALID for c in conform_each(digit(), pictures)][:: len(company) + 1] == [True, False]


# --- examples ---------------------------------------------------------------------------------------------


def test_generated_digits_are_valid_and_differ_and_look_like_digits():
    from sklearn.neighbors import KNeighborsClassifier

    generated = s.sample(digit(), 200, seed=1)
    assert all(s.valid(digit(), x) for x in generated)
    assert len({x.tobytes() for x in generated}) > 190
    assert {(x.shape, x.dtype.name) for x in generated} == {((8, 8), "float64")}
    assert 0 <= min(x.min() for x in generated) < max(x.max() for x in generated) <= 1
    # All five neighbours agree on their label about as often as those of real digits.
    reader = KNeighborsClassifier(5).fit(digits(0)[0].reshape(-1, 64), labels_of(0))
    agreed = reader.predict_proba(np.reshape(generated, (-1, 64))).max(axis=1) == 1
    assert agreed.mean() > 0.9
    assert len(set(reader.predict(np.reshape(generated, (-1, 64))))) == 10


def test_a_property_that_fails_shrinks_to_the_most_usual_digit():
    seen = []

    @seed(1)
    @settings(database=None, deadline=None, max_examples=50)
    @given(s.gen(digit()))
    def check(image):
        seen.append(image)
        raise AssertionError

    with pytest.raises(AssertionError):
        check()
    usual = digit().model.autoencoder
    assert np.allclose(seen[-1], usual.decode(usual.codes[:1]).reshape(8, 8).clip(0, 1))


def test_bytes_are_made_of_bytes():
    images = (digits(0)[0] * 255).astype("uint8")
    spec = s.from_examples(images)
    generated = s.sample(spec, 20, seed=1)
    assert {x.dtype.name for x in generated} == {"uint8"}
    assert not s.valid(spec, images[0] / 255)


# --- the spec as a value ----------------------------------------------------------------------------------


def test_a_spec_comes_back_from_a_pickle_and_from_its_form():
    images = digits(0)[1]
    for again in (pickle.loads(pickle.dumps(digit())), s.from_form(s.form(digit()))):
        assert repr(again) == "from_examples(<719 digits of shape (8, 8), and 718 held back>)"
        assert [s.valid(again, x) for x in images] == [s.valid(digit(), x) for x in images]
        assert np.array_equal(s.sample(again, 3, seed=1), s.sample(digit(), 3, seed=1))


def test_the_same_seed_learns_the_same():
    images, others = digits(0)
    first, again, other = (s.from_examples(images, seed=i).model.scores(others) for i in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_examples_may_be_a_list_and_may_have_more_numbers_than_there_are_examples():
    rng = np.random.default_rng(0)
    plane = rng.normal(size=(600, 3)) @ rng.normal(size=(3, 1000))
    spec = s.from_examples(list(plane))
    assert share_accepted(spec, rng.permutation(plane)) > 0.99
    assert share_accepted(spec, rng.normal(size=(100, 1000))) == 0
    assert spec.model.autoencoder.components.shape[0] <= 3


def test_examples_that_are_all_alike_are_a_spec_of_that_one():
    spec = s.from_examples(np.ones((600, 4)))
    assert s.valid(spec, np.ones(4))
    assert not s.valid(spec, np.array([1, 1, 1, 1.5]))


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        (np.zeros((508, 4)), {}, "508 examples are too few: 459 have to be held back .* try 509 or more"),
        (
            np.zeros((20, 4)),
            {"alpha": 0.1, "confidence": 0.9},
            "20 examples are too few: 22 have .* try 72 or more",
        ),
        (np.zeros(600), {}, r"together \(n, \.\.\.\), not of shape \(600,\) and dtype float64"),
        (np.zeros((600, 0)), {}, r"not of shape \(600, 0\)"),
        ([], {}, r"not of shape \(0,\)"),
        (["a"] * 600, {}, "of real numbers, .* not of shape"),
        ([np.zeros(3), np.zeros(4)] * 300, {}, "examples are .*of one shape"),
        (None, {}, "examples are arrays of one shape: "),
        (np.full((600, 4), np.inf), {}, "600 of 600 examples are not finite"),
        (np.zeros((600, 4)), {"alpha": 2}, "alpha is a number between 0 and 1, not 2"),
    ],
)
def test_unsuitable_examples_are_refused(values, options, message):
    with pytest.raises(s.SpecDefinitionError, match=message):
        s.from_examples(values, **options)


# --- the autoencoder --------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [40, 400])
def test_the_autoencoder_is_that_of_principal_components(n):
    from sklearn.decomposition import PCA

    rows = digits(0)[0].reshape(-1, 64)[:n]
    ours = learn(rows)
    theirs = PCA(len(ours.components), svd_solver="full").fit(rows)
    codes, errors = ours.encode(rows)
    assert np.allclose(ours.decode(codes), theirs.inverse_transform(theirs.transform(rows)))
    assert np.allclose(errors, np.square(rows - ours.decode(codes)).sum(axis=1))
    assert 0.95 <= theirs.explained_variance_ratio_.sum() < 0.97


# --- together with a classifier ---------------------------------------------------------------------------


@functools.cache
def read_digit():
    from sklearn.svm import SVC

    classifier = SVC().fit(digits(0)[0].reshape(-1, 64), labels_of(0))

    @s.batched(lambda xs: classifier.predict(np.reshape(xs, (-1, 64))))
    def read(image):
        return classifier.predict(np.reshape(image, (1, 64)))[0]

    return read


def test_a_classifier_gets_the_half_that_says_whether_it_is_one_at_all():
    images = digits(0)[1]
    name = s.def_model_spec("from-examples/digit", s.int_in(0, 10), read_digit(), input=digit())
    assert np.mean([s.valid(name, image) for image in images]) >= 0.98
    assert read_digit()(1 - images[0]) in range(10)  # by itself the classifier reads anything as a digit
    assert "failed: anomaly score above all 718 digits, the limit is 99%" in s.explain_str(
        name, 1 - images[0]
    )


def test_a_classifier_without_a_generator_has_examples_of_its_input():
    name = s.def_model_spec(
        "from-examples/even", s.and_(s.int_in(0, 10), s.is_even), read_digit(), input=digit()
    )
    generated = s.sample(name, 40, seed=1)
    assert {int(read_digit()(x)) for x in generated} == {0, 2, 4, 6, 8}
    assert s.valid(s.coll_of(name), generated)

    @settings(database=None, deadline=None, max_examples=20)
    @given(s.gen(name))
    def check(image):
        assert read_digit()(image) % 2 == 0

    check()


@pytest.mark.parametrize("options", [{}, {"input": digit, "latent": lambda: s.standard_normal(2)}])
def test_a_generator_is_left_out_only_where_the_input_has_examples(options):
    with pytest.raises(
        s.SpecDefinitionError, match="generate is a function of one argument, not None; it may be"
    ):
        s.model_spec(int, len, **options)


def test_the_form_of_a_model_without_a_generator():
    spec = s.model_spec({3}, len, input=str)
    assert s.form(spec) == ("model_spec", {3}, len, None, {"input": str})
    assert repr(s.from_form(s.form(spec))) == repr(spec)
    assert {len(x) for x in s.sample(spec, 3, seed=1)} == {3}
