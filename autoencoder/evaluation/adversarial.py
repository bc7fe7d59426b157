"""An adversary who has the networks: digits changed a little until they are read as another.

The change is the projected gradient method (Madry, Makelov, Schmidt, Tsipras and Vladu, "Towards deep
learning models resistant to adversarial attacks", 2018) against both readers at once.
"""

import json
from pathlib import Path

import numpy as np

from autoencoder.checkpoints.mxnet_files import load
from autoencoder.data.idx import Dataset
from autoencoder.data.images import Array
from autoencoder.networks.mx import mx
from autoencoder.networks.network import DATA, LABEL, Network, feed_shapes
from autoencoder.recognition.recogniser import Recogniser, networks

DISTANCE = 0.1  # the most that a pixel is changed by, of 0..1
STEPS = 10
COUNT = 200  # digits


def fooled(recogniser: Recogniser, folder: Path, test: Dataset, count: int = COUNT) -> float:
    """Return the share of test images that a change makes accepted and read as the label they were next to.

    Args:
        recogniser: the networks.
        folder: of their checkpoints, for the gradients.
        test: images; the first ones that are accepted and read right are changed.
        count: at most so many of them.
    """
    rows = np.flatnonzero(recogniser.recognise(test.images[: 2 * count]).labels == test.labels[: 2 * count])[
        :count
    ]
    images = test.images[rows]
    readers = [
        _Slopes(folder, network, recogniser.epochs[network.name], len(rows))
        for network in networks(recogniser.shape, recogniser.classes)
    ]
    likely = np.mean([reader.probabilities(images) for reader in readers], axis=0)[:, : recogniser.classes]
    likely[np.arange(len(rows)), test.labels[rows]] = -1
    target = likely.argmax(axis=1)
    changed = images.copy()
    for _ in range(STEPS):
        slope = np.sum([reader.slopes(changed, target) for reader in readers], axis=0)
        changed = changed - DISTANCE / STEPS * 2 * np.sign(slope)
        changed = changed.clip(images - DISTANCE, images + DISTANCE).clip(0, 1).astype(np.float32)
    return float((recogniser.recognise(changed).labels == target).mean())


class _Slopes:
    """A reader that tells how each pixel changes the probability of a label.

    Its graph is bound for training, since MXNet has no gradients otherwise, but normalises batches by the
    means that training left.
    """

    def __init__(self, folder: Path, network: Network, epoch: int, count: int) -> None:
        loaded = load(folder / network.name, epoch, network)
        graph = json.loads(loaded.symbol.tojson())
        for node in graph["nodes"]:
            if node["op"] == "BatchNorm":
                node["attrs"]["use_global_stats"] = "True"
        self._module = mx.mod.Module(
            mx.sym.load_json(json.dumps(graph)), data_names=[DATA], label_names=[LABEL]
        )
        pixels = loaded.data_shapes[0].shape[1]
        data, label = feed_shapes(network, pixels, count)
        self._module.bind([(DATA, data)], [(LABEL, label)], for_training=True, inputs_need_grad=True)
        self._module.set_params(*loaded.get_params())

    def probabilities(self, images: Array) -> Array:
        """Return the probabilities of all classes, (n, classes)."""
        self._forward(images, np.zeros(len(images)))
        return np.asarray(self._module.get_outputs()[0].asnumpy())

    def slopes(self, images: Array, target: Array) -> Array:
        """Return the gradient of the cross-entropy of a label for each image, (n, pixels)."""
        self._forward(images, target)
        self._module.backward()
        return np.asarray(self._module.get_input_grads()[0].asnumpy())

    def _forward(self, images: Array, labels: Array) -> None:
        batch = mx.io.DataBatch([mx.nd.array(images)], [mx.nd.array(labels)])
        self._module.forward(batch, is_train=True)
