"""The OpenAPI description of the server."""

from typing import Any

import mxspec as s

MOST_SAMPLES = 100  # in a picture
MOST_SCALE = 16

_SPEC = "the name of a registered spec, such as digits/odd-image"


def openapi() -> dict[str, Any]:
    """Return the description as data for JSON; a test checks that it has every route.

    >>> sorted(openapi()["paths"]["/valid/{spec}"]["post"]["responses"])
    ['200', '403', '404', '408', '413', '421', '422', '503']
    """
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "mxspec draw",
            "version": s.__version__,
            "description": "Specs of pictures: is this one, why not, and show me some.",
        },
        "paths": {
            "/valid/{spec}": {"post": _valid()},
            "/sample/{spec}.png": {"get": _sample()},
            "/one/{spec}": {"get": _one()},
            "/look": {"post": _look()},
            "/counterexample": {"get": _counterexample(_json("the picture, and the answers of both specs"))},
            "/counterexample.png": {"get": _counterexample(_png("the picture"))},
            "/about": {"get": _operation("List the specs", [], _json("the specs"))},
        },
        "components": {"schemas": {"Answer": _ANSWER, "Problem": _PROBLEM, "Refusal": _REFUSAL}},
    }


_PROBLEM = {
    "type": "object",
    "required": ["loc", "msg", "type"],
    "properties": {
        "loc": {"type": "array", "items": {"type": ["string", "integer"]}},
        "msg": {"type": "string", "examples": ["read as 6 (1.00), but odd is required"]},
        "type": {"type": "string"},
        "input": {},
        "ctx": {"type": "object"},
    },
}
_ANSWER = {
    "type": "object",
    "required": ["spec", "valid", "label", "confidence", "errors"],
    "properties": {
        "spec": {"type": ["string", "null"]},
        "valid": {"type": "boolean"},
        "label": {"description": "what was read; null where it has none of the labels"},
        "confidence": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Problem"}},
    },
}
_REFUSAL = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}


def _valid() -> dict[str, Any]:
    body = {
        "required": True,
        "content": {
            "image/*": {"schema": {"type": "string", "format": "binary"}},
            "application/json": {
                "schema": {
                    "description": "pixels from 0 to 1, in rows or flat; or any value of the spec's kind"
                }
            },
        },
    }
    answer = {"application/json": {"schema": {"$ref": "#/components/schemas/Answer"}}}
    responses = {
        "200": {"description": "it fits", "content": answer},
        "422": {"description": "it does not fit; errors says why", "content": answer},
        "404": _refusal("there is no such spec"),
    }
    operation = _operation("Check whether a picture or a value fits a spec", [_path()], {})
    return operation | {"requestBody": body, "responses": responses | _LIMITS}


def _look() -> dict[str, Any]:
    body = {"required": True, "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}}}
    answer = _json(
        "the label, the picture drawn again, and the answer of each spec; blank is true if there is no ink"
    )
    unread = {"422": {"description": "it is not a picture", "content": _content("Answer")}}
    operation = _operation("Look at a picture as the page does", [], answer)
    return operation | {"requestBody": body, "responses": operation["responses"] | unread}


def _sample() -> dict[str, Any]:
    parameters = [
        _path(),
        _query(
            "n",
            {"type": "integer", "minimum": 1, "maximum": MOST_SAMPLES, "default": 1},
            "the number of samples",
        ),
        _query("seed", {"type": "integer", "minimum": 0}, "makes them repeatable"),
        _query(
            "scale",
            {"type": "integer", "minimum": 1, "maximum": MOST_SCALE, "default": 8},
            "pixels a side for each pixel of a sample",
        ),
    ]
    responses = _png("samples in a grid; the header X-Labels has the label read in each, as JSON")
    return _operation("Draw samples of a spec", parameters, responses | _not_pictures())


def _one() -> dict[str, Any]:
    parameters = [
        _path(),
        _query("seed", {"type": "integer", "minimum": 0}, "decides what is left open"),
        _query("label", {"type": "string"}, "the label to draw"),
        _query("style", {"type": "string"}, "the numbers of the style, with commas between"),
    ]
    return _operation(
        "Draw one picture of a label and a style", parameters, _json("the picture") | _not_pictures()
    )


def _counterexample(responses: dict[str, Any]) -> dict[str, Any]:
    parameters = [
        _query("fits", {"type": "string"}, "the spec that it fits") | {"required": True},
        _query("but_not", {"type": "string"}, "the spec that it does not fit") | {"required": True},
        _query("seed", {"type": "integer", "minimum": 0}, "makes it repeatable"),
    ]
    return _operation("Find a picture that fits one spec alone", parameters, responses | _not_pictures())


def _operation(summary: str, parameters: list[dict[str, Any]], responses: dict[str, Any]) -> dict[str, Any]:
    return {"summary": summary, "parameters": parameters, "responses": responses | _LIMITS}


def _path() -> dict[str, Any]:
    return {
        "name": "spec",
        "in": "path",
        "required": True,
        "description": f"{_SPEC}, slash included",
        "schema": {"type": "string"},
    }


def _query(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, "description": description}


def _content(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _json(description: str) -> dict[str, Any]:
    return {"200": {"description": description, "content": {"application/json": {}}}}


def _png(description: str) -> dict[str, Any]:
    return {"200": {"description": description, "content": {"image/png": {}}}}


def _refusal(description: str) -> dict[str, Any]:
    return {"description": description, "content": _content("Refusal")}


def _not_pictures() -> dict[str, Any]:
    return {
        "404": _refusal("there is no such spec, or it has no pictures"),
        "422": _refusal("a parameter makes no sense"),
    }


_LIMITS = {
    "403": _refusal("a page of another site asks"),
    "408": _refusal("the body does not arrive"),
    "413": _refusal("the body is too large"),
    "421": _refusal("the Host header names another server"),
    "503": _refusal("too many requests at once"),
}
