"""A white-box adversary: digits changed a little until they are read as another.

The changes are projected gradient descent (Madry, Makelov, Schmidt, Tsipras and Vladu, "Towards deep
learning models resistant to adversarial attacks", 2018) against both readers at once.
"""

import json

import numpy as np

from autoencoder.networks.checkpoint import load_module
from autoencoder.networks.mx import mx
from autoencoder.networks.network import DATA, LABEL, feed_shapes

DISTANCE = 0.1  # the largest change of a pixel, of 0..1
STEPS = 10
COUNT = 200  # digits


def fooled(recogniser, folder, test, count=COUNT):
    """Return the share of test images that, once changed, are accepted and read as their second likeliest
    label.

    Args:
        recogniser: the networks.
        folder: the folder of their checkpoints, for the gradients.
        test: images; the first that are accepted and read right are changed.
        count: the largest number of them.
    """
    first = test.images[: 2 * count]
    rows = np.flatnonzero(recogniser.recognise(first).labels == test.labels[: 2 * count])[:count]
    images = test.images[rows]
    readers = [
        _Gradients(folder, network, recogniser.epochs[network.name], len(rows))
        for network in recogniser.network.parts
    ]
    likely = np.mean([reader.probabilities(images) for reader in readers], axis=0)[:, : recogniser.classes]
    likely[np.arange(len(rows)), test.labels[rows]] = -1
    target = likely.argmax(axis=1)
    adversarial = images.copy()
    for _ in range(STEPS):
        gradient = np.sum([reader.gradients(adversarial, target) for reader in readers], axis=0)
        adversarial = adversarial - DISTANCE / STEPS * 2 * np.sign(gradient)
        adversarial = adversarial.clip(images - DISTANCE, images + DISTANCE).clip(0, 1).astype(np.float32)
    return float((recogniser.recognise(adversarial).labels == target).mean())


class _Gradients:
    """A reader with the gradients of its loss by the pixels.

    Its graph is bound for training, without which MXNet has no gradients, but its batch normalisations use
    the moving means of the checkpoint.
    """

    def __init__(self, folder, network, epoch, count):
        reader = load_module(folder / network.name, epoch, network)
        graph = json.loads(reader.symbol.tojson())
        for node in graph["nodes"]:
            if node["op"] == "BatchNorm":
                node["attrs"]["use_global_stats"] = "True"
        self._module = mx.mod.Module(
            mx.sym.load_json(json.dumps(graph)), data_names=[DATA], label_names=[LABEL]
        )
        data, label = feed_shapes(network, count)
        self._module.bind([(DATA, data)], [(LABEL, label)], for_training=True, inputs_need_grad=True)
        self._module.set_params(*reader.get_params())

    def probabilities(self, images):
        """Return the probabilities of all classes, (n, classes)."""
        self._forward(images, np.zeros(len(images)))
        return self._module.get_outputs()[0].asnumpy()

    def gradients(self, images, target):
        """Return the gradient of the cross-entropy of the target label by the pixels, (n, pixels)."""
        self._forward(images, target)
        self._module.backward()
        return self._module.get_input_grads()[0].asnumpy()

    def _forward(self, images, labels):
        batch = mx.io.DataBatch([mx.nd.array(images)], [mx.nd.array(labels)])
        self._module.forward(batch, is_train=True)
