"""The result of an evaluation as a page of Markdown, with its pictures.

    $ python -m autoencoder.evaluation.page results

writes `results/README.md` again from `results/evaluation.json`; nothing is measured for it.
"""

import itertools
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

from autoencoder.digits.recognition.refusals import LIKELY
from autoencoder.evaluation.measures import EXPLAINED
from mxspec.base.files import replace_file

JSON = "evaluation.json"
PAGE = "README.md"
TITLE = "# The networks, measured\n"  # it marks a page that this file wrote

REFUSED, ACCEPTED = ": refused", ": accepted, read right"
GOOD = 0.95
"""The least share, also of files, of a kind that is in the list below its table, if it reaches its goal."""
GENERATED = {
    "accuracy": "read as their label by the judge",
    "worst_class": "the same, of the worst label",
    "diversity": "mean pairwise distance, over that of training images",
    "frechet": "Frechet distance to training images, in the judge's features",
    "nearest_median": "median distance to the nearest training image",
    "nearest_least": "least distance to the nearest training image",
}
COLUMNS = {"samples": "generated", "real": "test images", "post": "the generator of the post"}
READERS = {"judge": "judge", "post": "discriminator of the post"}
PICTURES = {
    "recognition.png": "shares of refused and accepted pictures",
    "probes.png": "pictures to be refused",
    "refused.png": "the most confident mistakes",
    "confusion.png": "labels and readings",
    "calibration.png": "accuracy by confidence",
    "generated.png": "plain, sampled and real images",
}


def write_page(folder: Path) -> Path | None:
    """Write the page of the `evaluation.json` in a folder, and return its path.

    A README.md that was not written here is left as it is; then None is returned.
    """
    path = folder / PAGE
    if path.exists() and not path.read_text(encoding="utf-8", errors="replace").startswith(TITLE):
        return None
    text = page(json.loads((folder / JSON).read_text(encoding="utf-8")))
    replace_file(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))
    return path


def page(result: Mapping[str, Any]) -> str:
    """Return the content of `evaluation.json` as Markdown."""
    data, read = result["data"], result["reading"]
    versions = ", ".join(f"{name} {version}" for name, version in result["versions"].items())
    reading = [
        ("test images read right", percent(read["accuracy"])),
        ("test images accepted", percent(read["recognised"])),
        (
            "expected calibration error of the confidence",
            number(result["calibration"]["expected calibration error"]),
        ),
        ("Brier score of the confidence", number(result["calibration"]["brier score"])),
    ]
    if (post := read.get("accuracy of the post's discriminator")) is not None:
        reading.insert(1, ("test images read right by the network of the post", percent(post)))
    has_files = any("files" in row for row in result["recognition"].values())
    sections = [
        TITLE,
        "`python -m autoencoder evaluate` writes this page, and `make quality` for the networks that ship."
        f" Its figures are those of [{JSON}]({JSON}).\n",
        f"Measured on {data['test images']:,} test images of {'x'.join(map(str, data['shape']))} pixels"
        f" with {len(data['labels'])} labels. Networks: {', '.join(result['checkpoints'])}."
        f" Versions: {versions}.\n",
        table(["reading", "measured"], reading),
        *missed_sections(result.get("missed", ())),
        "## Pictures to be refused\n",
        "AUROC is the probability that such a picture gets a higher score than a test image. The weakest row"
        " comes first."
        + " As files, the same pictures are framed as users' files are; the goal is for both." * has_files
        + "\n",
        share_table(result, "refused", REFUSED),
        *left_out_sections(result.get("left out", {})),
    ]
    if names := name_rows(result):
        has_bars = any("bar" in row for row in result["names"].values())
        sections += [
            "## What refused pictures look like\n",
            "The reason of a refusal names what the picture looks like, where the probability is"
            f" {LIKELY} or more; up to {EXPLAINED} of each kind were asked."
            + " The share is of refused pictures with the right name; for kinds that no name suits, of those"
            f" with any name. Kinds without a goal are in {JSON}." * has_bars + "\n",
            table(["pictures", "named as", "share", "goal"], names),
        ]
    if any(name.endswith(ACCEPTED) for name in result["recognition"]):
        sections += ["## Pictures to be accepted\n", share_table(result, "accepted and read right", ACCEPTED)]
    if rates := correct_classification_rates(result):
        titles = [
            "other pictures",
            *(f"{percent(float(rate))} accepted" for rate in next(iter(rates.values()))),
        ]
        sections += [
            "The correct classification rate is the share of the test images that are accepted and read right"
            " by a threshold that accepts a given share of other pictures (Dhamija, Günther and Boult, 2018)."
            "\n",
            table(titles, [[name, *map(percent, row.values())] for name, row in rates.items()]),
        ]
    sections += [
        "## The threshold and the confidence\n",
        *promise_sections(result),
        table(
            ["`min_confidence`", "test images accepted", "errors among them"],
            [
                (str(row["min_confidence"] or "none"), percent(row["accepted"]), percent(row["errors"]))
                for row in result["coverage"]
            ],
        ),
        "## Generated images\n",
        *generated_sections(result["generator"]),
    ]
    if adversary := result.get("adversary"):
        sections += [
            "## An adversary\n",
            f"An adversary who has the networks changes each pixel by at most {adversary['distance']}, in"
            f" {adversary['steps']} steps along their gradient. Of {adversary['images']} test images,"
            f" {percent(adversary['fooled'])} are then accepted and read as another label.\n",
        ]
    sections.append("## Pictures\n")
    for name, caption in PICTURES.items():
        if name != "generated.png" or result["generator"]:
            sections.append(f'<img src="{name}" alt="{caption}" width="800">\n')
    return "\n".join(sections)


