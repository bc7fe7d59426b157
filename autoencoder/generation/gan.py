"""Trains the generator of digits against a critic, as Goodfellow et al. 2014 ("Generative Adversarial Nets").

The critic scores an image and its label, the generator learns from how the score changes with its pixels:

- the label enters the score as the product of an embedding and the features of the image (Miyato, Koyama
  2018, "cGANs with Projection Discriminator");
- the loss is the hinge (Lim, Ye 2017, "Geometric GAN"), and the spectral norm of the critic's weights is
  bounded (Miyato et al. 2018, "Spectral Normalization for Generative Adversarial Networks");
- what is saved is the moving average of the generator's weights (Yazici et al. 2019, "The Unusual
  Effectiveness of Averaging in GAN Training").
"""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm  # type: ignore[import-untyped]

from autoencoder import discriminator
from autoencoder.data import labels
from autoencoder.data.idx import Dataset, load
from autoencoder.generation.judge import Judge, Reader, Yardstick, halves
from autoencoder.generation.network import (
    CHOSEN,
    EPOCHS,
    NAME,
    NORMED,
    STYLE,
    get_image,
    network,
    rows,
    styles,
)
from autoencoder.generation.tuning import finish
from autoencoder.networks import checkpoints, training
from autoencoder.networks import network as networks
from autoencoder.networks import predictor as inference
from autoencoder.networks import run as runs
from autoencoder.networks.epochs import stretched
from autoencoder.networks.layers import dense
from autoencoder.networks.mx import mx
from autoencoder.recognition.recogniser import labels_of
from autoencoder.viz import im_sav

BATCH_SIZE = 100
LEARNING_RATE = 0.001  # of both, constant through the first half of the steps, then falling to 0
BETA1, BETA2 = 0.5, 0.99  # Adam's usual 0.9 and 0.999 look back too far: the other side has changed by then
AVERAGING = 0.998  # of a step's weights 1 in 500 goes into the average
SPECTRAL_NORM = 4.0  # the lower, the duller the critic: after 2 epochs 95% are read right with 2, 99% with 4
FEWEST_STEPS = 150  # of an epoch: where there are few digits, it goes through them more than once
IMAGE, DIGIT = "image", "digit"  # what the critic is shown

Params = dict[str, mx.nd.NDArray]


def critic_symbol(shape: tuple[int, int], count: int) -> mx.sym.Symbol:
    """The critic's graph: images (batch, pixels) and labels (batch,) in, a score out, higher for real digits.

    Args:
        shape: (height, width) of an image in pixels.
        count: how many labels there are.
    """
    # For 28x28 pixels and 10 labels:
    x = mx.sym.reshape(mx.sym.Variable(IMAGE), (-1, 1, *shape))  # (batch, 784) -> (batch, 1, 28, 28)
    for name, kernel, filters in [("look1", 4, 32), ("look2", 4, 64), ("look3", 3, 128)]:
        x = mx.sym.Convolution(
            x, name=name, kernel=(kernel, kernel), stride=(2, 2), pad=(1, 1), num_filter=filters
        )  # -> (batch, 32, 14, 14) -> (batch, 64, 7, 7) -> (batch, 128, 4, 4)
        x = mx.sym.LeakyReLU(x, slope=0.2)
    x = mx.sym.LeakyReLU(dense(x, "look4", 128), slope=0.2)  # -> (batch, 128)
    # Not mx.sym.Embedding: bound for the slopes of its inputs, it fails on those of the label.
    digit = mx.sym.one_hot(mx.sym.Variable(DIGIT), depth=count)  # (batch,) -> (batch, 10)
    wanted = mx.sym.FullyConnected(digit, name="wanted", num_hidden=128, no_bias=True)  # -> (batch, 128)
    return dense(x, "score", 1) + mx.sym.sum(x * wanted, axis=1, keepdims=True)  # -> (batch, 1)


