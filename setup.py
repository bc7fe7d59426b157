"""Build the packages: setup.cfg has their metadata, but for the description and what is of one of two wheels.

An index shows README without the files beside it, so a link to one of them leads to the repository. Without
an address of the repository it is plain text, and a picture is its words.

A clone and the sdist, which is a clone without its history, install both packages as `mxspec`. What is
released are two wheels, which the environment variable MXSPEC_WHEEL selects:

    MXSPEC_WHEEL=mxspec         the package mxspec, its commands and its pytest plugin
    MXSPEC_WHEEL=mxspec-digits  the package autoencoder with its networks and MNIST, for the same mxspec

It is a variable, since setuptools reads one setup.cfg and no options of its own from pip. A second file of
metadata would need a folder of its own, with the packages below it, and say again what stands here.
"""

import configparser
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent
SWITCH = "MXSPEC_WHEEL"
DIGITS = "mxspec-digits"
PLUGIN = ["_mxspec_pytestplugin"]  # of pytest, which must not import the package
OF_MXSPEC = ("pictures", "pydantic", "schema", "frames", "dask")
OF_DIGITS = ("mxnet", "export", "onnx", "evaluate", "web")
"""The extras of each wheel; the others in setup.cfg are for work in a clone, as are the tests of mxspec."""

_FENCED = re.compile(r"^(```.*?^```)$", re.MULTILINE | re.DOTALL)
_IMAGE = re.compile(r'<img src="(?!https://)([^"]+)" alt="([^"]+)"([^>]*)>')
_LINK = re.compile(r"\[([^\]]+)\]\((?!https://)([^)\s]+)\)")


def describe(readme: str, address: str, version: str) -> str:
    """Return README as an index shows it.

    Args:
        readme: the text.
        address: that of the repository, with the paths of GitHub and GitLab below it; empty if there is none.
        version: the version, which has a tag.
    """

    def resolve(text: str) -> str:
        if not address:
            return _LINK.sub(r"\1", _IMAGE.sub(r"\2", text))
        # An index has its own names for headings, so a link within README leads to the repository's README.
        files, pictures = (f"{address}/{kind}/v{version}" for kind in ("blob", "raw"))
        text = _IMAGE.sub(rf'<img src="{pictures}/\1" alt="\2"\3>', text)
        return _LINK.sub(
            lambda link: f"[{link[1]}]({files}/{'README.md' if link[2][0] == '#' else ''}{link[2]})", text
        )

    parts = _FENCED.split(readme)  # every second one is a block of code
    return "".join(part if index % 2 else resolve(part) for index, part in enumerate(parts))


def wheel_fields(wheel: str, config: Mapping[str, Mapping[str, str]], version: str) -> dict[str, Any]:
    """Return what setuptools takes in place of setup.cfg for one of the two wheels, or beside it for a clone.

    Args:
        wheel: its name, empty for a clone.
        config: what setup.cfg says.
        version: the version of both.

    Raises:
        ValueError: there is no such wheel.
    """
    if not wheel:
        return {"py_modules": PLUGIN}
    points, extras = (_lists(config[f"options.{name}"]) for name in ("entry_points", "extras_require"))
    if wheel == "mxspec":
        # An extra of networks leads to the other wheel, so that its name is the same in all cases.
        own = {name: extras[name] for name in (*OF_MXSPEC, "test")}
        others = {name: [f"{DIGITS}[{name}]=={version}"] for name in (*OF_DIGITS, "all")}
        others["all"] += [line for name in OF_MXSPEC if name != "dask" for line in own[name]]
        return {
            "packages": ["mxspec", *_packages_within("mxspec")],
            "py_modules": PLUGIN,
            "license_expression": "Apache-2.0",
            "license_files": ["LICENSE"],
            "extras_require": {**own, **others},
            "entry_points": {name: points[name] for name in ("console_scripts", "pytest11")},
        }
    if wheel == DIGITS:
        own = {name: extras[name] for name in OF_DIGITS}
        return {
            "name": DIGITS,
            "description": "Networks of a post on MNIST: specs of mxspec that read, refuse and draw digits",
            "packages": ["autoencoder", *_packages_within("autoencoder")],
            "install_requires": [f"mxspec=={version}"],
            "extras_require": {**own, "all": [line for lines in own.values() for line in lines]},
            "entry_points": {name: points[name] for name in ("mxspec.specs", "mxspec.commands")},
        }
    raise ValueError(f"{SWITCH} is mxspec or {DIGITS}, not {wheel!r}")


def _lists(section: Mapping[str, str]) -> dict[str, list[str]]:
    return {name: [line for line in text.splitlines() if line] for name, text in section.items()}


def _packages_within(package: str) -> list[str]:
    from setuptools import find_packages

    return [f"{package}.{name}" for name in find_packages(str(ROOT / package))]


def main() -> None:
    """Hand setuptools the fields that setup.cfg can't state."""
    from setuptools import setup  # late: the tests read this file where there are no setuptools

    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", "utf-8")
    address = config["tool:repository"]["address"].strip().rstrip("/")
    version = re.findall(r'"(.+)"', (ROOT / "mxspec" / "_version.py").read_text("utf-8"))[-1]
    setup(
        long_description=describe((ROOT / "README.md").read_text("utf-8"), address, version),
        long_description_content_type="text/markdown",
        project_urls={"Repository": address} if address else {},
        **wheel_fields(os.environ.get(SWITCH, ""), config, version),
    )


if __name__ == "__main__":
    main()
