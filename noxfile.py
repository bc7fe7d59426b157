"""Many versions at once (`make test-all`): each Python that is there, the oldest packages and the newest.

A Python that is not there is skipped, with a line that says so.
"""

import configparser
import os
import subprocess
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import nox
from packaging.requirements import Requirement
from packaging.version import Version

nox.needs_version = ">=2025.2.9"
nox.options.envdir = "build/nox"
nox.options.error_on_missing_interpreters = False  # where CI is set, nox would make it an error

PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
# setup.cfg has the lowest numpy for the lowest Python; the others can only have one with wheels for them.
LOWEST_NUMPY = {"3.12": "1.26.0", "3.13": "2.1.0", "3.14": "2.3.2"}
VERSIONS = ["lowest", "newest"]
PACKED = ["mxspec", "autoencoder", "_mxspec_pytestplugin.py"]
MNIST = "autoencoder/data/mnist"
CLONE_ALONE = {"mxspec/README.md", "autoencoder/README.md"}  # neither in the sdist nor in the wheel
SDIST_ALONE = {f"{MNIST}/train-{kind}-ubyte.gz" for kind in ("images-idx3", "labels-idx1")}
LARGEST_WHEEL = 9_000_000  # bytes
CORE = ["mxspec", "tests/mxspec", "tests/conformance"]
TOGETHER = ["tests/test_layers.py", "tests/test_names.py"]
REST = ["autoencoder", "tests/autoencoder", "tests/test_docs.py", "docs", "README.md"]


def _runs(python: Path) -> bool:
    """True if a command is a Python with which an environment can be made.

    A version manager may have a command for each version on the path, which fails if another is selected.
    """
    return (
        python.exists() and not subprocess.run([python, "-c", "import venv"], capture_output=True).returncode
    )


def _find(version: str) -> Path | None:
    """Return the path of a Python, or None if there is none that runs."""
    folders = [*map(Path, os.get_exec_path()), *Path.home().glob(f".pyenv/versions/{version}.*/bin")]
    for folder in folders:
        if _runs(python := folder / f"python{version}"):
            program = "import os, sys; print(os.path.realpath(sys.executable))"
            return Path(subprocess.check_output([python, "-c", program], text=True).strip())
    return None


FOUND = {version: python for version in PYTHONS if (python := _find(version))}
NEWEST = list(FOUND)[-1]
# nox takes the first command of a name, whether it runs or not.
os.environ["PATH"] = os.pathsep.join([*(str(path.parent) for path in FOUND.values()), os.environ["PATH"]])


def _lowest(version: str, extras: str) -> list[str]:
    """Return the lowest versions that setup.cfg admits with some extras, as pip takes them."""
    config = configparser.ConfigParser()
    config.read("setup.cfg")
    lists = [config["options"]["install_requires"]]
    lists += [config["options.extras_require"][extra] for extra in extras.split(",")]
    lines = [line for lines in lists for line in lines.splitlines() if line and not line.startswith("#")]
    floors: dict[str, Version] = {}
    for requirement in map(Requirement, lines):
        for floor in [Version(s.version) for s in requirement.specifier if s.operator == ">="]:
            floors[requirement.name] = max(floor, floors.get(requirement.name, floor))
    if version in LOWEST_NUMPY:  # the oldest of the other packages were made before this Python
        floors = {"hypothesis": floors["hypothesis"], "numpy": Version(LOWEST_NUMPY[version])}
    return [f"{name}=={floor}" for name, floor in floors.items()]


def _install(session: nox.Session, extras: str, versions: str, **options: Any) -> None:
    constraints = Path(session.create_tmp(), "constraints.txt")
    lowest = _lowest(str(session.python), extras) if versions == "lowest" else []
    constraints.write_text("\n".join(lowest))
    session.install("--constraint", str(constraints), "--editable", f".[{extras}]", **options)
    session.run("python", "-m", "pip", "list", silent=False)


