"""Two releases of thirty packages: which changed classes are decided, and what their owners say to it.

    $ python -m tests.measurements.changes.class_releases
    $ python -m tests.measurements.changes.class_releases --package geojson-pydantic --rows classes.jsonl

Both releases are installed into a folder, never into the environment, and `mxspec diff` compares them in a
process of its own. A class counts as changed if its fields, bases, decorators or validators are written in
another way; of a package, the changed classes with the least hashes are taken. A class that its owner
(class_owners.py) can't read in both releases is left out. A proof is attacked by values that the owner of the
old class accepts: examples, and examples with other parts; both owners are asked about a witness.
The hash of a package decides if its classes are to tune on, or to be measured: of the first half alone, what
is undecided is printed.
"""

import argparse
import ast
import collections
import contextlib
import hashlib
import itertools
import json
import subprocess
import sys
from pathlib import Path

from mxspec.base import names
from mxspec.changes import versions
from tests.amounts import amount
from tests.benchmarks.report import table
from tests.measurements.changes.class_owners import NoOwnerError, Owner, close_dataclasses

LINES = (Path(__file__).parent / "class_releases.txt").read_text("utf-8").splitlines()
DEPENDENCIES = [name for line in LINES if line.startswith("+ ") for name in line.split()[1:]]
RELEASES = {name: pair for name, *pair in (line.split() for line in LINES if line[0].isalpha())}
VALUES = 1000  # that attack a proof
CHANGES = 8  # of a package
GOAL = 0.9  # of the changed classes are decided
VERDICTS = ("same", "proved", "broken", "not refuted", "no owner")
CONTRACT = "contract"  # the module that names the classes, in each release
UNKNOWN_PART = "<any value of "  # what stands in a witness for a part without an example

# The texts of a package that the smallest run writes, in two releases.
SMALL = """
import dataclasses, enum, typing
import attrs, msgspec, pydantic
class Kind(enum.Enum):
    A = "a"
    {member}
class Order(pydantic.BaseModel):
    count: {number}
@dataclasses.dataclass
class Pet:
    name: {text}
class Row(typing.NamedTuple):
    kind: {number}
@attrs.define
class Box:
    size: {number}
class Struct(msgspec.Struct):
    kind: Kind
    size: {text}
"""
SMALL_PARTS = (
    {"member": "", "number": "int", "text": "str | None"},
    {"member": "B = 'b'", "number": "int | None", "text": "str"},
)


class NoPackageError(Exception):
    """A release that cannot be installed: there is no network, or no such release."""


def half_of(package):
    """Return the half that a package falls into: to tune on, or to be measured."""
    return ("tuned", "measured")[int(hashlib.sha256(package.encode()).hexdigest(), 16) % 2]


# --- two releases -------------------------------------------------------------------------------------------


def installed(target, *requirements):
    """Return a folder with packages, which pip installs if it is not there."""
    if not target.is_dir():
        part = target.with_name(f"{target.name}.part")
        command = [sys.executable, "-m", "pip", "install", "-q", "--target", str(part), *requirements]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=600)
        except (OSError, subprocess.SubprocessError) as error:
            raise NoPackageError(" ".join(requirements)) from error
        part.rename(target)
    return target


def roots_of(package, folder):
    """Return the folders of both releases of a package."""
    if package == "example":
        for number, parts in enumerate(SMALL_PARTS):
            (folder / package / str(number)).mkdir(parents=True, exist_ok=True)
            (folder / package / str(number) / "example.py").write_text(SMALL.format(**parts))
        return [folder / package / "0", folder / package / "1"]
    places = [(folder / package / version, version) for version in RELEASES[package]]
    return [installed(place, "--no-deps", f"{package}=={version}") for place, version in places]


_WORDS = {"description", "title", "examples", "example", "deprecated", "help"}
_MAKING = {"__init__", "__new__", "__post_init__", "__attrs_post_init__", "model_post_init"}


