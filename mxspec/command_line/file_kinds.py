"""The kind of a file, and the errors about a file of another kind than a command asks for.

A kind is words, "a file of rows". A picture is known by its first bytes, any other file by its name. So a
file in the wrong place is told by what it is, and is neither run nor read nor written over as what it is not.
"""

import errno
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import mxspec as s
from mxspec.base.messages.text import in_one_line
from mxspec.errors import did_you_mean
from mxspec.frames.warehouses import is_table_name
from mxspec.inference.files import OPENERS, STANDARD_INPUT

PYTHON: Final = "a file of Python"
OF_ROWS: Final = "a file of rows"
JSON: Final = "a file of JSON"
DOCUMENT: Final = "a schema or another document"
PICTURE: Final = "a picture"
WORKBOOK: Final = "a workbook"
FOLDER: Final = "a folder"
TABLE: Final = "a table of a warehouse"
INPUT: Final = "standard input"

_KINDS: Final[Mapping[str, str]] = {
    ".py": PYTHON,
    **dict.fromkeys([".csv", ".tsv", ".jsonl", ".ndjson", ".parquet"], OF_ROWS),
    ".json": JSON,
    **dict.fromkeys([".yaml", ".yml", ".avsc"], DOCUMENT),
    **dict.fromkeys([".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff", ".svg"], PICTURE),
    **dict.fromkeys([".xlsx", ".xls", ".xlsm", ".ods"], WORKBOOK),
}
_FIRST_BYTES: Final = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*")
"""How a file of a picture begins: PNG, JPEG, GIF, TIFF."""


def kind_of(file: str) -> str:
    """Return the kind of a file; of an unknown kind its suffix; of a name without a suffix "".

    Example:
        >>> [kind_of(each) for each in ("contract.py", "orders.csv.gz", "notes.txt", "shop/order")]
        ['a file of Python', 'a file of rows', 'a file that ends with .txt', '']
    """
    if file == STANDARD_INPUT:
        return INPUT
    if is_table_name(file):
        return TABLE
    path = Path(file)
    if path.is_dir():
        return FOLDER
    if _begins_as_picture(path):
        return PICTURE
    suffixes = [each.lower() for each in Path(f"_{path.name}").suffixes]  # so that .py has one, too
    if suffixes[1:] and suffixes[-1] in OPENERS and _KINDS.get(suffixes[-2]) in (OF_ROWS, JSON):
        suffixes.pop()  # nothing else is read compressed
    suffix = suffixes[-1] if suffixes else ""
    return _KINDS.get(suffix) or (f"a file that ends with {suffix}" if suffix else "")


