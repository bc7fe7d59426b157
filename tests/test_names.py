"""Names and sentences: what every file of the packages keeps to."""

import ast
import collections
import functools
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROOMS = ["mxspec", "autoencoder"]
FILES = [path.relative_to(ROOT) for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]

# Names that say that something happened, not what the thing is.
VAGUE = {"found", "given", "got", "made", "said", "told"}
# Names that another library gave to the parameters of a method that is overridden.
OVERRIDDEN = {Path("autoencoder", "post.py"): {"got"}}  # doctest's

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

# A function is neither a participle nor an adverb. Most participles end in -ed or -en, these do not.
PARTICIPLES = """
    begun bought brought built caught come cut done drawn felt found gone got grown had held hung kept known
    laid learnt led left lent lit lost made meant met paid put said seen sent shown shut sold sought spent
    spread struck sung swept taught thought thrown told torn understood undone won worn wound woven written
"""
ADVERBS = """
    about above across again ahead apart aside at_once away back below beneath beside besides between beyond
    down elsewhere far forward later off once out over over_in soon together toward towards twice up
"""
IRREGULAR = {*PARTICIPLES.split(), *ADVERBS.split()}
# Verbs and nouns with the ending of a participle, and names that others chose.
NO_PARTICIPLES = {
    *("embed", "feed", "need", "pen", "seed", "speed"),
    *("flatten", "listen", "open", "shorten", "thicken", "widen"),
    "explained",  # of a promise, beside its repr
    *("forward", "spread", "put"),  # the field's verbs and noun; a lens puts
    *("gen", "batched", "untouched", "untried"),  # the API: clojure's s/gen, a decorator, borders, conditions
    *("FullyConnected",),  # MXNet's
}
# Top-level names that stand for one thing in several files.
SAME = {
    "discriminate": "the post's, and that of digits/",
    "generate": "the post's, that of digits/, and a command or a model's, which stands in for mxspec's",
    "generate_many": "many of either",
    "network": "the network of one of the post's files",
    "feed": "the inputs and targets of one of the post's three networks",
    "get_module": "the Module of one of the post's three networks",
    "get_symbol": "the graph of one of the post's three networks",
    "load": "a network or a set of files",
    "main": "the comment block of one of the post's files, and the command line",
    "use_models": "of the post, and of the family of a spec",
    "show_predictions": "before and after the training of one of the post's three networks",
    "show": "autoencoder.viz shows images with labels, mxspec anything that remembers its own",
}


@functools.cache
def tree(path):
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


@functools.cache
def nodes(path):
    """All nodes of a file."""
    return [*ast.walk(tree(path))]


@functools.cache
def is_module(name):
    path = ROOT.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def offences(of):
    """The files in which something is wrong, and what."""
    return {str(path): wrong for path in FILES if (wrong := of(path))}


def modules(path):
    """The names that stand for modules: `import x`, and `from package import module`."""
    for statement in nodes(path):
        if isinstance(statement, ast.Import):
            yield from ((alias.asname or alias.name).partition(".")[0] for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom):
            for alias in statement.names:
                if is_module(f"{statement.module}.{alias.name}"):
                    yield alias.asname or alias.name


def locals_of(function):
    """The parameters of a function, and the names that it binds other than by imports."""
    for node in ast.walk(function):
        if isinstance(node, ast.FunctionDef) and node is not function:
            yield node.name
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name


@functools.cache
def local_names(path):
    """The parameters and the locals of all functions of a file."""
    functions = [node for node in nodes(path) if isinstance(node, FUNCTIONS)]
    return {name for function in functions for name in locals_of(function)}


def test_no_local_name_hides_an_imported_module():
    def hiding(path):
        return local_names(path) & set(modules(path))

    assert offences(hiding) == {}


def test_local_names_describe_their_values():
    def vague(path):
        names = {name.strip("_") for name in local_names(path)}
        return names & (VAGUE - OVERRIDDEN.get(path, set()))

    assert offences(vague) == {}


def test_no_docstring_begins_as_a_question():
    def questions(path):
        documented = [node for node in nodes(path) if isinstance(node, (ast.Module, *DEFINITIONS))]
        docs = [ast.get_docstring(node) or "" for node in documented]
        return [doc for doc in docs if re.match(r"(What|Whether|How)\b", doc)]

    assert offences(questions) == {}


def is_participle(name):
    word = name.strip("_")
    is_one_word = "_" not in word and not name.endswith("__")
    return (word in IRREGULAR and word not in NO_PARTICIPLES) or (
        is_one_word and word.endswith(("ed", "en")) and word not in NO_PARTICIPLES
    )


def test_a_function_is_named_by_a_verb_or_a_noun():
    def participles(path):
        named = [node.name for node in nodes(path) if isinstance(node, DEFINITIONS)]
        return [name for name in named if is_participle(name)]

    assert offences(participles) == {}


def test_a_top_level_name_stands_for_one_thing():
    places = collections.defaultdict(set)
    for path in FILES:
        for node in tree(path).body:
            if isinstance(node, DEFINITIONS):
                places[node.name].add(path)
    assert {name for name, paths in places.items() if len(paths) > 1} == set(SAME)
