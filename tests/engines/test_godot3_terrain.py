"""Tilesets in the real Godot 3: its autotiler takes, for each cell of a map, the tile that belongs there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import Compared
from forged import differing
from godot_runs import export, play
from terrains import lay

from assetforge import formats
from assetforge.terrain import LAYOUTS

PROJECT = Path(__file__).parent / "godot3_terrain"


@pytest.mark.parametrize("layout", [*LAYOUTS])
def test_godot_lays_a_map(layout: str, program: Callable[[str], str], compared: Compared, tmp_path: Path) -> None:
    """Given only which cells are of the inner material, what it lays of the texture is, pixel by pixel, the map that is
    painted at once. In a set of corners those are inner where all the cells around them are."""
    root = tmp_path / "Spiel für Ольга"
    shutil.copytree(PROJECT, root)
    laid = lay(root, layout, ["godot3"], surrounded=True)
    (tmp_path / "cells.json").write_text(json.dumps(laid.cells))
    done = export(program("godot3-server"), root, tmp_path / "game.pck")
    assert done.returncode == 0 and (tmp_path / "game.pck").is_file(), done.stdout + done.stderr
    play(program("godot3-server"), tmp_path / "game.pck", tmp_path / "out")
    facts = json.loads((tmp_path / "out" / "laid.json").read_text())
    assert facts["names"] == ["grass-water", "grass-water outer"] and facts["modes"] == [1, 0]
    atlas = formats.read(root / "shore.png", "shore")[0].rgba
    assert facts["size"] == [atlas.shape[1], atlas.shape[0]]
    rows = [[atlas[int(y) : int(y) + 16, int(x) : int(x) + 16] for x, y in row] for row in facts["laid"]]
    shown = np.concatenate([np.concatenate(row, 1) for row in rows])
    compared(f"Godot 3.2.3, a map of {layout}", 96, shown[..., 0].size, differing(laid.picture, shown))
