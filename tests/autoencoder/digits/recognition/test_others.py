"""Near misses of a spec of digits have letters, signs and scribbles that a network reads as a digit."""

import dataclasses

import numpy as np
import pytest

import mxspec as s
from autoencoder import digits
from autoencoder.data.pictures import MNIST, Frame
from autoencoder.digits.recognition import others
from autoencoder.digits.recognition.recogniser import Recogniser

KIND = "another kind"


def of_another_kind(misses):
    return {miss.border.at: miss.value for miss in misses if miss.border.kind == KIND}


@pytest.fixture(scope="module")
def likeliest():
    """A network that reads a digit in any picture."""
    recogniser = Recogniser()
    return lambda image: int(recogniser.recognise(np.reshape(image, (1, 784))).nearest[0])


SPECS = {
    "digits/image": [*range(10)],
    "digits/even-image": [0, 2, 4, 6, 8],
    "digits/odd-over-2-image": [3, 5, 7, 9],
}


@pytest.mark.parametrize("digit", [0, 3, 8])
def test_other_things_like_a_digit_are_refused_though_a_network_reads_the_digit(digit, likeliest):
    drawn = s.get_spec("digits/image").others(digit)
    assert drawn
    assert {likeliest(image) for image in drawn} == {digit}
    assert {digits.discriminate(image) for image in drawn} == {None}


@pytest.mark.slow
@pytest.mark.parametrize("spec", SPECS)
def test_a_guard_that_does_not_ask_for_a_digit_at_all_is_noticed(spec, likeliest):
    """It refuses each wrong array, each picture without ink and noise, and each other digit."""

    def guard(image):
        has_ink = s.valid("digits/input", image) and 0.02 < image.mean() < 0.4
        return has_ink and likeliest(image) in SPECS[spec]

    report = s.check_guard(guard, spec)
    noticed = of_another_kind(report.missed)
    assert {*noticed} == {f"like {digit}" for digit in SPECS[spec]}
    assert {digits.discriminate(image) for image in noticed.values()} == {None}
    assert {f"like {likeliest(image)}" for image in noticed.values()} == {*noticed}
    assert "values of another kind" in {each.text for each in report.conditions if each.asked}


@pytest.mark.slow
def test_a_spec_of_digits_agrees_with_itself_on_other_things():
    assert s.check_guard("digits/image", "digits/image")


def test_what_was_drawn_prints_as_its_call():
    image = digits.draw_other("W")
    assert repr(image) == "digits.draw_other('W')"
    assert (image == digits.draw_other("W")).all()
    assert (image != digits.draw_other("V")).any()


@pytest.mark.parametrize("frame", [MNIST, Frame((20, 16), (14, 12), (10.0, 8.0))], ids=["MNIST", "smaller"])
def test_each_drawing_is_another_picture_of_the_frame_in_use(frame):
    drawn = [others.draw_other_thing(each, frame) for each in others.OTHERS]
    assert {image.shape for image in drawn} == {(1, frame.shape[0] * frame.shape[1])}
    assert all(
        image.min() >= 0 and image.max() == (each != "")
        for image, each in zip(drawn, others.OTHERS, strict=True)
    )
    assert len({image.tobytes() for image in drawn}) == len(others.OTHERS)


@pytest.mark.slow
def test_models_without_other_things_say_that_none_was_asked(monkeypatch):
    models = dataclasses.replace(digits.family.models, others_like=None)
    monkeypatch.setattr(digits.family, "models", models)
    report = s.check_guard("digits/image", "digits/image")
    assert not report
    assert report.untried == ("values of another kind",)
