"""The pool of a contract: any number of new rows renews it, but for rows that break the promise."""

import random

import pytest

import mxspec as s
from mxspec.command_line import contracts
from mxspec.command_line.main import main
from mxspec.command_line.pools import Pool, pool_file, read_pool


def write_rows(path, count, seed, odd=0):
    """Write a file of rows, of which some have a plan that no other has."""
    drawn = random.Random(seed)
    plans = [drawn.choice(["free", "pro"]) for _ in range(count - odd)] + ["???"] * odd
    lines = [f"{drawn.randrange(90)},{plan}" for plan in plans]
    drawn.shuffle(lines)
    path.write_text("\n".join(["age,plan", *lines]), encoding="utf-8")
    return path


@pytest.fixture
def contract(tmp_path):
    rows, target = write_rows(tmp_path / "march.csv", 1200, 0), tmp_path / "contract.py"
    assert main(["infer", str(rows), "-o", str(target)]) == 0
    return target


def test_any_number_of_new_rows_renews_a_promise_as_all_rows_would(contract, tmp_path, ask):
    files = [tmp_path / "march.csv"]
    for seed, count in enumerate((3, 50, 400), 1):
        files.append(write_rows(tmp_path / f"{seed}.csv", count, seed))
        assert ask("infer", "--update", contract, files[-1])[0] == 0
    renewed = s.promise(contracts.read_contract(contract))
    assert ask("infer", *files, "-o", tmp_path / "all.py")[0] == 0
    whole = s.promise(contracts.read_contract(tmp_path / "all.py"))
    assert (renewed.rows, renewed.refuses_at_most) == (whole.rows, whole.refuses_at_most) == (1653, 0.0041)


def test_rows_that_break_the_promise_are_taken_in_only_if_accepted(contract, tmp_path, ask):
    bad = write_rows(tmp_path / "bad.csv", 300, 1, odd=20)
    few = write_rows(tmp_path / "few.csv", 300, 2, odd=1)
    before = contract.read_bytes(), pool_file(contract).read_bytes()
    code, text = ask("infer", "--update", contract, bad)
    assert code == 1
    assert text.startswith("20 of 300 rows do not fit the contract before; ")
    assert "the promise is broken, and nothing is taken in; if these rows are right, --accept does" in text
    assert (contract.read_bytes(), pool_file(contract).read_bytes()) == before
    assert ask("infer", "--update", contract, few)[0] == 0  # one row does not break the promise
    assert ask("infer", "--update", contract, bad, "--accept")[0] == 0
    assert s.valid(contracts.read_contract(contract), {"age": 3, "plan": "???"})


def test_a_pool_is_read_if_it_is_that_of_the_contract_alone(contract, tmp_path, refused, ask):
    new, pool = write_rows(tmp_path / "new.csv", 900, 1), pool_file(contract)
    content = pool.read_bytes()
    pool.write_bytes(content + b"x")
    assert "is not the pool of this contract" in refused("infer", "--update", contract, new)
    pool.unlink()
    assert ask("infer", "--update", contract, new)[0] == 0  # of the new rows alone
    assert s.promise(contracts.read_contract(contract)).rows == 900


def test_a_pool_goes_with_a_contract_that_is_copied(contract, tmp_path, ask):
    assert ask("infer", "--update", contract, tmp_path / "march.csv", "-o", tmp_path / "may.py")[0] == 0
    assert ask("infer", "--update", tmp_path / "may.py", write_rows(tmp_path / "new.csv", 7, 1))[0] == 0
    assert s.promise(contracts.read_contract(tmp_path / "may.py")).rows == 1207


def test_a_pool_has_a_bounded_size():
    sizes = []
    for count in (25_000, 50_000, 100_000):
        sketch = s.sketch([{"id": i, "x": i * 7919 % 5003 / 7} for i in range(count)])
        # A column without repeats has digests, a million at most.
        sizes.append(len(Pool.of(sketch).content) - 8 * count)
    assert max(sizes) < 1.2 * min(sizes)


def test_a_pool_of_another_version_is_an_error(contract, monkeypatch):
    monkeypatch.setattr(s, "__version__", "0.0.1")
    digest = contracts.read_contract(contract).pool
    with pytest.raises(s.SpecError, match=r"is a pool of mxspec .*, and this is 0\.0\.1"):
        read_pool(contract, digest)
