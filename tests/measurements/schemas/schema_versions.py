"""Whether a change of other people's schemas breaks something, asked of this package and of its peers.

    $ pip install jsoncompat
    $ python -m tests.measurements.schemas.schema_versions
    $ python -m tests.measurements.schemas.schema_versions --source mcp --half tuned --rows build/rows.jsonl

Changes of vega-lite, GitHub's OpenAPI, the services of AWS, MCP and the configuration files of five tools are
downloaded into a folder. Each
question has a process of its own, which is stopped after so many seconds of the processor. jsonschema and
jsonschema-rs are asked about each witness; what is proved is attacked by values of the old schema. A
contradiction is printed, and makes the tool fail; what cannot be judged so is counted. The hash of a name
decides if it is to tune on, or to be measured: of the second half, `--rows` writes no schema, witness
or reason.
"""

import argparse
import collections
import contextlib
import importlib.util
import json
import multiprocessing
import signal
import statistics
import sys
import time
import warnings
from pathlib import Path

import jsonschema
import jsonschema_rs

import mxspec as s
from mxspec.base import names
from mxspec.transform.schemas.from_json_schema import from_json_schema
from tests.amounts import amount
from tests.benchmarks.report import table
from tests.measurements.changes.peers import by_jsoncompat, by_jsonschema_rs
from tests.measurements.schemas.schema_sources import SOURCES, Change, NoPackageError, changes_of

PEERS = {"jsonschema-rs": by_jsonschema_rs, "jsoncompat": by_jsoncompat}
UNKNOWN_PART = "<any value of "  # what stands in a witness for a part without an example
VERDICTS = ("proved", "broken", "undecided", "not understood")
SMALL = Change("example", "1 to 2", "one", {"type": "integer"}, {"type": ["integer", "null"]})