def own_texts(root):
    """Return what decides about the values of each class below a folder, as text, by module and name."""
    texts = {}
    for file in root.rglob("*.py"):
        parts = file.relative_to(root).with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        with contextlib.suppress(SyntaxError, ValueError):
            for node in ast.parse(file.read_bytes()).body:
                if isinstance(node, ast.ClassDef):
                    texts[module, node.name] = _text_of_class(node)
    return texts


def _text_of_class(node):
    for part in ast.walk(node):
        if isinstance(part, ast.Call):
            part.keywords = [each for each in part.keywords if each.arg not in _WORDS]
    parts = [*node.bases, *node.keywords, *node.decorator_list]
    for part in node.body:
        decorators = "".join(map(ast.dump, getattr(part, "decorator_list", ())))
        is_method = isinstance(part, ast.FunctionDef)
        if isinstance(part, (ast.AnnAssign, ast.Assign)) or (
            is_method and (part.name in _MAKING or "valid" in decorators)
        ):
            parts.append(part)
    return "\n".join(map(ast.dump, parts))


def changed_classes(roots):
    """Return the classes of two releases that are written in another way, by module and name."""
    old, new = map(own_texts, roots)
    return sorted(key for key in old.keys() & new.keys() if old[key] != new[key])


# Names the first classes with typed fields; a module may be imported before the one that it needs.
SOURCE = """
import contextlib, importlib, pathlib
import mxspec as s
from mxspec.transform.annotations.owners import is_model
from mxspec.transform.annotations.records import is_record

CLASSES, keys, root = {{}}, {keys!r}, pathlib.Path(__file__).parent
for module, name in [*keys, *keys]:
    with contextlib.suppress(Exception):
        importlib.import_module(module)
for module, name in keys:
    try:
        own = importlib.import_module(module)
        cls = getattr(own, name)
        is_installed = root not in pathlib.Path(own.__file__).parents  # a dependency has the module, too
        if len(CLASSES) < {most} and not is_installed and (is_model(cls) or is_record(cls)):
            s.def_(f"{{module}}/{{name}}", cls)
            CLASSES[f"{{module}}/{{name}}"] = cls
    except Exception as error:
        print(f"{{module}}.{{name}}: {{type(error).__name__}}: {{error}}"[:200])
"""


# --- one package, in a process of its own -------------------------------------------------------------------


def judge(answer, owners, table):
    """Return what contradicts an answer, why it cannot be judged, and the number of values asked."""
    verdict = "same" if answer is None else answer.verdict
    if verdict == "not refuted":
        return None, None, 0
    if verdict == "broken":
        if UNKNOWN_PART in repr(answer.witness):
            return None, "no example is known of a part of the witness", 0
        x = owners[0].plain(answer.witness)
        found = [owner.accepts(x) for owner in owners]
        return None if found == [True, False] else f"of {x!r} its owners say {found}", None, 1
    with names.look_up_in(table):
        several = [*itertools.islice(owners[0].values(), amount(VALUES, 20))]
    wrong = [x for x in several if not owners[1].accepts(x)]
    doubt = f"the owner refuses {wrong[0]!r}" if wrong else None
    return doubt, None if several else "no value is known", len(several)


def measure(package, folder):
    """Return a row for each changed class of a package."""
    files = []
    run_file = versions._run_file

    def run(*arguments):
        files.append(run_file(*arguments))
        return files[-1]

    versions._run_file = run  # so that owners judge the very classes that were compared
    sys.path.append(str(folder / "site-packages"))
    paths = [root / f"{CONTRACT}.py" for root in roots_of(package, folder)]
    changes = versions.compare_files(*paths, num_tests=50, seed=0)
    for file in files:
        close_dataclasses(file.modules.modules)
    rows = []
    for change in changes:
        answer = change.answer
        verdict = change.change if answer is None else answer.verdict
        row = {"package": package, "half": half_of(package), "name": change.name, "verdict": verdict}
        row |= {"denied": None, "not judged": None, "values": 0, "reason": ""}
        if verdict not in VERDICTS:
            continue
        rows.append(row)
        row["reason"] = "; ".join((*answer.unproved, *answer.without)) if answer else ""
        try:
            classes = [(file.modules.modules[CONTRACT].CLASSES[change.name], file.modules) for file in files]
            owners = list(itertools.starmap(Owner, classes))
        except NoOwnerError as error:
            row |= {"verdict": "no owner", "reason": str(error)}
            continue
        try:
            row["denied"], row["not judged"], row["values"] = judge(answer, owners, files[0].table)
        except NoOwnerError as error:
            row["not judged"] = str(error)
    return rows


