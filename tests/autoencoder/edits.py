"""Damage to files, for tests of what reads them; each function takes a path."""

import json
import os

from autoencoder.data.storage import MANIFEST, seal


def resealed(path):
    """Return a folder of networks, with a manifest that fits its files as they are."""
    (path / MANIFEST).unlink(missing_ok=True)
    seal(path)
    return path


def edited(change):
    """Return a function that changes what a JSON file holds, given its path."""

    def edit(path):
        content = json.loads(path.read_text())
        change(content)
        path.write_text(json.dumps(content))

    return edit


def rewritten(change):
    """Return a function that changes the bytes of a file, given its path."""
    return lambda path: path.write_bytes(change(path.read_bytes()))


cut = rewritten(lambda content: content[:-1])


def pipe(path):
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def folder(path):
    path.unlink(missing_ok=True)
    path.mkdir()


def ring(path):
    path.unlink(missing_ok=True)
    path.symlink_to(path)


def device(path):
    path.unlink(missing_ok=True)
    path.symlink_to("/dev/zero")
