"""Versions of documents for tests: an OpenAPI document around a schema, and the changes between two."""

import json

from mxspec.changes.documents.changes import compare_documents

BODY = "POST /pets request body application/json"
ANSWER = "POST /pets 200 application/json"


def openapi(schema, version="3.1.0", components=None):
    """Return a document whose one operation takes a schema and answers with it."""
    content = {"content": {"application/json": {"schema": schema}}}
    return {
        "openapi": version,
        "info": {"title": "pets", "version": "1"},
        "paths": {
            "/pets": {"post": {"requestBody": content, "responses": {"200": {"description": "", **content}}}}
        },
        "components": {"schemas": components or {}},
    }


def edited(document, *edits):
    """Return a copy of a document with other values: each edit is a path and a value, None to remove."""
    new = json.loads(json.dumps(document))
    for *path, key, value in edits:
        place = new
        for step in path:
            place = place[step] if isinstance(place, list) else place.setdefault(step, {})
        if value is None:
            del place[key]
        else:
            place[key] = value
    return new


def changes_between(folder, old, new, *only, **options):
    """Return the changes between two documents, by name."""
    for name, document in {"old.json": old, "new.json": new}.items():
        (folder / name).write_text(json.dumps(document))
    changes = compare_documents(folder / "old.json", folder / "new.json", only, **options)
    assert len({change.name for change in changes}) == len(changes)
    return {change.name: change for change in changes}


def word_of(change):
    """Return the verdict on a change, or else what became of the name."""
    return change.change if change.answer is None else change.answer.verdict


def words_between(folder, old, new, *only, **options):
    """Return the words for all that is not the same between two documents, by name."""
    changes = changes_between(folder, old, new, *only, **options)
    return {name: word_of(change) for name, change in changes.items() if change.change != "same"}
