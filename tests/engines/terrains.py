"""A tileset of the example's grass and water, and a map laid with it, painted at once and by none of its tiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from forged import ART, Pixels

from assetforge import formats
from assetforge.exports import sheet_files
from assetforge.formats import palettes
from assetforge.quantize import quantizer
from assetforge.sheet import grid
from assetforge.sprite import Sprite
from assetforge.steps.tileset import Tileset
from assetforge.terrain import LAYOUTS, tiles
from assetforge.terrain.paint import darker, painted, silhouettes

__all__ = ["Laid", "lay"]

SIZE = (12, 8)


@dataclass(frozen=True)
class Laid:
    """A map.

    Arguments:
        cells: Which are of the inner material, or which corners are, row by row.
        names: The tile in each cell.
        picture: What the map looks like, RGBA (H, W, 4).
        tiles: Column and row of each tile in the sheet, by name.
    """

    cells: list[list[bool]]
    names: list[list[str]]
    picture: Pixels
    tiles: dict[str, tuple[int, int]]


def lay(root: Path, layout: str, exports: Sequence[str], seed: int = 3, surrounded: bool = False) -> Laid:
    """The files of a tileset called "shore" in `root`, and a map laid with it.

    Arguments:
        surrounded: Lay cells with a set of corners, too: a corner is inner if the four cells around it are, and so are
            those beyond the map.
    """
    rasters = [formats.read(ART / "terrain" / f"{name}.png", name)[0] for name in ("grass", "water")]
    inner, outer = quantizer.quantize(rasters, palettes.load("endesga-32"))
    rows = tiles(inner, outer, layout, "grass-water", seed=seed, edge="both")
    step = Tileset(name="shore", kind="tileset", inner="grass", outer="water", layout=layout)
    root.mkdir(parents=True, exist_ok=True)
    for path, data in sheet_files(step.dressed(grid(rows, "shore")), {}, exports).items():
        (root / path).write_bytes(data)
    chosen = LAYOUTS[layout]
    more = int(chosen.corners_only and not surrounded)
    cells = np.random.default_rng(seed).random((SIZE[1] + more, SIZE[0] + more)) < 0.6
    corners = cells
    if surrounded:
        cells[[0, -1]] = cells[:, [0, -1]] = False
        around = np.pad(cells, 1)
        corners = around[:-1, :-1] & around[:-1, 1:] & around[1:, :-1] & around[1:, 1:]
    masks = chosen.choose((corners if chosen.corners_only else cells).tolist())
    drawn = silhouettes(layout, inner.indices.shape, seed)
    whole = np.block([[drawn[mask] for mask in row] for row in masks])
    ground = [Sprite(np.tile(one.indices, SIZE[::-1]), one.palette, one.name) for one in (inner, outer)]
    indices = painted(*ground, whole, "both", (darker(inner), darker(outer)))
    return Laid(
        cells.tolist(),
        [[f"grass-water/{chosen.place(mask).name}" for mask in row] for row in masks],
        Sprite(indices, inner.palette).rgba(),
        {tile.name: (x, y) for y, row in enumerate(rows) for x, tile in enumerate(row)},
    )
