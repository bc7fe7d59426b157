"""Specs learnt from examples, tried on the 1,797 digits of scikit-learn, 8 x 8 pixels, without labels."""

import functools
import os
import pickle
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, given, seed, settings

import mxspec as s
from mxspec.models.linear_autoencoder import learn
from mxspec.specs.core.batch import conform_each

pytestmark = pytest.mark.few(6)

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
        "anomaly score above all 718 digits, the limit is 99% - "
        "value: array of shape (8, 8), float64, 0.0 to 1.0"
    )
    assert s.explain_data(digit(), digits(0)[1][0]) is None


@pytest.mark.parametrize(
    ("x", "reason"),
    [
        (np.zeros((8, 7)), "shape is (8, 7), (8, 8) is required"),
        (np.full((8, 8), np.nan), "64 of 64 values are not finite, the first at (0, 0): nan"),
        (np.zeros((8, 8), complex), "dtype is complex128, real numbers are required"),
        (np.full((8, 8), "a"), "dtype is <U1, real numbers are required"),
        ([[0.0] * 8] * 8, "an array is required, not a list; np.asarray(x) makes one"),
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


# --- rows of columns of different units -------------------------------------------------------------------


@functools.cache
def tumours():
    """The 30 columns of scikit-learn's breast cancer data, with deviations from 0.003 to 569, and 4 more.

    Two of these hold equal numbers, one is 1 in every 100th row, and one is a year.
    """
    rows = datasets.load_breast_cancer().data
    rows = np.concatenate([rows, rows * np.random.default_rng(0).normal(1, 0.01, rows.shape)])
    n = len(rows)
    constant = [np.zeros(n), np.full(n, 1e6), np.arange(n) % 100 == 0, 2000 + np.arange(n) % 7]
    return np.column_stack([rows, *constant])


@functools.cache
def tumour():
    return s.from_examples(tumours()[:1000], alpha=0.02)


def test_rows_of_the_same_source_are_accepted():
    assert share_accepted(tumour(), tumours()[1000:]) >= 0.95


@pytest.mark.parametrize(
    "nonsense",
    [
        lambda rows: np.zeros(34), lambda rows: rows.max(axis=0) * 30, lambda rows: rows.max(axis=0),
        lambda rows: -rows[0], lambda rows: rows[0][::-1].copy(),
    ],
)  # fmt: skip
def test_nonsense_in_all_columns_is_refused(nonsense):
    assert not s.valid(tumour(), nonsense(tumours()))


@pytest.mark.parametrize("column", range(34))
def test_thirty_times_the_maximum_of_any_column_is_refused(column):
    rows = tumours()[:50].copy()
    rows[:, column] = 30 * max(1, rows[:, column].max())
    assert share_accepted(tumour(), rows) == 0


@pytest.mark.parametrize(("column", "other"), [(30, 1), (31, 0), (31, 2e6)])
def test_another_number_in_a_constant_column_is_refused(column, other):
    rows = tumours()[:50].copy()
    rows[:, column] = other
    assert share_accepted(tumour(), rows) == 0


def test_the_units_of_columns_do_not_matter():
    units = 10.0 ** np.random.default_rng(1).integers(-9, 9, 34)
    scaled = s.from_examples(tumours()[:1000] * units, alpha=0.02)
    others = np.concatenate([tumours()[1000:], tumours()[1000:] * 1.5])
    expected = [s.valid(tumour(), row) for row in others]
    assert [s.valid(scaled, row * units) for row in others] == expected
    assert 0 < sum(expected) < len(expected)


@pytest.mark.parametrize(
    ("table", "n", "promise"),
    [
        ("breast_cancer", 540, {}),
        ("breast_cancer", 30, {"alpha": 0.2, "confidence": 0.9}),
        ("wine", 142, {"alpha": 0.05, "confidence": 0.95}),
        ("wine", 30, {"alpha": 0.1, "confidence": 0.9}),
        ("iris", 120, {"alpha": 0.05, "confidence": 0.95}),
        ("iris", 30, {"alpha": 0.2, "confidence": 0.9}),
        ("diabetes", 30, {"alpha": 0.1, "confidence": 0.9}),
        ("digits", 1000, {}),
    ],
)
def test_zeros_and_thirty_times_the_maximum_are_refused_by_tables_as_they_are(table, n, promise):
    rows = getattr(datasets, f"load_{table}")(**({"scaled": False} if table == "diabetes" else {})).data
    shares = []
    for split in range(3):
        rows = np.random.default_rng(split).permutation(rows)
        spec = s.from_examples(rows[:n], seed=split, **promise)
        assert not s.valid(spec, np.zeros(rows.shape[1]))
        assert not s.valid(spec, 30 * rows.max(axis=0))
        shares.append(1 - share_accepted(spec, rows[n:]))
        assert share_accepted(spec, s.sample(spec, 5, seed=1)) == 1
    assert np.mean(shares) <= 2 * promise.get("alpha", 0.01)  # of as few as 30 other rows


def test_generated_rows_stay_within_each_column():
    rows = np.array(s.sample(tumour(), 200, seed=1))
    assert (rows >= tumours().min(axis=0)).all()
    assert (rows <= tumours().max(axis=0)).all()
    assert set(rows[:, 31]) == {1e6}
    assert rows[:, :30].std(axis=0) == pytest.approx(tumours()[:, :30].std(axis=0), rel=0.6)


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
    smallest, _ = failure(digit(), lambda image: True)
    usual = digit().model.autoencoder
    assert np.allclose(smallest, usual.decode(usual.codes[:1]).reshape(8, 8).clip(0, 1))


def test_bytes_are_made_of_bytes():
    images = (digits(0)[0] * 255).astype("uint8")
    spec = s.from_examples(images)
    generated = s.sample(spec, 20, seed=1)
    assert {x.dtype.name for x in generated} == {"uint8"}
    assert not s.valid(spec, images[0] / 255)


# --- features of other models -----------------------------------------------------------------------------

WORDS = [
    a + b + c
    for a in ("re", "un", "pre", "")
    for b in ("do", "make", "tell", "sing", "cook")
    for c in ("", "s", "er", "ers", "ing")
]


def letter_counts(word):
    return np.array([word.count(letter) for letter in "abcdefghijklmnopqrstuvwxyz"] + [len(word)])


@functools.cache
def words(is_batched=False):
    embed = letter_counts
    if is_batched:
        embed = s.batched(lambda xs: np.array(list(map(letter_counts, xs))))(lambda x: letter_counts(x))
    return s.from_examples(WORDS, alpha=0.1, confidence=0.9, embed=embed, of="words")


@pytest.mark.parametrize("is_batched", [True, False])
def test_values_of_any_kind_are_compared_by_their_features(is_batched):
    spec = words(is_batched)
    assert repr(spec).startswith("from_examples(<50 features of words of shape (27,), and 50 held back, by ")
    values = ["remaker", "cooks", "zzzzzzzz", "x" * 40, 12, None]
    assert [s.valid(spec, x) for x in values] == [True, True, False, False, False, False]
    assert [c is not s.INVALID for c in conform_each(spec, values)] == [s.valid(spec, x) for x in values]
    assert s.explain_str(spec, "x" * 40).startswith("anomaly score above all 50 words, the limit is 90% - ")
    assert "AttributeError: 'int' object has no attribute 'count'" in s.explain_str(spec, 12)
    assert s.profile(spec, values).invalid == 4
    assert s.json_schema(spec)["examples"][0] in WORDS


def test_examples_are_then_those_that_were_learnt_from():
    generated = s.sample(words(), 200, seed=1)
    assert set(generated) <= set(WORDS)
    assert 25 < len(set(generated)) <= 50
    s.def_model_spec("from-examples/long", s.int_in(6, 99), len, input=words())
    smallest, _ = failure("from-examples/long", lambda word: len(word) >= 8)
    assert len(smallest) == 8


def test_features_of_a_network_refuse_what_is_no_digit():
    from sklearn.neural_network import MLPClassifier

    images = digits(0)[0]
    network = MLPClassifier((40,), max_iter=60, random_state=0)
    with pytest.warns(UserWarning, match="iterations"):
        network.fit(images[:600].reshape(-1, 64), labels_of(0)[:600])

    @s.batched(lambda xs: np.reshape(xs, (-1, 64)) @ network.coefs_[0] + network.intercepts_[0])
    def embed(image):
        return np.reshape(image, 64) @ network.coefs_[0] + network.intercepts_[0]

    spec = s.from_examples(images[600:], embed=embed, of="digits")
    assert share_accepted(spec, digits(0)[1]) >= 0.98
    assert share_accepted(spec, np.random.default_rng(1).random((50, 8, 8))) <= 0.3
    assert share_accepted(spec, np.random.default_rng(1).random((5, 8, 7))) == 0
    image = s.generate(spec, seed=1)
    assert re.fullmatch(r"spec\.example\(.*\)", repr(image))
    assert any(np.array_equal(image, x) for x in images[600:])


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
    with pytest.warns(UserWarning, match="600 of 600 examples are equal to another one"):
        spec = s.from_examples(np.ones((600, 4)))
    assert s.valid(spec, np.ones(4))
    assert not s.valid(spec, np.array([1, 1, 1, 1.5]))


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
    assert "anomaly score above all 718 digits, the limit is 99%" in s.explain_str(name, 1 - images[0])


def test_a_classifier_without_a_generator_has_examples_of_its_input():
    name = s.def_model_spec(
        "from-examples/even", s.and_(s.int_in(0, 10), s.is_even), read_digit(), input=digit()
    )
    generated = s.sample(name, 40, seed=1)
    assert {int(read_digit()(x)) for x in generated} == {0, 2, 4, 6, 8}
    assert s.valid(s.coll_of(name), generated)

    @settings(database=None, max_examples=20)
    @given(s.gen(name))
    def check(image):
        assert read_digit()(image) % 2 == 0

    check()


def failure(spec, fails, phases=(Phase.generate, Phase.shrink)):
    """The example that a failing test ends with, and the lines that Hypothesis prints of it."""
    seen = []

    @seed(1)
    @settings(database=None, phases=phases)
    @given(s.gen(spec))
    def check(image):
        seen.append(image)
        assert not fails(image)

    with pytest.raises(AssertionError) as caught:
        check()
    return seen[-1], "\n".join(caught.value.__notes__)


@pytest.mark.parametrize(
    ("is_batched", "least", "label"), [(True, 0, 0), (True, 3, 4), (False, 1, 2), (False, 7, 8)]
)
def test_a_property_that_fails_shrinks_to_the_smallest_label(is_batched, least, label):
    read = read_digit() if is_batched else lambda image: read_digit()(image)
    labels = s.and_(s.int_in(0, 10), s.is_even)
    name = s.def_model_spec("from-examples/shrinks", labels, read, input=digit())
    image, notes = failure(name, lambda image: read(image) >= least)
    assert read(image) == label
    assert f"is read as {label}" in notes


def test_a_failing_example_prints_as_the_call_that_makes_the_same_array():
    def read_sum(image):
        return int(image.sum()) % 10

    s.def_("from-examples/picture", digit())
    s.def_model_spec("from-examples/own", s.int_in(0, 10), read_sum, input=digit())
    s.def_model_spec("from-examples/named", s.int_in(0, 10), read_sum, input="from-examples/picture")
    for spec, call in {
        "from-examples/picture": r"s\.get_spec\('from-examples/picture'\)\.example\(.*\)",
        "from-examples/own": r"s\.get_spec\('from-examples/own'\)\.input\.example\(.*\)",
        "from-examples/named": r"s\.get_spec\('from-examples/picture'\)\.example\(.*\)",
        digit(): r"spec\.example\(.*\)",
    }.items():
        image, notes = failure(spec, lambda image: image[4, 4] > 0.3, phases=[Phase.generate])
        assert re.fullmatch(call, repr(image))
        assert f"image={image!r}," in notes
        again = eval(repr(image), {"s": s, "spec": digit()})
        assert again.dtype == image.dtype
        assert again.tobytes() == image.tobytes()
        for sampled in s.sample(spec, 20, seed=1):
            assert eval(repr(sampled), {"s": s, "spec": digit()}).tobytes() == sampled.tobytes()


def test_a_failing_example_is_drawn_if_it_is_a_picture(tmp_path):
    pytest.importorskip("PIL")
    (tmp_path / "test_it.py").write_text(
        textwrap.dedent("""
            import numpy as np
            from hypothesis import Phase, given, settings
            import mxspec as s

            noise = np.random.default_rng(0).random((600, 64))

            @settings(database=None, phases=[Phase.generate])
            @given(s.gen(s.from_examples(noise.reshape(-1, 8, 8))))
            def test_picture(x):
                assert x.max() < 0.1

            @settings(database=None, phases=[Phase.generate])
            @given(s.gen(s.from_examples(noise[:, :30])))
            def test_row(x):
                assert x.max() < 0.1
        """)
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "mxspec.pytest_plugin"]
    environment = os.environ | {
        "PYTHONPATH": str(Path(__file__).parents[3]),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # others take most of the time
    }
    ran = subprocess.run(
        [*command, "--mxspec-pictures", "drawn"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
        check=False,
    )
    assert ran.stdout.count("x = spec.example(") >= 2, ran.stdout
    assert [path.name for path in (tmp_path / "drawn").iterdir()] == ["test_it.py-test_picture.png"]


def test_a_notebook_shows_a_sample_of_pictures_of_any_numbers():
    pytest.importorskip("PIL")
    assert s.sample(s.from_examples(digits(0)[0] * 16), 3, seed=1)._repr_png_()
    assert s.sample(tumour(), 3, seed=1)._repr_png_() is None


def test_the_form_of_a_model_without_a_generator():
    spec = s.model_spec({3}, len, input=str)
    assert s.form(spec) == ("model_spec", {3}, len, None, {"input": str})
    assert repr(s.from_form(s.form(spec))) == repr(spec)
    assert {len(x) for x in s.sample(spec, 3, seed=1)} == {3}


# --- examples that promise too much ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "copies", "shape", "warns"),
    [(150, 8, (6,), True), (1200, 1, (6,), False), (800, 2, (2, 3), True), (150, 8, (1,), False)],
)
def test_copies_of_examples_are_a_warning(n, copies, shape, warns, recwarn):
    base = np.random.default_rng(0).normal(size=(n, *shape))
    spec = s.from_examples(np.repeat(base, copies, 0), alpha=0.02)
    words = f"{n * copies:,} of {n * copies:,} examples are equal to another one; if"
    assert [str(each.message).startswith(words) for each in recwarn] == [True] * warns
    if warns and copies == 8:
        others = np.random.default_rng(1).normal(size=(300, *shape))
        assert sum(not s.valid(spec, x) for x in others) > 0.2 * 300  # which the warning is for


def test_equal_features_are_a_warning():
    words = ["ab", "ba", "abc", "cab"] * 20

    def embed(word):
        return [word.count(letter) for letter in "abc"]

    with pytest.warns(UserWarning, match="80 of 80 words are equal to another one"):
        s.from_examples(words, alpha=0.1, confidence=0.9, embed=embed, of="words")


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_a_frame_is_no_array_of_examples(library):
    columns = {name: np.random.default_rng(i).normal(size=600) for i, name in enumerate("abc")}
    module = pytest.importorskip(library)
    frame = module.table(columns) if library == "pyarrow" else module.DataFrame(columns)
    with pytest.raises(s.SpecDefinitionError, match=r"not a (DataFrame|Table), .*; try frame\.to_numpy\(\)"):
        s.from_examples(frame)
    with pytest.raises(s.SpecDefinitionError, match=r"try rows that embed takes, df\.to_dict"):
        s.from_examples(frame, embed=lambda row: [row["a"]])
