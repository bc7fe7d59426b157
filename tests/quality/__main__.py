"""The quality of networks of digits (`make quality`): `evaluate`, with letters, shapes, users' files and an
adversary, beside bars; and the pictures of README."""

import argparse
import sys
from pathlib import Path

import numpy as np

from autoencoder.data.idx import DataError
from autoencoder.evaluation import measures, report
from autoencoder.evaluation.measures import Subject, measure
from autoencoder.evaluation.page import as_text, page
from autoencoder.networks.checkpoint import SHIPPED
from autoencoder.networks.mx import is_installed
from autoencoder.networks.progress import clock, progress_bar
from tests.quality import adversary, altered, bars, not_digits, readme_pictures


def main(arguments):
    """Measure, write evaluation.json and the pictures; return 1 if a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.quality", description=__doc__)
    parser.add_argument("output", type=Path, help="the folder for the files")
    parser.add_argument("--model-dir", type=Path, default=SHIPPED)
    parser.add_argument(
        "--other", action="append", default=[], metavar="NAME=FOLDER", help="another data set's idx files"
    )
    parser.add_argument("--photograph", help="a file (default: the sample that Matplotlib carries)")
    options = parser.parse_args(arguments)
    others = dict(each.split("=", 1) for each in options.other)
    result = evaluate(options.output, options.model_dir, others, options.photograph or photograph())
    readme_pictures.draw(options.output)
    print(*(f"missed: {line}" for line in result["missed"]), sep="\n")
    return 1 if result["missed"] else 0


def photograph():
    """Return the path of the photograph that Matplotlib carries."""
    import matplotlib.cbook

    return str(matplotlib.cbook.get_sample_data("grace_hopper.jpg", asfileobj=False))


def evaluate(output, model_dir, others, photograph, data_dir=None, count=report.COUNT, **options):
    """Measure networks and return the content of `evaluation.json`, which is written to a folder.

    Args:
        output, model_dir, data_dir: as `report.evaluate` takes them.
        others: folders of other data sets by name.
        photograph: the file whose pieces should be refused.
        count: the number of pictures of each kind.
        options: options of `measure`.
    """
    subject, seed = Subject.load(model_dir, data_dir), report.SEED
    kinds = measures.make_probes(
        subject.test, count, seed, {**measures.KINDS, **not_digits.KINDS}, progress=True
    )
    random = np.random.default_rng(seed)
    for name, folder in others.items():
        kinds[name] = subject.images_of(name, Path(folder))
    try:
        pieces = not_digits.photograph_pieces(photograph, subject.test.shape, count, random)
    except (OSError, ValueError) as error:
        raise DataError(f"{photograph}: expected a photograph, found {error}") from error
    kinds |= zip((bars.PHOTOGRAPH, bars.EDGES), pieces, strict=True)
    positives = {
        kind: maker(subject.test, count, np.random.default_rng([seed, *kind.encode()]))
        for kind, maker in progress_bar(altered.KINDS.items(), "altered digits", len(altered.KINDS), True)
    }
    evaluation = measure(subject, kinds, positives, seed=seed, **options)
    result = report.evaluation_data(evaluation)
    recognition, generated = bars.with_bars(result.pop("recognition")), result.pop("generator")
    with clock("adversary"):
        result["adversary"] = attack(subject)
    generated["missed"] = bars.missed_generation(generated)
    names = bars.with_name_bars(result["names"])
    result |= {"recognition": recognition, "names": names, "generator": generated}
    result["missed"] = bars.missed_recognition(recognition) + bars.missed_names(names) + generated["missed"]
    print(as_text(page(result)))
    shares = dict.fromkeys(others, bars.OTHER_DATA) | bars.REFUSED | bars.ACCEPTED
    report.write_report(result, evaluation, output, bars=shares)
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