@nox.session(python=PYTHONS)
@nox.parametrize("versions", VERSIONS, ids=VERSIONS)
def core(session: nox.Session, versions: str) -> None:
    """Test mxspec with nothing but what it needs, without autoencoder."""
    _install(session, "test", versions, env={"MXSPEC_WHEEL": "mxspec"})
    alone = {"PYTHONPATH": str(Path("tests", "alone").resolve())}
    session.run("python", "-m", "pytest", "-q", *CORE, *session.posargs, env=alone)


@nox.session
@nox.parametrize(
    "python, versions",
    [("3.11", "lowest"), ("3.11", "newest"), ("3.12", "newest")],
    ids=["3.11, lowest", "3.11, newest", "3.12, newest"],
)
def mxnet(session: nox.Session, versions: str) -> None:
    """Test the networks on MXNet, and their export."""
    _install(session, "export,test", versions)
    session.run("python", "-m", "pytest", "-q", *TOGETHER, *REST, *session.posargs)


@nox.session
@nox.parametrize(
    "python, versions", [("3.11", "lowest"), (NEWEST, "newest")], ids=["3.11, lowest", f"{NEWEST}, newest"]
)
def onnx(session: nox.Session, versions: str) -> None:
    """Test the networks on ONNX Runtime, without MXNet."""
    _install(session, "onnx,test", versions)
    session.run("python", "-m", "pytest", "-q", *REST, *session.posargs)


@nox.session(python=NEWEST)
def dist(session: nox.Session) -> None:
    """Build the sdist and the wheel into dist/, and compare their content with the sources."""
    session.install("build", "twine")
    for old in Path("dist").glob("mxspec-*"):
        old.unlink()
    session.run("python", "-m", "build")
    [wheel], [sdist] = Path("dist").glob("*.whl"), Path("dist").glob("*.tar.gz")
    session.run("python", "-m", "twine", "check", "--strict", str(wheel), str(sdist))
    sources = set(subprocess.check_output(["git", "ls-files", *PACKED], text=True).splitlines()) - CLONE_ALONE
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        [about] = [name for name in names if name.endswith(".dist-info/METADATA")]
        metadata = archive.read(about).decode()
    info = about.removesuffix("METADATA")
    _compare(session, wheel, {name for name in names if not name.startswith(info)}, sources - SDIST_ALONE)
    with tarfile.open(sdist) as archive:
        files = {member.name.partition("/")[2] for member in archive if member.isfile()}
    _compare(session, sdist, {name for name in files if name.split("/")[0] in PACKED}, sources)
    if wheel.stat().st_size > LARGEST_WHEEL:
        session.error(f"the wheel has {wheel.stat().st_size} bytes, of {LARGEST_WHEEL} at most")
    for file in ("LICENSE", f"{MNIST}/LICENSE"):
        if f"{info}licenses/{file}" not in names or f"License-File: {file}\n" not in metadata:
            session.error(f"the wheel lacks the license {file}")
    if "License-Expression: Apache-2.0 AND CC-BY-SA-3.0\n" not in metadata:
        session.error(f"the metadata have no license expression:\n{metadata[:1000]}")


def _compare(session: nox.Session, file: Path, packed: set[str], expected: set[str]) -> None:
    if packed != expected:
        lacks, has = sorted(expected - packed), sorted(packed - expected)
        session.error(f"{file} lacks {lacks}, and has too much: {has}")


@nox.session(python=NEWEST, requires=["dist"])
@nox.parametrize("extras", ["", "[onnx,web]"], ids=["alone", "with onnx"])
@nox.parametrize("file", ["*.tar.gz", "*.whl"], ids=["sdist", "wheel"])
def installed(session: nox.Session, file: str, extras: str) -> None:
    """Install what dist built into an empty environment, and use it and run README there."""
    [path] = Path("dist").resolve().glob(file)
    # Without the cache, in which pip keeps a wheel for each path of an sdist, whatever is in it by now.
    session.install("--no-cache-dir", f"mxspec{extras} @ {path.as_uri()}")
    program = Path("tests", "installed", "with_onnx.py" if extras else "alone.py").resolve()
    readme = Path("README.md").resolve()
    session.chdir(session.create_tmp())
    session.run("python", "-I", str(program), str(readme))
