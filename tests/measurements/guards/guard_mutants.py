"""Faults in guards: each mutant is a guard with one slip in its code, of the kinds that mutmut makes."""

import ast
import copy
import hashlib
import inspect
import re
import textwrap
from typing import NamedTuple

COMPARISONS = {
    ast.Lt: [ast.LtE], ast.LtE: [ast.Lt], ast.Gt: [ast.GtE], ast.GtE: [ast.Gt], ast.Eq: [ast.NotEq, ast.LtE],
    ast.NotEq: [ast.Eq], ast.In: [ast.NotIn], ast.NotIn: [ast.In], ast.Is: [ast.IsNot], ast.IsNot: [ast.Is],
}  # fmt: skip
NAMES = {"all": "any", "any": "all", "fullmatch": "match", "min": "max", "max": "min", "is_int": "is_number"}
NAMES |= {"is_float": "is_number", "int": "float", "Decimal": "float"}
WIDER = {
    "str": "(str, bytes)",
    "list": "(list, tuple)",
    "Mapping": "(Mapping, list)",
    "set": "(set, frozenset)",
}
WIDER |= {"(bool, np.bool_)": "int", "dt.date": "(dt.date, str)", "dt.datetime": "(dt.datetime, str)"}
WIDER |= {"UUID": "(UUID, str)", "Decimal": "(Decimal, float)", "np.ndarray": "(np.ndarray, list)"}
# What is written in place of a piece of a pattern.
SLIPS = [(r"\+", "*"), (r"\{(\d+),", lambda m: f"{{{int(m[1]) - 1},")]
SLIPS += [(r",(\d+)\}", lambda m: f",{int(m[1]) + 1}}}")]
SLIPS += [(r"\{(\d+)\}", lambda m: f"{{{m[1]},}}"), ("[zZ9f]]", lambda m: f"{chr(ord(m[0][0]) - 1)}]")]
SLIPS += [("a-z", "a-zA-Z"), ("A-Z", "A-Za-z"), ("0-9", "0-9_"), (r"\|\w+", ""), (r"\\\.", ".")]


class Mutant(NamedTuple):
    """A guard with a slip: its half, the guard's name, the slip in words, and the function."""

    half: str
    name: str
    slip: str
    guard: object


def _digest(*words):
    return hashlib.sha256(" ".join(words).encode()).hexdigest()


def half_of(name, names):
    """Return the half of a guard: of all names each second one, in the order of their hashes."""
    ranked = sorted(names, key=_digest)
    return ("tuning", "measured")[ranked.index(name) % 2]


def _numbers(x):
    return [x - 1, x + 1] if type(x) in (int, float) else []


def _slips(node, in_pattern):
    """Yield what may stand in place of a node of the code."""
    match node:
        case ast.Constant(value=bool() as x):
            yield ast.Constant(not x)
        case ast.Constant(value=str() as text) if in_pattern:
            for pattern, new in SLIPS:
                for m in re.finditer(pattern, text):
                    slip = re.sub(pattern, new, m[0])
                    yield ast.Constant(f"{text[: m.start()]}{slip}{text[m.end() :]}")
        case ast.Constant(value=x):
            yield from map(ast.Constant, [f"{x}_"] if isinstance(x, str) else _numbers(x))
        case ast.Compare(left, ops, several):
            for i, op in enumerate(ops):
                for other in COMPARISONS[type(op)]:
                    yield ast.Compare(left, [*ops[:i], other(), *ops[i + 1 :]], several)
            if len(ops) == 2:
                yield from (
                    ast.Compare(left, ops[:1], several[:1]),
                    ast.Compare(several[0], ops[1:], several[1:]),
                )
        case ast.BoolOp(op, values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            for i in range(len(values)):
                rest = values[:i] + values[i + 1 :]
                yield ast.BoolOp(op, rest) if len(rest) > 1 else rest[0]
        case ast.UnaryOp(ast.Not(), operand):
            yield operand
        case ast.BinOp(left, ast.Sub(), right):
            yield ast.BinOp(left, ast.Add(), right)
        case ast.BinOp(left, ast.Mult() | ast.Mod() | ast.Add(), right):
            yield from (left, right)
        case ast.Set(members) | ast.Tuple(members) if len(members) > 1 and isinstance(
            members[0], ast.Constant
        ):
            kind = type(node)
            less = [members[:i] + members[i + 1 :] for i in range(len(members))]
            more = [*members, ast.Constant(_more(members[-1].value))]
            yield from (kind(each) if kind is ast.Set else kind(each, ast.Load()) for each in [*less, more])
        case ast.Call(ast.Name("isinstance"), [x, kind]) if ast.unparse(kind) in WIDER:
            wider = ast.parse(WIDER[ast.unparse(kind)], mode="eval").body
            yield ast.Call(ast.Name("isinstance", ast.Load()), [x, wider], [])
        case ast.Name(name, ast.Load()) if name in NAMES:
            yield ast.Name(NAMES[name], ast.Load())
        case ast.Attribute(x, name) if name in NAMES:
            yield ast.Attribute(x, NAMES[name], ast.Load())
        case ast.If(_, [ast.Return()], []) | ast.Assert():
            yield ast.Pass()
        case ast.IfExp(_, body, other):
            yield from (body, other)


def _more(member):
    return member + 1 if isinstance(member, int) else member.upper() if member.islower() else member.lower()


def _patterns(tree):
    """Return the ids of the nodes that are patterns."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {id(call.args[0]) for call in calls if ast.unparse(call.func).startswith("re.")}


def _variants(tree):
    """Yield copies of a function, each with one slip, and the slip in words."""
    nodes, patterns = [*ast.walk(tree)], _patterns(tree)
    parents = {id(child): parent for parent in nodes for child in ast.iter_child_nodes(parent)}
    for place, node in enumerate(nodes):
        for new in _slips(node, id(node) in patterns):
            whole = place
            while isinstance(nodes[whole], (ast.Constant, ast.Name, ast.Attribute)):
                whole = nodes.index(parents[id(nodes[whole])])
            changed = copy.deepcopy(tree)
            copies = [*ast.walk(changed)]
            _Replacing(copies[place], new).visit(changed)
            slip = f"{ast.unparse(nodes[whole])} -> {ast.unparse(new if whole == place else copies[whole])}"
            yield ast.fix_missing_locations(changed), " ".join(slip.split())


class _Replacing(ast.NodeTransformer):
    def __init__(self, old, new):
        self.old, self.new = old, new

    def visit(self, node):
        return self.new if node is self.old else self.generic_visit(node)


def mutants_of(guard, half, most):
    """Return at most so many mutants of a guard, those with the least hashes, each with a code of its own."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(guard))).body[0]
    tree.decorator_list = []
    found = {}
    for variant, slip in _variants(tree):
        code = ast.unparse(variant)
        if code != ast.unparse(tree):
            found.setdefault(code, slip)
    mutants = []
    for code in sorted(found, key=lambda code: _digest(guard.__name__, code))[:most]:
        scope = dict(guard.__globals__)
        exec(compile(code, f"<{found[code]}>", "exec"), scope)
        mutants.append(Mutant(half, guard.__name__, found[code], scope[guard.__name__]))
    return mutants
