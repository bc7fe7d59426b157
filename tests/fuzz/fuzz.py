"""Fuzz the targets with atheris, or some of them by name, for so many seconds each.

    $ python -m tests.fuzz.fuzz 30

What makes a target raise is written to tests/fuzz/examples/TARGET, where a test asks it again from then on.
"""

import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parent / "examples"


def main(arguments):
    """Run each target in a process of its own, and return how many found something."""
    from tests.fuzz.targets import TARGETS

    seconds, *names = arguments or ["30"]
    failed = 0
    for name in names or TARGETS:
        command = [sys.executable, "-m", "tests.fuzz.fuzz", "--run", name, seconds]
        failed += bool(subprocess.run(command).returncode)
    return failed


def run(name, seconds):
    """Fuzz one target; libFuzzer ends the process."""
    import atheris

    folder, tried = EXAMPLES / name, Path("build", "fuzz", name)
    for path in (folder, tried):
        path.mkdir(parents=True, exist_ok=True)
    # The fuzzer sees lines of what is imported in here alone; readers are imported when a target is called.
    with atheris.instrument_imports(include=["mxspec", "autoencoder"]):
        from tests.fuzz.targets import TARGETS

        TARGETS[name](b"")
    options = [f"-max_total_time={seconds}", "-max_len=4096", "-timeout=20", "-rss_limit_mb=3000"]
    atheris.Setup(
        [sys.argv[0], *options, f"-artifact_prefix={folder}/", str(tried), str(folder)], TARGETS[name]
    )
    atheris.Fuzz()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        run(*sys.argv[2:])
    else:
        sys.exit(main(sys.argv[1:]))
