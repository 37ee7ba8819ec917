"""The starter game for pygame is built, started and played."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
from click.testing import CliRunner
from conftest import Compared, missing
from forged import Pixels

from assetforge import formats
from assetforge.build import build
from assetforge.cli.project import init
from assetforge.files import bundled
from assetforge.outcome import Options, Silent

HERE = Path(__file__).parent
GAME = bundled("examples") / "pygame"
SCALE = 3


def own(folder: Path) -> Path:
    """The game as it is in the repository, without what a build has left there."""
    folder.mkdir()
    for path in [*GAME.glob("*.py"), GAME / "assetforge.toml", GAME / "requirements.txt"]:
        shutil.copy(path, folder / path.name)
    shutil.copytree(GAME / "art", folder / "art")
    return folder


def test_init_reproduces_the_game(tmp_path: Path) -> None:
    """In the folder without it, `init --pipeline game` tells the engine and writes the same config."""
    game = own(tmp_path / "game")
    (game / "assetforge.toml").unlink()
    done = CliRunner().invoke(init, [str(game), "--pipeline", "game"])
    assert done.exit_code == 0 and "engine: pygame (pygame in requirements.txt)" in done.output
    assert (game / "assetforge.toml").read_text() == (GAME / "assetforge.toml").read_text()


def legal(picture: Pixels, output: Path, row: int) -> tuple[int, int]:
    """How many pixels of the art a screenshot shows, and how many are no square of one color of the palette."""
    height, width = picture.shape[0] // SCALE, picture.shape[1] // SCALE
    squares = picture[..., :3].reshape(height, SCALE, width, SCALE, 3).swapaxes(1, 2).reshape(-1, SCALE * SCALE, 3)
    strips = [formats.read(path, "x")[0].rgba[row, 1:, :3] for path in sorted(output.glob("*.palette.png"))]
    colors = {tuple(color) for strip in strips for color in strip.tolist()}
    known = np.array([tuple(color) in colors for color in squares[:, 0].tolist()])
    return len(squares), int((~known | (squares != squares[:, :1]).any((1, 2))).sum())


def test_the_game_is_played(compared: Compared, tmp_path: Path) -> None:
    """Its loop takes keys from the queue; the hero walks and stops at walls; coins open the door to the next room; P
    swaps the palette of all that is seen; monsters end it, R starts again."""
    try:
        import pygame  # noqa: F401
    except ImportError:
        missing("pygame-ce")
    game = own(tmp_path / "my game")
    assert build(game, Options(), Silent()).exit_code == 0
    environment = {**os.environ, "SDL_VIDEODRIVER": "dummy", "PYTHONPATH": str(game)}
    command = [sys.executable, str(HERE / "pygame_player.py"), str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stdout + done.stderr
    told = dict(line.split("\t") for line in (tmp_path / "notes.txt").read_text().splitlines())
    assert told["begun"] == "Dungeon: room 1, 0 coins, in endesga-32 (P)"
    assert "walked True" in told and "stopped True" in told
    assert "room 1" in told["collected"] and "0 coins" not in told["collected"]
    assert told["swapped"] == told["collected"].replace("endesga-32", "pico-8")
    assert "room 1, 8 coins" in told["all 0"] and "room 2, 8 coins" in told["next"]
    assert "press R" in told["over"] and "room 1, 0 coins" in told["again"]
    for row, name in enumerate(("room.png", "swapped.png")):
        picture = formats.read(tmp_path / name, name)[0].rgba
        assert picture.shape[:2] == (208 * SCALE, 320 * SCALE)
        compared(f"pygame-ce, starter game, {name}", 1, *legal(picture, game / "assets" / "forge", row))
