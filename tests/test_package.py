"""The package as an index shows it: its description, licenses and version; and what is released."""

import configparser
import re
import subprocess
from pathlib import Path

import pytest

import mxspec as s
import setup
from mxspec.command_line.commands import Commands
from tests import release

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
ADDRESS = "https://example.org/somebody/mxspec"
CONFIG = configparser.ConfigParser()
CONFIG.read(ROOT / "setup.cfg", "utf-8")


def links(text):
    """Return the targets of the links and pictures of a page, code aside."""
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    return ["".join(link) for link in re.findall(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"", prose)]


def test_without_an_address_the_description_has_no_link_into_the_repository():
    description = setup.describe(README, "", "1.0")
    assert links(description) == [link for link in links(README) if link.startswith("https://")]
    assert "ten samples of post/odd-over-2" in description


def test_with_an_address_each_link_leads_to_a_file_of_the_version():
    resolved = links(setup.describe(README, ADDRESS, "1.0"))
    assert len(resolved) == len(links(README)) > 20
    for link in resolved:
        path = re.fullmatch(rf"{ADDRESS}/(blob|raw)/v1\.0/([^#]+)(#.*)?", link)
        assert path or not link.startswith(ADDRESS)
        if path:
            assert (ROOT / path[2]).is_file()
            assert (path[1] == "raw") == (Path(path[2]).suffix in (".jpg", ".png"))


PAGE = """\
[a](docs/a.md#b) [c](#d) [e](https://e) <img src="f.png" alt="g" width="9">

```python
x = [0](y)
```
"""


@pytest.mark.parametrize(
    ("address", "prose"),
    [
        ("", "a c [e](https://e) g"),
        (
            "https://h/i",
            "[a](https://h/i/blob/v2/docs/a.md#b) [c](https://h/i/blob/v2/README.md#d) [e](https://e) "
            '<img src="https://h/i/raw/v2/f.png" alt="g" width="9">',
        ),
    ],
)
def test_a_description_changes_links_and_pictures_and_no_code(address, prose):
    assert setup.describe(PAGE, address, "2").split("\n\n") == [prose, PAGE.split("\n\n")[1]]


def test_readme_the_documents_the_package_its_help_and_the_command_begin_with_one_sentence():
    sentence = f"{CONFIG['metadata']['description']}."
    assert (s.__doc__ or "").startswith(sentence)
    assert README.startswith(f"# mxspec\n\n{sentence}")
    assert (ROOT / "docs/README.md").read_text("utf-8").startswith(f"# Documents\n\n{sentence}")
    assert sentence in " ".join((Commands("mxspec").parser.description or "").split())


def test_the_address_of_the_repository_is_one_of_https_or_empty():
    assert re.fullmatch(r"(https://\S+)?", CONFIG["tool:repository"]["address"])


def test_images_to_train_with_are_in_the_sdist_and_not_in_the_wheel():
    data = ROOT / "autoencoder/data"
    patterns = CONFIG["options.package_data"]["autoencoder.data"].replace(",", " ").split()
    packed = {path for pattern in patterns for path in data.glob(pattern)}
    [of_sdist] = re.findall(r"^include (.+)$", (ROOT / "MANIFEST.in").read_text("utf-8"), re.MULTILINE)
    trained_on = set(ROOT.glob(of_sdist))
    assert {path.name for path in trained_on} == {"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"}
    assert set((data / "mnist").iterdir()) - packed == trained_on


def test_each_license_of_the_package_has_its_text():
    metadata = CONFIG["metadata"]
    first = {
        name: next(filter(str.strip, (ROOT / name).read_text("utf-8").splitlines())).strip()
        for name in metadata["license_files"].split()
    }
    assert [*first.values()] == ["Apache License", "Creative Commons Legal Code"]
    assert metadata["license_expression"] == "Apache-2.0 AND CC-BY-SA-3.0"


# --- two wheels -------------------------------------------------------------------------------------------


def wheel(name):
    return setup.wheel_fields(name, CONFIG, "1.2")


def test_a_clone_has_all_and_each_wheel_its_part():
    mxspec, digits = wheel("mxspec"), wheel("mxspec-digits")
    for package, fields in {"mxspec": mxspec, "autoencoder": digits}.items():
        folders = {path.parent.relative_to(ROOT) for path in (ROOT / package).rglob("__init__.py")}
        assert {*fields["packages"]} == {".".join(folder.parts) for folder in folders}
    assert mxspec["py_modules"] == wheel("")["py_modules"] == ["_mxspec_pytestplugin"]
    assert "py_modules" not in digits
    groups = [*mxspec["entry_points"], *digits["entry_points"]]
    assert sorted(groups) == sorted(CONFIG["options.entry_points"])


def test_the_digits_of_mnist_and_their_license_are_in_one_wheel():
    assert wheel("mxspec")["license_files"] == ["LICENSE"]
    assert wheel("mxspec")["license_expression"] == "Apache-2.0"
    assert not {"license_files", "license_expression"} & {*wheel("mxspec-digits")}  # those of setup.cfg


