"""specs, valid, explain, sample: the commands that ask specs."""

import io
import sys
import threading

import numpy as np
import pytest
from PIL import Image, ImageDraw

import mxspec as s
from autoencoder.__main__ import main
from autoencoder.networks import progress


def test_valid_answers_a_line_for_each_file_of_files_and_folders(ask, folder):
    code, text = ask("valid", "digits/odd-image", folder / "three.png", folder)
    assert code == 1
    lines = [line.partition(": PNG, JPEG,")[0] for line in text.splitlines()]
    assert lines == [
        f"valid: {folder}/three.png fits digits/odd-image, it is read as 3",
        f"invalid: {folder}/more/six.png does not fit digits/odd-image: "
        "read as 6 (1.00), but odd is required",
        f"unreadable: {folder}/notes.txt: this is not a picture in a format that is read",
        f"valid: {folder}/three.png fits digits/odd-image, it is read as 3",
    ]


def test_valid_exits_0_where_all_fit(ask, folder):
    assert ask("valid", "digits/image", folder / "three.png", folder / "more")[0] == 0


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("shop/order", "no spec is registered under 'shop/order'"),
        ("orders.csv", "orders.csv is a file of rows; here a contract or a registered name is asked for"),
    ],
)
def test_an_unknown_spec_is_an_error_before_a_file_is_read(spec, words, folder, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["valid", spec, str(folder / "notes.txt")])
    assert words in capsys.readouterr().err


def test_valid_in_json_says_the_same(ask, folder):
    code, rows = ask("valid", "digits/odd-image", folder, "--json")
    assert code == 1
    assert [row["file"].removeprefix(f"{folder}/") for row in rows] == [
        "more/six.png",
        "notes.txt",
        "three.png",
    ]
    six, notes, three = rows
    assert (six["valid"], six["label"]) == (False, 6)
    assert six["confidence"] > 0.99
    assert [error["msg"] for error in six["errors"]] == ["read as 6 (1.00), but odd is required"]
    assert [error["type"] for error in notes["errors"]] == ["unreadable"]
    assert three["valid"]
    assert three["errors"] == []
    assert all(row["spec"] == "digits/odd-image" for row in rows)


def test_valid_has_the_remark_of_the_reading(ask, tmp_path):
    picture = Image.new("L", (300, 400), 235)
    ImageDraw.Draw(picture).line([(120, 80), (190, 80), (140, 260)], fill=60, width=14)
    ImageDraw.Draw(picture).ellipse([(20, 30), (290, 310)], outline=60, width=8)
    picture.save(tmp_path / "x.png")
    _, text = ask("valid", "digits/image", tmp_path / "x.png")
    assert text.endswith("fits digits/image, it is read as 7 without the ring around it\n")
    _, (row,) = ask("valid", "digits/image", tmp_path / "x.png", "--json")
    assert (row["label"], row["remark"]) == (7, "without the ring around it")


def test_a_missing_file_has_its_line_and_the_others_are_answered(ask, folder):
    code, out = ask("valid", "digits/image", folder / "nowhere.png", folder / "three.png")
    assert code == 1
    assert out.splitlines() == [
        f"unreadable: {folder}/nowhere.png: there is no such file",
        f"valid: {folder}/three.png fits digits/image, it is read as 3",
    ]


def test_an_empty_folder_is_wrong_use(tmp_path, refused):
    assert "there are no files in this folder" in refused("valid", "digits/image", tmp_path)


def test_explain_draws_the_picture_its_redrawing_and_the_difference(ask, folder, tmp_path):
    picture = tmp_path / "new" / "why.png"
    code, text = ask("explain", "digits/odd-image", folder / "more/six.png", "--picture", picture)
    assert code == 1
    first, sure, again, written = text.splitlines()
    assert first.endswith("read as 6 (1.00), but odd is required")
    figure, rests_on = sure.removeprefix("  confidence   ").split(", ")
    assert float(figure) > 0.99
    assert rests_on == "among the labels"
    assert again.split()[:4] == ["drawn", "again", "as", "6,"]
    assert written.startswith(str(picture))
    drawn = Image.open(picture).convert("RGB")
    assert drawn.getpixel((0, 0)) == (255, 255, 255)  # it has a ground of its own, in light and dark mode
    colours = np.asarray(drawn).reshape(-1, 3).astype(int)
    assert ((colours[:, 0] - colours[:, 2]) > 100).any()  # orange, only shown
    assert ((colours[:, 2] - colours[:, 0]) > 60).any()  # blue, only drawn


