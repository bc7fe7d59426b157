"""The commands that need no network: infer and valid about rows, diff about two files of specs."""

import csv
import datetime
import io
import json
import random
import re
import subprocess
import sys

import pytest

import mxspec as s
from mxspec.command_line import contracts
from mxspec.command_line.main import main
from tests.mxspec.changes.repositories import commit_tree, write_tree

pytestmark = pytest.mark.few(2)

KEYS = ["age", "plan", "price", "zip"]


def row(drawn):
    plan, price = drawn.choice(["free", "pro", None]), round(drawn.gauss(50, 9), 2)
    return {
        "age": drawn.randrange(18, 92),
        "plan": plan,
        "price": price,
        "zip": f"{drawn.randrange(10**5):05d}",
    }


ROWS = [row(random.Random(i)) for i in range(1500)]
WRONG = [ROWS[0], {**ROWS[1], "age": 230}, {**ROWS[2], "zip": "123"}]


def write(path, rows):
    if path.suffix == ".csv":
        with path.open("w", newline="") as file:
            lines = csv.DictWriter(file, KEYS)
            lines.writeheader()
            lines.writerows(rows)
    elif path.suffix == ".parquet":
        pyarrow = pytest.importorskip("pyarrow")
        from pyarrow import parquet

        parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    else:
        path.write_text(
            json.dumps(rows) if path.suffix == ".json" else "".join(f"{json.dumps(each)}\n" for each in rows)
        )
    return path


@pytest.fixture(scope="module")
def inferred():
    return s.infer(ROWS)


