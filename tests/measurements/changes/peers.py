"""Ask other libraries whether a JSON Schema accepts all that another does; run where they are installed.

It reads a pair of schemas a line, and writes a verdict of each library a line.
"""

import importlib
import json
import signal
import sys

LIMIT = 10  # seconds


def verdict(ask):
    def stop(*_):
        raise TimeoutError

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(LIMIT)
    try:
        return ask()
    except Exception as error:
        return type(error).__name__
    finally:
        signal.alarm(0)


def by_jsonsubschema(old, new):
    return "proved" if importlib.import_module("jsonsubschema").isSubschema(old, new) else "broken"


def by_jsonschema_rs(old, new):
    jsonschema_rs = importlib.import_module("jsonschema_rs")
    asked, other = map(jsonschema_rs.canonicalize, (old, new))
    found = {"yes": "proved", "no": "broken"}.get(str(other.covers(asked)))
    lost = {"no": "proved", "yes": "broken"}
    return found or lost.get(str(asked.subtract(other).satisfiability()), "unknown")


def by_jsoncompat(old, new):
    jsoncompat = importlib.import_module("jsoncompat")
    is_compatible = jsoncompat.check_compat(json.dumps(old), json.dumps(new), "deserializer")
    return "proved" if is_compatible else "broken"


PEERS = {
    "jsonsubschema": by_jsonsubschema,
    "jsonschema-rs": by_jsonschema_rs,
    "jsoncompat": by_jsoncompat,
}

if __name__ == "__main__":
    for line in sys.stdin:
        old, new = json.loads(line)
        row = {name: verdict(lambda: ask(old, new)) for name, ask in PEERS.items()}  # noqa: B023  # called at once
        print(json.dumps(row))
