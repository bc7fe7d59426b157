"""The commands for specs of pictures: specs, valid, explain, sample."""

import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import autoencoder.data.libraries  # noqa: F401  # first: it says what to install

# isort: split
import numpy as np
from tqdm import tqdm  # type: ignore[import-untyped]

import mxspec as s
from autoencoder.data.folders import files_in
from autoencoder.data.picture_files import check_picture_path, difference, grey, write
from autoencoder.data.pictures import ImageFileError, pictures
from autoencoder.digits.digit_generator import Redrawer, Redrawing
from autoencoder.digits.family import Family, label_text
from autoencoder.families import use_models
from autoencoder.families.answers import Answer, answer, read_value, unreadable_answer
from autoencoder.networks.progress import clock, progress_bar
from autoencoder.viz import im_sav, show
from mxspec.base.forms import call_text
from mxspec.base.messages.sheet import draw_sheet
from mxspec.base.messages.text import in_one_line
from mxspec.base.values import short_repr
from mxspec.command_line.asking import example_of, lines_about, names_within, print_json, print_values
from mxspec.command_line.contracts import import_modules
from mxspec.models.model_spec import ModelSpec, as_reading


def list_specs(
    namespaces: Sequence[str], model_dir: str | None, modules: Sequence[str], seed: int, as_json: bool
) -> int:
    """List the registered specs, each with its form and an example."""
    import_modules(modules)
    if model_dir is not None and len(namespaces) != 1:
        raise s.SpecError(
            "--model-dir is for the specs of one namespace; try: specs letters --model-dir FOLDER"
        )
    if model_dir is not None:
        _use_models(model_dir, namespaces[0])
    names, rows = names_within(namespaces), []
    for name in progress_bar(names, "specs", len(names), progress=True):
        has_example, value = example_of(name, seed)
        row: dict[str, Any] = {
            "name": name,
            "form": call_text(s.form(name)),
            "example": short_repr(value) if has_example else None,
            "read_as": answer(name, value).label if has_example else None,
        }
        rows.append(row)
        if not as_json:
            tqdm.write("\n".join(lines_about(**row)), file=sys.stdout)
    if as_json:
        print_json(rows)
    return 0


def valid_pictures(
    model_dir: str | None, modules: Sequence[str], spec: str, images: Sequence[str], as_json: bool
) -> int:
    """Print for each picture whether it fits a spec; return 1 if a picture does not fit or can't be read."""
    files = list(files_in(images))
    models = _use_models(model_dir, spec, modules).models
    s.form(spec)  # first: an unknown name is an error, and no verdict on a file that can't be read
    rows = []
    for file in progress_bar(files, "valid", len(files), progress=True):
        try:
            picture = models.normalise(str(file))
        except ImageFileError as error:
            verdict = unreadable_answer(spec, str(error), "unreadable", str(file))
        else:
            verdict = answer(spec, picture)
        rows.append({"file": str(file)} | verdict.as_data())
        if not as_json:
            tqdm.write(in_one_line(_verdict_line(rows[-1])), file=sys.stdout)
    if as_json:
        print_json(rows)
    return 0 if all(row["valid"] for row in rows) else 1


def _verdict_line(row: dict[str, Any]) -> str:
    reasons = "; ".join(error["msg"] for error in row["errors"])
    if row["valid"]:
        remark = f" {row['remark']}" if row["remark"] else ""
        read = "" if row["label"] is None else f", it is read as {row['label']}{remark}"
        return f"valid: {row['file']} fits {row['spec']}{read}"
    if any(error["type"] == "unreadable" for error in row["errors"]):
        return f"unreadable: {reasons}"
    return f"invalid: {row['file']} does not fit {row['spec']}: {reasons}"