@pytest.mark.parametrize("kind", ["jsonl", "json", "csv", "parquet"])
def test_infer_writes_a_contract_and_valid_names_the_rows_that_do_not_fit(kind, tmp_path, ask, inferred):
    rows, wrong = write(tmp_path / f"rows.{kind}", ROWS), write(tmp_path / f"wrong.{kind}", WRONG)
    contract = tmp_path / "contract.py"
    code, text = ask("infer", rows, "-o", contract)
    assert code == 0
    assert text.startswith(f"{contract}: refuses at most 0.")
    names = {}
    exec(contract.read_text(), names)
    assert s.form(names["spec"]) == s.form(inferred)
    assert ask("valid", contract, rows) == (0, "all 1,500 rows fit\n")
    code, text = ask("valid", contract, wrong)
    first = {"csv": 3}.get(kind, 2)
    assert code == 1
    zip_words = r"not of the pattern of the contract of 1,500 rows, \d{5}"
    *table, first_line, second_line, last_line = text.splitlines()
    assert (first_line, second_line) == (
        f"{wrong}:{first}: above 91, the most of the contract of 1,500 rows - value: 230 "
        "in: ['age'] at: ['age']",
        f"{wrong}:{first + 1}: {zip_words} - value: '123' in: ['zip'] at: ['zip']",
    )
    assert [line.split()[:2] for line in table] == [
        ["profile", "of"],
        ["valid", "1"],
        ["invalid", "2"],
        ["age:", "above"],
        ["zip:", "not"],
    ]
    assert last_line == f"2 of 3 rows do not fit {contract}"
    code, data = ask("valid", contract, wrong, "--json")
    assert [each["errors"][0]["loc"] for each in data["refused"]] == [["age"], ["zip"]]
    lines = {"csv": [3, 4], "jsonl": [2, 3]}.get(kind, [None, None])
    assert [(each["row"], each.get("line")) for each in data["refused"]] == [*zip([2, 3], lines, strict=True)]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ([], ["'id' grows with the rows"]),
        (
            ["--time", "age"],
            ["'age' orders the rows", "'id' is a serial number"],
        ),
        (["--unordered"], ["'id' is a serial number"]),
    ],
)
def test_infer_names_the_columns_that_the_order_of_the_rows_leaves_without_a_bound(
    options, named, tmp_path, capsys
):
    drawn = random.Random(0)
    lines = [f"{i},{age + drawn.random()}" for i, age in enumerate(drawn.choices(range(18, 92), k=1200))]
    (tmp_path / "rows.csv").write_text("\n".join(["id,age", *lines]), encoding="utf-8")
    command = ["infer", str(tmp_path / "rows.csv"), "-o", str(tmp_path / "contract.py"), *options]
    assert main(command) == 0
    text, error = capsys.readouterr()
    assert (len(text.splitlines()), error) == (3, "")
    assert main([*command, "--why"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines[3:] if line.startswith("'")] == named


def test_infer_updates_a_contract_by_new_rows_and_prints_the_change(tmp_path, ask, refused):
    drawn = random.Random(0)
    for name, plans in (("march.csv", ["free", "pro"]), ("april.csv", ["free", "team"])):
        lines = [f"{drawn.randrange(90)},{drawn.choice(plans)}" for _ in range(1200)]
        (tmp_path / name).write_text("\n".join(["age,plan", *lines]), encoding="utf-8")
    contract = tmp_path / "contract.py"
    assert ask("infer", tmp_path / "march.csv", "-o", contract)[0] == 0
    before = contract.read_bytes()
    code, text = ask("infer", "--update", contract, tmp_path / "april.csv")
    assert (code, "the promise is broken, and nothing is taken in" in text) == (1, True)
    assert contract.read_bytes() == before
    code, text = ask("infer", "--update", contract, tmp_path / "april.csv", "--accept")
    said, *_ = (each for each in text.splitlines() if each.startswith("spec "))
    assert (code, said.split()[:2]) == (0, ["spec", "changed"])
    team = sum(line.endswith(",team") for line in lines)
    assert re.search(rf"^{team} of 1,200 rows do not fit the contract before; .*:\n  {team}: plan: ", text)
    assert "for the next 2,400 rows\n" in text
    assert f"to renew it: mxspec infer --update {contract} ROWS, with any number of rows\n" in text
    both = contracts.read_contract(contract)
    assert all(s.valid(both, {"age": 3, "plan": plan}) for plan in ("free", "pro", "team"))
    before = contract.read_bytes()
    (tmp_path / "may.csv").write_text("\n".join(["age,plan", *lines[::-1]]), encoding="utf-8")
    assert ask("infer", "--update", contract, tmp_path / "may.csv", "-o", tmp_path / "may.py")[0] == 0
    assert contract.read_bytes() == before
    assert ", 2400)" in (tmp_path / "may.py").read_text(encoding="utf-8")
    assert "reads the rows twice" in refused("infer", "--update", contract, "-")
    (tmp_path / "spec.py").write_text("spec = int\n", encoding="utf-8")
    assert "is no contract" in refused("infer", "--update", tmp_path / "spec.py", tmp_path / "march.csv")


def test_a_file_counts_once_and_one_that_grew_counts_its_new_rows(tmp_path, ask, capsys):
    drawn = random.Random(0)
    lines = [f"{drawn.randrange(90)},{drawn.choice('ab')}" for _ in range(3000)]
    march, april, contract = (tmp_path / name for name in ("march.csv", "april.csv", "contract.py"))

    def write(path, rows):
        path.write_text("".join(f"{line}\n" for line in ["age,plan", *rows]), encoding="utf-8")

    def remade():
        return re.findall(r"remade=\((\d+), (\d+)\)", contract.read_text(encoding="utf-8"))

    write(march, lines[:1000])
    write(april, lines[1000:2000])
    write(tmp_path / "copy.csv", lines[:1000])
    assert main(["infer", str(march), str(tmp_path / "copy.csv"), "-o", str(contract)]) == 0
    assert "copy.csv: its rows were counted before" in capsys.readouterr().err
    assert s.promise(contracts.read_contract(contract)).rows == 1000
    before = contract.read_bytes()
    for again in (march, tmp_path / "copy.csv"):
        assert ask("infer", "--update", contract, again) == (0, f"{contract}: nothing changes\n")
        assert contract.read_bytes() == before
    for _ in range(3):
        assert ask("infer", "--update", contract, april, march)[0] == 0
        assert remade() == [("0", "1000")]
        assert s.promise(contracts.read_contract(contract)).rows == 2000
    write(april, lines[1000:3000])
    assert ask("infer", "--update", contract, april)[0] == 0
    assert remade() == [("0", "2000")]
    assert ask("infer", "--update", contract, april, "-o", tmp_path / "may.py")[0] == 0
    assert (tmp_path / "may.py").read_bytes().startswith(contract.read_bytes())
    grown = ask("infer", "--update", contract, march, april, "--groups", "age")
    assert grown == (0, f"{contract}: nothing changes\n")


def test_infer_counts_groups_and_so_does_the_update(tmp_path, ask, refused):
    for name, start in (("march.csv", 0), ("april.csv", 10)):
        lines = [f"P{i % 500 * 7919 % 5003:04d},{start + i * 7 % 60}" for i in range(1500)]
        (tmp_path / name).write_text("\n".join(["patient,age", *lines]), encoding="utf-8")
    contract = tmp_path / "contract.py"
    options = ("--groups", "patient", "--refuse", 0.05)
    code, text = ask("infer", tmp_path / "march.csv", "-o", contract, *options)
    assert (code, "of such groups by 'patient' (certain 99%)" in text) == (0, True)
    assert "about rows" in refused("infer", "--update", contract, tmp_path / "april.csv", "--refuse", 0.05)
    assert ask("infer", "--update", contract, tmp_path / "april.csv", *options)[0] == 1
    code, text = ask("infer", "--update", contract, tmp_path / "april.csv", *options, "--accept")
    assert (code, " of 500 groups by 'patient' do not fit the contract before;" in text) == (0, True)
    assert ask("valid", contract, tmp_path / "april.csv", "--state", tmp_path / "state.json")[0] == 0


def test_a_text_column_with_numbers_in_it_fits_the_contract_of_it(tmp_path, ask):
    grades = [("1", "2.5", "007", "n/a")[i % 4] for i in range(1200)]
    (tmp_path / "rows.csv").write_text("\n".join(["grade", *grades]), encoding="utf-8")
    assert ask("infer", tmp_path / "rows.csv", "-o", tmp_path / "contract.py")[0] == 0
    assert ask("valid", tmp_path / "contract.py", tmp_path / "rows.csv") == (0, "all 1,200 rows fit\n")


NOTE = (
    "'NA' in 'x' was read as missing, 400 times of 1,200; "
    "if it is a code as the others are, --missing '' keeps it"
)


@pytest.mark.parametrize(
    ("values", "options", "named"),
    [
        (["DE", "FR", "NA"], [], [NOTE]),
        (["DE", "FR", "NA"], ["--missing", ""], []),
        (["DE", "FR", ""], [], []),
        (["Germany", "France", "NA"], [], []),
        (["de", "fr", "NA"], [], []),
        (["D1", "F2", "NA"], [], []),
        (["1", "2", "NA"], [], []),
        (["NA", "NA", "NA"], [], []),
    ],
)  # fmt: skip
def test_infer_names_a_missing_word_that_may_be_a_code(values, options, named, tmp_path, capsys):
    lines = [f"{i % 90},{values[i % 3]}" for i in range(1200)]
    (tmp_path / "rows.csv").write_text("\n".join(["n,x", *lines]), encoding="utf-8")
    contract = tmp_path / "contract.py"
    assert main(["infer", str(tmp_path / "rows.csv"), "-o", str(contract), "--unordered", *options]) == 0
    assert capsys.readouterr().err.splitlines() == named
    assert ("'NA'" in contract.read_text()) == bool(options)


@pytest.mark.parametrize(
    ("cells", "hint"),
    [
        (["1.5", "2", "-"], "1,000 numbers and 500 of '-'; try --missing -"),
        (["1.5", "2", "--"], "1,000 numbers and 500 of '--'; try --missing=--"),
        (["7", "0", "n. a."], "1,000 numbers and 500 of 'n. a.'; try --missing 'n. a.'"),
        (["7", "1", "-", "NA"], "750 numbers and 375 of '-'; try --missing - --missing NA"),
        (["1", "2", "3"], None),
        (["1", "-", "?"], None),
        (["1", "-", "-"], None),
        (["007", "1", "-"], None),
        (["tea", "-", "tea"], None),
        (["1", "2", "", "NA"], None),
    ],
    ids=repr,
)
def test_infer_names_a_word_that_stands_for_missing_numbers(cells, hint, tmp_path, capsys):
    rows = tmp_path / "rows.csv"
    rows.write_text("price,n\n" + "".join(f"{cells[i % len(cells)]},{i % 7}\n" for i in range(1500)))
    main(["infer", str(rows), "-o", str(tmp_path / "contract.py"), "--unordered"])
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("column ")]
    assert lines == ([] if hint is None else [f"column 'price' is text: {hint}"])


