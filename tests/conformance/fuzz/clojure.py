"""The real clojure.spec in a process of its own: cases as Clojure's text, and its answers to them."""

import contextlib
import json
import os
import queue
import re
import shutil
import subprocess
import threading
from pathlib import Path

SCRIPT = Path(__file__).with_name("answer.clj")
JARS = ["clojure.jar", "spec.alpha.jar", "core.specs.alpha.jar", "test.check.jar"]
JAR_FOLDER = Path("/usr/share/java")  # where Debian and Ubuntu put them
# A small heap, and no compiler that would take a second core.
OPTIONS = ["-Xss4m", "-Xmx1500m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"]
PATIENCE = 4  # seconds for one case; most take some milliseconds

MISSING = """\
make fuzz-clojure asks the real clojure.spec, and there is no {missing} here. On Debian or Ubuntu:
    apt install clojure libtest-check-clojure default-jre-headless
Elsewhere install a JRE, and set CLASSPATH to the jars of clojure, spec.alpha, core.specs.alpha and test.check
(org.clojure on Maven Central)."""


class ClojureMissingError(Exception):
    """There is no Java here, or no jars of Clojure."""


def command():
    """Return the command that starts the script, or raise a ClojureMissingError that says what to install."""
    classpath = os.environ.get("CLASSPATH")
    absent = [jar for jar in JARS if not (JAR_FOLDER / jar).exists()]
    java = newest_java()
    if java is None or (absent and not classpath):
        raise ClojureMissingError(MISSING.format(missing=absent[0] if absent else "java"))
    classpath = classpath or os.pathsep.join(str(JAR_FOLDER / jar) for jar in JARS)
    return [java, *OPTIONS, "-cp", classpath, "clojure.main", str(SCRIPT)]


def newest_java():
    """Return the Java of JAVA_HOME, else the newest that Debian has put beside others, else that on the path.

    Debian's Clojure needs Java 21, which need not be the one on the path.
    """
    if home := os.environ.get("JAVA_HOME"):
        return str(Path(home, "bin", "java"))
    versions = {
        int(number[0]): str(java)
        for java in Path("/usr/lib/jvm").glob("*/bin/java")
        if (number := re.findall(r"\d+", java.parent.parent.name.replace("1.", "")))
    }
    return versions[max(versions)] if versions else shutil.which("java")


class Clojure:
    """A process that answers questions; where it gives no answer in time it is ended, and another started."""

    def __enter__(self):
        self._start()
        return self

    def __exit__(self, *_):
        self._end()

    def _start(self):
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command(), stdin=pipe, stdout=pipe, text=True, encoding="utf-8")
        self._lines = queue.Queue()
        threading.Thread(target=self._read, args=(self._process.stdout, self._lines), daemon=True).start()
        if self._lines.get() != "ready\n":
            raise RuntimeError("Clojure did not start; its message is above")

    @staticmethod
    def _read(stdout, lines):
        for line in stdout:
            lines.put(line)
        lines.put("")

    def _end(self):
        self._process.kill()
        self._process.wait()

    def ask(self, questions):
        """Return the answers to each question, a line of Clojure; None where Clojure gave none in time."""
        answers = []
        while len(answers) < len(questions):
            rest = questions[len(answers) :]
            writer = threading.Thread(target=self._write, args=(self._process.stdin, rest), daemon=True)
            writer.start()
            for _ in rest:
                try:
                    line = self._lines.get(timeout=PATIENCE)
                except queue.Empty:
                    line = ""
                answers.append(json.loads(line) if line else None)
                if not line:
                    self._end()
                    break
            writer.join()
            if self._process.poll() is not None:
                self._start()
        return answers

    @staticmethod
    def _write(stdin, questions):
        with contextlib.suppress(BrokenPipeError):
            for question in questions:
                stdin.write(question + "\n")
            stdin.flush()


# --- text -------------------------------------------------------------------------------------------------


def quoted(text):
    return json.dumps(text, ensure_ascii=False)


def value_text(x):
    """Return a value of the corpus as Clojure reads it."""
    if x is None or isinstance(x, bool):
        return {None: "nil", True: "true", False: "false"}[x]
    if isinstance(x, str):
        return quoted(x)
    if isinstance(x, (int, float)):
        return repr(x)
    if "$fn" in x:
        return f"(impl {quoted(x['$fn'])}{' ' + value_text(x['arg']) if 'arg' in x else ''})"
    [(kind, content)] = x.items()
    if kind == "$num":
        return {"NaN": "##NaN", "Infinity": "##Inf", "-Infinity": "##-Inf"}[content]
    if kind == "$map":
        return "(entries " + " ".join(value_text(part) for entry in content for part in entry) + ")"
    start, end = {"$vec": "[]", "$list": "()", "$set": ("#{", "}")}[kind]
    return start + " ".join(map(value_text, content)) + end