def _begins_as_picture(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(6).startswith(_FIRST_BYTES)


def _wrong_kind(file: str, wanted: str, advice: str) -> s.SpecError:
    kind = kind_of(file) or "a file without a suffix"
    return s.SpecError(f"{in_one_line(file)} is {kind}; here {wanted} asked for: {advice}")


def _not_there(file: str) -> OSError:
    return FileNotFoundError(errno.ENOENT, "No such file or directory", file)


# --- what is read -----------------------------------------------------------------------------------------


def check_contract(file: str) -> None:
    """Raise SpecError unless a file is Python, as a contract is, which is run."""
    if kind_of(file) != PYTHON:
        if not kind_of(file) and not Path(file).exists():
            raise _not_there(file)
        advice = "a file that ends with .py and defines `spec`, as mxspec infer ROWS -o contract.py writes it"
        raise _wrong_kind(file, "a contract is", advice)


def check_contract_first(spec: str, files: Sequence[str]) -> None:
    """Raise SpecError if a contract stands where rows do, or something else does."""
    check_order(spec, files)
    check_row_files(files)


def check_order(spec: str, files: Sequence[str]) -> None:
    """Raise SpecError if a contract stands behind what is asked by it."""
    contract = next((file for file in files if kind_of(file) == PYTHON), None)
    if contract is not None and kind_of(spec) != PYTHON:
        raise s.SpecError(f"the contract comes first, then the rows: {contract} {spec}")


def check_row_files(files: Iterable[str]) -> None:
    """Raise SpecError if a file of another kind stands among files of rows."""
    for file in files:
        if (kind := kind_of(file)) == PYTHON:
            raise s.SpecError(f"{file} is a file of Python, as contracts are; here rows are asked for")
        if kind == WORKBOOK:
            raise _wrong_kind(
                file, "rows are", "export it as CSV or Parquet, or read it by pandas.read_excel"
            )
        if kind in (PICTURE, DOCUMENT):
            raise _wrong_kind(file, "rows are", "files such as monday.csv, monday.jsonl or monday.parquet")


def check_spec(spec: str, example: str, *files: str) -> None:
    """Raise SpecError unless spec is a file of Python or may be a registered name.

    Args:
        spec: the argument.
        example: the call with the right files.
        files: the other files, among which the contract may be.
    """
    check_order(spec, files)
    kind = kind_of(spec)
    if kind == PYTHON:
        return
    if kind and (kind in _KINDS.values() or Path(spec).exists() or "/" not in spec):
        raise _wrong_kind(spec, "a contract or a registered name is", example)
    if not kind and "/" not in spec:
        near = did_you_mean(spec, [each.name for each in Path().glob("*.py")])
        words = (
            f"{in_one_line(spec)} is neither a contract, which ends with .py, nor a name such as shop/order"
        )
        raise s.SpecError(f"{words}{near or f'; {example}'}")


def check_value(value: str, spec: str, *, takes_pictures: bool = False) -> None:
    """Raise SpecError if a file holds no value, which is JSON or, for some specs, a picture."""
    check_order(spec, [value])
    kind = kind_of(value)
    wanted = "a picture or a file of JSON is" if takes_pictures else "a file of JSON is"
    if kind == OF_ROWS:
        contract = spec if kind_of(spec) == PYTHON else "contract.py"
        raise _wrong_kind(
            value, wanted, f"mxspec valid {contract} {value} tells of each row why it does not fit"
        )
    if kind in (PYTHON, DOCUMENT, WORKBOOK, FOLDER, TABLE) or (kind == PICTURE and not takes_pictures):
        raise _wrong_kind(
            value, wanted, f"mxspec explain {spec} {'six.png' if takes_pictures else 'row.json'}"
        )


def check_pictures(files: Sequence[str], spec: str) -> None:
    """Raise SpecError if files of rows stand where pictures are asked for, by a name."""
    for file in files:
        if kind_of(file) in (OF_ROWS, JSON, WORKBOOK):
            words = f"pictures are asked for, as {spec} is no contract, and {file} is {kind_of(file)}"
            raise s.SpecError(f"{words}; a contract is for rows: mxspec valid contract.py {file}")


def check_versions(files: Sequence[str], count: int) -> None:
    """Raise SpecError unless the first files of a diff can be compared, and names follow them.

    Args:
        files: the files, one of which may be a class such as models.py:User; then names.
        count: the number of files.
    """
    paths = [_path_of_class(file) for file in files[:count]]
    for path in paths:
        if not Path(path).exists():
            raise _not_there(path)
        if kind_of(path) not in (PYTHON, JSON, DOCUMENT) and not _is_of_language(path):
            raise _wrong_kind(path, "specs are", "mxspec diff old.py new.py")
    modules = [
        file for file, path in zip(files, paths, strict=False) if file == path and kind_of(path) == PYTHON
    ]
    if modules and len(modules) < len(paths):
        other = next(file for file in files if file not in modules)
        kind = kind_of(other) if other in paths else "a class"
        words = f"{modules[0]} is a file of Python, and {other} is {kind}"
        raise s.SpecError(
            f"{words}: diff compares two of one kind; a class such as models.py:User is a schema"
        )
    for name in files[count:]:
        if Path(name).is_file():
            words = f"{name} is {kind_of(name) or 'a file'}; here names to compare are asked for"
            raise s.SpecError(f"{words}: diff compares two files")


def _is_of_language(file: str) -> bool:
    """True for the name of a schema in a language of its own."""
    from mxspec.transform.schemas.languages import SUFFIXES_OF_LANGUAGES  # late: it imports all readers

    return file.endswith(SUFFIXES_OF_LANGUAGES)


def _path_of_class(file: str) -> str:
    """Return the file of a class such as models.py:User, or else the file itself."""
    path, colon, name = file.rpartition(":")
    return path if colon and path.endswith(".py") and name.isidentifier() else file


def check_modules(modules: Iterable[str]) -> None:
    """Raise SpecError if a file stands where the dotted name of a module is asked for."""
    for module in modules:
        kind = kind_of(module)
        if kind == PYTHON:
            words = f"{module} is a file of Python; here its module is asked for"
            raise s.SpecError(f"{words}: {_module_name(module)}")
        if Path(module).is_file():  # else it may be a module, such as shop.csv
            raise _wrong_kind(module, "specs are", "a module that registers them, such as shop.orders")


def _module_name(file: str) -> str:
    """Return the dotted name of a file's module, from this folder; of a file elsewhere the last part."""
    path = Path(file).with_suffix("")
    return path.name if path.is_absolute() or ".." in path.parts else ".".join(path.parts)


def check_guard_name(guard: str, spec: str) -> None:
    """Raise SpecError if a file stands where a guard is asked for, or the spec does."""
    path, _, name = guard.partition(":")
    if ":" in spec and kind_of(guard) == PYTHON:
        raise s.SpecError(f"the spec comes first, then the guard: {guard} {spec}")
    if kind_of(path) == PYTHON:
        words = f"{guard} is {'in ' * bool(name)}a file of Python; a guard is MODULE:NAME"
        raise s.SpecError(f"{words}: {_module_name(path)}:{name or 'accept'}")


def check_namespaces(namespaces: Iterable[str]) -> None:
    """Raise SpecError if a file stands where a namespace is asked for."""
    for each in namespaces:
        if (kind := kind_of(each)) == PYTHON:
            module = _module_name(each)
            raise s.SpecError(
                f"{each} is {kind}; here namespaces are asked for: mxspec specs --import {module}"
            )
        if kind and Path(each).is_file():
            raise _wrong_kind(each, "namespaces are", "mxspec specs shop --import shop.orders")


def check_state(file: str) -> None:
    """Raise SpecError if a file of another kind stands where a state is asked for, which is written to."""
    if (kind := kind_of(file)) and kind != JSON and kind in {*_KINDS.values(), FOLDER, TABLE, INPUT}:
        raise _wrong_kind(file, "a state is", "the file of --state, such as state.json")


# --- what is written --------------------------------------------------------------------------------------


def check_output(option: str, target: str, files: Sequence[str], others: Collection[str] = ()) -> None:
    """Check that an output file overwrites none of its sources, and is no folder and no file of another kind.

    Args:
        option: the option, such as -o.
        target: its value.
        files: the sources.
        others: the kinds that it may not have.

    Raises:
        SpecDefinitionError: it does, or is.
    """
    for file in files:
        if Path(file).exists() and Path(target).exists() and os.path.samefile(file, target):
            words = f"{option} {target} would be written over {file}"
            raise s.SpecDefinitionError(f"{words}, which it comes from")
    if (kind := kind_of(target)) == FOLDER or kind in others:
        raise s.SpecDefinitionError(
            f"{option} {in_one_line(target)} names {kind}, which {option} does not write"
        )


def check_output_contract(target: str, files: Sequence[str]) -> None:
    """Check an output file as `check_output` does, and that a new one has the name of a contract."""
    check_output("-o", target, files, NOT_OF_CONTRACTS)
    if kind_of(target) != PYTHON and not Path(target).exists():  # /dev/stdout is there
        words = f"-o {in_one_line(target)} is not the name of a contract, which ends with .py"
        raise s.SpecDefinitionError(f"{words}: -o {in_one_line(target)}.py")


NOT_OF_ROWS: Final = frozenset({PYTHON, PICTURE, WORKBOOK, DOCUMENT})
NOT_OF_PAGES: Final = frozenset({PYTHON, OF_ROWS, PICTURE, WORKBOOK})
NOT_OF_CONTRACTS: Final = frozenset({OF_ROWS, JSON, PICTURE, WORKBOOK, DOCUMENT, TABLE})
