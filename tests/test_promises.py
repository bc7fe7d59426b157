"""The promises: docs/promises.md is written from one table, and each names tests that are there."""

import re
from pathlib import Path

import pytest

from tests import promises

ROWS = [row for table in promises.PROMISES.values() for row in table.items()]
SENTENCE = re.compile(r"[^.]+")


def test_the_page_is_what_the_table_writes():
    assert promises.PAGE.read_text(encoding="utf-8") == promises.text(), "run python -m tests.promises"


@pytest.mark.parametrize(("promise", "files"), ROWS, ids=[promise[:40] for promise, _ in ROWS])
def test_a_promise_names_files_with_tests(promise, files):
    assert files
    for file in files:
        assert "\ndef test_" in (Path(__file__).parent / file).read_text(encoding="utf-8"), file


def test_each_promise_stands_once():
    # A sentence that is repeated is a promise in two versions.
    sentences = [part.strip().lower() for promise, _ in ROWS for part in SENTENCE.findall(promise)]
    repeated = {sentence for sentence in sentences if sentences.count(sentence) > 1}
    assert not repeated


def test_no_two_promises_are_held_by_the_same_files():
    holders = [tuple(sorted(files)) for _, files in ROWS]
    assert len(holders) == len(set(holders))
