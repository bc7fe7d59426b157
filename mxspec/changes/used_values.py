"""Tests whether values, functions and classes from two versions of a module are the same.

Two functions are the same if they run the same code on the same values: the values in their closures,
defaults and attributes, the globals that their code names, and the names that it reads from modules of the
version. Classes are compared by all their entries, whenever these were set, and by the objects that their
annotations name. Anything opaque counts as different: a C object that hides its state, a module that is
passed on as a whole, code that reads files, the environment, or specs under names that it computes. The
result of an installed function is assumed to depend on its arguments alone, unless its module or its name
shows that it reads something else, as `numpy.load` does.
"""

from __future__ import annotations
import __future__

import abc
import ast
import builtins
import collections
import contextlib
import copyreg
import datetime
import enum
import functools
import re
import sys
import types
import zoneinfo
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from mxspec.base.function_syntax import codes_in, name_nodes, syntax_of
from mxspec.base.value_types import VALUE_TYPES
from mxspec.base.values import identity_key
from mxspec.changes.shared_state import hides_class, place_of_class
from mxspec.specs.core.spec import Spec

EXACT: Final = (types.NoneType, *(cls for cls, row in VALUE_TYPES.items() if row.is_exact))
"""Types whose values equal no value of a different type."""

_PLAIN: Final = frozenset({types.NoneType, *(cls for cls, row in VALUE_TYPES.items() if row.has_hash)})
_ZONES: Final = (types.NoneType, datetime.timezone, zoneinfo.ZoneInfo)
_MUTABLE: Final = (list, dict, set, bytearray, collections.deque)

# Results that depend on more than the arguments, such as files and the environment: modules, builtins, and
# names of functions in any package, as in numpy.load.
_READING: Final = frozenset(
    {"os", "posix", "nt", "posixpath", "ntpath", "genericpath", "io", "_io", "pathlib", "sys", "subprocess"}
    | {"importlib", "pkgutil", "pkg_resources", "runpy", "imp", "inspect", "gc", "linecache", "tokenize"}
    | {"sqlite3", "_sqlite3", "dbm", "shelve", "mmap", "ctypes", "_ctypes", "socket", "shutil", "glob"}
    | {"fileinput", "tempfile", "zipfile", "tarfile", "configparser", "contextvars", "locale", "signal"}
    | {"urllib.request", "http", "multiprocessing", "threading", "asyncio", "atexit", "builtins.open"}
)
_READING_BUILTINS: Final = frozenset(
    {"open", "eval", "exec", "compile", "globals", "locals", "vars", "__import__", "input", "breakpoint"}
)
_READING_NAMES: Final = re.compile(
    r"(load|read|open|scan|connect|from_?file|genfromtxt|memmap|get_data|files$|resource)"
)
_HIDDEN: Final = frozenset(
    {"__globals__", "__builtins__", "__subclasses__", "f_globals", "f_locals", "gi_frame"}
)

# mxspec's functions that take the spec as first argument; the others may get names in any argument.
_ASKING: Final = frozenset({"valid", "conform", "explain", "explain_str", "explain_data", "decode", "encode"})

# Entries that are computed from the others, or that decide nothing.
_DERIVED: Final = re.compile(
    "__(dict|weakref|slots|module|doc|firstlineno|static_attributes|signature"
    "|pydantic_(?!core_schema).*|annotate.*|abstractmethods)__|_abc_impl"
)
_WORD: Final = re.compile(r"\w+")
_IDENTITY: Final = re.compile(r":\d+(?=\W|$)")  # pydantic's references hold the id of a class
_OWN_STATE: Final = ("__reduce__", "__reduce_ex__", "__getstate__")


class OwnPair(NamedTuple):
    """The modules that each of two versions imports separately; empty if both versions share one process.

    Attributes:
        old, new: the modules of each version by name.
        touched: the attributes that they set in modules that both share; the later version's value wins.
    """

    old: Mapping[str, types.ModuleType] = types.MappingProxyType({})
    new: Mapping[str, types.ModuleType] = types.MappingProxyType({})
    touched: frozenset[tuple[str, str]] = frozenset()


NOTHING: Final = OwnPair()


