"""The specs of digits/... beside the networks they ask, in MXNet's own Module and in PyTorch."""

import contextlib
import functools
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import mxspec as s
from autoencoder import digits, model_specs
from autoencoder.data import idx
from autoencoder.digits.digit_generator import DigitGenerator, generator_inputs, generator_network, styles
from autoencoder.digits.recognition.reader import NAME
from autoencoder.digits.recognition.recogniser import NONE, Recogniser
from autoencoder.networks import checkpoint, onnx
from autoencoder.networks.checkpoint import SHIPPED
from autoencoder.networks.mx import mx, threads
from autoencoder.networks.network import DATA, Network
from autoencoder.networks.predictor import Predictor
from tests.amounts import amount
from tests.benchmarks.bars import Yardstick, at_most, of_throughput, times_as_fast

IMAGES = amount(5_000, 50)
# Which the number of images is a multiple of: a Module takes no short batch.
BATCH_SIZES = amount((10, 20, 50, 100, 250, 500), (10, 50))
EXAMPLES = amount(100, 5)
THREADS = (1, 2)  # of PyTorch
IN_A_ROW = 20  # times that a process is asked about one image, so that the asking does not count

Answer = Callable[[Any], Any]  # of a network, for a batch


def recognition() -> list[tuple[Network, int]]:
    """The networks that recognition asks, and the epochs of their checkpoints."""
    recogniser = Recogniser()
    return [(each, recogniser.epochs[each.name]) for each in recogniser.network.parts]


def generation() -> tuple[Network, int]:
    """The network that draws, likewise."""
    generator = DigitGenerator()
    return generator_network(generator.labels.shape, len(generator.labels)), generator.epochs


def bound(described: Network, epoch: int, batch_size: int) -> Any:
    return checkpoint.load_module(SHIPPED / described.name, epoch, described, batch_size=batch_size)


def recognised(count: int) -> Any:
    """Test images that are digits to digits/image, some of them twice."""
    images = idx.load("t10k", idx.EMBEDDED).images
    accepted = images[Recogniser().recognise(images).labels != NONE]
    return np.ascontiguousarray(accepted[np.arange(count) % len(accepted)])


def by_module(module: Any) -> Answer:
    """Module.forward as MXNet's users write it."""

    def answer(batch: Any) -> Any:
        module.forward(mx.io.DataBatch([mx.nd.array(batch)]), is_train=False)
        return module.get_outputs()[0].asnumpy()

    return answer


@pytest.fixture
def by_onnx(tmp_path: Path) -> Callable[[Any], list[Any]]:
    """ONNX Runtime alone, which asks both readers about a batch."""
    onnxruntime = pytest.importorskip("onnxruntime", reason="the other runtime has to be installed")
    pytest.importorskip("onnx", reason="it writes the files of the readers")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads(), 1
    folder = shutil.copytree(SHIPPED, tmp_path / "model")
    files = [onnx.export_onnx(folder / each.name, epoch, each) for each, epoch in recognition()]
    sessions = [onnxruntime.InferenceSession(file, options, ["CPUExecutionProvider"]) for file in files]
    return lambda batch: [session.run(None, {DATA: batch}) for session in sessions]


@pytest.fixture
def in_torch(tmp_path: Path) -> Iterator[Callable[[Any], Callable[[int, int], float]]]:
    """From images to a function of a number of threads and of times: the same networks in PyTorch, eager."""
    if importlib.util.find_spec("torch") is None:
        pytest.skip("PyTorch is not installed")
    with contextlib.ExitStack() as stack:

        def start(images: Any) -> Callable[[int, int], float]:
            np.save(tmp_path / "images.npy", images)
            prefixes = []
            for network_, epoch in recognition():
                module = bound(network_, epoch, 1)
                prefixes.append(str(tmp_path / network_.name))
                Path(f"{prefixes[-1]}-symbol.json").write_text(module.symbol.tojson())
                arguments, auxiliaries = module.get_params()
                both = arguments | auxiliaries
                np.savez(prefixes[-1], **{name: value.asnumpy() for name, value in both.items()})
            script = Path(__file__).with_name("in_torch.py")
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-W", "ignore", script, tmp_path / "images.npy", *prefixes],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            assert process.stdin is not None
            assert process.stdout is not None
            stack.callback(process.kill)
            assert process.stdout.readline() == "ready\n"

            def answer(threads: int, times: int) -> float:
                process.stdin.write(f"{threads} {times}\n")
                process.stdin.flush()
                return float(process.stdout.readline())

            return answer

        yield start


