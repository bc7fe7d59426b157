"""The drafted test file: it passes for a good module, fails for each fault of a broken one, and is plain."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import mxspec as s
from mxspec.command_line.main import main
from mxspec.ghostwriter import write_negative_tests, write_tests

GOOD = """
import hypothesis.strategies as st
import numpy as np
import mxspec as s
import other

s.def_("good/name", s.with_gen(s.and_(str, s.is_seqable), lambda: st.text(max_size=3)))
s.def_("good/kind", {"b", "a", "c", "e", "d"})
s.def_("good/order", s.keys(req_un=["good/name"], opt_un=["good/kind"]))
s.def_("good/alias", "good/order")
s.def_("good/key", s.coll_of(s.or_(id=int, price=float)))
s.def_("good/number", s.with_gen(s.and_(str, s.conformer(int, str)), lambda: st.integers(0, 9).map(str)))
s.def_("good/lossy", s.with_gen(s.conformer(str), lambda: st.integers()))
s.def_("good/bag", s.coll_of(int, into=set))
s.def_("good/option", s.star(s.cat(name=str, value=s.alt(text=str, flag=bool), more=s.maybe(int))))
s.def_("good/pixels", s.array((2, 2), "float32"))
s.def_("good/no-generator", lambda x: x)
s.def_("good/" + "long-" * 12, int)
s.def_("good/" + "long-" * 12 + "er", int)
s.def_("other/from-here", int)
s.def_("good/gone", int), s.def_("good/gone", None)
s.def_model_spec("good/ramp", s.int_in(1, 9), lambda x: int(x.max()), lambda n: np.linspace(0, n, 5))
s.def_model_spec(
    "good/near",
    {"short", "long"},
    lambda x: "short" if x < 3 else "long",
    lambda label, z: (1 if label == "short" else 5) + z,
    latent=lambda: st.floats(-1, 1),
)
s.def_model_spec("good/read", {"a"}, lambda x: x[:1], input=s.with_gen(s.spec(str), lambda: st.just("ab")))

@s.fdef
def total(amount: int, *more: int) -> int:
    return amount + sum(more)

@s.fdef
async def later(amount: int) -> int:
    return amount

@s.fdef(args=s.cat(f=lambda x: x))
def apply(f):
    return f

s.fdef(apply, ret=int)
s.fdef("good/ghost", args=s.cat(), ret=int)

class Shop:
    @s.fdef
    def sell(self, amount: int) -> int:
        return amount

    @staticmethod
    @s.fdef
    def rounded(x: int) -> int:
        return x

@s.fdef(args=s.cat(x=s.spec(lambda x: x)))
def without_generator(x):
    return x
"""

MORE_CALLS = """
import pydantic
import posixpath

class Model(pydantic.BaseModel):
    a: int = pydantic.Field(ge=0)
    b: str = "x"

s.def_("good/model", Model)

@s.fdef
def named(a: int, *, b: str) -> int:
    return a

@s.fdef
def defaulted(a: int, b: str = "x") -> int:
    return a

@s.fdef
def steps(a: int):
    yield a

