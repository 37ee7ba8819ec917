"""`build` and `explain` at the prompt: exit codes, streams, JSON, the style of errors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from projects import QUANTIZE, draw, project

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def game(tmp_path: Path) -> Path:
    return project(tmp_path / "game")


@pytest.fixture
def run(game: Path) -> Run:
    def call(*arguments: str, **options: str) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join(filter(None, (str(Path(__file__).parent.parent), os.environ.get("PYTHONPATH"))))
        return subprocess.run(
            [sys.executable, "-m", "assetforge", *arguments],
            cwd=game,
            env={**os.environ, "PYTHONPATH": path, **options},
            capture_output=True,
            text=True,
            timeout=120,
        )

    return call


def test_a_build_from_first_to_idle(game: Path, run: Run) -> None:
    """Progress goes to stderr, one line to stdout; each state has its exit code."""
    assert run("build", "--check", "-q").returncode == 3
    first = run("build")
    assert (first.returncode, first.stdout) == (0, "2 built.\n")
    assert "items: was never built …" in first.stderr
    second = run("build")
    assert (second.returncode, second.stdout, second.stderr) == (0, "2 fresh.\n", "")
    (game / "art/items/axe.png").write_bytes(b"GIF89a")
    broken = run("build", "--quiet")
    assert (broken.returncode, broken.stdout) == (1, "")
    assert 'assetforge: assetforge.toml:7 [[sheet]] "items" -> art/items/axe.png: ' in broken.stderr
    assert "Traceback" not in broken.stderr and broken.stderr.count("\n") <= 2
    (game / "assetforge.toml").write_text("[project")
    wrong = run("build")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.startswith("assetforge: assetforge.toml:1: ")


def test_json_alone_stands_on_stdout(game: Path, run: Run) -> None:
    """--json prints the result and nothing else, for failures too."""
    told = json.loads(run("build", "--json").stdout)
    assert told["exit"] == 0 and sorted(told["built"]) == ["heroes", "items"]
    draw(game / "art/items/new.png", 9)
    told = json.loads(run("build", "--check", "--json").stdout)
    assert (told["exit"], told["stale"]) == (3, {"items": ["art/items/new.png is new"]})
    (game / "art/items/new.png").write_bytes(b"")
    failed = run("build", "--json")
    assert failed.returncode == json.loads(failed.stdout)["exit"] == 1


def test_explain_names_the_one_thing_and_the_provenance(game: Path, run: Run) -> None:
    """For a sheet and for a file; why it is stale, and what it was made from."""
    run("build")
    fresh = run("explain", "items")
    assert fresh.returncode == 0 and fresh.stdout.startswith("items: fresh\n")
    assert "art/items/axe.png: " in fresh.stdout and "out/items.png: " in fresh.stdout
    (game / "assetforge.toml").write_text(QUANTIZE.replace('palette = "pico-8"', 'palette = "gameboy-dmg"'))
    told = json.loads(run("explain", "out/items.json", "--json").stdout)
    assert (told["name"], told["state"], told["reasons"]) == ("items", "stale", ["palette: pico-8 -> gameboy-dmg"])
    wrong = run("explain", "itms")
    assert wrong.returncode == 2 and 'did you mean "items"?' in wrong.stderr
    assert run("explain", "art/items/axe.png").returncode == 1


def test_the_project_is_found_from_within(game: Path, run: Run) -> None:
    """A build started in a folder of the project builds the project; outside, the error says what to do."""
    run("build")
    path = str(Path(__file__).parent.parent)
    command = [sys.executable, "-m", "assetforge", "build"]
    within = subprocess.run(
        command, cwd=game / "art", env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True
    )
    assert (within.returncode, within.stdout) == (0, "2 fresh.\n")
    elsewhere = run("build", str(game / "art"))
    assert elsewhere.returncode == 2 and "no assetforge.toml in" in elsewhere.stderr


@pytest.mark.parametrize("command", ["build", "watch", "explain"])
def test_help_ends_with_an_example(run: Run, command: str) -> None:
    """Every command shows how it is typed."""
    shown = run(command, "--help")
    assert shown.returncode == 0
    assert f"Example: assetforge {command}" in shown.stdout.strip().splitlines()[-1]
