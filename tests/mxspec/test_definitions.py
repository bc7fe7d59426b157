"""What no spec can be made of, and the words of the error, part after part of what it says."""

import datetime as dt
import enum
import math
import re

import numpy as np
import pytest

import mxspec as s

DAY, NEXT = dt.datetime(2019, 10, 11), dt.datetime(2019, 10, 12)
ZONED_NEXT = NEXT.replace(tzinfo=dt.UTC)
TWO, ALIKE = np.zeros(3), np.zeros((600, 4))
WORDS = ["a"] * 600
PLANE = s.model_spec({0, 1, 2}, int, lambda label, z: z, latent=lambda: s.standard_normal(2))
NO_SHAPE = "a shape is a tuple of lengths"
NO_PAIRS = "takes tag=pred or ('tag', pred) pairs, not"
NO_CALLABLE = "a conformer is made of callables"
NO_SENTENCE = "a message is a sentence"
NO_THRESHOLD = "threshold is a number or what s.conformal returns, not"
NO_ARRAYS = "together (n, ...), not of shape"
NO_HALF = "generate is a function of one argument, not None; it may be"
NO_NAME = "a spec's name reads 'namespace/name', which ... does not"
NOT_WITHIN = "is a number between 0 and 1, not"


class Size(enum.Enum):
    SMALL = "s"


class Level(enum.IntEnum):
    LOW = 1


