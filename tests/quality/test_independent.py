"""The networks that ship reach the bars of the judge that shares no code with training."""

import math

import pytest

from autoencoder.data import idx
from tests.quality import probe_kinds as judge
from tests.quality.probes import MissingFontError

COUNT = 100  # pictures of a kind; the command measures 500
SURE = 2.6  # standard deviations: of a kind exactly at its bar, 1 in 200 falls below

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def mnist_test():
    return idx.load("t10k")


@pytest.mark.parametrize("kind", [name for name, kind in judge.KINDS.items() if kind.bar])
def test_a_kind_reaches_its_bar(kind, mnist_test):
    try:
        row, details = judge.measure(kind, COUNT, mnist_test, seed=1)
    except MissingFontError as error:
        pytest.skip(f"{error}; install some, such as fonts-dejavu and fonts-noto")
    bar = judge.KINDS[kind].bar
    least = bar - SURE * math.sqrt(bar * (1 - bar) / COUNT)
    assert min(share for way, share in row.items() if way in ("array", "file")) >= least, details


def test_test_digits_are_accepted_and_read(mnist_test):
    for name, (share, bar) in judge.measure_tests(mnist_test).items():
        assert share >= bar, name
