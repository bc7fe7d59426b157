"""The training of the generator of digits as a GAN (Goodfellow et al. 2014, "Generative Adversarial
Nets").

The critic scores an image and its label; the generator learns from the gradient of the score by its pixels:

- the label enters the score as the product of an embedding and the features of the image (Miyato, Koyama
  2018, "cGANs with Projection Discriminator");
- the loss is the hinge (Lim, Ye 2017, "Geometric GAN"), and the spectral norm of the critic's weights is
  bounded (Miyato et al. 2018, "Spectral Normalization for Generative Adversarial Networks");
- the checkpoint has the moving average of the generator's weights (Yazici et al. 2019, "The Unusual
  Effectiveness of Averaging in GAN Training").
"""

from __future__ import annotations

import functools
import math
from typing import TypeAlias

import numpy as np

from autoencoder import discriminator
from autoencoder.data.bookmark import Bookmark, TrainingState, digest_of
from autoencoder.data.idx import Dataset
from autoencoder.data.labels import Labels
from autoencoder.data.pictures import Array, pictures
from autoencoder.digits.digit_generator import (
    EPOCHS,
    NAME,
    NORMED,
    STYLE,
    TUNED,
    generator_inputs,
    generator_network,
    get_image,
    styles,
)
from autoencoder.digits.training import learning
from autoencoder.digits.training.judge import Judge, Reader, SampleEvaluator, halves
from autoencoder.digits.training.rotation import give_meaning
from autoencoder.digits.training.tuning import tune
from autoencoder.networks import checkpoint
from autoencoder.networks.mx import mx, start_engine
from autoencoder.networks.network import DATA, SEED, check_image_size, seed_mxnet, symbol_for
from autoencoder.networks.predictor import predict
from autoencoder.networks.progress import clock, progress_bar
from autoencoder.networks.run import (
    DEFAULT,
    NOTHING_TO_RESUME,
    TrainingError,
    TrainingRun,
    save_labels,
    select_arrays,
    set_state,
    state_of,
)
from autoencoder.viz import im_sav

# --- the generator and its critic -------------------------------------------------------------------------

BATCH_SIZE = 100
LEARNING_RATE = 0.001  # of both networks; constant for half of the steps, then falling to 0
BETA1, BETA2 = 0.5, 0.99  # Adam's usual 0.9 and 0.999 average for too long, while the other network changes
AVERAGING = 0.998  # the decay of the moving average of the weights
SPECTRAL_NORM = 4.0  # less is too weak: after 2 epochs the judge reads 95% right with 2, 99% with 4
IMAGE, DIGIT = "image", "digit"  # the inputs of the critic

Params: TypeAlias = "dict[str, mx.nd.NDArray]"


def critic_symbol(shape: tuple[int, int], count: int) -> mx.sym.Symbol:
    """Return the critic's graph from images (batch, pixels) and labels (batch,) to scores (batch, 1).

    The score is higher for real digits.

    Args:
        shape: (height, width) of an image in pixels.
        count: the number of labels.
    """
    # For 28x28 pixels and 10 labels:
    x = mx.sym.reshape(mx.sym.Variable(IMAGE), (-1, 1, *shape))  # (batch, 784) -> (batch, 1, 28, 28)
    for name, kernel, filters in [("look1", 4, 32), ("look2", 4, 64), ("look3", 3, 128)]:
        x = mx.sym.Convolution(
            x, name=name, kernel=(kernel, kernel), stride=(2, 2), pad=(1, 1), num_filter=filters
        )  # -> (batch, 32, 14, 14) -> (batch, 64, 7, 7) -> (batch, 128, 4, 4)
        x = mx.sym.LeakyReLU(x, slope=0.2)
    x = mx.sym.LeakyReLU(mx.sym.FullyConnected(x, name="look4", num_hidden=128), slope=0.2)  # -> (batch, 128)
    # Not mx.sym.Embedding: bound for the gradients of its inputs, it fails on the label's.
    digit = mx.sym.one_hot(mx.sym.Variable(DIGIT), depth=count)  # (batch,) -> (batch, 10)
    embedding = mx.sym.FullyConnected(digit, name="wanted", num_hidden=128, no_bias=True)  # -> (batch, 128)
    score = mx.sym.FullyConnected(x, name="score", num_hidden=1)
    return score + mx.sym.sum(x * embedding, axis=1, keepdims=True)  # -> (batch, 1)


def _neutral_initializer(name: str) -> mx.init.Initializer:
    """Return the initializer of a parameter of TUNED with which styles stay unchanged."""
    return mx.init.One() if name == "spread_weight" else mx.init.Zero()


