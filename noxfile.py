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
PACKED = {"mxspec": ["mxspec", "_mxspec_pytestplugin.py"], "mxspec-digits": ["autoencoder"]}
MNIST = "autoencoder/data/mnist"
CLONE_ALONE = {"mxspec/README.md", "autoencoder/README.md"}  # neither in the sdist nor in a wheel
SDIST_ALONE = {f"{MNIST}/train-{kind}-ubyte.gz" for kind in ("images-idx3", "labels-idx1")}
# Of each wheel the most bytes, the expression of its licenses, and their files.
WHEELS: dict[str, tuple[int, str, list[str]]] = {
    "mxspec": (1_050_000, "Apache-2.0", ["LICENSE"]),
    "mxspec-digits": (9_000_000, "Apache-2.0 AND CC-BY-SA-3.0", ["LICENSE", f"{MNIST}/LICENSE"]),
}
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
    """Build the sdist and the two wheels into dist/, and compare their content with the sources."""
    session.install("build", "twine")
    for old in Path("dist").glob("mxspec*"):
        old.unlink()
    session.run("python", "-m", "build", "--sdist")
    [sdist] = Path("dist").glob("*.tar.gz")
    # Each out of the sdist, in a folder of its own: what one build leaves behind would be in the other wheel.
    build = ["python", "-m", "pip", "wheel", "--no-deps", "--no-cache-dir", "--wheel-dir", "dist", str(sdist)]
    for wheel in WHEELS:
        session.run(*build, env={"MXSPEC_WHEEL": wheel})
    files = [sdist, *Path("dist").glob("*.whl")]
    session.run("python", "-m", "twine", "check", "--strict", *map(str, files))
    packed = [*PACKED["mxspec"], *PACKED["mxspec-digits"]]
    with tarfile.open(sdist) as archive:
        names = {member.name.partition("/")[2] for member in archive if member.isfile()}
    _compare(session, sdist, {name for name in names if name.split("/")[0] in packed}, _sources(packed))
    for name in WHEELS:
        _check_wheel(session, name)


def _sources(packed: list[str]) -> set[str]:
    return set(subprocess.check_output(["git", "ls-files", *packed], text=True).splitlines()) - CLONE_ALONE


def _wheel(name: str) -> Path:
    [wheel] = Path("dist").resolve().glob(f"{name.replace('-', '_')}-*.whl")
    return wheel


def _check_wheel(session: nox.Session, name: str) -> None:
    """Compare a wheel with its sources, and look up its licenses and its size."""
    wheel, (largest, expression, licenses) = _wheel(name), WHEELS[name]
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        [about] = [name for name in names if name.endswith(".dist-info/METADATA")]
        metadata = archive.read(about).decode()
    info = about.removesuffix("METADATA")
    content = {name for name in names if not name.startswith(info)}
    _compare(session, wheel, content, _sources(PACKED[name]) - SDIST_ALONE)
    if wheel.stat().st_size > largest:
        session.error(f"{wheel} has {wheel.stat().st_size} bytes, of {largest} at most")
    for file in licenses:
        if f"{info}licenses/{file}" not in names or f"License-File: {file}\n" not in metadata:
            session.error(f"{wheel} lacks the license {file}")
    if metadata.count("License-File: ") > len(licenses):
        session.error(f"{wheel} has more licenses than {licenses}")
    if f"License-Expression: {expression}\n" not in metadata:
        session.error(f"{wheel} has no license expression {expression}:\n{metadata[:1000]}")


def _compare(session: nox.Session, file: Path, packed: set[str], expected: set[str]) -> None:
    if packed != expected:
        lacks, has = sorted(expected - packed), sorted(packed - expected)
        session.error(f"{file} lacks {lacks}, and has too much: {has}")


@nox.session(python=NEWEST, requires=["dist"])
@nox.parametrize(
    "what, extras",
    [("mxspec", ""), ("wheels", ""), ("wheels", "[onnx,web]"), ("sdist", ""), ("sdist", "[onnx,web]")],
    ids=["mxspec", "wheels", "wheels with onnx", "sdist", "sdist with onnx"],
)
def installed(session: nox.Session, what: str, extras: str) -> None:
    """Install what dist built into an empty environment, and use it and run README there."""
    if what == "sdist":
        [path] = Path("dist").resolve().glob("*.tar.gz")
        requirements = [f"mxspec{extras} @ {path.as_uri()}"]
    else:
        requirements = [f"mxspec @ {_wheel('mxspec').as_uri()}"]
    if what == "wheels":
        requirements.append(f"mxspec-digits{extras} @ {_wheel('mxspec-digits').as_uri()}")
    # Without the cache, in which pip keeps a wheel for each path of an sdist, whatever is in it by now.
    session.install("--no-cache-dir", *requirements)
    programs = ["with_onnx.py"] if extras else ["alone.py", *(["both.py"] if what != "mxspec" else [])]
    readme = Path("README.md").resolve()
    paths = [Path("tests", "installed", program).resolve() for program in programs]
    session.chdir(session.create_tmp())
    for path in paths:
        session.run("python", "-I", str(path), str(readme))
