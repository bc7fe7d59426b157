"""The commands that pages and --help show, and the files that they ask their reader to have."""

import datetime
import json
import random
import re
from pathlib import Path

from tests.processes import run_command

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    {
        ROOT / "README.md",
        ROOT / "SECURITY.md",
        *ROOT.glob("[!.]*/README.md"),
        *ROOT.glob("tests/*/README.md"),
        *(ROOT / "results").glob("*.md"),
        *(ROOT / "docs").glob("*.md"),
    }
)

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def name_of(page):
    """Return the path of a file in the repository."""
    return str(page.relative_to(ROOT))


def blocks(page):
    """Return the language and the text of each block of a page."""
    return BLOCK.findall(page.read_text(encoding="utf-8"))


def commands_with_outputs(page):
    """Yield the commands of a page, in order, each with the lines of its output that are shown."""
    for language, block in blocks(page):
        if language == "console":
            for text in block.replace("\\\n", " ").removeprefix("$ ").split("\n$ "):
                command, *output = text.splitlines()
                yield command, output


def commands(page):
    """Return the commands of a page, in order."""
    return [command for command, _ in commands_with_outputs(page)]


FILE = re.compile(r"# (\w+\.\w+)\n")


def write_files(page, folder):
    """Write the files that a page shows: the blocks that begin with a name."""
    for _, block in blocks(page):
        if file := FILE.match(block):
            (folder / file[1]).write_text(block, "utf-8")


def whole_parser(prog="python -m autoencoder"):
    """Return the parser of all commands, also of those that autoencoder adds."""
    from autoencoder.command_line.additions import add_commands
    from mxspec.command_line.parser import parser

    return parser(prog, [add_commands])


def parsers(top):
    """Yield the parser of each command, also of those within one."""
    for action in top._actions:
        for options in action.choices.values() if isinstance(action.choices, dict) else ():
            yield options
            yield from parsers(options)


def draw_letters(folder, letters, count):
    """Draw pictures of each of some letters, which a page asks its reader to have."""
    from PIL import Image, ImageDraw, ImageFont

    for letter in letters:
        (folder / letter).mkdir(parents=True)
        for number in range(count):
            size, darkness = number % 20, number // 20
            picture = Image.new("L", (60 + size, 90), 240)
            font = ImageFont.load_default(30 + size)
            ImageDraw.Draw(picture).text((12, 10), letter, fill=2 * size + 8 * darkness, font=font)
            picture.save(folder / letter / f"{number}.png")


def write_days(folder):
    """Write the tables that a page asks its reader to have: orders, days that follow them, events, ages."""
    draw = random.Random(0)
    for name, rows in {"orders": 4000, "monday": 500, "tuesday": 500}.items():
        lines = [f"{draw.choice(['DE', 'FR', 'IT'])},{draw.randint(1, 40)}\n" for _ in range(rows)]
        (folder / f"{name}.csv").write_text("country,pieces\n" + "".join(lines))
    (folder / "export.csv").write_text("age;name\n30;Jürgen\n-;Zoë\n", encoding="cp1252")
    start = datetime.datetime(2026, 1, 1)
    times = [start + datetime.timedelta(minutes=7 * number) for number in range(2000)]
    lines = [f"{time.isoformat()},{draw.choice(['view', 'buy'])}\n" for time in times]
    (folder / "events.csv").write_text("created_at,kind\n" + "".join(lines))


def write_versions(folder):
    """Write a package of specs, and a file of them that differs from the one of the branch main."""
    (folder / "shop").mkdir()
    (folder / "tests").mkdir()
    names = {"age": "s.int_in(0, 151)", "mode": "{'fast', 'slow'}", "name": "str"}
    now = {"age": "s.int_in(18, 151)", "mode": "s.nilable({'fast', 'slow'})", "name": "str", "mail": "str"}
    for file, specs in {"shop/orders.py": names, "contract.py": names, "today.py": now}.items():
        lines = [f"s.def_('user/{name}', {spec})\n" for name, spec in specs.items()]
        (folder / file).write_text("import mxspec as s\n" + "".join(lines))
    (folder / "openapi.json").write_text(json.dumps(write_api(100, "cat", "dog")))
    git = "git -c user.name=x -c user.email=x@y.z"
    for command in (f"{git} init -q -b main", f"{git} add *.py *.json", f"{git} commit -qm contract"):
        assert run_command(command, folder).returncode == 0
    (folder / "openapi.json").write_text(
        json.dumps(write_api(50, "cat", "dog", "fish", nick={"type": "string"}))
    )
    (folder / "today.py").replace(folder / "contract.py")


def write_api(most, *kinds, **more):
    """Return an OpenAPI document of some kinds of pets, with more properties, that lists at most so many."""
    ref = {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": most}}
    pet = {
        "type": "object",
        "required": ["id", "kind"],
        "properties": {
            "id": {"type": "integer", "readOnly": True},
            "kind": {"type": "string", "enum": kinds},
            **more,
        },
    }
    get = {"parameters": [limit], "responses": {"200": {"description": "a pet", "content": ref}}}
    post = {"requestBody": {"content": ref}, "responses": {"201": {"description": "it is kept"}}}
    paths = {"/pets": {"get": get, "post": post}}
    return {"openapi": "3.1.0", "paths": paths, "components": {"schemas": {"Pet": pet}}}
