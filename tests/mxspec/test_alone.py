"""mxspec works where neither autoencoder nor a library of networks or pictures is installed."""

from pathlib import Path

import mxspec as s
from tests.processes import run_fresh

ROOM = Path(s.__file__).parent
ABSENT = ("autoencoder", "mxnet", "onnxruntime", "matplotlib", "PIL", "scipy", "tqdm", "sklearn")
BLOCK = f"""
import importlib, sys
class Absence:
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in {ABSENT!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Absence)
import mxspec as s
"""


def run_alone(program):
    return run_fresh(BLOCK + program)


def test_every_module_is_imported():
    modules = [
        ".".join(("mxspec", *path.relative_to(ROOM).with_suffix("").parts)).removesuffix(".__init__")
        for path in sorted(ROOM.rglob("*.py"))
    ]
    assert len(modules) > 150
    loaded = run_alone(f"for name in {modules}: importlib.import_module(name)\nprint(len(sys.modules))")
    assert int(loaded) > len(modules)


def test_every_name_of_the_package_is_there():
    assert run_alone("print(all(getattr(s, name) is not None for name in s.__all__))") == "True\n"


def test_arrays_are_checked_and_made_and_drawing_them_names_the_extra():
    program = """
image = s.array(shape=(4, 4), dtype="float32", min=0, max=1)
values = s.sample(image, 3, seed=0)
print(all(s.valid(image, x) for x in values), not s.valid(image, 2 * values[0] + 1))
try:
    s.show(values)
except ImportError as error:
    print(error)
"""
    lines = run_alone(program).splitlines()
    assert lines == ["True True", 'drawing needs Pillow 10.1 or later: pip install "mxspec[pictures]"']


def test_a_name_of_digits_names_the_distribution():
    program = """
import importlib.metadata
importlib.metadata.entry_points = lambda group: ()
try:
    s.valid("digits/image", 3)
except s.UnknownSpecError as error:
    print(error)
"""
    assert run_alone(program) == (
        "no spec is registered under 'digits/image'; "
        'pip install "mxspec-digits[onnx]", which has the names of digits/\n'
    )


def test_commands_run_and_their_help_lists_no_others(tmp_path):
    program = f"""
import importlib.metadata
importlib.metadata.entry_points = lambda group: ()
from mxspec.command_line.main import main
rows, contract = {str(tmp_path / "rows.jsonl")!r}, {str(tmp_path / "contract.py")!r}
with open(rows, "w") as file:
    file.writelines(f'{{{{"age": {{i % 90}}}}}}\\n' for i in range(1000))
print(main(["infer", rows, "-o", contract]), main(["valid", contract, rows]))
"""
    assert run_alone(program).splitlines()[-2:] == ["all 1,000 rows fit", "0 0"]
