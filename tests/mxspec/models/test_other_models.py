"""Model specs take any model: one of numpy alone, one of scikit-learn, one of PyTorch."""

import functools
import random

import numpy as np
import pytest
from hypothesis import find, settings

import mxspec as s
from tests.mxspec.mnist import digits

pytestmark = pytest.mark.few(3)

STYLE = 8
IMAGE = s.array([(784,), (1, 784), (28, 28)], min=0, max=1, finite=True)


def rows(images):
    """Many images as float32 (n, 784), which an input spec has most often made of them already."""
    return np.asarray(images, np.float32).reshape(-1, 784)


def halves(read_rows, make_rows):
    """discriminate and generate of a model that is one of many images at once.

    Args:
        read_rows: from (n, 784) to (n, 10), how likely each digit is.
        make_rows: from (n,) labels and (n, 8) styles to (n, 784).
    """

    def read_many(images):
        likely = read_rows(rows(images))
        return [s.Reading(int(p.argmax()), confidence=float(p.max())) for p in likely]

    @s.batched(read_many)
    def discriminate(image):
        return read_many([image])[0]

    def generate_many(labels, styles):
        return np.clip(make_rows(np.asarray(labels), np.asarray(styles)), 0, 1)[:, None].astype(np.float32)

    @s.batched(generate_many)
    def generate(label, style):
        return generate_many([label], [style])[0]

    return discriminate, generate


def softmax(logits):
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def of_numpy(images, labels):
    """The nearest class mean, and noise around it."""
    means = np.stack([images[labels == digit].mean(0) for digit in range(10)])
    noise = np.random.default_rng(1).normal(0, 0.02, (STYLE, 784))
    return halves(
        lambda x: softmax(-((x[:, None] - means) ** 2).sum(2)),
        lambda digits, styles: means[digits] + styles @ noise,
    )


def of_sklearn(images, labels):
    """Linear discriminants, and the principal components of each class."""
    pytest.importorskip("sklearn")
    from sklearn.decomposition import PCA
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    classifier = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.2).fit(images, labels)
    classes = [PCA(STYLE, whiten=True, random_state=1).fit(images[labels == digit]) for digit in range(10)]

    def make_rows(digits, styles):
        return np.stack(
            [
                classes[digit].inverse_transform(0.5 * style[None])[0]
                for digit, style in zip(digits, styles, strict=True)
            ]
        )

    return halves(classifier.predict_proba, make_rows)


def of_torch(images, labels):
    """Two perceptrons: a classifier, and the decoder of an autoencoder that is told the digit."""
    torch = pytest.importorskip("torch")
    from torch import nn
    from torch.nn import functional

    torch.set_num_threads(1)  # those of so small a network would wait for each other
    torch.manual_seed(1)
    classifier = nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))
    encoder = nn.Linear(784, STYLE)
    decoder = nn.Sequential(nn.Linear(10 + STYLE, 64), nn.ReLU(), nn.Linear(64, 784), nn.Sigmoid())
    optimiser = torch.optim.Adam(
        [p for net in (classifier, encoder, decoder) for p in net.parameters()], 3e-3
    )
    x, y = torch.from_numpy(images), torch.from_numpy(labels)
    told = functional.one_hot(y, 10).float()
    for step in range(300):
        some = slice(step * 125 % len(x), step * 125 % len(x) + 125)
        style = encoder(x[some])
        # Noise, and a price on its length, keep the styles around zero, where they are drawn from.
        drawn = decoder(torch.cat([told[some], style + torch.randn_like(style)], 1))
        loss = functional.cross_entropy(classifier(x[some]), y[some])
        loss = loss + 20 * functional.mse_loss(drawn, x[some]) + 0.1 * style.square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    @torch.no_grad()
    def read_rows(images):
        return classifier(torch.from_numpy(images)).softmax(1).numpy()

    @torch.no_grad()
    def make_rows(digits, styles):
        told = functional.one_hot(torch.from_numpy(digits), 10).float()
        return decoder(torch.cat([told, torch.from_numpy(styles).float()], 1)).numpy()

    return halves(read_rows, make_rows)


MAKERS = {"numpy": of_numpy, "sklearn": of_sklearn, "torch": of_torch}


@functools.cache
def model(kind):
    """The specs of one kind of model: of all digits, of the even ones, and of each."""
    discriminate, generate = MAKERS[kind](*digits("train", 2500))
    labels = {"digit": s.int_in(0, 10), "even": s.and_(s.int_in(0, 10), s.is_even)}
    labels |= {str(digit): {digit} for digit in range(10)}
    for name, spec in labels.items():
        s.def_model_spec(
            f"{kind}/{name}",
            spec,
            discriminate,
            generate,
            input=IMAGE,
            latent=lambda: s.standard_normal(STYLE),
        )
    return discriminate, generate


@pytest.fixture(params=MAKERS)
def kind(request):
    model(request.param)
    return request.param


def test_most_real_digits_are_valid_by_their_own_spec_and_no_other(kind):
    images, labels = digits("t10k", 60)
    own = [s.valid(f"{kind}/{label}", image) for image, label in zip(images, labels, strict=True)]
    next_ = [
        s.valid(f"{kind}/{(label + 1) % 10}", image) for image, label in zip(images, labels, strict=True)
    ]
    assert np.mean(own) > 0.75
    assert np.mean(next_) < 0.1
    assert s.valid(s.coll_of(f"{kind}/digit"), list(images))


def test_explain_shows_the_reading_and_the_requirement(kind):
    discriminate, _ = model(kind)
    images, _ = digits("t10k", 50)
    odd = next(image for image in images if discriminate(image).label % 2)
    label, confidence = discriminate(odd).label, discriminate(odd).confidence
    assert f"read as {label} ({confidence:.2f}), but even is required" in s.explain_str(f"{kind}/even", odd)
    assert "is below min 0" in s.explain_str(f"{kind}/even", -odd)


def test_samples_are_valid_and_of_all_labels_and_differ(kind):
    discriminate, _ = model(kind)
    images = s.sample(f"{kind}/even", 60, seed=3)
    assert all(s.valid(f"{kind}/even", image) for image in images)
    assert {discriminate(image).label for image in images} == {0, 2, 4, 6, 8}
    assert len({image.tobytes() for image in images}) == 60


def test_a_property_that_fails_shrinks_to_the_plain_picture_of_the_smallest_digit(kind):
    discriminate, generate = model(kind)
    smallest = find(
        s.gen(f"{kind}/digit"),
        lambda image: discriminate(image).label >= 4,
        settings=settings(database=None, max_examples=100),
        random=random.Random(7),
    )
    assert np.array_equal(smallest, generate(4, np.zeros(STYLE)))


@functools.cache
def of_any_digit():
    return s.from_examples(digits("train", 2500)[0].reshape(-1, 1, 784), of="digits")


def test_any_classifier_gets_the_half_that_says_whether_it_is_a_digit_at_all(kind):
    discriminate, _ = model(kind)
    name = s.def_model_spec(f"{kind}/any", s.int_in(0, 10), discriminate, input=of_any_digit())
    images = list(digits("t10k", 200)[0].reshape(-1, 1, 784))
    noise = np.random.default_rng(1).random((1, 784)).astype("float32")
    assert np.mean([s.valid(name, image) for image in images]) >= 0.98
    assert s.valid(f"{kind}/digit", noise)
    assert "anomaly score above all 1,250 digits, the limit is 99%" in s.explain_str(name, noise)
    assert s.valid(s.coll_of(name), s.sample(name, 20, seed=1))
