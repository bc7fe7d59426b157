"""The quality of networks of digits (`make quality`): `evaluate`, with pictures that share no code with
training, users' files and an adversary, beside bars; and the pictures of README.

    $ python -m tests.measurements.networks results
"""

import argparse
import collections
import sys
from pathlib import Path

from autoencoder import digits
from autoencoder.digits.recognition.recogniser import NONE
from autoencoder.evaluation import measures, report
from autoencoder.evaluation.measures import Subject, measure
from autoencoder.evaluation.page import ACCEPTED, REFUSED, as_text, page
from autoencoder.networks.checkpoint import SHIPPED
from autoencoder.networks.mx import is_installed
from autoencoder.networks.progress import clock, progress_bar
from tests.measurements.networks import adversary, bars, probe_kinds, style_measures
from tests.measurements.networks.unlisted import UNLISTED, draw_unlisted
from tests.measurements.pictures import readme_pictures

UNLISTED_COUNT = 120  # pictures of each kind that nobody listed


def main(arguments):
    """Measure, write evaluation.json and the pictures; return 1 if a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.measurements.networks", description=__doc__)
    parser.add_argument("output", type=Path, help="the folder for the files")
    parser.add_argument("--model-dir", type=Path, default=SHIPPED)
    parser.add_argument(
        "--other", action="append", default=[], metavar="NAME=FOLDER", help="another data set's idx files"
    )
    parser.add_argument("--count", type=int, default=report.COUNT, help="pictures of each kind")
    options = parser.parse_args(arguments)
    others = dict(each.split("=", 1) for each in options.other)
    result = evaluate(options.output, options.model_dir, others, count=options.count)
    readme_pictures.draw(options.output)
    print(*(f"missed: {line}" for line in result["missed"]), sep="\n")
    return 1 if result["missed"] else 0


def evaluate(output, model_dir, others, data_dir=None, count=report.COUNT, **options):
    """Measure networks and return the content of `evaluation.json`, which is written to a folder.

    Args:
        output, model_dir, data_dir: as `report.evaluate` takes them.
        others: folders of other data sets by name.
        count: the number of pictures of each kind.
        options: options of `measure`.
    """
    subject, seed = Subject.load(model_dir, data_dir), report.SEED
    digits.use_models(model_dir)  # by which files are read
    probes = measures.make_probes(subject.test, count, seed, progress=True)
    probes |= {name: subject.images_of(name, Path(folder)) for name, folder in others.items()}
    drawn = {
        kind: probe_kinds.draw_pictures(kind, subject.test, count, seed)
        for kind in progress_bar(probe_kinds.KINDS, "pictures", len(probe_kinds.KINDS), True)
    }
    probes |= {kind: pictures.framed for kind, pictures in drawn.items() if pictures.labels is None}
    positives = {
        kind: (pictures.framed, pictures.labels)
        for kind, pictures in drawn.items()
        if pictures.labels is not None
    }
    evaluation = measure(subject, probes, positives, seed=seed, **options)
    result = report.evaluation_data(evaluation)
    recognition, generated = result.pop("recognition"), result.pop("generator")
    for kind, pictures in drawn.items():
        if kind + ACCEPTED in bars.WRONG:
            answers = subject.recogniser.recognise(pictures.framed).labels
            wrong = (answers != pictures.labels) & (answers != NONE)
            recognition[kind + ACCEPTED]["wrong"] = float(wrong.mean())
        if pictures.files is not None:
            answers = subject.recogniser.recognise(pictures.files).labels
            name, right = (REFUSED, NONE) if pictures.labels is None else (ACCEPTED, pictures.labels)
            recognition[kind + name]["files"] = float((answers == right).mean())
    unlisted = names_of_unlisted(subject, min(count, UNLISTED_COUNT), seed)
    recognition, names = bars.with_bars(recognition, others), bars.with_name_bars(result["names"] | unlisted)
    with clock("adversary"):
        result["adversary"] = attack(subject)
    if generated:
        shape = subject.labels.shape
        generated["axes"] = style_measures.correlations(subject.generate, len(subject.labels), shape, seed)
    generated["missed"] = bars.missed_generation(generated)
    result |= {"recognition": recognition, "names": names, "generator": generated}
    result["left out"] = probe_kinds.LEFT_OUT
    result["missed"] = [
        *bars.missed_recognition(recognition, result["accepted"]),
        *bars.missed_names(names),
        *generated["missed"],
    ]
    print(as_text(page(result)))
    shares = dict.fromkeys(others, bars.OTHER_DATA) | bars.REFUSED | bars.ACCEPTED
    report.write_report(result, evaluation, output, bars=shares)
    return result


def names_of_unlisted(subject, count, seed):
    """Return the names of the refused pictures of each kind that nobody listed, as an evaluation has them."""
    result = {}
    for kind in UNLISTED:
        readings = subject.recogniser.read(draw_unlisted(kind, subject.test, count, seed))
        names = collections.Counter(reading.looks_like for reading in readings if reading.label is None)
        shares = {name: number / names.total() for name, number in names.most_common() if name}
        result[kind] = {"names": shares}
    return result


def attack(subject):
    """Return the success of an adversary, or None without MXNet, which has the gradients."""
    if not is_installed():
        return None
    count = min(adversary.COUNT, len(subject.test) // 2)
    share = adversary.fooled(subject.recogniser, subject.model_dir, subject.test, count)
    return {"distance": adversary.DISTANCE, "steps": adversary.STEPS, "images": count, "fooled": share}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
