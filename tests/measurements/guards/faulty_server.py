"""A server that forgot fifteen validations: who finds them, with how many false alarms?

    $ pip install hypothesis-jsonschema
    $ python -m tests.measurements.guards.near_misses server

FastAPI serves five resources. Each has a right address, and three that each ask a looser schema than they
declare. `check_guard` asks each address; Schemathesis runs by its command line, against the same server on a
port; hypothesis-jsonschema draws from the negation of each schema. jsonschema-rs knows what is right.
"""

import collections
import copy
import importlib
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import fastapi
import jsonschema_rs
import uvicorn
from fastapi.testclient import TestClient

# fmt: off
import mxspec as s
from tests.amounts import amount
from tests.benchmarks.report import table
from tests.measurements.guards.drawn_values import draw_in_test


def _object(properties, *optional, **more):
    required = [key for key in properties if key not in optional]
    return {"type": "object", "properties": properties, "required": required, **more}


def _integer(least, most, **more):
    return {"type": "integer", "minimum": least, "maximum": most, **more}


def _text(pattern):
    return {"type": "string", "pattern": pattern}


RESOURCES = {
    "order": _object({
        "id": {"type": "integer"}, "note": {"type": "string"},
        "lines": {"type": "array", "minItems": 1, "items": _object(
            {"sku": _text("^[A-Z]{3}-[0-9]{4}$"), "quantity": _integer(1, 99)}
        )},
    }, "note"),
    "user": _object({
        "name": {"type": "string", "minLength": 2, "maxLength": 30}, "role": {"enum": ["admin", "guest"]},
        "email": _text(r"^[a-z.]+@[a-z]+\.[a-z]{2,3}$"),
    }),
    "booking": _object({
        "room": _text("^[A-D][0-9]{2}$"), "guests": _integer(1, 8),
        "cents": _integer(0, 10**6, multipleOf=50),
    }, additionalProperties=False),
    "payment": {"oneOf": [
        _object({"kind": {"const": "card"}, "number": _text("^[0-9]{16}$"), "month": _integer(1, 12)}),
        _object({
            "kind": {"const": "cash"}, "cents": _integer(1, 50_000), "currency": {"enum": ["EUR", "USD"]},
        }),
    ]},
    "limits": _object({
        "tags": {"type": "array", "items": {"enum": ["a", "b", "c", "d"]}, "uniqueItems": True},
        "share": {"type": "number", "minimum": 0, "exclusiveMaximum": 1},
        "quotas": {"type": "object", "additionalProperties": {"type": "number", "maximum": 100}},
    }),
}
GONE = object()
FAULTS = [  # resource, what the server asks in another way, and that way
    ("order", "properties lines minItems", GONE),
    ("order", "properties lines items properties quantity minimum", 0),
    ("order", "required", ["lines"]),
    ("user", "properties name maxLength", 31),
    ("user", "properties email pattern", r"[a-z.]+@[a-z]+\.[a-z]{2,3}$"),
    ("user", "properties role enum", ["admin", "guest", "ADMIN", "GUEST", "Admin", "Guest"]),
    ("booking", "additionalProperties", GONE),
    ("booking", "properties guests", {"anyOf": [_integer(1, 8), {"type": "boolean"}]}),
    ("booking", "properties cents multipleOf", GONE),
    ("payment", "oneOf 0 properties number pattern", "^[0-9]{15,16}$"),
    ("payment", "oneOf 0 properties month maximum", 13),
    ("payment", "oneOf 1 properties currency enum", ["EUR", "USD", None]),
    ("limits", "properties tags uniqueItems", GONE),
    ("limits", "properties share", {"type": "number", "minimum": 0, "maximum": 1}),
    ("limits", "properties quotas additionalProperties", {"type": ["number", "string"], "maximum": 100}),
]


def _loosened(resource, path, new):
    schema = copy.deepcopy(RESOURCES[resource])
    *steps, last = [int(step) if step.isdigit() else step for step in path.split()]
    inner = schema
    for step in steps:
        inner = inner[step]
    if new is GONE:
        del inner[last]
    else:
        inner[last] = new
    return schema


def addresses():
    """Return (address, resource, the schema that the server asks); those without a fault end in 0."""
    found = [(f"/{resource}/0", resource, schema) for resource, schema in RESOURCES.items()]
    found += [(f"/{fault[0]}/{i}", fault[0], _loosened(*fault)) for i, fault in enumerate(FAULTS, 1)]
    return found[:: amount(1, 12)]


