"""The steps of the post in docs/post.md and the notebook, code that is the code, and tables of its forms."""

import ast
import doctest
import functools
import itertools
import json
import re
from pathlib import Path

import pytest

from autoencoder import post

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "post.md"
NOTEBOOK = ROOT / "docs" / "post.ipynb"
TABLES = ROOT / "tests" / "autoencoder" / "README.md"

# --- the steps --------------------------------------------------------------------------------------------

IMPORTS = (ast.Import, ast.ImportFrom)


def statements(source):
    """Return the statements of a program, without imports, each as Python writes it."""
    return [ast.unparse(line) for line in ast.parse(source).body if not isinstance(line, IMPORTS)]


def session(text):
    """Return the program that the examples of a text are."""
    return "".join(example.source for example in doctest.DocTestParser().get_examples(text))


def program_of(path):
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return session(text)
    cells = json.loads(text)["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def headings(path):
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return re.findall(r"^## (.+)$", text, re.MULTILINE)


def missing(steps, program):
    """Return the steps that a program does not have after those before them."""
    rest = iter(program)
    return list(itertools.islice((step for step in steps if step not in rest), 1))


TEXT = post.TEXT.read_text(encoding="utf-8")
each_page = pytest.mark.parametrize("path", [PAGE, NOTEBOOK], ids=lambda path: path.name)


@each_page
def test_a_page_has_the_statements_of_the_post_in_their_order(path):
    assert missing(statements(session(TEXT)), statements(program_of(path))) == []


@each_page
def test_a_page_has_the_headings_of_the_post_in_their_order(path):
    *steps, beyond = re.findall(r"^(.+)\n-+$", TEXT, re.MULTILINE)
    assert missing(steps, headings(path)) == []
    assert beyond.startswith("Beyond the post")


# In the order of the original post: what it evaluates, here in Python.
STEPS = [
    "s.def_('cats/cat-sounds'",
    "s.valid('cats/cat-sounds', 'meow')",
    "s.valid('cats/cat-sounds', 'bark')",
    "s.sample('cats/cat-sounds'",
    "s.def_('cats/even-number'",
    "s.sample('cats/even-number'",
    "s.def_('cats/cat-name', s.with_gen(str",
    "s.valid('cats/cat-name', 'Peaches')",
    "s.sample('cats/cat-name'",
    "def discriminate(image)",
    "im_sav('test-discriminator-image'",
    "discriminate(my_test_image)",
    "def generate(label)",
    "generated_test_image = generate(3)",
    "im_sav('generated-image'",
    "s.def_('mnist/mnist-number'",
    "s.valid('mnist/mnist-number', 3)",
    "s.valid('mnist/mnist-number', 11)",
    "s.sample('mnist/mnist-number'",
    "s.def_('mnist/mnist-image', s.with_gen(",
    "s.valid('mnist/mnist-image', my_test_image)",
    "test_model_spec('mnist/mnist-image', my_test_image",
    "def def_model_spec(name, spec, discriminate, generate)",
    "s.def_model_spec('mnist/even-mnist-image', s.and_('mnist/mnist-number', s.is_even)",
    "test_model_spec('mnist/even-mnist-image', my_test_image",
    "s.def_model_spec('mnist/odd-mnist-image', s.and_('mnist/mnist-number', s.is_odd)",
    "test_model_spec('mnist/odd-mnist-image', my_test_image",
    "s.def_model_spec('mnist/odd-over-2-mnist-image', s.and_('mnist/mnist-number', s.is_odd, lambda n: n > 2",
    "test_model_spec('mnist/odd-over-2-mnist-image', my_test_image",
]


@each_page
def test_a_page_has_every_step_of_the_original(path):
    program = iter(statements(program_of(path)))
    assert [step for step in STEPS if not any(line.startswith(step) for line in program)] == []


@pytest.mark.parametrize(
    "picture",
    [
        "originals",
        "test-discriminator-image",
        "generated-image",
        "sample-mnist-image",
        "sample-even-mnist-image",
        "sample-odd-mnist-image",
        "sample-odd-over-2-mnist-image",
    ],
)
def test_a_picture_stands_below_the_statement_that_draws_it(picture):
    text = PAGE.read_text(encoding="utf-8")
    statement = f'im_sav("{picture}"'
    if picture.startswith("sample-"):
        statement = f'test_model_spec("mnist/{picture.removeprefix("sample-")}"'
    below = text[text.index(statement) :]
    assert re.search(r"results/([\w-]+)\.jpg", below)[1] == picture


# --- the code that it shows -------------------------------------------------------------------------------


@functools.cache
def tree(path):
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def function(name, within):
    return next(node for node in within.body if isinstance(node, ast.FunctionDef) and node.name == name)


def body(node):
    """Return the statements of a function without its docstring."""
    lines = node.body[ast.get_docstring(node) is not None :]
    return [ast.unparse(line) for line in lines]


SHOWN = ast.parse(session(PAGE.read_text(encoding="utf-8")))


@pytest.mark.parametrize("file", ["discriminator", "generator"])
def test_the_module_of_each_file_is_made_alike(file):
    first, runs = (function("get_module", tree(f"autoencoder/{each}.py")) for each in ("auto_encoder", file))
    assert body(first) == body(runs)


@pytest.mark.parametrize("name", ["discriminate", "generate"])
def test_a_function_on_the_page_asks_the_network_as_the_one_that_ships(name):
    shown, runs = function(name, SHOWN), function(name, tree("autoencoder/model_specs.py"))
    assert calls_of_networks(shown) == calls_of_networks(runs) != []


def calls_of_networks(node):
    calls = [ast.unparse(each) for each in ast.walk(node) if isinstance(each, ast.Call)]
    return [call for call in calls if call.startswith("networks().")]


def test_what_the_macro_does_takes_six_lines():
    lines = ast.unparse(function("def_model_spec", SHOWN)).splitlines()
    assert len([line for line in lines if line]) == 6


# --- the tables -------------------------------------------------------------------------------------------

# The forms at the top of the original's files, and the specs in the comment block of model_specs.clj.
OF_A_NETWORK = """
    ns, def data-dir, def batch-size, when-not, def train-data, def test-data, def input, def output,
    defn get-symbol [], def data-desc, def model, def my-metric, defn train [num-epochs], comment"""
FORMS = {
    "auto_encoder.clj": OF_A_NETWORK,
    "discriminator.clj": f"{OF_A_NETWORK}, def label-desc",
    "generator.clj": f"{OF_A_NETWORK}, def label-desc",
    "model_specs.clj": """
        ns, def data-dir, def batch-size, when-not, defonce test-data, def data-desc, def label-desc,
        def discriminator-model, def generator-model, defn discriminate [image], defn generate [label],
        defmacro def-model-spec [spec-key spec discriminate-fn generate-fn],
        defn test-model-spec [spec test-value], comment, s/def ::mnist-number, s/def ::mnist-image,
        def-model-spec ::even-mnist-image, def-model-spec ::odd-mnist-image,
        def-model-spec ::odd-over-2-mnist-image""",
    "viz.clj": """
        ns, defn clip [x], defn get-img [raw-data channels height width flip],
        defn im-sav [{:keys [title output-path x flip]}]""",
}


def rows(file):
    """Return the rows of a file's table: the forms of Clojure, the cell of Python, what differs."""
    section = TABLES.read_text(encoding="utf-8").split(f"## {file}\n")[1].split("\n#")[0]
    cells = [re.findall(r"[^|]+", line) for line in section.splitlines() if line.startswith("| `")]
    return [(re.findall(r"`([^`]+)`", clojure), python, differs) for clojure, python, differs in cells]


ROWS = [(file, forms, python.strip(), differs) for file in FORMS for forms, python, differs in rows(file)]


@pytest.mark.parametrize("file", FORMS)
def test_a_table_lists_every_form_of_its_file_once(file):
    listed = [each for of, forms, *_ in ROWS if of == file for each in forms]
    assert sorted(listed) == sorted(" ".join(FORMS[file].split()).split(", "))


def names_in(nodes):
    """Return what statements define, by name: functions, classes, and what is assigned, also to self."""
    names = {}
    for node in nodes:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names[node.name] = node
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                parts = target.elts if isinstance(target, ast.Tuple) else [target]
                names |= {ast.unparse(part).removeprefix("self."): node for part in parts}
    return names


def definition(path, dotted):
    """Return the statement that defines a name, or an attribute of a class; None if there is none."""
    first, _, attribute = dotted.partition(".")
    node = names_in(tree(path).body).get(first)
    return names_in(ast.walk(node)).get(attribute) if attribute and node else node


LINK = re.compile(r"\[([^\]]+)\]\(\.\./\.\./([^)]+)\)(?: `([\w.]+)(?:\(([^)]*)\))?`)?")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1][0]}".replace(" ", "-"))
def test_each_form_of_python_exists_where_the_table_says(row):
    _, forms, python, _ = row
    if python == "as above":
        assert set(forms) <= {each for of, listed, *_ in ROWS if of == "auto_encoder.clj" for each in listed}
        return
    shown, path, name, arguments = LINK.fullmatch(python).groups()
    assert path in (shown, f"autoencoder/{shown}")
    assert (ROOT / path).is_file()
    if name:
        node = definition(path, name)
        assert node is not None
        if arguments:
            args = [*node.args.args, *node.args.kwonlyargs]
            assert missing(arguments.split(", "), [arg.arg for arg in args]) == []