def test_each_extra_of_a_clone_is_one_of_mxspec_with_the_same_name_or_for_work_in_a_clone():
    extras = {name: text.split("\n") for name, text in CONFIG["options.extras_require"].items()}
    extras = {name: [line for line in lines if line] for name, lines in extras.items()}
    mxspec, digits = (wheel(name)["extras_require"] for name in ("mxspec", "mxspec-digits"))
    assert extras.keys() - mxspec.keys() == {
        "quality",
        "test-web",
        "recipes",
        "peers",
        "bench",
        "fuzz",
        "dev",
    }
    for name, lines in extras.items():
        if name in digits and name != "all":
            assert (mxspec[name], digits[name]) == ([f"mxspec-digits[{name}]==1.2"], lines)
        elif name in mxspec and name != "all":
            assert mxspec[name] == lines
    assert digits.keys() < mxspec.keys()
    assert {*mxspec["all"], *digits["all"]} - {"mxspec-digits[all]==1.2"} == {*extras["all"]}


def test_the_wheels_have_one_version_and_no_other_name_is_one():
    assert wheel("mxspec-digits")["install_requires"] == ["mxspec==1.2"]
    with pytest.raises(ValueError, match="MXSPEC_WHEEL is mxspec or mxspec-digits, not 'digits'"):
        wheel("digits")


def test_the_changelog_begins_with_the_version_and_its_date():
    newest = re.search(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)[1]
    assert re.fullmatch(rf"{re.escape(s.__version__)} - \d{{4}}-\d\d-\d\d", newest)


# --- a release --------------------------------------------------------------------------------------------


def commit(folder):
    subprocess.run(["git", "-C", folder, "add", "--all"], check=True)
    subprocess.run(["git", "-C", folder, "commit", "-q", "-m", "Begin"], check=True)


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository of two files whose commit can be released."""
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "A")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "a@example.org")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / "mxspec").mkdir()
    (tmp_path / "mxspec/_version.py").write_text('"""The version."""\n\n__version__ = "1.2"\n')
    (tmp_path / "CHANGELOG.md").write_text(
        "# Changelog\n\n## 1.2 - 2026-11-28\n\n- All.\n\n## 1.1 - 2026-01-01\n"
    )
    commit(tmp_path)
    return tmp_path


def test_a_clean_commit_is_tagged_once(repository, capsys):
    assert release.main(["check"], repository) == 0
    assert release.git(repository, "tag") == ""
    assert release.main(["tag"], repository) == 0
    assert release.git(repository, "tag") == "v1.2\n"
    assert release.main(["check"], repository) == 2
    assert "the tag v1.2 is there" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "content", "is_committed", "words"),
    [
        ("notes.txt", "", False, "1 files differ from the commit, the first is notes.txt"),
        ("CHANGELOG.md", "## 1.2 - 2026-11-28\n\n- More.\n", False, "the first is CHANGELOG.md"),
        (
            "CHANGELOG.md",
            "## 1.1 - 2026-01-01\n",
            True,
            "begins with '1.1 - 2026-01-01'; write 1.2 and a date",
        ),
        ("CHANGELOG.md", "## 1.2\n", True, "begins with '1.2'; write 1.2 and a date"),
        ("CHANGELOG.md", "## Unreleased\n", True, "begins with 'Unreleased'"),
    ],
)
def test_a_commit_that_is_not_ready_is_not_tagged(file, content, is_committed, words, repository, capsys):
    (repository / file).write_text(content)
    if is_committed:
        commit(repository)
    for step in ("check", "tag"):
        assert release.main([step], repository) == 2
        assert words in capsys.readouterr().err
    assert release.git(repository, "tag") == ""


# --- what the wheels bring --------------------------------------------------------------------------------


def test_the_measures_of_both_wheels_are_a_line_each(tmp_path, monkeypatch, capsys):
    (tmp_path / "dist").mkdir()
    for name, size in {"mxspec": 800_000, "mxspec_digits": 8_000_000}.items():
        (tmp_path / "dist" / f"{name}-1.2-py3-none-any.whl").write_bytes(bytes(size))
    commands = {"mxspec": ["infer"], "mxspec-digits": ["infer", "train"]}

    def measure(root, names):
        assert release.wheel_of(root, "mxspec").parent == tmp_path / "dist"
        return {"seconds": 1.5, "MB": 2, "commands": commands[names[-1].partition("[")[0]]}

    monkeypatch.setattr(release, "measure", measure)
    assert release.main(["measure"], tmp_path) == 0
    assert capsys.readouterr().out.splitlines() == [
        "mxspec-1.2-py3-none-any.whl: 0.8 MB to download",
        "mxspec_digits-1.2-py3-none-any.whl: 8.0 MB to download",
        "pip install 'mxspec': 1.5 seconds, 2 MB; commands: infer",
        "pip install 'mxspec-digits': 1.5 seconds, 2 MB; commands: train",
        "pip install 'mxspec-digits[onnx]': 1.5 seconds, 2 MB",
    ]


def test_the_size_of_a_folder_is_that_of_its_files(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c").write_bytes(bytes(1_200_000))
    (tmp_path / "d").write_bytes(bytes(2_000_000))
    assert release.megabytes([tmp_path / "a", tmp_path / "d"]) == 3.2
