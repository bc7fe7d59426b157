"""Profiles of images, and images by seed, are the same for any number of parts."""

import hashlib
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import mxspec as s
from autoencoder import digits, model_specs  # noqa: F401  # they register the specs
from autoencoder.data import idx
from tests.autoencoder.mnist import load_test_images

TEST = load_test_images().images
RANDOM = np.random.default_rng(0)
NOISE = RANDOM.random((10, 784), np.float32)


def mixed(count):
    """Test images, some of them inverted, and noise."""
    images = np.concatenate([TEST[:count], 1 - TEST[: count // 10], NOISE])
    return [*images[RANDOM.permutation(len(images))], np.zeros(3), None]


def partitioned(name, images, parts):
    return sum(s.profile(name, images[i::parts]) for i in range(parts))


@pytest.mark.parametrize("name", ["digits/even-image", "mnist/odd-mnist-image"])
def test_a_profile_of_images_is_the_same_for_any_parts(name):
    images = mixed(100)
    whole = s.profile(name, images)
    verdicts = s.conform(s.coll_of(s.or_(image=name, other=s.is_any)), images)
    assert whole.valid == sum(tag == "image" for tag, _ in verdicts)
    assert sum(whole.labels.values()) == whole.valid
    assert partitioned(name, images, 3) == whole


@pytest.mark.stress
def test_a_profile_of_sixty_thousand_images_is_the_same_for_any_parts():
    images = idx.load("train", idx.EMBEDDED).images
    whole = s.profile("digits/image", images)
    assert whole.total == 60_000
    for parts in (3, 11):
        assert partitioned("digits/image", images, parts) == whole


# --- by seed ----------------------------------------------------------------------------------------------

BLOCK = 20


def block(k):
    return np.stack(s.sample("digits/image", BLOCK, seed=k))


def test_images_by_seed_are_the_same_for_any_number_of_workers():
    alone = [block(k) for k in range(5)]
    assert len({image.tobytes() for images in alone for image in images}) == 5 * BLOCK
    for workers in (1, 2, 5):
        with ThreadPoolExecutor(workers) as pool:
            blocks = list(pool.map(block, reversed(range(5))))
        assert all((a == b).all() for a, b in zip(alone, reversed(blocks), strict=True))


@pytest.mark.stress
def test_a_hundred_thousand_images_by_seed_are_the_same_for_any_number_of_processes():
    def digests(workers):
        with multiprocessing.get_context("spawn").Pool(workers) as pool:
            return pool.map(digest_of_block, range(100), chunksize=1)

    assert digests(1) == digests(2)


def digest_of_block(k):
    return hashlib.sha256(np.stack(s.sample("digits/image", 1000, seed=k)).tobytes()).hexdigest()


# --- Dask -------------------------------------------------------------------------------------------------


def profile_of(part):
    """The profile of a part, the process that made it, and the networks that were asked."""
    return s.profile("digits/image", part), os.getpid(), id(digits.family.models)


@pytest.mark.stress
@pytest.mark.parametrize(("parts", "is_killed"), [(24, False), (60, True)])
def test_dask_profiles_sixty_thousand_images_as_one_process_does(parts, is_killed):
    distributed = pytest.importorskip("distributed")
    images = idx.load("train", idx.EMBEDDED).images
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        futures = client.map(profile_of, np.array_split(images, parts))
        if is_killed:
            _, pid, _ = next(distributed.as_completed(futures)).result()
            os.kill(pid, signal.SIGKILL)
        results = client.gather(futures)
    by_process = {}
    for _, pid, networks in results:
        by_process.setdefault(pid, set()).add(networks)
    assert all(len(networks) == 1 for networks in by_process.values())
    assert len(by_process) >= 2
    assert sum(part for part, *_ in results) == s.profile("digits/image", images)


# --- no network -------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_nothing_opens_a_socket():
    program = """
        import sys

        def refuse(event, arguments):
            if event.startswith("socket.") and arguments and event != "socket.__new__":
                raise RuntimeError(f"{event} {arguments}")
            if event == "socket.__new__" and arguments[1:2] != (1,):  # a pair of an event loop is AF_UNIX
                raise RuntimeError(f"{event} {arguments}")

        sys.addaudithook(refuse)
        import numpy as np
        import mxspec as s
        from autoencoder import digits, families, model_specs
        from autoencoder.__main__ import main
        from autoencoder.networks.checkpoint import SHIPPED

        [image] = s.sample("digits/even-image", 1, seed=1)
        assert s.valid("digits/image", image) and s.valid("mnist/mnist-image", image)
        s.explain_str("digits/image", np.zeros((28, 28)))
        s.find_boundary("digits/image", 3, max_examples=10)
        families.define("sockets", SHIPPED)
        s.profile("digits/image", [image])
        main(["post"])
        import socket
        try:
            socket.create_connection(("127.0.0.1", 9))
        except RuntimeError:
            print("refused")
    """
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program)],
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
            cwd=folder,
            capture_output=True,
            text=True,
        )
    assert process.returncode == 0, process.stderr
    assert process.stdout.endswith("refused\n")
