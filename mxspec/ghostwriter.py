"""Test files for what a module registers, which the command `mxspec write` prints: write_tests, and
write_negative_tests for values to refuse.

A ghostwriter writes a first draft, to be kept and edited (as Hypothesis's does): plain pytest, the same text
each time. The structure of a spec alone decides the assertions of its test. So a fault in the module fails
the test, and never weakens it.
"""

from __future__ import annotations

import importlib
import inspect
import json
import re
import textwrap
from collections.abc import Callable, Iterator
from typing import Any, Final

from mxspec.base import names
from mxspec.base.forms import is_word
from mxspec.base.messages.text import in_one_line
from mxspec.base.values import short_repr
from mxspec.changes.borders.inner import spec_behind
from mxspec.errors import GeneratorError, SpecError
from mxspec.functions.arguments import parameters_of, tags
from mxspec.functions.check import checkable_fns
from mxspec.functions.fspec import FSpec
from mxspec.functions.locations import find_function, locate
from mxspec.models.model_spec import ModelSpec
from mxspec.near.guard import check_guard
from mxspec.near.misses import NearMiss, near_misses
from mxspec.questions.examples import sample
from mxspec.specs.collections import Every
from mxspec.specs.compiled import valid_test
from mxspec.specs.core.spec import Spec, walk
from mxspec.specs.regex.combinators import Alt, Amp, Cat, Maybe
from mxspec.specs.wrappers import Conformer
from mxspec.transform.annotations.model_instances import ModelInstance

_LINE: Final = 88  # characters of a comment
_LONGEST: Final = (42, 42)  # characters of a name in a call and in a test's own name, so that lines fit
_LONGEST_OF_GUARDS: Final = (20, 32)
_LONGEST_OF_CALLS: Final = 64

_HEAD: Final = '''\
# isort: skip_file
"""{about}"""

{imports}
'''

_CHECK: Final = '''\
def test_{test}():
    """Calls with generated arguments keep to the spec of the function."""
    assert s.check({name})
'''

_EXAMPLES: Final = '''\
@settings(deadline=None)
@given(s.gen({name}))
def test_{test}(x):
    """Examples are valid{and_so_on}."""
    assert s.valid({name}, x)
'''

_ROUND_TRIP: Final = """\
    conformed = s.conform({name}, x)
    assert are_equal(s.unform({name}, conformed), x)
"""

_GENERATOR: Final = '''\
@settings(deadline=None)
@given(s.get_spec({name}).gen_fn())
def test_generator_of_{test}(x):
    """What the generator of its author makes is valid before it is filtered."""
    assert s.valid({name}, x)
'''

_AGREEMENT: Final = '''\
def test_agreement_of_{test}():
    """Of 100 generated values at least {least} are read as the label they were made of."""
    spec = s.get_spec({name})
    labels = s.sample(spec.label_spec, 100, seed=0)
{latents}    read = [spec.read(x).label for x in map({make})]
    assert sum(map(are_equal, labels, read)) >= {least}, list(zip(labels, read, strict=True))
'''

_ERROR: Final = '''\
def test_{test}():
    """There are examples."""
    assert s.sample({name}, 1)
'''

_GUARD: Final = '''\
def accepts_{test}(x):
    """True if x may pass; False or an error refuses it."""
    # Put your guard here: a handler, a client's call, a model.
{decoded}    return s.valid({name}, x)


def test_guard_of_{test}():
    """The guard agrees with the spec on both sides of each border."""
    assert s.check_guard(accepts_{test}, {name}{lax})


@settings(deadline=None)
@given(s.near_misses({name}))
def test_wrong_{test}(miss):
    """The guard refuses values that are wrong in one part."""
    passed = passes(accepts_{test}, miss.value)
    assert {or_lax}not passed, miss.problem
'''

_PASSES: Final = '''\
def passes(guard, x):
    """True if a guard lets x pass: it answers True, and raises no error."""
    with contextlib.suppress(Exception):
        return guard(x)
    return False
'''

_CALLS: Final = '''\
@settings(deadline=None)
@given(s.near_misses({name}){whole})
def test_wrong_calls_of_{test}(miss):
    """Calls with a wrong argument are refused before the function runs."""
    with pytest.raises(s.CallError):
        {call}
'''

_IS_CALLED: Final = "raises(s.CallError)"

_CHECKED: Final = '''\
@pytest.fixture(autouse=True, scope="module")
def checked():
    """The functions check their arguments while these tests run."""
    names = s.instrument({names})
    yield
    s.unstrument(names)
'''

LEAST_AGREEMENT: Final = 95
"""The number of 100 generated values that a model has to read as their own label."""


