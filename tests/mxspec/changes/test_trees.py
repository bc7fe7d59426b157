"""Each version of a file is run in its own tree, with its own modules."""

import contextlib
import sys

import pytest

import mxspec as s
from mxspec.changes.versions import SharedModulesWarning, compare_files, compare_with_revision
from tests.mxspec.changes.edits import edit_of, specs_of
from tests.mxspec.changes.repositories import commit_tree, write_tree

pytestmark = pytest.mark.few(2)

HEAD = "import mxspec as s\n"
LIMITS = {"shop/__init__.py": "", "shop/limits.py": "MAX = 10\nMIN = 0"}
ABSOLUTE = HEAD + "from shop.limits import MAX\ns.def_('shop/n', s.int_in(0, MAX))"
RELATIVE = HEAD + "from .limits import MAX\ns.def_('shop/n', s.int_in(0, MAX))"
BY_MODULE = HEAD + "from shop import limits\ns.def_('shop/n', s.and_(int, lambda x: x < limits.MAX))"
LATE = """
    import mxspec as s
    def is_less(x):
        from .limits import MAX
        return x < MAX
    s.def_('shop/n', s.and_(int, is_less))
"""
BY_NAME = """
    import mxspec as s
    from shop.limits import MAX
    s.def_('shop/limit', s.int_in(0, MAX))
    s.def_('shop/n', s.and_(int, lambda x: s.valid('shop/limit', x)))
"""
EVERYTHING = """
    import dataclasses, enum, functools, re, threading
    import mxspec as s
    import pydantic
    from .limits import MAX
    from . import limits

    class User(pydantic.BaseModel):
        name: str
        age: int = pydantic.Field(le=MAX)

        @pydantic.field_validator("name")
        @classmethod
        def strip(cls, name):
            return name.strip()

    class Kind(enum.Enum):
        A = 1

    @dataclasses.dataclass
    class Point:
        x: int

    class Above:
        def __init__(self, n):
            self.n = n

        def __call__(self, x):
            return x > self.n

    def below(n):
        return lambda x: x < n

    def late(x):
        from .limits import MAX as most
        return x < most

    LOCK = threading.Lock()
    HEX, ALLOWED = re.compile("[0-9a-f]+"), [1, 2]
    for name, spec in {
        "user": User,
        "typed": s.from_type(User),
        "list": s.coll_of(User),
        "kind": Kind,
        "point": s.from_type(Point),
        "above": s.and_(int, Above(3)),
        "below": s.and_(int, below(MAX)),
        "partial": s.and_(int, functools.partial(max, MAX)),
        "late": s.and_(int, late),
        "hex": s.and_(str, HEX.fullmatch),
        "allowed": s.and_(int, lambda x: x in ALLOWED),
        "locked": s.and_(int, lambda x: LOCK is not None),
        "module": s.and_(int, lambda x: x < limits.MAX),
        "made": pydantic.create_model("Made", x=(int, 0)),
    }.items():
        s.def_(f"shop/{name}", spec)

    @s.fdef
    def price(x: int, n: int = 1) -> int:
        return x * n
"""


@pytest.fixture
def repository(tmp_path):
    """A function that makes a repository of files, writes others over them, and compares shop/contract.py."""

    def compare(files, changes=(), only=()):
        commit_tree(tmp_path, files)
        write_tree(tmp_path, dict(changes))
        answers = compare_with_revision(tmp_path / "shop" / "contract.py", "main", only, num_tests=20)
        return {change.name: change for change in answers}

    return compare


def test_a_file_beside_itself_is_the_same(repository):
    changes = repository({**LIMITS, "shop/contract.py": EVERYTHING})
    assert len(changes) == 15
    assert {name for name, change in changes.items() if change.change != "same"} == set()


def test_a_file_is_the_same_as_itself_by_its_path(tmp_path):
    write_tree(tmp_path, {**LIMITS, "shop/contract.py": EVERYTHING})
    file = tmp_path / "shop" / "contract.py"
    assert {change.change for change in compare_files(file, file)} == {"same"}


@pytest.mark.parametrize("text", [ABSOLUTE, RELATIVE, BY_MODULE, LATE, BY_NAME])
@pytest.mark.parametrize("package", [LIMITS, {"shop/limits.py": LIMITS["shop/limits.py"]}])
def test_a_module_beside_a_file_is_that_of_its_revision(repository, text, package):
    before = set(sys.modules)
    changes = repository({**package, "shop/contract.py": text}, {"shop/limits.py": "MAX = 5\nMIN = 0"})
    assert changes["shop/n"].answer.witness == 5
    assert not {"shop", "shop.contract", "shop.limits"} & (set(sys.modules) - before)


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ("le=MAX", "lt=MAX", {"user", "typed", "list"}),
        ("name.strip()", "name", {"user", "typed", "list"}),
        ("x: int\n", "x: str\n", {"point"}),
        ("A = 1", "A = 1; B = 2", {"kind"}),
        ("ALLOWED = re.compile", "ALLOWED = re.compile", set()),
    ],
)
def test_a_change_of_a_class_is_seen(repository, before, after, changed):
    assert before in EVERYTHING
    changes = repository(
        {**LIMITS, "shop/contract.py": EVERYTHING}, {"shop/contract.py": EVERYTHING.replace(before, after)}
    )
    classes = {"user", "typed", "list", "point", "kind"}
    assert {name for name in classes if changes[f"shop/{name}"].change != "same"} == changed


