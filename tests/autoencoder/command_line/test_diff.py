"""The command that compares two files of specs."""

import pytest

from autoencoder.__main__ import main


@pytest.fixture
def files(tmp_path):
    def write(old, new):
        paths = tmp_path / "old.py", tmp_path / "new.py"
        for path, spec in zip(paths, (old, new), strict=True):
            path.write_text(f"import mxspec as s\ns.def_('cli/age', {spec})\ns.def_('cli/name', str)\n")
        return list(map(str, paths))

    return write


@pytest.mark.parametrize(
    ("old", "new", "options", "code"),
    [
        ("s.int_in(0, 10)", "s.int_in(0, 20)", [], 0),
        ("s.int_in(0, 20)", "s.int_in(0, 10)", [], 1),
        ("s.int_in(0, 20)", "s.int_in(0, 10)", ["cli/name"], 0),
        ("s.int_in(0, 20)", "s.int_in(0, 10)", ["--direction", "responses"], 0),
        ("s.int_in(0, 20)", "None", [], 1),
    ],
)
def test_diff_ends_with_1_if_something_breaks(files, capsys, old, new, options, code):
    assert main(["diff", *files(old, new), *options]) == code
    assert "cli/name" in capsys.readouterr().out


def test_diff_prints_a_table(files, capsys):
    main(["diff", *files("s.int_in(0, 20)", "s.int_in(0, 10)")])
    assert capsys.readouterr().out.splitlines() == [
        "cli/age   changed  broken: 10 fits old, but new says",
        "                   10 - failed: int_in(0, 10) spec: 'cli/age'",
        "cli/name  same",
    ]


def test_diff_says_in_a_line_what_is_wrong(files, capsys):
    with pytest.raises(SystemExit) as end:
        main(["diff", *files("int", "1 / 0")])
    assert end.value.code == 2
    assert "new.py raises ZeroDivisionError: division by zero" in capsys.readouterr().err