def explain_picture(
    model_dir: str | None,
    modules: Sequence[str],
    spec: str,
    image: str,
    target: str | None,
    as_json: bool,
) -> int:
    """Print and draw why a picture does not fit a spec; return 1 if it does not fit."""
    models = _use_models(model_dir, spec, modules).models
    if target is not None:
        check_picture_path(Path(target))
    picture = models.normalise(image)
    verdict = answer(spec, picture)
    redrawn = Redrawer(models).redraw(picture, verdict.label)
    data = {"file": image} | verdict.as_data()
    path = None if target is None else _draw_explanation(verdict, redrawn, models.labels.shape, Path(target))
    if as_json:
        print_json(
            data | {"drawn_again_as": redrawn.label, "unexplained": round(redrawn.unexplained_share, 4)}
        )
    else:
        print(in_one_line(_verdict_line(data)))
        if verdict.confidence is not None:
            print(f"  confidence   {verdict.confidence:.4f}, among the labels")
        share = f"{redrawn.unexplained_share:.0%} of the ink is left unexplained"
        print(f"  drawn again  as {redrawn.label}, {share}")
    if path is not None:
        # With --json, only JSON goes to standard output.
        print(f"{path}: shown, drawn again, and the difference", file=sys.stderr if as_json else sys.stdout)
    return 0 if verdict.valid else 1


def _draw_explanation(verdict: Answer, redrawn: Redrawing, shape: tuple[int, int], path: Path) -> Path:
    """Draw the picture, its redrawing and their difference; return the path."""
    fits = "fits" if verdict.valid else "does not fit"
    title = textwrap.fill(f"{fits} {verdict.spec}: {verdict.sentence}", 80)
    labels = [
        "shown to the network",
        f"drawn again, as {redrawn.label!r}",
        f"{redrawn.unexplained_share:.0%} unexplained\norange: only shown, blue: only drawn",
    ]
    zoom = max(1, 280 // max(shape))
    images = [grey(redrawn.shown, shape), grey(redrawn.again, shape), difference(redrawn.difference, shape)]
    return write(draw_sheet(images, labels, title=title, columns=3, zoom=zoom, gap=8, size=14), path)


def draw_samples(
    model_dir: str | None,
    modules: Sequence[str],
    spec: str,
    count: int,
    seed: int | None,
    target: str | None,
    sheet: bool,
    as_json: bool,
) -> int:
    """Draw samples of a spec into a picture; print them if they are not images, or as_json is True."""
    if as_json and (target is not None or sheet):
        raise s.SpecError("--json prints the samples, and -o and --sheet draw them")
    models = _use_models(model_dir, spec, modules).models
    name = f"{'sheet' if sheet else 'sample'}-{spec.replace('/', '-').removeprefix('mnist-')}"
    path = Path(target) if target else Path("results") / f"{name}.{'png' if sheet else 'jpg'}"
    check_picture_path(path)
    with clock(f"{count} samples"):
        values = s.sample(spec, count, seed)
    if as_json:
        print_values(spec, values, as_json)
        return 0
    if not all(isinstance(value, np.ndarray) and value.size == models.labels.pixels for value in values):
        if target is not None or sheet:
            raise s.SpecError(
                f"{spec} has no pictures to write to {target or 'a sheet'}; "
                "leave -o and --sheet out to see its values"
            )
        print_values(spec, values, as_json)
        return 0
    if isinstance(s.get_spec(spec), ModelSpec):
        readings = [read_value(spec, value) for value in values]
    else:
        readings = [as_reading(label) for label in models.read_many(values)]
    if sheet:
        with clock("the sheet"):
            labels, zoom = map(label_text, readings), max(1, 140 // max(models.labels.shape))
            title = f"{count} samples of {spec}"
            path = write(show(values, labels, shape=models.labels.shape, zoom=zoom, title=title), path)
    else:
        path = im_sav(path.name, path.parent, pictures(values, models.labels.shape))
    print(f"{path}: read as", *("none" if each.label is None else each.label for each in readings))
    return 0


def _use_models(model_dir: str | None, spec: str, modules: Sequence[str] = ()) -> Family:
    family, folder = use_models(model_dir, spec, modules)
    if model_dir is not None:  # on standard error, since standard output is for answers
        print(f"models: {folder}", file=sys.stderr)
    return family