FLOOR = ["auto_encoder", "discriminator", "generator", "model_specs", "viz"]
# What the third column says in code that is not Python of ours: forms of Clojure, options, a picture.
ELSEWHERE = re.compile(r":[\w?-]+( 2)?|--[\w-]+|[a-z]+-[a-z-]+|[a-z]+-0003\.params|s/conform|outputs")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1][0]}".replace(" ", "-"))
def test_what_differs_names_code_that_is_there(row):
    _, _, python, differs = row
    link = LINK.match(python)
    own = (ROOT / link[2]).read_text(encoding="utf-8") if link else ""
    ours = own + "".join((ROOT / "autoencoder" / f"{name}.py").read_text() for name in FLOOR)
    names = [name for name in re.findall(r"`([^`]+)`", differs) if not ELSEWHERE.fullmatch(name)]
    assert [name for name in names if name not in ours] == []


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("MNIST_IMAGE", "by the call of `def_model_spec`"),
        ("EVEN_MNIST_IMAGE", "by the call of `def_model_spec`"),
        ("odd_mnist_image", "by the decorator `def_model_spec`"),
        ("odd_over_2_mnist_image", "by the decorator `def_model_spec`"),
    ],
)
def test_a_spec_is_defined_in_the_way_that_the_table_says(name, way):
    [differs] = [differs for *_, python, differs in ROWS if python.endswith(f"`{name}`")]
    assert differs.strip().startswith(way)
    node = definition("autoencoder/model_specs.py", name)
    call = node.decorator_list[0] if isinstance(node, ast.FunctionDef) else node.value
    assert ast.unparse(call.func) == "s.def_model_spec"
    assert isinstance(node, ast.FunctionDef) is ("decorator" in way)


def test_a_name_that_is_not_there_is_noticed():
    assert definition("autoencoder/viz.py", "im_sav")
    assert definition("autoencoder/networks/run.py", "TrainingRun.data_dir")
    assert definition("autoencoder/networks/predictor.py", "Predictor.shape")
    assert not definition("autoencoder/viz.py", "im_save")
    assert not definition("autoencoder/networks/run.py", "TrainingRun.im_sav")
    assert not definition("autoencoder/networks/run.py", "Training.load")
