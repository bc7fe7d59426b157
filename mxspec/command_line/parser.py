"""The commands of mxspec and their options."""

import textwrap
from collections.abc import Callable, Iterable

from mxspec.command_line.commands import Commands, OneLineParser
from mxspec.command_line.options import (
    add_cells,
    add_json,
    add_modules,
    add_seed,
    integer_from,
    parse_seconds,
    parse_share,
)
from mxspec.specs.core.budget import SECONDS

PROG = "python -m mxspec"
VALID = "valid contract.py monday.csv"
DIFF_CODES = (
    "Exit codes: 0 if nothing breaks, 1 if something does, 3 if nothing is shown to break but a change is "
    "undecided, 2 for an error."
)
_ROWS = (
    "files of rows: .csv, .tsv, .jsonl, .json or .parquet, which may be compressed (.gz, .bz2, .xz, .zst), "
    "folders of them, or patterns such as 'nights/*.parquet'; - is standard input; or a table of a "
    "warehouse, such as 'duckdb:///shop.db#orders'"
)
_RUN = "which is run: name only files that you trust"
_CONTRACT = f"a file of Python that defines `spec`, as infer writes it, {_RUN}"
_SPEC = f"a registered name, such as shop/order; or {_CONTRACT}"


def parser(prog: str = PROG, packages: Iterable[Callable[[Commands], None]] = ()) -> OneLineParser:
    """Return the parser of the command line; `run` in its result names the command's function.

    Args:
        prog: the name of the program, as called.
        packages: functions that add the commands of other packages.
    """
    commands = Commands(prog)
    commands.group("rows of data, and specs of any kind", "mxspec.command_line")
    _add_data_commands(commands.add)
    _add_spec_commands(commands.add)
    for add_commands in packages:
        add_commands(commands)
    return commands.whole_parser()


