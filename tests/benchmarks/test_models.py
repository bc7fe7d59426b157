"""Model specs beside the networks alone: what MXNet takes for the same answers."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

import mxspec as s
from autoencoder import digits, model_specs
from autoencoder.data import idx
from autoencoder.networks.checkpoint import SHIPPED
from autoencoder.networks.mx import mx, start_engine
from tests.amounts import amount
from tests.benchmarks.bars import Yardstick, at_most, of_throughput

EPOCHS = 3
BATCH_SIZES = amount((100, 500, 1000, 2500), (100, 500))
IMAGES = amount(10_000, 500)  # which all of these divide
SAMPLES = amount(1000, 50)
IMAGE = (784,)
LABEL: tuple[int, ...] = ()


def bound(name: str, batch_size: int, data_shape: tuple[int, ...], label_shape: tuple[int, ...]) -> Any:
    """A checkpoint as a bare Module."""
    start_engine()
    symbol, arguments, auxiliaries = mx.model.load_checkpoint(str(SHIPPED / name), EPOCHS)
    module = mx.mod.Module(symbol, data_names=["input"], label_names=["input_"])
    module.bind(
        [("input", (batch_size, *data_shape))],
        [("input_", (batch_size, *label_shape))],
        for_training=False,
    )
    module.set_params(arguments, auxiliaries)
    return module


def answers(module: Any, batch: Any) -> Any:
    module.forward(mx.io.DataBatch([mx.nd.array(batch)]), is_train=False)
    return module.get_outputs()[0].asnumpy()


def labels(module: Any, images: Sequence[Any], batch_size: int) -> list[Any]:
    """The images that a discriminator reads; images are separate arrays (1, 784)."""
    found: list[Any] = []
    for start in range(0, len(images), batch_size):
        found += answers(module, np.concatenate(images[start : start + batch_size])).argmax(1).tolist()
    return found


def labels_of_array(module: Any, images: Any, batch_size: int) -> list[Any]:
    """The same of one array (n, 784)."""
    found: list[Any] = []
    for start in range(0, len(images), batch_size):
        found += answers(module, images[start : start + batch_size]).argmax(1).tolist()
    return found


def test_valid_of_one_image(compare: Any) -> None:
    image = model_specs.first_image(6)
    module = bound("discriminator", 1, IMAGE, LABEL)

    def raw() -> Any:
        return answers(module, image).argmax()

    assert s.valid("mnist/mnist-image", image)
    assert raw() == 6
    compare(
        "valid of one image",
        lambda: s.valid("mnist/mnist-image", image),
        Yardstick.one("Module.forward of 1 image", raw, at_most(1.3)),
    )


def test_valid_of_many_images(compare: Any) -> None:
    together = idx.load("t10k", idx.EMBEDDED).images[:IMAGES]
    separate = [np.array(row[None]) for row in together]
    modules = {size: bound("discriminator", size, IMAGE, LABEL) for size in BATCH_SIZES}
    spec = s.coll_of("mnist/mnist-image")

    def by_size(run: Callable[..., Any], images: Any) -> dict[str, Callable[[], Any]]:
        return {f"{size} at a time": partial(run, module, images, size) for size, module in modules.items()}

    assert s.valid(spec, separate)
    first = labels(modules[100], separate, 100)
    for size, module in modules.items():
        assert labels(module, separate, size) == labels_of_array(module, together, size) == first
    compare(
        f"valid of {IMAGES:,} images",
        lambda: s.valid(spec, separate),
        Yardstick("Module.forward", by_size(labels, separate), of_throughput(0.85)),
        Yardstick("Module.forward of one array", by_size(labels_of_array, together)),
        rounds=15,
        calls=3,
    )


def test_sample_of_images(compare: Any) -> None:
    n = SAMPLES
    module = bound("generator", n, LABEL, IMAGE)

    def raw() -> Any:
        return answers(module, np.array(s.sample("mnist/mnist-number", n, seed=0), np.float32))

    assert raw().shape == (n, *IMAGE)
    assert len(s.sample("mnist/mnist-image", n, seed=0)) == n
    compare(
        f"sample of {n:,} images",
        lambda: s.sample("mnist/mnist-image", n, seed=0),
        Yardstick.one(f"sample of {n:,} numbers and Module.forward of all", raw, at_most(1.5)),
        rounds=10,
    )


def test_sample_of_drawn_digits(compare: Any) -> None:
    n = SAMPLES

    def raw() -> Any:
        numbers, styles = s.sample(digits.NUMBER, n, seed=0), s.sample(digits.style(), n, seed=0)
        return digits.generate_many(numbers, np.stack(styles))

    assert len(raw()) == len(s.sample(digits.IMAGE, n, seed=0)) == n
    compare(
        f"sample of {n:,} of digits/image",
        lambda: s.sample(digits.IMAGE, n, seed=0),
        Yardstick.one(f"sample of {n:,} numbers and styles and one drawing of all", raw),
        rounds=3,
    )
