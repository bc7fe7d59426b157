"""A network as a spec: a classifier decides which values are valid, a generator makes examples.

    the spec         def_model_spec model_spec from_examples
    its answers      Reading batched
    its boundary     find_boundary, which returns a Boundary
    its examples     standard_normal remember show

    >>> import mxspec as s
    >>> from mxspec.models import model_spec
    >>> vowel_first = model_spec({"a", "e"}, lambda word: word[0], lambda letter: letter * 3)
    >>> s.valid(vowel_first, "apple"), set(s.sample(vowel_first, 30, seed=1)) == {"aaa", "eee"}
    (True, True)

A classifier and a generator are functions; mxspec knows no network itself.
"""

from typing import TYPE_CHECKING

from mxspec.subjects import hand_on

# `python -m docs.reference` writes these names from the map above, and keeps an import with `as`.
if TYPE_CHECKING:
    from mxspec.base.generated.origins import remember
    from mxspec.base.messages.pictures import show
    from mxspec.base.strategies.combine import standard_normal
    from mxspec.models.boundary import Boundary, find_boundary
    from mxspec.models.from_examples import from_examples
    from mxspec.models.model_spec import Reading, def_model_spec, model_spec
    from mxspec.specs.core.batch import batched

# fmt: off
__all__ = [
    "Boundary", "Reading", "batched", "def_model_spec", "find_boundary", "from_examples", "model_spec",
    "remember", "show", "standard_normal",
]
# fmt: on

hand_on(
    __name__,
    {
        "mxspec.base.generated.origins": "remember",
        "mxspec.base.messages.pictures": "show",
        "mxspec.base.strategies.combine": "standard_normal",
        "mxspec.models.boundary": "Boundary find_boundary",
        "mxspec.models.from_examples": "from_examples",
        "mxspec.models.model_spec": "Reading def_model_spec model_spec",
        "mxspec.specs.core.batch": "batched",
    },
)
