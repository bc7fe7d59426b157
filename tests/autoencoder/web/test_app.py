"""The server's answers, without a browser."""

import base64
import enum
import io
import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import mxspec as s
from autoencoder import digits
from autoencoder.web.app import create_app
from autoencoder.web.studio import UNLIKE, Studio
from tests.autoencoder.mnist import first_image
from tests.autoencoder.web.conftest import png
from tests.measurements.networks.probe_kinds import draw_pictures

pytestmark = pytest.mark.few(10)


def pixels(url):
    """The pixels of an address that holds a picture."""
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.removeprefix("data:image/png;base64,")))))


# --- valid ------------------------------------------------------------------------------------------------


def test_a_valid_picture_is_answered_200_with_its_label(client, six):
    response = client.post("/valid/digits/even-image", content=six, headers={"Content-Type": "image/png"})
    data = response.json()
    assert response.status_code == 200
    assert (data["spec"], data["valid"], data["label"], data["errors"]) == ("digits/even-image", True, 6, [])
    assert data["confidence"] > 0.9


def test_a_picture_that_does_not_fit_is_answered_422_with_the_reason(client, six):
    response = client.post("/valid/digits/odd-image", content=six)
    [error] = response.json()["errors"]
    assert response.status_code == 422
    assert error["msg"].startswith("read as 6 (")
    assert error["msg"].endswith(", but odd is required")
    assert error.keys() == {"loc", "msg", "type", "input", "ctx"}


@pytest.mark.parametrize("file_format", ["JPEG", "WEBP", "GIF", "BMP", "TIFF"])
def test_pictures_of_other_formats_are_read(client, file_format):
    grey = np.kron(first_image(6).reshape(28, 28), np.ones((10, 10)))
    assert client.post("/valid/digits/even-image", content=png(grey, format=file_format)).status_code == 200


@pytest.mark.parametrize(
    ("spec", "value", "code", "words"),
    [
        ("digits/image", digits.generate(3).tolist(), 200, None),
        ("digits/image", digits.generate(3).ravel().tolist(), 200, None),
        ("digits/image", digits.generate(3).reshape(28, 28).tolist(), 200, None),
        ("digits/even-image", digits.generate(3).tolist(), 422, "but even is required"),
        ("digits/image", np.full((28, 28), 255).tolist(), 422, "are these 0 to 255?"),
        ("digits/image", [[0, 0], [0]], 422, "array"),
        ("digits/image", [], 422, "shape"),
        ("digits/image", ["a"], 422, ""),
        ("digits/image", {"pixels": 3}, 422, "array"),
        ("digits/image", "three", 422, "array"),
        ("digits/number", 7, 200, None),
        ("digits/number", 70, 422, "an int from 0 to 9 is required"),
        ("digits/style", [0.0] * 16, 200, None),
        ("digits/style", [0.0] * 15, 422, "(15,)"),
    ],
)
def test_json_is_asked_about_as_it_is(client, spec, value, code, words):
    response = client.post(f"/valid/{spec}", json=value)
    assert response.status_code == code
    assert response.json()["valid"] == (words is None)
    if words is not None:
        assert words in response.json()["errors"][0]["msg"]


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (b"no picture", "picture", "not a picture that can be read"),
        (b"", "picture", "not a picture that can be read"),
        (b"[1, 2", "json", "not JSON"),
        (b"[" * 100_000, "json", "not JSON"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "picture", "not a picture that can be read"),
    ],
)
def test_an_unreadable_body_is_answered_like_an_invalid_value(client, content, kind, words):
    response = client.post("/valid/digits/image", content=content)
    assert response.status_code == 422
    [error] = response.json()["errors"]
    assert error["type"] == kind
    assert words in error["msg"]


