"""The findings of valid, as other programs read them, and columns whose problems are warnings."""

import json
import re
import time
from xml.etree import ElementTree

import pytest

import mxspec as s

pytestmark = pytest.mark.few(8)

CONTRACT = """
import mxspec as s
row = s.keys(req_un={"n": s.int_in(0, 10), "word": {"tea", "cake"}, "a.b": str})
spec = s.contract(row, unique=("n",), missing={"word": 0.5})
"""
FIT, BOTH = ("1,tea,x", "2,cake,x"), "30,coffee,x"


@pytest.fixture
def contract(tmp_path):
    path = tmp_path / "contract.py"
    path.write_text(CONTRACT)
    return path


def write(path, *lines):
    path.write_text("n,word,a.b\n" + "".join(f"{line}\n" for line in lines))
    return path


@pytest.fixture
def report(contract, tmp_path, ask):
    """Run valid with a report; return the exit code and the report."""

    def run(kind, *argv):
        target = tmp_path / f"report.{kind}"
        code, _ = ask("valid", contract, *argv, f"--{kind}", target)
        return code, target.read_text()

    return run


def cases(text):
    """Return the outcome of each test case, by its name."""
    suite = ElementTree.fromstring(text.encode()).find("testsuite")
    outcomes = {case.get("name"): [*case] for case in suite}
    outcomes.pop(None)
    counts = {name: int(suite.get(name)) for name in ("tests", "failures", "errors", "skipped")}
    tags = [each.tag for own in outcomes.values() for each in own]
    assert counts["tests"] == len(outcomes)
    assert (counts["failures"], counts["errors"], counts["skipped"]) == (
        tags.count("failure"),
        0,
        tags.count("skipped"),
    )
    return {name: (own[0].tag, own[0].get("message")) if own else None for name, own in outcomes.items()}


def test_junit_has_a_case_for_the_rows_each_column_and_the_table(report, tmp_path):
    code, text = report("junit", write(tmp_path / "rows.csv", *FIT))
    assert code == 0
    assert cases(text) == dict.fromkeys(["rows", "column n", "column word", "column a.b", "table"])
    code, text = report("junit", write(tmp_path / "rows.csv", *FIT, BOTH, FIT[0]))
    assert code == 1
    assert cases(text) == {
        "rows": ("failure", f"1 of 4 rows do not fit {tmp_path}/contract.py"),
        "column n": ("failure", "1: n: above 9, the most of the contract"),
        "column word": ("failure", "1: word: not one of the 2 values of the contract: 'cake', 'tea'"),
        "column a.b": None,
        "table": ("failure", "'n': 1 value repeats: 1 (2 times, again in row 4)"),
    }
    junitparser = pytest.importorskip("junitparser")
    [suite] = junitparser.JUnitXml.fromstring(text.encode())
    assert (suite.tests, suite.failures) == (5, 4)


def test_a_column_that_is_missing_fails(report, tmp_path):
    (tmp_path / "rows.csv").write_text("n,a.b\n1,x\n")
    assert cases(report("junit", tmp_path / "rows.csv")[1])["column word"] == (
        "failure",
        "1: key 'word' is required",
    )


def test_signs_that_no_xml_holds_are_escaped(contract, tmp_path, report):
    contract.write_text("import mxspec as s\nspec = s.keys(req_un={'<\\0\\x1b&\\ud800\">': int})\n")
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"<\\u0000\\u001b&\\ud800\\">": "x"}\n')
    code, text = report("junit", rows)
    assert code == 1
    assert cases(text)['column <\\u0000\\u001b&\\ud800">'][0] == "failure"


def unescape(sign):
    return "\n" if sign[0] == "\\n" else sign[0][1]


def metrics(text):
    """Return the samples of a text of Prometheus by name and labels, by its grammar."""
    samples = {}
    for line in text.split("\n"):
        if line and not line.startswith(("# HELP ", "# TYPE ")):
            name, labels, value = re.fullmatch(r"(\w+)\{(.*)\} (\S+)", line).groups()
            pairs = re.findall(r'(\w+)="((?:[^"\\]|\\[\\"n])*)"(?:,|$)', labels)
            assert ",".join(f'{key}="{value}"' for key, value in pairs) == labels
            pairs = [(key, re.sub(r"\\.", unescape, value)) for key, value in pairs]
            samples[name, *dict(pairs).values()] = float(value)
    assert text.endswith("\n")
    return samples


def test_prometheus_reads_the_counts(contract, report, tmp_path):
    rows = write(tmp_path / "rows.csv", *FIT, BOTH, FIT[0])
    code, text = report("prometheus", rows, "--warn", "word")
    own = metrics(text)
    name = str(contract)
    assert own.pop(("mxspec_time_seconds", name)) == pytest.approx(time.time(), abs=100)
    digest = s.profile(contract_of_text(), []).digest
    assert own == {
        ("mxspec_rows", name): 4,
        ("mxspec_refused_rows", name): 1,
        ("mxspec_warned_rows", name): 0,
        ("mxspec_refused_values", name, "n: above #, the most of the contract"): 1,
        ("mxspec_refused_values", name, "word: not one of the # values of the contract: 'cake', 'tea'"): 1,
        ("mxspec_broken_terms", name): 1,
        ("mxspec_exit_code", name): code,
        ("mxspec_info", name, s.__version__, digest): 1,
    }
    assert len(re.findall("^# TYPE mxspec_[a-z_]+ gauge$", text, re.MULTILINE)) == 8


