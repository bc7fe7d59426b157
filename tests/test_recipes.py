"""The recipes of docs/recipes.md, each run as its own test file where its library is installed."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"```python\n# (\w+\.py)\n(.*?)```", re.DOTALL)
FILES = dict(BLOCK.findall((ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")))
RECIPES = ["schemathesis", "pandera", "jsonschema"]


def test_there_is_a_recipe_for_each_library():
    assert [*FILES] == ["shop.py", *(f"test_{name}.py" for name in RECIPES)]


def run(recipe, folder, *edits):
    """Run a recipe, which is named after a library, with some words replaced, in a folder of its own."""
    pytest.importorskip(recipe)
    pytest.importorskip("pydantic")
    few = "settings.register_profile('few', max_examples=30, deadline=None); settings.load_profile('few')"
    (folder / "conftest.py").write_text(f"from hypothesis import settings; {few}\n")
    text = FILES[f"test_{recipe}.py"]
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    (folder / "shop.py").write_text(FILES["shop.py"])
    (folder / f"test_{recipe}.py").write_text(text)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_runs(recipe, tmp_path):
    ran = run(recipe, tmp_path)
    assert ran.returncode == 0, ran.stdout
    assert "1 passed" in ran.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("recipe", "old", "new"),
    [
        ("schemathesis", "return order.amount", "return order.amount + (order.amount > 50)"),
        ("pandera", "= 400", "= 4"),
        ("jsonschema", '"minimum": 0', '"minimum": 50'),
    ],
)
def test_a_recipe_finds_what_is_wrong(recipe, old, new, tmp_path):
    ran = run(recipe, tmp_path, (old, new))
    assert ran.returncode == 1, ran.stdout
    assert "1 failed" in ran.stdout