s.fdef(posixpath.basename, args=s.cat(path=str), ret=str)
"""

# Each name of a test that has to fail, and what is wrong.
FAULTS = {
    "broken_total": "@s.fdef\ndef total(x: int) -> str:\n    return x",
    "broken_back": 's.def_("broken/back", s.with_gen(s.conformer(str, lambda t: -int(t)), st.integers))',
    "broken_upper": (
        's.def_("broken/upper", s.with_gen(s.conformer(str.upper, str), lambda: st.sampled_from(["a", "b"])))'
    ),
    "broken_generator": 's.def_("broken/generator", s.with_gen(s.spec(int), lambda: st.just("x")))',
    "generator_of_broken_half": (
        's.def_("broken/half", s.with_gen(s.spec(s.is_even), lambda: st.integers(0, 9)))'
    ),
    "broken_none": 's.def_("broken/none", s.coll_of({1, 2}, kind=set, min_count=3))',
    "broken_unknown": 's.def_("broken/unknown", s.coll_of("broken/nme"))',
    "agreement_of_broken_model": (
        's.def_model_spec("broken/model", {1, 2}, lambda x: 1 if x == 1 else 2, lambda label: 3 - label)'
    ),
}
BROKEN = "\n".join(["import mxspec as s", "import hypothesis.strategies as st", *FAULTS.values()])


def run(*command, cwd, **environment):
    return subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(Path(s.__file__).parents[1]), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def mxspec(*arguments, cwd, **environment):
    return run("-m", "mxspec", "write", *arguments, cwd=cwd, **environment)


@pytest.fixture
def folder(tmp_path):
    few = "settings.register_profile('few', max_examples=15); settings.load_profile('few')"
    (tmp_path / "conftest.py").write_text(f"from hypothesis import settings; {few}\n")
    (tmp_path / "other.py").write_text('import mxspec as s\ns.def_("other/there", int)\n')
    (tmp_path / "good.py").write_text(GOOD)
    (tmp_path / "broken.py").write_text(BROKEN)
    return tmp_path


@pytest.mark.slow
def test_the_file_for_a_good_module_is_plain_and_passes(folder):
    written = mxspec("good", "-o", "test_good.py", cwd=folder, PYTHONHASHSEED="1")
    assert written.stdout.startswith("test_good.py: 24 tests; to run them: python -m pytest test_good.py")
    text = (folder / "test_good.py").read_text()
    assert text == mxspec("good", cwd=folder, PYTHONHASHSEED="2").stdout
    assert "other/from-here" in text
    assert "other/there" not in text
    assert not re.search(r"gone|\d{4}-\d\d|0x|" + re.escape(str(folder)), text)
    assert max(len(line) for line in text.splitlines() if "long-" not in line) <= 88
    tests = [node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    assert len(tests) == len(set(tests)) == 24
    comments = [line for line in text.splitlines() if line.lstrip().startswith("#")]
    for words in (
        "good/no-generator",
        "good/Shop.sell needs an instance",
        "no inverse",
        "into=",
        "good/ghost",
    ):
        assert any(words in line for line in comments), words
    ran = run("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", cwd=folder)
    assert ran.returncode == 0, ran.stdout
    assert "24 passed" in ran.stdout
    formatted = run("-m", "ruff", "format", "--isolated", "--check", "test_good.py", cwd=folder)
    assert formatted.returncode == 0 or "No module named ruff" in formatted.stderr, formatted.stdout
    for config in (["--isolated"], ["--config", str(Path(__file__).parents[2] / ".ruff.toml")]):
        ruff = run("-m", "ruff", "check", *config, "test_good.py", cwd=folder)
        assert ruff.returncode == 0 or "No module named ruff" in ruff.stderr, ruff.stdout


@pytest.mark.slow
def test_the_file_for_a_broken_module_fails_where_it_is_broken(folder):
    (folder / "test_broken.py").write_text(mxspec("broken", cwd=folder).stdout)
    ran = run("-m", "pytest", "-q", "-p", "no:cacheprovider", "-rA", "test_broken.py", cwd=folder)
    failed = re.findall(r"^FAILED test_broken.py::test_(\w+)", ran.stdout, re.MULTILINE)
    passed = re.findall(r"^PASSED test_broken.py::test_(\w+)", ran.stdout, re.MULTILINE)
    assert {*FAULTS} <= {*failed}
    # Values are filtered, so that these themselves are as they should be.
    assert {"broken_half", "broken_model"} <= {*passed}


@pytest.mark.slow
def test_the_draft_of_wrong_values_is_plain_and_passes(folder):
    (folder / "good.py").write_text(GOOD + MORE_CALLS)
    written = mxspec("good", "--negative", "-o", "test_good.py", cwd=folder, PYTHONHASHSEED="1")
    assert written.stdout.startswith("test_good.py: 36 tests;"), written.stderr
    text = (folder / "test_good.py").read_text()
    assert text == mxspec("good", "--negative", cwd=folder, PYTHONHASHSEED="2").stdout
    assert max(len(line) for line in text.splitlines() if "long-" not in line) <= 88
    comments = [line for line in text.splitlines() if line.startswith("#")]
    for words in (
        "good/no-generator",
        "good/lossy is not tested: it has no wrong values",
        "good/total takes",
    ):
        assert any(words in line for line in comments), words
    for call in (
        "asyncio.run(good.later(*",
        "next(good.steps(*",
        "good.named(*miss.value[:1], b=miss.value[1])",
    ):
        assert call in text
    ran = run("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", cwd=folder)
    assert "36 passed" in ran.stdout, ran.stdout
    formatted = run("-m", "ruff", "format", "--isolated", "--check", "test_good.py", cwd=folder)
    assert formatted.returncode == 0 or "No module named ruff" in formatted.stderr, formatted.stdout
    for config in (["--isolated"], ["--config", str(Path(__file__).parents[2] / ".ruff.toml")]):
        ruff = run("-m", "ruff", "check", *config, "test_good.py", cwd=folder)
        assert ruff.returncode == 0 or "No module named ruff" in ruff.stderr, ruff.stdout


@pytest.fixture
def imports(folder, monkeypatch):
    """The folder, from which modules are imported, and forgotten when the test ends."""
    monkeypatch.syspath_prepend(folder)
    yield folder
    for name in [name for name in s.registry() if name.startswith(("good/", "other/", "shop/"))]:
        s.def_(name, None)
    for module in ("good", "other", "shop"):
        sys.modules.pop(module, None)


@pytest.fixture
def write(imports, monkeypatch, capsys):
    """Run the command in the folder; return its exit code and what it writes to standard error."""
    monkeypatch.chdir(imports)

    def run_here(*arguments):
        try:
            code = main(["write", *arguments])
        except SystemExit as ended:
            code = ended.code
        return code, capsys.readouterr().err

    return run_here


def test_a_file_that_is_there_is_kept_unless_forced(folder, write):
    path = folder / "test_good.py"
    path.write_text("mine")
    code, error = write("good", "-o", "test_good.py")
    assert code == 2
    assert "test_good.py is there already; --force writes over it" in error
    assert path.read_text() == "mine"
    assert write("good", "-o", "test_good.py", "--force") == (0, "")
    assert "import good" in path.read_text()


@pytest.mark.parametrize(
    ("module", "words"), [("json", "json registers no specs"), ("no_such_module", "No module named")]
)
def test_a_module_without_specs_is_an_error(folder, write, module, words):
    code, error = write(module, "-o", "test_it.py")
    assert (code, error.count("\n")) == (2, 1)
    assert words in error
    assert not (folder / "test_it.py").exists()


def test_a_spec_without_a_name_is_tested_by_its_module(tmp_path, monkeypatch):
    text = "import mxspec as s\nspec = s.keys(req_un={'n': s.int_in(0, 10)}, closed=True)"
    (tmp_path / "contract_of_rows.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    draft = {}
    try:
        exec(write_tests("contract_of_rows"), draft)
        draft["test_contract_of_rows_spec"]()
    finally:
        sys.modules.pop("contract_of_rows", None)


def test_a_text_is_the_same_when_the_module_was_imported_before(imports):
    first = write_tests("good")
    s.def_("good/from-elsewhere", int)  # which is not the module's
    assert write_tests("good") == first


SHOP = """
import mxspec as s
s.def_("shop/price", s.int_in(1, 100))
s.def_("shop/any", s.is_any)
s.def_("shop/none", s.coll_of({1, 2}, kind=set, min_count=3))

