"""The libraries of pictures: a module that needs them imports this one first, which says what to install."""

try:
    import PIL.Image
    import scipy
    import tqdm  # type: ignore[import-untyped]
except ImportError as missing:
    raise ImportError(
        f'pictures need Pillow, SciPy and tqdm: pip install "mxspec[onnx]" or "mxspec[mxnet]" ({missing})'
    ) from missing

__all__ = ["PIL", "scipy", "tqdm"]
