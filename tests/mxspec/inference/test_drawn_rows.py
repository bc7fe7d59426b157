"""Examples that are drawn from a contract: distributed as its rows, and smallest where most rows are."""

import random

import numpy as np
from hypothesis import find

import mxspec as s
from tests.mxspec.inference.columns import ROWS


def test_examples_have_the_distributions_and_the_correlations_of_the_rows():

    drawn = random.Random(11)

    def row():
        age = max(18, int(drawn.gauss(45, 12)))
        plan = "pro" if drawn.random() < (age - 18) / 60 else "free"
        return {"age": age, "income": round(age * 900 * drawn.lognormvariate(0, 0.3), 2), "plan": plan}

    rows = [row() for _ in range(3000)]
    examples = s.sample(s.infer(rows), 1500, seed=0)
    for key in ("age", "income"):
        quantiles = [np.quantile([each[key] for each in some], [0.1, 0.5, 0.9]) for some in (rows, examples)]
        assert np.allclose(*quantiles, rtol=0.08)
    for some in (rows, examples):
        table = np.array([[each["age"], each["income"], each["plan"] == "pro"] for each in some], float)
        correlations = np.corrcoef(table.argsort(0).argsort(0).T)
        assert correlations[0, 1] > 0.6
        assert np.corrcoef(table.T)[0, 2] > 0.25
    assert all(each["income"] == round(each["income"], 2) for each in examples)


def test_examples_shrink_towards_the_most_usual_row():
    rows = [{"age": i % 101, "plan": "pro" if i % 3 else "free"} for i in range(ROWS)]
    contract = s.infer(rows)
    smallest = find(s.gen(contract), lambda row: True, random=random.Random(1))
    assert smallest["plan"] == "pro"
    assert abs(smallest["age"] - 50) <= 2
    for seed in range(5):
        free = find(s.gen(contract), lambda row: row["plan"] == "free", random=random.Random(seed))
        assert free["age"] in range(40, 61)


def test_gaps_are_drawn_apart_from_numbers():
    drawn = random.Random(3)

    def row():
        x = drawn.random()
        kind = "a" if drawn.random() < 0.5 else "b"
        return {"kind": kind, "x": x if kind == "a" or drawn.random() < 0.2 else None, "y": round(x, 2)}

    rows = [row() for _ in range(3000)]
    examples = s.sample(s.infer(rows), 3000, seed=0)
    for some in (rows, examples):
        gaps = [each["kind"] for each in some if each["x"] is None]
        assert 0.35 < len(gaps) / len(some) < 0.45
        assert gaps.count("b") / len(gaps) > 0.8
    numbers = [each for each in examples if each["x"] is not None]
    assert len({each["x"] for each in numbers} - {each["x"] for each in rows}) > 1000
    assert sum(abs(each["x"] - each["y"]) < 0.1 for each in numbers) / len(numbers) > 0.5


def test_many_examples_repeat_by_their_seed_and_are_valid():
    contract = s.infer(
        [{"n": i * i % 97, "parts": {"x": i % 7 / 4}, "tags": ["x"] * (i % 3)} for i in range(ROWS)]
    )
    for seed in (0, -5, 10**30):
        examples = s.sample(contract, 300, seed=seed)
        assert examples == s.sample(contract, 300, seed=seed) != s.sample(contract, 300, seed=seed + 1)
        assert all(s.valid(contract, each) for each in examples)


def test_an_example_shares_nothing_with_the_rows():
    contract = s.infer([{"tags": ["x"] * (i % 3), "n": i % 9} for i in range(ROWS)])
    for _ in range(2):
        for row in s.sample(contract, 20, seed=0):
            assert len(row["tags"]) < 3
            row["tags"].extend("xyzzy")
