"""Texts that are written to leave the place where they stand, and what nothing that is printed may have."""

import unicodedata

COMMAND = "::stop-commands::x"
CODE = "open('CANARY', 'w')"

TEXTS = {
    "a command of GitHub": f"x\n{COMMAND}\n",
    "a command behind blanks": f"x\r\n \t\u3000{COMMAND}",
    "a command at the start": COMMAND,
    "a command of Azure": "##vso[task.complete result=Succeeded]",
    "a code of a terminal": "\x1b[2J\x1b]0;x\x07",
    "a C1 code": "\x9b2J\x85x",
    "a carriage return": "x\rall 5 rows fit",
    "NUL": "\0",
    "a sign of direction": "\u202egnp.exe",
    "lone surrogates": "\ud800x\udfff",
    "an astral sign": "\U000e0001x\U0001f600",
    "separators of lines": "x\u2028y\u2029z\x0bw\x0cv\x1cu",
    "quotes": "\"\"\"'''\\",
    "code": f"x\n{CODE}\n#",
    "code behind quotes": f'"""\n{CODE}\n"""',
    "code behind a bracket": f"')\n{CODE}\n#",
    "a field of a format": "{test} {name} {0} %s %(prog)s",
    "a comment": "# x",
    "10,000 letters": "x" * 10_000,
    "nothing": "",
    "blanks": "  ",
}


def flaws(text):
    """Return what is wrong with printed text: unprintable characters, and commands to a CI runner."""
    odd = {unicodedata.name(x, f"U+{ord(x):04X}") for x in text if x != "\n" and not x.isprintable()}
    lines = [line[:80] for line in text.split("\n") if line.lstrip().startswith("::") or "##vso[" in line]
    return [*sorted(odd), *lines]
