"""Draw the picture of docs/animation.md anew: what `generate --like` and `complete` make of the example animations.

python docs/animation_picture.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from assetforge import formats
from assetforge.contact import Panel, composed
from assetforge.files import write_atomic
from assetforge.formats import palettes, png
from assetforge.models.prior import Prior
from assetforge.quantize import quantizer

DOCS = Path(__file__).parent
ART = DOCS.parent / "examples" / "dungeon" / "art"
FILES = ("items/coin", "tiles/torch")
COUNT = 3


def main() -> None:
    """Write the picture."""
    prior = Prior.load()
    drawn, filled = [], []
    for name in FILES:
        rasters = formats.read(ART / f"{name}.gif")
        frames = quantizer.quantize(rasters, palettes.load("sweetie-16"))
        made = prior.animate(frames[0].palette, COUNT, like=frames, size=(16, 16), seed=1, temperature=0.9).sprites
        drawn.append([one.rgba() for one in (*frames, *made)])
        hole = np.zeros((16, 16), bool)
        hole[:, 8:] = True
        own = quantizer.quantize([*rasters], 255)
        films = prior.complete_frames(own, [hole] * len(own), variants=COUNT, seed=1, temperature=0.9)
        opened = [np.where(hole[..., None], np.uint8((255, 0, 255, 255)), one.rgba()) for one in own]
        filled.append([*opened, *(one.rgba() for film in films for one in film)])
    panels = [
        Panel("generate --like", "the animation, then three that move as it does", drawn),
        Panel("complete --erase 8,0,8,16", "what is known, then three ways to fill it", filled),
    ]
    path = DOCS / "pictures" / "animation.png"
    write_atomic(path, png.write_rgba(composed(panels)))
    print(path)


if __name__ == "__main__":
    main()
