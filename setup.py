"""Build the package: setup.cfg has its metadata but for the description, README with links that work.

An index shows README without the files beside it, so a link to one of them leads to the repository. Without
an address of the repository it is plain text, and a picture is its words.
"""

import configparser
import re
from pathlib import Path

ROOT = Path(__file__).parent
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
    )


if __name__ == "__main__":
    main()
