"""Thresholds of acceptance on real and simulated answers: how often the promise is kept, and what passes.

    $ python -m tests.measurements.promises.acceptance
    $ python -m tests.measurements.promises.acceptance --digits

prints Markdown tables; MAPIE stands beside where it is installed.
"""

import argparse
import functools
import warnings

import numpy as np

import mxspec as s
from tests.amounts import amount
from tests.benchmarks.report import table

# --- simulated answers -----------------------------------------------------------------------------------

# The probability that an answer is wrong, by its score from 0 to 1.
SIMULATED = {
    "easy": lambda score: 0.3 * (1 - score) ** 4,
    "a floor of errors": lambda score: 0.01 + 0.3 * (1 - score) ** 4,
    "a cliff": lambda score: np.where(score < 0.4, 0.3, 0.01),
    "says nothing": lambda score: np.full_like(score, 0.03),
    "a pit at 0.49": lambda score: np.where((score > 0.48) & (score < 0.5), 0.9, 0.0),
    "higher is worse": lambda score: 0.08 * score**2,
}


def draw(kind, n, rng):
    """Return n scores, and which of the answers are right."""
    scores = rng.random(n)
    return scores, rng.random(n) >= SIMULATED[kind](scores)


def simulate(kind, n, share, confidence, tries, choose=None):
    """Return how often at most the share is wrong of what passes, and how much passes on average.

    Args:
        kind, n, share, confidence, tries: what is drawn, how many, and what is promised, how often.
        choose: a function of scores, marks and the share to a threshold, None for `accept`.
    """
    rng = np.random.default_rng(1)
    steps = (np.arange(100_000) + 0.5) / 100_000
    wrong = SIMULATED[kind](steps)
    kept, coverage = 0, []
    for _ in range(tries):
        scores, right = draw(kind, n, rng)
        floor = (choose or functools.partial(choose_ours, confidence=confidence))(scores, right, share)
        passing = wrong[steps >= floor]
        kept += not passing.size or passing.mean() <= share
        coverage.append(passing.size / steps.size)
    return kept / tries, float(np.mean(coverage))


# --- classifiers -----------------------------------------------------------------------------------------


@functools.cache
def answers_of(name):
    """Return the scores of a classifier's answers to rows that are new to it, and which are right."""
    from sklearn import datasets
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict
    from sklearn.naive_bayes import GaussianNB
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if name == "digits, naive Bayes":
        x, y = datasets.load_digits(return_X_y=True)
        model = GaussianNB(var_smoothing=0.1)
    elif name == "digits, forest":
        x, y = datasets.load_digits(return_X_y=True)
        model = RandomForestClassifier(30, random_state=0)
    elif name == "breast cancer, logistic":
        x, y = datasets.load_breast_cancer(return_X_y=True)
        model = make_pipeline(StandardScaler(), LogisticRegression())
    else:
        noise = 0.02 if name == "made of clusters" else 0.1
        x, y = datasets.make_classification(
            6000, n_features=20, n_informative=8, n_classes=3, flip_y=noise, class_sep=1.5, random_state=1
        )
        model = RandomForestClassifier(60, min_samples_leaf=3, random_state=0)
    probabilities = cross_val_predict(model, x, y, method="predict_proba", cv=5)
    return probabilities.max(1), probabilities.argmax(1) == y


SETS = {
    "digits, naive Bayes": 0.1,
    "digits, forest": 0.02,
    "breast cancer, logistic": 0.05,
    "made of clusters": 0.05,
    "the same, 10% of labels random": 0.1,
}
"""The sets, each with the share of wrong answers that is asked for."""


def choose_ours(scores, right, share, confidence=0.99):
    """Return the threshold of `accept`, infinite if it promises none."""
    try:
        return float(s.accept(scores, right, share, confidence))
    except s.SpecDefinitionError:
        return np.inf


