"""A hostile text in any place of a document gets a verdict or an error, soon, and nothing raw is printed."""

import contextlib
import json
import os
import signal

import pytest

from mxspec.command_line.main import main
from tests.mxspec.changes.documents.versions import edited, openapi

with contextlib.suppress(ImportError):
    import referencing  # noqa: F401 - here, or the process of each command would import it

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "pets",
    "title": "Pets",
    "type": "object",
    "properties": {
        "name": {"type": "string", "pattern": "[a-z]+", "format": "email"},
        "kind": {"enum": ["cat", "dog"]},
        "home": {"$ref": "#/$defs/home"},
        "sizes": {"type": "array", "items": {"const": "small"}, "contains": {"type": "string"}},
    },
    "patternProperties": {"^x-": {"type": "integer"}},
    "required": ["name"],
    "$defs": {"home": {"type": "string", "maxLength": 3}},
}
CHOICE = {"oneOf": [{"type": "string"}, {"type": "object", "dependentRequired": {"name": ["kind"]}}]}
TOOLS = {"tools": [{"name": "find", "description": "Find.", "inputSchema": SCHEMA, "outputSchema": CHOICE}]}
API = edited(
    openapi({"$ref": "#/components/schemas/Pet"}, components={"Pet": SCHEMA["properties"]["kind"]}),
    ("jsonSchemaDialect", "https://json-schema.org/draft/2020-12/schema"),
    ("servers", [{"url": "https://pets"}]),
    (
        "paths",
        "/pets",
        "post",
        "parameters",
        [{"in": "query", "name": "limit", "schema": {"type": "integer"}}],
    ),
    ("paths", "/pets", "post", "responses", "200", "headers", {"X-Rate": {"schema": {"type": "integer"}}}),
)
SWAGGER = {"swagger": "2.0"}
DOCUMENTS = {"a JSON Schema": SCHEMA, "a choice": CHOICE, "tools": TOOLS, "OpenAPI": API, "Swagger": SWAGGER}

TEXTS = {
    "a command of the runner": "2.0\n::stop-commands::x",
    "a command behind a return": "\r::error::x",
    "escapes of a terminal": "\x1b[2J\x1b]0;title\x07",
    "right to left": "\u202e\u2066gnp.exe",
    "half a pair": "\ud800",
    "nothing and controls": "\x00\x7f\x85\u2028",
    "an exponential pattern": "^(a+)+$",
    "code": '\'); import os; os.abort() #"""',
    "much": "a" * 20_000,
    "a pointer": "#/properties/~1~0/../x%0a::error::y",
    "nothing": "",
}


def places_of(x, path=()):
    """Yield the path of each key and each text in a document; a key's path ends with True."""
    if isinstance(x, dict):
        for key, y in x.items():
            yield (*path, key), True
            yield from places_of(y, (*path, key))
    elif isinstance(x, list):
        for i, y in enumerate(x):
            yield from places_of(y, (*path, i))
    elif isinstance(x, str):
        yield path, False


def with_text(document, path, is_key, text):
    """Return a document with another text at a place."""
    new = json.loads(json.dumps(document))
    *steps, last = path
    inner = new
    for step in steps:
        inner = inner[step]
    if is_key:
        inner[text] = inner.pop(last)
    else:
        inner[last] = text
    return new


PLACES = [
    (name, path, is_key) for name, document in DOCUMENTS.items() for path, is_key in places_of(document)
]
ROWS = [
    pytest.param(i, *row, id=f"{row[0]}: {'/'.join(map(str, row[1]))}{' as a key' * row[2]}")
    for i, row in enumerate(PLACES)
]
EACH = len(TEXTS) if os.environ.get("RANDOM") else 3
OPTIONS = ([], ["--json"], ["--github"], ["--strict", "--direction", "responses"])
NEVER = "a document takes more than five seconds"


@pytest.fixture
def five_seconds():
    """Fail a test whose document takes more than five seconds; a library may be waiting in C meanwhile."""

    def fail(number, frame):
        raise TimeoutError(NEVER)

    before = signal.signal(signal.SIGALRM, fail)
    yield lambda: signal.setitimer(signal.ITIMER_REAL, 30)  # six times as long, on a machine with other work
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def check_output(out, err, code, options):
    """Check what a command printed: no letter that acts, no line for the runner, no 1 without a break."""
    lines = [*out.splitlines(), *err.splitlines()]
    for text in (out, err):
        raw = [letter for letter in text if letter != "\n" and not letter.isprintable()]
        assert not raw, raw
    for line in lines:
        ours = "--github" in options and line.startswith(("::error file=new.json", "::warning file=new.json"))
        assert ours or not line.lstrip().startswith("::")
    assert code in (0, 1, 2, 3)
    if code == 1 and "--strict" not in options:
        assert "broken" in out or '"breaking": true' in out
    if "--json" in options:
        json.loads(out)
    if code == 2:
        assert err.startswith(("python -m mxspec diff: ", "mxspec diff: "))


@pytest.mark.usefixtures("one_parser")
@pytest.mark.few(5)
@pytest.mark.parametrize(("row", "name", "path", "is_key"), ROWS)
def test_a_hostile_text_in_any_place_of_a_document_prints_nothing_raw(
    row, name, path, is_key, tmp_path, monkeypatch, capsys, five_seconds
):
    monkeypatch.chdir(tmp_path)
    document, texts = DOCUMENTS[name], [*TEXTS.values()]
    for i in range(row, row + EACH):  # all with RANDOM=1
        other = with_text(document, path, is_key, texts[i % len(texts)])
        pair = (document, other) if i % 2 else (other, other) if i % 3 == 0 else (other, document)
        for file, x in zip(("old.json", "new.json"), pair, strict=True):
            (tmp_path / file).write_text(json.dumps(x))
        options = OPTIONS[i % len(OPTIONS)]
        five_seconds()
        try:
            code = main(["diff", "old.json", "new.json", "-n", "20", *options])
        except SystemExit as end:
            code = end.code
        check_output(*capsys.readouterr(), code, options)
