"""The starter game for Godot 3 starts for real: it is walked by keys, its coins are collected, P swaps its palette."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
from click.testing import CliRunner
from conftest import Compared
from godot_runs import export, run, surroundings

from assetforge import formats
from assetforge.build import build
from assetforge.cli.project import init
from assetforge.formats import palettes
from assetforge.outcome import Options

HERE = Path(__file__).parent
GAME = HERE.parents[1] / "examples" / "godot3"


def test_the_starter_game_is_played(
    program: Callable[[str], str], display: str, tmp_path: Path, compared: Compared
) -> None:
    """As `init` and `build` leave it, with what the keys do; every pixel of a picture is in the palette it shows."""
    root = tmp_path / "game"
    shutil.copytree(
        GAME, root, ignore=shutil.ignore_patterns("addons", ".import", "assets", "assetforge.*", ".assetforge")
    )
    done = CliRunner().invoke(init, [str(root), "--pipeline", "game", "--quiet"])
    assert done.exit_code == 0, done.output
    assert (root / "assetforge.toml").read_text() == (GAME / "assetforge.toml").read_text()
    assert build(root).exit_code == 0
    shutil.copy(HERE / "godot3_player.gd", root / "player.gd")
    with (root / "project.godot").open("a") as file:
        file.write('\n[autoload]\n\nplayer="*res://player.gd"\n')
    packed = export(program("godot3-server"), root, tmp_path / "game.pck", preset="game")
    assert packed.returncode == 0, packed.stderr
    # Godot has rewritten what was handed over to it.
    assert "dest_files" in (root / "assets/forge/sprites.png.import").read_text()
    assert build(root, Options(check=True)).exit_code == 0
    (tmp_path / "out").mkdir()
    command = [program("godot3"), "--main-pack", str(tmp_path / "game.pck"), "--audio-driver", "Dummy"]
    ended = run(
        [*command, "--fixed-fps", "60"], surroundings(tmp_path / "home", SHOWN=str(tmp_path / "out"), DISPLAY=display)
    )
    assert "SCRIPT ERROR" not in ended.stdout + ended.stderr, ended.stdout + ended.stderr
    told = json.loads((tmp_path / "out" / "told.json").read_text())
    assert told["sheets"] == ["sprites", "monsters", "finished", "hybrids"]
    assert told["to"] > told["from"] + 10
    assert (told["coins"], told["hearts"], told["level"], told["hurt"]) == (8, 3, 2, 2)
    names = json.loads((root / "assets/forge/sprites.json").read_text())["meta"]["palettes"]
    assert told["palettes"] == [*range(len(names)), 0] and len(names) == 4
    wrong = pixels = 0
    for row, name in enumerate(names):
        shown = formats.read(tmp_path / "out" / f"palette-{row}.png", "shown")[0].rgba
        colors = {*palettes.load(name["name"]).colors, (24, 20, 37)}  # and the ground of the window
        wrong += sum(tuple(color) not in colors for color in shown[..., :3].reshape(-1, 3).tolist())
        pixels += shown[..., 0].size
        assert len(np.unique(shown.reshape(-1, 4), axis=0)) > 3
    compared("Godot 3.2.3, starter game, colors of 4 palettes", len(names), pixels, wrong)
