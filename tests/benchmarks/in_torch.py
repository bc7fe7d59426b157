"""A process that answers with networks of MXNet in PyTorch, eager: `python in_torch.py IMAGES NETWORK ...`.

It is a process of its own because the two libraries crash where both are loaded. IMAGES is a file of numpy's,
and `NETWORK-symbol.json` and `NETWORK.npz` are the graph and the parameters, as `write` leaves them. Each
line that it reads, a number of threads and of times, it answers by asking all the networks about the images
so often, and printing the sum of all outputs. With several images, each network is asked at the batch size
that suits it best.
"""

import ast
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

BATCH_SIZES = (10, 20, 50, 100, 250, 500)
TRIED = 500  # images that tell which batch size is the best

Attributes = dict[str, Any]
Values = list[torch.Tensor]


def load(prefix: str) -> nn.Module:
    """Return a network, a chain of layers, as PyTorch's eager Sequential, for inference."""
    values = {name: torch.from_numpy(value) for name, value in np.load(f"{prefix}.npz").items()}
    nodes = json.loads(Path(f"{prefix}-symbol.json").read_text())["nodes"]
    return nn.Sequential(*_layers(nodes, values)).eval()


def answer(network: nn.Module, images: torch.Tensor, batch_size: int) -> float:
    """Return the sum of a network's outputs."""
    with torch.inference_mode():
        outputs = [network(batch).numpy() for batch in images.split(batch_size)]
    return float(np.concatenate(outputs).sum())


def best_batch_size(network: nn.Module, images: torch.Tensor) -> int:
    """Return the batch size that takes the least time for some images."""

    def seconds(size: int) -> float:
        times = []
        for _ in range(3):
            start = time.perf_counter()
            answer(network, images[:TRIED], size)
            times.append(time.perf_counter() - start)
        return min(times)

    return 1 if len(images) == 1 else min(BATCH_SIZES, key=seconds)


def main(images_file: str, *prefixes: str) -> None:
    images = torch.from_numpy(np.load(images_file))
    networks = list(map(load, prefixes))
    sizes: dict[int, list[int]] = {}  # by the number of threads
    print("ready", flush=True)
    for line in sys.stdin:
        threads, times = map(int, line.split())
        torch.set_num_threads(threads)
        if threads not in sizes:
            sizes[threads] = [best_batch_size(network, images) for network in networks]
        for _ in range(times):
            total = sum(map(answer, networks, [images] * len(networks), sizes[threads]))
        print(total, flush=True)


def _layers(nodes: list[dict[str, Any]], values: dict[str, torch.Tensor]) -> Iterator[nn.Module]:
    before = next(number for number, node in enumerate(nodes) if node["name"] == "input")
    for number, node in enumerate(nodes):
        if node["op"] == "null":
            continue
        data, *parameters = (source for source, *_ in node["inputs"])
        assert data == before, f"{node['name']} is not the next in a chain"
        before = number
        attributes = {name: _literal(text) for name, text in node.get("attrs", {}).items()}
        own = [values[nodes[i]["name"]] for i in parameters if nodes[i]["name"] in values]
        yield LAYERS[node["op"]](attributes, own)


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _dense(attributes: Attributes, values: Values) -> nn.Module:
    weight, bias = values
    layer = nn.Linear(weight.shape[1], weight.shape[0])
    layer.load_state_dict({"weight": weight, "bias": bias})
    return layer


def _convolution(attributes: Attributes, values: Values) -> nn.Module:
    (weight,) = values
    layer = nn.Conv2d(*weight.shape[1::-1], attributes["kernel"], padding=attributes["pad"], bias=False)
    layer.load_state_dict({"weight": weight})
    return layer


def _norm(attributes: Attributes, values: Values) -> nn.Module:
    names = ("weight", "bias", "running_mean", "running_var")
    layer = _Norm(len(values[0]), eps=attributes["eps"])
    layer.load_state_dict(dict(zip(names, values, strict=True)), strict=False)
    return layer


class _Norm(nn.BatchNorm2d):
    """Batch normalisation of pictures or of numbers, as MXNet's is."""

    def _check_input_dim(self, input: torch.Tensor) -> None:
        pass


def _pooling(attributes: Attributes, values: Values) -> nn.Module:
    assert attributes["pool_type"] == "max"
    return nn.MaxPool2d(attributes["kernel"], attributes["stride"])


LAYERS: dict[str, Callable[[Attributes, Values], nn.Module]] = {
    "FullyConnected": _dense,
    "Convolution": _convolution,
    "BatchNorm": _norm,
    "Pooling": _pooling,
    "Activation": lambda attributes, _: {"relu": nn.ReLU, "sigmoid": nn.Sigmoid}[attributes["act_type"]](),
    "Reshape": lambda attributes, _: nn.Unflatten(1, attributes["shape"][1:]),
    "Flatten": lambda *_: nn.Flatten(),
    "Dropout": lambda *_: nn.Identity(),
    "SoftmaxOutput": lambda *_: nn.Softmax(1),
    "LinearRegressionOutput": lambda *_: nn.Identity(),
}


if __name__ == "__main__":
    main(*sys.argv[1:])
