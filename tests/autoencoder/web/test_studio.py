"""The work behind the page, for other pictures than digits and other models than networks."""

import numpy as np
import pytest
from hypothesis import strategies as st

import mxspec as s
from autoencoder.data.labels import Labels
from autoencoder.digits.family import Family
from autoencoder.networks.pair import Models
from autoencoder.web.studio import NotPicturesError, Studio
from tests.autoencoder.web.conftest import png

SHAPE = (6, 4)


def bar(label, light=1.0):
    """A bar on the left or on the right of a picture."""
    picture = np.zeros(SHAPE, np.float32)
    picture[:, 0 if label == "left" else 3] = light
    return picture.reshape(1, -1)


def side(image):
    columns = np.asarray(image).reshape(SHAPE).sum(axis=0)
    return "left" if columns[0] > columns[3] else "right"


def loaded(latent):
    def draw(labels, lights=None):
        return [*map(bar, labels, [1.0] * len(labels) if lights is None else lights)]

    return Models(Labels(SHAPE, ("left", "right")), lambda images: [*map(side, images)], draw, latent)


@pytest.fixture(
    params=[None, lambda: st.floats(0.5, 1)], ids=["one picture a label", "a number beside the label"]
)
def studio(request):
    family = Family("sides", lambda folder, runtime: loaded(request.param), check=lambda *_: None)
    names = [s.def_("sides/label", {"left", "right"}), "sides/input", "sides/image", "sides/left"]
    family.use_models()
    family.define("image")
    family.define("left", {"left"})
    yield Studio(family, "sides/left", seed=1)
    for name in names:
        s.def_(name, None)


def test_pictures_of_another_size_are_looked_at(studio):
    white = np.full((60, 40), 0.2)
    white[:, 30:] = 1
    data = studio.look(png(white))
    assert (data["label"], data["confidence"], data["again_label"]) == ("right", None, "right")
    assert data["style"] is None
    assert {each["spec"]: each["valid"] for each in data["specs"]} == {
        "sides/left": False,
        "sides/image": True,
    }


def test_a_style_that_is_not_an_array_has_no_sliders(studio):
    about = studio.describe()
    assert about["style"] == {"size": 0, "main": [], "names": []}
    assert about["shape"] == [6, 4]
    assert [each["labels"] for each in about["specs"]] == [["left"], ["left", "right"]] or [
        each["labels"] for each in about["specs"]
    ] == [["left", "right"], ["left"]]


def test_samples_and_counterexamples_are_drawn(studio):
    assert studio.draw_one("sides/left", None, None, None)["label"] == "left"
    _, labels = studio.samples("sides/image", 20, 1, 2)
    assert {*labels} == {"left", "right"}
    found = studio.counterexample("sides/image", "sides/left")
    assert (found["label"], found["yes"]["valid"], found["no"]["valid"]) == ("right", True, False)
    assert studio.counterexample("sides/left", "sides/image")["image"] is None


def test_specs_of_another_size_are_no_counterexamples_here(studio):
    import autoencoder.digits  # noqa: F401

    assert "digits/image" not in studio.describe()["others"]
    with pytest.raises(NotPicturesError, match="another size"):
        studio.samples("digits/image", 1, 1, 1)
    with pytest.raises(NotPicturesError, match="another size"):
        studio.counterexample("sides/image", "digits/image")
