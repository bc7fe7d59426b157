"""From JSON or strings to the values that a spec requires, and back; a spec as JSON Schema and as Python.

    values           decode encode
    specs            json_schema from_json_schema from_avro source

    >>> from mxspec.transform import decode, json_schema
    >>> decode({"n": int}, {"n": "3"}, strings=True), json_schema(int)["type"]
    ({'n': 3}, 'integer')

`form` and `from_form`, a spec as plain data and back, are in `mxspec.clojure`.
"""

from typing import TYPE_CHECKING

from mxspec.subjects import hand_on

# `python -m docs.reference` writes these names from the map above, and keeps an import with `as`.
if TYPE_CHECKING:
    from mxspec.notation.spec_source import source
    from mxspec.transform.decode import decode
    from mxspec.transform.encode import encode
    from mxspec.transform.schemas.avro import from_avro
    from mxspec.transform.schemas.from_json_schema import from_json_schema
    from mxspec.transform.schemas.json_schema import json_schema

# fmt: off
__all__ = [
    "decode", "encode", "from_avro", "from_json_schema", "json_schema", "source",
]
# fmt: on

hand_on(
    __name__,
    {
        "mxspec.notation.spec_source": "source",
        "mxspec.transform.decode": "decode",
        "mxspec.transform.encode": "encode",
        "mxspec.transform.schemas.avro": "from_avro",
        "mxspec.transform.schemas.from_json_schema": "from_json_schema",
        "mxspec.transform.schemas.json_schema": "json_schema",
    },
)
