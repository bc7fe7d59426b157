"""The loading of MXNet: its engine, its threads, and what of it the rest of the process sees."""

import os

import pytest

from tests.autoencoder.networks.processes import output_of

pytestmark = [pytest.mark.mxnet, pytest.mark.few(2)]


def test_importing_is_quiet_starts_no_engine_binds_and_redirects_nothing_and_raises_for_no_variable(tmp_path):
    source = f"""
        import os, sys
        descriptors = []
        os.dup, os.dup2 = descriptors.append, descriptors.append
        from autoencoder.networks.mx import mx, start_engine
        mx.mod.Module.bind = None  # so that binding a network raises
        import autoencoder.auto_encoder, autoencoder.discriminator, autoencoder.generator
        from autoencoder import digits, model_specs
        import numpy
        print(descriptors, "matplotlib" in sys.modules, numpy.bool is bool, os.listdir({str(tmp_path)!r}))
        try:
            start_engine()
        except ValueError as error:
            print(error)
    """
    # A warning that is made an error may be caught; one that is always shown is not.
    environment = {"MXNET_ENGINE_TYPE": "NoSuchEngine", "OMP_NUM_THREADS": "two"}
    assert output_of(source, "-W", "always", cwd=tmp_path, **environment) == (
        "[] False True []\nOMP_NUM_THREADS is a number of threads, 1 or more, not 'two'\n",
        "",
    )


def test_the_number_of_threads_sets_how_many_works_run_at_once_and_an_invalid_one_is_refused():
    processors = str(len(os.sched_getaffinity(0)))
    source = f"""
        import importlib, os, sys
        sys.modules["mxnet"] = None  # to import it takes a process most of its time
        from autoencoder.networks import mx
        for threads in ["1", "{processors}", "1000", "0", "1,2"]:
            os.environ["OMP_NUM_THREADS"] = threads
            importlib.reload(mx)  # where it is read
            try:
                mx.check_settings()
                print(mx.network_slots())
            except mx.SettingError as error:
                print(error)
    """
    refused = [f"OMP_NUM_THREADS is a number of threads, 1 or more, not {value!r}" for value in ("0", "1,2")]
    assert output_of(source)[0].splitlines() == [processors, "1", "1", *refused]


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
BY_THE_USER = """
import warnings
import numpy as np
np.bool = bool
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mxnet
"""
POST = """
from autoencoder import model_specs
assert model_specs.discriminate(model_specs.generate(3)) == 3
"""
TOGETHER = """
digits.use_models(runtime="mxnet")
assert digits.discriminate(digits.generate(4)) == 4
"""
ON_MXNET = "import os; os.environ['AUTOENCODER_RUNTIME'] = 'mxnet'"


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("steps", "environment", "imported"),
    [
        # Both runtimes in one process, whichever is first.
        ([ANSWERING, DIGITS, FORK, COMMAND, POST, TOGETHER], {}, [False] * 4 + [True] * 2),
        ([BY_THE_USER, POST, DIGITS, TOGETHER], {}, [True] * 4),
        ([POST, ON_MXNET, DIGITS], {"AUTOENCODER_RUNTIME": "onnx"}, [False, False, True]),
    ],
    ids=["the post at last", "MXNet first", "as the environment says"],
)
def test_mxnet_is_imported_where_it_answers_alone(steps, environment, imported):
    pytest.importorskip("onnxruntime")
    out, err = output_of("".join(f"{step}\n{IMPORTED}\n" for step in steps), **environment)
    assert (out.split(), err) == ([str(each) for each in imported], "")


def test_without_standard_error_it_loads_forks_and_computes_in_the_thread_that_asks():
    source = """
        import os
        import numpy
        os.close(2)
        before = len(os.listdir("/proc/self/task"))
        from autoencoder.networks.mx import load_mxnet, mx, start_engine
        load_mxnet()
        if not (child := os.fork()):  # before the engine has started
            os._exit(int(mx.nd.array([4]).asscalar()) + len(os.listdir("/proc/self/task")))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), len(os.listdir("/proc/self/task")))
        start_engine()
        square = mx.nd.ones((500, 500))
        print(mx.nd.dot(square, square).asnumpy()[0, 0])
        print(len(os.listdir("/proc/self/task")) - before)
    """
    assert output_of(source, OMP_NUM_THREADS="1")[0] == "5 1\n500.0\n0\n"


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("settings", "readers"), [({}, 4), ({"OMP_NUM_THREADS": "3", "MXNET_ENGINE_TYPE": "ThreadedEngine"}, 1)]
)
def test_any_thread_may_start_the_engine_has_as_many_threads_and_leaves_settings_as_they_were(
    settings, readers
):
    source = f"""
        import ctypes, os
        from concurrent.futures import ThreadPoolExecutor
        from autoencoder import model_specs
        from autoencoder.networks.mx import load_mxnet
        load_mxnet()
        count = ctypes.CDLL("libgomp.so.1").omp_get_max_threads
        print(count(), ThreadPoolExecutor(1).submit(count).result())
        read = lambda _: model_specs.discriminate(model_specs.first_image(6))
        print(*ThreadPoolExecutor({readers}).map(read, range({readers})))  # the first starts the engine
        print([os.environ.get(name) for name in ("MXNET_ENGINE_TYPE", "OMP_NUM_THREADS")])
    """
    threads = settings.get("OMP_NUM_THREADS") or max(1, len(os.sched_getaffinity(0)) // 2)
    out, err = output_of(source, **settings)
    engine = settings.get("MXNET_ENGINE_TYPE")
    sixes = " ".join(["6"] * readers)
    assert out == f"{threads} {threads}\n{sixes}\n{[engine, settings.get('OMP_NUM_THREADS')]}\n"
    assert f"MXNet start using engine: {engine}" in err if engine else err == ""
