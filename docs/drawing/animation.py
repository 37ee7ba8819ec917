"""The picture of docs/animation.md: what `generate --like` and `complete` make of the example animations."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from assetforge import formats
from assetforge.contact import Panel
from assetforge.formats import palettes
from assetforge.models.prior import Prior
from assetforge.quantize import quantizer

from . import ART, shown

FILES = ("items/coin", "tiles/torch")
COUNT = 3


def pictures(folder: Path) -> dict[str, bytes]:
    """By their places below docs/."""
    prior = Prior.load()
    drawn, filled = [], []
    for name in FILES:
        found = formats.read(ART / f"{name}.gif")
        frames = quantizer.quantize(found, palettes.load("sweetie-16"))
        made = prior.animate(frames[0].palette, COUNT, like=frames, size=(16, 16), seed=1, temperature=0.9).sprites
        drawn.append([one.rgba() for one in (*frames, *made)])
        hole = np.zeros((16, 16), bool)
        hole[:, 8:] = True
        own = quantizer.quantize(found, 255)
        films = prior.complete_frames(own, [hole] * len(own), variants=COUNT, seed=1, temperature=0.9)
        opened = [np.where(hole[..., None], np.uint8((255, 0, 255, 255)), one.rgba()) for one in own]
        filled.append([*opened, *(one.rgba() for film in films for one in film)])
    panels = [
        Panel("generate --like", "the animation, then three that move as it does", drawn),
        Panel("complete --erase 8,0,8,16", "what is known, then three ways to fill it", filled),
    ]
    return {"pictures/animation.png": shown(panels)}