def contract_of_text():
    names = {}
    exec(CONTRACT, names)
    return names["spec"]


def test_labels_of_prometheus_are_escaped(contract, report, tmp_path):
    key = 'a"b\\\nc\ud800\\n'
    contract.write_text(f"import mxspec as s\nspec = s.keys(req_un={{{key!r}: int}})\n")
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps({key: "x"}))
    text = report("prometheus", rows)[1]
    reasons = [labels[1] for name, *labels in metrics(text) if name == "mxspec_refused_values"]
    assert reasons == [key.replace("\ud800", "\\ud800") + ": an int is required"]
    parser = pytest.importorskip("prometheus_client.parser")
    families = {family.name: family for family in parser.text_string_to_metric_families(text)}
    [sample] = families["mxspec_refused_values"].samples
    assert (sample.labels["reason"], sample.value) == (reasons[0], 1)


ASSERTION = s.keys(
    req_un={
        "assertion": {"mxspec_rows", "mxspec_column", "mxspec_table", "mxspec_promise"},
        "name": str,
        "success": bool,
        "severity": {"error", "warn"},
    },
    opt_un={"column": str, "actual": str},
    closed=True,
)


def test_an_event_of_openlineage_has_the_assertions_of_each_file(contract, report, tmp_path):
    files = [write(tmp_path / "a.csv", *FIT), write(tmp_path / "b.csv", BOTH)]
    code, text = report("openlineage", *files)
    event = json.loads(text)
    assert code == 1
    assert event["job"] == {"namespace": "mxspec", "name": str(contract)}
    assert [(each["namespace"], each["name"]) for each in event["inputs"]] == [
        ("file", str(file)) for file in files
    ]
    facets = [each["inputFacets"]["dataQualityAssertions"] for each in event["inputs"]]
    assert all(s.valid(s.coll_of(ASSERTION), facet["assertions"]) for facet in facets)
    outcomes = [{each["name"]: each["success"] for each in facet["assertions"]} for facet in facets]
    assert outcomes[0] == dict.fromkeys(["rows", "column n", "column word", "column a.b", "table"], True)
    failing = {name for name, is_success in outcomes[1].items() if not is_success}
    assert failing == {"rows", "column n", "column word"}


@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonl"])
@pytest.mark.parametrize(
    ("rows", "warn", "code", "warned"),
    [
        ([(1, "tea"), (2, "te")], ["word"], 0, 1),
        ([(1, "tea"), (20, "te")], ["word"], 1, 0),
        ([(1, "te"), (20, "te"), (2, "te")], ["word"], 1, 2),
        ([(1, "te"), (20, "te"), (2, "te")], ["word", "n"], 0, 3),
        ([(1, "tea"), (1, "te")], ["word"], 1, 1),  # a repeat
        ([(1, "tea"), (1, "te")], ["word", "n"], 0, 1),
        ([(1, "tea"), (20, "tea")], ["word"], 1, 0),
    ],
)
@pytest.mark.parametrize("closed", [False, True])
def test_problems_of_a_column_that_warns_leave_the_exit_code(
    closed, rows, warn, code, warned, kind, contract, tmp_path, ask
):
    contract.write_text(CONTRACT.replace('"a.b": str}', f'"a.b": str}}, closed={closed}'))
    source = tmp_path / f"rows.{kind}"
    if kind == "csv":
        write(source, *(f"{n},{word},x" for n, word in rows))
    elif kind == "jsonl":
        source.write_text("\n".join(json.dumps({"n": n, "word": word, "a.b": "x"}) for n, word in rows))
    else:
        polars = pytest.importorskip("polars")
        polars.DataFrame([{"n": n, "word": word, "a.b": "x"} for n, word in rows]).write_parquet(source)
    options = [text for column in warn for text in ("--warn", column)]
    answer = ask("valid", contract, source, "--json", *options)
    assert (answer[0], answer[1]["warned"]) == (code, warned)
    assert answer[1]["invalid"] == ask("valid", contract, source, "--json")[1]["invalid"]
    text = ask("valid", contract, source, *options)[1]
    assert (f"{warned} of these by columns of --warn alone" in text) == (warned > 0)
    ask("valid", contract, source, *options, "--junit", tmp_path / "junit.xml")
    outcomes = cases((tmp_path / "junit.xml").read_text())
    assert ("failure" in {each[0] for each in outcomes.values() if each}) == code
    assert outcomes["column word"] is None or outcomes["column word"][0] == "skipped"


def test_with_a_state_the_promise_is_the_check_and_columns_warn(report, tmp_path):
    rows, state = write(tmp_path / "rows.csv", *FIT, *["30,tea,x"] * 5), tmp_path / "state.json"
    code, text = report("junit", rows, "--state", state, "--promise", "0.9")
    own = cases(text)
    assert (code, own["promise"], own["column n"][0]) == (3, None, "skipped")  # of the table: 30 repeats
    assert own["table"][0] == "failure"


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ("--warn wort", "has no key 'wort'; did you mean 'word'?"),
        ("--warn n --state state.json --promise 0.1", "--state watches a promise about all columns"),
        ("--junit rows.csv", "--junit rows.csv would be written over rows.csv, which it comes from"),
    ],
)
def test_what_cannot_be_reported_is_a_line(argv, message, contract, tmp_path, monkeypatch, refused):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "rows.csv", *FIT)
    assert message in refused("valid", "contract.py", "rows.csv", *argv.split())
