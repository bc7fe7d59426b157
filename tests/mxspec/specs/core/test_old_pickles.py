"""Pickles of earlier layouts of the package load, and those of today name public modules alone."""

import ast
import base64
import datetime as dt  # noqa: F401  # of the rows
import functools
import importlib
import json
import pickle
import pickletools
import zlib
from pathlib import Path
from typing import Annotated, Literal  # noqa: F401

import numpy as np
import pytest

import mxspec as s
from mxspec import addresses
from mxspec.specs.core.spec import walk
from tests.mxspec.kinds import OTHERS, kinds
from tests.processes import run_fresh
from tests.public_names import SUBJECTS

PICKLES = Path(__file__).parent / "pickles"
"""A file for each layout: the pickle of each row below, as the last commit of that layout wrote it."""

s.def_("old/age", s.int_in(0, 151))
s.def_("old/tree", s.or_(leaf=int, node=s.tuple_("old/tree", "old/tree")))

ROWS_OF_DATA = [{"id": i, "at": f"2020-01-{i % 28 + 1:02d}", "price": i % 7 / 2} for i in range(900)]


@functools.cache
def contract():
    return s.infer(ROWS_OF_DATA)


def examples():
    return s.from_examples(np.random.default_rng(0).normal(size=(600, 2)), of="points")


# Each row is written as a person writes it, since the file has the text beside the pickle.
WRITTEN = """
    s.spec(int)
    s.spec({1, None})
    s.and_(int, s.is_even)
    s.or_(a=int, b='old/age')
    s.with_gen(int, dict)
    s.int_in(0, 10)
    s.float_in(infinite=False, nan=False)
    s.str_in(1, 9, pattern='[a-z]+')
    s.inst_in(dt.datetime(2019, 1, 1), dt.datetime(2020, 1, 1))
    s.range_of(s.is_number, 0, 9.5)
    s.record_of(s.Profile, {'valid': int})
    s.keys(req_un={'a b': int}, opt_un={'c': 'old/age'}, closed=True)
    s.keys(req=['old/age', s.or_keys('old/tree', s.and_keys('a/b', 'a/c'))])
    s.keys_star(req_un=['old/age'])
    s.merge(s.keys(req=['old/age']), s.is_dict)
    s.frame(s.keys(req_un=['old/age']), library='polars')
    s.specs.less('a', 'b')
    s.specs.less('a', 'b', or_equal=True)
    s.cat(a=s.star(int), b=s.maybe(s.cat(c=str)))
    s.alt(a=int, b=s.plus(s.is_bool))
    s.amp(s.star(int), len)
    s.with_message(s.cat(a=int), 'one number')
    s.spec(s.star(int))
    s.tuple_(int, 'old/age')
    s.coll_of(int, kind=list, min_count=1, max_count=3, distinct=True)
    s.every(int, count=2)
    s.map_of(str, s.or_(a=int, b=str), conform_keys=True)
    s.every_kv(str, int)
    s.nilable('old/age')
    s.conformer(int, str)
    s.nonconforming(s.or_(a=int))
    s.with_message(int, 'a whole number is needed')
    s.multi_spec('kind', {'a': s.keys(req=['old/age'])})
    s.fspec(args=s.cat(x={1, 2}), ret=int)
    s.array((None, 2), 'float32', 0, 1, True)
    s.model_spec({1, 2}, len, str, threshold=s.conformal(range(1000)))
    examples()
    s.from_type(dict[str, list[int | None]])
    s.from_type(Annotated[tuple[Literal['a', 1], ...], s.Valid['old/age']])
    s.from_json_schema({'items': {'$ref': '#'}, 'maxItems': 2})
    s.get_spec('old/age')
    s.get_spec('old/tree')
    contract()
    s.INVALID
    s.is_even
    s.is_invalid
    s.valid
    s.Profile
    s.promise(contract())
    s.profile(contract(), ROWS_OF_DATA)
    s.profile(int, ['x', 1, 2])
    s.sketch(ROWS_OF_DATA)
    s.conformal(range(1000), of='numbers')
    s.Reading(3, confidence=0.5, score=2.0, reason='why')
    s.Valid[s.int_in(0, 10)]
    s.or_keys('a/b', s.and_keys('a/c', 'a/d'))
    s.conform(s.or_(a=int), 3)
    s.explain_data(s.keys(req_un={'a': int}), {'a': 'x'})
    s.check_compatible(s.int_in(0, 4), int)
    s.UnknownSpecError('message', spec='a/b', value=3, failure='some')
"""
TEXTS = [line.strip() for line in WRITTEN.strip().splitlines()]


def value_of(text):
    return eval(text)


def write(name):
    """Write the file of a layout."""
    rows = {text: pickle.dumps(value_of(text), protocol=4) for text in TEXTS}
    lines = {text: base64.b64encode(zlib.compress(data, 9)).decode() for text, data in rows.items()}
    (PICKLES / name).write_text(json.dumps(lines, indent=0) + "\n", "utf-8")


def loads(data):
    return pickle.loads(zlib.decompress(base64.b64decode(data)))


def answers(x):
    """The answers of a spec about values of many types, and the text of any other object."""
    xs = [3, "ab", None, [1], (1, 2), {"a": 1}, [{"a": 1}], ROWS_OF_DATA]
    return [
        repr(x),
        [repr(s.conform(x, value)) for value in xs] if s.is_spec(x) else getattr(x, "name", None),
    ]


OLD = [
    pytest.param(text, data, id=f"{path.stem} {text}")
    for path in sorted(PICKLES.iterdir())
    for text, data in json.loads(path.read_text("utf-8")).items()
]