def test_a_cut_off_picture_does_not_fit(client, six):
    assert client.post("/valid/digits/image", content=six[: len(six) // 2]).status_code == 422


def test_an_unknown_spec_is_404_and_the_nearest_is_named(client, six):
    for response in (
        client.post("/valid/digits/od-image", content=six),
        client.post("/valid/digits/od-image", json=[1]),
        client.get("/sample/digits/od-image.png"),
        client.get("/one/digits/od-image"),
        client.get("/counterexample", params={"fits": "digits/od-image", "but_not": "digits/image"}),
    ):
        assert response.status_code == 404
        assert "did you mean 'digits/odd-image'?" in response.json()["detail"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@settings(database=None, max_examples=30)
@given(value=JSON, spec=st.sampled_from(["digits/image", "digits/number", "mnist/mnist-image"]))
def test_any_json_is_answered(client, value, spec):
    content = json.dumps(value).encode()
    response = client.post(f"/valid/{spec}", content=content, headers={"Content-Type": "application/json"})
    assert response.status_code == (200 if response.json()["valid"] else 422)
    assert response.json()["valid"] == (not response.json()["errors"])


@settings(database=None, max_examples=30)
@given(start=st.integers(0, 400), flipped=st.binary(min_size=1, max_size=20), cut=st.integers(0, 500))
def test_any_damaged_picture_is_answered(client, six, start, flipped, cut):
    content = (six[:start] + flipped + six[start + len(flipped) :])[: len(six) - cut]
    assert client.post("/valid/digits/image", content=content).status_code in (200, 422)


# --- samples ----------------------------------------------------------------------------------------------


def test_samples_are_those_of_the_spec_and_repeat_under_a_seed(client):
    first, again = (client.get("/sample/digits/odd-image.png?n=5&seed=3&scale=1") for _ in range(2))
    assert first.headers["content-type"] == "image/png"
    assert first.content == again.content
    labels = json.loads(first.headers["x-labels"])
    assert len(labels) == 5
    assert all(label % 2 == 1 for label in labels)
    sheet = np.asarray(Image.open(io.BytesIO(first.content)))
    assert sheet.shape == (56, 84)
    expected = s.sample("digits/odd-image", 5, seed=3)[4].reshape(28, 28)
    assert np.abs(sheet[28:, 28:56] / 255 - expected).max() < 0.01


def test_a_sample_is_as_large_as_asked_for(client):
    sizes = [
        Image.open(io.BytesIO(client.get(f"/sample/mnist/mnist-image.png?seed=1{more}").content)).size
        for more in ("", "&scale=2")
    ]
    assert sizes == [(224, 224), (56, 56)]


@pytest.mark.parametrize(
    "query", ["n=0", "n=101", "n=1e3", "n=٣", "seed=-1", "seed=" + "9" * 5000, "seed=2.5", "scale=17"]
)
def test_numbers_out_of_bounds_are_refused(client, query):
    response = client.get(f"/sample/digits/image.png?{query}")
    assert response.status_code == 422
    [problem] = response.json()["detail"]
    assert problem["loc"] == ["query", query.partition("=")[0]]


def test_a_spec_of_other_things_has_no_pictures(client):
    response = client.get("/sample/digits/number.png")
    assert response.status_code == 404
    assert response.json()["detail"].startswith("digits/number has no pictures; try one of ")
    assert " digits/image," in response.json()["detail"]


def test_a_picture_of_a_label_and_a_style_equals_the_generators_image(client):
    style = np.linspace(-1, 1, 16).round(2)
    query = {"label": "7", "style": style.tolist()}
    data = client.get("/one/digits/odd-image", params=query).json()
    assert (data["label"], data["style"]) == ("7", style.tolist())
    expected = digits.generate(7, style).reshape(28, 28)
    assert np.abs(pixels(data["image"]) / 255 - expected).max() < 0.01


def test_one_of_any_style_is_one_that_its_spec_accepts(client):
    for seed in range(5):
        data = client.get("/one/digits/even-image", params={"seed": seed}).json()
        assert data == client.get("/one/digits/even-image", params={"seed": seed}).json()
        image = digits.generate(int(data["label"]), np.array(data["style"]))
        assert s.valid("digits/even-image", image)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"label": "4"}, "digits/odd-image does not accept the label '4'"),
        ({"label": "cat"}, "digits/odd-image does not accept the label 'cat'"),
        ({"style": [1, 2]}, "expected a style of 16 numbers, found 2"),
        ({"style": [1, "x"]}, "should be a valid number"),
        ({"style": [1, "nan"]}, "should be a finite number"),
        ({"style": [101]}, "less than or equal to 100"),
    ],
    ids=str,
)
def test_labels_and_styles_that_there_are_not_are_refused(client, query, words):
    response = client.get("/one/digits/odd-image", params=query)
    assert response.status_code == 422
    assert words in str(response.json()["detail"])


# --- counterexamples --------------------------------------------------------------------------------------


def test_a_counterexample_fits_one_spec_and_not_the_other_also_as_a_file(client):
    query = {"fits": "digits/image", "but_not": "digits/odd-image", "seed": 2}
    data = client.get("/counterexample", params=query).json()
    assert (data["yes"]["valid"], data["no"]["valid"]) == (True, False)
    assert "but odd is required" in data["no"]["sentence"]
    file = client.get("/counterexample.png", params=query)
    assert Image.open(io.BytesIO(file.content)).size == (280, 280)
    assert client.post("/valid/digits/image", content=file.content).status_code == 200
    assert client.post("/valid/digits/odd-image", content=file.content).status_code == 422


