"""The one import of mxnet: everything else says `from autoencoder._mxnet import mx`."""

import os
import warnings

import numpy as np

# mxnet 1.9.1 reads np.bool, at import and at run time. numpy deprecated it in 1.20 and dropped it in 1.24.
# Written into the namespace it is found before numpy's own __getattr__ can warn; it always was the builtin.
vars(np).setdefault("bool", bool)

# Or MXNet tells standard error which backend it uses, whenever a graph is first bound for inference.
os.environ.setdefault("MXNET_SUBGRAPH_VERBOSE", "0")

with warnings.catch_warnings():
    # mxnet asks numpy and distutils for more that is deprecated; its user can do nothing about that.
    warnings.simplefilter("ignore")
    import mxnet as mx

__all__ = ["mx"]
