"""How many breaking changes are found, of random edits whose truth is known.

    $ python -m tests.measurements.changes.random_edits 500
    $ python -m tests.measurements.changes.random_edits 150 --models --start 10000
    $ python -m tests.measurements.changes.random_edits 200 --peer PYTHON

The second has edits of pydantic models. The third has the edits that JSON Schema can say exactly answered by
jsonsubschema and jsonschema-rs, too, by a Python in which they are installed.
"""

import argparse
import collections
import json
import pathlib
import statistics
import subprocess
import time

import pydantic

import mxspec as s
from mxspec.changes.borders.parts import weight
from tests.amounts import amount
from tests.mxspec.changes import model_edits
from tests.mxspec.changes.edits import edit_of, specs_of
from tests.mxspec.random_models import Builder

PEERS = pathlib.Path(__file__).with_name("peers.py")


def answers(seeds, num_tests, is_json=False):
    """Yield each edit with the answer about it, its time, and the JSON Schemas of both specs."""
    for seed in seeds:
        edit = edit_of(seed, is_json)
        with specs_of(edit) as (old, new):
            answer, taken = answer_about(old, new, num_tests)
            if answer.verdict == "broken":
                assert s.valid(old, answer.witness)
                assert not s.valid(new, answer.witness)
            schemas = [without_const(s.json_schema(spec)) for spec in (old, new)] if is_json else None
        yield edit, answer, taken, schemas


def answers_about_models(seeds, num_tests=50):
    """As answers, of edits of pydantic models, whose witnesses pydantic is asked about; the schemas are None.

    Raises:
        AssertionError: an answer is wrong.
    """
    for seed in seeds:
        edit = model_edits.edit_of(seed)
        # Each version is a module of its own, so that nothing of one is an object of the other.
        old, new = (Builder(has_bars=True).type_of(version) for version in (edit.old, edit.new))
        answer, taken = answer_about(old, new, num_tests)
        assert answer.verdict != ("proved" if edit.is_breaking else "broken"), (seed, edit.way, answer)
        if answer.verdict == "broken" and "<any value" not in repr(answer):
            assert is_read(old, answer.witness), (seed, edit.way, answer)
            assert not is_read(new, answer.witness), (seed, edit.way, answer)
        yield edit, answer, taken, None


def is_read(cls, x):
    """True if pydantic takes a value."""
    try:
        cls.model_validate(x)
    except pydantic.ValidationError:
        return False
    return True


def answer_about(old, new, num_tests):
    """Return the answer about two versions, and the seconds of the processor that it took."""
    start = time.process_time()
    answer = s.check_compatible(old, new, num_tests=num_tests, seed=0)
    return answer, time.process_time() - start


def without_const(schema):
    """A schema with `enum` for `const`, which jsonsubschema does not know."""
    if isinstance(schema, list):
        return [without_const(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        "enum" if key == "const" else key: [x] if key == "const" else without_const(x)
        for key, x in schema.items()
    }


def counts(results):
    """The number of edits by whether they break something and by the verdict."""
    return collections.Counter((edit.is_breaking, answer.verdict) for edit, answer, *_ in results)


def report(results):
    table, edits = counts(results), len(results)
    breaking = sum(n for (is_breaking, _), n in table.items() if is_breaking)
    print(f"{edits} edits: {breaking} break something, {edits - breaking} do not")
    for (is_breaking, verdict), n in sorted(table.items()):
        print(f"  {'breaking' if is_breaking else 'harmless'}  {verdict:12}  {n}")
    print(f"  wrong proofs {table[True, 'proved']}, found {table[True, 'broken'] / breaking:.1%} of breaking")
    is_open = collections.Counter(edit.way for edit, answer, *_ in results if answer.verdict == "not refuted")
    print(f"  undecided {is_open.total() / edits:.1%}: {is_open.most_common()}")
    witnesses = [answer for _, answer, *_ in results if answer.verdict == "broken"]
    sizes = [weight(answer.witness)[0] for answer in witnesses]
    lengths = [len(repr(answer.witness)) for answer in witnesses]
    print(f"  parts of a witness: median {statistics.median(sizes)}, most {max(sizes)}")
    print(f"  characters of its repr: median {statistics.median(lengths)}, most {max(lengths)}")
    times = sorted(taken for *_, taken, _ in results)
    print(f"  seconds: median {statistics.median(times):.3f}, most {times[-1]:.1f}, all {sum(times):.0f}")


def compare(edits, num_tests, python):
    results = list(answers(range(edits), num_tests, is_json=True))
    pairs = "\n".join(json.dumps(schemas) for *_, schemas in results)
    run = subprocess.run([python, PEERS], input=pairs, capture_output=True, text=True, check=True)
    of_peers = [json.loads(line) for line in run.stdout.splitlines()]
    table = counts(results)
    print(f"{edits} edits that JSON Schema can say")
    print(
        "  mxspec:",
        {f"{'breaking' if key[0] else 'harmless'}, {key[1]}": n for key, n in sorted(table.items())},
    )
    for peer in of_peers[0]:
        verdicts = collections.Counter(
            ("breaking" if edit.is_breaking else "harmless", answer[peer])
            for (edit, *_), answer in zip(results, of_peers, strict=True)
        )
        print(
            f"  {peer}:",
            {f"{is_breaking}, {verdict}": n for (is_breaking, verdict), n in sorted(verdicts.items())},
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("edits", type=int)
    parser.add_argument("--models", action="store_true", help="edit pydantic models")
    parser.add_argument("--start", type=int, default=0, help="the seed of the first edit")
    parser.add_argument("--peer", metavar="PYTHON")
    parser.add_argument("-n", type=int, default=200, help="examples where there is no proof")
    options = parser.parse_args()
    if options.peer:
        compare(options.edits, options.n, options.peer)
    else:
        seeds = range(options.start, options.start + amount(options.edits, 30))
        report([*(answers_about_models(seeds) if options.models else answers(seeds, options.n))])
