"""Eight threads that ask about single images, beside one that asks about as many."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import mxspec as s
from autoencoder import digits, model_specs  # noqa: F401  # they register the specs
from autoencoder.data import idx
from tests.amounts import amount
from tests.benchmarks.bars import Yardstick, of_throughput

THREADS = 8


@pytest.mark.parametrize(
    ("name", "count"), [("mnist/mnist-image", amount(4000, 40)), ("digits/image", amount(800, 40))]
)
def test_threads_that_ask_about_one_image_each(compare: Any, name: str, count: int) -> None:
    images = idx.load("t10k", idx.EMBEDDED).images[:count]

    def ask(part: int) -> int:
        return sum(s.valid(name, image) for image in images[part::THREADS])

    with ThreadPoolExecutor(THREADS) as pool:
        assert sum(pool.map(ask, range(THREADS))) == sum(map(ask, range(THREADS)))
        compare(
            f"valid of {count:,} {name}, one by one, in {THREADS} threads",
            lambda: list(pool.map(ask, range(THREADS))),
            Yardstick.one(
                "the same in one thread",
                lambda: list(map(ask, range(THREADS))),
                of_throughput(0.85),  # to change places takes some time, more in some runs than in others
            ),
            rounds=5,
            calls=1,
        )
