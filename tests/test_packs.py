"""The build on real packs: four sheets, nothing off-palette, nothing half-transparent, the same bytes twice."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from projects import palette_of, tree

from assetforge.build import Options, build
from assetforge.formats import read
from assetforge.formats.palettes import load

PACKS = Path(__file__).parent.parent.parent / "shared" / "data" / "packs"
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not PACKS.is_dir(), reason="needs ../shared/data/packs")]

CONFIG = """
[project]
source = "art"
output = "out"
palette = "pico-8"

[[sheet]]
name = "locked"
kind = "quantize"
from = "{pack}/*.png"

[[sheet]]
name = "new"
kind = "generate"
palette = "sweetie-16"
count = 4
size = [{side}, {side}]
seed = 3

[[sheet]]
name = "filled"
kind = "complete"
palette = "db32"
from = "wip/*.png"
variants = 2

[[sheet]]
name = "mixed"
kind = "mix"
palette = "endesga-32"
rows = ["{row}", 17]
cols = ["{col}", 32]
"""

GAMES = {
    "dcss-monsters-60": 32,
    "dcss-items-60": 32,
    "kenney-tiny-dungeon": 16,
    "onebit-rpg-icons-60": 16,
    "grafxkid-lilwiz": 32,
    "ninja-adventure-16": 16,
    "kenney-micro-roguelike-8px.png": 8,
}


def game(root: Path, pack: str) -> Path:
    """A project on a copy of a pack, with two of its sprites (or corners of its sheets) holed."""
    from assetforge.formats import png

    side = GAMES[pack]
    (root / "art" / pack).mkdir(parents=True)
    for path in [PACKS / pack] if (PACKS / pack).is_file() else sorted((PACKS / pack).glob("*.png")):
        shutil.copy(path, root / "art" / pack / path.name)
    names = sorted(path.name for path in (root / "art" / pack).glob("*.png"))
    (root / "art" / "wip").mkdir()
    (root / "art" / "cells").mkdir()
    for number, name in enumerate((names[0], names[-1])):
        rgba = read(root / "art" / pack / name)[0].rgba[:side, :side].copy()
        (root / "art" / "cells" / f"cell{number}.png").write_bytes(png.write_rgba(rgba))
        rgba[rgba[..., 3] < 255] = 0
        rgba[side // 3 : 2 * side // 3, side // 4 : side] = (255, 0, 255, 255)
        (root / "art" / "wip" / f"wip{number}.png").write_bytes(png.write_rgba(rgba))
    config = CONFIG.format(pack=pack, side=side, row="cells/cell0.png", col="cells/cell1.png")
    (root / "assetforge.toml").write_text(config)
    return root


@pytest.mark.parametrize("pack", GAMES)
def test_four_sheets_of_a_real_pack(pack: str, tmp_path: Path) -> None:
    """No off-palette, half-transparent or changed known pixels; the same bytes again, also with --jobs 2."""
    root = game(tmp_path / "one", pack)
    assert build(root).exit_code == 0
    sheets = {"locked": "pico-8", "new": "sweetie-16", "filled": "db32", "mixed": "endesga-32"}
    for name, palette in sheets.items():
        rgba = read(root / "out" / f"{name}.png")[0].rgba
        assert set(np.unique(rgba[..., 3])) <= {0, 255}
        opaque = {tuple(color) for color in rgba[rgba[..., 3] == 255][:, :3].tolist()}
        assert opaque <= set(load(palette, root).colors), name
    check_known(root)
    again = game(tmp_path / "two", pack)
    assert build(again, Options(jobs=2)).exit_code == 0
    assert tree(again, "out", "assetforge.lock") == tree(root, "out", "assetforge.lock")


def check_known(root: Path) -> None:
    """Outside the hole every variant equals the input mapped to the palette, which both variants share."""
    facts = json.loads((root / "out" / "filled.json").read_text())["frames"]
    atlas = read(root / "out" / "filled.png")[0].rgba
    for number in range(2):
        source = read(root / "art" / "wip" / f"wip{number}.png")[0].rgba
        hole = (source == (255, 0, 255, 255)).all(-1)
        cells = []
        for name, frame in facts.items():
            if name.startswith(f"wip{number}"):
                x, y, w, h = (frame["frame"][key] for key in "xywh")
                cells.append(atlas[y : y + h, x : x + w])
        assert len(cells) == 2
        assert np.array_equal(cells[0][~hole], cells[1][~hole])
        assert np.array_equal(cells[0][~hole][:, 3], source[~hole][:, 3])


def test_colors_already_in_the_palette_are_kept_bit_for_bit(tmp_path: Path) -> None:
    """Art drawn in the sheet's palette comes through `complete` with every known pixel's own color."""
    root = game(tmp_path / "game", "kenney-tiny-dungeon")
    text = (root / "assetforge.toml").read_text().replace('palette = "db32"', 'palette = "auto:255"')
    (root / "assetforge.toml").write_text(text)
    assert build(root, Options(only=("filled",))).exit_code == 0
    facts = json.loads((root / "out" / "filled.json").read_text())["frames"]
    atlas = read(root / "out" / "filled.png")[0].rgba
    for name, frame in facts.items():
        source = read(root / "art" / "wip" / f"{name[:4]}.png")[0].rgba
        known = ~(source == (255, 0, 255, 255)).all(-1)
        x, y, w, h = (frame["frame"][key] for key in "xywh")
        assert np.array_equal(atlas[y : y + h, x : x + w][known], source[known])


DRAWN = """
[project]
source = "art"
output = "out"
palette = "pico-8"

