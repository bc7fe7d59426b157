"""The pictures that are to be refused or accepted, and their figures."""

import numpy as np
import pytest
from PIL import Image

from autoencoder.data import idx
from autoencoder.evaluation import altered, ink, others, rejection
from autoencoder.recognition.recogniser import Recogniser
from autoencoder.training.synthetic import glyphs


def test_every_bar_has_its_pictures():
    kinds = {*others.OF_ANY, *others.OF_DIGITS, rejection.PHOTOGRAPH, rejection.EDGES}
    assert rejection.REFUSED.keys() == kinds
    assert rejection.ACCEPTED.keys() == altered.makers().keys()


def test_the_same_seed_makes_the_same_pictures(small_test):
    recogniser = Recogniser()
    wanted = rejection.Pictures(count=5, seed=3)
    once, again = (rejection.refuse(recogniser, small_test, wanted, are_digits=True) for _ in range(2))
    assert once.keys() == again.keys()
    assert all((once[kind].images == again[kind].images).all() for kind in once)
    assert all((once[kind].answers.score == again[kind].answers.score).all() for kind in once)
    one, other = (rejection.accept(recogniser, small_test, wanted) for _ in range(2))
    assert one == other


def test_figures_without_bars_are_all_reached(small_test):
    wanted = rejection.Pictures(count=2)
    probes = rejection.refuse(Recogniser(), small_test, wanted, are_digits=False, barred=False)
    figures = rejection.figures(Recogniser().recognise(small_test.images), small_test, probes, {})
    assert {figure.bar for figure in figures.values()} == {None}
    assert rejection.missed(figures) == []


def test_mnist_is_known_by_its_images(small_test, small_train):
    assert rejection.are_mnist(small_test)
    assert not rejection.are_mnist(small_train)


def test_a_photograph_that_is_none_is_named(small_test, tmp_path):
    (tmp_path / "dog.jpg").write_text("no picture")
    Image.new("L", (100, 100)).save(tmp_path / "black.png")
    for name in ("dog.jpg", "black.png", "nowhere.png"):
        with pytest.raises(idx.DataError, match=rf"{name}: expected a photograph, found"):
            rejection.refuse(
                Recogniser(),
                small_test,
                rejection.Pictures(photograph=tmp_path / name, count=2),
                are_digits=True,
            )


@pytest.mark.parametrize("kind", {**others.OF_ANY, **others.OF_DIGITS})
def test_each_kind_of_others_is_of_images_that_differ(kind, small_test):
    maker = {**others.OF_ANY, **others.OF_DIGITS}[kind]
    pictures = others.make({kind: maker}, small_test, 20, seed=1)[kind]
    assert (pictures.shape, pictures.dtype) == ((20, 784), np.float32)
    assert pictures.min() >= 0
    assert pictures.max() <= 1
    assert len({bytes(picture) for picture in pictures}) >= 18


@pytest.mark.parametrize("kind", [kind for kind in altered.makers() if "scikit" not in kind])
def test_each_kind_of_altered_digits_is_of_images_with_labels(kind, small_test):
    images, labels = altered.makers()[kind](small_test, 20, np.random.default_rng(1))
    assert (images.shape, images.dtype, labels.shape) == ((20, 784), np.float32, (20,))
    assert images.min() >= 0
    assert images.max() <= 1
    assert np.isin(labels, range(10)).all()


def test_scikit_learns_digits_are_measured_where_they_are_installed(small_test):
    pytest.importorskip("sklearn")
    for maker in altered.SCIKIT_LEARN.values():
        images, labels = maker(small_test, 20, np.random.default_rng(1))
        assert images.shape == (20, 784)
        assert labels.tolist() == [*range(10), *range(10)]


def test_the_pictures_that_measure_share_no_font_with_training():
    assert not set(ink.FONTS) & set(glyphs.FONTS)


def test_scores_of_strangers_are_told_from_those_of_digits():
    digits_, strangers = np.arange(100.0), np.array([-1.0, 94.0, 95.5, 200.0])
    assert rejection.auroc(digits_, strangers) == pytest.approx((0 + 0.945 + 0.96 + 1) / 4)
    assert rejection.false_positives(digits_, strangers) == 0.5
    assert rejection.auroc(digits_, digits_) == pytest.approx(0.5)