@s.fdef
def pay(price: int, *, how: str = "card") -> int:
    return price
"""

# What stands where the guard is to be put, and the tests that fail then.
GUARDS = [
    ('s.valid("shop/price", x)', []),
    ("type(x) is int and 1 <= x <= 100", ["test_guard_of_shop_price", "test_wrong_shop_price"]),
    ("type(x) is int and 1 <= x < 99", ["test_guard_of_shop_price"]),
    ("[][x]", ["test_guard_of_shop_price"]),  # which raises
]


@pytest.fixture
def draft(imports):
    """The text of the draft for a shop."""
    (imports / "shop.py").write_text(SHOP)
    return write_negative_tests("shop")


@pytest.mark.few(3)
@pytest.mark.parametrize(("guard", "failing"), GUARDS)
def test_the_draft_of_wrong_values_fails_for_a_guard_with_a_fault(draft, guard, failing):
    assert draft.count('s.valid("shop/price", x)') == 1
    tests = {}
    many = draft.replace("(deadline=None)", "(deadline=None, max_examples=600)")  # one wrong value of some 30
    exec(many.replace('s.valid("shop/price", x)', guard), tests)
    failed = []
    for name in ("test_guard_of_shop_price", "test_wrong_shop_price"):
        try:
            tests[name]()
        except AssertionError:
            failed.append(name)
    assert failed == failing


def test_the_draft_of_wrong_values_says_what_it_leaves_out(draft):
    assert "# shop/any is not tested: it has no wrong values." in draft
    assert "def test_shop_none():" in draft  # which raises the error of the spec


def test_wrong_calls_are_refused_by_the_function_that_the_module_instruments(draft):
    tests = {}
    exec(draft, tests)
    with pytest.raises(BaseException, match="DID NOT RAISE"):
        tests["test_wrong_calls_of_shop_pay"]()
    s.instrument("shop/pay")
    try:
        tests["test_wrong_calls_of_shop_pay"]()
    finally:
        s.unstrument("shop/pay")


def test_the_command_drafts_wrong_values(imports, write):
    (imports / "shop.py").write_text(SHOP)
    assert write("shop", "--negative", "-o", "test_shop.py") == (0, "")
    assert "s.near_misses" in (imports / "test_shop.py").read_text()
