"""Each door that takes a pattern of a stranger answers soon: right, or with an error that names the limit."""

import ast
import contextlib
import faulthandler
import functools
import importlib
import json
import math
import re
import re._parser
import signal
from pathlib import Path

import pytest
from hypothesis import assume, given, settings

import mxspec as s
from mxspec import odcs
from mxspec.base import patterns
from mxspec.command_line.main import main
from mxspec.transform.schemas.json_keywords import DIALECT as DRAFT
from tests.mxspec.backtracking import Backtracking
from tests.mxspec.base.test_patterns import patterns as random_patterns
from tests.mxspec.base.test_patterns import texts
from tests.mxspec.random_specs import examples

WORDS = "|".join(chr(97 + i % 26) + chr(97 + i // 26 % 26) for i in range(150))
HOSTILE = {
    "nested": r"^(a+)+$", "alike": r"^(a|a)*b$", "prefix": r"(a|aa)+$", "words": r"^(\w+\s?)*$",
    "lookahead": r"^(?=(a+)+b)c", "backreference": r"^(.+)\1+$", "square": r"a*b", "cube": r".*a.*b.*!",
    "fourth power": r".*.*.*.*x", "fifth power": r".*.*.*.*.*x", "counted": r"(a{1000}){1000}",
    "counted thrice": r"(a{1000}){1000}{1000}", "huge count": r"a{4000000000}", "too huge": r"a{99999999999}",
    "empty turns": r"(){4000000000}", "empty branch": r"(|){4000000000}", "anchors": r"(^){1000000000}",
    "optional turns": r"(a?){4000000000}", "optional nest": "(" * 30 + "a?" + "){64}" * 30,
    "lookaheads": "(?:(?=" * 5 + "a" + ")b){60}" * 5, "many lookaheads": f"(?=({WORDS})*x)" * 14,
    "long": "a" * 1_000_000, "just short": "abcdefghij" * 1000,
    "deep": "(" * 100_000 + "a" + ")" * 100_000,
    "deep turns": "(" * 40 + "a" + "?)*" * 40,
    "many states": "[ab]{64}" * 1200, "many stars": ".*a.*b" * 1500,
    "many branches": f".*({WORDS})*.*({WORDS})*.*x", "no letter": r"\u{110000}",
    "no number": r"\u{" + "f" * 999 + "}",
}  # fmt: skip
SHORT = ("nested", "alike", "lookahead", "square", "cube", "fifth power", "counted", "empty turns", "deep")
TEXTS = ["a" * 44 + "!", "ab" * 288, "a" * 100_000 + "!", "ab" * 50_000]


def ask(spec, *values):
    for value in values:
        try:
            s.valid(spec, value)
        except s.LimitError as error:
            words = str(error)
            assert "too long for the pattern" in words


def ask_schema(schema, *values):
    ask(s.from_json_schema(schema), *values)


def search_keys(p):
    ask_schema({"patternProperties": {p: {"type": "integer"}}, "additionalProperties": False},
               *({text: 1} for text in TEXTS))  # fmt: skip


def require_keys(p):
    s.from_json_schema({"patternProperties": {p: {}}, "required": TEXTS, "additionalProperties": False})


def draw_object(p):
    rule = {"type": "object", "patternProperties": {p: {}}, "minProperties": 1, "additionalProperties": False}
    s.sample(s.from_json_schema(rule), 2)


def compare(p):
    old, new = (
        {"type": "object", "patternProperties": {p: {"type": kind}}, "properties": {"b": {"pattern": other}}}
        for kind, other in (("integer", p), ("string", ".*a.*"))
    )
    s.check_compatible(s.from_json_schema(old), s.from_json_schema(new))


def compare_files(p):
    for name, kind in (("old", "integer"), ("new", "string")):
        rules = {"patternProperties": {p: {"type": kind}}, "properties": {"b": {"pattern": p}}}
        Path(f"{name}.json").write_text(json.dumps({"$schema": DRAFT, "type": "object", **rules}))
    with contextlib.suppress(SystemExit):
        main(["diff", "old.json", "new.json"])


def read_odcs(p):
    document = odcs.to_odcs(s.coll_of(s.keys(req_un={"a": s.str_in(pattern="[a-z]+")})))
    text = json.dumps(document)
    assert '"^[a-z]+$"' in text
    ask(odcs.from_odcs(json.loads(text.replace('"^[a-z]+$"', json.dumps(f"^(?:{p})$")))), [{"a": TEXTS[0]}])


def ask_frame(engine, p):
    module = importlib.import_module(engine)
    spec = s.coll_of(s.keys(req_un={"a": s.str_in(pattern=p)}))
    make = {"pyarrow": "table"}.get(engine, "DataFrame")
    ask(spec, getattr(module, make)({"a": TEXTS}))


DOORS = {
    "str_in": lambda p: ask(s.str_in(pattern=p), *TEXTS),
    "examples of str_in": lambda p: s.sample(s.str_in(pattern=p), 2),
    "predicate_row": lambda p: s.predicate_row("a text", str, pattern=p),
    "pattern": lambda p: ask_schema({"pattern": p}, *TEXTS),
    "examples of pattern": lambda p: s.sample(s.from_json_schema({"type": "string", "pattern": p}), 2),
    "patternProperties": search_keys,
    "required beside patternProperties": require_keys,
    "examples of patternProperties": draw_object,
    "propertyNames": lambda p: ask_schema({"propertyNames": {"pattern": p}}, *({text: 1} for text in TEXTS)),
    "check_compatible": compare,
    "odcs": read_odcs,
    "mxspec diff": compare_files,
    **{f"frames of {each}": functools.partial(ask_frame, each) for each in ("pandas", "polars", "pyarrow")},
    "decode": lambda p: s.decode(s.from_json_schema({"patternProperties": {p: {}}}), {TEXTS[0]: 1}),
}  # fmt: skip


@contextlib.contextmanager
def ending_after(seconds):
    """Turn a hang into a failure of the test; one that never looks at signals ends the process."""

    def stop(*_):
        raise AssertionError(f"no answer after {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    faulthandler.dump_traceback_later(4 * seconds, exit=True)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        faulthandler.cancel_dump_traceback_later()


# A quiet machine answers within some seconds; a hang takes minutes or more.
SECONDS = 30


def check_door(door, name):
    with ending_after(SECONDS):
        try:
            DOORS[door](HOSTILE[name])
        except s.SpecError as error:
            words = str(error)
            assert len(words) < 3000


@pytest.mark.few(6)
@pytest.mark.parametrize("name", SHORT)
@pytest.mark.parametrize("door", ["str_in", "pattern", "patternProperties", "propertyNames", "mxspec diff"])
def test_a_door_answers_a_hostile_pattern_soon(door, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check_door(door, name)


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("door", DOORS)
def test_each_door_answers_each_hostile_pattern_soon(door, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check_door(door, name)


@pytest.mark.parametrize("word", ["pattern", "patternProperties"])
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nested", "exponentially many steps"), ("lookahead", "exponentially many steps"),
        ("empty turns", "exponentially many steps"), ("too huge", "too large"), ("deep", "10,000 characters"),
        ("counted thrice", "multiple repeat"), ("no letter", r"has \u{110000}, which"),
    ],
)  # fmt: skip
def test_a_schema_with_a_pattern_of_exponential_time_is_an_error_with_its_path(word, name, words):
    rule = {"patternProperties": {HOSTILE[name]: {}}} if word != "pattern" else {"pattern": HOSTILE[name]}
    with pytest.raises(s.SpecDefinitionError) as error:
        s.from_json_schema({"items": rule})
    assert str(error.value).startswith(f"#/items/{word}: ")
    assert words in str(error.value)


def test_a_key_that_is_too_long_for_a_pattern_is_an_error_that_names_the_limit():
    spec = s.from_json_schema({"patternProperties": {".*a.*b.*!": {"type": "integer"}}})
    assert s.valid(spec, {"ab!": 1, "ab" * 50: "x"})
    assert not s.valid(spec, {"ab!": "x"})
    with pytest.raises(s.LimitError, match="a text of 1,000 letters is too long for the pattern"):
        s.valid(spec, {"ab" * 500: 1})
    anchored = s.from_json_schema({"patternProperties": {"^[a-z]+_id$": {"type": "integer"}}})
    assert not s.valid(anchored, {"a" * 100_000 + "_id": "x"})


# --- searches -----------------------------------------------------------------------------------------------


@pytest.mark.slow
@settings(examples, max_examples=300)
@given(random_patterns, texts)
def test_no_search_takes_more_steps_than_its_bound(pattern, text):
    """A search tries each place until one has a match; each try reads no more than all ways."""
    bound = patterns._bound_of(pattern, int(re.ASCII), True).steps(len(text), 20_000)
    assume(bound < math.inf)
    steps = 0
    starts = range(len(text) + 1) if "^" not in pattern else [0]
    for start in starts:
        run = Backtracking(text[start:])
        ends = [*run._sequence(re._parser.parse(pattern, re.ASCII).data, 0)] if "$" not in pattern else []
        steps += run.steps
        if ends:
            break
    assert steps <= bound


# --- the source ---------------------------------------------------------------------------------------------

ROOT = Path(s.__file__).parent.parent
READS = {"compile", "search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"}
# The calls of re with a pattern that is no literal, each with the reason that no stranger can make it hang.
KNOWN = {
    ("autoencoder/data/storage.py", "re.fullmatch(pattern, name)"): "callers write the pattern",
    ("autoencoder/networks/checkpoint.py",
     r"re.compile(f'{re.escape(path.name)}-(\\d{{4,}})\\.(?:params|onnx)')"):
        "the name is escaped",
    ("mxspec/transform/annotations/constraints.py",
     r"re.compile(f'\\A(?:{validator.pattern.pattern})\\Z', validator.pattern.flags)"):
        "the author of a class of attrs writes it; has_match bounds its steps",
    ("mxspec/changes/inclusion.py", "re.compile(pattern)"): "only compiled, for its derivatives",
    ("mxspec/command_line/inferring.py", "re.compile(f'{FLOAT.regex}|{COMMA.regex}')"):
        "the formats are ours",
    ("mxspec/base/formats.py", "re.compile(f'(?:(?:{pattern.pattern})\\n)*+', re.ASCII)"):
        "the formats are ours",
    ("mxspec/base/formats.py", "re.compile(''.join(parts), re.ASCII)"):
        "the author writes the format, and texts have 100 letters at most",
    ("mxspec/base/formats.py", "re.compile(regex, re.ASCII)"): "the formats are ours",
    ("mxspec/inference/delimited.py", "re.compile(COMMA.regex)"): "the formats are ours",
    ("mxspec/inference/delimited.py",
     "re.compile(f\"(?:(?:{'|'.join([kind.regex, *map(re.escape, sorted(missing))])})\\n)*+\")"):
        "the formats are ours, the words for missing values are escaped",
    ("mxspec/inference/layouts.py", "re.compile(f'{sign}{{2,}}')"): "the signs are ours",
    ("mxspec/base/patterns.py", "re.compile(pattern, re.ASCII)"): "the door",
    ("mxspec/base/patterns.py", "re.compile(pattern, flags)"): "the door",
    ("mxspec/promises/production.py",
     r"re.compile(f'(?<![\\w-]){re.escape(name)}(?![\\w-])')"): "the name is escaped",
    ("mxspec/base/strategies/simple.py", "re.compile(pattern)"): "only compiled, for examples",
}  # fmt: skip


def calls_of_re():
    """Yield the file, the source and the pattern of each call of re; None for one that is no literal."""
    for path in sorted(
        path for package in ("mxspec", "autoencoder") for path in (ROOT / package).rglob("*.py")
    ):
        tree = ast.parse(path.read_text("utf-8"))
        file = path.relative_to(ROOT).as_posix()
        module = {
            node.target.id: node.value
            for node in tree.body
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        }
        for node in ast.walk(tree):
            assert not (isinstance(node, ast.ImportFrom) and node.module == "re" and file not in FROM_RE), (
                file
            )
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if is_call and ast.unparse(node.func.value) == "re" and node.func.attr in READS:
                yield file, ast.unparse(node), literal_of(node.args[0], module)


FROM_RE = {"mxspec/changes/inclusion.py"}  # its parser


def literal_of(node, module):
    """Return the text of a literal, of a constant of the module, or of an f-string of those."""
    match node:
        case ast.Constant(value=text):
            return text
        case ast.Name(id=name) if name in module:
            return literal_of(module[name], module)
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            return literal_of(value, module)
        case ast.JoinedStr(values=parts):
            texts = [literal_of(part, module) for part in parts]
            return None if None in texts else "".join(texts)
    return None


def test_each_pattern_in_the_source_that_is_no_literal_is_known():
    unknown = {(file, source) for file, source, text in calls_of_re() if text is None}
    assert unknown == KNOWN.keys()


def test_each_pattern_in_the_source_that_is_a_literal_takes_few_steps():
    literals = {text for _, _, text in calls_of_re() if isinstance(text, str)}
    assert len(literals) > 40
    slow = {text for text in literals if patterns.longest_text(text) < 8192}
    assert not slow
