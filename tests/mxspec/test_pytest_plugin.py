"""The pytest plugin: failed assertions about explain_data say what is wrong, generated arrays are drawn."""

import configparser
import importlib.metadata
import importlib.util
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

import mxspec as s
from mxspec import pytest_plugin
from mxspec.promises.sequential import values_to_decide

ROOT = Path(__file__).parents[2]
# These files, whichever copy of them is installed, and no plugin but the one that is meant and Hypothesis's:
# those of other libraries take most of the time of a short run, and some change Hypothesis's reports.
ENVIRONMENT = os.environ | {
    "PYTHONPATH": str(ROOT),
    "COLUMNS": "120",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "PYTEST_ADDOPTS": "-p _hypothesis_pytestplugin",
}


DATA = s.explain_data(int, "x")


@pytest.mark.parametrize(
    ("op", "left", "right"), [("is", DATA, None), ("==", DATA, None), ("is", None, DATA)]
)
def test_a_comparison_with_none_is_explained_in_words(op, left, right):
    assert pytest_plugin.pytest_assertrepr_compare(op, left, right) == [
        f"explain_data(...) {op} None",
        "'x' does not fit:",
        "an int is required, not 'x' - failed: int",
    ]


@pytest.mark.parametrize(
    ("op", "left", "right"),
    [
        ("is not", DATA, None),
        ("==", DATA, {}),
        ("==", 1, 2),
        ("is", 1, None),
        ("is", None, None),
        ("is", {}, None),
    ],
)
def test_other_comparisons_are_left_to_pytest(op, left, right):
    assert pytest_plugin.pytest_assertrepr_compare(op, left, right) is None


# --- assertions about valid and conform ---------------------------------------------------------------------

REFUSED = """
    import unittest

    from hypothesis import given, settings, strategies as st

    import mxspec as s
    from mxspec import valid

    s.def_("plugin-age/age", s.int_in(0, 150))
    PERSON = s.keys(req_un=["plugin-age/age"])
    calls = []

    def person(age):
        calls.append(age)
        return {"age": age}

    def test_name():
        assert s.valid("plugin-age/age", -1)

    def test_call():
        assert valid(spec=PERSON, x=person(len("four") - 6))

    def test_call_was_made_once():
        assert calls == [-2]

    def test_starred():
        both = int, "starred"
        assert s.valid(*both)

    def test_own_message():
        assert s.valid(int, 1) and s.valid(
            int,
            person(3)["age"] + 0.5,
        ), "own message"

    def test_conform():
        assert s.conform(s.or_(a=int, b=str), 2.5) == ("a", 2)

    @settings(database=None)
    @given(st.integers())
    def test_given(n):
        assert s.valid(s.int_in(0, 20), n)

    def test_many():
        assert s.valid(s.coll_of(int), ["a"] * 100)

    def check_helper(x):
        assert s.valid(int, x)

    def test_helper():
        check_helper("helped")

    class TestCase(unittest.TestCase):
        def test_unit(self):
            assert s.valid(int, "unit")

    def test_valid_after_all():
        for n in [-5, 3]:
            assert not s.valid(s.int_in(0, 5), n)

    def test_repr_that_raises():
        class Rude:
            def __repr__(self):
                raise KeyError("rude")
        assert s.valid(int, Rude())

    def test_no_value():
        x = "unknown"
        assert s.valid("plugin-age/" + x, x)

    def test_explained():
        assert s.explain_data(PERSON, {"age": -1}) is None

    def test_no_explanation():
        assert {"problems": [], "spec": 1} is None
"""


@pytest.fixture(scope="module")
def refusals(tmp_path_factory):
    report = run(tmp_path_factory.mktemp("refused"), REFUSED, "-p", "no:cacheprovider")
    texts = re.split(r"^_+ (?:\w+\.)?(test_\w+) _+$", report, flags=re.MULTILINE)
    return dict(zip(texts[1::2], texts[2::2], strict=True)) | {"summary": report}


