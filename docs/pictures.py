"""Draw the pictures of the README and of these pages anew, by building the example game.

    python docs/pictures.py [FOLDER]

FOLDER (by default a temporary one) keeps the game; one that is there is used as it is, if it is up to date.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from assetforge.build import build
from assetforge.cli.project import copy_example
from assetforge.contact import Panel, composed, contact_sheet, sheet_frames
from assetforge.files import write_atomic
from assetforge.formats import png
from assetforge.outcome import Options
from assetforge.overview.built import built_sheets

DOCS = Path(__file__).parent
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


def main(root: Path) -> None:
    """Build the game in `root`, then write every picture."""
    copy_example(root)
    built(root, Options())
    sheets = {path.stem: path for path in built_sheets(root)}
    pictures = {
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
    pictures["pictures/one-seed-six-palettes.png"] = png.write_rgba(composed(panels))
    for name, data in pictures.items():
        write_atomic(DOCS / name, data)
        print(DOCS / name, len(data))


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


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            main(Path(folder) / "game")
