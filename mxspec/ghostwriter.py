"""Test files for what a module registers: write_tests, which the command `mxspec write` prints.

A ghostwriter writes a first draft, to be kept and edited (as Hypothesis's does): plain pytest, the same text
each time. The structure of a spec alone decides the assertions of its test. So a fault in the module fails
the test, and never makes it milder.
"""

from __future__ import annotations

import importlib
import json
import re
import textwrap
from collections.abc import Iterator
from typing import Any, Final

from mxspec import names
from mxspec.api.examples import sample
from mxspec.core.spec import Spec, walk
from mxspec.errors import GeneratorError, SpecError
from mxspec.functions.check import checkable_fns
from mxspec.functions.fspec import FSpec
from mxspec.functions.locations import locate
from mxspec.models.model_spec import ModelSpec
from mxspec.regex.combinators import Alt, Amp, Cat, Maybe
from mxspec.specs.collections import Every
from mxspec.specs.wrappers import Conformer

_LINE: Final = 88  # characters of a comment
_LONGEST: Final = 42  # characters of a name in a test's own name or a call, so that no line is too long

_HEAD: Final = '''\
# isort: skip_file
"""Tests of what {module} registers, drafted by mxspec write."""

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

LEAST_AGREEMENT: Final = 95
"""The number of 100 generated values that a model has to read as their own label."""


def write_tests(module: str) -> str:
    """Return the text of a test file for what a module registers, in pytest and Hypothesis.

    A spec that the module defines as `spec`, as `mxspec infer` writes it, gets one too.

    Each function with a spec is checked. Each spec gets examples, which have to be valid, and a round trip,
    if all that it conforms can be led back. A generator of its own has to make valid values, and the values
    that a model spec generates have to be read as their labels, 95 of 100. What has no generator is a
    comment.

    Args:
        module: the name of a module, which is imported. The names that other modules register while it
            imports them are left out, unless these modules are inside it.

    Raises:
        ImportError: there is no such module.
        SpecError: it registers nothing, and has no `spec`.

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
    contract = vars(importlib.import_module(module)).get("spec")
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
    tests: set[str] = set()
    blocks = [_block(n, name, specs[name], _test_name(name, tests)) for n, name in enumerate(specs, 1)]
    body = "\n\n".join(block for block in blocks if block)
    return _HEAD.format(module=module, imports=_imports(module, body)) + "\n" + body


def _imports(module: str, body: str) -> str:
    used = ["from hypothesis import given, settings"] if "@given" in body else []
    lines = ["import mxspec as s", *used]
    if "are_equal" in body:
        lines.append("from mxspec.values import are_equal")
    # Imported for what it registers.
    return "\n".join([*lines, "", f"import {module}  # noqa: F401", ""])


def _test_name(name: str, taken: set[str]) -> str:
    """Return the unique part of the name of a test."""
    base = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_").lower()[:_LONGEST] or "spec"
    numbered = (base if n == 1 else f"{base}_{n}" for n in range(1, len(taken) + 2))
    test = next(test for test in numbered if test not in taken)
    taken.add(test)
    return test


def _block(number: int, name: str, spec: Spec, test: str) -> str:
    """Return the tests of a name, or a comment."""
    is_named, constant = "/" in name, ""
    literal = json.dumps(name, ensure_ascii=False) if is_named else name
    if len(literal) > _LONGEST:
        constant, literal = f"NAME_{number} = {literal}\n\n\n", f"NAME_{number}"
    parts = _function_tests(name, spec) if isinstance(spec, FSpec) else _spec_tests(name, spec)
    parts = parts if is_named else (part.replace("s.get_spec({name})", "{name}") for part in parts)
    texts = [part.replace("{name}", literal).replace("{test}", test) for part in parts]
    has_tests = any(not text.startswith("#") for text in texts)
    return (constant if has_tests else "") + "\n\n".join(texts)


def _comment_lines(text: str) -> str:
    lines = textwrap.wrap(text, _LINE - 2, break_long_words=False, break_on_hyphens=False)
    return "".join(f"# {line}\n" for line in lines)


def _function_tests(name: str, spec: FSpec) -> Iterator[str]:
    place = locate(name)
    if place is None:
        yield _comment_lines(f"{name} can't be found by its name, so it is not checked.")
    elif name not in checkable_fns():
        yield _comment_lines(f"{name} needs an instance: assert s.check(instance.{place.attribute})")
    elif spec.args is None:
        yield _comment_lines(f"{name} has no args spec to make calls from, so it is not checked.")
    elif (why := _lack_of_generator(spec.args)) is not None:
        yield _comment_lines(f"{name} is not checked: {why}")
    else:
        yield _CHECK


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
    """Return why a spec has no generator, or None if it has one.

    Raises:
        SpecError: it has no example for another reason.
    """
    try:
        sample(spec, 1, seed=0)
    except GeneratorError as error:
        if error.data.get("failure") != "no-gen":
            raise
        return str(error).splitlines()[0]
    return None


def _loss(spec: Spec) -> str | None:
    """Return why unform can't lead back from what values of a spec conform to, or None if it can."""
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
