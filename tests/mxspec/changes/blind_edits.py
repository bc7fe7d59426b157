"""Random edits beside a part without an example: a predicate that accepts nothing while it is asked about.

    $ python -m tests.mxspec.changes.blind_edits 500

Whatever is called broken has to be so once the predicate accepts something, with that in place of the part.
"""

import argparse
import collections
import contextlib
import copy

import mxspec as s
from mxspec.changes.answers import AnyValue
from tests.mxspec.changes.edits import Building, edit_of, specs_of
from tests.mxspec.random_models import Part

CODE = "code!"
_accepted = set()


def is_code(x):
    return type(x) is str and x in _accepted


class BlindBuilding(Building):
    """Builds specs in which some texts are codes, by a predicate of theirs."""

    def __init__(self, namespace, code):
        super().__init__(namespace)
        self.code = code

    def _code(self, node):
        return self.code


class WholePartError(Exception):
    """The error for a part of a witness that holds a code somewhere."""


def with_code(edit, rng):
    """An edit with a code in place of a text that it has left alone, if there is one."""
    edit = copy.deepcopy(edit)
    pairs = [(a, b) for a, b in zip(edit.old.walk(), edit.new.walk(), strict=False) if a == b]
    texts = [(a, b) for a, b in pairs if a.kind in ("words", "text")]
    if not texts:
        return None
    for part in rng.choice(texts):
        part.become(Part("code"))
    return edit


def with_value(x):
    """A witness with a code in place of what stands for any."""
    if isinstance(x, AnyValue):
        if getattr(x.spec, "pred", None) is not is_code:
            raise WholePartError
        return CODE
    if isinstance(x, dict):
        return {with_value(key): with_value(y) for key, y in x.items()}
    return type(x)(map(with_value, x)) if type(x) in (list, tuple, set) else x


@contextlib.contextmanager
def accepting():
    """Have the predicate accept a code inside the block."""
    _accepted.add(CODE)
    try:
        yield
    finally:
        _accepted.clear()


def answer_about(edit, code, check):
    """The verdict on an edit, checked as long as the names of its specs are there."""
    with specs_of(edit, BlindBuilding("old", code), BlindBuilding("new", code)) as (old, new):
        answer = s.check_compatible(old, new, num_tests=20, seed=0)
        check(old, new, answer)
        return answer.verdict


def check_witness(old, new, answer):
    """Check that a witness breaks something, once the predicate accepts a code."""
    if answer.verdict == "broken":
        with accepting(), contextlib.suppress(WholePartError):
            witness = with_value(answer.witness)
            assert s.valid(old, witness), answer
            assert not s.valid(new, witness), answer


def check_blind_edit(seed, rng):
    """Check the answer about an edit; return the one with a code for an example, and the one without."""
    edit = with_code(edit_of(seed), rng)
    if edit is None or edit.old == edit.new:
        return None
    seeing = answer_about(edit, {CODE}, lambda old, new, answer: None)
    return seeing, answer_about(edit, is_code, check_witness)


if __name__ == "__main__":
    import random

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("edits", type=int)
    counts = collections.Counter(
        check_blind_edit(seed, random.Random(seed)) for seed in range(parser.parse_args().edits)
    )
    for key, n in sorted(counts.items(), key=str):
        print(key, n)
