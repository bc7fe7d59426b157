"""The rules of a release, and the tag of its commit.

    $ python -m tests.release check
    $ python -m tests.release measure
    $ python -m tests.release tag

`make release` does all, and after the check builds what is released, installs it, and runs README there. The
measure is what each wheel in dist/ brings to an empty environment. Both wheels have one version and one tag.
Nothing is uploaded.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
_SECTION = re.compile(r"^## (.*)$", re.MULTILINE)


def version_of(root):
    """Return the version of the package in a folder."""
    return re.findall(r'^__version__ = "(.+)"$', (root / "mxspec/_version.py").read_text("utf-8"), re.M)[0]


def git(root, *arguments):
    """Return what git prints."""
    return subprocess.check_output(["git", "-C", root, *arguments], text=True)


def obstacles(root):
    """Return a line for each reason why the commit that is checked out in a folder can't be released."""
    version = version_of(root)
    lines = []
    if changes := git(root, "status", "--porcelain").splitlines():
        lines.append(
            f"{len(changes)} files differ from the commit, the first is {changes[0][3:]}; commit them"
        )
    if git(root, "tag", "--list", f"v{version}"):
        lines.append(f"the tag v{version} is there; write another version into mxspec/_version.py")
    newest = _SECTION.search((root / "CHANGELOG.md").read_text("utf-8"))[1]
    if not re.fullmatch(rf"{re.escape(version)} - \d{{4}}-\d\d-\d\d", newest):
        lines.append(
            f"CHANGELOG.md begins with {newest!r}; write {version} and a date, as {version} - 2026-11-28"
        )
    return lines


INSTALLS = {
    "mxspec": ["mxspec"],
    "mxspec-digits": ["mxspec", "mxspec-digits"],
    "mxspec-digits[onnx]": ["mxspec", "mxspec-digits[onnx]"],
}
"""What people install, and the wheels that pip is told of, since they are on no index."""


def wheel_of(root, name):
    """Return the wheel of a distribution in dist/."""
    [wheel] = (root / "dist").glob(f"{name.replace('-', '_')}-*.whl")
    return wheel.resolve()


def measure(root, names):
    """Return a row about wheels that pip installs into an empty environment.

    These are the seconds that pip takes, with what it has in its cache, and those of the processor; the
    packages that it brings, their megabytes with byte code and those of the wheels' own; and the commands
    that `mxspec --help` lists.
    """
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = Path(folder, "bin", "python")
        before = {*Path(folder).glob("lib/python*/site-packages/*")}
        bare = [name.partition("[")[0] for name in names]
        lines = [f"{name} @ {wheel_of(root, own).as_uri()}" for name, own in zip(names, bare, strict=True)]
        start, work = time.monotonic(), sum(os.times()[2:4])
        subprocess.run([python, "-m", "pip", "install", "--quiet", *lines], check=True)
        seconds, work = time.monotonic() - start, sum(os.times()[2:4]) - work
        new = {*Path(folder).glob("lib/python*/site-packages/*")} - before
        own = [path for path in new if path.name.startswith(("mxspec", "_mxspec", "autoencoder"))]
        text = subprocess.check_output([Path(folder, "bin", "mxspec"), "--help"], text=True)
        return {
            "seconds": round(seconds, 1),
            "of the processor": round(work, 1),
            "packages": sum(path.suffix == ".dist-info" for path in new),
            "MB": megabytes(new),
            "MB of its own": megabytes(own),
            "commands": re.findall(r"^  ([a-z][a-z-]*) +[A-Z]", text, re.MULTILINE),
        }


def megabytes(paths):
    """Return the size of files and folders."""
    files = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*"))]
    return round(sum(file.stat().st_size for file in files if file.is_file()) / 1e6, 1)


def print_measures(root):
    """Print what each wheel brings, a row each."""
    for name in ("mxspec", "mxspec-digits"):
        wheel = wheel_of(root, name)
        print(f"{wheel.name}: {megabytes([wheel])} MB to download")
    seen = []
    for name, wheels in INSTALLS.items():
        row = measure(root, wheels)
        new = [command for command in row.pop("commands") if command not in seen]
        seen += new
        more = f"; commands: {' '.join(new)}" if new else ""
        print(f"pip install {name!r}: {', '.join(f'{value} {key}' for key, value in row.items())}{more}")


def main(arguments, root=ROOT):
    """Return 0, or 2 where something keeps the commit from being released, which is printed."""
    parser = argparse.ArgumentParser(prog="python -m tests.release", description=__doc__)
    parser.add_argument("step", choices=["check", "measure", "tag"])
    step = parser.parse_args(arguments).step
    if step == "measure":
        print_measures(root)
        return 0
    if lines := obstacles(root):
        print(*(f"no release: {line}" for line in lines), sep="\n", file=sys.stderr)
        return 2
    if step == "tag":
        version = version_of(root)
        git(root, "tag", "--annotate", f"v{version}", "--message", f"mxspec and mxspec-digits {version}")
        print(f"v{version} is tagged, for mxspec and mxspec-digits; dist/ has the files; nothing is uploaded")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
