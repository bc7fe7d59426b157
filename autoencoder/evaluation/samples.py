"""Measures of generated digits, beside real test digits and those of the post's generator.

The judge is trained on the half of the training digits that the choice of the generator never saw; see
`training.judge` for its measures. There is also the classification accuracy score (Ravuri and Vinyals 2019,
"Classification Accuracy Score for Conditional Generative Models"): the share of real test digits that a
reader reads right after it has learnt from generated digits alone.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autoencoder.data.idx import Dataset
from autoencoder.generation.network import DigitGenerator, styles
from autoencoder.networks.mx import is_installed
from autoencoder.networks.side_by_side import side_by_side
from autoencoder.progress import clock
from autoencoder.training.judge import Judge, Measures, Reader, Yardstick, halves

SAMPLES = 10_000
TEACHING = 20_000  # digits that a reader learns from for the classification accuracy score
JUDGE_SEED = 0  # of the judge, and of the readers that learn from digits

# The lowest and the highest value that samples may have. Real test digits are measured by the same judge.
BARS: dict[str, tuple[float, float]] = {
    "accuracy": (0.992, 1.0),
    "worst_class": (0.975, 1.0),
    "diversity": (0.97, 1.05),
    "frechet": (0.0, 1.0),
    "plain": (0.99, 1.0),
}
# A goal, not a bar: the scores of two readers that learn from the same samples differ by 0.003.
TEACHING_GOAL = 0.982
COLUMNS = {"samples": "samples", "real": "test images", "post": "the post"}


def evaluate(
    generate: DigitGenerator,
    train: Dataset,
    test: Dataset,
    *,
    seed: int,
    samples: int = SAMPLES,
    teaching: int = TEACHING,
    post: Callable[[Any], Any] | None = None,
    readers: Mapping[str, Reader] | None = None,
    barred: bool = True,
    progress: bool = True,
    report: Callable[[str], object] = print,
) -> dict[str, Any]:
    """Measure a generator of digits.

    Args:
        generate: the generator.
        train: the digits that it was trained on.
        test: other digits.
        seed: the seed of the samples; those of training are small numbers.
        samples: the number of samples, equally many of each label.
        teaching: the number of other samples, equally many of each label, that a reader learns from, and of
            training digits that another learns from.
        post: the post's generator, to be measured as well: returns one image of each label.
        readers: other readers, by name, that have to read the digits of style 0 with 0.99.
        barred: True if the bars are for these digits, which are MNIST's.
        progress, report: as `loop.train` takes them.

    Returns:
        `samples`, `real` (the test digits) and, if it is there, `post`, each a dict of `Measures`;
        `plain`, for each reader the lowest probability that it gives to the label of a digit of style 0;
        `teaching`, the classification accuracy scores of samples and of real training digits;
        `missed`, a line for each bar that was not reached, if there are bars. All of it is ready for JSON.
        Without MXNet nothing is measured, since the judge has to be trained, and `missed` is empty.
    """
    if not is_installed():
        return {"missed": []}
    count = len(generate.labels)
    teaching_sets = [_samples_to_learn(generate, train.shape, teaching, seed), _some(train, teaching)]
    judge, *learners = side_by_side(
        [
            functools.partial(Judge, digits, count, JUDGE_SEED, progress=progress, report=report)
            for digits in (halves(train)[1], *teaching_sets)
        ]
    )
    each = np.arange(count)
    labels = np.repeat(each, max(2, samples // count))
    with clock("samples", progress):
        yardstick = Yardstick(judge, train)
        measures = {
            "samples": yardstick.measure(generate(labels, styles(len(labels), seed)), labels),
            "real": yardstick.measure(test.images, test.labels),
        }
        if post is not None:
            measures["post"] = yardstick.measure(post(each)[labels], labels)
    plain = generate(each)
    result: dict[str, Any] = {name: values._asdict() for name, values in measures.items()}
    everybody = {"judge": judge.probabilities, **(readers or {})}
    result["plain"] = {name: float(read(plain)[each, each].min()) for name, read in everybody.items()}
    scores = [
        float((learner.probabilities(test.images).argmax(axis=1) == test.labels).mean())
        for learner in learners
    ]
    result["teaching"] = dict(zip(("samples", "real"), scores, strict=True))
    result["missed"] = missed(result) if barred else []
    return result


def _samples_to_learn(generate: DigitGenerator, shape: tuple[int, int], size: int, seed: int) -> Dataset:
    """Return samples, equally many of each label, other than those that are measured."""
    count = len(generate.labels)
    labels = np.repeat(np.arange(count), max(2, size // count))
    return Dataset(generate(labels, styles(len(labels), [seed, 1])), labels, shape)


def _some(train: Dataset, size: int) -> Dataset:
    """Return a number of random training digits, or all if there are fewer."""
    rows = np.random.default_rng(JUDGE_SEED).permutation(len(train))[:size]
    return Dataset(train.images[rows], train.labels[rows], train.shape)


def missed(result: Mapping[str, Any]) -> list[str]:
    """Return a line for each bar that a result of `evaluate` does not reach."""
    values = result["samples"] | {"plain": min(result["plain"].values())}
    lines = [
        f"{name} is {values[name]:.4f}, expected {lowest} to {highest}"
        for name, (lowest, highest) in BARS.items()
        if not lowest <= values[name] <= highest
    ]
    for name in ("nearest_median", "nearest_least"):
        if result["samples"][name] < result["real"][name]:
            lines.append(
                f"{name} is {result['samples'][name]:.3f}, of test images {result['real'][name]:.3f}"
            )
    return lines


def table(result: Mapping[str, Any], barred: bool = True) -> str:
    """Return a result of `evaluate` as a table, with `*` before values that miss a bar."""
    columns = [name for name in COLUMNS if name in result]
    if not columns:
        return "generated digits are not measured: training their judge takes MXNet"
    head = " " * 16 + "".join(f"{COLUMNS[name]:>13}" for name in columns)
    lines = [f"{head}  bar" if barred else head]

    def add(name: str, values: Sequence[float], reached: bool, bar: str) -> None:
        star = " " if reached or not barred else "*"
        cells = "".join(f"{value:13.4f}" for value in values) + " " * 13 * (len(columns) - len(values))
        lines.append(f"{star} {name:14}{cells}" + f"  {bar}" * barred)

    for name in Measures._fields:
        lowest, highest = BARS.get(name, (result["real"][name], np.inf))
        bar = f"{lowest:g} to {highest:g}" if name in ("diversity", "frechet") else f"at least {lowest:.4g}"
        reached = lowest <= result["samples"][name] <= highest
        add(name, [result[column][name] for column in columns], reached, bar)
    scores = [result["teaching"][name] for name in ("samples", "real")]
    goal = f"goal {TEACHING_GOAL}; real ones are training digits"
    add("teaching", scores, scores[0] >= TEACHING_GOAL, goal)
    least = BARS["plain"][0]
    for name, value in result["plain"].items():
        add(f"plain, {name}", [value], value >= least, f"at least {least}")
    return "\n".join(line.rstrip() for line in lines)