def choose_mapie(method):
    """Return a function that chooses MAPIE's threshold of a precision, of its own grid of 100."""
    from mapie.risk_control import BinaryClassificationController

    def choose(scores, right, share):
        control = BinaryClassificationController(
            lambda x: np.column_stack([1 - x[:, 0], x[:, 0]]),
            risk="precision",
            target_level=1 - share,
            confidence_level=0.99,
            fwer_method=method,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            control.calibrate(scores[:, None], right.astype(int))
        best = control.best_predict_param
        return np.inf if best is None else float(best)

    return choose


def score_draws(name, share, choose, tries):
    """Return how often the promise is kept, how much passes on average, and how often nothing.

    The source is the whole set, so that the true share of a threshold is known; each time half as many
    labelled answers are drawn from it with replacement.
    """
    scores, right = answers_of(name)
    kept, coverage = 0, []
    for seed in range(tries):
        sample = np.random.default_rng(seed).integers(len(scores), size=len(scores) // 2)
        passing = scores >= choose(scores[sample], right[sample], share)
        kept += not passing.any() or np.mean(~right[passing]) <= share
        coverage.append(passing.mean())
    return kept / tries, float(np.mean(coverage)), float(np.mean(np.array(coverage) == 0))


def choosers():
    """Return `accept` and MAPIE's methods, which need it installed, by name."""
    try:
        methods = ("fixed_sequence", "bonferroni_holm")
        return {"accept": choose_ours, **{f"MAPIE, {method}": choose_mapie(method) for method in methods}}
    except ImportError:
        print("MAPIE is not installed: pip install mapie\n")
        return {"accept": choose_ours}


def set_rows(tries):
    """Yield the rows of the table of sets."""
    choices = choosers() | {"0.5": lambda *_: 0.5, "0.8": lambda *_: 0.8}
    for name, share in SETS.items():
        scores, right = answers_of(name)
        for method, choose in choices.items():
            kept, coverage, nothing = score_draws(name, share, choose, tries)
            yield [
                f"{name} ({len(scores):,})", f"{np.mean(~right):.1%}", f"{share:.0%}", method, f"{kept:.1%}",
                f"{coverage:.1%}", f"{nothing:.1%}",
            ]  # fmt: skip


# --- digits ----------------------------------------------------------------------------------------------


def read_digits():
    """Return the confidences of the networks that ship on the test digits, -1 where one is refused."""
    from autoencoder import digits
    from autoencoder.data import idx

    test = idx.load("t10k")
    count = amount(len(test), 4000)
    readings = digits.read_many([*test.images[:count]])
    scores = np.array([each.confidence if each.reason is None else -1.0 for each in readings])
    return scores, np.array([each.label for each in readings], dtype=object) == test.labels[:count]


def digit_rows(scores, right, tries):
    """Yield the rows of the table of digits: half of them labelled, the other half counted."""
    for share in (0.001, 0.005, 0.01):
        cells = []
        for seed in range(tries):
            order = np.random.default_rng(seed).permutation(len(scores))
            known, rest = np.array_split(order, 2)
            known = known[scores[known] >= 0]
            floor = choose_ours(scores[known], right[known], share)
            passing = rest[scores[rest] >= floor]
            cells.append((floor, passing.size / rest.size, np.mean(~right[passing]) if passing.size else 0.0))
        cells = np.array(cells)
        is_promised = np.isfinite(cells[:, 0])
        floor, coverage, wrong = cells[is_promised].mean(0)
        yield [f"{share:.1%}", f"{is_promised.mean():.0%}", f"{floor:.4f}", f"{coverage:.2%}", f"{wrong:.2%}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--digits", action="store_true", help="ask the networks that ship")
    parser.add_argument("--tries", type=int, default=amount(1000, 3))
    args = parser.parse_args()
    if args.digits:
        scores, right = read_digits()
        rows = list(digit_rows(scores, right, args.tries))
        print(table(["wrong at most", "promised", "least confidence", "pass", "wrong of these"], rows))
        print()
        floors = [0.0, 0.5, 0.8, 0.9, 0.99, 0.999]
        rows = [
            [
                str(floor or "none"),
                f"{np.mean(scores >= floor):.2%}",
                f"{np.mean(~right[scores >= floor]):.2%}",
            ]
            for floor in floors
        ]
        print(table(["least confidence, guessed", "pass", "wrong of these"], rows))
        return
    columns = ["answers", "wrong", "wrong at most", "threshold", "kept", "passes", "nothing passes"]
    print(table(columns, set_rows(args.tries)))
    print(f"\nSimulated answers, 3,000 labels, wrong at most 2%, {args.tries:,} draws:\n")
    rows = []
    for kind in SIMULATED:
        for method, choose in choosers().items():
            kept, coverage = simulate(kind, 3000, 0.02, 0.99, args.tries, choose)
            rows.append([kind, method, f"{kept:.1%}", f"{coverage:.1%}"])
    print(table(["answers", "threshold", "kept", "passes"], rows))


if __name__ == "__main__":
    main()
