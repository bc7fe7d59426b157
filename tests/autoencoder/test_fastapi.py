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
    assert error["input"].startswith({"/array": "array of shape (28, 28)", "/listed": "[[0.0, 0.0"}[path])