def test_several_files_are_one_set_of_rows(tmp_path, ask, inferred):
    files = [write(tmp_path / f"{i}.jsonl", ROWS[i : i + 500]) for i in (0, 500, 1000)]
    code, text = ask("infer", *files)
    assert code == 0
    own, _, rest = text.partition("    files=(\n")
    of_files, _, rest = rest.partition("),\n")
    assert of_files.count(" 500',\n") == 3
    assert own + rest == s.source(inferred)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("rows.txt", "", "rows.txt is none of .csv, .tsv, .jsonl, .ndjson, .json, .parquet; --sep"),
        ("rows.jsonl", '{"a": 1}\n{"a": \n', "rows.jsonl:2 is not JSON"),
        ("rows.json", "{}", "is a JSON dict, not a list of rows"),
        ("rows.jsonl", '{"a": 1}\n' * 9, "9 rows can't promise"),
        ("rows.jsonl", "", "there are none"),
    ],
)
def test_what_cannot_be_inferred_is_one_line_and_leaves_no_file(name, content, message, tmp_path, refused):
    (tmp_path / name).write_text(content)
    assert message in refused("infer", tmp_path / name, "-o", tmp_path / "contract.py")
    assert [path.name for path in tmp_path.iterdir()] == [name]


# --- rows as somebody has them ------------------------------------------------------------------------------

SPEC = (
    "import mxspec as s\nspec = s.keys(req_un={'n': s.int_in(0, 10), 'x': s.nilable(float)}, closed=True)\n"
)


@pytest.fixture
def contract(tmp_path):
    path = tmp_path / "contract.py"
    path.write_text(SPEC)
    return path


