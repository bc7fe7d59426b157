"""Which functions can be instrumented, where they are replaced, and how they are put back."""

import itertools
import sys
import types

import pytest

import mxspec as s
from tests.mxspec.functions.conftest import X, instrument, refused


def test_names_without_a_spec_or_a_function_are_passed_over(module):
    s.fdef("instrumented/ghost", args=X)
    s.fdef("nowhere.at.all/ghost", args=X)
    s.fdef("instrumented/inc.ghost", args=X)
    s.def_("instrumented/half", int)
    names = ["instrumented/ghost", "nowhere.at.all/ghost", "instrumented/inc.ghost", "instrumented/half"]
    assert s.instrument(["instrumented/unspecced", *names, module.unspecced]) == []
    assert s.instrument() == []


def test_a_function_inside_another_can_not_be_instrumented(module):
    inner = module.make()
    s.fdef(inner, args=X)
    for given in (inner, "instrumented/make.<locals>.inner"):
        with pytest.raises(s.SpecError, match="it stands inside another function"):
            s.instrument(given)
    assert s.instrument() == []


def test_a_function_that_is_gone_can_not_be_instrumented(module):
    inc = module.inc
    s.fdef(inc, args=X)
    del module.inc
    with pytest.raises(s.SpecError, match="nothing is there by that name"):
        s.instrument(inc)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Account", "it is a class"),
        ("Account.balance", "not a function"),
        ("Account.limit", "not a function: 3"),
    ],
)
def test_classes_and_other_values_can_not_be_instrumented(module, name, why):
    s.fdef(f"instrumented/{name}", args=X)
    with pytest.raises(s.SpecError, match=why):
        s.instrument(f"instrumented/{name}")
    assert s.instrument() == []


def test_a_method_of_a_builtin_type_can_not_be_replaced(module):
    s.fdef("builtins/str.upper", args=s.cat())
    with pytest.raises(s.SpecError, match=r"does not let upper be replaced"):
        s.instrument("builtins/str.upper")


def test_instrumentable_fns_are_those_with_a_spec_that_can_be_found(module):
    s.fdef(module.inc, args=X)
    s.fdef(module.make(), args=X)
    assert s.instrumentable_fns() == {"instrumented/inc"}
    more = s.instrumentable_fns(
        spec={"instrumented/half": s.fspec(ret=int)}, stub=[module.add], replace={module.apply: abs}
    )
    assert more == {f"instrumented/{name}" for name in ("inc", "half", "add", "apply")}


def test_unstrument_puts_the_very_function_back(module):
    raw = module.inc
    s.fdef(raw, args=X)
    s.instrument(raw)
    assert s.unstrument(module.inc) == ["instrumented/inc"]
    assert module.inc is raw
    assert s.unstrument(raw) == []


def test_one_unstrument_undoes_several_instruments(module):
    raw = module.inc
    s.fdef(raw, args=X)
    s.instrument(raw)
    s.instrument([raw, "instrumented/inc"])
    assert s.unstrument() == ["instrumented/inc"]
    assert module.inc is raw


def test_an_attribute_set_to_something_else_stays(module):
    instrument(module.inc, args=X)
    other = module.inc = lambda x: x
    assert s.unstrument() == []
    assert module.inc is other


def test_a_replaced_function_is_instrumented_in_its_turn(module):
    instrument(module.inc, args=X)
    other = module.inc = lambda x: "other"
    s.instrument("instrumented/inc")
    assert module.inc(1) == "other"
    refused(module.inc, "x")
    s.unstrument()
    assert module.inc is other


def test_modules_that_import_the_function_are_checked_too(module):
    early, late, renamed = (types.ModuleType(f"instrumented.{i}") for i in range(3))
    early.inc = renamed.increment = module.inc
    s.fdef(module.inc, args=X)
    raw = module.inc
    sys.modules |= {m.__name__: m for m in (early, late, renamed)}
    try:
        s.instrument("instrumented/inc")
        late.inc = module.inc
        assert early.inc is module.inc
        refused(early.inc, "x")
        assert renamed.increment is raw
        s.unstrument()
        assert early.inc is late.inc is raw
    finally:
        for m in (early, late, renamed):
            del sys.modules[m.__name__]


def test_names_come_once_and_in_order(module):
    fns = [module.inc, module.half, module.twice]
    for fn in fns:
        s.fdef(fn, args=X)
    names = [f"instrumented/{fn.__name__}" for fn in fns]
    assert s.instrument(itertools.chain(reversed(fns), fns)) == names[::-1]
    assert s.unstrument(tuple(names)) == names
