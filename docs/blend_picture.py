"""Draw the pictures of the pages on blending and restyling anew, from the art of the example game.

python docs/blend_picture.py
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assetforge import formats
from assetforge.files import write_atomic
from assetforge.formats import png
from assetforge.models.prior import Prior
from assetforge.quantize import quantizer
from assetforge.sprite import Sprite

DOCS = Path(__file__).parent
ART = DOCS.parent / "examples" / "dungeon" / "art"
SCALE, GAP = 4, 2


def read(*names: str) -> list[Sprite]:
    """Sprites of the example in one palette, that of all of them."""
    found = formats.find([str(ART / name) for name in names])
    return quantizer.quantize([formats.read(path, name)[0] for path, name in found], 255, map="nearest")


def rows_of(rows: Sequence[Sequence[Sprite]]) -> bytes:
    """Rows of sprites as a PNG, enlarged."""
    height, width = (max(one.size[axis] for row in rows for one in row) + GAP for axis in (1, 0))
    canvas = np.zeros((height * len(rows), width * max(map(len, rows)), 4), np.uint8)
    for y, row in enumerate(rows):
        for x, one in enumerate(row):
            h, w = one.indices.shape
            canvas[y * height : y * height + h, x * width : x * width + w] = one.rgba()
    return png.write_rgba(canvas.repeat(SCALE, 0).repeat(SCALE, 1))


def main() -> None:
    """Write both pictures."""
    prior = Prior.load()
    slime, ghost, knight, orc, wizard, rogue, bat = read(
        "monsters/slime.png", "monsters/ghost.png", "heroes/knight.png", "monsters/orc.png", "heroes/wizard.png",
        "heroes/rogue.png", "monsters/bat.png",
    )  # fmt: skip
    palette = slime.palette
    blends = [
        prior.blend([slime, ghost], palette),
        prior.blend([knight, orc], palette),
        prior.blend([wizard, bat], palette),
        prior.blend([knight, orc], palette, at="shape"),
        prior.blend([knight, orc], palette, at="color"),
        prior.blend([knight], palette, at="color", plus=ghost, minus=rogue),
    ]
    heroes = formats.find([str(ART / "heroes")])
    own = quantizer.quantize([formats.read(path, name)[0] for path, name in heroes], 255, map="nearest")
    pack = quantizer.quantize([formats.read(path, name)[0] for path, name in formats.find([str(ART / "monsters")])], 32)
    styled = [prior.restyle(own, pack, pack[0].palette, take=take) for take in ("color", "shading")]
    for name, rows in (("blend", blends), ("restyle", [own, *styled, pack[: len(own)]])):
        path = DOCS / "pictures" / f"{name}.png"
        write_atomic(path, rows_of(rows))
        print(path)


if __name__ == "__main__":
    main()