def test_few_refused_rows_are_shown_and_all_are_counted(contract, tmp_path, ask):
    rows = tmp_path / "rows.csv"
    rows.write_text("n,x\n" + "".join(f"{i},\n" for i in range(60)))
    for options, shown in (
        ([], 3),
        (["--all"], 50),
        (["--most", "20"], 20),
        (["--most", "0"], 0),
        (["--most", "99"], 50),
    ):
        code, text = ask("valid", contract, rows, *options)
        assert (code, text.count(f"{rows}:")) == (1, shown)
        assert text.splitlines()[-1] == f"50 of 60 rows do not fit {contract}"
    code, data = ask("valid", contract, rows, "--json")
    assert (data["total"], data["invalid"], len(data["refused"])) == (60, 50, 50)
    assert len(ask("valid", contract, rows, "--json", "--most", "4")[1]["refused"]) == 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["valid", "contract.py", "tody.csv"], "there is no file tody.csv; did you mean 'today.csv'?"),
        (["valid", "contract.py", "no/today.csv"], "there is no file no/today.csv, and no folder no"),
        (
            ["valid", "contract.py", "contract.py"],
            "as contracts are; here rows are asked for",
        ),
        (
            ["valid", "today.csv", "contract.py"],
            "the contract comes first, then the rows",
        ),
        (["infer", "contract.py"], "contract.py is a file of Python"),
        (["infer", "--update", "today.csv", "contract.py"], "the contract comes first"),
        (
            ["diff", "today.csv", "contract.py"],
            "is a file of rows; here specs are asked for: mxspec diff",
        ),
        (
            ["write", "today.csv"],
            "today.csv is a file of rows; here specs are asked for: a module that registers them",
        ),
    ],
)
def test_files_in_wrong_places_are_told_by_their_kind(arguments, words, tmp_path, monkeypatch, refused):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "contract.py").write_text(SPEC)
    (tmp_path / "today.csv").write_text("n,x\n1,2\n")
    assert words in refused(*arguments)


def test_three_rows_of_each_reason_are_listed_below_the_counts(tmp_path, ask):
    contract = tmp_path / "contract.py"
    contract.write_text("import mxspec as s\nspec = s.keys({'n': s.int_in(0, 10), 'item': {'tea'}})\n")
    lines = [*(f"{n},tea" for n in range(90, 100)), "3,cake", *(f"{n},cake" for n in range(50, 55))]
    rows = tmp_path / "rows.csv"
    rows.write_text("n,item\n" + "\n".join(lines) + "\n")
    code, text = ask("valid", contract, rows)
    places = [line.split(":")[1] for line in text.splitlines() if line.startswith(str(rows))]
    assert (code, places) == (1, ["2", "3", "4", "12", "13", "14"])
    assert text.index("profile of 16") < text.index(f"{rows}:2:")
    assert text.splitlines()[-2] == "... 10 more rows; --all lists each"
    assert ask("valid", contract, rows, "--all")[1].count(f"{rows}:") == 16


def test_profile_follows_the_columns_without_a_bound_from_run_to_run(tmp_path, ask):
    drawn, contract, state = random.Random(0), tmp_path / "contract.py", tmp_path / "state.json"
    for day in range(3):
        lines = [f"{day * 1200 + i},{drawn.randrange(90)}" for i in range(1200)]
        lines[700] = "999999,7" if day == 2 else lines[700]
        (tmp_path / f"{day}.csv").write_text("\n".join(["id,age", *lines]), encoding="utf-8")
    assert ask("infer", tmp_path / "0.csv", "-o", contract)[0] == 0
    for day in range(2):
        code, text = ask("profile", contract, tmp_path / f"{day}.csv", "--state", state)
    assert (code, "suspect" in text, "'id': 12 of 1,200 values lie outside" in text) == (0, False, True)
    code, text = ask("profile", contract, tmp_path / "2.csv", "--state", state)
    assert f"suspect: a jump to 999999, after 3050 to 3099 in {tmp_path / '2.csv'}:702" in text
    code, data = ask("profile", contract, tmp_path / "2.csv", "--state", state, "--json")
    assert data["followed"][1] == f"{tmp_path / '2.csv'} was followed before, and is not followed again"


def test_a_profile_as_json_says_when_and_by_what_it_was_made(contract, tmp_path, ask):
    rows = write(tmp_path / "rows.csv", WRONG)
    code, data = ask("profile", contract, rows, "--json")
    assert (code, data["total"], data["files"], data["contract"]) == (0, 3, [str(rows)], str(contract))
    assert data["mxspec"] == s.__version__
    assert datetime.datetime.fromisoformat(data["time"]).utcoffset() == datetime.timedelta()
    profile = s.Profile.from_dict(data)
    assert profile == s.profile(contracts.read_contract(contract), rows)
    assert profile.digest == data["digest"]


def test_profile_counts_the_reasons_by_column(contract, tmp_path, ask, refused):
    rows = tmp_path / "rows.csv"
    rows.write_text("n,x\n" + "".join(f"{i},\n" for i in range(60)))
    code, text = ask("profile", contract, rows, rows)
    assert code == 0
    assert text.splitlines()[0].startswith("profile of 120 values by ")
    code, data = ask("profile", contract, rows, "--json")
    assert (data["total"], data["valid"], data["invalid"]) == (60, 10, 50)
    assert [reason.partition(":")[0] for reason, _ in data["reasons"]] == ["n"]
    rows.write_text("n,x\n")
    assert "nothing is counted" in refused("profile", contract, rows)


def test_the_options_of_cells_say_how_they_are_written(contract, tmp_path, ask):
    rows = tmp_path / "rows.txt"
    rows.write_bytes("n\tx\n1\t1,5\n2\t-\n".encode("utf-16-le"))
    options = ["--sep", "tab", "--encoding", "utf-16-le", "--missing", "-"]
    assert ask("valid", contract, rows, *options) == (0, "all 2 rows fit\n")