# A call, and the words. ^ and $ stand for the ends of the message, ... for any words.
TABLE = [
    # logic
    *((lambda branch=branch: s.alt(branch), NO_PAIRS) for branch in [("a", int, str), "ab", 3, (1, int)]),
    (lambda: s.or_(("a", int, str)), "a tuple is no spec"),
    (lambda: s.or_("ab"), "reads 'namespace/name', which 'ab' does not; say 'app/ab', with"),
    (lambda: s.or_(3), "3 is not a predicate"),
    (lambda: s.or_((1, int)), "a tuple is no spec: a list of as many values is s.tuple_(1, int)"),
    (lambda: s.or_([int, str]), "one of them s.or_(int, str)"),
    (lambda: s.or_(int, ("a", str)), "or_ takes tag=pred or ('tag', pred) pairs, not <class 'int'>"),
    (lambda: s.or_(int, a=str), "or_ takes tag=pred or ('tag', pred) pairs, not <class 'int'>"),
    *((lambda args=args: s.conformer(*args), NO_CALLABLE) for args in [(1,), (int, 1), ("x",)]),
    # collections
    (lambda: s.coll_of(int, kinds=list), "^a collection has no option 'kinds'; did you mean 'kind'?$"),
    (lambda: s.every(int, kinds=list), "^a collection has no option 'kinds'; did you mean 'kind'?$"),
    (lambda: s.coll_of(int, zzz=1), "^a collection has no option 'zzz'$"),
    (lambda: s.coll_of(int, into=str),
     "^into is one of list, tuple, set, frozenset and dict, not <class 'str'>$"),
    (lambda: s.coll_of(int, count=-1), "^count is an int from 0, not -1$"),
    (lambda: s.coll_of(int, min_count=True), "^min_count is an int from 0, not True$"),
    (lambda: s.coll_of(int, max_count=1.5), "^max_count is an int from 0, not 1.5$"),
    (lambda: s.coll_of(int, gen_max="x"), "^gen_max is an int from 0, not 'x'$"),
    (lambda: s.coll_of(int, min_count=3, max_count=2), "^min_count is at most max_count, not 3 and 2$"),
    (lambda: s.tuple_(), "tuple_ takes one pred or more"),
    (lambda: s.alt(), "alt takes one branch or more"),
    # constants
    *((lambda x=x: s.keys({"a": x}), f"; the constant is {words}$") for x, words in [
        ("EUR", r"{'EUR'}"), ("a b", r"{'a b'}"), ("x/y/z", r"{'x/y/z'}"), ("", r"{''}"),
        (1, "{1}"), (-1.5, "{-1.5}"), (True, "{True}"), (False, "s.is_false"), (b"a", "{b'a'}"),
        (Size.SMALL, "{Size.SMALL}"), (Level.LOW, "{Level.LOW}"),
    ]),
    (lambda: s.check_compatible({"a": 1}, {"a": int}), "; the constant is {1}$"),
    *((lambda x=x: s.keys({"a": x}), words) for x, words in [
        (math.nan, "the name of one$"), (object(), "the name of one$"),
        ("int", "without quotes$"), (":a/b", "in place of ':a/b'$"),
    ]),
    *((lambda call=call: call("age"), "with the name of your program for app$")
      for call in [lambda x: s.def_(x, int), lambda x: s.keys(req=[x]), s.or_keys]),
    (lambda: s.def_("a" * 1000, int), "say 'app/aaaa...aaaa', with the name"),
    # maps
    (lambda: s.keys(req=["name"]), "a spec's name reads 'namespace/name'"),
    (lambda: s.keys(req="maps/name"), "keys takes lists of names, not 'maps/name'"),
    (lambda: s.keys(req=s.or_keys("maps/name")), "keys takes lists of names"),
    (lambda: s.keys({"a": int}, ["a/b"]), "is all that keys takes, beside closed and gen"),
    (lambda: s.keys(opt={"a": int}), "goes into req_un"),
    (lambda: s.keys({int: str}), "the keys of a dict of specs are keys, not int; ... s.map_of(int, str)"),
    (lambda: s.keys({s.optional("a/b"): str}), "optional goes around the spec of a value"),
    (lambda: s.and_({}), "{} names no key; any map is s.is_dict"),
    (lambda: s.and_(s.optional(int)), "may be missing; None or a value is nilable(int)"),
    (lambda: s.and_([int]), "a list is no spec: a list of such values is s.coll_of(int)"),
    (lambda: s.and_([int, str, bool, set]), "is s.tuple_(int, str, bool, ...), one of them s.or_("),
    (lambda: s.and_(["a", 3]), "a list is no spec: one of these values is {'a', 3}"),
    (lambda: s.and_(("coll_of", int)), "a form is read by s.from_form"),
    (lambda: s.valid(None, 3), "say s.is_none"),
    (lambda: s.and_("int"), "the type is int without quotes"),
    (lambda: s.and_(list["int"]), "'int' is a forward reference"),
    (lambda: s.keys(req_un={"a": 3}), "is not a predicate"),
    (lambda: s.or_keys(), "or_keys takes one key or more"),
    (lambda: s.and_keys("name"), "a spec's name reads"),
    (lambda: s.merge(), "merge takes one spec or more"),
    (lambda: s.multi_spec("kind", [s.keys()]), "methods is a mapping from tag to spec, not"),
    (lambda: s.multi_spec(len, {}), "with a function for dispatch, say with retag= how a value gets its tag"),
    (lambda: s.record_of(3, {}), "takes a class"),
    # ranges
    (lambda: s.int_in(5, 5), "int_in takes two ints in ascending order, not 5 and 5"),
    (lambda: s.int_in(0, 1.0), "int_in takes two ints"),
    (lambda: s.int_in(False, True), "int_in takes two ints"),
    (lambda: s.int_in(3), "not 3 and None; a bound alone is int_in(min=0) or int_in(max=5)"),
    (lambda: s.int_in(), "int_in takes two ints"),
    (lambda: s.int_in(min=5, max=4), "ascending order, not 5 and 4"),
    (lambda: s.int_in(min=0.5), "int_in takes two ints"),
    (lambda: s.int_in(0, 5, max=5), "int_in takes start and end, as in range, or min and max"),
    (lambda: s.and_(range(0)), "range(0, 0) has no member"),
    (lambda: s.and_(range(0, 10**9, 2)), "has steps and more than 10,000 members"),
    (lambda: s.and_(re.compile("a", re.IGNORECASE)), "a pattern with re.IGNORECASE is no spec"),
    (lambda: s.and_(re.compile(b"a")), "a pattern of bytes is no spec"),
    (lambda: s.str_in("a", pattern="b"), "str_in takes one pattern, not 'a' and another"),
    (lambda: s.array(int), "a list of such values is s.coll_of(int)"),
    (lambda: s.float_in(1, 0), "float_in needs min <= max, not 1 and 0"),
    (lambda: s.float_in("a", "b"), "the bounds of float_in are numbers, not 'a'"),
    (lambda: s.float_in(math.nan), "the bounds of float_in are numbers, not nan"),
    (lambda: s.inst_in(NEXT, DAY), "inst_in takes two datetimes in ascending order"),
    (lambda: s.inst_in(DAY, ZONED_NEXT), "both with a time zone or both without"),
    (lambda: s.inst_in(DAY.date(), NEXT), "inst_in takes two datetimes"),
    (lambda: s.str_in(3, 1), "min_length <= max_length"),
    (lambda: s.str_in(-1), "is an int from 0"),
    (lambda: s.str_in(format="dates"), "is not a format of strings; did you mean 'date'"),
    (lambda: s.str_in(pattern="("), "is not a regular expression"),
    (lambda: s.range_of(int), "one or two values"),
    (lambda: s.range_of(int, 3, 1), "ascending order"),
    (lambda: s.range_of(int, "a", "b"), "one or two values"),
    (lambda: s.range_of(dt.datetime, dt.datetime.min, dt.datetime.now(dt.UTC)), "ascending order"),
    # arrays
    *((lambda shape=shape: s.array(shape), NO_SHAPE) for shape in [(-1, 3), (True,), "784", [(3,), ("x",)]]),
    (lambda: s.array(dtype="flaot32"), "did you mean 'float32'?"),
    (lambda: s.array(dtype=3), "dtype is a numpy dtype or a kind of them"),
    (lambda: s.array(min=2, max=1), "array needs min <= max, not 2 and 1"),
    (lambda: s.array(min=math.nan), "min is a number or None, not nan"),
    (lambda: s.array(max="1"), "max is a number or None, not '1'"),
    (lambda: s.array(max=True), "max is a number or None, not True"),
    (lambda: s.array(max=10**400), "max is a number or None"),
    (lambda: s.array(min=[0]), "min is a number or None"),
    (lambda: s.array(finite=1), "finite is True or False, not 1"),
    (lambda: s.array(hint=3), "hint is some words"),
    # words
    *((lambda words=words: s.with_message(int, words), NO_SENTENCE) for words in [None, "", " ", 3, int]),
    (lambda: s.def_("definitions/seats", int, doc=3), "doc is some words"),
    # names
    *((lambda name=name: s.def_(name, int), NO_NAME)
      for name in ["number", "a/b/c", "/a", "a/", "a b/c", "", 1, None, int]),
    # forms
    (lambda: s.from_form(("coll_off", int)), "'coll_off' makes no spec; did you mean 'coll_of'?"),
    (lambda: s.from_form(("cat", int)), "cat takes tag=pred"),
    (lambda: s.from_form(("nilable",)), "is not a form of nilable"),
    (lambda: s.from_form(("int_in", 5, 5)), "int_in takes two ints in ascending order"),
    (lambda: s.from_form(("coll_of", int, {"kinds": list})), "a collection has no option 'kinds'"),
    (lambda: s.from_form(()), "a tuple is no spec"),
    (lambda: s.from_form(None), "say s.is_none"),
    # models
    (lambda: s.def_model_spec("short", int, len, str), "a spec's name reads"),
    (lambda: s.def_model_spec("model/x", int, 3, str), "discriminate is a function of one argument, not 3"),
    (lambda: s.model_spec(int, len, None), NO_HALF),
    (lambda: s.model_spec(int, len, input=str, latent=lambda: s.standard_normal(2)), NO_HALF),
    (lambda: s.model_spec(3, len, str), "is not a predicate"),
    (lambda: s.model_spec(int, len, str, latnt=None),
     "^a model spec has no option 'latnt'; did you mean 'latent'?$"),
    (lambda: s.model_spec(int, len, str, generator=str),
     "^a model spec has no option 'generator'; did you mean 'generate'?$"),
    (lambda: s.model_spec(int, len, str, discriminator=len),
     "^a model spec has no option 'discriminator'; did you mean 'discriminate'?$"),
    # named before the half is missed
    (lambda: s.model_spec(int, len, generator=str), "did you mean 'generate'"),
    (lambda: s.def_model_spec("option/word", int, discriminator=len), "did you mean 'discriminate'"),
    (lambda: s.model_spec(int, len, str, latent=3),
     "^latent is a spec or a function that returns a strategy, not 3$"),
    (lambda: s.model_spec(int, len, str, min_confidence=2),
     "^min_confidence is a number from 0 to 1, not 2$"),
    *((lambda threshold=threshold: s.model_spec(int, len, str, threshold=threshold), NO_THRESHOLD)
      for threshold in ["9", math.nan, True, [9]]),
    # boundaries
    (lambda: s.find_boundary(int), "takes a model spec with a latent, ... not int"),
    (lambda: s.find_boundary(s.model_spec(int, len, str)), "takes a model spec with a latent"),
    (lambda: s.find_boundary(PLANE, 3), "3 is not a label of model_spec"),
    (lambda: s.find_boundary(PLANE, 1, 1), "a boundary lies between two labels, not 1 and 1"),
    (lambda: s.find_boundary(PLANE, max_examples=0), "max_examples is an int from 1, not 0"),
    (lambda: s.find_boundary(PLANE, steps=1.5), "steps is an int from 2, not 1.5"),
    # thresholds
    (lambda: s.conformal([]), "needs at least one score"),
    (lambda: s.conformal(range(458)),
     "458 scores can't promise with a confidence of 0.99 that at most 0.01 ... 459 can"),
    (lambda: s.conformal([1.0] * 499 + [math.nan]), "1 of 500 scores are NaN"),
    (lambda: s.conformal([1.0] * 499 + [math.inf]),
     "1 of 500 scores are infinite, ... it would refuse nothing"),
    (lambda: s.conformal(np.zeros((500, 1))), "in one dimension, (n,), not of shape (500, 1)"),
    (lambda: s.conformal(["a"]), "numbers in one dimension, not "),
    (lambda: s.conformal(None), "numbers in one dimension, not None"),
    (lambda: s.conformal(range(500), alpha=0), f"alpha {NOT_WITHIN} 0"),
    (lambda: s.conformal(range(500), alpha="1%"), f"alpha {NOT_WITHIN} '1%'"),
    (lambda: s.conformal(range(500), confidence=1.0), f"confidence {NOT_WITHIN} 1.0"),
    (lambda: s.conformal(range(500), confidence=math.nan), f"confidence {NOT_WITHIN} nan"),
    (lambda: s.conformal(range(918), by=[0] * 458 + [1] * 460),
     "1 of 2 labels ... 459 a label can: 458 of 0; try more"),
    (lambda: s.conformal(range(500), by=[0] * 499), "by is a label for each score, not 499 for 500 scores"),
    (lambda: s.conformal(range(500), by=[None] * 500), "a label is hashable and not None, not None"),
    (lambda: s.conformal(range(500), by=[[1]] * 500), "a label is hashable and not None, not [1]"),
    (lambda: s.conformal(None, by=[1]), "numbers in one dimension, not None"),
    (lambda: s.conformal([math.inf] * 500, by=[1] * 500), "500 of 500 scores are infinite"),
    # examples
    (lambda: s.from_examples(ALIKE[:466]),
     "466 examples are too few: 459 have to be held back ... try 467 or more"),
    (lambda: s.from_examples(ALIKE[:20], alpha=0.1, confidence=0.9),
     "20 examples are too few: 22 have ... try 30 or more"),
    (lambda: s.from_examples(np.zeros(600)), f"{NO_ARRAYS} (600,) and dtype float64"),
    (lambda: s.from_examples(np.zeros((600, 0))), "not of shape (600, 0)"),
    (lambda: s.from_examples([]), "not of shape (0,)"),
    (lambda: s.from_examples(WORDS), "of real numbers, ... not of shape"),
    (lambda: s.from_examples([TWO, TWO[1:]] * 300), "examples are ...of one shape"),
    (lambda: s.from_examples(None), "examples are arrays of one shape: "),
    (lambda: s.from_examples(ALIKE + np.inf), "600 of 600 examples are not finite"),
    (lambda: s.from_examples(WORDS, embed=3), "embed is a function from a value to its features, not 3"),
    (lambda: s.from_examples(WORDS, embed=len), "not of shape (600,)"),
    (lambda: s.from_examples(ALIKE, alpha=2), f"alpha {NOT_WITHIN} 2"),
    # comparisons of functions
    (lambda: s.check_equivalent(3, abs, int), "check_equivalent compares functions of one value, not 3"),
    (lambda: s.check_equivalent(abs, "abs", int), "compares functions of one value, not 'abs'"),
    *((lambda most=most: s.check_equivalent(abs, abs, int, tolerance=most),
       f"tolerance is a number from 0, or None, not {most!r}") for most in [-1, "0", math.nan]),
    # samples
    *((lambda n=n: s.sample(int, n), "the number of samples is an int from 0, not")
      for n in [-1, True, 1.5, "3", None]),
    # contracts
    (lambda: s.infer([]), "there are none"),
    (lambda: s.infer({"a": 1}), "not one dict"),
    (lambda: s.infer("abc"), "not one str"),
    (lambda: s.infer(range(9), refuse=2), "refuse is a number between 0 and 1"),
    (lambda: s.infer(range(300)), "300 rows can't promise ... some 800 can"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "words"), TABLE, ids=range(len(TABLE)))
def test_nonsensical_arguments_are_refused_in_words(make, words):
    with pytest.raises(s.SpecDefinitionError) as raised:
        make()
    pattern = ".*".join(map(re.escape, re.split(r" ?\.\.\. ?", words)))
    assert re.search(pattern, f"^{raised.value}$", re.DOTALL)
