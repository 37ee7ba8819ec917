"""The recipes for CI: the pre-commit hook and the GitHub Action, run where there is no network."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from projects import draw, project

import assetforge
from assetforge.build import build

ROOT = Path(__file__).parents[1]
HOOKS = ROOT / ".pre-commit-hooks.yaml"
ACTION = ROOT / "plugins" / "github" / "action.yml"
POSIX = pytest.mark.skipif(os.name != "posix", reason="needs bash")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment in which `assetforge` is this one, and neither git nor pre-commit knows of the user's settings."""
    shim = tmp_path / "bin" / "assetforge"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m assetforge "$@"\n')
    shim.chmod(0o755)
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "PRE_COMMIT"))},
        "PATH": os.pathsep.join([str(shim.parent), os.environ["PATH"]]),
        "PYTHONPATH": str(Path(assetforge.__file__).parents[1]),
        "PRE_COMMIT_HOME": str(tmp_path / "cache"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }


@pytest.fixture
def game(tmp_path: Path) -> Path:
    """A built project in a folder with a space."""
    root = project(tmp_path / "my game")
    assert build(root).exit_code == 0
    return root


def action() -> dict[str, Any]:
    return yaml.safe_load(ACTION.read_text())


@POSIX
@pytest.mark.parametrize(
    ("mode", "codes"), [("check", (0, 3)), ("frozen", (0, 0)), ("build", (0, 0)), ("chek", (2, 2))]
)
@pytest.mark.slow
def test_the_action_runs_the_build(game: Path, environment: dict[str, str], mode: str, codes: tuple[int, int]) -> None:
    """Its last step, as GitHub's bash runs it, ends as the build does: before and after a sprite has changed."""
    step = action()["runs"]["steps"][-1]
    values = {"mode": mode, "directory": str(game)}
    given = {key: values[re.fullmatch(r"\$\{\{ inputs\.(\w+) \}\}", value)[1]] for key, value in step["env"].items()}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    found = []
    for seed in (0, 50):
        draw(game / "art/items/axe.png", seed)
        found.append(subprocess.run(command, env=environment | given, capture_output=True).returncode)
    assert codes == tuple(found)


def test_the_action_is_whole() -> None:
    """Each step says its shell or what it uses; no input is pasted into a script; the version installed is its own."""
    facts = action()
    assert facts["runs"]["using"] == "composite" and set(facts["inputs"]) == {"mode", "directory"}
    for step in facts["runs"]["steps"]:
        assert "uses" in step or (step["shell"] == "bash" and "${{" not in step["run"])
    (source,) = (step["env"]["SOURCE"] for step in facts["runs"]["steps"] if "SOURCE" in step.get("env", {}))
    here = source.replace("${{ github.action_path }}", str(ACTION.parent))
    assert (Path(here) / "pyproject.toml").is_file()


def git(place: Path, environment: dict[str, str], *arguments: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *who, *arguments], cwd=place, env=environment, check=True, capture_output=True)


@POSIX
@pytest.mark.slow
def test_the_hook_stops_a_commit_of_stale_sheets(game: Path, environment: dict[str, str], tmp_path: Path) -> None:
    """The real pre-commit passes a built project, fails one whose art has changed, and writes nothing into it."""
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / HOOKS.name).write_bytes(HOOKS.read_bytes())
    for place in (hooks, game):
        git(place, environment, "init")
        git(place, environment, "add", ".")
        git(place, environment, "commit", "-m", "all")
    revision = subprocess.run(["git", "rev-parse", "HEAD"], cwd=hooks, capture_output=True, text=True, check=True)
    hook = {"repo": str(hooks), "rev": revision.stdout.strip(), "hooks": [{"id": "assetforge-check"}]}
    (game / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [hook]}))
    git(game, environment, "add", ".pre-commit-config.yaml")
    command = [sys.executable, "-m", "pre_commit", "run", "--all-files", "--color", "never"]
    passed = subprocess.run(command, cwd=game, env=environment, capture_output=True, text=True)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert "assetforge build --check" in passed.stdout and "Passed" in passed.stdout
    draw(game / "art/items/axe.png", 50)
    before = (game / "out/items.png").read_bytes()
    failed = subprocess.run(command, cwd=game, env=environment, capture_output=True, text=True)
    assert failed.returncode == 1 and "exit code: 3" in failed.stdout and "art/items/axe.png" in failed.stdout
    assert (game / "out/items.png").read_bytes() == before