class Judges(NamedTuple):
    """The tests of the specs and the names within values.

    Attributes:
        same_spec: a function that tests whether two specs are the same.
        same_name: a function that tests whether a text names the same spec in both versions, or none in both.
        same_names: a function that tests whether all names stand for the same specs in both versions.
        own: the modules that each version imports separately.
        by_text: True if mutable values may be the same, though one of them may change later.
    """

    same_spec: Callable[[Spec, Spec], bool]
    same_name: Callable[[str], bool]
    same_names: Callable[[], bool]
    own: OwnPair = NOTHING
    by_text: bool = False


class UsedValues:
    """A comparison of values; it remembers the pairs that it has assumed to be the same."""

    def __init__(self, by: Judges, known: Mapping[Any, Any] = types.MappingProxyType({})) -> None:
        self._by = by
        self._known = known
        self._is_apart = bool(by.own.old or by.own.new)
        self._places = {place for place, _ in by.own.touched}
        self.assumed: dict[Any, Any] = {}  # by ids, with the objects, which keep them

    def assume(self, a: Any, b: Any) -> bool:
        """Assume from now on that two objects are the same; False if this is already assumed or known."""
        key = (id(a), id(b)) if type(a) is not str else a
        if key in self.assumed or key in self._known:
            return False
        self.assumed[key] = a, b
        return True

    def are_same(self, a: Any, b: Any) -> bool:
        """True if no difference between two values can be observed."""
        if issubclass(type(a), Spec) and issubclass(type(b), Spec):
            return self._by.same_spec(a, b)
        if hides_class(a) or hides_class(b):
            return False
        if a is b:
            is_shared = not (self._is_apart and _reads(a)) and not self._is_touched(a)
            return is_shared and self._names_alike(a)
        if type(a) in _PLAIN:
            return type(a) is type(b) and is_same_constant(a, b) and self._names_alike(a)
        if not self.assume(a, b):
            return True
        if isinstance(a, type) or isinstance(b, type):
            return isinstance(a, type) and isinstance(b, type) and self._classes(a, b)
        if type(a) is not type(b):
            return self._classes(type(a), type(b)) and self._states(a, b)
        if type(a) in _MUTABLE and not self._by.by_text:
            return False
        match a:
            case tuple() | list() | collections.deque() if type(a) in (tuple, list, collections.deque):
                return len(a) == len(b) and all(map(self.are_same, a, b))
            case dict() | types.MappingProxyType() if type(a) in (dict, types.MappingProxyType):
                return self.are_same((*a,), (*b,)) and all(map(self.are_same, a.values(), b.values()))
            case set() | frozenset() if type(a) in (set, frozenset):
                return self._members(a, b)
            case types.FunctionType():
                return self._functions(a, b)
            case functools.partial():
                rows = [(x.func, x.args, *x.keywords, *vars(x)) for x in (a, b)]
                values = [(*x.keywords.values(), *vars(x).values()) for x in (a, b)]
                return self.are_same(*rows) and self.are_same(*values)
            case types.MethodType():
                return self.are_same(a.__func__, b.__func__) and self.are_same(a.__self__, b.__self__)
            case types.BuiltinFunctionType() | types.MethodWrapperType():
                return a.__name__ == b.__name__ and self.are_same(a.__self__, b.__self__)
            case staticmethod() | classmethod():
                return self.are_same(a.__func__, b.__func__)
            case property():
                return self.are_same((a.fget, a.fset, a.fdel), (b.fget, b.fset, b.fdel))
            case functools.cached_property():
                return self.are_same((a.attrname, a.func), (b.attrname, b.func))
            case types.MemberDescriptorType() | types.GetSetDescriptorType() | types.WrapperDescriptorType():
                return bool(a.__name__ == b.__name__)
            case enum.Enum():
                return self.are_same(vars(a), vars(b))
            case types.ModuleType():
                return False
        return self._states(a, b)

    def _is_touched(self, x: Any) -> bool:
        """True if a version set an attribute in the class of an object that both versions share."""
        classes = x.__mro__ if isinstance(x, type) else type(x).__mro__
        return bool(self._places) and any(place_of_class(cls) in self._places for cls in classes)

    def _names_alike(self, x: Any) -> bool:
        return type(x) is not str or self._by.same_name(x)

    def _members(self, a: Any, b: Any) -> bool:
        if not all(type(x) in _PLAIN for x in (*a, *b)):
            return False
        keys = [{(type(x), identity_key(x)) for x in xs} for xs in (a, b)]
        return keys[0] == keys[1] and all(map(self._names_alike, a))

    def _states(self, a: Any, b: Any) -> bool:
        """True if two objects report the same state to pickle."""
        if isinstance(a, enum.Enum) and isinstance(b, enum.Enum):
            return self.are_same(vars(a), vars(b))
        if self._is_apart and _comes_from(type(a), _READING):
            return False
        states = [_state_of(x, type(a) is not type(b)) for x in (a, b)]
        return None not in states and self.are_same(*states)

    # --- functions ------------------------------------------------------------------------------------------

    def _functions(self, f: types.FunctionType, g: types.FunctionType) -> bool:
        if _bare(f.__code__) != _bare(g.__code__):
            return False
        values = [(x.__defaults__, x.__kwdefaults__, *map(_content_of, x.__closure__ or ())) for x in (f, g)]
        attributes = [[*x.__dict__.items()] for x in (f, g)]  # a list, since it is not passed on
        if not self.are_same(*values) or len(attributes[0]) != len(attributes[1]):
            return False
        if not all(map(self.are_same, *attributes)):
            return False
        return self._names_in(f, g)

    def _names_in(self, f: types.FunctionType, g: types.FunctionType) -> bool:
        """True if the names in the code of two functions have the same values in their modules."""
        codes = [*codes_in(f.__code__)]
        words = {name for code in codes for name in code.co_names}
        if not all(self._names_alike(x) for code in codes for x in code.co_consts):
            return False
        if self._is_apart and not _HIDDEN.isdisjoint(words):
            return False
        scopes = f.__globals__, g.__globals__
        node = syntax_of(f) or syntax_of(g) if words else None
        if node is None:
            # Of the names in the code of libraries, those of the builtins alone may be globals.
            pairs = ([_looked_up(scope, word) for scope in scopes] for word in words & vars(builtins).keys())
            return not words or (_has_no_file(f) and all(self.are_same(*pair) for pair in pairs))
        if scopes[0] is not scopes[1] and not all(map(_is_shared, _import_names(node))):
            return False
        local = {name for code in codes for name in (*code.co_varnames, *code.co_cellvars, *code.co_freevars)}
        return all(
            self._global(name, around, local, *scopes)
            for name, around in name_nodes(node)
            if _is_private(name.id) or name.id in words
        )

    def _global(
        self,
        name: ast.Name,
        around: Sequence[ast.AST],
        local: set[str],
        first: dict[str, Any],
        second: dict[str, Any],
    ) -> bool:
        """True if a global in a function, or the part of a module that is read there, is the same."""
        a, b = _looked_up(first, name.id), _looked_up(second, name.id)
        inner: ast.AST
        reads, word, inner, (outer, *others) = False, name.id, name, around
        if _is_private(word) or hides_class(a) or hides_class(b):
            return False
        while issubclass(type(a), types.ModuleType) and issubclass(type(b), types.ModuleType):
            if not (isinstance(outer, ast.Attribute) and isinstance(outer.ctx, ast.Load)):
                return a is b and not (self._is_apart and a.__name__ in _READING)  # it is passed on
            reads, word = reads or a.__name__ in _READING, outer.attr
            if _is_private(word) or (a.__name__, word) in self._by.own.touched:
                return False
            pair = getattr(a, word, _MISSING), getattr(b, word, _MISSING)
            if a is not b and _MISSING in pair:  # a function of the module may create it
                return False
            (a, b), inner, (outer, *others) = pair, outer, others
        if reads and self._is_apart and type(a) not in _PLAIN:
            return False
        if hides_class(a):
            return False
        if _looks_names_up(a) and not (word in _ASKING and _is_given_a_spec(outer, inner, first, local)):
            return self._by.same_names()
        return self.are_same(a, b)

    # --- classes --------------------------------------------------------------------------------------------

    def _classes(self, a: Any, b: Any) -> bool:
        """True if two classes have the same name, bases and entries, and their annotations the same names."""
        if a is b:
            return True
        if not (self._by.by_text or self._is_apart) or (a.__module__, a.__qualname__) != (
            b.__module__,
            b.__qualname__,
        ):
            return False
        self.assume(a, b)
        if not self.are_same(type(a), type(b)) or not self.are_same(a.__bases__, b.__bases__):
            return False
        if any(isinstance(x, abc.ABCMeta) and _is_registered(x) for x in (a, b)):
            return False
        rows = [
            {key: x for key, x in vars(cls).items() if not (_DERIVED.fullmatch(key) or _is_made_repr(x))}
            for cls in (a, b)
        ]
        schemas = [row.pop("__pydantic_core_schema__", {}) for row in rows]
        return (
            rows[0].keys() == rows[1].keys()
            and all(self._entries(rows[0][key], rows[1][key]) for key in rows[0])
            and all(type(schema) is dict for schema in schemas)
            and self._schemas(*schemas)
            and self._annotations(a, b)
        )

    def _entries(self, a: Any, b: Any) -> bool:
        return a is b or self.are_same(_unchanging(a), _unchanging(b))

    def _schemas(self, a: Any, b: Any) -> bool:
        """True if two core schemas of pydantic, or two parts of such schemas, are the same."""
        if type(a) is type(b) is str:
            return _IDENTITY.sub("", a) == _IDENTITY.sub("", b)
        if type(a) is type(b) and type(a) in (list, tuple):
            return len(a) == len(b) and all(map(self._schemas, a, b))
        if type(a) is type(b) is dict:
            keys = [{*each} - {"metadata"} for each in (a, b)]
            return keys[0] == keys[1] and all(self._schemas(a[key], b[key]) for key in keys[0])
        return a is b or self.are_same(a, b)

    def _annotations(self, a: type, b: type) -> bool:
        """True if the words in the annotations of two classes name the same objects in their modules."""
        rows = [vars(cls).get("__annotations__", {}) for cls in (a, b)]
        texts = [x if isinstance(x, str) else repr(x) for x in rows[0].values()]
        own = self._by.own
        scopes = [vars(modules.get(a.__module__, sys)) for modules in (own.old, own.new)]
        words = {word for text in texts for word in _WORD.findall(text)}
        return all(
            self._entries(scopes[0].get(word, _MISSING), scopes[1].get(word, _MISSING)) for word in words
            if not issubclass(type(scopes[0].get(word)), types.ModuleType)
        )  # fmt: skip