def best(answers: dict[int, Answer], images: Any) -> tuple[int, Answer]:
    """The batch size that takes the least time for some images, and what answers for it."""

    def seconds(size: int) -> float:
        run = in_batches([(size, answers[size])], images)
        times = []
        for _ in range(3):
            start = time.perf_counter()
            run()
            times.append(time.perf_counter() - start)
        return min(times[1:])

    size = min(answers, key=seconds)
    return size, answers[size]


def in_batches(each: Sequence[tuple[int, Answer]], images: Any) -> Callable[[], list[Any]]:
    """From batch sizes and networks to a function that asks all of them about all of the images."""

    def run() -> list[Any]:
        return [
            np.concatenate([answer(images[start : start + size]) for start in range(0, len(images), size)])
            for size, answer in each
        ]

    return run


def on_one_processor(run: Callable[[], Any]) -> Callable[[], Any]:
    """The same with one processor to work on."""
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("this system does not give a thread fewer processors")

    def pinned() -> Any:
        before = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {min(before)})
        try:
            return run()
        finally:
            os.sched_setaffinity(0, before)

    return pinned


def test_valid_of_one_digit(compare: Any, by_onnx: Any) -> None:
    image = idx.load("t10k", idx.EMBEDDED).images[:1].copy()
    assert s.valid("digits/image", image)
    compare(
        "valid of one digits/image",
        lambda: s.valid("digits/image", image),
        Yardstick.one("its readers in ONNX Runtime alone", lambda: by_onnx(image), at_most(1.5)),
    )


def test_valid_of_one_digit_beside_mxnet(compare: Any) -> None:
    image = idx.load("t10k", idx.EMBEDDED).images[:1].copy()
    answers = [by_module(bound(*each, batch_size=1)) for each in recognition()]
    compare(
        "valid of one digits/image",
        lambda: s.valid("digits/image", image),
        Yardstick.one(
            "Module.forward of its networks", lambda: [answer(image) for answer in answers], at_most(1.3)
        ),
    )


def test_valid_of_one_digit_beside_pytorch(compare: Any, in_torch: Any) -> None:
    image = idx.load("t10k", idx.EMBEDDED).images[:1].copy()
    theirs = in_torch(image)
    total = sum(float(by_module(bound(*each, batch_size=1))(image).sum()) for each in recognition())
    runs = {f"{n} threads": functools.partial(theirs, n, IN_A_ROW) for n in THREADS}
    assert all(run() == pytest.approx(total, rel=1e-4) for run in runs.values())

    def ours() -> None:
        for _ in range(IN_A_ROW):
            s.valid("digits/image", image)

    compare(
        f"valid of one digits/image, {IN_A_ROW} times",
        ours,
        Yardstick("its networks in PyTorch, eager", runs, at_most(1)),
        rounds=30,
        calls=1,
    )


def test_valid_of_many_digits_on_one_processor(compare: Any, by_onnx: Any) -> None:
    together = recognised(IMAGES)
    rows = [together[row : row + 1] for row in range(IMAGES)]
    valid = valid_of_all(together)
    each = [
        best({size: by_module(bound(*one, batch_size=size)) for size in BATCH_SIZES}, together[:1000])
        for one in recognition()
    ]
    compare(
        f"valid of {IMAGES:,} digits/image, on one processor",
        on_one_processor(valid),
        Yardstick.one(
            "its readers in ONNX Runtime alone, one by one",
            on_one_processor(lambda: list(map(by_onnx, rows))),
            at_most(0.75),
        ),
        Yardstick.one(
            "Module.forward of its networks at their best batch sizes",
            in_batches(each, together),
            of_throughput(0.85),
        ),
        rounds=5,
        calls=1,
    )