def spec_text(data):
    """Return a spec of the corpus as Clojure reads it."""
    if "op" in data:
        return FORMS[data["op"]](data)
    if "ref" in data:
        return quoted(data["ref"])
    if "pred" in data:
        return data["pred"]
    if "set" in data:
        return value_text({"$set": data["set"]})
    arguments = data.get("arg", [])
    return form(data["fn"], *map(value_text, arguments if isinstance(arguments, list) else [arguments]))


def form(head, *parts):
    return f"({' '.join([head, *parts])})"


def of_args(head):
    return lambda data: form(head, *map(spec_text, data["args"]))


def of_tagged(head):
    return lambda data: form(head, *(f"{quoted(tag)} {spec_text(arg)}" for tag, arg in data["args"]))


def of_arg(head):
    return lambda data: form(head, spec_text(data["arg"]))


def collection(head, parts, options):
    empty = {"vector": "[]", "list": "()", "set": "#{}", "map": "{}"}
    texts = []
    for name, option in (options or {}).items():
        shown = option if name == "kind" else empty[option] if name == "into" else value_text(option)
        texts.append(f":{name} {shown}")
    return form(head, *map(spec_text, parts), *texts)


def key_entry(entry):
    if isinstance(entry, str):
        return quoted(entry)
    [(combine, parts)] = entry.items()
    return form(combine, *map(key_entry, parts))


def keyed(head):
    return lambda data: form(
        head,
        *(
            f":{group} [{' '.join(map(key_entry, data[group]))}]"
            for group in ("req", "opt", "req-un", "opt-un")
            if group in data
        ),
    )


def multi(data):
    default, methods = "nil", []
    for value, method in data["methods"]:
        if value == {"$default": True}:
            default = spec_text(method)
        else:
            methods.append(f"[{value_text(value)} {spec_text(method)}]")
    return form("multi-spec", quoted(data["dispatch"]), default, *methods)


def function_text(data, head="fspec"):
    return form(head, *(f":{part} {spec_text(data[part])}" for part in ("args", "ret", "fn") if part in data))


FORMS = {
    "and": of_args("s/and"),
    "merge": of_args("s/merge"),
    "tuple": of_args("s/tuple"),
    "or": of_tagged("s/or"),
    "alt": of_tagged("s/alt"),
    "cat": of_tagged("s/cat"),
    "nilable": of_arg("s/nilable"),
    "nonconforming": of_arg("s/nonconforming"),
    "spec": of_arg("s/spec"),
    "star": of_arg("s/*"),
    "plus": of_arg("s/+"),
    "maybe": of_arg("s/?"),
    "amp": lambda data: form("s/&", spec_text(data["arg"]), "watch", *map(spec_text, data["preds"])),
    "coll-of": lambda data: collection("s/coll-of", [data["arg"]], data.get("opts")),
    "every": lambda data: collection("s/every", [data["arg"]], data.get("opts")),
    "map-of": lambda data: collection("s/map-of", data["args"], data.get("opts")),
    "every-kv": lambda data: collection("s/every-kv", data["args"], data.get("opts")),
    "keys": keyed("s/keys"),
    "keys*": keyed("s/keys*"),
    "multi-spec": multi,
    "conformer": lambda data: form("make-conformer", quoted(data["f"])),
    "int-in": lambda data: form("s/int-in", *map(value_text, data["args"])),
    "double-in": lambda data: form(
        "s/double-in", *(f":{name} {value_text(option)}" for name, option in data.get("opts", {}).items())
    ),
    "fspec": function_text,
}


def question(cases):
    """Return the line that asks cases which differ in their values, or in their arguments, alone."""
    first = cases[0]
    defs = " ".join(f"[{quoted(name)} {spec_text(data)}]" for name, data in first["defs"])
    if "impl" in first:
        function = f":fspec {function_text(first['spec'], 's/fspec')} :impl {value_text(first['impl'])}"
        calls = " ".join(value_text(case["value"]) for case in cases if "value" in case)
        return f"{{:defs [{defs}] {function} {f':calls [{calls}]' if calls else ':check true'}}}"
    values = " ".join(value_text(case["value"]) for case in cases)
    # A pred alone has no form without `spec` around it.
    plain = not {"op", "ref"} & first["spec"].keys()
    spec = form("s/spec", spec_text(first["spec"])) if plain else spec_text(first["spec"])
    return f"{{:defs [{defs}] :spec {spec} :values [{values}]}}"