_MISSING: Final = enum.Enum("_MISSING", "VALUE").VALUE  # type: ignore[attr-defined]


def is_same_constant(a: Any, b: Any) -> bool:
    """True if two values of the same plain type are the same.

    Example:
        >>> is_same_constant(0.0, -0.0), is_same_constant(10**5000, 10**5000)
        (False, True)
    """
    if type(a) is int:
        return bool(a == b)  # repr refuses an int of too many digits
    return type(a) in _PLAIN and isinstance(getattr(a, "tzinfo", None), _ZONES) and repr(a) == repr(b)


def _is_made_repr(x: Any) -> bool:
    """True for a dataclass's `__repr__`, which its fields decide, and which holds the set of its calls."""
    code = getattr(getattr(x, "__wrapped__", None), "__code__", None)
    return type(x) is types.FunctionType and getattr(code, "co_qualname", "").startswith("__create_fn__.")


def _state_of(x: Any, is_own: bool) -> Any:
    """Return the state that rebuilds an object; None without one, or if its own class computes it."""
    if is_own and any(isinstance(vars(cls).get(n), types.FunctionType) and cls.__module__ != "dataclasses"
                      for cls in type(x).__mro__ for n in _OWN_STATE):  # fmt: skip
        return None
    with contextlib.suppress(Exception):
        reduce = copyreg.dispatch_table.get(type(x))
        state: Any = x.__reduce_ex__(4) if reduce is None else reduce(x)
        if isinstance(state, str):
            return state
        function, arguments, *more = state
        several = [tuple(y) if isinstance(y, Iterator) else y for y in more]
        return function, tuple(arguments), *map(_unchanging, several)
    return None