def within(seconds, ask, *arguments):
    """Return what a function returns, or words if it is stopped or fails, and its processor seconds."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)

    def answer():
        signal.setitimer(signal.ITIMER_PROF, seconds)  # which ends the process, whatever runs in it
        warnings.simplefilter("ignore")
        start = time.process_time()
        try:
            found = ask(*arguments)
        except BaseException as error:  # a panic of Rust is no Exception
            found = f"raised {type(error).__name__}: {error}"[:200]
        theirs.send((found, time.process_time() - start))

    process = context.Process(target=answer)
    process.start()
    theirs.close()
    try:
        return ours.recv()
    except EOFError:
        return "stopped", seconds
    finally:
        process.join()


def compare(change):
    """Return the verdict on a change, the reasons if there is none, and the witness as JSON."""
    with names.look_up_in(names.Names({})):
        try:
            old, new = from_json_schema(change.old), from_json_schema(change.new)
        except s.SpecDefinitionError as error:
            return "not understood", str(error), None
        answer = s.check_compatible(old, new, num_tests=50, seed=0)
    if answer.verdict == "broken":
        return "broken", "", json.dumps(answer.witness, default=repr)
    reasons = [*answer.unproved, *(f"no example is known of {each}" for each in answer.without)]
    return {"not refuted": "undecided"}.get(answer.verdict, answer.verdict), "; ".join(reasons), None


def doubt_witness(change, witness):
    """Return what the validators say against a witness, or None."""
    x = json.loads(witness, parse_constant=str)  # infinity is no JSON, and no witness
    found = [
        (jsonschema.validators.validator_for(each)(each).is_valid(x), jsonschema_rs.is_valid(each, x))
        for each in (change.old, change.new)
    ]
    return None if found == [(True, True), (False, False)] else f"of {witness[:200]} validators say {found}"


def drawn(change, count):
    """Yield values of the old schema, drawn by this package, and by jsoncompat where it is installed."""
    with names.look_up_in(names.Names({})), contextlib.suppress(s.GeneratorError):
        yield from s.sample(from_json_schema(change.old), count, seed=0)
    if importlib.util.find_spec("jsoncompat"):
        generate = importlib.import_module("jsoncompat").generate_value
        with contextlib.suppress(ValueError):  # it finds no value of some schemas
            for _ in range(count):
                yield json.loads(generate(json.dumps(change.old)))


def doubt_proof(change, count):
    """Return a value that the old schema accepts and the new one refuses, in words, or None."""
    old, new = map(jsonschema_rs.validator_for, (change.old, change.new))
    for x in drawn(change, count):
        if old.is_valid(x) and not new.is_valid(x):
            return f"it refuses {json.dumps(x)[:200]}"
    return None


def judge(change, verdict, witness, options):
    """Return what contradicts a verdict, and why it cannot be judged, in words or None."""
    if verdict not in {"proved", "broken"}:
        return None, None
    if witness and UNKNOWN_PART in witness:
        return None, "no example is known of a part of the witness"
    asked = (doubt_proof, change, options.values) if verdict == "proved" else (doubt_witness, change, witness)
    doubt, _ = within(options.limit, *asked)
    return (None, doubt) if doubt and doubt.startswith(("stopped", "raised ")) else (doubt, None)


def measure(change, options):
    """Return what is known about a change."""
    answer, seconds = within(options.limit, compare, change)
    verdict, reason, witness = ("undecided", answer, None) if isinstance(answer, str) else answer
    peers = {peer: within(options.limit, ask, change.old, change.new)[0] for peer, ask in PEERS.items()}
    row = {word: getattr(change, word) for word in ("source", "half", "versions", "name")}
    row |= {"verdict": verdict, "seconds": round(seconds, 3), "peers": peers}
    row["doubt"], row["not judged"] = judge(change, verdict, witness, options)
    if {verdict, peers["jsonschema-rs"]} == {"proved", "broken"}:
        row["doubt"] = f"jsonschema-rs says {peers['jsonschema-rs']}"
    if change.half == "tuned":
        row |= {"reason": reason, "witness": witness, "old": change.old, "new": change.new}
    return row


def summary(rows):
    """Yield the rows of the table, by source and half and of all."""
    keys = sorted({(row["source"], row["half"]) for row in rows})
    for source, half in [*keys, *(("all", half) for half in sorted({half for _, half in keys}))]:
        own = [row for row in rows if row["half"] == half and source in {row["source"], "all"}]
        counts = collections.Counter(row["verdict"] for row in own)
        seconds = [row["seconds"] for row in own]
        yield [
            source,
            half,
            f"{(counts['proved'] + counts['broken']) / len(own):.0%} of {len(own)}",
            *(str(counts[verdict]) for verdict in VERDICTS),
            f"{statistics.median(seconds):.2f}",
            f"{max(seconds):.1f}",
            *(str(sum(bool(row[word]) for row in own)) for word in ("doubt", "not judged")),
            *(
                f"{sum(row['peers'][peer] in {'proved', 'broken'} for row in own) / len(own):.0%}, "
                f"{sum({row['verdict'], row['peers'][peer]} == {'proved', 'broken'} for row in own)}"
                for peer in PEERS
            ),
        ]


def main(arguments):
    """Print the table; return 1 if there is a contradiction."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.measurements.schemas.schema_versions", description=__doc__
    )
    parser.add_argument("--folder", type=Path, default=Path("build/schemas"), help="of what is downloaded")
    parser.add_argument("--source", action="append", choices=SOURCES)
    parser.add_argument("--half", choices=["tuned", "measured"])
    parser.add_argument("--most", type=int, default=110, help="changes of a source")
    parser.add_argument("--limit", type=float, default=20, help="processor seconds of a question")
    parser.add_argument("--values", type=int, default=50, help="drawn to attack a proof")
    parser.add_argument("--rows", type=Path, help="the file where each row is written as JSON")
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    try:
        sources = amount(options.source or SOURCES, ())
        changes = [each for source in sources for each in changes_of(source, options.folder, options.most)]
    except NoPackageError as error:
        print(f"nothing is measured, since a package cannot be downloaded: {error}")
        return 0
    rows = []
    for change in changes or [SMALL]:
        if options.half in {None, change.half}:
            rows.append(measure(change, options))
            if options.rows:
                with options.rows.open("a") as file:
                    print(json.dumps(rows[-1]), file=file)
    columns = ["source", "half", "decided", *VERDICTS, "median s", "worst s", "contradicted", "not judged"]
    print(table([*columns, *(f"{peer} decided, otherwise" for peer in PEERS)], summary(rows)))
    for reason, count in collections.Counter(row["not judged"] for row in rows if row["not judged"]).items():
        print(f"{count} not judged: {reason[:60]}")
    wrong = [row for row in rows if row["doubt"]]
    for row in wrong:
        print(f"{row['source']} {row['name']} {row['versions']}: {row['verdict']}, but {row['doubt']}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