def test_valid_of_many_digits(compare: Any, in_torch: Any) -> None:
    together = recognised(IMAGES)
    valid = valid_of_all(together)
    theirs = in_torch(together)
    compare(
        f"valid of {IMAGES:,} digits/image",
        valid,
        Yardstick.one("the same on one processor", on_one_processor(valid), times_as_fast(1.6)),
        Yardstick(
            "its networks in PyTorch, eager, at their best batch sizes",
            {f"{n} threads": functools.partial(theirs, n, 1) for n in THREADS},
            at_most(1),
        ),
        rounds=5,
        calls=1,
    )


def valid_of_all(images: Any) -> Callable[[], bool]:
    """A function that asks about separate arrays, all of which are digits."""
    separate = [row[None].copy() for row in images]
    spec = s.coll_of("digits/image")
    assert s.valid(spec, separate)
    return lambda: s.valid(spec, separate)


# What selects the networks of a namespace, and the networks in use.
IN_USE = {
    "digits": (digits.use_models, lambda: digits.family.models),
    "mnist": (model_specs.use_models, model_specs.networks),
}


@pytest.fixture
def models_on() -> Iterator[Callable[[str, str], Any]]:
    """From a namespace and a runtime to its networks, which stay usable when others are selected."""

    def models_on(namespace: str, runtime: str) -> Any:
        use_models, models = IN_USE[namespace]
        use_models(runtime=runtime)
        return models()

    yield models_on
    for use_models, _ in IN_USE.values():
        use_models()


@pytest.mark.parametrize("namespace", IN_USE)
@pytest.mark.parametrize("count", [1, IMAGES])
def test_other_runtime(compare: Any, models_on: Any, namespace: str, count: int) -> None:
    pytest.importorskip("onnxruntime", reason="the other runtime has to be installed")
    images = recognised(count)
    one, other = (models_on(namespace, runtime) for runtime in ("onnx", "mxnet"))
    label = [getattr(answer, "label", answer) for answer in one.read_many(images)]
    assert label == [getattr(answer, "label", answer) for answer in other.read_many(images)]
    options = {} if count == 1 else {"rounds": 5, "calls": 1}
    compare(
        f"{count:,} images of {namespace}/, read on ONNX Runtime",
        lambda: one.read_many(images),
        Yardstick.one("the same on MXNet", lambda: other.read_many(images)),
        **options,
    )


def test_generate_one_digit(compare: Any) -> None:
    drawing, epoch = generation()
    row = generator_inputs(np.array([3]), styles(1, 0), 10)
    answer = by_module(bound(drawing, epoch, 1))
    np.testing.assert_allclose(digits.generate(3, row[0, 1:]), answer(row), atol=1e-5)
    compare(
        "digits.generate of one",
        lambda: digits.generate(3, row[0, 1:]),
        Yardstick.one("Module.forward of its network", lambda: answer(row), at_most(1.3)),
    )


def test_given(compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    examples: list[Any] = []

    @settings(max_examples=EXAMPLES, database=None, deadline=None, derandomize=True)
    @given(s.gen("digits/image"))
    def run(image: Any) -> None:
        examples.append(image)

    calls: Counter[str] = Counter()
    with monkeypatch.context() as counting:
        counting.setattr(Predictor, "__call__", counted(calls))
        run()
    assert len(examples) == EXAMPLES
    image = examples[0]
    works = [(calls[NAME], by_module(bound(each, epoch, 1)), image) for each, epoch in recognition()]
    drawing, epoch = generation()
    row = generator_inputs(np.array([3]), styles(1, 0), 10)
    works.append((calls[drawing.name], by_module(bound(drawing, epoch, 1)), row))
    assert all(count >= EXAMPLES for count, _, _ in works)

    def raw() -> None:
        for count, answer, batch in works:
            for _ in range(count):
                answer(batch)

    compare(
        f"{EXAMPLES} examples of @given(s.gen('digits/image'))",
        run,
        Yardstick.one("Module.forward of its networks, as often as they were asked", raw, at_most(2)),
        rounds=20,
        calls=1,
    )


def counted(calls: Counter[str]) -> Callable[..., Any]:
    """A Predictor's answer that is counted by the name of the network; the readers are one."""
    answer = Predictor.__call__

    def counting(predictor: Predictor, x: Any) -> Any:
        name, *others = predictor.digests
        calls[NAME if others else name] += 1
        return answer(predictor, x)

    return counting