@pytest.mark.parametrize(("text", "data"), OLD)
def test_a_pickle_of_an_earlier_layout_answers_as_the_object_made_today(text, data):
    again, today = loads(data), value_of(text)
    assert (type(again), answers(again)) == (type(today), answers(today))


def test_each_file_has_all_objects():
    files = [json.loads(path.read_text("utf-8")) for path in PICKLES.iterdir()]
    assert len(files) >= 1
    assert all([*file] == TEXTS for file in files)


# --- addresses --------------------------------------------------------------------------------------------


def modules_in(data):
    """The modules of this package that a pickle names."""
    texts, kept, modules = [], [], set()
    for code, argument, _ in pickletools.genops(data):
        if code.name.endswith("UNICODE"):
            texts.append(argument)
        elif code.name == "MEMOIZE":
            kept.append(texts[-1] if texts else None)
        elif code.name.endswith("BINGET"):
            texts.append(kept[argument])
        elif code.name == "STACK_GLOBAL":
            modules.add(texts[-2])
            texts.append(None)
        else:
            texts.append(None)
    return {module for module in modules if str(module).partition(".")[0] == "mxspec"}


def deep_modules(x):
    try:
        data = pickle.dumps(x, protocol=4)
    except (pickle.PicklingError, AttributeError):  # it holds a lambda, or a class within a function
        return set()
    return modules_in(data) - {"mxspec", *SUBJECTS}


def test_what_is_pickled_names_public_modules_alone():
    deep = {text: names for text in TEXTS if (names := deep_modules(value_of(text)))}
    # A public function or class by itself is pickled as Python does: by the file that defines it.
    assert deep == {
        "s.record_of(s.Profile, {'valid': int})": {"mxspec.inference.profile"},
        "s.is_invalid": {"mxspec.base.values"},
        "s.valid": {"mxspec.questions.operations"},
        "s.Profile": {"mxspec.inference.profile"},
    }


@pytest.mark.parametrize("spec", OTHERS, ids=repr)
def test_a_spec_of_each_kind_and_its_parts_name_public_modules_alone(spec):
    assert {repr(part): names for part in walk(spec) if (names := deep_modules(part))} == {}


def test_each_kind_has_an_address_and_each_address_is_right():
    assert [kind for kind in kinds() if not addresses.has_address(kind)] == []
    for module, names in addresses.MODULES.items():
        for name in names.split():
            assert getattr(importlib.import_module(module), name) is getattr(s.specs, name)
    assert all(not getattr(s.specs, name, None) for name in ("Zebra", "short_repr"))


class Child(s.Profile):
    """A class of a user, which may have the name of another."""


def test_a_class_of_a_user_is_pickled_as_all_classes_are():
    again = pickle.loads(pickle.dumps(Child("x", 3)))
    assert (type(again), again) == (Child, Child("x", 3))
    alike = type("Profile", (Child,), {})
    with pytest.raises(pickle.PicklingError, match="Profile"):
        pickle.dumps(alike("x", 3))


def test_a_pickle_with_an_unknown_name_says_so():
    data = pickle.dumps(s.spec(int)).replace(b"\x8c\tPredicate", b"\x8c\tPredicat2")
    with pytest.raises(AttributeError, match=r"no 'Predicat2', which a pickle names; a later version"):
        pickle.loads(data)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_each_protocol_will_do(protocol):
    for text in TEXTS:
        x = value_of(text)
        assert answers(pickle.loads(pickle.dumps(x, protocol=protocol))) == answers(x)


# --- addresses of earlier layouts -------------------------------------------------------------------------


def test_a_module_is_the_same_by_its_old_name():
    program = """
        import importlib, pkgutil, sys
        import mxspec
        from mxspec.addresses import MOVED, new_address

        count = 0
        for old, new in MOVED.items():
            module = importlib.import_module(f"mxspec.{new}")
            names = [each.name for each in pkgutil.iter_modules(getattr(module, "__path__", []))]
            for name in [f"mxspec.{old}.{each}" for each in names] or [f"mxspec.{old}"]:
                again, count = importlib.import_module(name), count + 1
                assert again is sys.modules[name] is importlib.import_module(new_address(name)), name
                assert again.__name__ == again.__spec__.name == new_address(name), name
        print(count)
    """
    assert int(run_fresh(program)) > 60


def test_a_module_that_never_was_is_none_by_an_old_name():
    for name in ("core.zebra", "zebra"):
        with pytest.raises(ModuleNotFoundError, match=f"No module named 'mxspec.{name}'"):
            importlib.import_module(f"mxspec.{name}")


def test_a_reload_keeps_one_finder():
    program = """
        import importlib, sys
        import mxspec
        importlib.reload(mxspec)
        print(sum(type(finder).__name__ == "OldAddresses" for finder in sys.meta_path))
    """
    assert run_fresh(program) == "1\n"


ROOT = Path(s.__file__).parents[1]


@pytest.mark.slow
def test_no_file_of_the_repository_imports_by_an_old_name():
    stale = {}
    for folder in ("mxspec", "autoencoder", "tests", "docs"):
        for path in (ROOT / folder).rglob("*.py"):
            nodes = [*ast.walk(ast.parse(path.read_text("utf-8")))]
            names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
            for node in nodes:
                if isinstance(node, ast.ImportFrom):
                    names |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
            if old := {name for name in names if addresses.new_address(name)}:
                stale[path.relative_to(ROOT).as_posix()] = old
    assert stale == {}
