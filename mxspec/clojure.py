"""The names of clojure.spec that few programs in Python need.

    to ask           assert_ check_asserts is_check_asserts is_invalid is_spec is_regex unform
    to explain       explain_data explain_str explain_printer set_explain_printer
    to name          get_spec registry doc
    forms            form describe from_form
    collections      every every_kv, which check some of the elements
    maps             and_keys or_keys
    sequences        keys_star amp
    examples         generate exercise exercise_fn with_gen fmap such_that
    functions        check_fn checkable_fns instrumentable_fns summarize_results abbrev_result

    >>> import mxspec as s
    >>> from mxspec.clojure import every, keys_star
    >>> s.valid(every(int, min_count=1), range(1_000_000))
    True
    >>> _ = s.def_("doc/port", s.int_in(1, 65536))
    >>> s.conform(keys_star(opt_un=["doc/port"]), ["port", 80])
    {'port': 80}

docs/api.md has the name in clojure of each, docs/clojure.md what differs.
"""

from typing import TYPE_CHECKING

from mxspec.subjects import hand_on

# `python -m docs.reference` writes these names from the map above, and keeps an import with `as`.
if TYPE_CHECKING:
    from mxspec.base.names import registry
    from mxspec.base.strategies.combine import fmap
    from mxspec.base.strategies.sampling import such_that
    from mxspec.base.values import is_invalid
    from mxspec.functions.check import abbrev_result, check_fn, checkable_fns, summarize_results
    from mxspec.functions.fspec import exercise_fn
    from mxspec.functions.instrument import instrumentable_fns
    from mxspec.notation.form_makers import from_form
    from mxspec.questions.examples import exercise, generate
    from mxspec.questions.operations import (
        assert_,
        check_asserts,
        describe,
        doc,
        explain_data,
        explain_printer,
        explain_str,
        form,
        get_spec,
        is_check_asserts,
        is_regex,
        is_spec,
        set_explain_printer,
        unform,
        with_gen,
    )
    from mxspec.specs.collections import every, every_kv
    from mxspec.specs.key_groups import and_keys, or_keys
    from mxspec.specs.regex.combinators import amp, keys_star

# fmt: off
__all__ = [
    "abbrev_result", "amp", "and_keys", "assert_", "check_asserts", "check_fn", "checkable_fns", "describe",
    "doc", "every", "every_kv", "exercise", "exercise_fn", "explain_data", "explain_printer", "explain_str",
    "fmap", "form", "from_form", "generate", "get_spec", "instrumentable_fns", "is_check_asserts",
    "is_invalid", "is_regex", "is_spec", "keys_star", "or_keys", "registry", "set_explain_printer",
    "such_that", "summarize_results", "unform", "with_gen",
]
# fmt: on

hand_on(
    __name__,
    {
        "mxspec.base.names": "registry",
        "mxspec.base.strategies.combine": "fmap",
        "mxspec.base.strategies.sampling": "such_that",
        "mxspec.base.values": "is_invalid",
        "mxspec.functions.check": "abbrev_result check_fn checkable_fns summarize_results",
        "mxspec.functions.fspec": "exercise_fn",
        "mxspec.functions.instrument": "instrumentable_fns",
        "mxspec.notation.form_makers": "from_form",
        "mxspec.questions.examples": "exercise generate",
        "mxspec.questions.operations": "assert_ check_asserts describe doc explain_data explain_printer "
        "explain_str form get_spec is_check_asserts is_regex is_spec "
        "set_explain_printer unform with_gen",
        "mxspec.specs.collections": "every every_kv",
        "mxspec.specs.key_groups": "and_keys or_keys",
        "mxspec.specs.regex.combinators": "amp keys_star",
    },
)
