"""The page's server, and pictures to send to it."""

import io

import numpy as np
import pytest
from PIL import Image

from autoencoder import digits, model_specs

pytest.importorskip("fastapi")
pytest.importorskip("httpx")


def png(grey, **options):
    """Return grey values 0 to 1 as the bytes of a file."""
    file = io.BytesIO()
    Image.fromarray(np.rint(np.asarray(grey) * 255).astype(np.uint8)).save(
        file, **({"format": "PNG"} | options)
    )
    return file.getvalue()


@pytest.fixture(scope="session")
def studio():
    from autoencoder.web.studio import Studio

    return Studio(digits.family, "digits/odd-image", seed=1)


@pytest.fixture(scope="session")
def client(studio):
    from fastapi.testclient import TestClient

    from autoencoder.web.app import create_app

    with TestClient(create_app(studio), base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture(scope="session")
def six():
    """A 6, dark on light, 10 times as large as the networks take it."""
    return png(np.kron(1 - model_specs.first_image(6).reshape(28, 28), np.ones((10, 10))))
