"""Specs of other data sets than digits: a, b, c and d, 20 pixels high and 16 wide."""

import numpy as np
import pytest
from PIL import Image

import mxspec as s
from autoencoder import discriminator, families, generator
from autoencoder.__main__ import main
from autoencoder.data import idx
from autoencoder.data.labels import LabelError, Labels
from autoencoder.data.storage import CheckpointError
from autoencoder.networks import checkpoint
from autoencoder.networks.checkpoint import SHIPPED
from tests.autoencoder.edits import resealed

pytestmark = pytest.mark.mxnet


@pytest.fixture(scope="module")
def model_dir(letters, tmp_path_factory):
    """A folder of the post's networks, trained on letters."""
    folder = tmp_path_factory.mktemp("model")
    options = ["--data-dir", letters, "--model-dir", folder, "--output", folder / "results"]
    words = ["--epochs", "8", "--group", "vowel=a", "--group", "late=c,d"]
    assert main(["train", "all", *map(str, options), *words]) == 0
    return folder


@pytest.fixture(scope="module")
def family(model_dir):
    return families.define("letters", model_dir)


@pytest.fixture(scope="module")
def test_images(letters):
    return idx.load("t10k", letters)


def test_networks_follow_the_size_of_images_and_the_labels(model_dir):
    read = checkpoint.load_module(model_dir / "discriminator", 8, discriminator.network(4, 320))
    draw = checkpoint.load_module(model_dir / "generator", 8, generator.network(4, 320))
    assert (read.data_shapes[0].shape, read.output_shapes[0][1]) == ((1, 320), (1, 4))
    assert (draw.data_shapes[0].shape, draw.output_shapes[0][1]) == ((1,), (1, 320))
    found = Labels.load(model_dir)
    assert found == Labels((20, 16), ("a", "b", "c", "d"), {"vowel": ("a",), "late": ("c", "d")})


def test_pictures_have_the_size_of_the_images(model_dir):
    # A hundred images of 16x20 in a square, half as large again.
    assert Image.open(model_dir / "results" / "originals.jpg").size == (240, 300)


def test_images_are_read_by_the_names_of_their_labels(family, test_images):
    read = family.models.read_many(test_images.images)
    right = np.mean([name == "abcd"[label] for name, label in zip(read, test_images.labels, strict=True)])
    assert right > 0.9


@pytest.mark.parametrize(
    ("spec", "names"),
    [
        ("letters/image", set("abcd")),
        ("letters/vowel", {"a"}),
        ("letters/late", {"c", "d"}),
        ("letters/b", {"b"}),
    ],
)
def test_samples_are_read_as_the_labels_of_their_spec(family, spec, names):
    images = s.sample(spec, 40, seed=1)
    assert {family.models.read(image) for image in images} == names
    assert {image.shape for image in images} == {(1, 320)}


def test_explain_speaks_in_the_words_of_the_data_set(family):
    image = family.models.generate("b")
    assert s.valid("letters/image", image)
    assert s.explain_str("letters/vowel", image).startswith("read as 'b', but {'a'} is required - value: ")
    assert "shape is (28, 28), (320,) or (1, 320) or (20, 16)" in s.explain_str(
        "letters/image", np.zeros((28, 28))
    )


def test_a_spec_of_some_labels_is_defined_in_a_line(family):
    assert family.define("early", {"a", "b"}) == "letters/early"
    assert {family.models.read(image) for image in s.sample("letters/early", 30, seed=2)} == {"a", "b"}


def test_a_label_that_there_is_not_has_no_image(family):
    with pytest.raises(LabelError, match="the labels are 'a', 'b', 'c', 'd', and 'z' is not one of them"):
        family.models.generate("z")


@pytest.mark.parametrize("name", ["label", "input", "image"])
def test_a_group_can_not_take_the_name_of_another_spec(name, tmp_path):
    for path in SHIPPED.glob("[dg]*-*"):
        (tmp_path / path.name).symlink_to(path)
    resealed(tmp_path)
    Labels((28, 28), tuple(range(10)), {name: (1,)}).save(tmp_path)
    with pytest.raises(LabelError, match=f"can't be called '{name}'"):
        families.define("taken", tmp_path)


def test_checkpoints_and_labels_have_to_go_together(model_dir, tmp_path):
    for path in model_dir.glob("*-*"):
        (tmp_path / path.name).symlink_to(path)
    resealed(tmp_path)
    Labels((20, 15), tuple("abcd")).save(tmp_path)
    with pytest.raises(CheckpointError, match=r"expected encode1_weight \(100, 300\), found \(100, 320\)"):
        families.load(tmp_path)
    Labels((20, 16), tuple("abc")).save(tmp_path)
    with pytest.raises(CheckpointError, match=r"expected the layers result\(3\), found result\(4\)"):
        families.load(tmp_path)


def test_the_command_line_samples_any_of_the_specs(model_dir, tmp_path, capsys):
    sheet = tmp_path / "late.png"
    given_options = ["--model-dir", str(model_dir), "-n", "4", "--seed", "1", "-o", str(sheet)]
    assert main(["sample", "letters/late", *given_options]) == 0
    assert set(capsys.readouterr().out.split("read as ")[1].split()) <= {"c", "d"}
    assert Image.open(sheet).size == (48, 60)


def test_the_command_line_reads_a_picture_of_any_size(model_dir, test_images, tmp_path, capsys):
    row = next(
        image
        for image, label in zip(test_images.images, test_images.labels, strict=True)
        if label == 0 and families.load(model_dir).read(image[None]) == "a"
    )
    path = tmp_path / "a.png"
    Image.fromarray((row.reshape(20, 16) * 255).astype(np.uint8)).resize((80, 100)).save(path)
    assert main(["valid", "letters/vowel", str(path), "--model-dir", str(model_dir)]) == 0
    assert "it is read as a" in capsys.readouterr().out
    assert main(["valid", "letters/late", str(path), "--model-dir", str(model_dir)]) == 1
    assert "read as 'a'" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["sample", "mnist/mnist-image"], "mnist/... are specs of the digits 0 to 9"),
        (
            ["sample", "letters/vowl"],
            "no spec is registered under 'letters/vowl'; did you mean 'letters/vowel'?",
        ),
    ],
)
def test_the_command_line_reports_unknown_specs(model_dir, command, words, refused):
    assert words in refused(*command, "--model-dir", model_dir)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--labels", "x,y"], "there are 4 labels, 0 to 3, but 2 names for them: x, y"),
        (["--labels", "/nowhere/names"], "/nowhere/names: expected the names of labels"),
        (["--group", "vowel=e"], "'e' is not one of them"),
        (["--group", "vowel"], "a group of labels is given as vowel=a,e,i,o,u, not as 'vowel'"),
    ],
)
def test_words_that_do_not_fit_stop_training_before_it_begins(options, words, letters, tmp_path, refused):
    folders = ["--data-dir", letters, "--model-dir", tmp_path / "model", "--output", tmp_path / "results"]
    assert words in refused("train", "generator", *folders, *options)
    assert not list(tmp_path.iterdir())