def test_rows_come_from_standard_input(contract, monkeypatch, ask):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"n;x\n1;1,5\n")))
    assert ask("valid", contract, "-") == (0, "all 1 rows fit\n")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"n": 1, "x": 2}\n' * 1000)))
    code, text = ask("infer", "-")
    assert (code, "x" in text) == (0, True)


def test_dates_and_numbers_of_a_csv_fit_the_contract_of_it(tmp_path, ask):
    rows = tmp_path / "rows.csv"
    prices = ("9.99", "19.90", "5.00")
    rows.write_text(
        "price,day\n" + "".join(f"{prices[i % 3]},2024-05-{i % 31 + 1:02d}\n" for i in range(1000))
    )
    assert ask("infer", rows, "-o", tmp_path / "contract.py")[0] == 0
    text = (tmp_path / "contract.py").read_text()
    assert "datetime.date(2024, 5, 1)" in text
    assert ask("valid", tmp_path / "contract.py", rows) == (0, "all 1,000 rows fit\n")


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_what_the_rows_of_all_files_break_together_is_said(kind, tmp_path, ask):
    contract = tmp_path / "contract.py"
    contract.write_text(
        "import mxspec as s\nrow = s.keys(req_un={'age': int, 'price': s.nilable(float)})\n"
        "spec = s.contract(row, rows=90, refuses=0.1, unique=['age'], missing={'price': 0.1})\n"
    )
    files = [
        write(tmp_path / f"{i}.{kind}", [{**ROWS[0], "age": age, "price": 1.5} for age in range(i, i + 50)])
        for i in (0, 49)
    ]
    assert ask("valid", contract, files[0]) == (0, "all 50 rows fit\n")
    code, text = ask("valid", contract, *files)
    problem = "'age': 1 value repeats: 49 (2 times, again in row 51)"
    assert (code, text) == (1, f"all 100 rows fit\nof the table, {problem}\n")
    assert ask("valid", contract, *files, "--json")[1]["table"] == [problem]
    code, text = ask("valid", contract, *files, "--state", tmp_path / "state.json")
    assert (code, text.count("of the table")) == (3, 1)
    gaps = write(tmp_path / f"gaps.{kind}", [{**ROWS[0], "age": i, "price": None} for i in range(20)])
    missing = "of the table, 'price': missing in 20 of 20 rows, at most 10% may be\n"
    assert ask("valid", contract, gaps) == (1, f"all 20 rows fit\n{missing}")
    by_hand = tmp_path / "by_hand.py"
    by_hand.write_text(
        f"{contract.read_text()}spec = s.contract(row, occur={{'age': {{7, 700}}}}, max_rows=90)\n"
    )
    problems = "of the table, 100 rows, at most 90 may be\nof the table, 'age': none of 100 rows has 700\n"
    assert ask("valid", by_hand, *files) == (1, f"all 100 rows fit\n{problems}")
    assert ask("profile", by_hand, *files)[1].endswith(problems)


# --- a promise, run after run -------------------------------------------------------------------------------

PROMISED = f"{SPEC}spec = s.contract(spec, rows=2000, refuses=0.01, confidence=0.95)\n"


def write_numbers(path, fit, refused):
    path.write_text("n,x\n" + "3,\n" * fit + "30,\n" * refused)
    return path


def test_a_state_watches_the_promise_of_a_contract_run_after_run(contract, tmp_path, ask):
    contract.write_text(PROMISED)
    state = tmp_path / "state.json"
    steps = [
        (298, 2, 0, "not known yet"),
        (1700, 0, 0, "holds"),
        (1530, 170, 3, "suspect since"),
        (680, 1020, 3, "suspect since"),
        (663, 1037, 1, "broken since"),
        (900, 0, 1, "broken"),
    ]
    for day, (fit, refused, code, verdict) in enumerate(steps):
        rows = write_numbers(tmp_path / f"{day}.csv", fit, refused)
        own, text = ask("valid", contract, rows, "--state", state, "--most", "0")
        last = [line for line in text.splitlines() if "parts" in line or "1 part" in line]
        assert (own, len(last)) == (code, 1)
        assert last[0].startswith(verdict)
    since = f"{datetime.date.today()} ({tmp_path / '2.csv'}) (certain 95%, however values of a part depend"
    assert f"broken since {since} on each other): 2,227 of 5,100 values were refused by" in last[0]
    assert f"({tmp_path / '4.csv'}), when it was noticed, 2,227 of 6,000 are by now" in last[0]
    more = write_numbers(tmp_path / "more.csv", 901, 0)
    code, data = ask("valid", contract, more, "--state", state, "--json")
    assert (code, data["invalid"]) == (1, 0)
    assert data["promise"]["since"].endswith("2.csv)")
    expected = {"verdict": "broken", "refuses_at_most": 0.01, "confidence": 0.95, "parts": 7, "invalid": 2229}
    assert {key: data["promise"][key] for key in expected} == expected
    reason = "n: above #, the most of the contract of # rows"
    assert data["promise"]["more_often"] == []
    assert f"  most often since then: {reason} (2,227)" in text
    for name, code in (("2.csv", 1), ("4.csv", 0)):
        own, text = ask("take-back", state, name)
        assert own == code
    assert text.splitlines()[0].startswith("suspect since")
    assert text.count("taken back: ") == 1
    code, data = ask(
        "valid", contract, write_numbers(tmp_path / "last.csv", 50, 0), "--state", state, "--json"
    )
    assert (code, data["promise"]["verdict"], len(data["promise"]["taken_back"])) == (0, "suspect", 2)
    assert data["promise"]["suspect_since"].endswith("3.csv)")


