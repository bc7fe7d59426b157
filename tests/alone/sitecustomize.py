"""On the path, this keeps processes from importing `autoencoder`, as where mxspec alone is installed."""

import sys


class Absence:
    """A finder of modules to which one package is not there."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        """Raise ModuleNotFoundError for the package."""
        if name.partition(".")[0] == "autoencoder":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Absence)
