"""The addon's ForgePalette in the real Godot 3: a palette by one line of code, and by a node below the sprite."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
from conftest import Compared
from forged import PALETTES, differing, forge
from godot_runs import addon, export, play

from assetforge import formats

HERE = Path(__file__).parent
FRAME = "bosses/dragon"


def test_a_palette_by_name(program: Callable[[str], str], display: str, tmp_path: Path, compared: Compared) -> None:
    """Each palette of `swaps` by its name, in both ways, is what a build in that palette gives; others are refused."""
    root = tmp_path / "game"
    shutil.copytree(HERE / "godot3", root)
    addon(root)
    shutil.copy(HERE / "godot3_palette.gd", root / "main.gd")
    forge(root, ("godot3",), options=f"swaps = {json.dumps(PALETTES[1:])}")
    for _ in range(2):
        # The first run of the editor is the one that finds ForgePalette and writes it into project.godot.
        done = export(program("godot3-server"), root, tmp_path / "game.pck")
        assert done.returncode == 0, done.stderr
    play(program("godot3"), tmp_path / "game.pck", tmp_path / "out", display, "GLES2")
    facts = json.loads((tmp_path / "out" / "facts.json").read_text())
    assert facts == {"names": [*PALETTES], "refused": True}
    screen = np.fromfile(tmp_path / "out" / "screen.rgba", np.uint8).reshape(512, 512, 4)
    wrong = pixels = 0
    for row, palette in enumerate(PALETTES):
        made = forge(tmp_path / palette, palette=palette)
        atlas = formats.read(made.output / "art.png", "art")[0].rgba
        box = json.loads((made.output / "art.json").read_text())["frames"][FRAME]["frame"]
        expected = atlas[box["y"] : box["y"] + box["h"], box["x"] : box["x"] + box["w"]]
        for column in range(2):
            shown = screen[48 * row : 48 * row + box["h"], 48 * column : 48 * column + box["w"]]
            wrong += differing(expected, shown)
            pixels += shown[..., 0].size
    compared("Godot 3.2.3, ForgePalette in 5 palettes", 2 * len(PALETTES), pixels, wrong)
