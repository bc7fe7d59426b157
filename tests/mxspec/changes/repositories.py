"""Git repositories for tests: a tree of files with a commit, and the files as they are now."""

import os
import subprocess
import textwrap


def write_tree(folder, files):
    """Write files, each by its path in a folder."""
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text))


def commit_tree(folder, files):
    """Make a repository of files, with one commit on the branch main."""
    write_tree(folder, files)
    who = {f"GIT_{role}_{part}": "a@b.c" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    inherited = {name: x for name, x in os.environ.items() if not name.startswith("GIT_")}
    for arguments in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "one"]):
        subprocess.run(["git", "-C", folder, *arguments], check=True, env={**inherited, **who})
