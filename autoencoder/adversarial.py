"""Trains the generator of digits against a critic, as Goodfellow et al. 2014 ("Generative Adversarial Nets").

The critic scores an image and its label, the generator learns from how the score changes with its pixels:

- the label enters the score as the product of an embedding and the features of the image (Miyato, Koyama
  2018, "cGANs with Projection Discriminator");
- the loss is the hinge (Lim, Ye 2017, "Geometric GAN"), and the spectral norm of the critic's weights is
  bounded (Miyato et al. 2018, "Spectral Normalization for Generative Adversarial Networks");
- what is saved is the moving average of the generator's weights (Yazici et al. 2019, "The Unusual
  Effectiveness of Averaging in GAN Training").
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm  # type: ignore[import-untyped]

from autoencoder import checkpoints, discriminator, inference, networks, runs, training
from autoencoder._mxnet import mx
from autoencoder.data import DataError, Dataset, load
from autoencoder.digit_generator import EPOCHS, NETWORK, NORMED, PIXELS, STYLE, get_image, rows, styles
from autoencoder.evaluate_generator import Judge, Reader, Yardstick, halves
from autoencoder.layers import CLASSES, classes, dense
from autoencoder.viz import im_sav

BATCH_SIZE = 100
LEARNING_RATE = 0.001  # of both, constant through the first half of the steps, then falling to 0
BETA1, BETA2 = 0.5, 0.99  # Adam's usual 0.9 and 0.999 look back too far: the other side has changed by then
AVERAGING = 0.998  # of a step's weights 1 in 500 goes into the average
SPECTRAL_NORM = 4.0  # the lower, the duller the critic: after 2 epochs 95% are read right with 2, 99% with 4
# So many samples of a label are to be read right, by the reader that chooses; of all samples 0.9909 are then.
# With 0.990 here 0.9917 are, but samples come nearer to training digits and vary less.
READ = 0.987
SPREADS = (1.0, 0.98, 0.96, 0.94, 0.92, 0.9, 0.88, 0.86)  # below, a label would lose too much of its variety
CANDIDATES = 1000  # styles of a label, of which the plain one is chosen; twice as many tell its spread
IMAGE, DIGIT = "image", "digit"  # what the critic is shown

Params = dict[str, mx.nd.NDArray]


def critic_symbol() -> mx.sym.Symbol:
    """The critic's graph: images (batch, 784) and labels (batch,) in, a score out, higher for real digits."""
    x = mx.sym.reshape(mx.sym.Variable(IMAGE), (-1, 1, 28, 28))  # -> (batch, 1, 28, 28)
    for name, kernel, filters in [("look1", 4, 32), ("look2", 4, 64), ("look3", 3, 128)]:
        x = mx.sym.Convolution(
            x, name=name, kernel=(kernel, kernel), stride=(2, 2), pad=(1, 1), num_filter=filters
        )  # -> (batch, 32, 14, 14) -> (batch, 64, 7, 7) -> (batch, 128, 4, 4)
        x = mx.sym.LeakyReLU(x, slope=0.2)
    x = mx.sym.LeakyReLU(dense(x, "look4", 128), slope=0.2)  # -> (batch, 128)
    # Not mx.sym.Embedding: bound for the slopes of its inputs, it fails on those of the label.
    digit = mx.sym.one_hot(mx.sym.Variable(DIGIT), depth=CLASSES)  # (batch,) -> (batch, 10)
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
        steps: how many there will be.
        seed: the same seed, images and number of threads give the same parameters, bit for bit.
        batch_size: the number of real digits, and of made ones, in a step.

    Attributes:
        generator, critic: the Modules. A Duel is for one thread.
        averaged: the generator's averaged parameters.
    """

    def __init__(self, steps: int, seed: int = networks.SEED, batch_size: int = BATCH_SIZE) -> None:
        self._batch_size, self._random, self._step = batch_size, np.random.default_rng(seed), 0
        mx.random.seed(seed)
        self.generator = mx.mod.Module(
            get_image(mx.sym.Variable(networks.DATA)),
            data_names=[networks.DATA],
            label_names=None,
            fixed_param_names=["plain_weight", "spread_weight"],  # chosen afterwards
        )
        self.generator.bind([(networks.DATA, (batch_size, 1 + STYLE))])
        initializers = {"plain_weight": mx.init.Zero(), "spread_weight": mx.init.One(), ".*": _initializer()}
        self.generator.init_params(mx.init.Mixed(list(initializers), list(initializers.values())))
        symbol, inputs = critic_symbol(), [IMAGE, DIGIT]
        self.critic = mx.mod.Module(symbol, data_names=inputs, label_names=None)
        self.critic.bind([(IMAGE, (2 * batch_size, PIXELS)), (DIGIT, (2 * batch_size,))])
        self.critic.init_params(_initializer())
        # The critic again, the same arrays, for half as many images: it tells the generator how the score
        # changes with its pixels, and leaves out how it changes with the critic's own weights.
        weights = [name for name in symbol.list_arguments() if name not in inputs]
        self._feedback = mx.mod.Module(symbol, data_names=inputs, label_names=None, fixed_param_names=weights)
        self._feedback.bind(
            [(IMAGE, (batch_size, PIXELS)), (DIGIT, (batch_size,))],
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
        """Show both networks real digits (batch_size, 784) and as many made ones of the same labels.

        Returns:
            The critic's hinge loss, 0 where it tells all apart and 2 where it tells nothing, and the mean
            score that it then gives to the made ones.
        """
        n = self._batch_size
        z = self._random.standard_normal((n, STYLE))
        self.generator.forward(mx.io.DataBatch([mx.nd.array(rows(labels, z))]), is_train=True)
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


def plainest(
    module: mx.mod.Module, readers: Sequence[Reader], means: networks.Array, seed: int
) -> networks.Array:
    """The style of each label, (STYLE, 10), whose picture is read best, and is nearest to the mean digit.

    Args:
        module: the generator, whose plain styles are still 0.
        readers: tell of images (n, 784) how likely each is each digit, (n, 10).
        means: (10, 784), the mean digit of each label.
        seed: of the styles to choose from.
    """
    z = 0.7 * styles(CANDIDATES, seed)  # nearer to the middle than most
    best = np.empty((STYLE, CLASSES), np.float32)
    for digit in range(CLASSES):
        images = inference.predict(module, rows(np.full(len(z), digit), z))
        sure = np.min([read(images)[:, digit] for read in readers], axis=0)
        candidates = np.argsort(-sure, kind="stable")[:20]
        distances = np.square(images[candidates] - means[digit]).sum(axis=1)
        best[:, digit] = z[candidates[distances.argmin()]]
    return best


def spreads(module: mx.mod.Module, read: Reader, seed: int) -> networks.Array:
    """How far the styles of each label may go, (1, 10): the first of SPREADS of which enough is read right.

    It is the truncation of Brock et al. 2019, "Large Scale GAN Training for High Fidelity Natural Image
    Synthesis".

    Args:
        module: the generator, whose spreads are still 1.
        read: tells of images (n, 784) how likely each is each digit, (n, 10).
        seed: of the styles to look at.
    """
    z = styles(2 * CANDIDATES, seed)
    found = np.full((1, CLASSES), SPREADS[-1], np.float32)
    for digit in range(CLASSES):
        for spread in SPREADS:
            images = inference.predict(module, rows(np.full(len(z), digit), spread * z))
            if (read(images).argmax(axis=1) == digit).mean() >= READ:
                found[0, digit] = spread
                break
    return found


def train(
    data_dir: runs.Folder | None = None,
    model_dir: runs.Folder = runs.MODEL_DIR,
    output: runs.Folder = runs.OUTPUT,
    epochs: int = EPOCHS,
    seed: int = networks.SEED,
    *,
    progress: bool = True,
    report: Callable[[str], object] = print,
) -> mx.mod.Module:
    """Train the generator of digits, and leave its checkpoint and a picture behind.

    Each epoch is scored by a reader trained on one half of the digits, which also chooses the plain styles in
    the end; the other half is left to `evaluate_generator`. The generator itself learns from both.

    Args:
        data_dir: as `data.load` takes it.
        model_dir: the folder for `digits-generator-symbol.json` and `digits-generator-NNNN.params`.
        output: the folder for `digits-generator.png`, ten digits of each label, the first with the style 0.
        epochs: how many times to go through the digits.
        seed: the same seed and number of threads give the same checkpoint.
        progress: whether to show a bar on standard error.
        report: is called with a line of losses and scores after each epoch.

    Returns:
        The generator, a Module from rows of a label and a style to images.

    Raises:
        DataError: the images are not 28x28, or a label is not within 0..9 or is missing.
        TrainingError: the losses are no longer finite numbers.
        ValueError: there are no epochs to train.
    """
    if epochs < 1:
        raise ValueError(f"training takes 1 epoch or more, not {epochs}")
    dataset = load("train", data_dir)
    classes(dataset.labels)  # or says which label is no digit
    if dataset.shape != (28, 28) or len(np.unique(dataset.labels)) != CLASSES:
        raise DataError(f"expected images of 28x28 and all of the labels 0..9, found {dataset}; try MNIST")
    half = halves(dataset)[0]
    judge = Judge(half, seed, progress=progress, report=lambda line: None)
    yardstick = Yardstick(judge, dataset)
    batch_size = min(BATCH_SIZE, len(dataset))
    steps = len(dataset) // batch_size
    duel = Duel(epochs * steps, seed, batch_size)
    module = networks.build(NETWORK, PIXELS, batch_size=batch_size, seed=seed)
    labels, z = np.repeat(np.arange(CLASSES), 200), styles(200 * CLASSES, seed)
    shuffle = np.random.default_rng([seed, 1])
    for epoch in range(1, epochs + 1):
        title = f"{NETWORK.name} epoch {epoch}"
        order = shuffle.permutation(len(dataset))[: steps * batch_size].reshape(steps, batch_size)
        losses = [
            duel.step(dataset.images[batch], dataset.labels[batch])
            for batch in tqdm(order, title, leave=False, disable=not progress)
        ]
        loss, told = np.mean(losses, axis=0)
        if not np.isfinite([loss, told]).all():
            raise training.TrainingError(f"{title}: expected finite losses, found {loss} and {told}")
        module.set_params(duel.averaged, duel.statistics(rows(labels, z)))
        scores = yardstick.score(inference.predict(module, rows(labels, z)), labels)
        report(f"{title}: critic's loss {loss:.3f}, score of samples {told:.3f}; {scores}")
    _choose(module, [judge.probabilities, *_post_readers(half, seed)], dataset, seed)
    checkpoints.save(module, Path(model_dir) / NETWORK.name, epochs, dtype="float16")
    shown, few = np.repeat(np.arange(CLASSES), 10), styles(100, seed)
    few[::10] = 0
    im_sav(
        f"{NETWORK.name}.png",
        output,
        runs.pictures(inference.predict(module, rows(shown, few)), dataset.shape),
    )
    return module


def _post_readers(half: Dataset, seed: int) -> list[Reader]:
    """The post's discriminator, three times, trained on half of the digits for as many steps as on all."""

    def reader(seed: int) -> Reader:
        module = training.train(
            discriminator.NETWORK,
            half,
            2 * networks.EPOCHS,
            seed=seed,
            progress=False,
            report=lambda line: None,
        ).module
        return lambda images: inference.predict(module, images)

    return [reader(seed + offset) for offset in range(1, 4)]


def _choose(module: mx.mod.Module, readers: Sequence[Reader], dataset: Dataset, seed: int) -> None:
    """Set the plain styles, by all readers, and the spreads, by the first."""
    means = np.stack([dataset.images[dataset.labels == digit].mean(axis=0) for digit in range(CLASSES)])
    arguments, auxiliaries = module.get_params()
    arguments["plain_weight"][:] = plainest(module, readers, means, seed)
    module.set_params(arguments, auxiliaries)
    arguments["spread_weight"][:] = spreads(module, readers[0], seed)
    module.set_params(arguments, auxiliaries)


def main(argv: Sequence[str] | None = None) -> None:
    """The command line: `python -m autoencoder.adversarial --help`."""
    parser = argparse.ArgumentParser(
        description="Train the generator of digits, save it, draw what it makes."
    )
    runs.add_arguments(parser)
    parser.set_defaults(epochs=EPOCHS)
    options = vars(parser.parse_args(argv))
    try:
        train(**options)
    except (DataError, training.TrainingError, OSError) as error:
        parser.exit(1, f"{parser.prog}: {error}\n")


if __name__ == "__main__":
    main()
