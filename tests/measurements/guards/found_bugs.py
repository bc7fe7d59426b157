"""What `check_guard` finds in packages as they are installed: values that they take against their standard.

    $ python -m tests.measurements.guards.found_bugs

Each value was found by `check_guard`, and each row is asked again: the guard has to take the value, the spec
to refuse it, and `check_guard` to find the border. Otherwise the row says that it is mended.
"""

import platform
from collections.abc import Callable
from importlib import metadata
from typing import Any, NamedTuple
from uuid import UUID

import click
import fastjsonschema
from jsonschema import Draft202012Validator
from werkzeug import http

import mxspec as s
from tests.benchmarks.report import table

CHECKER = Draft202012Validator.FORMAT_CHECKER
DRAFT_07 = {"$schema": "http://json-schema.org/draft-07/schema#", "type": "string"}
HEAD = ["package", "function", "takes", "although"]
MENDED = "mended"


def passes(function: Callable[[Any], Any]) -> Callable[[Any], bool]:
    """Return the guard of a function that raises for what it refuses, or returns None."""
    return lambda x: function(x) is not None


class Finding(NamedTuple):
    """A value that a package takes.

    Attributes:
        package: the name of the distribution, or Python.
        function: its function, as text.
        guard: the function as a guard.
        spec: what the package's documentation, or the standard that it names, says of values.
        border: a part of the text of the border at which the value was found.
        value: the value.
        although: the words of the standard, in short.
    """

    package: str
    function: str
    guard: Callable[[Any], bool]
    spec: s.Spec
    border: str
    value: Any
    although: str

    @property
    def shows(self) -> bool:
        """True if the guard takes the value, the spec refuses it, and check_guard finds the border."""
        try:
            takes = self.guard(self.value)
        except Exception:
            return False
        if not takes or s.valid(self.spec, self.value):
            return False
        missed = s.check_guard(self.guard, self.spec, lax=True).missed
        return any(self.border in str(miss.border) for miss in missed)

    def row(self) -> list[str]:
        """Return the row of the table."""
        is_python = self.package == "Python"
        version = platform.python_version() if is_python else metadata.version(self.package)
        version = ".".join(version.split(".")[:2]) if is_python else version
        found = f"`{self.value!a}`" if self.shows else MENDED
        return [f"{self.package} {version}", f"`{self.function}`", found, self.although]


ETAG = s.str_in('W/"[a-z]{0,9}"')
BEYOND_ASCII = "a digit beyond ASCII"

FINDINGS = [
    # click.FloatRange: "Restrict a click.FLOAT value to a range of accepted values."
    Finding(
        "click",
        "FloatRange(0, 1)",
        passes(lambda x: click.FloatRange(0, 1).convert(x, None, None)),
        s.float_in(0, 1),
        "nan",
        float("nan"),
        "no number from 0 to 1",
    ),
    # uuid.UUID: "Create a UUID from either a string of 32 hexadecimal digits, ..."
    Finding(
        "Python",
        "uuid.UUID",
        passes(UUID),
        s.str_in("[0-9a-f]{32}"),
        BEYOND_ASCII,
        "\u06631098eb2321ed18a1e82414489c2d20d",
        "an Arabic digit is no hexadecimal one",
    ),
    # werkzeug.http.parse_age: "Parses a base-10 integer count of seconds into a timedelta. If parsing fails,
    # the return value is None." RFC 9111, 5.1: "Age = delta-seconds", 1.2.2: "delta-seconds = 1*DIGIT".
    Finding(
        "Werkzeug",
        "http.parse_age",
        passes(http.parse_age),
        s.str_in("[0-9]{1,9}"),
        "a sign at 1",
        "1_8221184",
        "RFC 9111: digits alone",
    ),
    # werkzeug.http.unquote_etag: "return: a (etag, weak) tuple". RFC 9110, 8.8.3, writes a weak tag's mark
    # as W and a slash, and says that case matters.
    Finding(
        "Werkzeug",
        "http.unquote_etag(x)[1]",
        lambda x: isinstance(x, str) and http.unquote_etag(x)[1] is True,
        ETAG,
        "other case",
        'w/""',
        "RFC 9110: `W/` marks a weak tag, and case matters",
    ),
    # JSON Schema 2020-12, 7.3.2, which jsonschema names its formats after, takes email from RFC 5321, 4.1.2,
    # where each part of a domain has a letter or a digit.
    Finding(
        "jsonschema",
        'FORMAT_CHECKER, "email"',
        lambda x: isinstance(x, str) and CHECKER.conforms(x, "email"),
        s.str_in(format="email"),
        "without part 4",
        "hbZ@.FO",
        "RFC 5321: no part of a domain is empty",
    ),
    # fastjsonschema: "The library implements JSON schema drafts 04, 06, and 07." Draft 07, 7.3.2, takes email
    # from RFC 5322, 3.4.1, where a line ends by CR and LF, and goes on after it.
    Finding(
        "fastjsonschema",
        '{"format": "email"}',
        passes(fastjsonschema.compile({**DRAFT_07, "format": "email"})),
        s.str_in(format="email"),
        "a line more",
        "hbZ@i.FO\n",
        "RFC 5322: no end of line after it",
    ),
    # 2020-12, 7.3.5, takes uuid from RFC 4122, where a hexadecimal digit is 0-9, a-f or A-F.
    Finding(
        "jsonschema",
        'FORMAT_CHECKER, "uuid"',
        lambda x: isinstance(x, str) and CHECKER.conforms(x, "uuid"),
        s.str_in(format="uuid"),
        BEYOND_ASCII,
        "\u0663a9bcd75-92ec-5684-fd10-aeaed2a25f00",
        "RFC 4122: ASCII's digits",
    ),
    # Draft 07, 7.3.1, takes date from RFC 3339's full-date, where a year is of four of ASCII's digits.
    Finding(
        "fastjsonschema",
        '{"format": "date"}',
        passes(fastjsonschema.compile({**DRAFT_07, "format": "date"})),
        s.str_in(format="date"),
        BEYOND_ASCII,
        "\u0663057-09-12",
        "RFC 3339: ASCII's digits",
    ),
]


def main() -> None:
    """Print the table."""
    print(table(HEAD, [finding.row() for finding in FINDINGS]))


if __name__ == "__main__":
    main()
