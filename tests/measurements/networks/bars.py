"""The least that the networks that ship should reach on MNIST's test digits, and what they miss.

No network or threshold has seen any of the pictures. A bar is the goal, whether it is reached or not.
"""

from autoencoder.evaluation import page
from autoencoder.evaluation.measures import KINDS as PROBES
from autoencoder.evaluation.page import percent
from tests.measurements.networks import probe_kinds
from tests.measurements.networks.unlisted import UNLISTED

TEST_IMAGES = {"test images read right": 0.994, "test images accepted": 0.99}
THINNEST = 0.985  # of the fifth of the test images with the thinnest strokes, the least share accepted
REFUSED = {
    **dict.fromkeys(PROBES, 1.0),
    "filled rectangles": 0.97,
    "half-masked images": 0.95,
    "collages of halves": 0.85,
    **{name: kind.bar for name, kind in probe_kinds.REFUSED.items() if kind.bar},
}
OTHER_DATA = 0.995  # of another data set's images
ACCEPTED = {name: kind.bar for name, kind in probe_kinds.ACCEPTED.items() if kind.bar}
WRONG = {f"{name}{page.ACCEPTED}": kind.wrong for name, kind in probe_kinds.ACCEPTED.items() if kind.wrong}
# The name that refused pictures should have, and how many of them, for kinds with a bar. Of the kinds that no
# name suits at most OTHER_NAMES, on average over the kinds, may have any.
NAMES = {"letter": 0.9, "turned": 0.85, "piece": 0.95, "row": 0.8}
NAMED = {
    "half-masked images": "piece",
    "collages of halves": "piece",
    **{name: kind.name for name, kind in probe_kinds.REFUSED.items() if kind.bar and kind.name},
}
NAMELESS = [
    *("inverted images", "stripes", "filled rectangles"),
    *(name for name, kind in probe_kinds.REFUSED.items() if kind.bar and kind.name == ""),
]
OTHER_NAMES = 0.05
OTHERS = "kinds that no name suits, on average"
WRONG_NAMES = 0.08  # of kinds that nobody listed, at most, on average over them
NAMED_WRONGLY = "kinds that nobody listed, on average"
# The lowest and the highest value that samples may have. Real test digits are measured by the same judge.
GENERATED = {
    "accuracy": (0.992, 1.0),
    "worst_class": (0.975, 1.0),
    "diversity": (0.97, 1.05),
    "frechet": (0.0, 1.0),
    "plain": (0.99, 1.0),
    "teaching": (0.982, 1.0),
}
AXES = {"slant": 0.93, "thickness": 0.85, "width": 0.73}  # correlations, which 10,000 styles tell to 0.005
TITLES = page.GENERATED | {
    "plain": "lowest probability of a plain image's label",
    "teaching": "test images read right by a network that learnt from them alone",
}


def with_bars(recognition, others):
    """Return the rows of recognition in an evaluation, each with its bar, if any, and whether it is reached.

    A row with a share `files` has to reach its bar by that, too, and one in WRONG may not have a larger share
    `wrong`.

    Args:
        recognition: the rows.
        others: the names of other data sets.
    """
    bars = {
        **TEST_IMAGES,
        **{f"{kind}: refused": bar for kind, bar in {**REFUSED, **dict.fromkeys(others, OTHER_DATA)}.items()},
        **{f"{kind}: accepted, read right": bar for kind, bar in ACCEPTED.items()},
    }
    return {
        name: {
            "share": row["share"],
            "bar": bars.get(name),
            **row,
            "reached": min(row["share"], row.get("files", 1.0)) >= bars.get(name, 0.0)
            and row.get("wrong", 0.0) <= WRONG.get(name, 1.0),
        }
        for name, row in recognition.items()
    }


def with_name_bars(names):
    """Return the rows of names in an evaluation: of each kind in NAMED the right name, its share and its bar,
    a row for the kinds in NAMELESS, and one for those that nobody listed."""
    rows = dict(names)
    for kind, right in NAMED.items():
        share, bar = names[kind]["names"].get(right, 0.0), NAMES[right]
        rows[kind] = {"right": right, "share": share, "bar": bar, **names[kind], "reached": share >= bar}
    share = sum(sum(names[kind]["names"].values()) for kind in NAMELESS) / len(NAMELESS)
    rows[OTHERS] = {"right": None, "share": share, "bar": OTHER_NAMES, "names": {}}
    rows[OTHERS]["reached"] = share <= OTHER_NAMES
    wrong = {
        kind: sum(share for name, share in names[kind]["names"].items() if name != right)
        for kind, (_, right) in UNLISTED.items()
        if kind in names
    }
    if wrong:
        share = sum(wrong.values()) / len(wrong)
        rows[NAMED_WRONGLY] = {"right": None, "share": share, "bar": WRONG_NAMES, "names": {}}
        rows[NAMED_WRONGLY]["reached"] = share <= WRONG_NAMES
    return rows


def missed_names(rows):
    """Return a line for each row of `with_name_bars` that misses its bar."""
    how = {NAMED_WRONGLY: "wrongly", OTHERS: "at all"}
    return [
        f"{kind}, named {row['right'] or how[kind]}: {percent(row['share'])}, "
        f"the goal is {percent(row['bar'])} or {'more' if row['right'] else 'less'}"
        for kind, row in rows.items()
        if not row.get("reached", True)
    ]


def missed_recognition(rows, accepted):
    """Return a line for each row of `with_bars` that is below its bar, and for the thinnest strokes.

    Args:
        rows: the rows.
        accepted: the groups of test images that are accepted, as an evaluation has them.
    """
    lines = [
        f"{name}: {percent(row['share'])}"
        + (f", as files {percent(row['files'])}" if "files" in row else "")
        + (f", the goal is {percent(row['bar'])}" if row["bar"] else "")
        + (f"; as another {percent(row['wrong'])}, {percent(WRONG[name])} at most" if name in WRONG else "")
        for name, row in rows.items()
        if not row["reached"]
    ]
    thinnest = accepted["stroke width"][0]
    if thinnest["accepted"] < THINNEST:
        shares = percent(thinnest["accepted"]), percent(THINNEST)
        lines.append(f"{thinnest['name']}: accepted: {shares[0]}, the goal is {shares[1]}")
    return lines


def missed_generation(measures):
    """Return a line for each bar that generated digits miss, by `measures.measure_generator`."""
    if not measures:
        return []  # without MXNet
    plain, teaching = min(measures["plain"].values()), measures["teaching"]["samples"]
    values = measures["samples"] | {"plain": plain, "teaching": teaching}
    lines = [
        f"generated digits, {TITLES[name]}: {values[name]:.4f}, the goal is {lowest} to {highest}"
        for name, (lowest, highest) in GENERATED.items()
        if not lowest <= values[name] <= highest
    ]
    lines += [
        f"generated digits, correlation of a number with {name}: {share:.2f}, the goal is {AXES[name]}"
        for name, share in measures["axes"].items()
        if round(share, 2) < AXES[name]
    ]
    for name in ("nearest_median", "nearest_least"):
        if values[name] < measures["real"][name]:
            real = measures["real"][name]
            lines.append(f"generated digits, {TITLES[name]}: {values[name]:.3f}, of test images {real:.3f}")
    return lines
