"""The anomaly score that `from_examples` chooses where values have features: which, why, and by what."""

import functools
import pickle

import numpy as np
import pytest

import mxspec as s
from mxspec.specs.core.batch import conform_each

linear_autoencoder = pytest.importorskip("mxspec.models.linear_autoencoder")
score_choice = pytest.importorskip("mxspec.models.score_choice")

rng = np.random.default_rng(0)
PROMISE = {"alpha": 0.05, "confidence": 0.9}


def ring(n, seed):
    """Rows of a point on a ring in two columns, among 18 columns of noise."""
    random = np.random.default_rng(seed)
    angles = random.uniform(0, 2 * np.pi, n)
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1) + random.normal(0, 0.05, (n, 2))
    return np.concatenate([points, random.normal(0, 1, (n, 18))], axis=1)


def point(row):
    return row[:2]


def noise(row):
    return row[2:]


@functools.cache
def on_ring():
    return s.from_examples(ring(800, 1), embed=point, **PROMISE)


def test_features_are_compared_where_they_tell_more():
    choice = on_ring().model.choice
    assert (choice.score, choice.of, choice.apart) == ("nearest neighbours", "features", 100)
    assert choice.separations[choice.score, choice.of] == max(choice.separations.values()) > 0.6
    middle, row = np.zeros(20), ring(1, 5)[0]
    assert (s.valid(on_ring(), row), s.valid(on_ring(), middle)) == (True, False)
    assert "by nearest neighbours of features: AUROC 0." in repr(on_ring())


def test_values_are_compared_where_features_tell_less_and_embed_is_asked_no_more():
    asked = []

    def embed(row):
        asked.append(row)
        return [float(np.abs(row).max() > 9)]

    rows = ring(800, 1)[:, :2]
    spec = s.from_examples(rows, embed=embed, **PROMISE)
    assert (spec.model.choice.score, spec.model.choice.of) == ("nearest neighbours", "values")
    assert spec.model.embed is None
    asked.clear()
    assert (s.valid(spec, rows[0]), s.valid(spec, np.zeros(2))) == (True, False)
    assert not asked
    assert repr(spec).startswith("from_examples(<400 examples of shape (2,), and 400 held back, by ")
    assert {x.tobytes() for x in s.sample(spec, 20, seed=1)} <= {row.tobytes() for row in rows}
    assert s.explain_data(spec, "x")["problems"][0]["reason"] == "an array is required, not a str"


def test_a_choice_comes_back_from_a_pickle():
    again = pickle.loads(pickle.dumps(on_ring()))
    assert again.model.choice == on_ring().model.choice
    rows = list(ring(50, 3))
    assert conform_each(again, rows)[0] is not s.INVALID
    assert [s.valid(again, x) for x in rows] == [s.valid(on_ring(), x) for x in rows]


@pytest.mark.parametrize("seed", [0, 3])
def test_the_examples_that_set_the_threshold_take_no_part_in_the_choice(seed):
    rows, others = ring(800, 1), ring(800, 2)
    held_back = np.random.default_rng(seed).permutation(800)[:400]
    others[np.setdiff1d(np.arange(800), held_back)] = rows[np.setdiff1d(np.arange(800), held_back)]
    one, other = (s.from_examples(each, embed=point, seed=seed, **PROMISE).model for each in (rows, others))
    assert one.choice == other.choice
    assert np.array_equal(one.autoencoder.codes, other.autoencoder.codes)
    assert one.threshold.scores != other.threshold.scores


def test_the_promise_holds_whatever_is_chosen():
    refused = []
    for seed in range(20):
        spec = s.from_examples(ring(160, seed), embed=point, alpha=0.1, confidence=0.9, seed=seed)
        refused.append(np.mean([x is s.INVALID for x in conform_each(spec, list(ring(400, 100 + seed)))]))
    assert np.mean(np.array(refused) <= 0.1 + 0.03) >= 0.9  # 0.03 for 400 values


