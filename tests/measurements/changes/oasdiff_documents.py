"""Pairs of documents with which oasdiff tests itself: what it calls an error, is it broken or proved here?

    $ python -m tests.measurements.changes.oasdiff_documents

A copy of its repository is in the folder. A pair is two files that a test compares as they are, and in which
it expects a change of level ERR. Each pair that is neither broken nor the same is printed with the reasons.
"""

import argparse
import collections
import re
import sys
from pathlib import Path

import mxspec as s
from mxspec.changes.documents.changes import compare_documents
from tests.benchmarks.report import table

_TEST = re.compile(r"^func Test\w+\(t \*testing\.T\) \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_EDIT = re.compile(r"s[12]\.Spec\.[^\n]*[^=!<>:]=[^=]|delete\(")


def pairs(folder):
    """Return each pair of files, with the names of the errors that oasdiff expects."""
    rules = (folder / "checker" / "rules.go").read_text()
    errors = set(re.findall(r"newBackwardCompatibilityRule\((\w+), ERR,", rules))
    found = collections.defaultdict(set)
    for file in sorted((folder / "checker").glob("*_test.go")):
        for body in _TEST.findall(file.read_text()):
            files = re.findall(r'open\("\.\./(data/[^"]+)"\)', body)
            expected = errors & set(re.findall(r"checker\.(\w+Id)\b", body))
            if len(set(files)) == len(files) == 2 and expected and not _EDIT.search(body):
                found[tuple(files)] |= expected
    return found


def verdict(old, new):
    """Return the verdict on two documents, and what is not proved of them."""
    try:
        changes = compare_documents(old, new, (), num_tests=30, seed=0)
    except s.SpecError as error:
        return "not read", [str(error)]
    words = {change.change if change.answer is None else change.answer.verdict for change in changes}
    reasons = [text for change in changes if change.answer is not None for text in change.answer.unproved]
    order = {"broken": "broken", "removed": "broken", "not refuted": "undecided", "proved": "proved"}
    return next((order[word] for word in order if word in words), "same"), reasons


def main(arguments):
    """Print the pairs that are not broken, and the number of pairs with each verdict."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.measurements.changes.oasdiff_documents", description=__doc__
    )
    parser.add_argument("--folder", type=Path, default=Path("build/oasdiff"), help="a copy of oasdiff")
    options = parser.parse_args(arguments)
    if not (options.folder / "checker").is_dir():
        print(f"nothing is measured, since {options.folder} is no copy of oasdiff")
        return
    counts = collections.Counter()
    for (old, new), errors in pairs(options.folder).items():
        word, reasons = verdict(options.folder / old, options.folder / new)
        counts[word] += 1
        if word not in {"broken", "same"}:
            print(
                f"{word}: {Path(old).name} to {Path(new).name}: {', '.join(sorted(errors))}: {reasons[:2]}"[
                    :300
                ]
            )
    print(table(["verdict", "pairs"], [[word, str(n)] for word, n in counts.most_common()]))


if __name__ == "__main__":
    main(sys.argv[1:])