class Falling(mx.lr_scheduler.LRScheduler):  # type: ignore[misc]
    """A learning rate that is constant through the first half of the steps and falls to 0 in the second."""

    def __init__(self, steps: int) -> None:
        super().__init__(base_lr=LEARNING_RATE)
        self._steps = steps

    def __call__(self, step: int) -> float:
        return float(self.base_lr * min(1.0, max(0.0, 2 * (1 - step / self._steps))))


class Duel:
    """A generator and its critic, trained in turns.

    Args:
        shape: (height, width) of an image in pixels.
        count: how many labels there are.
        steps: how many there will be.
        seed: the same seed, images and number of threads give the same parameters, bit for bit.
        batch_size: the number of real digits, and of made ones, in a step.

    Attributes:
        generator, critic: the Modules. A Duel is for one thread.
        averaged: the generator's averaged parameters.
    """

    def __init__(
        self,
        shape: tuple[int, int],
        count: int,
        steps: int,
        seed: int = networks.SEED,
        batch_size: int = BATCH_SIZE,
    ) -> None:
        self._count, self._batch_size = count, batch_size
        self._random, self._step = np.random.default_rng(seed), 0
        self.generator = mx.mod.Module(
            get_image(mx.sym.Variable(networks.DATA), shape, count),
            data_names=[networks.DATA],
            label_names=None,
            fixed_param_names=list(CHOSEN),
        )
        self.generator.bind([(networks.DATA, (batch_size, 1 + STYLE))])
        symbol, inputs, pixels = critic_symbol(shape, count), [IMAGE, DIGIT], math.prod(shape)
        self.critic = mx.mod.Module(symbol, data_names=inputs, label_names=None)
        self.critic.bind([(IMAGE, (2 * batch_size, pixels)), (DIGIT, (2 * batch_size,))])
        initializers = [mx.init.Zero(), mx.init.One(), mx.init.One(), _initializer()]
        with networks.seeded(seed):
            self.generator.init_params(mx.init.Mixed([*CHOSEN, ".*"], initializers))
            self.critic.init_params(_initializer())
        # The critic again, the same arrays, for half as many images: it tells the generator how the score
        # changes with its pixels, and leaves out how it changes with the critic's own weights.
        weights = [name for name in symbol.list_arguments() if name not in inputs]
        self._feedback = mx.mod.Module(symbol, data_names=inputs, label_names=None, fixed_param_names=weights)
        self._feedback.bind(
            [(IMAGE, (batch_size, pixels)), (DIGIT, (batch_size,))],
            inputs_need_grad=True,
            shared_module=self.critic,
        )
        for module in (self.generator, self.critic):
            # rescale_grad: MXNet divides by the batch size, but the slopes below are those of a mean already.
            options = {"beta1": BETA1, "beta2": BETA2, "rescale_grad": 1.0, "lr_scheduler": Falling(steps)}
            module.init_optimizer(optimizer="adam", optimizer_params=options)
        parameters, _ = self.critic.get_params()
        self._directions = {
            name: self._random.standard_normal(len(parameters[name])).astype(np.float32)
            for name in ("look1_weight", "look2_weight", "look3_weight", "look4_weight")
        }
        self.averaged: Params = {name: value.copy() for name, value in self.generator.get_params()[0].items()}

    def step(self, images: networks.Array, labels: networks.Array) -> tuple[float, float]:
        """Show both networks real digits (batch_size, pixels) and as many made ones of the same labels.

        Returns:
            The critic's hinge loss, 0 where it tells all apart and 2 where it tells nothing, and the mean
            score that it then gives to the made ones.
        """
        n = self._batch_size
        z = self._random.standard_normal((n, STYLE))
        self.generator.forward(mx.io.DataBatch([mx.nd.array(rows(labels, z, self._count))]), is_train=True)
        made, digit = self.generator.get_outputs()[0], mx.nd.array(labels)
        both = [mx.nd.concat(mx.nd.array(images), made, dim=0), mx.nd.concat(digit, digit, dim=0)]
        self.critic.forward(mx.io.DataBatch(both), is_train=True)
        score = self.critic.get_outputs()[0].asnumpy()
        # The mean of max(0, 1 - score) of real and of max(0, 1 + score) of made ones; and its slopes.
        margin = np.concatenate([1 - score[:n], 1 + score[n:]])
        slope = np.where(margin > 0, np.repeat([[-1.0], [1.0]], n, axis=0), 0.0) / n
        self.critic.backward([mx.nd.array(slope)])
        self.critic.update()
        self._bound_critic()
        self._feedback.forward(mx.io.DataBatch([made, digit]), is_train=True)
        told = self._feedback.get_outputs()[0].asnumpy()
        self._feedback.backward([mx.nd.full((n, 1), -1.0 / n)])  # the generator wants a higher mean score
        self.generator.backward([self._feedback.get_input_grads()[0]])
        self.generator.update()
        self._average()
        return float(np.maximum(margin, 0).sum() / n), float(told.mean())

    def _bound_critic(self) -> None:
        """Scale down the weights whose largest singular value is above the bound."""
        parameters, auxiliaries = self.critic.get_params()
        for name, direction in self._directions.items():
            weight = parameters[name].asnumpy()
            matrix = weight.reshape(len(weight), -1)
            # One step of the power iteration is enough, since the weights change little from step to step.
            right = direction @ matrix
            right /= np.linalg.norm(right) + 1e-12
            left = matrix @ right
            norm = float(np.linalg.norm(left))
            self._directions[name] = left / (norm + 1e-12)
            if norm > SPECTRAL_NORM:
                parameters[name][:] = weight * (SPECTRAL_NORM / norm)
        self.critic.set_params(parameters, auxiliaries)

    def _average(self) -> None:
        self._step += 1
        keep = min(
            AVERAGING, self._step / (self._step + 10)
        )  # the first weights are random, forget them soon
        current, _ = self.generator.get_params()
        for name, value in self.averaged.items():
            value[:] = keep * value + (1 - keep) * current[name]

    def statistics(self, x: networks.Array) -> Params:
        """The means and variances of batch normalisation for the averaged weights, over rows x.

        Those that the generator collects while it is trained belong to weights that are not saved.
        """
        _, auxiliaries = self.generator.get_params()
        found = {name: value.copy() for name, value in auxiliaries.items()}
        layers = self.generator.symbol.get_internals()
        for name in NORMED:  # in the order of the graph: each is measured with those before it in place
            module = mx.mod.Module(layers[f"{name}_output"], data_names=[networks.DATA], label_names=None)
            module.bind([(networks.DATA, x.shape)], for_training=False)
            module.set_params(self.averaged, found, allow_extra=True)
            module.forward(mx.io.DataBatch([mx.nd.array(x)]), is_train=False)
            values = module.get_outputs()[0].asnumpy()  # (n, channels, h, w)
            found[f"{name}_norm_moving_mean"][:] = values.mean(axis=(0, 2, 3))
            found[f"{name}_norm_moving_var"][:] = values.var(axis=(0, 2, 3))
        return found


