"""The loading of MXNet: its engine, its threads, and what of it the rest of the process sees."""

import os

import pytest

from tests.autoencoder.networks.processes import output_of, python

pytestmark = pytest.mark.mxnet

START = "from autoencoder.networks.mx import start_engine; start_engine()"
# For what is read before MXNet is, and without it: to import it takes a process most of its time.
WITHOUT_MXNET = "import sys; sys.modules['mxnet'] = None"


def test_importing_starts_no_engine_redirects_nothing_and_raises_for_no_variable():
    source = """
        import os
        descriptors = []
        os.dup, os.dup2 = descriptors.append, descriptors.append
        import autoencoder.networks.mx, autoencoder.discriminator
        from autoencoder import digits, model_specs
        print(descriptors)
    """
    out, err = output_of(source, MXNET_ENGINE_TYPE="NoSuchEngine", OMP_NUM_THREADS="two")
    assert out == "[]\n"
    assert "MXNet start using engine" not in err


IMPORTED = "import sys; print('mxnet' in sys.modules)"
ANSWERING = "import autoencoder.command_line.asking, autoencoder.command_line.commands, autoencoder.web.app"
DIGITS = """
import mxspec as s
from autoencoder import digits
image = digits.generate(3)
assert s.valid("digits/image", image) and s.sample("digits/even-image", 2)
assert s.explain_str("digits/even-image", image)
"""
FORK = """
import os
if not os.fork():
    assert digits.discriminate(image) == 3
    os._exit(0)
assert os.wait()[1] == 0
"""
COMMAND = """
import contextlib, io
from autoencoder.__main__ import main
with contextlib.redirect_stdout(io.StringIO()):
    main(["specs", "digits"])
"""
POST = """
from autoencoder import model_specs
assert model_specs.discriminate(model_specs.generate(3)) == 3
"""
TOGETHER = """
digits.use_models(runtime="mxnet")
assert digits.discriminate(digits.generate(4)) == 4
"""


@pytest.mark.parametrize(
    ("steps", "environment", "imported"),
    [
        # Both runtimes in one process, whichever is first.
        ([ANSWERING, DIGITS, FORK, COMMAND, POST, TOGETHER], {}, [False] * 4 + [True] * 2),
        ([POST, DIGITS, TOGETHER], {}, [True] * 3),
        ([POST], {"AUTOENCODER_RUNTIME": "onnx"}, [False]),
        ([DIGITS], {"AUTOENCODER_RUNTIME": "mxnet"}, [True]),
    ],
    ids=["the post at last", "the post first", "the post on ONNX", "digits on MXNet"],
)
def test_mxnet_is_imported_where_it_answers_alone(steps, environment, imported):
    pytest.importorskip("onnxruntime")
    out, err = output_of("".join(f"{step}\n{IMPORTED}\n" for step in steps), **environment)
    assert (out.split(), err) == ([str(each) for each in imported], "")


def test_a_fork_waits_for_a_thread_that_imports_mxnet():
    source = """
        import os, sys, threading
        from autoencoder.networks import mx, predictor
        thread = threading.Thread(target=mx.load_mxnet)
        thread.start()
        while "mxnet" not in sys.modules:
            pass
        if not os.fork():
            os._exit(int(mx.mx.nd.array([4]).asscalar()))
        print(os.waitstatus_to_exitcode(os.wait()[1]), mx._module is not None)
        thread.join()
        print(mx.mx.nd.array([5]).asscalar())
    """
    assert output_of(source) == ("4 True\n5.0\n", "")


def test_any_thread_may_be_the_first_to_start_the_engine():
    source = """
        import threading
        from autoencoder import model_specs
        digits = []
        read = lambda: digits.append(model_specs.discriminate(model_specs.first_image(6)))
        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        print(digits)
    """
    assert output_of(source) == ("[6, 6, 6, 6]\n", "")


@pytest.mark.parametrize(("threads", "at_once"), [("1", "{}"), ("{}", "1"), ("1000", "1")], ids=str)
def test_as_many_works_run_at_once_as_leave_each_the_threads_that_the_user_says(threads, at_once):
    processors = str(len(os.sched_getaffinity(0)))
    source = f"{WITHOUT_MXNET}; from autoencoder.networks.mx import network_slots; print(network_slots())"
    out, _ = output_of(source, OMP_NUM_THREADS=threads.format(processors))
    assert out.strip() == at_once.format(processors)


CHECK = f"{WITHOUT_MXNET}; from autoencoder.networks.mx import check_settings; check_settings()"


@pytest.mark.parametrize(("threads", "source"), [("0", CHECK), ("two", START), ("1,2", CHECK)])
def test_an_invalid_number_of_threads_is_refused(threads, source):
    process = python(source, OMP_NUM_THREADS=threads)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 1
    assert f"OMP_NUM_THREADS is a number of threads, 1 or more, not '{threads}'" in err


def test_an_mxnet_that_is_there_already_is_left_as_it_is():
    source = """
        import warnings
        import numpy as np
        np.bool = bool
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import mxnet
        from autoencoder import model_specs
        print(model_specs.discriminate(model_specs.generate(3)))
    """
    assert output_of(source) == ("3\n", "")


def test_mxnet_loads_without_standard_error_and_its_operators_run_in_the_thread_that_asks():
    source = """
        import os
        import numpy
        os.close(2)
        before = len(os.listdir("/proc/self/task"))
        from autoencoder.networks.mx import mx, start_engine
        start_engine()
        square = mx.nd.ones((500, 500))
        print(mx.nd.dot(square, square).asnumpy()[0, 0])
        print(len(os.listdir("/proc/self/task")) - before)
    """
    assert output_of(source, OMP_NUM_THREADS="1")[0] == "500.0\n0\n"


THREADS = """
    import ctypes, os
    from concurrent.futures import ThreadPoolExecutor
    from autoencoder.networks.mx import load_mxnet, start_engine
    load_mxnet()
    count = ctypes.CDLL("libgomp.so.1").omp_get_max_threads
    print(count(), ThreadPoolExecutor(1).submit(count).result())
    start_engine()
    print([os.environ.get(name) for name in ("MXNET_ENGINE_TYPE", "OMP_NUM_THREADS")])
"""


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"OMP_NUM_THREADS": "", "MXNET_ENGINE_TYPE": "ThreadedEngine"},
        {"OMP_NUM_THREADS": "3", "MXNET_ENGINE_TYPE": "NaiveEngine"},
    ],
)
def test_an_operator_takes_as_many_threads_in_any_thread_and_settings_stay_as_the_user_made_them(settings):
    threads = settings.get("OMP_NUM_THREADS") or max(1, len(os.sched_getaffinity(0)) // 2)
    out, err = output_of(THREADS, **settings)
    engine = settings.get("MXNET_ENGINE_TYPE")
    kept = [engine, settings.get("OMP_NUM_THREADS")]
    assert out == f"{threads} {threads}\n{kept}\n"
    assert f"MXNet start using engine: {engine}" in err if engine else err == ""
