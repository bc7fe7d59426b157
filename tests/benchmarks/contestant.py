"""A process that trains networks of the post, in one way and with one number of threads.

    $ echo 500 | python -m tests.benchmarks.contestant mxspec discriminator

says that it is ready, and then answers each line it reads, a number of images, by training each of these
networks, or all three, on so many images for an epoch and printing their metrics as JSON.
MXNet and PyTorch take their number of threads from the environment variable OMP_NUM_THREADS when they are
imported: hence a process.
"""

import functools
import itertools
import json
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from autoencoder import auto_encoder, discriminator, generator
from autoencoder.data import idx
from autoencoder.digits.training.learning import train_epochs
from autoencoder.networks.mx import mx, start_engine
from autoencoder.networks.predictor import call_in_threads

NETWORKS = [auto_encoder.network(), discriminator.network(), generator.network()]
BATCH_SIZE = 100
LEARNING_RATE = 0.002

Train = Callable[[], dict[str, float]]  # for an epoch; returns the metric of each network


def mxspec_way(dataset: idx.Dataset) -> Train:
    """The loop `auto_encoder.train`, side by side as in `python -m autoencoder train all`."""

    def train() -> dict[str, float]:
        works = [
            functools.partial(train_epochs, network, dataset, 1, progress=False, report=lambda line: None)
            for network in NETWORKS
        ]
        trained = call_in_threads(works)
        return {network.name: each.values[-1] for network, each in zip(NETWORKS, trained, strict=True)}

    return train


def module_fit(dataset: idx.Dataset) -> Train:
    """MXNet's own loop; its iterators are made beforehand."""
    iterators = {}
    for network in NETWORKS:
        inputs, targets = network.feed(dataset.images, dataset.labels)
        iterators[network.name] = mx.io.NDArrayIter(
            {"input": inputs}, {"input_": targets}, BATCH_SIZE, shuffle=True
        )

    def train() -> dict[str, float]:
        values = {}
        for network in NETWORKS:
            module = mx.mod.Module(network.get_symbol(dataset.images.shape[1]), ["input"], ["input_"])
            metric = mx.metric.create(network.metric)
            module.fit(
                iterators[network.name],
                eval_metric=metric,
                optimizer="adam",
                optimizer_params={"learning_rate": LEARNING_RATE},
                initializer=mx.init.Uniform(1),
                num_epoch=1,
            )
            values[network.name] = metric.get()[1]
        return values

    return train


def forward_backward(dataset: idx.Dataset, update: bool = False) -> Train:
    """As many steps on the same batch again and again: what no loop around them can undercut."""
    steps = []
    for network in NETWORKS:
        inputs, targets = network.feed(dataset.images[:BATCH_SIZE], dataset.labels[:BATCH_SIZE])
        module = mx.mod.Module(network.get_symbol(dataset.images.shape[1]), ["input"], ["input_"])
        module.bind([("input", inputs.shape)], [("input_", targets.shape)])
        module.init_params(mx.init.Uniform(1))
        module.init_optimizer(optimizer="adam", optimizer_params={"learning_rate": LEARNING_RATE})
        steps.append((module, mx.io.DataBatch([mx.nd.array(inputs)], [mx.nd.array(targets)])))

    def train() -> dict[str, float]:
        for module, batch in steps:
            for _ in range(len(dataset) // BATCH_SIZE):
                module.forward_backward(batch)
                if update:
                    module.update()
            mx.nd.waitall()
        return {}

    return train


def forward_backward_update(dataset: idx.Dataset) -> Train:
    """The same, and Module's own update of the parameters by Adam."""
    return forward_backward(dataset, update=True)


def pytorch(dataset: idx.Dataset, fused: bool = False) -> Train:
    """PyTorch, eager: tensors that stay, batches by index, the metric read at the end.

    Args:
        dataset: the training images.
        fused: whether Adam is one kernel for all parameters, which PyTorch's default is not.
    """
    import torch
    from torch import nn
    from torch.nn import functional as F

    images = torch.from_numpy(dataset.images)
    labels = torch.from_numpy(dataset.labels)
    one_hot = F.one_hot(labels, 10).float()
    pixels = images.shape[1]

    def dense(*widths: int) -> list[nn.Module]:
        layers: list[nn.Module] = []
        for i, o in itertools.pairwise(widths):
            layers += [nn.Linear(i, o), nn.Sigmoid()]
        return layers

    def right(outputs: Any, targets: Any) -> Any:
        return (outputs.argmax(1) == targets).sum()

    def squares(outputs: Any, targets: Any) -> Any:
        return F.mse_loss(outputs, targets) * len(outputs)

    works = {
        "autoencoder": (dense(pixels, 100, 50, 50, 100, pixels), images, images, F.mse_loss, squares),
        "discriminator": (dense(pixels, 100, 50, 10)[:-1], images, labels, F.cross_entropy, right),
        "generator": (dense(10, 50, 100, pixels), one_hot, images, F.mse_loss, squares),
    }

    def train_one(layers: Any, inputs: Any, targets: Any, loss: Any, measure: Any) -> float:
        model = nn.Sequential(*layers)
        for layer in layers[::2]:
            nn.init.uniform_(layer.weight, -1, 1)
            nn.init.zeros_(layer.bias)
        optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, fused=fused or None)
        total = torch.zeros(())
        for rows in torch.randperm(len(inputs)).split(BATCH_SIZE):
            x = inputs[rows]
            y = x if targets is inputs else targets[rows]
            optimizer.zero_grad(set_to_none=True)
            outputs = model(x)
            loss(outputs, y).backward()
            optimizer.step()
            with torch.no_grad():
                total += measure(outputs, y)
        return float(total) / len(inputs)

    return lambda: {network.name: train_one(*works[network.name]) for network in NETWORKS}


WAYS = {
    "mxspec": mxspec_way,
    "fit": module_fit,
    "pytorch": pytorch,
    "pytorch-fused": functools.partial(pytorch, fused=True),
    "floor": forward_backward,
    "update": forward_backward_update,
}


def main(way: str, *names: str) -> None:
    NETWORKS[:] = [network for network in NETWORKS if not names or network.name in names]
    start_engine()
    np.random.seed(0)  # NDArrayIter shuffles by it
    whole = idx.load("train", idx.EMBEDDED)

    @functools.cache
    def train(count: int) -> Train:
        return WAYS[way](idx.Dataset(whole.images[:count], whole.labels[:count], whole.shape))

    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        print(json.dumps(train(int(line))()), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
