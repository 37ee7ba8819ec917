"""What color each entry of a material would like to be when the material takes another hue.

A ramp keeps its lights and darks and its chroma, and bends as painters bend it: its lights lean to yellow, its darks
away from it, by as much as they did before.
"""

from __future__ import annotations

import numpy as np

from ..color import oklab_to_oklch, oklch_to_oklab
from .materials import Art, Floats, turn

__all__ = ["GRAY_HUE", "HUES", "wished"]

HUES = tuple(range(10, 370, 20))
GRAY_HUE = -1
"""Stands for no hue at all."""

YELLOW = 110.0
# A ramp bends by no more than so many degrees for a whole step from black to white.
BEND = 140.0
# What a gray material becomes has a little chroma, most of it in the middle of the lights.
NEUTRAL, TINT = 0.05, 0.085
PAPER = 0.86
PLAIN, PLAIN_TINT = (0.45, 0.72), 0.2


def wished(art: Art, number: int, hue: float) -> Floats:
    """OKLab that the colors of a material would have in another hue, shape (k, 3).

    Arguments:
        art: Whose material.
        number: Which.
        hue: In degrees, or `GRAY_HUE`.
    """
    rows = art.material == number
    lch = oklab_to_oklch(art.lab[rows])
    weights = art.share[rows] * np.maximum(lch[:, 1], 1e-6)
    middle = float(np.average(lch[:, 0], weights=weights))
    rise = lch[:, 0] - middle
    own = art.hue(number)
    away = turn(lch[:, 2] - own)
    # How steeply it leans to yellow as it gets lighter; a material of one color leans as most do.
    spread = float((weights * rise**2).sum())
    lean = float((weights * rise * away).sum()) / spread if spread > 1e-9 else 0.0
    bend = min(abs(lean), BEND)
    chroma = lch[:, 1]
    if hue == GRAY_HUE:
        return oklch_to_oklab(np.stack([lch[:, 0], 0.12 * chroma, lch[:, 2]], axis=-1))
    light = lch[:, 0]
    if art.chroma(number) < NEUTRAL:
        # White has no room for a hue.
        light = light * min(1.0, PAPER / max(float(light.max()), PAPER))
        tint = TINT
        if len(light) == 1:
            # A silhouette has no shading to be true to.
            light, tint = np.clip(light, *PLAIN), PLAIN_TINT
        chroma = np.maximum(chroma, tint * np.sin(np.pi * np.clip(light, 0.08, 0.92)))
    towards = np.clip(turn(YELLOW - hue) / 40.0, -1.0, 1.0)
    return oklch_to_oklab(np.stack([light, chroma, (hue + towards * bend * rise) % 360.0], axis=-1))
