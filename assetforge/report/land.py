"""A small piece of land laid from a tileset, to see whether its tiles meet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..terrain.masks import LAYOUTS

__all__ = ["laid"]

WIDE, HIGH = 18, 10
SEED = 5
ROUNDS = 2


def laid(terrain: Mapping[str, Any]) -> list[list[str]]:
    """The names of the frames that lie in each cell, row by row; the same land for every tileset.

    Arguments:
        terrain: What a sheet's JSON says of its tiles.
    """
    layout = LAYOUTS[terrain["layout"]]
    known = {(told["center"], tuple(told["around"])): name for name, told in terrain["frames"].items()}
    # JSON of a set that is told by its corners says null of the center, as the layout does.
    found = []
    for line in layout.choose(land(WIDE + layout.corners_only, HIGH + layout.corners_only)):
        places = [layout.place(mask) for mask in line]
        keys = [(None if place.center is None else int(place.center), place.around) for place in places]
        found.append([known[key] for key in keys])
    return found


def land(wide: int, high: int) -> list[list[bool]]:
    """Islands and lakes: noise, of which each cell takes what most around it are."""
    rough = np.random.Generator(np.random.Philox(key=SEED)).random((high, wide)) < 0.5
    for _ in range(ROUNDS):
        padded = np.pad(rough.astype(int), 1, mode="edge")
        around = sum(padded[y : y + high, x : x + wide] for y in range(3) for x in range(3))
        rough = np.asarray(around) >= 5
    return [[bool(cell) for cell in line] for line in rough]
