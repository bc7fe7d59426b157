"""Schemas as they are published: how many are read, and are the verdicts those of jsonschema-rs?

    $ python -m tests.measurements.schemas.published_schemas

Each file is read with the files beside it. Values are drawn from its spec, and each is changed at random
places; a validator of the file's draft is asked about all of them. A file that the validator does not take is
not compared.
"""

import argparse
import collections
import contextlib
import copy
import random
import re
from pathlib import Path

import jsonschema_rs

import mxspec as s
from mxspec.base import names
from tests.amounts import IS_SMALLEST, amount
from tests.benchmarks.report import table
from tests.measurements.schemas.schema_sources import (
    PUBLISHED_AS_WHEELS,
    PUBLISHED_BY_NPM,
    NoPackageError,
    published_schemas,
)
from tests.measurements.schemas.schema_versions import within

OTHERS = [None, True, 0, -1, 1.0, 2.5, "", "a", "x-a", [], ["a"], {}, {"a": 1}]


def changed(x, draw):
    """Return a value with one part removed or replaced."""
    if isinstance(x, dict | list) and x and draw.random() < 0.8:
        new = copy.copy(x)
        key = draw.choice([*x]) if isinstance(x, dict) else draw.randrange(len(x))
        if draw.random() < 0.3:
            del new[key]
        else:
            new[key] = changed(x[key], draw)
        return new
    return draw.choice(OTHERS)


def compare(file, schema, count):
    """Return the words about a file, its number of compared values, and those that differ."""
    with names.look_up_in(names.Names({})):
        try:
            spec = s.from_json_schema(schema, base=file)
        except s.SpecDefinitionError as error:
            return re.sub(r"^\S*#\S*: ", "", str(error))[:70], 0, []
        try:  # formats and contents are annotations
            check = jsonschema_rs.validator_for(schema, validate_formats=False).is_valid
        except ValueError:
            return "read", 0, []
        draw, values = random.Random(0), [*OTHERS]
        with contextlib.suppress(s.SpecError):  # no example is found
            values += s.sample(spec, count, seed=0)
        values += [changed(x, draw) for x in values for _ in range(2)]
        asked = [(x, check(x)) for x in values]
        return "read", len(asked), [x for x, is_valid in asked if s.valid(spec, x) is not is_valid]


def rows(packages, options):
    for package, files in packages.items():
        words, count, wrong, others = collections.Counter(), 0, [], collections.Counter()
        for file, schema in files:
            found, _ = within(options.limit, compare, file, schema, options.values)
            found = (found, 0, []) if isinstance(found, str) else found
            words["read"] += found[0] == "read"
            others[found[0]] += found[0] != "read"
            count += found[1]
            wrong += [(file.name, x) for x in found[2]]
        reasons = "; ".join(f"{n} {each}" for each, n in others.most_common(3) if n)
        for file, x in wrong[: options.shown]:
            print(f"{file}: {x!r}"[:300])
        yield [package, f"{len(files)}", f"{words['read']}", f"{count:,}", f"{len(wrong)}", reasons]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m tests.measurements.schemas.published_schemas", description=__doc__
    )
    parser.add_argument("--folder", type=Path, default=Path("build/schemas"), help="of what is downloaded")
    parser.add_argument("--files", type=int, default=200, help="of each package")
    parser.add_argument("--values", type=int, default=amount(20, 2), help="drawn from each schema")
    parser.add_argument("--limit", type=float, default=30, help="seconds of the processor for a file")
    parser.add_argument("--shown", type=int, default=5, help="values that differ, of each package")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    packages = {
        "example": [(options.folder / "example.json", {"type": "integer", "markdownDescription": "n"})]
    }
    try:
        if not IS_SMALLEST:
            packages = {
                package: published_schemas(package, options.folder, options.files)
                for package in (*PUBLISHED_BY_NPM, *PUBLISHED_AS_WHEELS)
            }
        columns = ["package", "files", "read", "values", "differ", "the most frequent reasons"]
        print(table(columns, rows(packages, options)))
    except NoPackageError as error:
        print(f"nothing is measured, since a package cannot be downloaded: {error}")
