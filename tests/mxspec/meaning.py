"""What a spec means: its own answers, where it may also be compiled."""

from mxspec.core.predicate import specize
from mxspec.core.problems import START
from mxspec.core.question import ask


def conform(spec, x):
    whole = specize(spec)
    return ask(lambda question: whole.conform(x, question), whole)


def explain(spec, x):
    whole = specize(spec)
    return ask(lambda question: whole.explain(x, START, question), whole)