class DecaySchedule:
    """An MXNet schedule: the learning rate is constant for half of the steps, then falls linearly to 0."""

    base_lr = LEARNING_RATE

    def __init__(self, steps: int) -> None:
        self._steps = steps

    def __call__(self, step: int) -> float:
        return float(self.base_lr * min(1.0, max(0.0, 2 * (1 - step / self._steps))))


class GanTrainer:
    """Trains a generator and its critic in turns.

    Args:
        shape: (height, width) of an image in pixels.
        count: the number of labels.
        steps: the number of steps of the whole training.
        seed: the same seed, images and number of threads give the same parameters, bit for bit.
        batch_size: the number of real digits of a step, and of generated digits.

    Attributes:
        generator, critic: their Modules, for one thread.
        averaged: the generator's averaged parameters.
    """

    def __init__(
        self,
        shape: tuple[int, int],
        count: int,
        steps: int,
        seed: int = SEED,
        batch_size: int = BATCH_SIZE,
    ) -> None:
        from autoencoder.networks.training import ThreadModule  # late: it imports MXNet

        start_engine()
        self._count, self._batch_size = count, batch_size
        self._random, self._step = np.random.default_rng(seed), 0
        self.generator = ThreadModule(
            get_image(mx.sym.Variable(DATA), shape, count),
            data_names=[DATA],
            label_names=None,
            fixed_param_names=list(TUNED),
        )
        pixels = math.prod(shape)
        self.critic = ThreadModule(critic_symbol(shape, count), data_names=[IMAGE, DIGIT], label_names=None)
        self.generator.bind([(DATA, (batch_size, 1 + STYLE))])
        self.critic.bind([(IMAGE, (2 * batch_size, pixels)), (DIGIT, (2 * batch_size,))])
        with seed_mxnet(seed):
            weights = mx.init.Xavier(magnitude=2)
            initializers = [*map(_neutral_initializer, TUNED), weights]
            self.generator.init_params(mx.init.Mixed([*TUNED, ".*"], initializers))
            self.critic.init_params(weights)
        for module in (self.generator, self.critic):
            # rescale_grad: MXNet would divide by the batch size, but the gradients below already belong to a
            # mean.
            options = {
                "beta1": BETA1,
                "beta2": BETA2,
                "rescale_grad": 1.0,
                "lr_scheduler": DecaySchedule(steps),
            }
            module.init_optimizer(optimizer="adam", optimizer_params=options)
        self._feedback = _bind_feedback(self.critic, batch_size, pixels)
        parameters, _ = self.critic.get_params()
        self._directions = {
            name: self._random.standard_normal(len(parameters[name])).astype(np.float32)
            for name in ("look1_weight", "look2_weight", "look3_weight", "look4_weight")
        }
        self.averaged: Params = {name: value.copy() for name, value in self.generator.get_params()[0].items()}

    def state(self) -> TrainingState:
        """Return the state of the training, for resuming."""
        parts = {
            "generator": state_of(self.generator),
            "critic": state_of(self.critic),
            "direction": self._directions,
            "averaged": {name: value.asnumpy() for name, value in self.averaged.items()},
        }
        arrays = {f"{part} {name}": value for part in parts for name, value in parts[part].items()}
        return TrainingState(arrays, {"random": self._random.bit_generator.state, "step": self._step})

    def set_state(self, state: TrainingState) -> None:
        """Restore the state of another trainer with the same arguments."""
        set_state(self.generator, select_arrays(state.arrays, "generator "))
        set_state(self.critic, select_arrays(state.arrays, "critic "))
        self._directions = select_arrays(state.arrays, "direction ")
        for name, value in select_arrays(state.arrays, "averaged ").items():
            self.averaged[name][:] = value
        self._random.bit_generator.state = state.numbers["random"]
        self._step = state.numbers["step"]

    def step(self, images: Array, labels: Array) -> tuple[float, float]:
        """Train both networks with real digits (batch_size, pixels) and generated digits of the same labels.

        Returns:
            The critic's hinge loss, from 0 for perfect separation to 2 for no separation, and its mean score
            of the generated digits afterwards.
        """
        z = self._random.standard_normal((self._batch_size, STYLE))
        self.generator.forward(
            mx.io.DataBatch([mx.nd.array(generator_inputs(labels, z, self._count))]), is_train=True
        )
        generated, digit = self.generator.get_outputs()[0], mx.nd.array(labels)
        loss = self._step_of_critic(mx.nd.array(images), generated, digit)
        score = self._step_of_generator(generated, digit)
        self._average()
        return loss, score

    def _step_of_critic(self, images: mx.nd.NDArray, generated: mx.nd.NDArray, digit: mx.nd.NDArray) -> float:
        n = self._batch_size
        both = [mx.nd.concat(images, generated, dim=0), mx.nd.concat(digit, digit, dim=0)]
        self.critic.forward(mx.io.DataBatch(both), is_train=True)
        score = self.critic.get_outputs()[0].asnumpy()
        # The mean of max(0, 1 - score) of real and of max(0, 1 + score) of generated ones; and its gradient.
        margin = np.concatenate([1 - score[:n], 1 + score[n:]])
        gradient = np.where(margin > 0, np.repeat([[-1.0], [1.0]], n, axis=0), 0.0) / n
        self.critic.backward([mx.nd.array(gradient)])
        self.critic.update()
        self._bound_critic()
        return float(np.maximum(margin, 0).sum() / n)

    def _step_of_generator(self, generated: mx.nd.NDArray, digit: mx.nd.NDArray) -> float:
        n = self._batch_size
        self._feedback.forward(mx.io.DataBatch([generated, digit]), is_train=True)
        score = self._feedback.get_outputs()[0].asnumpy()
        self._feedback.backward([mx.nd.full((n, 1), -1.0 / n)])  # the generator wants a higher mean score
        self.generator.backward([self._feedback.get_input_grads()[0]])
        self.generator.update()
        return float(score.mean())

    def _bound_critic(self) -> None:
        """Scale weights down to a largest singular value of SPECTRAL_NORM."""
        parameters, auxiliaries = self.critic.get_params()
        for name, direction in self._directions.items():
            weight = parameters[name].asnumpy()
            matrix = weight.reshape(len(weight), -1)
            # One step of the power iteration suffices, since weights change little in a training step.
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
        # Average over fewer steps at first, to forget the random initial weights.
        decay = min(AVERAGING, self._step / (self._step + 10))
        current, _ = self.generator.get_params()
        for name, value in self.averaged.items():
            value[:] = decay * value + (1 - decay) * current[name]

    def statistics(self, x: Array) -> Params:
        """Return the means and variances of batch normalisation for the averaged weights, over rows x.

        The generator's own statistics belong to weights that are not saved.
        """
        _, auxiliaries = self.generator.get_params()
        statistics = {name: value.copy() for name, value in auxiliaries.items()}
        layers = self.generator.symbol.get_internals()
        for name in NORMED:  # in the order of the graph, since each depends on those before it
            module = type(self.generator)(layers[f"{name}_output"], data_names=[DATA], label_names=None)
            module.bind([(DATA, x.shape)], for_training=False)
            module.set_params(self.averaged, statistics, allow_extra=True)
            module.forward(mx.io.DataBatch([mx.nd.array(x)]), is_train=False)
            values = module.get_outputs()[0].asnumpy()  # (n, channels, h, w)
            statistics[f"{name}_norm_moving_mean"][:] = values.mean(axis=(0, 2, 3))
            statistics[f"{name}_norm_moving_var"][:] = values.var(axis=(0, 2, 3))
        return statistics


