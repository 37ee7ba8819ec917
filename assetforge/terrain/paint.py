"""The tiles of a set: two materials, the border between them, and a darker line where they meet."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..color import oklab
from ..errors import ConfigError, InputError
from ..sprite import Sprite
from .contour import Mask, Reach, inside
from .masks import LAYOUTS, OUTER, Layout

__all__ = ["EDGES", "SIDES", "darker", "outlined", "painted", "silhouettes", "tiles"]

EDGES = ("none", "rim", "shadow", "both")
"""What is drawn where the materials meet: a line on the inner one, a shadow on the outer one below it, or both."""
SIDES = (8, 256)
DARKER, FAINT = 0.16, 0.05
"""OKLab lightness: how much darker a rim is than its material, and at least is."""
HUE = 1.5
"""What a step in hue counts beside one in lightness, in finding a darker shade."""


def tiles(
    inner: Sprite, outer: Sprite, layout: str, name: str, *, seed: int = 0, edge: str = "rim", wander: float = 1.0
) -> list[list[Sprite]]:
    """The tiles of a set as they stand in its sheet, each called `name`/MASK; the plain outer one `name`/outer.

    Arguments:
        inner, outer: The materials: tiles that wrap, of one size and one palette.
        layout: One of `LAYOUTS`.
        seed: Of the contours.
        edge: One of `EDGES`.
        wander: How uneven the contours are; 0 is smooth.

    Raises:
        InputError: If the materials differ in size.
        ConfigError: If they are too small or too large.
    """
    assert inner.palette == outer.palette
    if inner.size != outer.size:
        ours, theirs = ("{} x {}".format(*one.size) for one in (inner, outer))
        raise InputError(
            f'"{inner.name}" is {ours} pixels, "{outer.name}" {theirs}; two materials must be of one size.'
        )
    if not (SIDES[0] <= min(inner.size) and max(inner.size) <= SIDES[1]):
        wide, high = inner.size
        raise ConfigError(f"the tiles are {wide}x{high}; each side must be from {SIDES[0]} to {SIDES[1]} pixels.")
    masks = silhouettes(layout, inner.indices.shape, seed, wander)
    dark = darker(inner), darker(outer)
    chosen = LAYOUTS[layout]
    return [
        [
            Sprite(painted(inner, outer, masks[mask], edge, dark), inner.palette, f"{name}/{chosen.place(mask).name}")
            for mask in row
        ]
        for row in chosen.rows
    ]


def silhouettes(layout: str, shape: tuple[int, ...], seed: int, wander: float = 1.0) -> dict[int, Mask]:
    """For each mask of a set, True where its tile (H, W) is of the inner material."""
    chosen, size = LAYOUTS[layout], (shape[0], shape[1])
    reach = Reach.of(chosen, size, stream(seed, chosen, 0))
    found: dict[int, Mask] = {}
    for mask in (mask for row in chosen.rows for mask in row):
        if mask == OUTER:
            found[mask] = np.zeros(size, bool)
        else:
            found[mask] = inside(chosen.place(mask), size, reach, stream(seed, chosen, mask + 1), wander)
    return found


def stream(seed: int, layout: Layout, number: int) -> np.random.Generator:
    """Random numbers of one tile of one seed."""
    return np.random.Generator(np.random.Philox(key=[seed, ([*LAYOUTS].index(layout.name) << 16) + number]))


def painted(inner: Sprite, outer: Sprite, mask: Mask, edge: str, dark: tuple[int, int]) -> NDArray[np.uint8]:
    """The indices of a tile, or of a whole map if the materials are as large, shape (H, W).

    Arguments:
        mask: True where the inner material is.
        dark: The entries that rim and shadow are drawn in.
    """
    indices = np.where(mask, inner.indices, outer.indices)
    rim, shadow = outlined(mask)
    if edge in ("rim", "both"):
        indices[rim & (indices > 0)] = dark[0]
    if edge in ("shadow", "both"):
        indices[shadow & (indices > 0)] = dark[1]
    return np.asarray(indices, np.uint8)


def outlined(mask: Mask) -> tuple[Mask, Mask]:
    """Inner pixels that touch the outer material by a side, and outer ones right below inner ones; each (H, W).

    Beyond its edges a tile goes on as it ends, and so do its neighbors: what is found on tiles is what is found on the
    map that they make.
    """
    padded = np.pad(mask, 1, "edge")
    above = padded[:-2, 1:-1]
    every = above & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return mask & ~every, ~mask & above


def darker(tile: Sprite) -> int:
    """The entry of the palette that is a darker shade of a tile's own colors, 0 if it has none."""
    used = tile.indices[tile.indices > 0]
    if not len(used):
        return 0
    lab = oklab(np.array(tile.palette.colors, np.uint8))
    mean = lab[used - 1].mean(0)
    wanted = mean - np.array([DARKER, 0, 0])
    away = np.sqrt((lab[:, 0] - wanted[0]) ** 2 + HUE**2 * ((lab[:, 1:] - wanted[1:]) ** 2).sum(1))
    away[lab[:, 0] > mean[0] - FAINT] = np.inf
    return 1 + int(away.argmin() if np.isfinite(away).any() else lab[:, 0].argmin())
