"""Use both packages where nothing is installed but what they need, and so no network runs."""

import subprocess
import sys
from pathlib import Path

# The command line has all commands; those of networks say what to install.
command = Path(sys.executable).with_name("mxspec")
run = subprocess.run([command, "--help"], capture_output=True, text=True, check=True)
assert run.stdout.index("  infer  ") < run.stdout.index("  sample  ") < run.stdout.index("  train  "), run
for line in ["specs", "sample digits/image", "draw", "train", "post", "evaluate", "data from-folder a b"]:
    run = subprocess.run([command, *line.split()], capture_output=True, text=True)
    assert (run.returncode, run.stderr.count("\n")) == (2, 1), run.stderr
    name = line.split()[0]
    assert run.stderr.startswith(f"mxspec {name}: autoencoder needs one of two libraries: pip install"), run

# Those of mxspec need none, also where they may be about pictures.
Path("shop.py").write_text("import mxspec as s\ns.def_('shop/price', int)\nspec = s.int_in(0, 9)\n")
for line in ["sample shop/price --import shop", "sample shop.py", "specs --import shop"]:
    run = subprocess.run([command, *line.split()], capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, ""), run

# The data are there, and without networks a line says what to install.
program = "from autoencoder.data.idx import load; assert len(load('t10k')) == 10000"
subprocess.run([sys.executable, "-I", "-c", program], check=True)
for arguments in [["-c", "from autoencoder import digits"], ["-m", "autoencoder", "sample", "digits/image"]]:
    run = subprocess.run([sys.executable, "-I", *arguments], capture_output=True, text=True)
    assert run.returncode, arguments
    assert 'pip install "mxspec[mxnet]"' in run.stderr.splitlines()[-1], run.stderr
assert (run.returncode, len(run.stderr.splitlines())) == (2, 1), run.stderr
