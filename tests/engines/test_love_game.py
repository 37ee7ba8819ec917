"""The starter game for LÖVE is built, started and played."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from conftest import Compared
from forged import Pixels, differing

from assetforge import formats
from assetforge.build import build
from assetforge.cli.project import init
from assetforge.files import bundled
from assetforge.outcome import Options, Silent

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
GAME = bundled("examples") / "love"
SCALE = 3


def own(folder: Path) -> Path:
    """The game as it is in the repository, without what a build has left there."""
    for path in [*GAME.glob("*.lua"), GAME / "assetforge.toml"]:
        (folder / path.name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder / path.name)
    shutil.copytree(GAME / "art", folder / "art")
    return folder


def test_init_reproduces_the_game(tmp_path: Path) -> None:
    """In the folder without them, `init --pipeline game` tells the engine and writes the same config and plugin."""
    game = own(tmp_path / "game")
    (game / "assetforge.toml").unlink()
    (game / "assetforge.lua").unlink()
    done = CliRunner().invoke(init, [str(game), "--pipeline", "game"])
    assert done.exit_code == 0 and "engine: love (main.lua)" in done.output
    for name in ("assetforge.toml", "assetforge.lua"):
        assert (game / name).read_text() == (GAME / name).read_text()


def legal(picture: Pixels, output: Path, row: int) -> tuple[int, int]:
    """How many pixels of the art a screenshot shows, and how many are no square of one color of the palette."""
    height, width = picture.shape[0] // SCALE, picture.shape[1] // SCALE
    squares = picture[..., :3].reshape(height, SCALE, width, SCALE, 3).swapaxes(1, 2).reshape(-1, SCALE * SCALE, 3)
    strips = [formats.read(path, "x")[0].rgba[row, 1:, :3] for path in sorted(output.glob("*.palette.png"))]
    colors = {tuple(color) for strip in strips for color in strip.tolist()}
    known = np.array([tuple(color) in colors for color in squares[:, 0].tolist()])
    return len(squares), int((~known | (squares != squares[:, :1]).any((1, 2))).sum())


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The game, built."""
    game = own(tmp_path_factory.mktemp("love") / "my game")
    assert build(game, Options(), Silent()).exit_code == 0
    return game


@pytest.fixture
def play(program: Callable[[str], str], display: str, built: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Runs the game with another main.lua, its own being game.lua, and gives the folder that it saves in."""
    love = program("love")

    def run(main: str) -> Path:
        shutil.copy(GAME / "main.lua", built / "game.lua")
        (built / "main.lua").write_text(main)
        environment = {**os.environ, "DISPLAY": display, "XDG_DATA_HOME": str(tmp_path), "ALSOFT_DRIVERS": "null"}
        done = subprocess.run([love, str(built)], env=environment, capture_output=True, text=True, timeout=200)
        assert done.returncode == 0, done.stdout + done.stderr
        return tmp_path / "love" / "assetforge-dungeon"

    return run


def test_the_page_runs(play: Callable[[str], Path], built: Path, compared: Compared) -> None:
    """The lines that docs/love.md shows draw what they say, in both palettes."""
    page = (ROOT / "docs" / "love.md").read_text()
    lines = re.findall(r"```lua\n(.*?)```", page, re.S)[0]
    saved = play(f"{lines}\n{(HERE / 'love_game' / 'page.lua').read_text()}")
    for row, name in enumerate(("own.png", "swapped.png")):
        picture = formats.read(saved / name, name)[0].rgba
        atlas = formats.read(built / "assets" / "forge" / "sprites.index.png", "x")[0].rgba[..., 0]
        strip = formats.read(built / "assets" / "forge" / "sprites.palette.png", "x")[0].rgba
        facts = json.loads((built / "assets" / "forge" / "sprites.json").read_text())["frames"]
        expected = np.zeros_like(picture)
        expected[..., 3] = 255
        for frame, x in (("knight", 40), ("coin-0", 60)):
            box = facts[frame]["frame"]
            drawn = strip[row][atlas[box["y"] : box["y"] + 16, box["x"] : box["x"] + 16]]
            expected[20:36, x : x + 16] = np.where(drawn[..., 3:] > 0, drawn, (0, 0, 0, 255))
        compared(f"love 11.4, docs/love.md, {name}", 2, 2 * 16 * 16, differing(expected, picture))


def test_the_game_is_played(play: Callable[[str], Path], built: Path, compared: Compared) -> None:
    """The hero walks and stops at walls; coins open the door to the next room; P swaps the palette of all that is
    seen; monsters end it, R starts again."""
    saved = play((HERE / "love_game" / "driver.lua").read_text())
    told = dict(line.split("\t") for line in (saved / "notes.txt").read_text().splitlines())
    assert told["begun"] == "Dungeon: room 1, 0 coins, in endesga-32 (P)"
    assert "walked true" in told and "stopped true" in told
    assert "room 1" in told["collected"] and "0 coins" not in told["collected"]
    assert told["swapped"] == told["collected"].replace("endesga-32", "pico-8")
    assert "room 1, 8 coins" in told["all 0"] and "room 2, 8 coins" in told["next"]
    assert "press R" in told["over"] and "room 1, 0 coins" in told["again"]
    for row, name in enumerate(("room.png", "swapped.png")):
        picture = formats.read(saved / name, name)[0].rgba
        assert picture.shape[:2] == (208 * SCALE, 320 * SCALE)
        compared(f"love 11.4, starter game, {name}", 1, *legal(picture, built / "assets" / "forge", row))