def test_explain_in_json_has_nothing_else_on_standard_output(ask, folder, tmp_path):
    path = tmp_path / "why.jpg"
    code, data = ask("explain", "mnist/mnist-image", folder / "three.png", "--json", "--picture", path)
    assert code == 0
    assert (data["valid"], data["drawn_again_as"], data["confidence"]) == (True, data["label"], None)
    assert 0 <= data["unexplained"] <= 1
    assert Image.open(path).format == "JPEG"


def test_a_picture_in_no_format_is_refused_in_a_line(folder, tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["explain", "digits/image", str(folder / "three.png"), "--picture", str(tmp_path / "why.docx")])
    assert stopped.value.code == 2
    out, err = capsys.readouterr()
    assert (out, "why.docx: pictures are written as " in err) == ("", True)


@pytest.mark.parametrize("spec", ["digits/even-image", "mnist/even-mnist-image"])
def test_a_sheet_has_all_samples(ask, tmp_path, spec):
    path = tmp_path / "sheet.png"
    code, text = ask("sample", spec, "-n", 5, "--seed", 1, "--sheet", "-o", path)
    assert code == 0
    assert len(text.split("read as")[1].split()) == 5
    with Image.open(path) as sheet:
        assert min(sheet.size) > 300
        assert sheet.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_arrays_that_are_no_images_are_printed(ask):
    code, out = ask("sample", "digits/style", "-n", "2", "--seed", "1")
    assert code == 0
    assert out.startswith("array([")


def test_specs_lists_each_with_its_form_and_an_example(ask):
    code, text = ask("specs", "digits")
    assert code == 0
    assert "digits/number\n    int_in(0, 10)\n    example: " in text
    assert "digits/odd-image\n    model_spec(and_('digits/number', is_odd), read, generate" in text
    assert "mnist/" not in text


def test_specs_in_json_are_all_of_some_namespaces(ask):
    _, rows = ask("specs", "digits", "mnist", "autoencoder.digits", "--json", "--seed", 4)
    names = {row["name"] for row in rows}
    assert names == {
        name for name in s.registry() if name.startswith(("digits/", "mnist/", "autoencoder.dig"))
    }
    assert [row["name"] for row in rows if row["example"] is None] == ["autoencoder.digits/generate"]
    number = next(row for row in rows if row["name"] == "digits/number")
    assert number == {
        "name": "digits/number",
        "form": "int_in(0, 10)",
        "example": repr(s.generate("digits/number", 4)),
        "read_as": None,
    }
    image = next(row for row in rows if row["name"] == "mnist/odd-mnist-image")
    assert image["read_as"] % 2 == 1
    assert image["example"]


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["specs", "digit"], "no specs are registered in digit; there are specs in "),
        (["specs", "--model-dir", "x"], "--model-dir is for the specs of one namespace"),
        (["specs", "--import", "no_such_module"], "No module named 'no_such_module'"),
        (["sample", "digits/number", "--sheet"], "has no pictures to write to a sheet"),
        (["sample", "digits/image", "-o", "."], ". is a folder; name a file in it, such as picture.png"),
        (["sample", "digits/image", "--sheet", "-o", "/"], "/ is a folder; name a file in it"),
        (["sample", "digits/image", "-o", "x.txt"], "written as .png, .jpg and the like, not as '.txt'"),
        (["explain", "digits/image", "x.png", "--picture", "/"], "/ is a folder; name a file in it"),
    ],
)
def test_wrong_use_is_a_line(argv, words, refused):
    assert words in refused(*argv)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("1 / 0", "my_module_that_raises raises ZeroDivisionError: division by zero"),
        ("raise SystemExit(0)", "my_module_that_raises raises SystemExit: 0"),
    ],
)
def test_a_module_that_raises_is_a_line(line, message, tmp_path, monkeypatch, refused):
    (tmp_path / "my_module_that_raises.py").write_text(line)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    assert message in refused("specs", "--import", "my_module_that_raises")


