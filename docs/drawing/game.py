"""The pictures of the README: the example game, built; and one seed of it in six palettes."""

from __future__ import annotations

import json
from pathlib import Path

from assetforge.build import build
from assetforge.cli.project import copy_example
from assetforge.contact import Panel, contact_sheet, sheet_frames
from assetforge.outcome import Options
from assetforge.overview.built import built_sheets

from . import shown

PALETTES = ("sweetie-16", "pico-8", "endesga-32", "gameboy-dmg", "kirokaze-gameboy", "zx-spectrum")
SHAPES = """
[[sheet]]
name = "shapes"
kind = "generate"
model = "house"
count = 12
candidates = 1
size = [16, 16]
seed = 6
"""
"""Nothing chosen among: which candidates are kept depends on the palette, the shapes do not."""


def pictures(folder: Path) -> dict[str, bytes]:
    """By their places below docs/; the game is built in the folder, or used as it is there if it is up to date."""
    root = folder / "game"
    copy_example(root)
    built(root, Options())
    sheets = {path.stem: path for path in built_sheets(root)}
    found = {
        "contact-sheet.png": contact_sheet(root, sheets.values()),
        "pictures/before-and-after.png": contact_sheet(root, [sheets["finished"]]),
        "pictures/mix.png": contact_sheet(root, [sheets["hybrids"]]),
    }
    config = root / "assetforge.toml"
    text = config.read_text()
    config.write_text(text + SHAPES)
    try:
        panels = [in_palette(root, name) for name in PALETTES]
    finally:
        config.write_text(text)
    built(root, Options())
    return found | {"pictures/one-seed-six-palettes.png": shown(panels)}


def in_palette(root: Path, name: str) -> Panel:
    """The sheet of shapes in a palette."""
    built(root, Options(only=("shapes",), palette=name))
    path = root / "assets" / "forge" / "shapes.json"
    frames, _ = sheet_frames(path)
    colors = len(json.loads(path.read_text())["meta"]["palette"]["colors"])
    return Panel(name, f"{colors} colors", [list(frames.values())])


def built(root: Path, options: Options) -> None:
    result = build(root, options)
    if result.exit_code:
        raise SystemExit(str(result))
