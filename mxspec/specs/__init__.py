"""All that makes a spec: of values, ranges, collections, maps and sequences, of classes and annotations.

    values           and_ or_ nilable spec with_message conformer nonconforming predicate_row
    ranges           int_in float_in str_in inst_in range_of array
    collections      coll_of map_of tuple_
    maps             keys optional less merge multi_spec
    a part of a map  select without optional_keys required_keys
    sequences        cat alt star plus maybe
    annotations      from_type record_of Valid
    the class        Spec, with `compiled_source`, the code behind `valid`

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

if TYPE_CHECKING:
    from mxspec.annotations.from_type import from_type
    from mxspec.annotations.records import record_of
    from mxspec.annotations.valid import Valid
    from mxspec.api.operations import spec
    from mxspec.core.spec import Spec
    from mxspec.own_rows import predicate_row
    from mxspec.regex.combinators import alt, cat, maybe, plus, star, with_message
    from mxspec.specs.arrays import array
    from mxspec.specs.collections import coll_of, map_of, tuple_
    from mxspec.specs.comparisons import less
    from mxspec.specs.compiled import compiled_source
    from mxspec.specs.key_groups import optional
    from mxspec.specs.logic import and_, or_
    from mxspec.specs.maps import keys, merge
    from mxspec.specs.multi_specs import multi_spec
    from mxspec.specs.ranges import float_in, inst_in, int_in, range_of, str_in
    from mxspec.specs.selection import optional_keys, required_keys, select, without
    from mxspec.specs.wrappers import conformer, nilable, nonconforming

# fmt: off
__all__ = [
    "Spec", "Valid", "alt", "and_", "array", "cat", "coll_of", "compiled_source", "conformer",
    "float_in", "from_type", "inst_in", "int_in", "keys", "less", "map_of", "maybe", "merge", "multi_spec",
    "nilable", "nonconforming", "optional", "optional_keys", "or_", "plus", "predicate_row", "range_of",
    "record_of", "required_keys", "select", "spec", "star", "str_in", "tuple_", "with_message",
    "without",
]
# fmt: on

hand_on(
    __name__,
    {
        "mxspec.annotations.from_type": "from_type",
        "mxspec.annotations.records": "record_of",
        "mxspec.annotations.valid": "Valid",
        "mxspec.api.operations": "spec",
        "mxspec.core.spec": "Spec",
        "mxspec.own_rows": "predicate_row",
        "mxspec.regex.combinators": "alt cat maybe plus star with_message",
        "mxspec.specs.arrays": "array",
        "mxspec.specs.collections": "coll_of map_of tuple_",
        "mxspec.specs.comparisons": "less",
        "mxspec.specs.compiled": "compiled_source",
        "mxspec.specs.key_groups": "optional",
        "mxspec.specs.logic": "and_ or_",
        "mxspec.specs.maps": "keys merge",
        "mxspec.specs.multi_specs": "multi_spec",
        "mxspec.specs.ranges": "float_in inst_in int_in range_of str_in",
        "mxspec.specs.selection": "optional_keys required_keys select without",
        "mxspec.specs.wrappers": "conformer nilable nonconforming",
    },
)
