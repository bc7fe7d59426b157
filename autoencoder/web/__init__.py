"""A page where you draw, and the server behind it."""

import autoencoder.networks  # noqa: F401  # first: without a runtime, it says what to install

try:
    import fastapi
    import uvicorn
except ImportError as missing:
    raise ImportError(
        f'the page where you draw needs fastapi and uvicorn: pip install "mxspec[web]" ({missing})'
    ) from missing

__all__ = ["fastapi", "uvicorn"]