TABLE = PROMISED.replace(", confidence", ", unique=['n'], confidence")


@pytest.mark.parametrize(
    ("source", "fit", "refused", "code", "words"),
    [
        (PROMISED, 20_000, 7, 0, "holds: at most"),  # a good night
        (PROMISED, 1000, 9, 0, "not known yet"),
        (
            PROMISED,
            1000,
            16,
            3,
            "too many: 16 of 1,016 values are refused in this part alone, 9 at most as at home",
        ),
        (PROMISED, 1000, 17, 3, "too many: 17 of 1,017 values are refused in this part alone, 16 at most if"),
        (PROMISED, 1000, 60, 3, "suspect since"),
        (TABLE, 50, 0, 3, "of the table, 'n': 1 value repeats: 3 (50 times"),
        (TABLE, 1, 0, 0, "not known yet"),
    ],
)
def test_a_night_fails_by_the_promise_by_its_file_or_by_the_table(
    contract, tmp_path, ask, source, fit, refused, code, words
):
    contract.write_text(source)
    rows = write_numbers(tmp_path / "rows.csv", fit, refused)
    own, text = ask("valid", contract, rows, "--state", tmp_path / "state.json", "--most", "0")
    assert (own, words in text) == (code, True)
    data = ask("valid", contract, rows, "--state", tmp_path / "other.json", "--json")[1]
    assert (data["promise"]["excess"] is not None) == ("too many" in text)


def test_a_file_that_was_counted_is_not_counted_again(contract, tmp_path, ask, refused):
    contract.write_text(PROMISED)
    state, empty = tmp_path / "state.json", write_numbers(tmp_path / "empty.csv", 0, 0)
    monday = write_numbers(tmp_path / "monday.csv", 500, 1)
    first = ask("valid", contract, monday, empty, "--state", state, "--json")[1]["promise"]
    kept = state.read_bytes()
    copy = tmp_path / "copy.csv"
    copy.write_bytes(monday.read_bytes())
    code, text = ask("valid", contract, copy, empty, "--state", state)
    assert (code, "501 of these values were counted before, in 20" in text) == (0, True)
    again = ask("valid", contract, copy, "--state", state, "--json")[1]["promise"]
    assert again["counted_before"].endswith(f"({monday} and 1 more)")
    assert {**again, "counted_before": None} == first
    tuesday = write_numbers(tmp_path / "tuesday.csv", 400, 0)
    assert state.read_bytes() == kept
    promise = ask("valid", contract, monday, tuesday, tuesday, "--state", state, "--json")[1]["promise"]
    assert (promise["parts"], promise["total"]) == (2, 901)
    with monday.open("a") as rows:
        rows.write("30,\n" * 40)
    code, text = ask("valid", contract, monday, "--state", state, "--most", "0")
    assert code == 3
    assert "too many: 40 of 40 values are refused in this part alone" in text
    assert "41 of 941 values in 3 parts; 501 of these values were counted before, in 20" in text


def test_a_file_that_is_written_to_while_it_is_read_counts_nothing(contract, tmp_path, refused, monkeypatch):
    contract.write_text(PROMISED)
    rows = write_numbers(tmp_path / "rows.csv", 5, 0)
    stamps = iter(range(9))
    monkeypatch.setattr(contracts, "file_stamp", lambda file: next(stamps))
    words = refused("valid", contract, rows, "--state", tmp_path / "state.json")
    assert "rows.csv changed while it was read; run it again" in words
    assert not (tmp_path / "state.json").exists()


def test_a_promise_about_groups_is_watched_by_groups(contract, tmp_path, ask, refused):
    contract.write_text(PROMISED.replace("confidence=0.95", "of=\"groups by 'x'\""))
    rows = tmp_path / "rows.csv"
    rows.write_text("n,x\n" + "".join(f"{30 if i == 7 else 3},{i // 2}\n" for i in range(200)))
    text = ask("valid", contract, rows, "--state", tmp_path / "state.json", "--most", "0")[1]
    assert "1 of 100 groups by 'x' in 1 part" in text
    contract.write_text(PROMISED.replace("confidence=0.95", "of='groups'"))
    words = refused("valid", contract, rows, "--state", tmp_path / "new.json")
    assert "about groups, and --state knows groups by the key of a column" in words


def test_the_state_is_that_of_profiles_by_hand(contract, tmp_path, ask):
    contract.write_text(PROMISED)
    names = {}
    exec(PROMISED, names)
    standing = None
    for fit, refused in ((500, 1), (20, 3), (5000, 7)):
        rows = write_numbers(tmp_path / "rows.csv", fit, refused)
        data = ask("valid", contract, rows, "--state", tmp_path / "state.json", "--json")[1]["promise"]
        profile = s.profile(names["spec"], rows)
        standing = profile.holds(s.promise(names["spec"]), standing)
        counts = (standing.verdict, standing.n, standing.misjudged)
        assert (data["verdict"], data["total"], data["invalid"]) == counts


