"""Rows that a tag tells apart, as calls of tools do: each tag has its own keys and arguments."""

import random

import pytest

import mxspec as s
from tests.mxspec.inference.columns import column
from tests.mxspec.meaning import execute


def test_a_tag_tells_maps_apart():
    def shape(r):
        if r.random() < 0.5:
            return {"kind": "circle", "radius": r.randrange(1, 9)}
        return {"kind": r.choice(["square", "rectangle"]), "width": r.randrange(1, 9), "height": 2}

    contract = s.infer(column(shape))
    assert s.form(contract)[:2] == ("multi_spec", "kind")
    assert not s.valid(contract, {"kind": "circle", "width": 2, "height": 2})
    assert not s.valid(contract, {"kind": "star", "radius": 2})
    assert {row["kind"] for row in s.sample(contract, 50, seed=1)} == {"circle", "square", "rectangle"}


@pytest.mark.parametrize(
    "odd",
    [
        *({"kind": kind, "radius": 0.0} for kind in (None, 3, ["x"], "star")),
        {"radius": 0.0},
        {"kind": "square"},
    ],
)
def test_all_rows_fit_though_one_of_them_has_another_tag_or_none(odd):
    def shape(r):
        if r.random() < 0.5:
            return {"kind": "circle", "radius": r.gauss(0, 1)}
        return {"kind": r.choice(["square", "rectangle"]), "width": r.gauss(0, 1), "height": 2}

    rows = [row if i != 1234 else odd for i, row in enumerate(column(shape))]
    contract = s.infer(rows, refuse=0.02)
    assert s.form(contract)[:2] == ("multi_spec", "kind")
    assert all(s.valid(contract, row) for row in rows)
    assert not s.valid(contract, {"kind": "circle", "radius": 99.0})


def test_the_tag_of_an_envelope_tells_its_payloads_apart():
    def call(r):
        args = {"to": r.choice("ab"), "amount": r.randrange(100)}
        return r.choice(
            [{"tool": "pay", "args": args}, {"tool": "find", "args": {"query": "x" * r.randrange(9)}}]
        )

    contract = s.infer(column(call))
    assert s.form(contract)[:2] == ("multi_spec", "tool")
    assert s.valid(contract, {"tool": "pay", "args": {"to": "a", "amount": 3}})
    assert not s.valid(contract, {"tool": "find", "args": {"to": "a", "amount": 3}})
    assert s.explain_str(contract, {"tool": "pay", "args": {"to": "a", "amount": 300}}).startswith("above 99")


def pay_args(r):
    return {"to": r.choice("ab"), "amount": r.randrange(100)}


def find_args(r):
    return {"query": "x" * r.randrange(1, 9), **({"top": r.randrange(5)} if r.random() < 0.5 else {})}


def many_keys(name):
    return lambda r: {f"{name} {i}": r.randrange(9) for i in range(8) if r.random() < 0.5 or not i}


# The arguments of each tool, and the envelope around them and its answer.
TOOLS = {
    "other keys": {"pay": pay_args, "find": find_args},
    "keys that may be missing": {name: many_keys(name) for name in ("pay", "find", "mail")},
    "values of other types": {"pay": lambda r: {"id": r.randrange(9)}, "find": lambda r: {"id": "xyz"}},
    "many tools": {f"tool {i}": many_keys(f"{i}") for i in range(12)},
}
ENVELOPES = {
    "beside": lambda tool, args, answer: {"tool": tool, "args": args},
    "beside two": lambda tool, args, answer: {"tool": tool, "args": args, "answer": answer},
    "or none": lambda tool, args, answer: {
        "tool": tool,
        "args": args,
        "answer": answer if len(args) > 1 else None,
    },
    "within": lambda tool, args, answer: {"id": len(args), "call": {"name": tool, "args": args}},
    "in a list": lambda tool, args, answer: {"calls": [{"name": tool, "args": args}] * len(args)},
    "above": lambda tool, args, answer: {"tool": tool, "call": {"version": 1, "args": args}},
}
# Each envelope once, and each kind of tools but the many, which take as long as all others.
FIRST = {
    ("keys that may be missing", "beside"),
    ("values of other types", "beside two"),
    *(("other keys", envelope) for envelope in ENVELOPES if not envelope.startswith("beside")),
}