def test_specs_of_the_users_own_modules_are_asked_too(ask, folder, tmp_path, monkeypatch):
    (tmp_path / "my_specs_of_pictures.py").write_text(
        "import mxspec as s\n"
        "from autoencoder import digits\n"
        "s.def_model_spec('my/round', s.and_('digits/number', {0, 6, 8, 9}), digits.read, digits.generate)\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    own = ["--import", "my_specs_of_pictures"]
    try:
        assert "model_spec(and_('digits/number', {0, 6, 8, 9})" in ask("specs", "my", *own)[1]
        code, text = ask("valid", "my/round", folder / "more", folder / "three.png", *own)
        assert (code, text.count("invalid: ")) == (1, 1)
        assert "three.png does not fit my/round: read as 3" in text
    finally:
        s.def_("my/round", None)
        sys.modules.pop("my_specs_of_pictures", None)


def test_a_spec_whose_labels_are_not_the_networks_is_explained_and_its_own_reader_reads_samples(
    ask, folder, tmp_path, monkeypatch
):
    """A reader of the user's own: what is narrow is thin. The networks draw the nearest digit again."""
    (tmp_path / "my_thin_pictures.py").write_text(
        "import enum\n"
        "import mxspec as s\n"
        "from autoencoder import digits\n"
        "Weight = enum.Enum('Weight', 'THIN BOLD')\n"
        "s.def_model_spec(\n"
        "    'my/thin', {Weight.THIN}, lambda x: Weight.BOLD if x.mean() > 0.13 else Weight.THIN,\n"
        "    lambda label: digits.generate(1), input='digits/input')\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    own = ["--import", "my_thin_pictures"]
    try:
        code, text = ask("explain", "my/thin", folder / "three.png", *own, "--picture", "why.png")
        assert code == 1
        assert "read as <Weight.BOLD: 2>, but {<Weight.THIN: 1>} is required" in text
        assert "  drawn again  as 3, " in text
        assert Image.open("why.png").width > 800
        data = ask("explain", "my/thin", folder / "three.png", *own, "--json")[1]
        assert (data["label"], data["drawn_again_as"]) == ("<Weight.BOLD: 2>", 3)
        text = ask("sample", "my/thin", "-n", 2, *own)[1]
        assert text.endswith("sample-my-thin.jpg: read as Weight.THIN Weight.THIN\n")
        assert ask("sample", "my/thin", "-n", 2, "--sheet", *own)[0] == 0
    finally:
        s.def_("my/thin", None)
        sys.modules.pop("my_thin_pictures", None)


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("stream", "is_shown"), [(Terminal, True), (io.StringIO, False)])
def test_bars_are_for_terminals(ask, folder, monkeypatch, stream, is_shown):
    stderr = stream()
    monkeypatch.setattr(sys, "stderr", stderr)
    ask("valid", "digits/image", folder)
    assert ("valid:   0%" in stderr.getvalue()) == is_shown


@pytest.mark.parametrize(("stream", "is_shown"), [(Terminal, True), (io.StringIO, False)])
def test_a_clock_is_shown_on_terminals_where_work_takes_longer(monkeypatch, stream, is_shown):
    stderr = stream()
    monkeypatch.setattr(sys, "stderr", stderr)
    with progress.clock("soon"):
        pass
    monkeypatch.setattr(progress, "AFTER", 0.01)
    monkeypatch.setattr(progress, "TICK", 0.01)
    with progress.clock("late"):
        threading.Event().wait(0.3)
    assert "soon" not in stderr.getvalue()
    assert ("late: 00:00" in stderr.getvalue()) == is_shown


def test_options_of_rows_are_not_for_pictures(refused):
    assert "are for rows" in refused("valid", "digits/image", "x.png", "--most", "3")
    assert "are for rows" in refused("valid", "digits/image", "x.png", "--state", "state.json")
