"""Networks that answer on ONNX Runtime, from files in ONNX's format."""

import functools
import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from autoencoder.checkpoints.graphs import digest_of, graph_for
from autoencoder.checkpoints.onnx_files import is_sealed
from autoencoder.checkpoints.paths import onnx_path, params_path
from autoencoder.data.images import LONGEST_SIDE
from autoencoder.data.manifest import CheckpointError, Error, FileSet
from autoencoder.networks.mx import check_settings, is_installed, threads
from autoencoder.networks.network import DATA, Network, feed_shapes

_QUIET = 3  # of ONNX Runtime's log: errors, which are raised as well


class Session:
    """A network that answers, for any number of threads and any size of batch.

    It replaces `module.Bound`; an operator takes as many threads as one of MXNet does.

    Args:
        prefix, epoch: the file is `PREFIX-EPOCH.onnx`.
        network: the network that it should be.
        files: as `mxnet_files.load` takes them.

    Attributes:
        size: any.
        shape: the shape of one input.
        outputs: the shape of one output.
        params_digest: the SHA-256 of the parameters of MXNet that the file was written from.

    Raises:
        CheckpointError: the file is missing or damaged, belongs to another network, or was written from other
            parameters than those beside it.
        ImportError: ONNX Runtime is not installed.
    """

    size = 1

    def __init__(
        self, prefix: str | os.PathLike[str], epoch: int, network: Network, files: FileSet | None = None
    ) -> None:
        path = onnx_path(prefix, epoch)
        files = files or FileSet.of(path.parent)
        content = _read(path, network, files)
        make = functools.partial(_session, content, path, network)
        self._session = make()
        self._make_again = make if threads() > 1 else None
        error = functools.partial(_error, path, network)
        about = self._session.get_modelmeta().custom_metadata_map
        if about.get("network") != network.name:
            raise error(f"it is one of {about.get('network', 'something else')}")
        if missing := {"params", "graph"} - about.keys():
            raise error(f"its metadata lack {' and '.join(sorted(missing))}")
        data, *more_inputs = self._session.get_inputs()
        output, *more_outputs = self._session.get_outputs()
        if data.name != DATA or more_inputs or more_outputs:
            raise error(f"expected an input {DATA} and an output, found others")
        self.shape, self.outputs = tuple(data.shape[1:]), tuple(output.shape[1:])
        pixels = _checked_pixels(network, self.shape, self.outputs, error)
        # Building the graph takes MXNet; without it, only the seal and the shapes are checked.
        if is_installed() and digest_of(graph_for(network, pixels)[1]) != about["graph"]:
            raise error("its graph is not the one that this program builds")
        self.params_digest = about["params"]
        params = params_path(prefix, epoch)
        if params.name in files and files.digest(params.name, error) != self.params_digest:
            raise error(f"it was written from another {params.name} than the one beside it")
        self._output = [output.name]

    def renew(self) -> None:
        """Make the session anew in a forked child, which lacks the threads that the session had."""
        if self._make_again is not None:
            _abandoned.append(self._session)  # freeing it would wait for its threads
            self._session = self._make_again()

    def of_size(self, size: int) -> "Session":
        """Return the session itself, which takes batches of any size."""
        return self

    def answer(self, rows: npt.NDArray[np.float32], out: npt.NDArray[np.float32]) -> None:
        """Write the outputs for inputs (n, *shape) to out (n, *outputs)."""
        (out[:],) = self._session.run(self._output, {DATA: rows})


_abandoned: list[Any] = []


def _read(path: Path, network: Network, files: FileSet) -> bytes:
    content = files.read(path.name, functools.partial(_error, path, network))
    if not is_sealed(content):
        raise _error(path, network, "it is damaged, or something else: it does not end in its own SHA-256")
    return content


def _session(content: bytes, path: Path, network: Network) -> Any:
    import onnxruntime

    check_settings()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads(), 1
    options.log_severity_level = _QUIET
    try:
        return onnxruntime.InferenceSession(content, options, ["CPUExecutionProvider"])
    except Exception as error:  # its own classes have no public base
        raise _error(path, network, "it is damaged, or another kind of file") from error


def _checked_pixels(network: Network, shape: tuple[int, ...], outputs: tuple[int, ...], error: Error) -> int:
    """Return the number of pixels for which a file has the inputs and outputs of the network."""
    # Where the network is for images of any size, one of the two is an image.
    sizes = {network.pixels_axis} if isinstance(network.pixels_axis, int) else {*shape, *outputs}
    expected = []
    for pixels in sizes:
        if not isinstance(pixels, int) or not 0 < pixels <= LONGEST_SIDE**2:
            continue
        data, label = feed_shapes(network, pixels, 1)
        classes = label[1:] or (network.classes and (network.classes,)) or outputs
        expected.append((data[1:], tuple(classes)))
        if expected[-1] == (shape, outputs):
            return pixels
    raise error(f"expected shapes {' or '.join(map(str, expected))}, found {(shape, outputs)}")


def _error(path: Path, network: Network, what: str) -> CheckpointError:
    return CheckpointError(
        f"{path} is not the {network.name} in ONNX's format: {what}; to write it from a checkpoint: "
        f"python -m autoencoder export --model-dir {path.parent}"
    )