def test_data_that_a_file_reads_are_those_of_its_revision(repository):
    text = """
        import json, pathlib
        import mxspec as s
        LIMITS = json.loads(pathlib.Path(__file__).with_name("limits.json").read_text())
        s.def_("shop/n", s.and_(int, lambda x: x < LIMITS["most"]))
        s.def_("shop/word", {*LIMITS["words"]})
    """
    before = {"shop/contract.py": text, "shop/limits.json": '{"most": 10, "words": ["a", "b"]}'}
    changes = repository(before, {"shop/limits.json": '{"most": 5, "words": ["a"]}'})
    assert (changes["shop/n"].answer.witness, changes["shop/word"].answer.witness) == (5, "b")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import sys\nsys.exit(0)", "raises SystemExit: 0"),
        ("1 / 0", "raises ZeroDivisionError"),
        ("def f(:", "can't be read as a file of specs"),
    ],
)
def test_a_file_that_ends_is_an_error(repository, text, words):
    with pytest.raises(s.SpecError, match=words):
        repository({"shop/contract.py": HEAD + "s.def_('shop/n', int)"}, {"shop/contract.py": text})


def test_what_git_does_not_have_is_said(repository, tmp_path):
    with pytest.raises(s.SpecError, match=r"shop/contract\.py is not in main"):
        repository({"shop/other.py": ""}, {"shop/contract.py": HEAD})
    with pytest.raises(s.SpecError, match="no revision 'mian'"):
        compare_with_revision(tmp_path / "shop" / "contract.py", "mian")
    with pytest.raises(s.SpecError, match="not a git repository"):
        compare_with_revision("/contract.py", "main")


def test_a_module_of_neither_version_is_said_to_be_shared(tmp_path, monkeypatch):
    write_tree(tmp_path / "repository", {**LIMITS, "shop/contract.py": ABSOLUTE})
    write_tree(tmp_path / "before", {"contract.py": ABSOLUTE})
    monkeypatch.syspath_prepend(tmp_path / "repository")
    files = tmp_path / "before" / "contract.py", tmp_path / "repository" / "shop" / "contract.py"
    with pytest.warns(SharedModulesWarning, match=r"both versions import .*shop\.limits .* is not seen"):
        compare_files(*files)
    sys.modules.pop("shop.limits", None), sys.modules.pop("shop", None)


def test_a_module_that_both_versions_import_from_one_place_is_said_to_be_shared(tmp_path):
    write_tree(tmp_path, {**LIMITS, "before.py": ABSOLUTE, "after.py": ABSOLUTE})
    with pytest.warns(SharedModulesWarning, match=r"both versions import shop\.limits \("):
        compare_files(tmp_path / "before.py", tmp_path / "after.py")


def test_a_value_of_a_class_that_the_other_version_has_not_is_no_witness(tmp_path):
    text = """
        import mxspec as s
        class Kind:
            pass
        s.def_("shop/kind", s.with_gen(Kind, lambda: s.fmap(lambda _: Kind(), s.gen({1}))))
    """
    write_tree(tmp_path, {"old.py": text, "new.py": text + "\n        class Other: pass\n"})
    [change] = compare_files(tmp_path / "old.py", tmp_path / "new.py", num_tests=5)
    assert change.change == "same"
    write_tree(tmp_path, {"new.py": text.replace("pass", "x = 1")})
    [change] = compare_files(tmp_path / "old.py", tmp_path / "new.py", num_tests=5)
    assert change.answer.verdict == "not refuted"


def test_random_specs_of_a_file_are_the_same_beside_themselves(tmp_path):
    lines, names = ["import datetime, fractions, decimal, math, uuid", "import mxspec as s"], []
    for seed in range(40):
        sources = []
        with specs_of(edit_of(seed)) as versions, contextlib.suppress(s.SpecDefinitionError):
            sources += [s.source(spec) for spec in versions]  # annotations with metadata have none
        for source in sources:
            lines += [source.replace('"""', "#"), f"s.def_('random/n{len(names)}', s.spec(spec))"]
            names.append(f"random/n{len(names)}")
    write_tree(tmp_path, {"old.py": "\n".join(lines), "new.py": "\n".join(lines) + "\n# changed"})
    changes = compare_files(tmp_path / "old.py", tmp_path / "new.py", num_tests=5)
    assert len(names) > 30
    assert {*names} <= {change.name for change in changes}
    assert {change.change for change in changes} == {"same"}


@pytest.mark.parametrize(("data", "change"), [("1", "same"), ("2", "changed")])
def test_an_untouched_tree_is_the_same_wherever_it_is(repository, data, change):
    text = "import mxspec as s\ns.def_('shop/here', lambda x: str(x) in __file__)\n"
    files = {"shop/__init__.py": "", "shop/contract.py": text, "shop/data.txt": "1"}
    changes = repository(files, {"shop/data.txt": data})
    assert changes["shop/here"].change == change
