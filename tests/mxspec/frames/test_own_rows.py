"""The rows of a frame fit the contract that comes out of it, in each engine and with each of its types."""

import random

import pytest

import mxspec as s
from mxspec.frames.named_frames import frame_of, rows_of_frame
from tests.mxspec.frames.frames_of_engines import frames

for _library in ("pyarrow", "pandas", "polars", "duckdb"):
    pytest.importorskip(_library)
pytestmark = pytest.mark.filterwarnings("ignore")


def infer(rows):
    return s.infer(rows, refuse=0.5, confidence=0.9, ordered=False)


def check_own_rows(seed):
    for note, frame in frames(random.Random(seed)):
        contract = infer(frame)
        rows = [*rows_of_frame(frame_of(frame))]
        assert [row for row in rows if not s.valid(contract, row)] == [], (seed, note, contract)
        assert s.explain_data(contract, frame) is None, (seed, note, contract)
        assert s.valid(s.frame(contract), frame), (seed, note)
        profile = s.profile(contract, frame)
        assert (profile.valid, profile.invalid) == (len(rows), 0), (seed, note)
        assert s.form(s.infer(rows, refuse=0.5, confidence=0.9, ordered=False)) == s.form(contract), (
            seed,
            note,
        )


def test_own_rows_fit():
    check_own_rows(0)


@pytest.mark.slow
def test_own_rows_fit_in_many_frames():
    for seed in range(25):
        check_own_rows(f"slow {seed}")