[[sheet]]
name = "between"
kind = "blend"
from = ["cells/cell0.png", "cells/cell1.png"]
steps = 4

[[sheet]]
name = "dressed"
kind = "restyle"
palette = "sweetie-16"
from = ["cells/*.png", "walk.gif"]
to = "{pack}/*.png"

[[sheet]]
name = "tinted"
kind = "restyle"
palette = "auto:12"
from = "cells/cell0.png"
to = "{pack}/*.png"
take = "color"

[[sheet]]
name = "ways"
kind = "recolor"
palette = "endesga-32"
from = ["cells/*.png", "walk.gif"]
count = 2

[[sheet]]
name = "shore"
kind = "tileset"
palette = "db32"
inner = "cells/cell0.png"
outer = "cells/cell1.png"
layout = "wang-16"

[[sheet]]
name = "floor"
kind = "generate"
count = 1
size = [16, 16]
tile = "xy"
candidates = 2

[[sheet]]
name = "walkers"
kind = "generate"
count = 1
size = [16, 16]
like = "walk.gif"
candidates = 1

[[sheet]]
name = "healed"
kind = "complete"
palette = "auto:255"
from = "hurt.gif"
variants = 2
"""
PALETTES = {"between": "pico-8", "dressed": "sweetie-16", "tinted": "", "ways": "endesga-32", "shore": "db32"}
PALETTES |= {"floor": "pico-8", "walkers": "pico-8", "healed": ""}
IDLE = "import sys; from assetforge.cli import main\ntry: main()\nexcept SystemExit as end: code = end.code\n"
IDLE += "sys.exit(code or ('torch' in sys.modules) * 50 + ('numpy' in sys.modules) * 51)"


def moving(root: Path, pack: str) -> Path:
    """A project with the kinds that latents and palettes draw, an animation of a sprite that walks, one holed."""
    root = game(root, pack)
    (root / "assetforge.toml").write_text(DRAWN.format(pack=pack))
    rgba = read(root / "art" / "cells" / "cell0.png")[0].rgba.copy()
    rgba[rgba[..., 3] < 255] = 0
    walk = [np.roll(rgba, step, 1) for step in (0, 1, 2)]
    hurt = [frame.copy() for frame in walk]
    for frame in hurt:
        frame[5:10, 6:11] = (255, 0, 255, 255)
    for name, frames in (("walk", walk), ("hurt", hurt)):
        first, *rest = (Image.fromarray(frame) for frame in frames)
        first.save(root / "art" / f"{name}.gif", save_all=True, append_images=rest, disposal=2, duration=90, loop=0)
    return root


@pytest.mark.parametrize("pack", ["kenney-tiny-dungeon"])
def test_what_latents_and_palettes_draw_of_a_real_pack(pack: str, tmp_path: Path) -> None:
    """The kinds of sheet beyond the first four keep the same promises; then all is fresh, and idling loads nothing."""
    root = moving(tmp_path / "one", pack)
    result = build(root)
    assert result.exit_code == 0, result.failed
    for name, palette in PALETTES.items():
        told = json.loads((root / "out" / f"{name}.json").read_text())
        rgba = read(root / "out" / f"{name}.png")[0].rgba
        assert set(np.unique(rgba[..., 3])) <= {0, 255}
        opaque = {tuple(color) for color in rgba[rgba[..., 3] == 255][:, :3].tolist()}
        assert opaque and opaque <= set((load(palette, root) if palette else palette_of(told)).colors), name
    check_animation(root)
    strip = read(root / "out" / "ways.palette.png")[0].rgba
    assert {tuple(color[:3]) for color in strip[strip[..., 3] == 255].tolist()} <= set(load("endesga-32", root).colors)
    assert build(root, Options(check=True)).exit_code == 0
    done = subprocess.run(
        [sys.executable, "-c", IDLE, "build", str(root), "--quiet"],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
    )
    assert done.returncode == 0
    again = moving(tmp_path / "two", pack)
    assert build(again, Options(jobs=2)).exit_code == 0
    assert tree(again, "out", "assetforge.lock") == tree(root, "out", "assetforge.lock")


def check_animation(root: Path) -> None:
    """Every pixel outside the hole has its own color, in each frame of each variant."""
    frames = list(json.loads((root / "out" / "healed.json").read_text())["frames"].values())
    atlas = read(root / "out" / "healed.png")[0].rgba
    source = [frame.rgba for frame in read(root / "art" / "hurt.gif")]
    assert len(frames) == 2 * len(source)
    for number, frame in enumerate(frames):
        wanted = source[number % len(source)]
        known = ~(wanted == (255, 0, 255, 255)).all(-1)
        x, y, w, h = (frame["frame"][key] for key in "xywh")
        assert not known.all() and np.array_equal(atlas[y : y + h, x : x + w][known], wanted[known])
