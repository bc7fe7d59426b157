"""The anomaly score that `from_examples(embed=)` chooses, beside each single score, by what they refuse.

    $ python -m tests.measurements.networks.examples

800 examples of each task are given, without labels; each score is asked about others like them and about
what is to be refused. The single scores are scikit-learn's, and learn from as many examples as the spec does.
"""

import argparse
import warnings

import numpy as np

import mxspec as s
from autoencoder.data import idx
from autoencoder.data.idx import Dataset
from autoencoder.digits.training.judge import Judge
from tests.amounts import amount
from tests.measurements.networks.probe_kinds import draw_pictures

EPOCHS = amount(3, 1)
COUNT, HELD_BACK, ASKED, LEARNT = amount(800, 500), 459, *amount((1000, 6000), (20, 200))


def network_of(labels, epochs=EPOCHS):
    """Return the features of a small network that has learnt to tell labels of MNIST's training digits."""
    train = idx.load("train")
    rows = np.flatnonzero(np.isin(train.labels, labels))[:LEARNT]
    numbers = np.searchsorted(labels, train.labels[rows])
    judge = Judge(Dataset(train.images[rows], numbers, train.shape), len(labels), epochs=epochs,
                  progress=False, report=lambda line: None)  # fmt: skip
    return lambda images: judge.features(np.asarray(images, np.float32))


def labels_apart(some, others):
    def task(random):
        test = idx.load("t10k")
        mine, rest = (
            random.permutation(np.flatnonzero(np.isin(test.labels, each))) for each in (some, others)
        )
        return test.images[mine], test.images[rest]

    return task, lambda: network_of(some)


def digits_beside(kind, *, swapped=False):
    def task(random):
        test = idx.load("t10k")
        images = test.images[random.permutation(len(test))[: COUNT + ASKED]]
        others = draw_pictures(kind, test, COUNT + ASKED, int(random.integers(1000))).framed
        return (others, images) if swapped else (images, others)

    return task, lambda: network_of([*range(10)])


TASKS = {
    "digits, beside letters by hand": digits_beside("letters by hand"),
    "digits, beside signs typed": digits_beside("signs typed"),
    "letters by hand, beside digits": digits_beside("letters by hand", swapped=True),
    "0 to 4, beside 5 to 9": labels_apart([0, 1, 2, 3, 4], [5, 6, 7, 8, 9]),
    "5 to 9, beside 0 to 4": labels_apart([5, 6, 7, 8, 9], [0, 1, 2, 3, 4]),
}


def single_scores(rows):
    """Return the three scores, by scikit-learn, that have learnt from rows (n, d)."""
    from sklearn.covariance import LedoitWolf
    from sklearn.decomposition import PCA
    from sklearn.neighbors import NearestNeighbors

    components, neighbours, covariance = (
        PCA(0.95).fit(rows),
        NearestNeighbors(n_neighbors=3).fit(rows),
        LedoitWolf().fit(rows),
    )
    return {
        "PCA residual": lambda x: np.square(x - components.inverse_transform(components.transform(x))).sum(
            axis=1
        ),
        "nearest neighbours": lambda x: neighbours.kneighbors(x)[0].mean(axis=1),
        "Mahalanobis distance": covariance.mahalanobis,
    }


def measure(task, embed, seed):
    """Return the AUROC of each single score and of the choice, the share refused by each at the promise's
    threshold, and the choice itself."""
    from sklearn.metrics import roc_auc_score

    images, others = task(np.random.default_rng(seed))
    examples, asked, others = images[:COUNT], images[COUNT : COUNT + ASKED], others[:ASKED]
    spec = s.from_examples(examples, embed=s.batched(embed)(lambda x: embed(x[None])[0]), seed=seed)
    order = np.random.default_rng(seed).permutation(COUNT)
    truth = np.repeat([0, 1], [len(asked), len(others)])
    result = {}
    for of, features in (("values", np.asarray), ("features", embed)):
        for name, score in single_scores(features(examples[order[HELD_BACK:]])).items():
            result[f"{name} of {of}"] = roc_auc_score(truth, score(features(np.concatenate([asked, others]))))
    readings = spec.judge_all([*asked, *others])
    result["chosen"] = roc_auc_score(truth, [reading.score for reading, _ in readings])
    accepted = np.array([is_accepted for _, is_accepted in readings])
    return result, spec.model.choice, 1 - accepted[truth == 0].mean(), 1 - accepted[truth == 1].mean()


def main():
    """Print a line for each task: the best single score, the choice, and what it costs."""
    parser = argparse.ArgumentParser(prog="python -m tests.measurements.networks.examples")
    parser.add_argument("--seeds", type=int, nargs="+", default=amount([101, 102, 103], [101]))
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    for name, (task, network) in [*TASKS.items()][:: amount(1, 100)]:
        embed = network()
        rows = [measure(task, embed, seed) for seed in options.seeds]
        mean = {score: np.mean([row[0][score] for row in rows]) for score in rows[0][0]}
        best = max((score for score in mean if score != "chosen"), key=lambda score: mean[score])
        print(f"{name}: chosen {mean['chosen']:.3f}, best single {mean[best]:.3f}", flush=True)
        print("  ", ", ".join(f"{score} {share:.3f}" for score, share in mean.items()))
        refused = [np.mean([row[number] for row in rows]) for number in (2, 3)]
        print(
            f"   refused: {refused[0]:.1%} of such, {refused[1]:.1%} of others; chosen:",
            *(row[1] for row in rows),
        )


if __name__ == "__main__":
    main()