def write_tests(module: str) -> str:
    """Return the text of a test file for what a module registers, in pytest and Hypothesis.

    A spec that the module defines as `spec`, as `mxspec infer` writes it, gets one too.

    Each function with a spec is checked. Each spec gets examples, which have to be valid, and a round trip,
    if all that it conforms can be led back. A spec's own generator has to make valid values, and 95 of 100
    values that a model spec generates have to be read as their labels. A spec without a generator becomes a
    comment.

    Args:
        module: the name of a module, which is imported. The names that other modules register while it
            imports them are left out, unless these modules are inside it.

    Raises:
        ImportError: the module does not exist.
        SpecError: it neither registers anything nor defines a `spec`.

    Example:
        >>> import sys, types
        >>> import mxspec as s
        >>> shop = sys.modules["shop"] = types.ModuleType("shop")
        >>> exec("import mxspec as s; s.def_('shop/price', s.int_in(1, 100))", vars(shop))
        >>> print(write_tests("shop"))
        # isort: skip_file
        \"\"\"Tests of what shop registers, drafted by mxspec write.\"\"\"
        ...
        @settings(deadline=None)
        @given(s.gen("shop/price"))
        def test_shop_price(x):
            \"\"\"Examples are valid, and unform leads back from what they conform to.\"\"\"
            assert s.valid("shop/price", x)
            conformed = s.conform("shop/price", x)
            assert are_equal(s.unform("shop/price", conformed), x)
        >>> del sys.modules["shop"]
    """
    about = f"Tests of what {module} registers, drafted by mxspec write."
    return _test_file(module, about, _function_tests, _spec_tests)


def write_negative_tests(module: str) -> str:
    """Return the text of a test file for values to refuse, in pytest and Hypothesis.

    Each spec gets a function where you put what guards it: a handler, a client's call, a model. Two tests
    give it values that are wrong in one part, and right ones at the borders. As drafted the guard is the spec
    itself, and the tests pass. Functions with a spec have to refuse wrong arguments when they are
    instrumented. A spec without a generator, or that accepts anything, becomes a comment.

    Args:
        module: as in `write_tests`.

    Raises:
        ImportError: the module does not exist.
        SpecError: it neither registers anything nor defines a `spec`.

    Example:
        >>> import sys, types
        >>> import mxspec as s
        >>> shop = sys.modules["shop"] = types.ModuleType("shop")
        >>> exec("import mxspec as s; s.def_('shop/price', s.int_in(1, 100))", vars(shop))
        >>> print(write_negative_tests("shop"))
        # isort: skip_file
        ...
        def accepts_shop_price(x):
            \"\"\"True if x may pass; False or an error refuses it.\"\"\"
            # Put your guard here: a handler, a client's call, a model.
            return s.valid("shop/price", x)
        ...
        @settings(deadline=None)
        @given(s.near_misses("shop/price"))
        def test_wrong_shop_price(miss):
            \"\"\"The guard refuses values that are wrong in one part.\"\"\"
            passed = passes(accepts_shop_price, miss.value)
            assert not passed, miss.problem
        <BLANKLINE>
        >>> del sys.modules["shop"]
    """
    about = f"Wrong values of what {module} registers, drafted by mxspec write --negative."
    return _test_file(module, about, _call_tests, _guard_tests, _LONGEST_OF_GUARDS)


def _test_file(
    module: str,
    about: str,
    function_tests: Callable[[str, FSpec], Iterator[str]],
    spec_tests: Callable[[str, Spec], Iterator[str]],
    longest: tuple[int, int] = _LONGEST,
) -> str:
    """Return the text of a test file, with the tests that two functions yield for a name and its spec."""
    tests: set[str] = set()
    blocks: list[str] = []
    called: list[str] = []
    for number, (name, spec) in enumerate(_specs_of(module).items(), 1):
        texts = [*(function_tests(name, spec) if isinstance(spec, FSpec) else spec_tests(name, spec))]
        called += [name] if any(_IS_CALLED in text for text in texts) else []
        blocks.append(_block(number, name, texts, _test_name(name, tests, longest[1]), longest[0]))
    body = "\n\n".join(block for block in blocks if block)
    helpers = [_PASSES] if "passes(" in body else []
    if called:
        listed = "".join(f"            {_literal(name)},\n" for name in called)
        helpers.append(_CHECKED.replace("{names}", f"\n        [\n{listed}        ]\n    "))
    body = "\n\n".join([*helpers, body])
    return _HEAD.format(about=about, imports=_imports(module, body, called)) + "\n" + body


