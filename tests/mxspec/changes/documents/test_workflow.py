"""The workflow of docs/change.md, and the commands below it, run as they are written."""

import os

import pytest

from tests.processes import run_command
from tests.shown_commands import ROOT, blocks, commands_with_outputs, write_files, write_versions

PAGE = ROOT / "docs" / "change.md"


def workflow():
    """Return the workflow at the beginning of the page."""
    yaml = pytest.importorskip("yaml")
    language, text = blocks(PAGE)[0]
    assert language == "yaml"
    return yaml.safe_load(text)


def test_the_workflow_runs_for_pull_requests_with_the_whole_history():
    document = workflow()
    [job] = document["jobs"].values()
    assert document[True] == "pull_request"  # `on`, as YAML 1.1 has it
    assert job["steps"][0]["with"] == {"fetch-depth": 0}


@pytest.mark.skipif(os.name == "nt", reason="needs a shell")
def test_the_workflow_annotates_what_breaks(tmp_path):
    [job] = workflow()["jobs"].values()
    command = job["steps"][-1]["run"]
    write_versions(tmp_path)
    assert run_command("git update-ref refs/remotes/origin/main main", tmp_path).returncode == 0
    run = run_command(command, tmp_path, GITHUB_BASE_REF="main")
    assert (run.returncode, run.stderr) == (1, "")
    titles = [line.partition("::broken")[0] for line in run.stdout.splitlines()]
    head = "::error file=openapi.json,title=GET /pets"
    assert titles == [f"{head} query limit", f"{head} 200 application/json"]
    assert run_command("git checkout -q openapi.json", tmp_path).returncode == 0
    assert run_command(command, tmp_path, GITHUB_BASE_REF="main").returncode == 0


def test_each_command_of_the_page_prints_what_it_shows(tmp_path):
    write_files(PAGE, tmp_path)
    for command, output in commands_with_outputs(PAGE):
        assert run_command(command, tmp_path).stdout.splitlines() == output