def test_a_missing_counterexample_is_reported(client):
    query = {"fits": "digits/odd-over-2-image", "but_not": "digits/odd-image"}
    data = client.get("/counterexample", params=query).json()
    assert data["image"] is None
    assert data["tried"] > 100
    response = client.get("/counterexample.png", params=query)
    assert response.status_code == 404
    assert "fits digits/odd-over-2-image alone" in response.json()["detail"]


def test_a_counterexample_takes_two_specs(client):
    response = client.get("/counterexample?fits=digits/image")
    [problem] = response.json()["detail"]
    assert (response.status_code, problem["loc"], problem["type"]) == (422, ["query", "but_not"], "missing")


# --- the page's own ---------------------------------------------------------------------------------------


def test_a_picture_is_shown_read_drawn_again_and_judged_by_all_specs_of_the_family(client, six):
    data = client.post("/look", content=six).json()
    assert (data["blank"], data["label"], data["again_label"]) == (False, "6", "6")
    assert data["confidence"] > 0.9
    assert len(data["style"]) == 16
    assert 0 < data["unexplained"] < 0.5
    assert [pixels(data[name]).shape for name in ("shown", "again", "difference")] == [(28, 28)] * 2 + [
        (28, 28, 3)
    ]
    said = {each["spec"]: each for each in data["specs"]}
    assert [*said] == [name for name in s.registry() if name.startswith("digits/") and name.endswith("image")]
    assert {name for name, each in said.items() if each["valid"]} == {"digits/image", "digits/even-image"}
    assert "but odd is required" in said["digits/odd-image"]["sentence"]


def test_the_page_and_the_answer_say_how_a_picture_was_edited(client):
    page = np.kron(1 - digits.generate(6).reshape(28, 28), np.ones((5, 5)))
    y, x = np.indices((260, 260)) - 130
    page = np.where(abs(np.hypot(x, y) - 115) < 5, 0, np.pad(page, 60, constant_values=1))
    remark = "without the ring around it"
    assert client.post("/look", content=png(page)).json()["remark"] == remark
    verdict = client.post("/valid/digits/even-image", content=png(page)).json()
    assert (verdict["label"], verdict["remark"]) == (6, remark)


def test_an_unrecognised_picture_has_a_reason_and_no_label(client):
    page = np.ones((100, 100))
    page[20:80, 10:14] = page[20:80, 50:54] = page[20:80, 86:90] = 0
    page[48:52, 10:90] = 0
    data = client.post("/look", content=png(page)).json()
    assert data["label"] is None
    assert data["reason"]
    assert not any(each["valid"] for each in data["specs"])


def test_a_reason_that_is_only_a_score_is_in_plain_words(client, small_test):
    reasons = []
    for picture in draw_pictures("one-stroke scribbles", small_test, 6, 0).framed:
        data = client.post("/look", content=png(1 - picture.reshape(28, 28).repeat(8, 0).repeat(8, 1))).json()
        reasons += [data["reason"]] * (data["label"] is None)
    assert UNLIKE in reasons
    assert not [reason for reason in reasons if "score" in reason]


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_the_page_says_nothing_about_an_empty_drawing(client, level):
    assert client.post("/look", content=png(np.full((280, 280), level))).json() == {"blank": True}


def test_the_page_is_told_which_specs_labels_and_styles_there_are(client):
    data = client.get("/about").json()
    assert (data["spec"], data["shape"], data["style"]["size"]) == ("digits/odd-image", [28, 28], 16)
    assert sorted(data["style"]["main"]) == [*range(16)]
    assert data["style"]["main"][:3] == [0, 1, 2]
    assert data["style"]["names"] == ["slant", "thickness", "width", *[None] * 13]
    labels = {each["name"]: "".join(each["labels"]) for each in data["specs"]}
    assert (labels["digits/odd-over-2-image"], labels["digits/even-image"]) == ("3579", "02468")
    assert "mnist/odd-mnist-image" in data["others"]
    assert data["most_bytes"] == 4 * 2**20