def _bind_feedback(critic: mx.mod.Module, batch_size: int, pixels: int) -> mx.mod.Module:
    """Return a second critic that shares the critic's arrays, for half as many images.

    It computes the gradients of the score by the pixels instead of the weights.
    """
    inputs = [IMAGE, DIGIT]
    weights = [name for name in critic.symbol.list_arguments() if name not in inputs]
    feedback = type(critic)(critic.symbol, data_names=inputs, label_names=None, fixed_param_names=weights)
    feedback.bind(
        [(IMAGE, (batch_size, pixels)), (DIGIT, (batch_size,))], inputs_need_grad=True, shared_module=critic
    )
    return feedback


# --- the training of the generator ------------------------------------------------------------------------

FEWEST_STEPS = 150  # of an epoch; an epoch repeats a small data set
SCORED = 2000  # samples to score an epoch
POST_EPOCHS = 6  # twice the post's, on half of the digits


def train_generator(run: TrainingRun = DEFAULT) -> mx.mod.Module:
    """Train the generator of a data set, and save it and a picture of samples.

    A judge, trained on one half of the images, scores each epoch and guides `tuning`;
    `measures.measure_generator` uses a judge trained on the other half. The generator learns from all images.
    The model dir gets `digits-generator-symbol.json`, `digits-generator-NNNN.params` and `labels.json`; the
    output gets `digits-generator.png`, ten digits of each label, the first with the style 0.

    Args:
        run: the data, the folders and the rest.

    Returns:
        The generator, a Module from rows of a label and a style to images.

    Raises:
        DataError: images smaller than 4x4, or a label without images.
        TrainingError: a loss is not finite.
        ValueError: run.epochs is less than 1.
    """
    epochs = EPOCHS if run.epochs is None else run.epochs
    if epochs < 1:
        raise ValueError(f"training takes 1 epoch or more, not {epochs}")
    with run.edit() as new:
        labels, dataset = run.load()
        labels.check_complete(dataset)
        check_image_size(labels.shape)
        half, count = halves(dataset)[0], len(labels)
        judge = Judge(
            half,
            count,
            run.seed,
            progress=run.progress,
            report=lambda line: None,
            bookmark=run.bookmark("judge", labels, new),
        )
        yardstick = SampleEvaluator(judge, dataset)
        bookmark = run.bookmark(NAME, labels, new)
        module = _train_epochs(epochs, labels, dataset, yardstick, run, bookmark)
        with clock(f"{NAME}: tuning", run.progress):
            tune(module, yardstick, _post_readers(half, count, run.seed), dataset, run.seed)
            give_meaning(module, count, labels.shape, run.seed)
        save_labels(labels, new)
        checkpoint.save_module(module, new.folder / NAME, epochs, dtype="float16", to=new)
        z = styles(10 * count, run.seed)
        z[::10] = 0
        drawn = predict(module, generator_inputs(np.repeat(np.arange(count), 10), z, count))
        im_sav(f"{NAME}.png", run.output, pictures(drawn, labels.shape))
    return module