def _initializer() -> mx.init.Initializer:
    return mx.init.Xavier(magnitude=2)


def train(
    data_dir: runs.Folder | None = None,
    model_dir: runs.Folder = runs.MODEL_DIR,
    output: runs.Folder = runs.OUTPUT,
    epochs: int = EPOCHS,
    seed: int = networks.SEED,
    *,
    names: Sequence[str] | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
    progress: bool = True,
    report: Callable[[str], object] = print,
) -> mx.mod.Module:
    """Train the generator of digits, or of whatever a data set has, and leave files and a picture behind.

    Each epoch is scored by a reader trained on one half of the digits, which also chooses in the end, see
    `finishing`; the other half is left to `evaluate_generator`. The generator itself learns from both.

    Args:
        data_dir: as `data.load` takes it.
        model_dir: the folder for `digits-generator-symbol.json`, `digits-generator-NNNN.params` and
            `labels.json`.
        output: the folder for `digits-generator.png`, ten digits of each label, the first with the style 0.
        epochs: how many times to go through the digits.
        seed: the same seed and number of threads give the same checkpoint.
        names, groups: as `labels.of` takes them.
        progress: whether to show a bar on standard error, where that is a terminal.
        report: is called with a line of losses and scores after each epoch.

    Returns:
        The generator, a Module from rows of a label and a style to images.

    Raises:
        DataError: images are smaller than 4x4, or there are none of a label.
        TrainingError: the losses are no longer finite numbers.
        ValueError: there are no epochs to train.
    """
    if epochs < 1:
        raise ValueError(f"training takes 1 epoch or more, not {epochs}")
    dataset = load("train", data_dir)
    known = labels_of(dataset, names, groups)
    dataset = known.counted(dataset)
    shape, count = known.shape, len(known)
    batch_size = min(BATCH_SIZE, len(dataset))
    module = networks.build(network(shape, count), known.pixels, batch_size=batch_size, seed=seed)
    half = halves(dataset)[0]
    judge = Judge(half, count, seed, progress=progress, report=lambda line: None)
    yardstick = Yardstick(judge, dataset)
    times = max(1, math.ceil(FEWEST_STEPS * batch_size / len(dataset)))
    steps = times * len(dataset) // batch_size
    duel = Duel(shape, count, epochs * steps, seed, batch_size)
    asked = np.repeat(np.arange(count), 2000 // count)
    inputs = rows(asked, styles(len(asked), seed), count)
    shuffle = np.random.default_rng([seed, 1])
    for epoch in range(1, epochs + 1):
        title = f"{NAME} epoch {epoch}"
        order = np.concatenate([shuffle.permutation(len(dataset)) for _ in range(times)])
        batches = order[: steps * batch_size].reshape(steps, batch_size)
        losses = [
            duel.step(dataset.images[batch], dataset.labels[batch])
            for batch in tqdm(batches, title, leave=False, disable=None if progress else True)
        ]
        loss, told = np.mean(losses, axis=0)
        if not np.isfinite([loss, told]).all():
            raise training.TrainingError(f"{title}: expected finite losses, found {loss} and {told}")
        module.set_params(duel.averaged, duel.statistics(inputs))
        scores = yardstick.score(inference.predict(module, inputs), asked)
        report(f"{title}: critic's loss {loss:.3f}, score of samples {told:.3f}; {scores}")
    finish(module, [judge.probabilities, *_post_readers(half, count, seed)], dataset, count, seed)
    checkpoints.save(module, Path(model_dir) / NAME, epochs, dtype="float16")
    labels.save(known, model_dir)
    shown, few = np.repeat(np.arange(count), 10), styles(10 * count, seed)
    few[::10] = 0
    images = inference.predict(module, rows(shown, few, count))
    im_sav(f"{NAME}.png", output, runs.pictures(images, shape))
    return module


def _post_readers(half: Dataset, count: int, seed: int) -> list[Reader]:
    """The post's discriminator, three times, trained on half of the digits for as many steps as on all."""

    network, epochs = stretched(discriminator.network(count), 2 * networks.EPOCHS, len(half))

    def reader(seed: int) -> Reader:
        module = training.train(
            network, half, epochs, seed=seed, progress=False, report=lambda line: None
        ).module
        return lambda images: inference.predict(module, images)

    return [reader(seed + offset) for offset in range(1, 4)]


def main(argv: Sequence[str] | None = None) -> None:
    """The command line: `python -m autoencoder.generation.gan --help`."""
    runs.main(train, argv, "Train the generator of digits, save it, draw what it makes.", EPOCHS)


if __name__ == "__main__":
    main()