@pytest.mark.parametrize(
    ("values", "embed", "words"),
    [
        (list(ring(60, 1)), point, "too few examples to choose"),
        (
            list(map(str, range(200))),
            lambda x: [len(x), float(x)],
            "values are not compared, being no arrays",
        ),
        (
            list(ring(200, 1)),
            {row.tobytes(): row for row in ring(200, 1)}.__getitem__,
            "values are not compared, as embed takes no mixtures of them: ",
        ),
    ],
    ids=["few", "strings", "a table"],
)
def test_it_is_said_what_was_not_tried(values, embed, words):
    def features(x):
        return embed(x.tobytes()) if isinstance(embed, type({}.__getitem__)) else embed(x)

    spec = s.from_examples(values, embed=features, alpha=0.1, confidence=0.9)
    assert words in repr(spec)
    assert spec.model.choice.of != "values"
    assert np.mean([s.valid(spec, x) for x in values]) > 0.8


def test_values_that_are_too_large_are_compared_by_their_features(monkeypatch):
    monkeypatch.setattr(score_choice, "MOST_NUMBERS", 800 * 20 - 1)
    spec = s.from_examples(ring(800, 1), embed=point, **PROMISE)
    assert "being no arrays, or large ones" in repr(spec)


def many(xs):
    return [len(x) for x in xs]


@pytest.mark.parametrize(
    "use",
    [
        lambda half: s.from_examples(ring(800, 1), embed=half),
        lambda half: s.model_spec({1}, half, input=str),
        lambda half: s.model_spec({1}, len, half),
        lambda half: s.check_promise(half, ["a"] * 10),
    ],
    ids=["embed", "discriminate", "generate", "guard"],
)
def test_batched_without_its_other_half_is_told_as_that(use):
    with pytest.raises(s.SpecDefinitionError, match=r"s\.batched\(many\) without the function of one value"):
        use(s.batched(many))


def test_batched_without_its_other_half_is_a_predicate_of_no_value():
    class Value:
        pass

    value = Value()
    assert not s.valid(s.batched(many), value)
    assert vars(value) == {}
    assert "without the function of one value" in s.explain_str(s.batched(many), value)


# --- the scores -------------------------------------------------------------------------------------------


def test_auroc_is_scikit_learns():
    metrics = pytest.importorskip("sklearn.metrics")
    some, others = rng.integers(0, 9, 50).astype(float), rng.integers(3, 12, 70).astype(float)
    expected = metrics.roc_auc_score(np.repeat([0, 1], [50, 70]), np.concatenate([some, others]))
    assert score_choice.separation(some, others) == pytest.approx(expected)


@pytest.mark.parametrize("n", [200, 30])
def test_scores_are_those_of_the_definitions(n):
    rows, asked = rng.normal(size=(n, 50)) * np.linspace(1, 5, 50), rng.normal(size=(20, 50))
    squares = np.sort(np.square(asked[:, None] - rows).sum(axis=2), axis=1)[:, :3].mean(axis=1)
    model = linear_autoencoder.learn(rows, explained=linear_autoencoder.NEARLY_ALL)
    assert model.nearest_distances(asked) == pytest.approx(squares)
    deviations = asked - rows.mean(axis=0)
    if n > 50:
        inverse = np.linalg.inv(np.cov(rows.T, bias=True))
        expected = np.einsum("ij,jk,ik->i", deviations, inverse, deviations)
        assert model.mahalanobis_distances(asked) == pytest.approx(expected, rel=1e-3)
    else:
        projection = np.linalg.pinv(rows - rows.mean(axis=0)) @ (rows - rows.mean(axis=0))
        expected = np.square(deviations - deviations @ projection).sum(axis=1)
        assert model.residuals(asked) == pytest.approx(expected)


@pytest.mark.parametrize("dtype", ["float32", "uint8", "bool", "int64"])
def test_negatives_have_the_type_and_shape_of_the_examples_and_none_is_one_of_them(dtype):
    examples = (200 * rng.random((30, 4, 4))).astype(dtype)
    negatives = score_choice.mix(examples, np.random.default_rng(1))
    assert (negatives.shape, negatives.dtype) == ((90, 4, 4), examples.dtype)
    if dtype != "bool":
        assert not {x.tobytes() for x in negatives} & {x.tobytes() for x in examples}
        assert (negatives[:30].astype(float).mean() - examples.mean()) == pytest.approx(0, abs=0.6)