def _train_epochs(
    epochs: int,
    labels: Labels,
    dataset: Dataset,
    yardstick: SampleEvaluator,
    run: TrainingRun,
    bookmark: Bookmark,
) -> mx.mod.Module:
    """Train the generator; score and bookmark each epoch."""
    from autoencoder.networks.training import bind  # late: it imports MXNet

    count, batch_size = len(labels), min(BATCH_SIZE, len(dataset))
    network = generator_network(labels.shape, count)
    graph = symbol_for(network)
    # Bound for training, or MXNet would keep the layout of weights that are set anew after each epoch.
    module = bind(network, graph, batch_size, for_training=True)
    passes = max(1, math.ceil(FEWEST_STEPS * batch_size / len(dataset)))  # over the data set in an epoch
    steps = passes * len(dataset) // batch_size
    duel = GanTrainer(labels.shape, count, epochs * steps, run.seed, batch_size)
    shuffle = np.random.default_rng([run.seed, 1])
    sample_labels = np.repeat(np.arange(count), SCORED // count)
    samples = generator_inputs(sample_labels, styles(len(sample_labels), run.seed), count)
    bookmark = bookmark.of(epochs=epochs, data=digest_of(dataset.images, dataset.labels), batch=batch_size)
    finished = 0
    if (state := bookmark.load()) is not None:
        finished = state.numbers["epoch"]
        duel.set_state(state)
        shuffle.bit_generator.state = state.numbers["shuffle"]
        module.set_params(duel.averaged, duel.statistics(samples))
        run.report(f"{NAME}: resuming after epoch {finished} of {epochs}")
    elif run.resume:
        run.report(f"{NAME}: {NOTHING_TO_RESUME}")
    for epoch in range(finished + 1, epochs + 1):
        title = f"{NAME} epoch {epoch}"
        order = np.concatenate([shuffle.permutation(len(dataset)) for _ in range(passes)])
        batches = order[: steps * batch_size].reshape(steps, batch_size)
        bar = progress_bar(batches, f"{title} of {epochs}", steps, run.progress)
        losses = [duel.step(dataset.images[batch], dataset.labels[batch]) for batch in bar]
        loss, score = np.mean(losses, axis=0)
        if not np.isfinite([loss, score]).all():
            raise TrainingError(f"{title}: expected finite losses, found {loss} and {score}")
        module.set_params(duel.averaged, duel.statistics(samples))
        scores = yardstick.score(predict(module, samples), sample_labels)
        arrays, numbers = duel.state()
        bookmark.save(
            TrainingState(arrays, {**numbers, "epoch": epoch, "shuffle": shuffle.bit_generator.state})
        )
        run.report(f"{title}: critic's loss {loss:.3f}, score of samples {score:.3f}; {scores}")
    return module


def _post_readers(half: Dataset, count: int, seed: int) -> list[Reader]:
    """Train three of the post's discriminators on half of the digits for twice the epochs."""
    post, epochs = learning.stretch(
        discriminator.network(count, half.images.shape[1]), POST_EPOCHS, len(half)
    )
    modules = [
        learning.train_epochs(post, half, epochs, seed=seed + offset, report=None).module
        for offset in (1, 2, 3)
    ]
    return [functools.partial(predict, module) for module in modules]