def _specs_of(module: str) -> dict[str, Spec]:
    """Return the specs that a module registers when it is imported, and its `spec`, by their names."""
    contract = vars(importlib.import_module(module)).get("spec")
    if not all(map(is_word, module.split("."))):
        raise SpecError(f"a test can't import {short_repr(module)}: it is no name of Python's syntax")
    own = [
        name for name, origin in names.origins.items() if origin == module or origin.startswith(f"{module}.")
    ]
    specs = {name: spec for name in own if (spec := names.current.find(name)) is not None}
    if isinstance(contract, Spec) and contract.form() not in [spec.form() for spec in specs.values()]:
        specs[f"{module}.spec"] = contract
    if not specs:
        raise SpecError(
            f"{module} registers no specs when it is imported, and has no `spec`: nothing to test"
        )
    return specs


def _imports(module: str, body: str, called: list[str]) -> str:
    lines = [f"import {name}" for name in ("asyncio", "contextlib", "pytest") if f"{name}." in body]
    lines += ["import mxspec as s", *(["from hypothesis import given, settings"] if "@given" in body else [])]
    if "are_equal" in body:
        lines.append("from mxspec.specs import are_equal")
    homes = sorted({name.partition("/")[0] for name in called} - {module})
    # Imported for what it registers.
    used = "" if f"{module}." in body.partition(_PASSES)[2] else "  # noqa: F401"
    return "\n".join([*lines, "", *(f"import {home}" for home in homes), f"import {module}{used}", ""])


def _test_name(name: str, taken: set[str], longest: int) -> str:
    """Return the unique part of the name of a test."""
    base = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_").lower()[:longest] or "spec"
    numbered = (base if n == 1 else f"{base}_{n}" for n in range(1, len(taken) + 2))
    test = next(test for test in numbered if test not in taken)
    taken.add(test)
    return test


def _block(number: int, name: str, parts: list[str], test: str, longest: int) -> str:
    """Return the tests of a name, or a comment."""
    is_named, constant = "/" in name, ""
    literal = _literal(name) if is_named else name
    if len(literal) > longest:
        constant, literal = f"NAME_{number} = {literal}\n\n\n", f"NAME_{number}"
    parts = parts if is_named else [part.replace("s.get_spec({name})", "{name}") for part in parts]
    values = {"{name}": literal, "{test}": test}  # in one pass: a name may hold {test}
    texts = [re.sub(r"\{name\}|\{test\}", lambda field: values[field[0]], part) for part in parts]
    has_tests = any(not text.startswith("#") for text in texts)
    return (constant if has_tests else "") + "\n\n".join(texts)


def _literal(name: str) -> str:
    """Return a name as a literal of Python in double quotes, or as its repr where JSON has another one."""
    return json.dumps(name, ensure_ascii=False) if name.isprintable() else repr(name)


def _comment_lines(text: str) -> str:
    lines = textwrap.wrap(in_one_line(text), _LINE - 2, break_long_words=False, break_on_hyphens=False)
    return "".join(f"# {line}\n" for line in lines)


def _function_tests(name: str, spec: FSpec) -> Iterator[str]:
    why = _lack_of_calls(name, spec)
    yield _CHECK if why is None else _comment_lines(why)


def _lack_of_calls(name: str, spec: FSpec) -> str | None:
    """Return why a function can't be called with examples, or None if it can."""
    place = locate(name)
    if place is None or not all(map(is_word, re.split("[./]", name))):
        return f"{name} can't be found by its name, so it is not checked."
    if name not in checkable_fns():
        return f"{name} needs an instance: assert s.check(instance.{place.attribute})"
    if spec.args is None:
        return f"{name} has no args spec to make calls from, so it is not checked."
    why = _lack_of_generator(spec.args)
    return None if why is None else f"{name} is not checked: {why}"


def _call_tests(name: str, spec: FSpec) -> Iterator[str]:
    why = _lack_of_calls(name, spec)
    call = None if why is not None or spec.args is None else _wrong_call(name, spec, spec.args)
    if call is None:
        words = (
            why or f"{name} takes its arguments in a way that you know best, so no wrong calls are drafted."
        )
        yield _comment_lines(words)
    else:
        yield _CALLS.replace("{whole}", call[1]).replace("{call}", call[0])


