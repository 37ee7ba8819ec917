"""The picture of docs/tiles.md: grass and water, a map of the 47 and one of the 16, from the example's two tiles.

No model draws in it: the same bytes everywhere.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from assetforge.formats import palettes, png
from assetforge.quantize import quantizer
from assetforge.sprite import Sprite
from assetforge.terrain import LAYOUTS, tiles

from . import rasters

SCALE = 3
ISLES = (
    "............",
    ".##..####...",
    ".##.######..",
    "....##..##.#",
    ".######.##..",
    ".##.#######.",
    ".#....###...",
    "............",
)


def pictures(folder: Path) -> dict[str, bytes]:
    """By their places below docs/."""
    inner, outer = quantizer.quantize(rasters(["terrain/grass.png", "terrain/water.png"]), palettes.load("endesga-32"))
    parts = []
    for layout in ("blob-47", "wang-16"):
        made = tiles(inner, outer, layout, "grass-water", seed=2, edge="both")
        flat = zip(
            (mask for row in LAYOUTS[layout].rows for mask in row), (t for row in made for t in row), strict=True
        )
        tile = {mask: one.indices for mask, one in flat}
        cells = [[letter == "#" for letter in row] for row in ISLES]
        if LAYOUTS[layout].corners_only:
            cells = [[*row, False] for row in cells] + [[False] * 13]
        parts.append(np.block([[tile[mask] for mask in row] for row in LAYOUTS[layout].choose(cells)]))
    gap = np.zeros((parts[0].shape[0], 8), np.uint8)
    picture = np.hstack([parts[0], gap, parts[1]]).repeat(SCALE, 0).repeat(SCALE, 1)
    return {"pictures/tiles.png": png.write(Sprite(picture, inner.palette))}
