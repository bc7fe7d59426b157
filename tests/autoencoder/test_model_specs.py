"""The post's specs. A line after `;=>` is the post's own."""

import numpy as np
import pytest
from hypothesis import given, seed, settings
from PIL import Image

import mxspec as s
from autoencoder import digits, model_specs
from autoencoder.data.idx import load
from autoencoder.data.labels import LabelError
from autoencoder.data.pictures import pictures
from autoencoder.data.storage import CheckpointError
from autoencoder.model_specs import discriminate, first_image, generate, test_model_spec
from autoencoder.networks.checkpoint import SHIPPED
from autoencoder.networks.mx import mx

SPECS = {
    model_specs.MNIST_IMAGE: set(range(10)),
    model_specs.EVEN_MNIST_IMAGE: {0, 2, 4, 6, 8},
    "mnist/odd-mnist-image": {1, 3, 5, 7, 9},
    "mnist/odd-over-2-mnist-image": {3, 5, 7, 9},
}


@pytest.fixture(scope="module")
def six():
    """The post's my-test-image."""
    return first_image(6)


@pytest.mark.parametrize(
    ("n", "valid"), [(3, True), (11, False), (0, True), (9, True), (10, False), (-1, False)]
)
def test_mnist_number_accepts_digits_only(n, valid):
    # (s/valid? ::mnist-number 3) ;=> true
    # (s/valid? ::mnist-number 11) ;=> false
    assert s.valid("mnist/mnist-number", n) is valid


@pytest.mark.parametrize("x", [True, "3", 3.0, None, [3]])
def test_mnist_number_refuses_values_other_than_ints(x):
    assert s.conform("mnist/mnist-number", x) is s.INVALID


def test_samples_of_mnist_number_include_every_digit():
    # (gen/sample (s/gen ::mnist-number)) ;=> (0 1 0 3 5 3 7 5 0 1)
    # clojure.spec itself gives up after some hundreds of such samples.
    assert set(s.sample("mnist/mnist-number", 1000, seed=1)) == set(range(10))


def test_the_test_image_is_read_as_a_six(six):
    # (discriminate my-test-image) ;=> 6
    assert discriminate(six) == 6
    assert type(discriminate(six)) is int


@pytest.mark.parametrize("label", range(10))
def test_a_generated_image_is_read_as_its_label(label):
    # (def generated-test-image (generate 3))
    assert discriminate(generate(label)) == label


def test_a_generated_image_is_the_callers_own():
    three = generate(3)
    before = three.copy()
    generate(8)
    assert three.dtype == np.float32
    assert three.shape == (1, 784)
    assert np.array_equal(three, before)


@pytest.mark.parametrize("label", [10, -1, 3.0, "3", None, True])
def test_generating_another_label_than_a_digit_is_an_error(label):
    with pytest.raises(ValueError, match=r"the labels are 0 to 9, and .* is not one of them"):
        generate(label)


@pytest.mark.parametrize("label", ["6", 6.0, np.float32(6)])
@pytest.mark.parametrize("function", [generate, first_image, digits.generate])
def test_a_label_that_is_text_or_a_float_is_an_error_with_the_number_to_write(function, label):
    with pytest.raises(LabelError, match=r"the labels are 0 to 9, and .* is not one of them; write 6$"):
        function(label)


@pytest.mark.parametrize("shape", [(1, 784), (784,), (28, 28), (1, 28, 28), (1, 1, 28, 28)])
@pytest.mark.parametrize(
    "wrap", [np.asarray, np.ndarray.tolist, pytest.param(mx.nd.array, marks=pytest.mark.mxnet)]
)
def test_an_image_is_taken_in_any_of_its_shapes(six, shape, wrap):
    assert discriminate(wrap(six.reshape(shape))) == 6


def test_images_are_read_together_as_they_are_one_by_one():
    images = list(load("t10k").images[:1000, None])
    assert model_specs.discriminate_many(images) == [discriminate(image) for image in images]
    assert model_specs.discriminate_many(np.stack(images)) == model_specs.discriminate_many(images)


def test_images_are_made_together_as_they_are_one_by_one():
    plain = np.stack([generate(label) for label in range(10)])
    for size in (1, 2, 16, 3, 17, 1000, 5, 2049):
        labels = np.arange(size) % 10
        np.testing.assert_allclose(model_specs.generate_many([*labels]), plain[labels], rtol=0, atol=1e-6)


NO_IMAGES = [
    (np.zeros((2, 784)), "takes an array of shape"),
    (np.zeros((2, 28, 28)), "one image has a shape"),
    (np.zeros((1, 783)), "takes an array of shape"),
    (np.float32(1), "one image has a shape"),
    (np.full((1, 784), np.nan), "784 values of the image are not finite"),
    ("six", "array of numbers"),
    (Image.new("L", (28, 28)), "not Image of Pillow's; .*read_image"),
    (None, "one image has a shape"),
    ({"a": 1}, "array of numbers"),
    ([[1, 2], [3]], "array of numbers"),
    (10**400, "array of numbers"),
]