def _wrong_call(name: str, spec: FSpec, args_spec: Spec) -> tuple[str, str] | None:
    """Return a call with the arguments of a near miss, and a filter of the near misses; None if none fits.

    A default fills the place of an argument that is left out, so a function with defaults gets all arguments.
    """
    function = find_function(name)
    parameters = parameters_of(function)
    if parameters.rest or parameters.options or inspect.isasyncgenfunction(function):
        return None
    by_name = [p for p in parameters.named if not tags(args_spec) or p.name in tags(args_spec)]
    count = len(parameters.positional) + len(by_name)
    args, kwargs = parameters.call(args_spec, range(count))
    has_all = [p for p in (*parameters.positional, *parameters.named) if p.default is not p.empty] or by_name
    is_whole = lambda miss: type(miss.value) is list and (not has_all or len(miss.value) == count)  # noqa: E731
    if not any(map(is_whole, _near_misses_of(spec))):
        return None
    start = "*miss.value" if not kwargs else f"*miss.value[:{len(args)}]" if args else ""
    shown = ", ".join([*([start] if start else []), *(f"{key}=miss.value[{i}]" for key, i in kwargs.items())])
    called = name.replace("/", ".")
    is_long = len(called) + len(shown) > _LONGEST_OF_CALLS
    call = f"{called}(\n            {shown}\n        )" if is_long else f"{called}({shown})"
    if inspect.iscoroutinefunction(function):
        call = f"asyncio.run({call})"
    elif inspect.isgeneratorfunction(function):
        call = f"next({call})"
    return call, f".filter(lambda miss: len(miss.value) == {count})" if has_all else ""


def _near_misses_of(spec: Spec) -> list[NearMiss]:
    try:
        return sample(near_misses(spec), 30, seed=0)
    except GeneratorError:
        return []


def _guard_tests(name: str, spec: Spec) -> Iterator[str]:
    try:
        why = _lack_of_generator(spec)
    except SpecError:  # the test raises it too
        yield _ERROR
        return
    if why is not None or not _near_misses_of(spec):
        yield _comment_lines(f"{name} is not tested: {why or 'it has no wrong values.'}")
        return
    # What is sent for a pydantic model is JSON, and the model may convert it.
    is_model = isinstance(spec_behind(spec), ModelInstance)
    text = _GUARD.replace("{decoded}", "    x = s.decode({name}, x)\n" if is_model else "")
    options = ", lax=True" if is_model else ""
    if not check_guard(valid_test(spec), spec, lax=is_model):  # some condition can't be broken alone
        options += ', untried="allow"'
    text = text.replace("{lax}", options)
    yield text.replace("{or_lax}", "miss.lax or " if is_model else "")


def _spec_tests(name: str, spec: Spec) -> Iterator[str]:
    try:
        why = _lack_of_generator(spec)
    except SpecError:  # the test raises it too
        yield _ERROR
        return
    if why is not None:
        yield _comment_lines(f"{name} is not tested: {why}")
        return
    loss = _loss(spec)
    if loss is None:
        yield (
            _EXAMPLES.replace("{and_so_on}", ", and unform leads back from what they conform to")
            + _ROUND_TRIP
        )
    else:
        yield _EXAMPLES.replace("{and_so_on}", "") + f"    # There is no way back: {loss}.\n"
    if spec.gen_fn is not None:
        yield _GENERATOR
    if isinstance(spec, ModelSpec) and spec.generate is not None:
        yield _agreement(spec)


def _lack_of_generator(spec: Any) -> str | None:
    """Return why no generator exists for a spec, or None if one does.

    Raises:
        SpecError: examples fail for another reason.
    """
    try:
        sample(spec, 1, seed=0)
    except GeneratorError as error:
        if error.data.get("failure") != "no-gen":
            raise
        return str(error).splitlines()[0]
    return None


def _loss(spec: Spec) -> str | None:
    """Return why unform can't turn a spec's conformed values back, or None if it can."""
    parts = list(walk(spec))
    if any(isinstance(part, Conformer) and part.unf is None for part in parts):
        return "a conformer has no inverse (unf)"
    if any(isinstance(part, Every) and part.options.into not in (None, dict) for part in parts):
        return "a collection conforms into another (into=)"
    # As in clojure, a maybe unforms to a list of one element, and an amp conforms no element to None.
    in_cats = [id(inner) for part in parts if isinstance(part, Cat) for _, inner in part.branches]
    if any(
        isinstance(part, Maybe) and not (id(part) in in_cats and not part.part.is_regex) for part in parts
    ):
        return "a maybe unforms to a list, as in clojure"
    if any(isinstance(part, Amp) for part in parts) and any(isinstance(part, Alt) for part in parts):
        return "an amp in an alt may conform to None, as in clojure"
    return None


def _agreement(spec: ModelSpec) -> str:
    latents, make = "", "spec.generate, labels"
    if spec.latent is not None:
        source = "spec.latent" if isinstance(spec.latent, Spec) else "spec.latent()"
        latents, make = f"    latents = s.sample({source}, 100, seed=0)\n", "spec.generate, labels, latents"
    text = _AGREEMENT.replace("{latents}", latents).replace("{make}", make)
    return text.replace("{least}", str(LEAST_AGREEMENT))
