"""All that makes a spec: of values, ranges, collections, maps and sequences, of classes and annotations.

    values           and_ or_ nilable spec with_message conformer nonconforming predicate_row
    ranges           int_in float_in str_in inst_in range_of array
    collections      coll_of map_of tuple_
    maps             keys optional less merge multi_spec
    a part of a map  select without optional_keys required_keys
    sequences        cat alt star plus maybe
    annotations      from_type record_of Valid
    the class        Spec, with `compiled_source`, the code behind `valid`

For a new kind, a subclass of Spec, there are also `as_part`; `Part`, its roles NEEDED, OPTIONAL and ONE_OF,
and its lenses SAME, KEY, INDEX, ELEMENTS, ENTRY_KEYS and ENTRY_VALUES; and `Place` and `Question`, the types
of arguments. `are_equal` compares values as specs do.

    >>> import mxspec as s
    >>> from mxspec.specs import array, select
    >>> s.valid(array(shape=(None, 2), dtype="float32"), [[1.0, 2.0]])
    False
    >>> s.validate(select({"name": str, "age": int}, ["age"]), {"age": 40})
    {'age': 40}

A folder with a subject a file: the kinds of specs other than sequence regexes.
"""

from typing import TYPE_CHECKING

from mxspec.subjects import hand_on

# `python -m docs.reference` writes these names from the map above, and keeps an import with `as`.
if TYPE_CHECKING:
    from mxspec.base.own_rows import predicate_row
    from mxspec.base.values import are_equal as are_equal
    from mxspec.questions.operations import spec
    from mxspec.specs.arrays import array
    from mxspec.specs.collections import coll_of, map_of, tuple_
    from mxspec.specs.comparisons import less
    from mxspec.specs.compiled import compiled_source
    from mxspec.specs.core.lenses import ELEMENTS as ELEMENTS
    from mxspec.specs.core.lenses import ENTRY_KEYS as ENTRY_KEYS
    from mxspec.specs.core.lenses import ENTRY_VALUES as ENTRY_VALUES
    from mxspec.specs.core.lenses import INDEX as INDEX
    from mxspec.specs.core.lenses import KEY as KEY
    from mxspec.specs.core.lenses import SAME as SAME
    from mxspec.specs.core.parts import NEEDED as NEEDED
    from mxspec.specs.core.parts import ONE_OF as ONE_OF
    from mxspec.specs.core.parts import OPTIONAL as OPTIONAL
    from mxspec.specs.core.parts import Part as Part
    from mxspec.specs.core.question import Place as Place
    from mxspec.specs.core.question import Question as Question
    from mxspec.specs.core.spec import Spec
    from mxspec.specs.core.spec import as_part as as_part
    from mxspec.specs.key_groups import optional
    from mxspec.specs.logic import and_, or_
    from mxspec.specs.maps import keys, merge
    from mxspec.specs.multi_specs import multi_spec
    from mxspec.specs.ranges import float_in, inst_in, int_in, range_of, str_in
    from mxspec.specs.regex.combinators import alt, cat, maybe, plus, star, with_message
    from mxspec.specs.selection import optional_keys, required_keys, select, without
    from mxspec.specs.wrappers import conformer, nilable, nonconforming
    from mxspec.transform.annotations.from_type import from_type
    from mxspec.transform.annotations.records import record_of
    from mxspec.transform.annotations.valid import Valid

# fmt: off
__all__ = [
    "Spec", "Valid", "alt", "and_", "array", "cat", "coll_of", "compiled_source", "conformer", "float_in",
    "from_type", "inst_in", "int_in", "keys", "less", "map_of", "maybe", "merge", "multi_spec", "nilable",
    "nonconforming", "optional", "optional_keys", "or_", "plus", "predicate_row", "range_of", "record_of",
    "required_keys", "select", "spec", "star", "str_in", "tuple_", "with_message", "without",
]
# fmt: on

hand_on(
    __name__,
    {
        "mxspec.base.own_rows": "predicate_row",
        "mxspec.base.values": "are_equal",
        "mxspec.questions.operations": "spec",
        "mxspec.specs.arrays": "array",
        "mxspec.specs.collections": "coll_of map_of tuple_",
        "mxspec.specs.comparisons": "less",
        "mxspec.specs.compiled": "compiled_source",
        "mxspec.specs.core.lenses": "ELEMENTS ENTRY_KEYS ENTRY_VALUES INDEX KEY SAME",
        "mxspec.specs.core.parts": "NEEDED ONE_OF OPTIONAL Part",
        "mxspec.specs.core.question": "Place Question",
        "mxspec.specs.core.spec": "Spec as_part",
        "mxspec.specs.key_groups": "optional",
        "mxspec.specs.logic": "and_ or_",
        "mxspec.specs.maps": "keys merge",
        "mxspec.specs.multi_specs": "multi_spec",
        "mxspec.specs.ranges": "float_in inst_in int_in range_of str_in",
        "mxspec.specs.regex.combinators": "alt cat maybe plus star with_message",
        "mxspec.specs.selection": "optional_keys required_keys select without",
        "mxspec.specs.wrappers": "conformer nilable nonconforming",
        "mxspec.transform.annotations.from_type": "from_type",
        "mxspec.transform.annotations.records": "record_of",
        "mxspec.transform.annotations.valid": "Valid",
    },
)
