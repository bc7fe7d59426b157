"""clojure.spec for Python, in which a neural network can be both halves of a spec.

    >>> import mxspec as s
    >>> s.explain(s.coll_of(s.int_in(0, 10)), [3, 12])
    12 - failed: int_in(0, 10) in: [1]

A map of the names that people use; `help(s.keys)` and so on say more, each with an example.

    to ask           validate valid explain explain_str conform unform assert_ INVALID
    to name          def_ get_spec registry doc
    values           a type, a set, a function, and_ or_ nilable spec with_message conformer
    predicates       is_even is_odd is_pos is_neg is_pos_int is_nat_int is_number is_some is_any predicate_row
    ranges           int_in float_in str_in inst_in range_of array
    collections      coll_of map_of tuple_
    maps             keys optional merge multi_spec select without
    sequences        cat alt star plus maybe amp
    annotations      from_type record_of Valid
    to convert       decode encode json_schema from_json_schema source form
    functions        fdef fspec instrument unstrument check
    examples         sample generate gen with_gen
    wrong values     near_misses check_guard
    data             infer promise contract frame split flag profile
    changes          check_compatible check_equivalent
    promises         check_promise mostly conformal accept
    models           def_model_spec from_examples
    for programs     explain_data explain_json SpecError ValidationError

More, which is there as well and does not complete:

    to ask           is_invalid is_spec is_regex Spec
    values           nonconforming
    predicates       is_int is_str is_none ..., all under the names of clojure.core
    collections      every every_kv
    maps             or_keys and_keys optional_keys required_keys
    sequences        keys_star
    to convert       from_form describe compiled_source
    functions        check_fn exercise_fn checkable_fns instrumentable_fns CheckResult CheckResults
                     summarize_results abbrev_result with_instrument_disabled
    examples         exercise fmap such_that standard_normal show
    wrong values     untouched
    data             sketch Profile
    changes          Compatibility
    promises         Promise Standing ConformalThreshold LabelThresholds Acceptance
    models           model_spec Reading batched find_boundary Boundary remember
    for programs     the kinds of SpecError
    to switch        check_asserts is_check_asserts explain_printer set_explain_printer

README.md has a tour, mxspec/README.md an example for each subject, docs/api.md each name in a line.
"""

import importlib
from typing import TYPE_CHECKING

from mxspec._version import __version__
from mxspec.annotations.from_type import from_type
from mxspec.annotations.records import record_of
from mxspec.annotations.valid import Valid
from mxspec.api.examples import exercise, gen, generate, sample
from mxspec.api.operations import (
    assert_,
    check_asserts,
    conform,
    def_,
    describe,
    doc,
    explain,
    explain_data,
    explain_json,
    explain_printer,
    explain_str,
    form,
    get_spec,
    is_check_asserts,
    is_regex,
    is_spec,
    set_explain_printer,
    spec,
    unform,
    valid,
    validate,
    with_gen,
)
from mxspec.core.batch import batched
from mxspec.core.spec import Spec
from mxspec.errors import (
    CallError,
    CheckError,
    EncodeError,
    GeneratorError,
    PromiseError,
    SpecAssertionError,
    SpecDefinitionError,
    SpecError,
    UnformError,
    UnknownSpecError,
    ValidationError,
)
from mxspec.frames.frame_spec import frame
from mxspec.from_form import from_form
from mxspec.functions.check import (
    CheckResult,
    CheckResults,
    abbrev_result,
    check,
    check_fn,
    checkable_fns,
    summarize_results,
)
from mxspec.functions.fspec import exercise_fn, fdef, fspec
from mxspec.functions.instrument import instrument, instrumentable_fns, unstrument, with_instrument_disabled
from mxspec.generated.origins import remember
from mxspec.messages.pictures import show
from mxspec.models.model_spec import Reading, def_model_spec, model_spec
from mxspec.names import registry
from mxspec.own_rows import predicate_row
from mxspec.predicates import (
    is_any,
    is_associative,
    is_bool,
    is_bytes,
    is_callable,
    is_char,
    is_coll,
    is_decimal,
    is_dict,
    is_empty,
    is_even,
    is_false,
    is_float,
    is_ident,
    is_indexed,
    is_infinite,
    is_inst,
    is_inst_in_range,
    is_int,
    is_int_in_range,
    is_list,
    is_nan,
    is_nat_int,
    is_neg,
    is_neg_int,
    is_none,
    is_number,
    is_odd,
    is_pos,
    is_pos_int,
    is_qualified_ident,
    is_ratio,
    is_rational,
    is_seqable,
    is_sequential,
    is_set,
    is_simple_ident,
    is_some,
    is_str,
    is_true,
    is_tuple,
    is_uri,
    is_uuid,
    is_zero,
)
from mxspec.promises.conformal import ConformalThreshold, LabelThresholds, conformal
from mxspec.promises.promise import Promise, promise
from mxspec.regex.combinators import alt, amp, cat, keys_star, maybe, plus, star, with_message
from mxspec.schemas.from_json_schema import from_json_schema
from mxspec.schemas.json_schema import json_schema
from mxspec.specs.arrays import array
from mxspec.specs.collections import coll_of, every, every_kv, map_of, tuple_
from mxspec.specs.compiled import compiled_source
from mxspec.specs.key_groups import and_keys, optional, or_keys
from mxspec.specs.logic import and_, or_
from mxspec.specs.maps import keys, merge
from mxspec.specs.multi_specs import multi_spec
from mxspec.specs.ranges import float_in, inst_in, int_in, range_of, str_in
from mxspec.specs.selection import optional_keys, required_keys, select, without
from mxspec.specs.wrappers import conformer, nilable, nonconforming
from mxspec.strategies.combine import fmap, standard_normal
from mxspec.strategies.sampling import such_that
from mxspec.values import INVALID, is_invalid