def rows_of(package, folder, options):
    """Return the rows of a package, measured in a process of its own, or words."""
    try:
        roots = roots_of(package, folder)
    except NoPackageError as error:
        return f"it cannot be installed: {error}"
    keys = sorted(changed_classes(roots), key=lambda key: hashlib.sha256(repr(key).encode()).digest())
    for root in roots:
        (root / f"{CONTRACT}.py").write_text(SOURCE.format(keys=keys, most=options.most))
    output = folder / f"{package}.json"
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "tests.measurements.changes.class_releases",
        "--child",
        package,
    ]
    command += ["--folder", str(folder), "--rows", str(output)]
    output.unlink(missing_ok=True)
    with (folder / f"{package}.log").open("w") as log:
        try:
            subprocess.run(command, stdout=log, stderr=log, check=True, timeout=options.limit)
        except subprocess.TimeoutExpired:
            return f"it takes more than {options.limit} seconds"
        except subprocess.CalledProcessError:
            return f"it raises: {(folder / f'{package}.log').read_text().splitlines()[-1]}"[:300]
    return json.loads(output.read_text())


def summary(rows):
    """Yield the rows of the table, by package and of both halves."""
    packages = sorted({row["package"] for row in rows}, key=lambda each: (half_of(each), each))
    for package in [*packages, "tuned", "measured"]:
        own = [row for row in rows if package in (row["package"], row["half"])]
        if own:
            counts = collections.Counter(row["verdict"] for row in own)
            asked = len(own) - counts["no owner"]
            decided = asked - counts["not refuted"]
            yield [
                package,
                half_of(package) if package in packages else "",
                f"{decided / max(asked, 1):.0%} of {asked}",
                *(str(counts[verdict]) for verdict in VERDICTS),
                *(str(sum(bool(row[word]) for row in own)) for word in ("denied", "not judged")),
                str(sum(row["values"] for row in own)),
            ]


def main(arguments):
    """Print the table and the misses; return 1 if an owner denies an answer."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.measurements.changes.class_releases", description=__doc__
    )
    parser.add_argument("--folder", type=Path, default=Path("build/releases"), help="of what is installed")
    parser.add_argument("--package", action="append", choices=[*RELEASES, "example"])
    parser.add_argument("--half", choices=["tuned", "measured"])
    parser.add_argument("--most", type=int, default=CHANGES, help="changed classes of a package")
    parser.add_argument("--limit", type=float, default=600, help="seconds for a package")
    parser.add_argument("--rows", type=Path, help="the file where each row is written as JSON")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    folder = options.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if options.child:
        options.rows.write_text(json.dumps(measure(options.child, folder)))
        return 0
    packages = amount(options.package or [*RELEASES], ["example"])
    try:
        if packages != ["example"]:
            installed(folder / "site-packages", *DEPENDENCIES)
    except NoPackageError as error:
        print(f"nothing is measured, since a package cannot be installed: {error}")
        return 0
    rows = []
    for package in packages:
        if options.half in (None, half_of(package)):
            found = rows_of(package, folder, options)
            if isinstance(found, str):
                print(f"{package} is left out: {found}")
                continue
            rows += found
    if options.rows:
        options.rows.write_text("".join(json.dumps(row) + "\n" for row in rows))
    columns = ["package", "half", "decided", *VERDICTS, "denied", "not judged", "values"]
    print(table(columns, summary(rows)))
    for row in rows:
        if row["denied"]:
            print(f"{row['package']} {row['name']}: {row['verdict']}, but {row['denied']}"[:300])
        elif row["verdict"] == "not refuted" and row["half"] == "tuned":
            print(f"{row['package']} {row['name']}: {row['reason']}"[:300])
    return 1 if any(row["denied"] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
