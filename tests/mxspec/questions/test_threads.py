"""Threads get the answers of a single one, and each answer is by one meaning of every name."""

import gc
import linecache
import resource
import sys
import threading
import traceback
import tracemalloc

import pytest

import mxspec as s
from mxspec.base import names
from mxspec.specs import compiled
from tests.processes import run_fresh

pytestmark = pytest.mark.usefixtures("clean_names")


def in_threads(work, count):
    """Call work(0), work(1), ... in threads that begin together, and return the results."""
    together = threading.Barrier(count)
    results, errors = [None] * count, []

    def run(number):
        together.wait()
        try:
            results[number] = work(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results


def words():
    """A new spec of each kind, none of which was asked before, with values of it and others."""
    s.def_("threads/name", str)
    s.def_("threads/age", s.int_in(0, 151))
    s.def_("threads/tree", s.or_(leaf=int, node=s.tuple_("threads/tree", "threads/tree")))
    person = s.keys(req_un=["threads/name"], opt_un=["threads/age"])
    return [
        ("threads/tree", [1, [1, [2, 3]], [1, "x"]]),
        (s.def_("threads/person", person), [{"name": "Bo", "age": 3}, {"name": 1}, {}]),
        (s.coll_of(s.nilable("threads/age"), kind=list), [[1, None], [151], ()]),
        (s.star(s.cat(key=str, value=s.alt(n=int, more=s.plus(s.is_bool)))), [["a", 1, "b", True], [1]]),
        (s.cat(a=s.star(int), b=s.star(int), c=s.maybe("threads/name")), [[1, 2, "x"], ["x", "y"]]),
        (s.map_of(str, s.or_(a=int, b=str)), [{"k": 1}, {"k": None}]),
        (s.multi_spec("kind", {"a": s.keys(req=["threads/age"])}), [{"kind": "a", "threads/age": 1}, {}]),
        (s.from_type(dict[str, list[int | None]]), [{"a": [1, None]}, {"a": ["x"]}]),
        (s.model_spec({1, 2}, len, lambda n: "x" * n), ["x", "xxx"]),
    ]


def answers(table):
    """All that one can ask of the specs."""
    return [
        (
            [(s.valid(spec, x), s.conform(spec, x), s.explain_str(spec, x)) for x in xs],
            [s.unform(spec, s.conform(spec, x)) for x in xs if s.valid(spec, x)],
            s.sample(spec, 2, seed=1),
            s.generate(spec, seed=2),
        )
        for spec, xs in table
    ]


def test_threads_get_the_answers_of_one_from_the_first_use_on():
    expected = answers(words())
    table = words()
    for got in in_threads(lambda _: answers(table), 4):
        assert repr(got) == repr(expected)


MIXTURES = [
    lambda pred: (s.cat(a="threads/changing", b=pred, c="threads/changing"), [1, 0, "x"]),
    lambda pred: (s.cat(a=s.star("threads/changing"), b=pred, c=s.star("threads/changing")), [1, 0, "x"]),
    lambda pred: (s.tuple_("threads/changing", s.tuple_(pred, "threads/changing")), [1, [0, "x"]]),
    lambda pred: (s.and_(s.tuple_("threads/changing", pred), lambda xs: isinstance(xs[1], str)), [1, "x"]),
    lambda pred: (
        s.multi_spec(len, {2: s.and_("threads/pair", pred, "threads/pair")}, retag=lambda x, _: x),
        [1, 2],
    ),
]


@pytest.mark.parametrize("mixture", MIXTURES, ids=range(len(MIXTURES)))
@pytest.mark.parametrize("questions", [0, 1, 2], ids=["never asked", "asked", "compiled"])
@pytest.mark.parametrize("named", [False, True])
def test_an_answer_is_by_one_meaning_of_a_name_that_is_redefined_meanwhile(mixture, questions, named):
    s.def_("threads/pair", s.tuple_("threads/changing", "threads/changing"))
    asked = []
    redefine = []

    def pred(_):
        asked.append(1)
        if redefine:
            s.def_("threads/changing", redefine.pop())
        return True

    s.def_("threads/changing", int)
    spec, x = mixture(pred)
    spec = s.def_("threads/whole", spec) if named else spec
    for _ in range(questions):
        s.valid(spec, x)
    before = len(asked)
    redefine.append(str)
    by_old_or_new = s.valid(spec, x)
    if len(asked) > before:
        by_new = s.valid(spec, x)
        s.def_("threads/changing", int)
        by_old = s.valid(spec, x)
        assert by_old_or_new in (by_old, by_new)


class Redefining:
    """A predicate that redefines a name when a spec with it is written down, as it is when it compiles."""

    def __init__(self, name, meanings):
        self.name, self.meanings = name, iter(meanings)

    def __call__(self, x):
        return True

    def __repr__(self):
        for meaning in self.meanings:
            s.def_(self.name, meaning)
            break
        return "redefining"


@pytest.mark.parametrize("times", [1, 2, 3, 10])
def test_a_name_that_is_redefined_while_its_spec_compiles_does_not_keep_the_old_meaning(times):
    s.def_("threads/changing", int)
    meanings = [int, str] * times
    spec = s.tuple_(
        "threads/changing", Redefining("threads/changing", meanings[1 : 2 * times]), "threads/changing"
    )
    s.def_("threads/whole", spec)
    for _ in meanings:
        s.valid("threads/whole", [1, 0, 1])
    s.def_("threads/changing", str)
    assert s.valid("threads/whole", ["x", 0, "x"])
    assert not s.valid("threads/whole", [1, 0, 1])
    assert not s.valid("threads/whole", [1, 0, "x"])


def test_once_def_has_returned_no_thread_gets_an_old_answer():
    meanings = [int, str, float, bool]
    values = [1, "x", 1.5, True]
    outer = s.def_("threads/outer", s.coll_of(s.nilable("threads/changing")))
    state = [0, 0]  # the number of redefinitions that have begun, and that are over
    over = threading.Event()

    def work(number):
        if number == 0:
            for i in range(1, 400):
                state[0] = i
                s.def_("threads/changing", meanings[i % 4])
                state[1] = i
                assert s.valid(outer, [values[i % 4]])
            over.set()
            return
        while not over.is_set():
            for k, value in enumerate(values):
                least = state[1]
                is_valid = s.valid(outer, [value, None])
                possible = {i % 4 == k for i in range(least, state[0] + 1)}
                assert is_valid in possible

    s.def_("threads/changing", int)
    in_threads(work, 4)


# --- memory -----------------------------------------------------------------------------------------------


def refused_with_a_traceback(valid):
    """Ask valid, and have a traceback look up the lines of its function."""
    try:
        valid([1])
    except KeyboardInterrupt as error:
        return "".join(traceback.format_exception(error))


def interrupt(x):
    raise KeyboardInterrupt


def redefined(count):
    outer = s.def_("threads/outer", s.coll_of("threads/changing"))
    for i in range(count):
        s.def_("threads/changing", s.and_(s.int_in(0, i + 1), s.conformer(interrupt)))
        refused_with_a_traceback(lambda x: s.valid(outer, x)) if i % 10 == 0 else s.valid(outer, ["x"])


def anonymous(count):
    for i in range(count):
        spec = s.tuple_(s.int_in(0, i + 1), s.star(s.cat(a=int, b=s.maybe(str))))
        for _ in range(3):
            s.valid(spec, [0, [1, "x", 2]])
        s.explain_str(spec, [0, ["x"]])


def questions(count):
    s.def_("threads/name", str)
    spec = s.def_("threads/person", s.keys(req_un=["threads/name"]))
    for i in range(count):
        s.valid(spec, {"name": i})
        if i % 10 == 0:
            s.conform(spec, {"name": "x"})
            s.explain_data(spec, {"name": i})


def samples(count):
    # Of one spec: Hypothesis remembers the bounds of some thousands.
    for seed in range(count):
        s.sample(s.coll_of(s.int_in(0, 9), max_count=3), 2, seed=seed)


FLAT = [(questions, 1000), (redefined, 30), (anonymous, 15)]


@pytest.mark.parametrize(("work", "count"), FLAT)
def test_memory_stays_flat(work, count):
    work(count)
    gc.collect()
    lines = len(linecache.cache)
    tracemalloc.start()
    try:
        work(count)
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        work(2 * count)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 60_000  # the functions of a spec take some 20,000
    assert len(linecache.cache) <= lines


MANY = [(questions, 1_000_000), (redefined, 100_000), (anonymous, 10_000), (samples, 2_000)]


@pytest.mark.stress
@pytest.mark.parametrize(("work", "count"), MANY)
def test_the_memory_of_a_process_stays_flat(work, count):
    program = f"""
        import linecache
        from pathlib import Path
        from tests.mxspec.questions.test_threads import {work.__name__} as work

        def pages():
            return int(Path("/proc/self/statm").read_text().split()[1])

        work({count // 10})
        before, lines = pages(), len(linecache.cache)
        work({count})
        print(pages() - before, len(linecache.cache) - lines)
    """
    pages, lines = map(int, run_fresh(program).split())
    assert pages * resource.getpagesize() < 8_000_000
    assert lines <= 100  # of functions that the garbage collector has not come to


def test_the_lines_of_a_function_go_when_it_does():
    spec = s.coll_of(s.conformer(interrupt))
    functions = compiled.CompiledSpec(spec, names.current)
    file = functions.valid.__code__.co_filename
    assert f'File "{file}", line ' in refused_with_a_traceback(functions.valid)
    assert file in linecache.cache
    del functions
    gc.collect()
    assert file not in linecache.cache


def test_threads_make_no_cycle_of_aliases():
    """Each is checked and registered under one lock, so one of three that would close a circle is refused."""

    def make_alias(name, of, start):
        start.wait()
        for _ in range(20):
            try:
                s.def_(name, of)
            except s.SpecDefinitionError:
                refused.append(name)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for i in range(150):
            names_ = [f"circle/a{i}", f"circle/b{i}", f"circle/c{i}"]
            for name in names_:
                s.def_(name, int)
            refused, start = [], threading.Barrier(3)
            pairs = zip(names_, names_[1:] + names_[:1], strict=True)
            threads = [
                threading.Thread(target=make_alias, args=(*pair, start), daemon=True) for pair in pairs
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(10)
                assert not thread.is_alive(), "a name that leads to itself is looked up without end"
            assert len(set(refused)) == 1
            assert all(s.valid(name, 1) for name in names_)
    finally:
        sys.setswitchinterval(interval)
