"""The pictures of the pages on blending and restyling."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assetforge.formats import png
from assetforge.models.prior import Prior
from assetforge.quantize import quantizer
from assetforge.sprite import Sprite

from . import rasters

SCALE, GAP = 4, 2


def rows_of(rows: Sequence[Sequence[Sprite]]) -> bytes:
    """Rows of sprites as a PNG, enlarged."""
    height, width = (max(one.size[axis] for row in rows for one in row) + GAP for axis in (1, 0))
    canvas = np.zeros((height * len(rows), width * max(map(len, rows)), 4), np.uint8)
    for y, row in enumerate(rows):
        for x, one in enumerate(row):
            h, w = one.indices.shape
            canvas[y * height : y * height + h, x * width : x * width + w] = one.rgba()
    return png.write_rgba(canvas.repeat(SCALE, 0).repeat(SCALE, 1))


def pictures(folder: Path) -> dict[str, bytes]:
    """By their places below docs/."""
    prior = Prior.load()
    names = ("monsters/slime", "monsters/ghost", "heroes/knight", "monsters/orc", "heroes/wizard", "heroes/rogue")
    asked = rasters(f"{name}.png" for name in (*names, "monsters/bat"))
    slime, ghost, knight, orc, wizard, rogue, bat = quantizer.quantize(asked, 255, map="nearest")
    palette = slime.palette
    blends = [
        prior.blend([slime, ghost], palette),
        prior.blend([knight, orc], palette),
        prior.blend([wizard, bat], palette),
        prior.blend([knight, orc], palette, at="shape"),
        prior.blend([knight, orc], palette, at="color"),
        prior.blend([knight], palette, at="color", plus=ghost, minus=rogue),
    ]
    own = quantizer.quantize(rasters(["heroes"]), 255, map="nearest")
    pack = quantizer.quantize(rasters(["monsters"]), 32)
    styled = [prior.restyle(own, pack, pack[0].palette, take=take) for take in ("color", "shading")]
    rows = {"blend": blends, "restyle": [own, *styled, pack[: len(own)]]}
    return {f"pictures/{name}.png": rows_of(some) for name, some in rows.items()}