def _unchanging(x: Any) -> Any:
    """Return the entries of an object or a class as a snapshot that no later change affects."""
    if type(x) is tuple:
        return tuple(map(_unchanging, x))
    return types.MappingProxyType(x) if type(x) is dict else x


def _comes_from(x: Any, modules: frozenset[str]) -> bool:
    """True if a class or a function comes from one of some modules, or from inside it."""
    module = getattr(x, "__module__", None)
    return isinstance(module, str) and (module in modules or module.partition(".")[0] in modules)


def _reads(x: Any) -> bool:
    """True if the name or module of a value shows that its results may not rest on arguments alone."""
    if isinstance(x, types.ModuleType):
        return x.__name__ in _READING
    if not callable(x):
        return _comes_from(type(x), _READING)
    name = getattr(x, "__name__", "")
    if getattr(x, "__module__", None) == "builtins":
        return name in _READING_BUILTINS
    return _comes_from(x, _READING) or (
        not isinstance(x, type) and not _looks_names_up(x) and bool(_READING_NAMES.match(name))
    )


def _looks_names_up(x: Any) -> bool:
    """True for a function of mxspec that may take the name of a spec."""
    module = getattr(x, "__module__", None)
    is_of_mxspec = isinstance(module, str) and module.partition(".")[0] == "mxspec"
    return is_of_mxspec and module != "mxspec.predicates" and isinstance(x, types.FunctionType)