if TYPE_CHECKING:
    from mxspec.changes.compatible import Compatibility, check_compatible
    from mxspec.frames.split import flag, split
    from mxspec.functions.equivalence import check_equivalent
    from mxspec.inference.column_sketch import sketch
    from mxspec.inference.contract import contract, infer
    from mxspec.inference.from_examples import from_examples
    from mxspec.inference.profile import Profile, profile
    from mxspec.models.boundary import Boundary, find_boundary
    from mxspec.near.guard import check_guard, untouched
    from mxspec.near.misses import near_misses
    from mxspec.promises.accept import Acceptance, accept
    from mxspec.promises.guards import check_promise
    from mxspec.promises.mostly import mostly
    from mxspec.promises.production import Standing
    from mxspec.spec_source import source
    from mxspec.transform.decode import decode
    from mxspec.transform.encode import encode
else:
    # Imported at the first use, as few programs use them: `import mxspec` takes 0.06 s where it took 0.085.
    _LATE = {
        "mxspec.changes.compatible": "Compatibility check_compatible",
        "mxspec.frames.split": "flag split",
        "mxspec.functions.equivalence": "check_equivalent",
        "mxspec.inference.contract": "contract infer",
        "mxspec.inference.from_examples": "from_examples",
        "mxspec.inference.profile": "Profile profile",
        "mxspec.inference.column_sketch": "sketch",
        "mxspec.models.boundary": "Boundary find_boundary",
        "mxspec.near.guard": "check_guard untouched",
        "mxspec.near.misses": "near_misses",
        "mxspec.promises.accept": "Acceptance accept",
        "mxspec.promises.guards": "check_promise",
        "mxspec.promises.mostly": "mostly",
        "mxspec.promises.production": "Standing",
        "mxspec.spec_source": "source",
        "mxspec.transform.decode": "decode",
        "mxspec.transform.encode": "encode",
    }

    # Names of other libraries: as modules they would hide what __getattr__ says of them.
    for _module in ("fields", "lazy", "regex"):
        globals().pop(_module, None)  # it is gone where mxspec is reloaded

    def __getattr__(name: str) -> object:
        """Import a name of _LATE, and keep it."""
        for module, names in _LATE.items():
            if name in names.split():
                value = globals()[name] = getattr(importlib.import_module(module), name)
                return value
        if name.startswith("_"):  # of a program that looks at modules
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from mxspec.messages.wrong_names import no_such_name

        raise AttributeError(no_such_name(name, __all__))


# fmt: off
__all__ = [
    "INVALID", "Acceptance",
    "Boundary", "CallError", "CheckError", "CheckResult", "CheckResults", "Compatibility",
    "ConformalThreshold", "EncodeError", "GeneratorError", "LabelThresholds", "Profile", "Promise",
    "PromiseError", "Reading", "Spec", "SpecAssertionError", "SpecDefinitionError", "SpecError",
    "Standing",
    "UnformError", "UnknownSpecError", "Valid", "ValidationError", "__version__", "abbrev_result",
    "accept", "alt", "amp", "and_",
    "and_keys", "array", "assert_", "batched", "cat", "check", "check_asserts", "check_compatible",
    "check_equivalent", "check_fn", "check_guard", "check_promise", "checkable_fns", "coll_of",
    "compiled_source", "conform", "conformal", "conformer", "contract", "decode", "def_", "def_model_spec",
    "describe", "doc", "encode",
    "every", "every_kv", "exercise", "exercise_fn", "explain", "explain_data", "explain_json",
    "explain_printer", "explain_str", "fdef", "find_boundary", "flag", "float_in", "fmap", "form", "frame",
    "from_examples", "from_form", "from_json_schema", "from_type", "fspec", "gen", "generate", "get_spec",
    "infer", "inst_in",
    "instrument", "instrumentable_fns", "int_in", "is_any", "is_associative", "is_bool", "is_bytes",
    "is_callable", "is_char", "is_check_asserts", "is_coll", "is_decimal", "is_dict", "is_empty", "is_even",
    "is_false", "is_float", "is_ident", "is_indexed", "is_infinite", "is_inst", "is_inst_in_range", "is_int",
    "is_int_in_range", "is_invalid", "is_list", "is_nan", "is_nat_int", "is_neg", "is_neg_int", "is_none",
    "is_number", "is_odd", "is_pos", "is_pos_int", "is_qualified_ident", "is_ratio", "is_rational",
    "is_regex", "is_seqable", "is_sequential", "is_set", "is_simple_ident", "is_some", "is_spec", "is_str",
    "is_true", "is_tuple", "is_uri", "is_uuid", "is_zero", "json_schema", "keys", "keys_star", "map_of",
    "maybe", "merge", "model_spec", "mostly",
    "multi_spec", "near_misses", "nilable", "nonconforming", "optional", "optional_keys", "or_",
    "or_keys", "plus", "predicate_row", "profile", "promise", "range_of", "record_of", "registry",
    "remember", "required_keys", "sample", "select", "set_explain_printer", "show", "sketch", "source",
    "spec", "split", "standard_normal",
    "star", "str_in", "such_that", "summarize_results", "tuple_", "unform", "unstrument", "untouched",
    "valid", "validate", "with_gen", "with_instrument_disabled", "with_message", "without",
]
# fmt: on


def __dir__() -> list[str]:
    """Return the names that complete and that help lists: those of the map above, but for its second part.

    Without docstrings (`python -OO`) they are all names.
    """
    words = (__doc__ or "").partition("A map of the names")[2].partition("\nMore")[0].split()
    return [name for name in __all__ if name in words] or __all__
