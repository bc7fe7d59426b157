"""What a spec means: its own answers, where it may also be compiled."""

import mxspec as s
from mxspec.specs.core.question import START, ask_spec
from mxspec.specs.core.spec import specize


def conform(spec, x):
    whole = specize(spec)
    return ask_spec(lambda question: whole.conform(x, question), whole)


def explain(spec, x):
    whole = specize(spec)
    return ask_spec(lambda question: whole.explain(x, START, question), whole)


def execute(spec):
    """The spec that the source of a spec defines."""
    names = {}
    exec(s.source(spec), names)
    return names["spec"]