@pytest.mark.parametrize(
    ("test", "lines"),
    [
        (
            "test_name",
            [
                "assert valid('plugin-age/age', -1)",
                "  -1 does not fit 'plugin-age/age':",
                "  an int from 0 to 149 is required, not -1 - failed: int_in(0, 150) spec: 'plugin-age/age'",
            ],
        ),
        (
            "test_call",
            [
                "assert valid(keys(req_un=['plugin-age/age']), {'age': -2})",
                "  {'age': -2} does not fit keys(req_un=['plugin-age/age']):",
                "  an int from 0 to 149 is required, not -2 - "
                "failed: int_in(0, 150) in: ['age'] at: ['age'] spec: 'plugin-age/age'",
            ],
        ),
        (
            "test_starred",
            ["assert valid(int, 'starred')", "  an int is required, not 'starred' - failed: int"],
        ),
        (
            "test_own_message",
            ["own message", "  3.5 does not fit int:", "  an int is required, not 3.5 - failed: int"],
        ),
        (
            "test_conform",
            ["assert INVALID == ('a', 2)", "  an int is required, not 2.5 - failed: int at: ['a']"],
        ),
        (
            "test_given",
            [
                "assert valid(int_in(0, 20), -1)",
                "  an int from 0 to 19 is required, not -1 - failed: int_in(0, 20)",
            ],
        ),
        ("test_many", ["  an int is required, not 'a' - failed: int in: [11]", "  ... 88 more lines"]),
        ("test_helper", ["assert valid(int, 'helped')", "  an int is required, not 'helped' - failed: int"]),
        ("test_unit", ["assert valid(int, 'unit')", "  an int is required, not 'unit' - failed: int"]),
        ("test_repr_that_raises", ["assert valid(int, <Rude whose repr raises KeyError: 'rude'>)"]),
        (
            "test_explained",
            [
                "assert explain_data(...) is None",
                "  {'age': -1} does not fit:",
                "  an int from 0 to 149 is required, not -1 - "
                "failed: int_in(0, 150) in: ['age'] at: ['age'] spec: 'plugin-age/age'",
            ],
        ),
        ("test_no_explanation", ["assert {'problems': [], 'spec': 1} is None"]),
    ],
)
def test_a_failed_assertion_says_why_a_value_was_refused(refusals, test, lines):
    shown = [line[1:].strip() for line in refusals[test].splitlines() if line.startswith("E ")]
    shown = [line.removeprefix("AssertionError: ") for line in shown]
    assert [line.strip() for line in lines if line.strip() not in shown] == []


def test_the_summary_names_the_value(refusals):
    assert re.search(
        r"test_name - .*assert valid\('plugin-age/age', -1\)$", refusals["summary"], re.MULTILINE
    )


def test_no_call_in_an_assertion_is_made_again(refusals):
    assert "test_call_was_made_once" not in refusals


def test_what_was_not_refused_is_left_to_pytest(refusals):
    assert "does not fit" not in refusals["test_valid_after_all"]
    assert "where True = <function valid" in refusals["test_valid_after_all"]
    assert "UnknownSpecError" in refusals["test_no_value"]


# --- pictures -----------------------------------------------------------------------------------------------

RAMPS = """
    import numpy as np
    import pytest
    from hypothesis import given, settings

    import mxspec as s

    def ramp(n):
        return np.linspace(0, n, 64, dtype=np.float32)[None] / 9

    def read(x):
        return s.Reading(round(float(x.max()) * 9), confidence=0.75)

    s.def_model_spec("plugin/ramp", s.int_in(1, 10), read, ramp)

    @settings(database=None)
    @given(s.gen("plugin/ramp"))
    def test_small(image):
        assert image.max() < 0.4

    @settings(database=None)
    @given(s.gen(s.coll_of("plugin/ramp")))
    def test_several(images):
        assert len(images) < 2

    @s.fdef(args=s.cat(image="plugin/ramp"), ret=s.is_int)
    def brightest(image):
        return int(read(image).label) if image.max() < 0.6 else None

    def test_check():
        assert s.check(brightest, num_tests=50, seed=1)

    @pytest.fixture
    def drawn():
        return s.generate("plugin/ramp", seed=1)

    def test_fixture(drawn):
        pytest.fail("for no reason")

    def test_changed(drawn):
        drawn += 1
        assert drawn.max() < 1

    @pytest.mark.xfail
    def test_expected(drawn):
        assert False

    def test_passes(drawn):
        assert s.valid("plugin/ramp", drawn)
"""


def run(folder, source, *arguments):
    """Run pytest on a file of tests, in a process and a folder of its own."""
    (folder / "test_it.py").write_text(textwrap.dedent(source))
    command = [sys.executable, "-m", "pytest", "-p", "mxspec.pytest_plugin", "-q", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=folder, env=ENVIRONMENT, check=False
    ).stdout


def paths(report):
    """The paths of the pictures, by the test that they are of."""
    return {path.stem.rpartition("-")[2]: path for path in map(Path, re.findall(r"drawn in (.+)", report))}


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    return run(tmp_path_factory.mktemp("ramps"), RAMPS, "--hypothesis-show-statistics")