def missed_sections(missed: Sequence[str]) -> list[str]:
    """Return the missed goals, if any."""
    return ["## Missed goals\n", "\n".join(f"- {line}" for line in missed) + "\n"] if missed else []


def left_out_sections(left_out: Mapping[str, str]) -> list[str]:
    """Return which pictures the kinds leave out because they look like a digit, if any."""
    kinds: dict[str, list[str]] = {}
    for kind, text in left_out.items():
        kinds.setdefault(text, []).append(kind)
    lines = [f"- {', '.join(names)}: without {text}" for text, names in kinds.items()]
    if not lines:
        return []
    words = "Left out of these rows is what looks like a digit; rows of digits' shapes, if any, have it:\n"
    return [words, "\n".join(lines) + "\n"]


def promise_sections(result: Mapping[str, Any]) -> list[str]:
    """Return the promise of the threshold, and which test images keep it."""
    threshold, groups = result["threshold"], result["accepted"]
    by_label = bool(threshold["by label"])
    rows = [("all", f"{result['data']['test images']:,}", percent(result["reading"]["recognised"]))]
    for kind in ("label", "stroke width", "neighbourhood"):
        chosen = sorted((group for group in groups[kind] if group["images"]), key=itemgetter("accepted"))[:2]
        rows += [(group["name"], str(group["images"]), percent(group["accepted"])) for group in chosen]
    return [
        f"{'A threshold for each label' if by_label else 'The threshold'} was set on"
        f" {threshold['set on']:,} training images that no reader has learnt from. It promises that at most"
        f" {percent(threshold['alpha'])} of such images {'that are read as the label ' * by_label}are"
        " refused, on average over writers. Over the choice of the images, that holds with a probability of"
        f" at least {percent(threshold['confidence'])}"
        + (
            f" for each label, and of {percent(min(0.999, threshold['together']))} for all together"
            if by_label
            else ""
        )
        + ".\n",
        "Of single groups more may be refused. The worst two labels, stroke widths, and runs of neighbours in"
        " the test set, which often are one writer's:\n",
        table(["test images", "number", "accepted"], rows),
    ]