@pytest.mark.parametrize(("x", "words"), NO_IMAGES)
def test_a_value_that_is_not_an_image_is_not_read(x, words):
    with pytest.raises(ValueError, match=words):
        discriminate(x)


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (np.zeros((2, 784)), "shape is (2, 784), "),
        (np.zeros((1, 783)), "shape is (1, 783), "),
        (np.float32(1), "an array is required, not a float32"),
        (np.full((1, 784), np.nan), "784 of 784 values are not finite"),
        (np.full((1, 784), 255), "value 255 at (0, 0) is above max 1"),
        (np.full((1, 784), 255), "are these 0 to 255? Then divide by 255"),
        (np.full((28, 28), -1.0), "value -1.0 at (0, 0) is below min 0"),
        (np.full((28, 28), "six"), "numbers are required"),
        ("six", "an array is required, not a str"),
        (None, "an array is required, not None"),
        ([[1, 2], [3]], "an array is required, not a list"),
        (10**400, "an array is required, not an int"),
    ],
)
def test_a_value_that_is_not_an_image_is_invalid_and_reaches_no_network(x, words):
    for spec in SPECS:
        assert not s.valid(spec, x)
        data = s.explain_data(spec, x)
        assert data is not None
        assert any(words in problem["reason"] for problem in data["problems"])
        assert all(problem["via"][-1] == "mnist/input" for problem in data["problems"])


@pytest.mark.parametrize(("spec", "valid"), [(spec, 6 in labels) for spec, labels in SPECS.items()])
def test_a_six_fits_the_specs_that_have_it(six, spec, valid):
    # (s/valid? ::mnist-image my-test-image) ;=> true
    assert s.valid(spec, six) is valid
    assert (s.conform(spec, six) is six) is valid  # (s/conform ::mnist-image my-test-image)


def test_explain_shows_the_label_read_and_the_required_label(six):
    assert s.explain_str("mnist/odd-mnist-image", six).startswith(
        "read as 6, but odd is required - value: array of shape "
    )
    assert s.explain_str("mnist/even-mnist-image", six) == "Success!"


@pytest.mark.parametrize(("spec", "labels"), SPECS.items())
def test_samples_are_read_as_labels_of_their_spec(spec, labels):
    images = s.sample(spec, 60, seed=2)
    assert {discriminate(image) for image in images} == labels


@pytest.mark.parametrize(
    ("spec", "name", "valid"),
    [
        # {:spec "mnist-image" :valid? true :sample-values [0 0 0 1 3 1 0 2 7 3]}
        ("mnist/mnist-image", "mnist-image", True),
        # {:spec "even-mnist-image" :valid? true :sample-values [0 0 2 0 8 2 2 2 0 0]}
        ("mnist/even-mnist-image", "even-mnist-image", True),
        # {:spec "odd-mnist-image" :valid? false :sample-values [5 1 5 1 3 3 3 1 1 1]}
        ("mnist/odd-mnist-image", "odd-mnist-image", False),
        # {:spec "odd-over-2-mnist-image" :valid? false :sample-values [3 3 3 5 3 5 7 7 7 3]}
        ("mnist/odd-over-2-mnist-image", "odd-over-2-mnist-image", False),
    ],
)
def test_test_model_spec_answers_the_posts_map_and_draws_all_samples(tmp_path, six, spec, name, valid):
    answer = test_model_spec(spec, six, seed=3, output=tmp_path)
    assert answer == {"spec": name, "valid": valid, "sample_values": answer["sample_values"]}
    assert len(answer["sample_values"]) == 10
    assert set(answer["sample_values"]) <= SPECS[spec]
    picture = Image.open(tmp_path / f"sample-{name}.jpg")
    assert picture.size == (168, 126)  # 4 x 3 cells of 28 pixels, enlarged 1.5 times
    for i in range(12):
        cell = picture.crop((i % 4 * 42, i // 4 * 42, (i % 4 + 1) * 42, (i // 4 + 1) * 42))
        assert bool(np.asarray(cell).max() > 100) is (i < 10)


@pytest.mark.parametrize(
    ("spec", "n", "error", "words"),
    [
        (s.and_("mnist/mnist-image", bool), 1, TypeError, "takes the name of a spec, .* not and_"),
        ({0, 1}, 1, TypeError, "not {0, 1}; register it first"),
        (model_specs.MNIST_IMAGE, 0, ValueError, "draws 1 sample or more, not 0"),
        (model_specs.MNIST_IMAGE, -1, ValueError, "draws 1 sample or more, not -1"),
    ],
)
def test_test_model_spec_says_what_it_takes(tmp_path, six, spec, n, error, words):
    with pytest.raises(error, match=words):
        test_model_spec(spec, six, n, output=tmp_path)
    assert not [*tmp_path.iterdir()]


def failing(least):
    """The labels that Hypothesis reports when images from `least` on fail."""
    seen: list[int] = []

    @seed(7)
    @settings(database=None, max_examples=100)
    @given(s.gen("mnist/mnist-image"))
    def check(image):
        seen.append(discriminate(image))
        assert seen[-1] < least

    with pytest.raises(AssertionError):
        check()
    return seen


@pytest.mark.parametrize("least", [1, 4, 7])
def test_a_failing_property_shrinks_to_the_smallest_label_that_fails(least):
    assert failing(least)[-1] == least


def test_another_set_of_models_can_be_used(tmp_path):
    for file in SHIPPED.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    try:
        assert model_specs.use_models(tmp_path) == tmp_path
        assert discriminate(generate(5)) == 5
    finally:
        assert model_specs.use_models() == SHIPPED


@pytest.mark.mxnet
def test_a_folder_without_models_is_refused_and_the_old_ones_stay(tmp_path):
    with pytest.raises(CheckpointError, match="python -m autoencoder train discriminator"):
        model_specs.use_models(tmp_path / "nowhere")
    assert discriminate(generate(5)) == 5


def test_images_are_drawn_as_squares_or_as_lines():
    assert pictures([np.zeros((1, 784)), np.zeros((28, 28))]).shape == (2, 1, 28, 28)
    assert pictures([np.zeros(6)]).shape == (1, 1, 1, 6)


def test_a_label_that_no_test_image_has_is_said(small_mnist):
    with pytest.raises(ValueError, match=r"the labels are .*, and 11 is not one of them"):
        first_image(11, small_mnist)