@pytest.mark.parametrize(
    "line",
    [
        "image = ramp(4); label 4; read as 4 (0.75)", "in images: ramp(1); label 1; read as 1 (0.75)",
        "in the assertion: ramp(6); label 6; read as 6 (0.75)", "drawn = ramp(",
        "ramp(4) is read as 4 (0.75)", "image=ramp(4),", "images=[ramp(1), ramp(1)],",
    ],
)  # fmt: skip
def test_the_report_of_a_failed_test_shows_the_generated_value(report, line):
    assert line in report


def test_lines_that_only_put_an_example_in_words_explain_no_failure(report):
    assert "mxspec/base/messages" not in report


@pytest.mark.parametrize("line", ["plugin/ramp: label 4", "plugin/ramp: confidence 0.5 to 0.9"])
def test_labels_and_confidences_are_counted_by_the_statistics(report, line):
    assert line in report


@pytest.mark.skipif(importlib.util.find_spec("PIL") is None, reason="Pillow draws them")
def test_a_failed_test_has_a_picture_of_the_generated_value(report):
    from PIL import Image

    pictures = paths(report)
    assert set(pictures) == {"test_small", "test_several", "test_check", "test_fixture"}
    for path in pictures.values():
        assert path.parent.parts[-3:] == (".pytest_cache", "d", "mxspec")
    picture = np.asarray(Image.open(pictures["test_small"]))
    # 64 numbers are 8x8, each 25 pixels wide, 12 from the edge; beside them stands dark text on white.
    grey = picture[12:212, 12:212]
    assert np.array_equal(grey[::25, ::25].ravel(), np.rint(np.linspace(0, 4, 64) / 9 * 255))
    assert picture[0].min() == 255
    assert picture[:, 220:].min() < 100
    assert Image.open(pictures["test_several"]).height > 1.8 * len(picture)


@pytest.mark.skipif(importlib.util.find_spec("PIL") is None, reason="Pillow draws them")
@pytest.mark.slow
@pytest.mark.parametrize("workers", [[], ["-n", "2"]])
def test_the_folder_of_the_pictures_is_an_option_on_any_number_of_workers(tmp_path, workers):
    if workers and importlib.util.find_spec("xdist") is None:
        pytest.skip("pytest-xdist runs the workers")
    plugin = ["-p", "xdist"] if workers else []
    options = ["--mxspec-pictures", "drawn", "-p", "no:cacheprovider", *plugin, *workers]
    pictures = paths(run(tmp_path, RAMPS, *options))
    assert set(pictures) == {"test_small", "test_several", "test_check", "test_fixture"}
    assert sorted((tmp_path / "drawn").iterdir()) == sorted(pictures.values())


@pytest.mark.slow
def test_without_pillow_the_words_are_there(tmp_path):
    (tmp_path / "PIL").mkdir()
    (tmp_path / "PIL" / "__init__.py").write_text("raise ImportError")
    text = run(tmp_path, RAMPS, "-k", "small")
    assert "image = ramp(4); label 4; read as 4 (0.75)" in text
    assert "with Pillow installed" in text


@pytest.mark.parametrize("option", [[], ["-p", "mxspec.pytest_plugin"]])
def test_the_entry_point_is_registered_once_and_imports_nothing(tmp_path, option):
    points = config_of("setup.cfg")["options.entry_points"]["pytest11"]
    installed = tmp_path / "mxspec-1.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: mxspec\nVersion: 1\n")
    (installed / "entry_points.txt").write_text(f"[pytest11]\n{points}")
    source = """
        import sys

        pytest_plugins = ["mxspec.pytest_plugin"]

        def pytest_sessionfinish(session):
            plugins = [name for name, _ in session.config.pluginmanager.list_name_plugin()]
            print("registered", [name for name in plugins if "mxspec" in name])
            heavy = ("mxspec", "numpy", "hypothesis", "PIL")
            print("imported", sorted(name for name in sys.modules if name.startswith(heavy)))
            print("by the entry point", "_mxspec_pytestplugin" in sys.modules)
    """
    (tmp_path / "conftest.py").write_text(textwrap.dedent(source))
    (tmp_path / "test_it.py").write_text("def test_it():\n    pass\n")
    others = [each for name in plugins_of_others() for each in ("-p", f"no:{name}")]
    command = [sys.executable, "-m", "pytest", *option, *others, "--co", "-q", "-s", "-p", "no:cacheprovider"]
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    ran = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": path},
        check=False,
    )
    assert "registered ['mxspec.pytest_plugin']" in ran.stdout, ran.stdout + ran.stderr
    assert "imported []" in ran.stdout
    assert "by the entry point True" in ran.stdout


