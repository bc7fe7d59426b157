"""The page of an evaluation: results/README.md is written from evaluation.json."""

import json
import re
from pathlib import Path

import pytest

from autoencoder.evaluation.page import JSON, PAGE, page, percent, write_page

RESULTS = Path(__file__).parents[3] / "results"
ROOM = (RESULTS.parent / "autoencoder" / "README.md").read_text(encoding="utf-8")
README = (RESULTS.parent / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def result():
    return json.loads((RESULTS / JSON).read_text(encoding="utf-8"))


def test_the_page_in_results_is_that_of_the_figures_in_results(result):
    assert (RESULTS / PAGE).read_text(encoding="utf-8") == page(result), (
        "run python -m autoencoder.evaluation.page results"
    )


def goal_of(row):
    return percent(row["bar"]) + " (missed)" * (not row["reached"])


def test_the_figures_of_both_readmes_are_those_in_results(result):
    read, rows = result["reading"], result["recognition"]
    post = percent(read["accuracy of the post's discriminator"])
    kinds = ["uniform noise", "letters typed", "stretched halves of two digits"]
    chosen = [rows[f"{kind}: refused"] for kind in kinds]
    shares = ", ".join(percent(row["share"]) for row in chosen)
    goals = ", ".join(map(goal_of, chosen))
    left_out = result["left out"]["letters typed"]
    alike = rows["letters of digits' shapes typed: refused"]["share"]
    letters = (alike * len(left_out) + chosen[1]["share"] * (52 - len(left_out))) / 52
    for line in [
        f"| test digits read right | {percent(read['accuracy'])} | {post} by the network of the post |",
        f"| refused: noise, typed letters, stretched halves of two digits | {shares} | goals {goals} |",
        f"| refused: typed letters that look like digits, `{left_out}`, which the row above leaves out"
        f" | {percent(alike)} | {100 * letters:.1f}% of all 52 letters; no goal |",
    ]:
        assert f"{line}\n" in ROOM
    prose = " ".join(ROOM.split())
    assert f"{100 * (1 - read['recognised']):.1f}% of the test digits" in prose
    assert f"of typed `{left_out}` {percent(alike)} are refused" in prose
    fooled = f"{100 * result['adversary']['fooled']:.1f}%"
    assert f"{fooled} of 200 test digits accepted and read as another" in prose
    assert f"read {percent(read['accuracy'])} of MNIST's test digits right" in " ".join(README.split())


def test_the_page_says_what_kinds_leave_out_since_it_looks_like_a_digit(result):
    text = page(result)
    for kind, without in result["left out"].items():
        [line] = [line for line in text.splitlines() if line.startswith("- ") and line.endswith(without)]
        assert kind in line
    bare = {**result, "left out": {}}
    assert "looks like a digit" not in page(bare)


LIST = re.compile(r"^95% or more (?:refused|accepted and read right), [^:]*: (.*)\.$", re.MULTILINE)


def share_in_a_list(result, kind):
    """Return the share of a kind in a list below the tables, or None."""
    parts = [part for names in LIST.findall(page(result)) for part in names.split("; ")]
    groups = [re.fullmatch(r"(.*?) ([\d.]+%(?: \([\d.]+%\))?)", part).groups() for part in parts]
    return next((share for kinds, share in groups if f", {kind}, " in f", {kinds}, "), None)


def test_every_kind_of_pictures_has_its_share(result):
    for name, row in result["recognition"].items():
        if ": " in name:
            kind, share = name.rpartition(": ")[0], f"{100 * row['share']:.2f}".rstrip("0").rstrip(".") + "%"
            files = row.get("files", row["share"])
            is_good = row["reached"] and min(row["share"], files) >= 0.95
            assert is_good != (f"| {kind} | {share} |" in page(result))
            listed = share + f" ({percent(files)})" * (files != row["share"])
            assert share_in_a_list(result, kind) == (listed if is_good else None)


def test_every_kind_of_refused_pictures_with_a_goal_has_a_row_with_its_names(result):
    for kind, row in result["names"].items():
        names = ", ".join(f"{name} {percent(share)}" for name, share in row["names"].items())
        if "bar" in row:
            goal = percent(row["bar"]) + ", missed" * (not row["reached"])
            bound = goal if row["right"] else f"at most {goal}"
            assert f"| {kind} | {names} | {percent(row['share'])} | {bound} |" in page(result)


def test_the_weakest_kind_comes_first(result):
    refused = r"^\| [^|]+ \| ([\d.]+)% \| (?:[\d.]+%)? \| (?:[\d.]+%(?:, missed)?)? \| [\d.]+ \|"
    rows = re.findall(refused, page(result), re.MULTILINE)
    shares = [float(share) for share in rows]
    assert len(shares) > 10
    assert shares == sorted(shares)


def test_a_result_without_bars_adversary_and_judge_says_what_was_not_measured(result):
    bare = {**result, "generator": {}}
    del bare["adversary"], bare["missed"]
    bare["recognition"] = {
        name: {key: value for key, value in row.items() if key not in {"files", "bar", "reached"}}
        for name, row in result["recognition"].items()
    }
    bare["names"] = {kind: {"names": row["names"]} for kind, row in result["names"].items()}
    text = page(bare)
    assert "Generated images were not measured: training their judge takes MXNet." in text
    assert re.findall(r"bar|goal|[Aa]s files|An adversary|generated\.png", text) == []


def test_a_row_shows_its_goal_and_if_it_misses_it(result):
    for name, row in result["recognition"].items():
        kind = name.rpartition(": ")[0]
        if share_in_a_list(result, kind):
            assert row["reached"]
        elif row["bar"] is not None and kind:
            [line] = re.findall(rf"^\| {re.escape(kind)} \| [\d.]+% .*$", page(result), re.MULTILINE)[:1]
            assert f" | {percent(row['bar'])}{', missed' * (not row['reached'])} |" in line


def test_a_page_whose_kinds_are_all_good_has_lists_alone(result):
    rows = {name: {**row, "share": 1.0, "reached": True} for name, row in result["recognition"].items()}
    good = {name: {**row, "files": 1.0, "wrong": 0} for name, row in rows.items()}
    assert "\n95% or more refused, " in page({**result, "recognition": good})
    assert "| pictures | refused |" not in page({**result, "recognition": good})


def test_a_good_kind_that_is_sometimes_read_as_another_has_a_row(result):
    row = {**result["recognition"]["small type: accepted, read right"], "share": 0.98, "wrong": 0.02}
    rows = {**result["recognition"], "small type: accepted, read right": row}
    assert "| small type | 98% |" in page({**result, "recognition": rows})


def test_a_missed_goal_stands_above_the_tables(result):
    text = page({**result, "missed": ["pairs: refused: 96%, the goal is 97%"]})
    before, _, after = text.partition("## Missed goals\n\n- pairs: refused: 96%, the goal is 97%\n")
    assert "test images read right" in before
    assert after.startswith("\n## Pictures to be refused\n")


def test_a_readme_that_no_evaluation_wrote_is_left(result, tmp_path):
    (tmp_path / JSON).write_text(json.dumps(result), encoding="utf-8")
    (tmp_path / PAGE).write_text("# My project\n", encoding="utf-8")
    assert write_page(tmp_path) is None
    assert (tmp_path / PAGE).read_text(encoding="utf-8") == "# My project\n"


def test_an_earlier_page_is_replaced(result, tmp_path):
    (tmp_path / JSON).write_text(json.dumps(result), encoding="utf-8")
    path = write_page(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace("%", "?"), encoding="utf-8")
    assert write_page(tmp_path) == path
    assert path.read_text(encoding="utf-8") == page(result)
