"""The result of `valid` for other programs: JUnit XML, text for Prometheus, an OpenLineage event.

A report is a list of checks: of all rows or the promise, of each column of the contract, and of the terms of
the table. A failed check with the severity `warn` does not change the exit code.
"""

import datetime
import json
import socket
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple
from xml.etree import ElementTree

import mxspec as s
from mxspec.base.files import replace_file
from mxspec.base.messages.text import in_lines, in_one_line
from mxspec.frames.verdicts import maps_within
from mxspec.promises.production import Standing
from mxspec.specs.core.spec import Spec

ERROR, WARN = "error", "warn"
PRODUCER: Final = f"pkg:pypi/mxspec@{s.__version__}"
_OPENLINEAGE: Final = "https://openlineage.io/spec"


class Check(NamedTuple):
    """A check, as counted by other programs.

    Attributes:
        name: its name.
        kind: rows, column, table or promise.
        problem: the problem as text; empty if nothing is wrong.
        column: the column of the check, if any.
        severity: `error`, or `warn` if it does not change the exit code.
        is_open: True if the outcome is unknown, since some reasons are not split by column.
    """

    name: str
    kind: str
    problem: str = ""
    column: str | None = None
    severity: str = ERROR
    is_open: bool = False


class Result(NamedTuple):
    """A result of `valid`.

    Attributes:
        contract: the file of the contract.
        spec: the contract.
        profiles: the profile of each file.
        refused: the number of rows of each file that do not fit, ignoring the columns in `warned`.
        problems: the broken terms of the table.
        warned: the columns with problems that are only warnings.
        standing: the standing of the promise, if one is watched.
        code: the exit code.
        seconds: the run time.
    """

    contract: str
    spec: Spec
    profiles: Mapping[str, s.Profile]
    refused: Mapping[str, int]
    problems: Sequence[str]
    warned: Collection[str]
    standing: Standing | None
    code: int
    seconds: float

    @property
    def total(self) -> s.Profile:
        """The profile of all files."""
        return sum(self.profiles.values(), start=s.profile(self.spec, []))

    def checks(self, files: Iterable[str] | None = None) -> list[Check]:
        """Return the checks of some files, by default of all."""
        files = [*(self.profiles if files is None else files)]
        profile = sum((self.profiles[file] for file in files), start=s.profile(self.spec, []))
        refused, standing = sum(self.refused[file] for file in files), self.standing
        if standing is None:
            words = f"{refused:,} of {profile.total:,} rows do not fit {self.contract}" if refused else ""
            checks = [Check("rows", "rows", words)]
        else:
            words = str(standing) if standing.verdict == "broken" else standing.excess or ""
            checks = [Check("promise", "promise", words)]
        columns = {str(key): None for each in maps_within(self.spec) for key in each.listed_keys()}
        for column in columns:
            severity = ERROR if standing is None and column not in self.warned else WARN
            words = "\n".join(
                f"{count:,}: {in_one_line(profile.texts.get(reason, reason))}"
                for reason, count in profile.reasons.items()
                if reason is not None and _is_about(reason, column)
            )
            is_open = not words and None in profile.reasons
            checks.append(Check(f"column {column}", "column", words, column, severity, is_open))
        warnings = [problem for problem in self.problems if is_warning(problem, self.warned)]
        others = [problem for problem in self.problems if problem not in warnings]
        checks.append(Check("table", "table", "\n".join(others)))
        if warnings:
            checks.append(Check("table, warnings", "table", "\n".join(warnings), severity=WARN))
        return checks


def _is_about(reason: str, column: str) -> bool:
    return reason.startswith((f"{column}: ", f"{column}.")) or reason == f"key {column!r} is required"


def is_warning(problem: str, warned: Collection[str]) -> bool:
    """True if the text of a broken table term is about a column in warned."""
    return any(problem.startswith(f"{column!r}: ") for column in warned)


def write_reports(result: Result, **targets: str | None) -> None:
    """Write a result to files.

    Args:
        result: the result.
        targets: the files by format: junit, prometheus, openlineage; None to skip a format.
    """
    for name, target in targets.items():
        if target is not None:
            text = _FORMATS[name](result)
            replace_file(Path(target), lambda path, text=text: path.write_text(text, "utf-8"))  # type: ignore[misc]


# --- JUnit ------------------------------------------------------------------------------------------------