def test_a_spec_of_the_users_own_is_beside_those_of_the_family_that_it_asks(six):
    name = s.def_model_spec(
        "mine/round-image",
        s.and_("digits/number", {0, 6, 8, 9}),
        digits.read,
        digits.generate,
        input="digits/input",
        latent=digits.style,
    )
    try:
        studio = Studio(digits.family, name)
        assert [each["name"] for each in studio.describe()["specs"]][:2] == [name, "digits/image"]
        assert studio.describe()["specs"][0]["labels"] == ["0", "6", "8", "9"]
        assert studio.look(six)["specs"][0] == {"spec": name, "valid": True, "sentence": "read as 6 (1.00)"}
        assert studio.draw_one(name, 1, None, None)["label"] in "0689"
    finally:
        s.def_(name, None)


class Tone(enum.Enum):
    """Labels of a user's own."""

    DARK, LIGHT = "dark", "light"


@pytest.fixture
def tones():
    """Specs whose labels, reader, generator and styles are none of the networks': a 1 is dark, an 8 light."""

    def read(image):
        return s.Reading(Tone.DARK if image.mean() < 0.13 else Tone.LIGHT, confidence=0.75)

    def draw(label, z):
        return digits.generate(1 if label is Tone.DARK else 8, [*z])

    def latent():
        return s.gen(s.array((3,), min=-1, max=1))

    names = [
        s.def_model_spec(f"tones/{name}", spec, read, draw, input="digits/input", latent=latent)
        for name, spec in [("dark", {Tone.DARK}), ("light", {Tone.LIGHT})]
    ]
    with TestClient(create_app(Studio(digits.family, names[0])), base_url="http://127.0.0.1") as client:
        yield client
    for name in names:
        s.def_(name, None)


def test_the_label_of_a_spec_of_the_users_own_is_the_reading_above_its_answer(tones):
    blot = np.ones((90, 90))
    blot[30:60, 20:70] = 0  # none of the digits
    for picture, label, valid in [
        (png(1 - digits.generate(1).reshape(28, 28)), "Tone.DARK", True),
        (png(blot), "Tone.LIGHT", False),
    ]:
        data = tones.post("/look", content=picture).json()
        said = {each["spec"]: each["valid"] for each in data["specs"]}
        assert (data["label"], data["confidence"], data["reason"]) == (label, 0.75, None)
        assert (said["tones/dark"], said["tones/light"]) == (valid, not valid)
        assert data["again_label"] in "0123456789"
    assert not said["digits/image"]


def test_labels_of_any_type_are_written_as_json(tones):
    one = png(1 - digits.generate(1).reshape(28, 28))
    for spec, code in [("tones/dark", 200), ("tones/light", 422)]:
        response = tones.post(f"/valid/{spec}", content=one)
        assert (response.status_code, response.json()["label"]) == (code, "<Tone.DARK: 'dark'>")
    labels = json.loads(tones.get("/sample/tones/light.png?n=2").headers["x-labels"])
    assert labels == ["<Tone.LIGHT: 'light'>"] * 2


def test_styles_have_the_size_that_the_spec_gives_them(tones):
    assert len(tones.get("/one/tones/dark?seed=1").json()["style"]) == 3
    assert tones.get("/one/tones/dark?style=1&style=0&style=1").json()["style"] == [1, 0, 1]
    response = tones.get("/one/tones/dark", params={"style": [0.5] * 16})
    assert response.status_code == 422
    assert response.json()["detail"] == "expected a style of 3 numbers, found 16"


@pytest.mark.parametrize("path", ["/", "/style.css", "/page.js"])
def test_the_page_asks_nobody_else(client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert "http://" not in response.text.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in response.text


# --- the description --------------------------------------------------------------------------------------


def test_the_description_names_bodies_answers_and_bounds(client):
    data = client.get("/openapi.json").json()
    valid, sample = data["paths"]["/valid/{spec}"]["post"], data["paths"]["/sample/{spec}.png"]["get"]
    assert valid["requestBody"]["content"].keys() == {"image/*", "application/json"}
    assert valid["responses"].keys() == {"200", "400", "403", "404", "408", "413", "422", "503"}
    answer = valid["responses"]["422"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert "errors" in data["components"]["schemas"][answer]["required"]
    count = next(parameter for parameter in sample["parameters"] if parameter["name"] == "n")
    assert (count["schema"]["minimum"], count["schema"]["maximum"]) == (1, 100)
    assert sample["responses"]["200"]["content"].keys() == {"image/png"}


def test_answers_are_the_same_from_many_threads(client, six):
    expected = client.post("/look", content=six).json()
    with ThreadPoolExecutor(8) as pool:
        answers = [*pool.map(lambda _: client.post("/look", content=six).json(), range(8))]
    assert answers == [expected] * 8
