"""Models ask many values or one, families ask the models in use."""

import numpy as np
import pytest

import mxspec as s
from autoencoder.data.labels import DIGITS, LabelError, Labels
from autoencoder.digits.family import Family
from autoencoder.networks.pair import Models

DARK, LIGHT = np.zeros((1, 784), np.float32), np.ones((1, 784), np.float32)


def models_of(names=DIGITS.names):
    """Two labels told by brightness, in the place of networks; each batch that they are asked is noted."""
    asked = []

    def read_many(images):
        asked.append(len(images))
        return [names[int(image.max())] for image in images]

    def generate_many(labels):
        asked.append(len(labels))
        return [(DARK, LIGHT)[names.index(label)] for label in labels]

    return Models(Labels((28, 28), tuple(names)), read_many, generate_many), asked


def test_one_value_is_a_batch_of_one():
    models, asked = models_of()
    assert models.read(LIGHT) == 1
    assert models.generate(0) is DARK
    assert asked == [1, 1]


def family_of(namespace, loaded, **options):
    return Family(
        namespace, lambda folder, runtime: loaded[folder], label="label", check=lambda *args: None, **options
    )


def test_specs_ask_the_models_that_are_picked_last(tmp_path):
    loaded = {
        tmp_path / "a": models_of(["dark", "light"])[0],
        tmp_path / "b": models_of(["light", "dark"])[0],
    }
    family = family_of("test-family", loaded)
    s.def_(family.label, {"dark", "light"})
    assert family.use_models(tmp_path / "a") == tmp_path / "a"
    spec = family.define("bright", {"light"})
    assert spec == "test-family/bright"
    assert (s.valid(spec, LIGHT), s.valid(spec, DARK)) == (True, False)
    family.use_models(str(tmp_path / "b"))
    assert (s.valid(spec, LIGHT), s.valid(spec, DARK)) == (False, True)


def test_a_collection_is_one_question(tmp_path):
    models, asked = models_of(["dark", "light"])
    family = family_of("test-batch", {tmp_path: models})
    s.def_(family.label, {"dark", "light"})
    family.use_models(tmp_path)
    spec = family.define("image")
    assert s.valid(s.coll_of(spec), [DARK, LIGHT, DARK.copy()])
    assert asked == [3]
    assert s.form(spec)[1] == family.label


def test_models_that_a_family_is_not_for_leave_it_as_it_was(tmp_path):
    loaded = {tmp_path / "a": models_of()[0], tmp_path / "b": models_of(["dark", "light"])[0]}

    def check(labels, folder, namespace):
        if labels.names != DIGITS.names:
            raise LabelError(f"{namespace}: {folder}")

    family = Family("test-check", lambda folder, runtime: loaded[folder], check=check)
    family.use_models(tmp_path / "a")
    with pytest.raises(LabelError, match=r"test-check: .*b"):
        family.use_models(tmp_path / "b")
    assert family.models is loaded[tmp_path / "a"]