def junit_text(result: Result) -> str:
    """Return a result as JUnit XML, with a test case for each check; a warning is a skipped test case."""
    checks = result.checks()
    failing = [check for check in checks if check.problem and check.severity == ERROR]
    skipped = [check for check in checks if check.is_open or (check.problem and check.severity == WARN)]
    counts = {"tests": len(checks), "failures": len(failing), "errors": 0, "time": f"{result.seconds:.3f}"}
    numbers = {name: str(count) for name, count in counts.items()}
    root = ElementTree.Element("testsuites", numbers)
    suite = ElementTree.SubElement(
        root,
        "testsuite",
        {
            "name": in_one_line(result.contract),
            **numbers,
            "skipped": str(len(skipped)),
            "timestamp": datetime.datetime.now().isoformat(timespec="seconds"),
            "hostname": in_one_line(socket.gethostname() or "localhost"),
        },
    )
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in (("mxspec", s.__version__), ("digest", result.total.digest)):
        ElementTree.SubElement(properties, "property", {"name": name, "value": value})
    for check in checks:
        attributes = {"classname": in_one_line(result.contract), "name": in_one_line(check.name), "time": "0"}
        case = ElementTree.SubElement(suite, "testcase", attributes)
        words = in_lines(check.problem)
        if check in failing:
            message = words.partition("\n")[0]
            ElementTree.SubElement(case, "failure", {"message": message, "type": check.kind}).text = words
        elif check in skipped:
            words = "the reasons of some rows are not told apart" if check.is_open else f"warning: {words}"
            ElementTree.SubElement(case, "skipped", {"message": words})
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, "unicode")}\n'


# --- Prometheus -------------------------------------------------------------------------------------------

_ESCAPES: Final = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def _metric_line(name: str, labels: Mapping[str, str], value: float) -> str:
    texts = (f'{key}="{_label_text(text)}"' for key, text in labels.items())
    return f"{name}{{{','.join(texts)}}} {value}"


def _label_text(text: str) -> str:
    return in_lines(text).translate(_ESCAPES)


def prometheus_text(result: Result) -> str:
    """Return a result in Prometheus' text format, which the node exporter reads from files."""
    total, own = result.total, {"contract": result.contract}
    reasons = [({"reason": reason or "others"}, count) for reason, count in total.reasons.items()]
    info = {"version": s.__version__, "digest": total.digest}
    metrics: list[tuple[str, str, Sequence[tuple[Mapping[str, str], float]]]] = [
        ("mxspec_rows", "Rows that were checked.", [({}, total.total)]),
        ("mxspec_refused_rows", "Rows that do not fit the contract.", [({}, total.invalid)]),
        ("mxspec_warned_rows", "Rows that only a column of --warn refuses.",
         [({}, total.invalid - sum(result.refused.values()))]),
        ("mxspec_refused_values", "Refused values by reason, with # for its numbers.", reasons),
        ("mxspec_broken_terms", "Terms of the table that are broken.", [({}, len(result.problems))]),
        ("mxspec_exit_code", "The exit code of mxspec valid.", [({}, result.code)]),
        ("mxspec_time_seconds", "When the rows were checked, in seconds since 1970.",
         [({}, datetime.datetime.now().timestamp())]),
        ("mxspec_info", "The version of mxspec and the digest of the contract.", [(info, 1)]),
    ]  # fmt: skip
    lines = []
    for name, words, samples in metrics:
        lines += [f"# HELP {name} {words}", f"# TYPE {name} gauge"]
        lines += [_metric_line(name, {**own, **labels}, value) for labels, value in samples]
    return "\n".join([*lines, ""])


# --- OpenLineage ------------------------------------------------------------------------------------------


def openlineage_text(result: Result) -> str:
    """Return a result as an OpenLineage event: each file is an input with a facet of assertions."""
    schema = f"{_OPENLINEAGE}/facets/1-1-0/DataQualityAssertionsDatasetFacet.json"
    facet = {"_producer": PRODUCER, "_schemaURL": f"{schema}#/$defs/DataQualityAssertionsDatasetFacet"}
    inputs = [
        {
            "namespace": "file",
            "name": str(Path(file).absolute()),
            "inputFacets": {
                "dataQualityAssertions": {
                    **facet,
                    "assertions": [_assertion(each) for each in result.checks([file]) if not each.is_open],
                }
            },
        }
        for file in result.profiles
    ]
    event = {
        "eventType": "COMPLETE",
        "eventTime": datetime.datetime.now(datetime.UTC).isoformat(),
        "producer": PRODUCER,
        "schemaURL": f"{_OPENLINEAGE}/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": str(uuid.uuid4())},
        "job": {"namespace": "mxspec", "name": result.contract},
        "inputs": inputs,
    }
    return json.dumps(event, indent=1) + "\n"


def _assertion(check: Check) -> dict[str, Any]:
    column = {} if check.column is None else {"column": check.column}
    problem = {"actual": check.problem} if check.problem else {}
    return {
        "assertion": f"mxspec_{check.kind}",
        "name": check.name,
        "success": not check.problem,
        "severity": check.severity,
        **column,
        **problem,
    }


_FORMATS: Final = {"junit": junit_text, "prometheus": prometheus_text, "openlineage": openlineage_text}