def plugins_of_others():
    """The plugins that are installed here beside mxspec's, by which a run imports much."""
    return {point.name for point in importlib.metadata.entry_points(group="pytest11")} - {
        "mxspec.pytest_plugin"
    }


# --- promises ---------------------------------------------------------------------------------------------

PROMISES = """
    import mxspec as s

    def test_first():
        assert s.check_promise(str.isalpha, ["a"] * 2000).rows == {0}

    @s.mostly(0.9, x=s.int_in(0, 10))
    def test_second(x):
        assert x >= 0

    def test_third():
        s.check_promise(str.isalpha, ["?"] * 2000)

    def test_fourth():
        assert s.accept(range(2000), [True] * 2000).n == 2000

    def test_fifth():
        s.check_equivalent(abs, abs, range(2000), differ=0.01)
"""


def test_the_promises_of_a_run_share_its_error_and_are_in_the_summary(tmp_path):
    rows = values_to_decide(0, 0, 0.01, (1 - 0.99) / 2)
    shared = run(tmp_path, PROMISES.replace("{0}", str(rows)), "--mxspec-confidence=0.99")
    assert "1 failed, 4 passed" in shared
    assert "test_it.py::test_first: isalpha: refuses at most 1% of such values (certain 99%)" in shared
    assert re.search(r"test_second: right at least 90.*: (\d+) runs, 0 of them failed", shared)
    assert "test_it.py::test_third: isalpha refuses 3 of 3 values that must pass" in shared
    assert (
        "test_it.py::test_fourth: accept: accepts scores from 0: at most 1% of what passes is wrong" in shared
    )
    assert re.search(
        "test_fifth: passed: the first abs and the second differ on at most 1% .* 0 of them", shared
    )
    assert "5 verdicts, all of them right with a certainty of 99%" in shared


def test_without_a_budget_verdicts_are_shown_to_those_who_ask_for_more_words(tmp_path):
    alone = run(tmp_path, PROMISES.replace("{0}", "496"), "-vv")
    assert "1 failed, 4 passed" in alone
    assert re.search(r"test_second: right at least 90.*: 48 runs, 0 of them failed", alone)
    assert "all of them right" not in alone


@pytest.mark.slow
def test_the_processes_of_xdist_share_the_error_and_report_to_one(tmp_path):
    pytest.importorskip("xdist")
    rows = values_to_decide(0, 0, 0.01, (1 - 0.99) / 2 / 2)
    report = run(
        tmp_path, PROMISES.replace("{0}", str(rows)), "--mxspec-confidence=0.99", "-p", "xdist", "-n2",
        "--dist=each", "-k", "first",
    )  # fmt: skip
    assert "2 passed" in report
    assert "2 verdicts, all of them right" in report


def test_a_confidence_that_makes_no_sense_is_an_error_of_usage(tmp_path):
    (tmp_path / "test_it.py").write_text("")
    command = [sys.executable, "-m", "pytest", "-p", "mxspec.pytest_plugin", "--mxspec-confidence=99"]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=ENVIRONMENT, check=False)
    assert "--mxspec-confidence is a number between 0 and 1, not 99" in ran.stderr


def config_of(name):
    config = configparser.ConfigParser()
    config.read(ROOT / name)
    return config


def test_it_is_an_entry_point_under_the_name_that_it_has_in_pytest_plugins():
    config = config_of("setup.cfg")
    lines = config["options.entry_points"]["pytest11"].splitlines()
    assert "mxspec.pytest_plugin = _mxspec_pytestplugin" in lines


# --- guards -----------------------------------------------------------------------------------------------

GUARDS = """
    import mxspec as s

    def test_right():
        assert s.check_guard(lambda n: type(n) is int and 1 <= n < 10, s.int_in(1, 10))

    def test_wrong():
        assert s.check_guard(lambda n: 1 <= n < 10, s.int_in(1, 10))
"""


def test_reports_of_guards_are_shown_to_those_who_ask_for_more_words(tmp_path):
    report = run(tmp_path, GUARDS, "-vv")
    assert "1 failed, 1 passed" in report
    line = r"{}: lambda n: .*: {}.*5 of 5 conditions broken alone; {} of 8 mutants told apart\n"
    assert re.search(line.format("test_right", "agrees", 8), report)
    assert re.search(line.format("test_wrong", "differs", 7), report)
    assert "test_right" not in run(tmp_path, GUARDS)
