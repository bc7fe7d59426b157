"""A process that asks the networks calls nobody, although ONNX Runtime would."""

import time
from pathlib import Path

import pytest

from tests.autoencoder.networks.processes import output_of, python, sockets_of, watched_proxy

pytest.importorskip("onnxruntime")

VARIABLE = "ORT_DISABLE_TELEMETRY"
ASK = f"""
    import os, sys, time
    import numpy as np
    from autoencoder.discriminator import network
    from autoencoder.networks.checkpoint import SHIPPED
    from autoencoder.networks.predictor import Predictor

    assert "onnxruntime" not in sys.modules
    reader = Predictor(SHIPPED / "discriminator", 3, network(), runtime="onnx")
    reader(np.zeros((1, 784)))
    assert "onnxruntime" in sys.modules
    print(os.environ[{VARIABLE!r}], flush=True)
"""
IDLE = f"""{ASK}
    while True:
        reader(np.zeros((1, 784)))
        time.sleep(0.5)
"""


def home(folder):
    return {"HOME": str(folder), "XDG_CACHE_HOME": str(folder / ".cache")}


def test_onnx_runtime_is_told_to_be_silent_before_its_import_and_writes_no_file(tmp_path):
    out, _ = output_of(ASK, **home(tmp_path))
    assert out == "1\n"
    assert list(tmp_path.iterdir()) == []


def test_a_user_who_set_the_variable_keeps_it(tmp_path):
    out, _ = output_of(ASK, **home(tmp_path), **{VARIABLE: "0"})
    assert out == "0\n"


@pytest.mark.stress
@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="looks up the sockets of a process")
@pytest.mark.parametrize("setting", [None, "0"])
def test_a_process_that_asks_a_network_opens_no_socket_for_a_minute(setting, tmp_path):
    """Where a user lets it, ONNX Runtime asks the proxy within 10 s: so the first row would see it."""
    settings = home(tmp_path) | ({} if setting is None else {VARIABLE: setting})
    with watched_proxy() as (proxy, asked):
        process = python(IDLE, **settings, **proxy)
        try:
            assert process.stdout.readline() == f"{setting or 1}\n", process.stderr.read()
            if setting == "0" and not list(tmp_path.iterdir()):
                pytest.skip("this ONNX Runtime calls nobody")
            end, sockets = time.monotonic() + 60, set()
            while time.monotonic() < end and not asked:
                sockets |= sockets_of(process)
                time.sleep(0.01)
            assert process.poll() is None
        finally:
            process.kill()
            process.communicate()
    if setting is None:
        assert (asked, sockets, list(tmp_path.iterdir())) == ([], set(), [])
    else:
        assert asked[0].startswith("CONNECT ")