def correct_classification_rates(result: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Return the correct classification rates, by false positive rate, of the kinds that are large enough."""
    return {
        name.removesuffix(REFUSED): row["correct"]
        for name, row in result["recognition"].items()
        if row["correct"] is not None and None not in row["correct"].values()
    }


def share_table(result: Mapping[str, Any], title: str, ending: str) -> str:
    """Return the table of the kinds to be refused, or to be accepted, the weakest first.

    The kinds that reach their goal and `GOOD`, and are never read as another label, are a list below it.
    """
    rows = {
        name.removesuffix(ending): row for name, row in result["recognition"].items() if name.endswith(ending)
    }
    rows = dict(sorted(rows.items(), key=lambda pair: pair[1]["share"]))
    good = {
        kind: row
        for kind, row in rows.items()
        if row.get("reached", True)
        and min(row["share"], row.get("files", 1)) >= GOOD
        and not row.get("wrong")
    }
    lines = [
        [kind, *("" if row.get(key) is None else write(row) for key, _, write in SHARES)]
        for kind, row in rows.items()
        if kind not in good
    ]
    text = table(["pictures", *(heading or title for _, heading, _ in SHARES)], lines) if lines else ""
    if not good:
        return text
    kinds: dict[str, list[str]] = {}
    for kind, row in good.items():
        kinds.setdefault(share_with_files(row), []).append(kind)
    shares = "; ".join(f"{', '.join(names)} {share}" for share, names in kinds.items())
    goals = ", and each goal reached" * any("bar" in row for row in good.values())
    files = ", as files in brackets where that differs" * any("(" in share for share in kinds)
    return f"{text}\n{percent(GOOD)} or more {title}{goals}{files}: {shares}.\n"


def share_with_files(row: Mapping[str, Any]) -> str:
    """Return the share of a kind, and in brackets that of its files where it differs.

    >>> share_with_files({"share": 0.972, "files": 0.976}), share_with_files({"share": 1.0, "files": 1.0})
    ('97.2% (97.6%)', '100%')
    """
    share, files = percent(row["share"]), percent(row.get("files", row["share"]))
    return share if files == share else f"{share} ({files})"


def name_rows(result: Mapping[str, Any]) -> list[list[str]]:
    """Return a row for each kind of refused pictures with a goal, kinds with a right name first.

    Where no kind has a goal, each kind with a name has a row.
    """
    names = result.get("names", {})
    kinds = {kind: row for kind, row in names.items() if "bar" in row} or names
    rows = []
    for kind, row in sorted(kinds.items(), key=lambda pair: not pair[1].get("right")):
        words = ", ".join(f"{name} {percent(share)}" for name, share in row["names"].items())
        if "bar" in row:
            bound = "" if row["right"] else "at most "
            rows.append([kind, words, percent(row["share"]), bound + goal(row)])
        elif words:
            rows.append([kind, words, "", ""])
    return rows


def generated_sections(generator: Mapping[str, Any]) -> list[str]:
    """Return the measures of generated images: a table, and a line for each further figure."""
    columns = [column for column in COLUMNS if column in generator]
    if not columns:
        return ["Generated images were not measured: training their judge takes MXNet.\n"]
    rows = []
    for name, title in GENERATED.items():
        write = percent if name in {"accuracy", "worst_class"} else number
        rows.append([title, *(write(generator[column][name]) for column in columns)])
    lines = [
        f"- The lowest probability that the {READERS[reader]} gives to the label of a plain image:"
        f" {percent(share)}."
        for reader, share in generator["plain"].items()
    ]
    teaching = generator["teaching"]
    lines.append(
        f"- Test images read right by a network that learnt from generated images alone:"
        f" {percent(teaching['samples'])}; from as many real ones: {percent(teaching['real'])}."
    )
    if axes := generator.get("axes"):
        words = ", ".join(f"{name} {correlation:.2f}" for name, correlation in axes.items())
        lines.append(f"- The correlation of the first numbers of a style with what they mean: {words}.")
    return [
        "The judge is a network that took no part in training.\n",
        table(["", *(COLUMNS[column] for column in columns)], rows),
        "\n".join(lines) + "\n",
    ]


def table(titles: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table of Markdown, without columns that are empty."""
    columns = [column for column in zip(titles, *rows, strict=True) if any(column[1:])]
    head, *lines = zip(*columns, strict=True)
    return "\n".join(f"| {' | '.join(line)} |" for line in [head, ["---"] * len(head), *lines]) + "\n"


def as_text(markdown: str) -> str:
    """Return a page as text for a terminal: its tables in columns, without its pictures.

    >>> print(as_text(table(["pictures", "refused"], [["stripes", "99.5%"], ["pairs", "100%"]])))
    pictures  refused
    stripes   99.5%
    pairs     100%
    """
    lines: list[str] = []
    page_lines = markdown.partition("## Pictures\n")[0].splitlines()
    for is_table, group in itertools.groupby(page_lines, lambda line: line.startswith("|")):
        if not is_table:
            lines += group
            continue
        titles, _, *rows = [line[2:-2].split(" | ") for line in group]
        widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
        lines += ["  ".join(map(str.ljust, row, widths)).rstrip() for row in [titles, *rows]]
    return "\n".join(lines)


def percent(share: float | None) -> str:
    """Return a share in percent, with two decimals at most.

    >>> percent(0.9926), percent(1.0), percent(None)
    ('99.26%', '100%', 'unknown')
    """
    return "unknown" if share is None else f"{100 * share:.2f}".rstrip("0").rstrip(".") + "%"


def number(value: float | None) -> str:
    """Return a number with three digits.

    >>> number(0.0029847), number(573.227)
    ('0.00298', '573')
    """
    return "unknown" if value is None else f"{value:.3g}"


def goal(row: Mapping[str, Any]) -> str:
    """Return the goal of a row with a bar, marked if it is missed.

    >>> goal({"bar": 0.95, "reached": True}), goal({"bar": 0.95, "reached": False})
    ('95%', '95%, missed')
    """
    return percent(row["bar"]) + ", missed" * (not row["reached"])


# The key, the heading and the text of each column.
SHARES: Sequence[tuple[str, str, Callable[[Mapping[str, Any]], str]]] = (
    ("share", "", lambda row: percent(row["share"])),
    ("files", "as files", lambda row: percent(row["files"])),
    ("bar", "goal", goal),
    ("wrong", "read as another", lambda row: percent(row["wrong"])),
    ("auroc", "AUROC", lambda row: f"{row['auroc']:.4f}"),
)

if __name__ == "__main__":
    print(write_page(Path(sys.argv[1])))
