"""A check of a function whose result a model reads asks the model about many results at once."""

import pytest

import mxspec as s
from mxspec.core.batch import BATCH_SIZE
from tests.mxspec.models.test_batches import Asked


def shout(n):
    return "x" * (n if n < 4 else n + 3)


CHECKED = "batch/checked"


@pytest.mark.parametrize(
    ("f", "args", "ret", "smallest"),
    [
        (lambda n: "x" * n, s.cat(n=s.int_in(1, 6)), CHECKED, None),
        (shout, s.cat(n=s.int_in(1, 6)), CHECKED, [4]),
        (lambda n: "x" * (n % 6 + (n % 6 == 0)), s.cat(n=s.is_nat_int), CHECKED, None),
        (lambda n: "x" * n, s.cat(n=s.int_in(1, 900)), CHECKED, [6]),
        (lambda n: 1 // (n - 3) and "x", s.cat(n=s.int_in(2, 9)), CHECKED, [3]),
        (lambda word: len(word) < 4, s.cat(word=CHECKED), {True}, ["xxxx"]),
        (lambda word, n: word[n], s.cat(word=CHECKED, n=s.int_in(0, 9)), str, ["x", 1]),
    ],
)
@pytest.mark.parametrize("relation", [None, lambda m: m["ret"] is not None])
def test_a_check_in_batches_tells_what_one_call_after_another_does(f, args, ret, smallest, relation):
    reports = []
    for in_batches in (True, False):
        s.def_(CHECKED, Asked(reads_batches=in_batches, makes_batches=False).spec())
        parts = [(tag, "batch/checked" if pred == CHECKED else pred) for tag, pred in args.branches]
        spec = s.fspec(s.cat(*parts), "batch/checked" if ret == CHECKED else ret, relation)
        found = s.check_fn(f, spec, num_tests=200, seed=7)
        reports.append((repr(found), {key: found["ret"].get(key) for key in ("num_tests", "tried", "fail")}))
        assert found["ret"].get("shrunk", {}).get("smallest") == smallest
    assert reports[0] == reports[1]


def test_a_check_asks_once_about_all_that_the_calls_return():
    model = Asked()
    calls = []
    spec = s.fspec(args=s.cat(n=s.int_in(1, 10**6)), ret=s.and_(str, model.spec()))
    assert s.check_fn(lambda n: calls.append(n) or "x" * (n % 5 + 1), spec, num_tests=500, seed=1)
    assert list(map(len, model.read_many)) == [8, 16, 32, 64, 128, 252]
    assert model.read_one == []
    assert len(calls) == 500


def test_a_check_with_many_calls_asks_in_batches_and_stops_after_the_first_that_fails():
    model = Asked()
    spec = s.fspec(args=s.cat(n=s.int_in(0, 10**6)), ret=model.spec())
    num_tests = BATCH_SIZE * 2 + 100
    assert s.check_fn(lambda n: "x", spec, num_tests=num_tests, seed=1)["ret"]["tried"] == num_tests
    assert max(map(len, model.read_many)) == BATCH_SIZE
    model.read_many.clear()
    assert s.check_fn(lambda n: "", spec, num_tests=num_tests, seed=1)["ret"]["num_tests"] == 1
    assert list(map(len, model.read_many)) == [8]


def test_what_a_check_may_not_be_asked_comes_out_of_it():
    spec = s.fspec(args=s.cat(n=s.int_in(0, 10**6)), ret=Asked().spec("batch/nowhere"))
    for num_tests in (BATCH_SIZE, 20):
        with pytest.raises(s.UnknownSpecError, match="batch/nowhere"):
            s.check_fn(lambda n: "x", spec, num_tests=num_tests)


def test_a_batch_that_differs_from_the_single_answer_fails_a_check_all_the_same():
    read = s.batched(lambda xs: [99 for _ in xs])(lambda x: len(x))
    result = s.check_fn(lambda n: "x", s.fspec(args=s.cat(n=int), ret=s.model_spec({1}, read, str)), seed=1)
    assert not result
    assert result["ret"]["shrunk"]["smallest"] == result["ret"]["fail"]