def _is_given_a_spec(call: ast.AST, function: ast.AST, names: Mapping[str, Any], local: set[str]) -> bool:
    """True if a function is called with a text or a spec, unchanged, and a value.

    The text is a constant of the code, so it is compared there; in `"shop/" + x` it would only be a part.
    """
    match call:
        case ast.Call(func=called, args=[spec, value], keywords=[]) if called is function:
            is_text = isinstance(spec, ast.Constant) and isinstance(spec.value, str)
            is_global = isinstance(spec, ast.Name) and spec.id not in local
            of = type(_looked_up(names, spec.id)) if isinstance(spec, ast.Name) else object
            is_spec = is_text or (is_global and issubclass(of, (Spec, type)))
            return is_spec and not isinstance(value, ast.Starred)
    return False


def _import_names(node: ast.AST) -> Iterator[str]:
    """Yield the modules that a function imports; of a relative import an empty name."""
    for each in ast.walk(node):
        match each:
            case ast.Import(names=several):
                yield from (alias.name for alias in several)
            case ast.ImportFrom(module=str(module), level=0):
                yield module
            case ast.ImportFrom():
                yield ""


def _is_private(name: str) -> bool:
    """True for a name that is another one inside a class, as `__limit`."""
    return name.startswith("__") and not name.endswith("__")


def _has_no_file(f: types.FunctionType) -> bool:
    """True for a method that dataclasses or namedtuple have made for a class; no file has its text."""
    is_of_tuple = str(f.__globals__.get("__name__")).startswith("namedtuple_")
    return is_of_tuple or f.__code__.co_qualname.startswith("__create_fn__.")


def _looked_up(names: Mapping[str, Any], name: str) -> Any:
    further = names.get("__builtins__", {})
    further = vars(further) if isinstance(further, types.ModuleType) else further
    return names.get(name, further.get(name, _MISSING))


def _is_shared(name: str) -> bool:
    """True if a module belongs to Python itself, and so to both versions."""
    return name.partition(".")[0] in sys.stdlib_module_names and name not in _READING


def _is_registered(cls: Any) -> bool:
    """True if classes are registered with an abstract class."""
    try:
        return bool(abc._get_dump(cls)[0])  # type: ignore[attr-defined]
    except (AttributeError, TypeError):
        return True


def _bare(code: types.CodeType) -> types.CodeType:
    """Return code without its position in the file, and whether its annotations are strings."""
    constants = (_bare(x) if isinstance(x, types.CodeType) else x for x in code.co_consts)
    return code.replace(
        co_firstlineno=1,
        co_linetable=b"",
        co_name="f",
        co_consts=tuple(constants),
        co_flags=code.co_flags & ~__future__.annotations.compiler_flag,
    )


def _content_of(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # it is empty
        return _MISSING
