"""The guarantees: docs/guarantees.md is written from one table, and each names tests that are there."""

import re
from pathlib import Path

import pytest

from tests import guarantees

ROWS = [row for table in guarantees.GUARANTEES.values() for row in table.items()]
SENTENCE = re.compile(r"[^.]+")


def test_the_page_is_what_the_table_writes():
    assert guarantees.PAGE.read_text(encoding="utf-8") == guarantees.text(), "run python -m tests.guarantees"


@pytest.mark.parametrize(("guarantee", "files"), ROWS, ids=[row[:40] for row, _ in ROWS])
def test_a_guarantee_names_files_with_tests(guarantee, files):
    assert files
    for file in files:
        assert "\ndef test_" in (Path(__file__).parent / file).read_text(encoding="utf-8"), file


def test_each_guarantee_stands_once():
    # A sentence that is repeated is a guarantee in two versions.
    sentences = [part.strip().lower() for row, _ in ROWS for part in SENTENCE.findall(row)]
    repeated = {sentence for sentence in sentences if sentences.count(sentence) > 1}
    assert not repeated