def _add_data_commands(command: Callable[..., OneLineParser]) -> None:
    """Add the commands for rows of data and changes of specs."""
    text = "write a contract that rows of data fit, with a promise for rows to come"
    add = command("infer", "inferring.run_infer", text, "infer rows.jsonl -o contract.py").add_argument
    add("rows", nargs="+", metavar="ROWS", help=_ROWS)
    target = "the contract, which is Python (default: standard output)"
    add("-o", metavar="FILE", dest="target", help=target)
    refuse = "the greatest share of such rows that may be refused (default: %(default)s)"
    add("--refuse", type=parse_share, default=0.01, metavar="SHARE", help=refuse)
    confidence = "the probability that this share is kept (default: %(default)s)"
    add("--confidence", type=parse_share, default=0.99, metavar="SHARE", help=confidence)
    add("--name", help="a name to register the contract under, such as shop/order")
    add(
        "--time",
        dest="order_by",
        metavar="COLUMN",
        help="the column that orders the rows (default: their own order)",
    )
    add("--unordered", action="store_true", help="the order of the rows means nothing")
    groups = "count the values of a column, such as patient, in place of rows, and promise of these"
    add("--groups", metavar="COLUMN", help=groups)
    update = (
        "the contract before these rows: make the next one out of it and them, write it to -o or over FILE, "
        "and print the change as diff does; exit 1, and write nothing, if they break its promise"
    )
    add("--update", metavar="FILE", help=update)
    add("--accept", action="store_true", help="take in rows that break the promise of --update")
    add("--why", action="store_true", help="print the reasons of the promise, too")
    add("--force", action="store_true", help="write -o over a contract that was edited (default: refuse)")
    add_cells(add)

    text = "tell whether rows of data fit a contract, and why not"
    options = command("valid", "contracts.run_valid", text, VALID)
    options.usage = "%(prog)s [OPTION...] CONTRACT ROWS..."
    add = options.add_argument
    add("spec", metavar="CONTRACT", help=_CONTRACT)
    add("files", nargs="+", metavar="ROWS", help=_ROWS)
    add_json(add)
    group = options.add_argument_group("options for rows")
    add = group.add_argument
    most = "the number of refused rows to print (default: three a reason; with --json all)"
    listing = group.add_mutually_exclusive_group()
    listing.add_argument("--most", type=integer_from(0), metavar="N", help=most)
    listing.add_argument("--all", action="store_true", dest="whole", help="print all refused rows")
    state = (
        "keep in FILE, run after run, if the promise of the contract still holds; a few rows may then be "
        "refused, and the exit code is 1 if the promise is broken, for ever, and 3 if these rows alone have "
        "too many refusals for it, or break a term of the table (default: 1 if a row or a term is broken)"
    )
    add("--state", metavar="FILE", help=state)
    promise = "with --state, the share of rows that may be refused (default: the promise of the contract)"
    add("--promise", type=parse_share, metavar="SHARE", help=promise)
    unit = "with --state, the most rows that depend on each other, 1 if none do (default: nothing is known)"
    add("--unit", type=integer_from(1), metavar="N", help=unit)
    warn = "a column whose problems are told, and do not change the exit code; may be repeated"
    add("--warn", action="append", default=[], metavar="COLUMN", help=warn)
    add("--junit", metavar="FILE", help="write the checks of the columns as JUnit's XML, which CI shows")
    add("--prometheus", metavar="FILE", help="write the counts as Prometheus' text, for its node exporter")
    add("--openlineage", metavar="FILE", help="write an event of OpenLineage, with the checks of each file")
    add_cells(add)

    text = "write the rows of data that fit a contract to one file, and the others with reasons to another"
    example = "split contract.py monday.csv --good fit.csv --bad refused.csv"
    add = command("split", "splitting.run_split", text, example).add_argument
    add("spec", metavar="CONTRACT", help=_CONTRACT)
    add("rows", nargs="+", metavar="ROWS", help=_ROWS)
    good = "the rows that fit, of the kind that the rows are, such as .csv.gz (default: none)"
    add("--good", metavar="FILE", help=good)
    add("--bad", metavar="FILE", help="the others, with one column more, `reason` (default: none)")
    add_cells(add)

    text = "write the rows of data with one column more, the reason why a row does not fit a contract"
    example = "flag contract.py monday.csv -o flagged.csv"
    add = command("flag", "splitting.run_flag", text, example).add_argument
    add("spec", metavar="CONTRACT", help=_CONTRACT)
    add("rows", nargs="+", metavar="ROWS", help=_ROWS)
    flagged = "the rows with the column `reason`, empty (null) where they fit, of the kind that the rows are"
    add("-o", required=True, metavar="FILE", dest="target", help=flagged)
    add_cells(add)

    text = "take a part back from a state of valid, such as a file that was cut off"
    add = command(
        "take-back", "contracts.run_take_back", text, "take-back state.json monday.csv"
    ).add_argument
    add("state", metavar="STATE", help="the file of --state")
    add("name", metavar="NAME", help="the part as a verdict names it, or a piece of its name")

    text = "tell which changes of specs, schemas or an API break something, and show a value that does"
    examples = [
        "diff --base main contract.py",
        "diff old.py new.py user/user",
        "diff --base main openapi.json",
    ]
    options = command("diff", "comparing.run_diff", text, *examples)
    options.usage = "%(prog)s [OPTION...] (--base REVISION FILE | OLD NEW) [NAME...]"
    options.epilog = f"{textwrap.fill(DIFF_CODES, 78)}\n\n{options.epilog}"
    add = options.add_argument
    files = (
        f"a Python file that registers specs, or defines `spec`, {_RUN}; or a JSON Schema, OpenAPI, a list "
        "of MCP's tools (.json, .yaml) or an Avro schema (.avsc). With --base the file as it is now, else "
        "the old file and the new one; one of these may be a class, as models.py:User. Then the names to "
        "compare (default: all)"
    )
    add("files", nargs="+", metavar="FILE", help=files)
    base = "a branch, a tag or a commit, whose whole tree the old version is run in (default: none)"
    add("--base", metavar="REVISION", help=base)
    direction = (
        "requests: what comes in, which may only widen; responses: what goes out, which may only narrow; "
        "functions, OpenAPI and tools say it themselves of each part (default: %(default)s)"
    )
    add("--direction", choices=["requests", "responses"], default="requests", help=direction)
    add("--strict", action="store_true", help="end with 1 for what is undecided, too")
    tests = "the number of examples, where there is no proof (default: %(default)s)"
    add("-n", type=int, dest="num_tests", default=1000, metavar="N", help=tests)
    add("--seed", type=int, default=0, help="of the examples (default: %(default)s)")
    limit = "the processor's time for each name or part, after which it is undecided (default: %(default)g)"
    add("--limit", type=parse_seconds, default=SECONDS, metavar="SECONDS", help=limit)
    github = "print a line for each break, and each change that is undecided, which GitHub shows at the file"
    add("--github", action="store_true", help=github)
    add_json(add)

    text = "draft a test file for the specs and the functions that a module registers"
    example = "write shop.orders -o tests/test_orders.py"
    add = command("write", "contracts.run_write", text, example).add_argument
    add("module", metavar="MODULE", help="a module, also one in this folder; it is imported")
    add("-o", metavar="FILE", dest="target", help="the file (default: print the text)")
    negative = "draft tests that your guard, which you fill in, refuses values that are just wrong"
    add("--negative", action="store_true", help=negative)
    add("--force", action="store_true", help="write over a file that is there (default: refuse)")

    text = "ask a guard about values on both sides of each border of a spec, and list where it differs"
    add = command("guard", "guarding.run_guard", text, "guard contract.py shop.orders:accept").add_argument
    spec = f"{_CONTRACT}; or a name that the module of the guard registers"
    add("spec", metavar="SPEC", help=spec)
    guard = "a function of one value, a pydantic model or a spec; the module, also one here, is imported"
    add("guard", metavar="MODULE:NAME", help=guard)
    values = "the number of values (default: 200, or as many as there are borders)"
    add("-n", type=integer_from(1), dest="count", metavar="N", help=values)
    add_seed(add, "selects the values")
    lax = "leave out wrong values that a converting guard may take, such as text for numbers"
    add("--lax", action="store_true", help=lax)
    sent = "ask only about values that JSON keeps, for a guard that sends JSON (json=True in Python)"
    add("--sent", action="store_true", help=sent)
    untried = "agree although no value was found that breaks some condition alone; it is listed"
    add("--allow-untried", action="store_true", dest="allowed", help=untried)
    add_json(add)

    text = "count the rows of data that fit a contract, and the reasons of the others by column"
    add = command("profile", "contracts.run_profile", text, "profile contract.py new.csv").add_argument
    add("spec", metavar="CONTRACT", help=_CONTRACT)
    add("rows", nargs="+", metavar="ROWS", help=_ROWS)
    state = "keep in FILE, run after run, limits that follow the columns without a bound, and name the jumps"
    add("--state", metavar="FILE", help=state)
    page = "write a page with a picture of each column, the reasons and the promise to FILE"
    add("--html", metavar="FILE", dest="page", help=page)
    trend = "the state of valid --state, which the page shows part by part"
    add("--trend", metavar="FILE", help=trend)
    add_cells(add)
    add_json(add)


def _add_spec_commands(command: Callable[..., OneLineParser]) -> None:
    """Add the commands for specs by name."""
    text = "list the registered specs, each with its form and an example"
    add = command("specs", "asking.run_specs", text, "specs --import shop.orders").add_argument
    add("namespaces", nargs="*", metavar="NAMESPACE", help="such as shop (default: all)")
    add_seed(add, "makes the examples repeatable")
    add_json(add)
    add_modules(add)

    text = "tell why a value does not fit a spec"
    options = command("explain", "asking.run_explain", text, "explain contract.py row.json")
    add = options.add_argument
    add("spec", metavar="SPEC", help=_SPEC)
    add("value", metavar="VALUE", help="a file of JSON; - is standard input")
    add_json(add)
    add_modules(add)

    text = "print samples of a spec"
    add = command("sample", "asking.run_sample", text, "sample contract.py -n 3").add_argument
    add("spec", metavar="SPEC", help=_SPEC)
    number = "number of samples (default: %(default)s)"
    add("-n", type=integer_from(1), dest="count", metavar="N", default=10, help=number)
    add("--seed", type=int, help="makes the samples repeatable (default: others each time)")
    add_json(add)
    add_modules(add)
