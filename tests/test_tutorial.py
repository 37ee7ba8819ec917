"""The tutorial is a program: its commands run one after another, its settings are settings."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from assetforge.pipeline import load

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "tutorial.md").read_text()
SETTINGS = "swaps =", "[[sheet]]", "[[model]]"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="its commands are a Unix shell's")
def test_every_command_runs(tmp_path: Path) -> None:
    """A reader who types what stands there gets what it says."""
    for folder in ("heroes", "monsters"):
        shutil.copytree(ROOT / "examples/dungeon/art" / folder, tmp_path / "sprites" / folder)
    commands = "\n".join(re.findall(r"```sh\n(.*?)```", TEXT, re.S))
    # The reader's program is that of this environment, the reader's home this folder.
    start = f'set -e\nassetforge() {{ "{sys.executable}" -m assetforge "$@"; }}\nHOME="{tmp_path}"\n'
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    # `build --check` comes last, and is right to say that another palette was built than the file names.
    *first, last = commands.strip().split("\n")
    assert last == "assetforge build --check"
    script = start + "\n".join(first) + "\nassetforge build\n" + last
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    made = {path.relative_to(tmp_path / "my-game").as_posix() for path in (tmp_path / "my-game").rglob("*")}
    assert {"report.html", "assets/forge/more.png", "slimes/slime.png", "slimes/slime-3.png"} <= made


def test_every_setting_is_one(tmp_path: Path) -> None:
    """The blocks of TOML, put where the page says, make a configuration without a fault."""
    blocks = re.findall(r"```toml\n(.*?)```", TEXT, re.S)
    assert [block.startswith(start) for block, start in zip(blocks, SETTINGS, strict=True)] == [True] * 3
    starter = (ROOT / "pipelines" / "starter.toml").read_text()
    more = 'name = "more"\n'
    assert more in starter
    (tmp_path / "assetforge.toml").write_text(
        starter.replace(more, f'{more}model = "house"\n{blocks[0]}') + blocks[1] + blocks[2]
    )
    pipeline = load(tmp_path)
    assert not pipeline.faults
    assert [sheet.name for sheet in pipeline.sheets] == ["sprites", "more", "finished"]
