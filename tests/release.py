"""The rules of a release, and the tag of its commit.

    $ python -m tests.release check
    $ python -m tests.release tag

`make release` does both, and between them builds what is released, installs it, and runs README there.
Nothing is uploaded.
"""

import argparse
import re
import subprocess
import sys
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


def main(arguments, root=ROOT):
    """Return 0, or 2 where something keeps the commit from being released, which is printed."""
    parser = argparse.ArgumentParser(prog="python -m tests.release", description=__doc__)
    parser.add_argument("step", choices=["check", "tag"])
    step = parser.parse_args(arguments).step
    if lines := obstacles(root):
        print(*(f"no release: {line}" for line in lines), sep="\n", file=sys.stderr)
        return 2
    if step == "tag":
        version = version_of(root)
        git(root, "tag", "--annotate", f"v{version}", "--message", f"mxspec {version}")
        print(f"v{version} is tagged; dist/ has the files; nothing is uploaded")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