@pytest.mark.few(3)
@pytest.mark.parametrize(
    ("tools", "envelope"),
    [
        pytest.param(
            tools,
            envelope,
            marks=[] if (tools, envelope) in FIRST else pytest.mark.slow,
        )
        for tools in TOOLS
        for envelope in ENVELOPES
    ],
)
def test_a_tool_has_its_own_arguments_wherever_the_envelope_holds_them(tools, envelope):
    tools, wrap = TOOLS[tools], ENVELOPES[envelope]
    names = [*tools]

    def call(r, other=0):
        i = r.randrange(len(names))
        args = tools[names[(i + other) % len(names)]](r)
        return wrap(names[i], args, {f"{names[(i + other) % len(names)]} is done": True})

    rows = column(call, 3000)
    contract = s.infer(rows, refuse=0.05, ordered=False)
    assert all(s.valid(contract, row) for row in rows)
    assert not any(s.valid(contract, row) for row in column(lambda r: call(r, 1), 200))
    assert all(s.valid(contract, row) for row in s.sample(contract, 20, seed=0))
    assert s.form(execute(contract)) == s.form(contract)
    parts = [s.sketch(rows[i : i + 800], start=i) for i in range(0, 3000, 800)]
    assert sum(parts[::-1]) == s.sketch(rows)


@pytest.mark.parametrize("odd", [None, 3, "mail", *({"n": i} for i in range(3))])
def test_all_calls_fit_though_one_has_another_tool_or_none_and_the_other_arguments(odd):
    tools = {"pay": pay_args, "find": find_args}
    rows = column(lambda r: {"tool": (tool := r.choice([*tools])), "args": tools[tool](r)})
    rows[1234] = (
        {"tool": odd, "args": {"a": 1}} if not isinstance(odd, dict) else {"tool": "pay", "args": odd}
    )
    contract = s.infer(rows, refuse=0.05)
    assert all(s.valid(contract, row) for row in rows)
    assert s.valid(contract, {"tool": "pay", "args": {"to": "a", "amount": 3}})


@pytest.mark.slow
def test_the_law_of_envelopes_is_that_of_all_rows():
    """A contract accepts its rows, and sketches add up, whatever stands under which tag."""
    for seed in range(20):
        r = random.Random(seed)
        keys, tags = r.sample("abcdefgh", 4), ["x", "y", "z"][: r.randrange(1, 4)]

        def payload(r, tag, depth=0, keys=keys):
            values = [
                lambda: r.randrange(9),
                lambda: tag,
                lambda: None,
                lambda: [tag],
                lambda: payload(r, tag, depth + 1),
            ]
            some = r.sample(keys, r.randrange(4)) if r.random() < 0.3 else [keys[ord(tag) % 4]]
            return {key: r.choice(values[: 5 if depth < 2 else 4])() for key in some}

        rows = []
        for _ in range(r.choice([60, 300])):
            tag = r.choice(tags)
            row = {
                "t": tag,
                "u": r.choice(["p", "q", tag]),
                "p": payload(r, tag),
                "q": payload(r, r.choice(tags)),
            }
            for key in [*row]:
                if r.random() < 0.02:
                    row[key] = r.choice([None, 3, "new", {}, {"a": {"b": 1}}])
            rows.append({key: x for key, x in row.items() if r.random() < 0.995})
        contract = s.infer(rows, refuse=0.99, confidence=0.5, ordered=False)
        assert all(s.valid(contract, row) for row in rows), seed
        cut = r.randrange(len(rows))
        assert s.sketch(rows[cut:], start=cut) + s.sketch(rows[:cut]) == s.sketch(rows), seed


def test_payloads_that_the_tag_does_not_tell_apart_are_one():
    contract = s.infer(
        column(
            lambda r: {"tool": r.choice(["pay", "find"]), "args": r.choice([{"a": 1}, {"b": r.randrange(9)}])}
        )
    )
    assert s.form(contract)[0] == "keys"
