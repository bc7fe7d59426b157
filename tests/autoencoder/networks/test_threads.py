"""Threads, forked children and other processes get the answers of a single thread from the networks."""

import asyncio
import multiprocessing
import os
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import mxspec as s
from autoencoder import digits, families
from autoencoder.networks import runtime
from tests.autoencoder.mnist import load_test_images
from tests.autoencoder.networks.processes import output_of

pytestmark = pytest.mark.few(1)

IMAGES = load_test_images().images[:12]
SPECS = ["digits/image", "digits/even-image", "mnist/even-mnist-image"]


def answers(images=IMAGES):
    """What the specs of networks answer, one by one and in batches."""
    return [
        (
            [s.valid(name, image) for image in images],
            [s.conform(s.nilable(name), image) is s.INVALID for image in IMAGES[:3]],
            s.valid(s.coll_of(name), IMAGES[3:5]),
            [s.explain_str(name, image) for image in IMAGES[:2]],
            [image.tobytes() for image in s.sample(name, 2, seed=1)],
            s.generate(name, seed=2).tobytes(),
        )
        for name in SPECS
    ]


def test_eight_threads_get_the_answers_of_one():
    expected = answers()
    with ThreadPoolExecutor(8) as pool:
        assert all(answer == expected for answer in pool.map(lambda _: answers(), range(8)))


def test_threads_that_ask_first_load_the_networks_once():
    loads = []

    def load(folder, runtime):
        loads.append(threading.get_ident())
        return digits.load(folder, runtime)

    family = families.Family("threads", load, check=lambda *_: None)
    together = threading.Barrier(16)

    def ask(_):
        together.wait()
        return family.models.read(IMAGES[0]).label

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(ask, range(16))) == {7}
    assert len(loads) == 1


def test_a_coroutine_asks_in_a_thread():
    async def ask():
        return await asyncio.gather(*(asyncio.to_thread(s.valid, SPECS[0], image) for image in IMAGES))

    assert asyncio.run(ask()) == [s.valid(SPECS[0], image) for image in IMAGES]


RUNTIMES = [name for name in (runtime.ONNX, runtime.MXNET) if runtime._is_installed(name)]
FORK = """
    import contextlib, os, signal, threading
    from autoencoder.networks.runtime import ONNX
    from tests.autoencoder.networks.test_threads import IMAGES, answers

    few = IMAGES[:3]
    expected = answers(few)  # by this thread, which has threads of OpenMP from now on
    # ONNX Runtime may compute while this process forks, MXNet not.
    asking = contextlib.nullcontext() if "{runtime}" == ONNX else threading.Lock()

    def use():
        while True:
            with asking:
                answers(few[:1])

    for _ in range(3):
        threading.Thread(target=use, daemon=True).start()
    for _ in range({forks}):
        with asking:
            child = os.fork()
        if not child:
            signal.alarm({seconds})
            os._exit(0 if answers(few) == expected else 7)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # os._exit does not
    assert answers(few) == expected
    os._exit(0)
"""


@pytest.mark.parametrize(
    ("threads", "forks"), [("2", 1), *(pytest.param(n, 10, marks=pytest.mark.stress) for n in ("1", "2"))]
)
@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_child_that_is_forked_from_a_process_of_threads_that_ask_answers_too(runtime, threads, forks):
    program = textwrap.dedent(FORK).format(runtime=runtime, forks=forks, seconds=100)
    out, _ = output_of(program, AUTOENCODER_RUNTIME=runtime, OMP_NUM_THREADS=threads)
    assert out.split() == ["0"] * forks


@pytest.mark.stress
@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_other_processes_get_the_same_answers(method):
    expected = answers()
    with multiprocessing.get_context(method).Pool(2) as pool:
        for result in [pool.apply_async(answers) for _ in range(3)]:
            assert result.get(timeout=300) == expected


@pytest.mark.stress
def test_tests_that_are_shared_out_by_xdist_pass():
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider"]
    files = ["tests/autoencoder/test_model_specs.py", "tests/autoencoder/digits/test_digits.py"]
    subprocess.run([*command, *files], check=True, timeout=600)


@pytest.mark.stress
def test_sixteen_threads_get_the_answers_of_one_for_twenty_seconds():
    expected = answers()
    over = threading.Event()

    def ask(_):
        count = 0
        while not over.is_set():
            assert answers() == expected
            count += 1
        return count

    def redefine():
        while not over.is_set():
            s.def_("threads/other", s.int_in(0, 3))
            s.def_("threads/other", None)

    with ThreadPoolExecutor(17) as pool:
        pool.submit(redefine)
        asking = [pool.submit(ask, number) for number in range(16)]
        over.wait(20)
        over.set()
        assert all(each.result() for each in asking)


# --- the end ------------------------------------------------------------------------------------------------

LEFT = """
    import atexit, threading, time
    # Called last, since it is registered first.
    atexit.register(lambda: print({each.label for each in read_many(100 * [three])}))

    import mxspec as s
    from autoencoder import digits

    three, read_many = digits.generate(3), digits.family.models.read_many

    def for_ever(ask):
        while True:
            ask()

    for ask in [
        lambda: s.valid("digits/image", three),
        lambda: read_many(100 * [three]),
        lambda: s.sample("digits/image", 2),
        digits.load,
    ]:
        threading.Thread(target=for_ever, args=[ask], daemon=True).start()
    time.sleep(0.3)
"""


@pytest.mark.parametrize("name", ["onnx", pytest.param("mxnet", marks=[pytest.mark.mxnet, pytest.mark.slow])])
def test_daemon_threads_that_ask_are_left_behind_in_order_and_the_main_thread_may_still_ask(name):
    if name == "onnx":
        pytest.importorskip("onnxruntime")
    out, err = output_of(LEFT, AUTOENCODER_RUNTIME=name)
    assert (out, err) == ("{3}\n", "")
