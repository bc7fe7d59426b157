"""Values of other people's schemas: how many of those drawn from a schema does jsonschema-rs accept?

    $ pip install hypothesis-jsonschema
    $ python -m tests.measurements.schemas.schema_values

This package and hypothesis-jsonschema draw from definitions of vega-lite and from schemas of the
JSON-Schema-Test-Suite, those with the least hashes. Schemas without a value, as jsonschema-rs knows, are
left out.
"""

import argparse
import collections
import importlib
import statistics
import time
from pathlib import Path

import hypothesis
import jsonschema_rs

import mxspec as s
from mxspec.base import names
from mxspec.transform.schemas.from_json_schema import from_json_schema
from tests.amounts import IS_SMALLEST, amount
from tests.benchmarks.report import table
from tests.measurements.schemas.schema_sources import NoPackageError, least, newest_of, test_suite
from tests.measurements.schemas.schema_versions import within


def by_mxspec(schema, count):
    with names.look_up_in(names.Names({})):
        return s.sample(from_json_schema(schema), count, seed=0)


def by_hypothesis_jsonschema(schema, count):
    strategy, values = importlib.import_module("hypothesis_jsonschema").from_schema(schema), []
    hypothesis.settings(max_examples=count, database=None)(
        hypothesis.given(strategy)(lambda x: values.append(x))
    )()
    return values


FINE = "all accepted"
WAYS = {"mxspec": by_mxspec, "hypothesis-jsonschema": by_hypothesis_jsonschema}


def draw(way, schema, count):
    """Return what became of a schema, in words, and the milliseconds of a value."""
    start = time.process_time()
    try:
        values = WAYS[way](schema, count)
    except Exception as error:  # of any kind: it is counted
        return f"{type(error).__name__}: {error}".split("\n")[0][:90], None
    taken = (time.process_time() - start) * 1000 / max(len(values), 1)
    validator = jsonschema_rs.validator_for(schema)
    try:
        refused = sum(not validator.is_valid(x) for x in values)
    except ValueError as error:
        return f"a value that is no JSON: {error}", taken
    return FINE if values and not refused else f"{refused} refused", taken


def has_value(schema):
    """Return False where jsonschema-rs knows that no value fits a schema."""
    try:
        return str(jsonschema_rs.canonicalize(schema).satisfiability()) != "no"
    except Exception:  # of any kind: then it is not known
        return True


def rows(sources, options):
    """Yield the rows of the table; the ways to fail stand last, the most frequent first."""
    for source, schemas in sources.items():
        asked = [schema for schema in schemas if has_value(schema)]
        for way in WAYS:
            found = [within(options.limit, draw, way, schema, options.values)[0] for schema in asked]
            words = collections.Counter(each if isinstance(each, str) else each[0] for each in found)
            times = [each[1] for each in found if not isinstance(each, str) and each[1] is not None]
            median = f"{statistics.median(times):.1f}" if times else ""
            share = f"{words.pop(FINE, 0) / len(found):.0%} of {len(found)}"
            failures = "; ".join(f"{count} {each}" for each, count in words.most_common(3))
            yield [source, way, share, median, failures]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m tests.measurements.schemas.schema_values", description=__doc__
    )
    parser.add_argument("--folder", type=Path, default=Path("build/schemas"), help="of what is downloaded")
    parser.add_argument("--schemas", type=int, default=100, help="of each source")
    parser.add_argument("--values", type=int, default=amount(20, 2), help="drawn from each schema")
    parser.add_argument("--limit", type=float, default=20, help="seconds of the processor for a schema")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    sources = {"example": [{"type": "integer"}]}
    try:
        if not IS_SMALLEST:
            sources = {
                "vega-lite": newest_of("vega-lite", options.folder),
                "suite": test_suite(options.folder),
            }
        sources = {source: least(options.schemas, schemas) for source, schemas in sources.items()}
        columns = ["source", "way", "all values accepted", "median ms a value", "the most frequent failures"]
        print(table(columns, rows(sources, options)))
    except NoPackageError as error:
        print(f"nothing is measured, since a package cannot be downloaded: {error}")
