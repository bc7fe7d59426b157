"""Pictures in a web service: what it answers to those that do not fit."""

from typing import Annotated

import numpy as np
import pytest

import mxspec as s
from autoencoder import digits

fastapi = pytest.importorskip("fastapi")
testclient = pytest.importorskip("fastapi.testclient")

app = fastapi.FastAPI()


@app.post("/array")
def array(image: Annotated[np.ndarray, fastapi.Body(), s.Valid["digits/odd-image"]]) -> int:
    return digits.discriminate(image)


@app.post("/listed")
def listed(image: Annotated[list[list[float]], s.Valid["digits/odd-image"]]) -> int:
    return digits.discriminate(np.array(image))


@app.post("/many")
def many(
    images: Annotated[list[Annotated[np.ndarray, s.Valid["digits/image"]]], fastapi.Body()],
) -> list[int]:
    return [digits.discriminate(image) for image in images]


@app.post("/by-hand")
def by_hand(image: Annotated[list[float], fastapi.Body()]) -> int:
    if errors := s.explain_json("digits/image", np.array(image)):
        raise fastapi.HTTPException(422, detail=errors)
    return digits.discriminate(np.array(image))


def pixels(label):
    return digits.generate(label).reshape(28, 28).tolist()


@pytest.fixture(scope="module")
def client():
    digits.read(digits.generate(0))
    return testclient.TestClient(app)


@pytest.mark.parametrize("path", ["/array", "/listed"])
def test_a_valid_picture_is_read_and_an_invalid_one_is_refused_with_a_reason(client, path):
    assert client.post(path, json=pixels(7)).json() == 7
    refused = client.post(path, json=pixels(4))
    assert refused.status_code == 422
    [error] = refused.json()["detail"]
    assert (error["type"], error["loc"]) == ("read_as", ["body"])
    assert error["msg"] == "read as 4 (1.00), but odd is required"
    assert error["ctx"]["label"] == 4
    assert error["input"].startswith("array of shape (28, 28)")


def test_the_place_of_a_pixel_is_in_the_answer(client):
    image = pixels(7)
    image[3][5] = -1
    [error] = client.post("/array", json=image).json()["detail"]
    assert (error["type"], error["loc"]) == ("array_min", ["body", 3, 5])
    [error] = client.post("/many", json=[pixels(1), image]).json()["detail"]
    assert (error["type"], error["loc"]) == ("array_min", ["body", 1, 3, 5])
    assert client.post("/many", json=[pixels(1), pixels(2)]).json() == [1, 2]


def test_an_exception_raised_by_hand_says_the_same(client):
    refused = client.post("/by-hand", json=[0.5] * 784)
    assert refused.status_code == 422
    [error] = refused.json()["detail"]
    assert (error["type"], error["loc"]) == ("not_recognised", [])
    assert error["msg"] == "not recognised: there is no ink, only one level of 0.50"
