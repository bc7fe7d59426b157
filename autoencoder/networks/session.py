"""ONNX Runtime in the place of MXNet: networks that answer from files in ONNX's format."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from autoencoder.data.files import digest
from autoencoder.networks.checkpoints import CheckpointError, params_path
from autoencoder.networks.mx import check_threads, threads
from autoencoder.networks.network import DATA, Network, feed_shapes
from autoencoder.networks.onnx_files import path_of

_QUIET = 3  # of ONNX Runtime's log: errors, which are raised as well


class Session:
    """A network that answers, for any number of threads and any size of batch.

    It takes the place of `module.Bound`, and an operator takes as many threads as one of MXNet does.

    Args:
        prefix, epoch: the file is `PREFIX-EPOCH.onnx`.
        network: the network that it should be.

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

    def __init__(self, prefix: str | os.PathLike[str], epoch: int, network: Network) -> None:
        path = path_of(prefix, epoch)
        self._session = _load(path, network)
        about = self._session.get_modelmeta().custom_metadata_map
        if about.get("network") != network.name:
            raise _error(path, network, f"it is one of {about.get('network', 'something else')}")
        (data,), (output,) = self._session.get_inputs(), self._session.get_outputs()
        self.shape, self.outputs = tuple(data.shape[1:]), tuple(output.shape[1:])
        _check_shapes(path, network, self.shape, self.outputs)
        self.params_digest = about["params"]
        params = params_path(prefix, epoch)
        if params.is_file() and digest(params) != self.params_digest:
            raise _error(path, network, f"it was written from another {params.name} than the one beside it")
        self._output = [output.name]

    def of_size(self, size: int) -> "Session":
        """Return itself, which takes batches of any size."""
        return self

    def answer(self, rows: npt.NDArray[np.float32], out: npt.NDArray[np.float32]) -> None:
        """Write the outputs for inputs (n, *shape) to out (n, *outputs)."""
        (out[:],) = self._session.run(self._output, {DATA: rows})


def _load(path: Path, network: Network) -> Any:
    import onnxruntime

    check_threads()
    if not path.is_file():
        raise _error(path, network, "there is no such file")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads(), 1
    options.log_severity_level = _QUIET
    try:
        return onnxruntime.InferenceSession(path.read_bytes(), options, ["CPUExecutionProvider"])
    except Exception as error:  # its own kinds have no public name in common
        raise _error(path, network, "it is damaged, or another kind of file") from error


def _check_shapes(path: Path, network: Network, shape: tuple[int, ...], outputs: tuple[int, ...]) -> None:
    """Check that a file takes and gives what the network does, for images of some size."""
    # Where the network is for images of any size, one of the two is an image.
    sizes = {network.pixels_axis} if isinstance(network.pixels_axis, int) else {*shape, *outputs}
    expected = []
    for pixels in sizes:
        data, label = feed_shapes(network, pixels, 1)
        classes = label[1:] or (network.classes and (network.classes,)) or outputs
        expected.append((data[1:], tuple(classes)))
    if (shape, outputs) not in expected:
        raise _error(
            path, network, f"expected shapes {' or '.join(map(str, expected))}, found {(shape, outputs)}"
        )


def _error(path: Path, network: Network, what: str) -> CheckpointError:
    return CheckpointError(
        f"{path} is not the {network.name} in ONNX's format: {what}; to write it from a checkpoint: "
        f"python -m autoencoder export --model-dir {path.parent}"
    )