def test_a_share_is_watched_in_place_of_a_promise(contract, tmp_path, ask, refused):
    rows, state = write_numbers(tmp_path / "rows.csv", 400, 20), tmp_path / "state.json"
    assert "contract.py promises nothing" in refused("valid", contract, rows, "--state", state)
    assert not state.exists()
    code, text = ask("valid", contract, rows, "--state", state, "--promise", "0.1")
    assert (code, text.splitlines()[-1]) == (
        0,
        "holds: at most 9.7% are refused (certain 99% if values are independent), 10% may be; "
        "20 of 420 values in 1 part",
    )
    assert "start anew" in refused("valid", contract, rows, "--state", state, "--promise", "0.2")
    contract.write_text(PROMISED)
    code, text = ask("valid", contract, rows, "--state", tmp_path / "other.json", "--promise", "0.1")
    assert "(certain 95% if values are independent), 10% may be" in text
    code, text = ask("valid", contract, rows, "--state", tmp_path / "unit.json", "--unit", "5")
    assert "(certain 95% if units of 5 values are independent)" in text
    assert "1% refused, certain 0.95, units of 5; this one is" in refused(
        "valid", contract, rows, "--state", tmp_path / "unit.json"
    )


def test_what_can_not_be_read_leaves_the_state_as_it_is(contract, tmp_path, refused, ask):
    contract.write_text(PROMISED)
    state, rows = tmp_path / "state.json", tmp_path / "rows.csv"
    ask("valid", contract, write_numbers(rows, 300, 0), "--state", state)
    before = state.read_bytes()
    rows.write_text("n,x\n3,\n3,3,3\n")
    assert "a row of 3 cells" in refused("valid", contract, rows, "--state", state)
    assert "no rows in" in refused("valid", contract, write_numbers(rows, 0, 0), "--state", state)
    assert state.read_bytes() == before
    state.write_text("{}")
    assert "is not the state of a promise" in refused(
        "valid", contract, write_numbers(rows, 3, 0), "--state", state
    )
    assert "add --state FILE" in refused("valid", contract, rows, "--promise", "0.1")
    assert "add --state FILE" in refused("valid", contract, rows, "--unit", "2")


# --- files that can't be read -------------------------------------------------------------------------------


# fmt: off
@pytest.mark.parametrize(("name", "content", "options", "message"), [
    ("rows.csv", b"n,x\n1,\xe9\n", [], "rows.csv:2: the byte 0xe9 is not utf-8; try --encoding cp1252"),
    ("rows.csv", b"n,x\n1," + b"9" * 200_000, [], "rows.csv:2: a cell has more than 131,072 characters"),
    ("rows.csv", b"n,x\n1,2,3\n", [], "rows.csv:2: a row of 3 cells, and the first has 2"),
    ("rows.csv", b"n,x\n", [], "no rows in"),
    ("rows.csv", b"", [], "no rows in"),
    ("rows.json", b"[]", [], "no rows in"),
    ("rows.json", b"[" * 3000, [], "nested too deeply"),
    ("rows.parquet", b"PAR1", [], "rows.parquet can't be read"),
    ("rows.csv.gz", b"n,x", [], "Not a gzipped file"),
    ("rows.txt", b"n,x", [], "is none of .csv"),
    ("rows.csv", b"n,x\n1,2\n", ["--sep", "ab"], "expected one character"),
    ("rows.csv", b"n,x\n1,2\n", ["--encoding", "latin-99"], "no encoding is called 'latin-99'"),
    ("rows.csv", b"n,x\n1,2\n", ["--import", "json"], "are for pictures"),
])
def test_what_cannot_be_read_is_a_line(name, content, options, message, contract, tmp_path, refused):
    (tmp_path / name).write_bytes(content)
    assert message in refused("valid", contract, tmp_path / name, *options)
# fmt: on


ENDS = {
    "sys.exit(0)": "SystemExit: 0",
    "raise SystemExit('bye')": "SystemExit: bye",
    "raise ValueError('two\\nlines')": "ValueError: two",
    "1 / 0": "ZeroDivisionError: division by zero",
    "import no_such_module": "ModuleNotFoundError: No module named 'no_such_module'",
    "raise GeneratorExit": "GeneratorExit",
    "spec = (": "SyntaxError: ",
}


@pytest.mark.parametrize(("line", "message"), ENDS.items())
def test_a_contract_that_raises_is_a_line_and_never_says_that_rows_fit(line, message, tmp_path, refused):
    contract, rows = tmp_path / "contract.py", write(tmp_path / "rows.jsonl", WRONG)
    contract.write_text(f"import sys\nspec = int\n{line}\n")
    assert f"{contract} raises {message}" in refused("valid", contract, rows)