def server_of(log):
    """Return a server that notes each body of JSON that it answers, and whether it took it."""
    app = fastapi.FastAPI()

    def serve(address, resource, schema):
        asks = jsonschema_rs.validator_for(schema).is_valid

        async def post(request: fastapi.Request):
            if request.headers.get("content-type", "").split(";")[0] != "application/json":
                return fastapi.Response(status_code=415)
            try:
                x = json.loads(await request.body(), parse_constant=float)
                took = asks(x)
            except ValueError:
                return fastapi.Response(status_code=400)
            log.append((address, x, took))
            return fastapi.Response(status_code=200 if took else 422)

        body = {"required": True, "content": {"application/json": {"schema": RESOURCES[resource]}}}
        app.post(address, openapi_extra={"requestBody": body}, responses={400: {}, 415: {}, 422: {}})(post)

    for each in addresses():
        serve(*each)
    return app


def by_check_guard(app, n):
    """Return the addresses at which a guard does not agree with its spec, each with the first value."""
    client, found = TestClient(app), {}
    for address, resource, _ in addresses():

        def guard(x, address=address):
            return client.post(address, json=x).status_code < 400

        spec = s.from_json_schema(RESOURCES[resource])
        answer = s.check_guard(guard, spec, n=n, json=True)
        if not answer:
            found[address] = [*answer.missed, *answer.stricter][0]
    return found


def by_schemathesis(app, n):
    """Return the addresses that Schemathesis reports, by its phases coverage and fuzzing."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        command = f"run http://127.0.0.1:{port}/openapi.json --mode negative -n {n} --phases coverage,fuzzing"
        command += " --checks negative_data_rejection,positive_data_acceptance --continue-on-failure --seed 0"
        command += f" --warnings off --report json --report-json-path {report}"
        words = [sys.executable, "-m", "schemathesis.cli", *command.split()]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True)
        server.should_exit = True
        thread.join()
        if not report.exists():
            raise RuntimeError(done.stdout[-500:] + done.stderr[-500:])
        failures = json.loads(report.read_text())["failures"]
    return {each.split()[1]: failure["title"] for failure in failures for each in failure["operations"]}


def by_negated_schema(app, n):
    """Return the addresses that take a value of the negation of what they declare.

    With the keys of what they declare it fails, where its objects ask for what Hypothesis no longer has.
    """
    from_schema = importlib.import_module("hypothesis_jsonschema").from_schema
    client, found = TestClient(app), {}
    for address, resource, _ in addresses():

        def ask(x, address=address):
            if client.post(address, json=x).status_code < 400:
                found[address] = x

        draw_in_test(from_schema({"not": RESOURCES[resource]}), n, ask)
    return found


def measure(n):
    """Print the faults that each way finds, and its false alarms; return the number of check_guard's."""
    right = {address: jsonschema_rs.validator_for(RESOURCES[of]).is_valid for address, of, _ in addresses()}
    faulty = {address for address in right if not address.endswith("/0")}
    ways = {
        "check_guard": by_check_guard,
        "Schemathesis, --mode negative": by_schemathesis,
        "hypothesis-jsonschema, negated": by_negated_schema,
    }
    rows, alarms = [], collections.defaultdict(dict)
    for way, ask in ways.items():
        log, start = [], time.perf_counter()
        try:
            reported = ask(server_of(log), n)
        except Exception as error:  # of any kind: it is shown
            text = " ".join(f"{type(error).__name__}: {error}".split())[:90]
            rows.append([way, "fails", *4 * [""], text])
            continue
        seconds = time.perf_counter() - start
        # A report is right if a body was answered in another way than the description says.
        differ = {address for address, x, took in log if took != right[address](x)}
        alarms[way] = {address: word for address, word in reported.items() if address not in differ}
        missed = ", ".join(sorted(faulty - {*reported}, key=lambda each: int(each.split("/")[2])))
        wrong = sum(not right[address](x) for address, x, _ in log) / max(len(log), 1)
        shares = [f"{len(differ & {*reported})} of {len(faulty)}", str(len(alarms[way])), str(len(log))]
        rows.append([way, *shares, f"{wrong:.0%}", f"{seconds:.0f}", missed])
    head = ["way", "faults found", "false alarms", "bodies of JSON", "of these wrong", "seconds", "missed"]
    print(table(head, rows))
    for way, several in alarms.items():
        for address, word in several.items():
            print(f"false alarm of {way} at {address}: {word}"[:400])
    return len(alarms["check_guard"])
