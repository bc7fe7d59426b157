"""Use mxspec where nothing is installed but what it needs; the argument is the path of README."""

import doctest
import importlib.metadata
import importlib.util
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import mxspec as s

assert "site-packages" in s.__file__, s.__file__
assert s.__version__ == importlib.metadata.version("mxspec")
for name in ["mxnet", "onnxruntime", "PIL", "matplotlib", "tqdm", "pydantic", "pytest", "tests"]:
    assert importlib.util.find_spec(name) is None, f"{name} is not needed"

# Specs check values, say what is wrong with them, and make some.
s.def_("user/age", s.int_in(0, 151))
user = s.def_("user/user", s.keys(req_un=["user/age"]))
assert s.valid(user, {"age": 40})
assert s.explain_str(user, {"aeg": 40}) == (
    "key 'age' is required; did you mean 'aeg'? - value: {'aeg': 40} spec: 'user/user'"
)
assert all(s.valid(user, value) for value in s.sample(user, 20, seed=0))
assert s.check_fn(abs, s.fspec(args=s.cat(x=int), ret=s.is_nat_int), num_tests=50, seed=1)
short = s.model_spec(s.int_in(1, 4), discriminate=len, generate=lambda n: "x" * n)
assert set(s.sample(short, 50, seed=0)) == {"x", "xx", "xxx"}
pixels = s.array(shape=(None, 4), dtype="float32", min=0, max=1)
assert all(s.valid(pixels, value) for value in s.sample(pixels, 5, seed=0))

# README's examples above its first extra give the answers that it shows.
first = Path(sys.argv[1]).read_text("utf-8").partition("pip install .")[0]
flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
test = doctest.DocTestParser().get_doctest(first, {}, "README", None, 0)
failures, examples = doctest.DocTestRunner(optionflags=flags).run(test)
assert examples > 5 > failures == 0, (failures, examples)

# The command line has a version, and drafts tests.
command = Path(sys.executable).with_name("mxspec")
run = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
assert run.stdout == f"mxspec {s.__version__}\n", run.stdout
Path("shop.py").write_text("import mxspec as s\ns.def_('shop/price', int)\n")
run = subprocess.run([command, "write", "shop"], capture_output=True, text=True, check=True)
assert "def test_shop_price(x):" in run.stdout, run.stdout
run = subprocess.run([command, "sample", "shop/price", "--import", "shop"], capture_output=True, text=True)
assert (run.returncode, run.stdout.count("\n"), run.stderr) == (0, 10, ""), run

# The commands about rows need no network.
with tempfile.TemporaryDirectory() as folder:
    rows, contract = Path(folder, "rows.jsonl"), Path(folder, "contract.py")
    rows.write_text("\n".join(f'{{"age": {i % 90}}}' for i in range(1000)), "utf-8")
    subprocess.run([command, "infer", rows, "-o", contract], check=True, stdout=subprocess.DEVNULL)
    rows.write_text('{"age": 90}', "utf-8")
    run = subprocess.run([command, "valid", contract, rows], capture_output=True, text=True)
    assert (run.returncode, "1 of 1 rows do not fit" in run.stdout) == (1, True), run

# Where mxspec is alone, its help lists its own commands, and a line says what to install for the others.
if importlib.util.find_spec("autoencoder") is None:
    run = subprocess.run([command, "--help"], capture_output=True, text=True, check=True)
    commands = re.findall(r"^  ([a-z][a-z-]*) +[A-Z]", run.stdout, re.MULTILINE)
    own = "infer valid split flag take-back diff write guard profile specs explain sample"
    assert commands == own.split(), run.stdout
    lines = ["train", "draw", "post", "evaluate", "data from-folder a b", "sample digits/image"]
    for line in [*lines, "valid digits/image six.png"]:
        run = subprocess.run([command, *line.split()], capture_output=True, text=True)
        assert (run.returncode, run.stderr.count("\n")) == (2, 1), run.stderr
        assert "mxspec-digits" in run.stderr, run.stderr
    assert importlib.metadata.metadata("mxspec")["License-Expression"] == "Apache-2.0"