@pytest.mark.parametrize(
    ("registered", "words"),
    [
        ([], "spec = ..."),
        (["ends/order"], 'spec = "ends/order"'),
        (["ends/item", "ends/order"], "spec = ..."),
        (["ends/order", "ends/order"], 'spec = "ends/order"'),
    ],
)
def test_a_file_without_a_spec_says_what_to_write_in_it(registered, words, tmp_path, refused):
    contract, rows = tmp_path / "contract.py", write(tmp_path / "rows.jsonl", WRONG)
    contract.write_text("import mxspec as s\n" + "".join(f's.def_("{name}", int)\n' for name in registered))
    for command in (["valid"], ["profile"], ["infer", "--update"]):
        assert refused(*command, contract, rows).endswith(f"defines no `spec`; write `{words}` in it")
    for command in ("sample", "explain"):
        assert refused(command, contract, *[rows] * (command == "explain")).endswith(f"`{words}` in it")


def test_a_contract_that_ends_the_process_while_it_is_asked_is_a_line(tmp_path, refused):
    contract, rows = tmp_path / "contract.py", write(tmp_path / "rows.jsonl", WRONG)
    contract.write_text("import sys\nspec = lambda row: sys.exit(0)\n")
    assert "code that it runs raises SystemExit: 0" in refused("valid", contract, rows)


def test_a_contract_that_is_not_there_is_a_line(tmp_path, refused):
    assert "there is no file" in refused("valid", tmp_path / "none.py", write(tmp_path / "rows.jsonl", WRONG))
    assert "there is no file" in refused("infer", tmp_path / "rows")


def test_the_commands_about_rows_load_no_network(tmp_path):
    rows = write(tmp_path / "rows.jsonl", ROWS)
    program = (
        "import sys; from mxspec.command_line.main import main; "
        f"main(['infer', {str(rows)!r}]); print(*{{name.partition('.')[0] for name in sys.modules}})"
    )
    fresh = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"mxnet", "onnxruntime", "PIL", "tqdm"} & set(fresh.stdout.splitlines()[-1].split())


# --- two files of specs -------------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path):
    def write(old, new):
        paths = tmp_path / "old.py", tmp_path / "new.py"
        for path, spec in zip(paths, (old, new), strict=True):
            path.write_text(f"import mxspec as s\ns.def_('cli/age', {spec})\ns.def_('cli/name', str)\n")
        return list(map(str, paths))

    return write


@pytest.mark.parametrize(
    ("old", "new", "options", "code"),
    [
        ("s.int_in(0, 10)", "s.int_in(0, 20)", [], 0),
        ("s.int_in(0, 20)", "s.int_in(0, 10)", [], 1),
        ("s.int_in(0, 20)", "s.int_in(0, 10)", ["cli/name"], 0),
        ("s.int_in(0, 20)", "s.int_in(0, 10)", ["--direction", "responses"], 0),
        ("s.int_in(0, 20)", "None", [], 1),
        ("s.and_(str, lambda x: 'a' in x)", "s.and_(str, lambda x: x.count('a'))", [], 3),
        ("s.and_(str, lambda x: 'a' in x)", "s.and_(str, lambda x: x.count('a'))", ["--strict"], 1),
    ],
)
def test_diff_ends_with_1_if_something_breaks_and_with_3_if_that_is_open(
    files, capsys, old, new, options, code
):
    assert main(["diff", *files(old, new), *options]) == code
    assert "cli/name" in capsys.readouterr().out


def test_diff_prints_a_table(files, capsys):
    main(["diff", *files("s.int_in(0, 20)", "s.int_in(0, 10)")])
    assert capsys.readouterr().out.splitlines() == [
        "cli/age   changed  broken: 10 fits old, but new says",
        "                   an int from 0 to 9 is required, not 10 - failed: int_in(0, 10) spec: 'cli/age'",
        "cli/name  same",
    ]


def test_diff_with_a_revision_is_written_as_json(tmp_path, capsys):
    text = "import mxspec as s\nfrom . import limits\ns.def_('cli/age', s.int_in(0, limits.MAX))\n"
    commit_tree(tmp_path, {"shop/__init__.py": "", "shop/limits.py": "MAX = 9", "shop/contract.py": text})
    write_tree(tmp_path, {"shop/limits.py": "MAX = 8"})
    assert main(["diff", "--base", "main", str(tmp_path / "shop" / "contract.py"), "--json"]) == 1
    [change] = json.loads(capsys.readouterr().out)
    assert (change["name"], change["verdict"], change["witness"]) == ("cli/age", "broken", "8")
    assert change["value"] == 8


def test_an_error_of_diff_is_written_as_json_too(files, capsys):
    with pytest.raises(SystemExit):
        main(["diff", *files("int", "1 / 0"), "--json"])
    assert "raises ZeroDivisionError" in json.loads(capsys.readouterr().out)["error"]


def test_diff_of_a_file_that_ends_the_process_is_an_error(files, refused):
    assert "raises SystemExit: 0" in refused("diff", *files("int", "exit(0)"))
    assert "is one" in refused("diff", "contract.py")


def test_diff_says_in_a_line_what_is_wrong(files, refused):
    assert "new.py raises ZeroDivisionError: division by zero" in refused("diff", *files("int", "1 / 0"))
