"""Describe data once: validate it, explain what is wrong, test with examples, and see what a change breaks.

After clojure.spec; a neural network can be both halves of a spec.

    >>> import mxspec as s
    >>> s.explain(s.coll_of(s.int_in(0, 10)), [3, 12])
    an int from 0 to 9 is required, not 12 - failed: int_in(0, 10) in: [1]

A map of the names to begin with; `help(s.keys)` and so on say more, each with an example.

    to ask           valid validate conform INVALID explain explain_json
    to name          def_
    values           a type, a set, a function, and_ or_ nilable spec
    ranges           int_in float_in str_in
    collections      coll_of map_of
    maps             keys optional
    sequences        cat alt star plus maybe
    annotations      Valid
    to convert       decode encode json_schema from_json_schema source
    functions        fdef instrument check
    examples         sample gen near_misses
    guards           check_guard
    data             infer contract promise profile split
    changes          check_compatible
    models           def_model_spec
    errors           ValidationError

The others are by subject, each a module with its own map, such as `help(s.predicates)`.

    s.predicates     is_even is_pos_int is_str ..., the predicates of clojure.core
    s.specs          all that makes a spec, also array range_of tuple_ merge multi_spec select from_type
    s.functions      fspec unstrument ...
    s.frames         frame split flag
    s.inference      infer contract power sketch profile
    s.near           near_misses check_guard untouched
    s.promises       check_promise mostly conformal accept ...
    s.models         def_model_spec model_spec from_examples find_boundary ...
    s.changes        check_compatible check_equivalent
    s.transform      decode encode json_schema from_json_schema from_avro source
    s.clojure        explain_data unform get_spec every exercise such_that ..., under clojure's names
    s.errors         SpecError and its kinds

A name of a subject is one of mxspec too: `s.is_even` is `s.predicates.is_even`. `from mxspec import *`
imports the names to begin with.

README.md has a tour, mxspec/README.md an example for each subject, docs/api.md each name in a line.
"""

import importlib
from typing import TYPE_CHECKING

from mxspec._version import __version__
from mxspec.base.values import INVALID
from mxspec.errors import ValidationError
from mxspec.functions.check import check
from mxspec.functions.fspec import fdef
from mxspec.functions.instrument import instrument
from mxspec.models.model_spec import def_model_spec
from mxspec.promises.promise import promise
from mxspec.questions.examples import gen, sample
from mxspec.questions.operations import conform, def_, explain, explain_json, spec, valid, validate
from mxspec.specs.collections import coll_of, map_of
from mxspec.specs.key_groups import optional
from mxspec.specs.logic import and_, or_
from mxspec.specs.maps import keys
from mxspec.specs.ranges import float_in, int_in, str_in
from mxspec.specs.regex.combinators import alt, cat, maybe, plus, star
from mxspec.specs.wrappers import nilable
from mxspec.transform.annotations.valid import Valid

if TYPE_CHECKING:
    from mxspec import (
        changes,
        clojure,
        errors,
        frames,
        functions,
        inference,
        models,
        near,
        predicates,
        promises,
        specs,
        transform,
    )
    from mxspec.changes import *
    from mxspec.clojure import *
    from mxspec.errors import *
    from mxspec.frames import *
    from mxspec.functions import *
    from mxspec.inference import *
    from mxspec.models import *
    from mxspec.near import *
    from mxspec.predicates import *
    from mxspec.promises import *
    from mxspec.specs import *
    from mxspec.transform import *
else:
    from mxspec.addresses import keep_old_addresses

    # Names are looked up in this order. A subject imports nothing, and few programs use most names.
    # fmt: off
    _SUBJECTS = [
        "predicates", "specs", "functions", "frames", "inference", "near", "promises", "models", "changes",
        "transform", "clojure", "errors",
    ]
    # fmt: on

    # Pickles of an earlier layout name modules by where they stood.
    keep_old_addresses()

    def __getattr__(name: str) -> object:
        """Return a subject, or import a name of one, and keep it."""
        if name.startswith("_"):  # of a program that looks at modules
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        if name in _SUBJECTS:
            return importlib.import_module(f"{__name__}.{name}")
        names = [*__all__]
        for subject in _SUBJECTS:
            module = importlib.import_module(f"{__name__}.{subject}")
            if name in module.__all__:
                value = globals()[name] = getattr(module, name)
                return value
            names += module.__all__
        from mxspec.base.messages.wrong_names import no_such_name

        raise AttributeError(no_such_name(name, names))


# fmt: off
__all__ = [
    "INVALID", "Valid", "ValidationError", "__version__", "alt", "and_", "cat", "check", "check_compatible",
    "check_guard", "coll_of", "conform", "contract", "decode", "def_", "def_model_spec", "encode",
    "explain", "explain_json", "fdef", "float_in", "from_json_schema", "gen", "infer", "instrument",
    "int_in", "json_schema", "keys", "map_of", "maybe", "near_misses", "nilable", "optional", "or_", "plus",
    "profile", "promise", "sample", "source", "spec", "split", "star", "str_in", "valid", "validate",
]

if TYPE_CHECKING:  # a checker knows all names
    __all__ += [
        "changes", "clojure", "errors", "frames", "functions", "inference", "models", "near", "predicates",
        "promises", "specs", "transform",
    ]
    __all__ += changes.__all__
    __all__ += clojure.__all__
    __all__ += errors.__all__
    __all__ += frames.__all__
    __all__ += functions.__all__
    __all__ += inference.__all__
    __all__ += models.__all__
    __all__ += near.__all__
    __all__ += predicates.__all__
    __all__ += promises.__all__
    __all__ += specs.__all__
    __all__ += transform.__all__
# fmt: on


def __dir__() -> list[str]:
    """Return the names that complete and that help lists: those to begin with."""
    return __all__
