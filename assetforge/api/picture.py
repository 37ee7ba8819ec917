"""Sprites as a notebook shows them: enlarged by whole numbers, several on one sheet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..formats import png
from ..palette import MAX_COLORS, Palette
from ..sprite import Sprite

__all__ = ["across", "contact", "enlarged", "swatches", "zoom"]

SINGLE, CELL, WIDTH = 160, 64, 960
"""Pixels that one sprite, and one of several, is brought near to; and those of a row."""


def zoom(sprites: Sequence[Sprite], side: int = CELL) -> int:
    """The whole number that brings the longest side of any sprite near `side` pixels."""
    return max(1, side // max((max(sprite.size) for sprite in sprites), default=side))


def enlarged(sprite: Sprite) -> bytes:
    """An indexed PNG of one sprite, every pixel of it a square."""
    times = zoom([sprite], SINGLE)
    return png.write(Sprite(sprite.indices.repeat(times, 0).repeat(times, 1), sprite.palette))


def across(sprites: Sequence[Sprite]) -> int:
    """How many of them stand in a row of a contact sheet, so that its rows are about equally full."""
    times = zoom(sprites)
    most = max(1, (WIDTH + times) // (times * (max(sprite.size[0] for sprite in sprites) + 1)))
    return -(-len(sprites) // -(-len(sprites) // most))


def contact(rows: Sequence[Sequence[Sprite]]) -> bytes:
    """A PNG of all sprites in their rows, in cells as large as the largest, one of its pixels between them.

    Indexed, unless they use more than 255 colors together.

    Arguments:
        rows: At least one sprite in all.
    """
    sprites = [sprite for row in rows for sprite in row]
    times = zoom(sprites)
    width, height = (max(sprite.size[axis] for sprite in sprites) + 1 for axis in (0, 1))
    shape = (len(rows) * height - 1, max(map(len, rows)) * width - 1)
    colors = tuple(dict.fromkeys(color for sprite in sprites for color in sprite.palette.colors))
    indexed = len(colors) <= MAX_COLORS
    canvas = np.zeros(shape if indexed else (*shape, 4), np.uint8)
    for y, row in enumerate(rows):
        for x, sprite in enumerate(row):
            pixels = _placed(sprite, colors) if indexed else sprite.rgba()
            top, left = y * height, x * width
            canvas[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
    canvas = canvas.repeat(times, 0).repeat(times, 1)
    return png.write(Sprite(canvas, Palette(colors))) if indexed else png.write_rgba(canvas)


def _placed(sprite: Sprite, colors: Sequence[tuple[int, int, int]]) -> NDArray[np.uint8]:
    """The sprite's indices into `colors`, which hold all of its palette."""
    places = {color: place for place, color in enumerate(colors, 1)}
    table = np.array([0, *(places[color] for color in sprite.palette.colors)], np.uint8)
    return table[sprite.indices]


def swatches(palette: Palette) -> bytes:
    """An indexed PNG of the colors, sixteen squares in a row."""
    rows = -(-len(palette) // 16)
    indices = np.zeros(rows * 16, np.uint8)
    indices[: len(palette)] = np.arange(1, len(palette) + 1)
    squares = indices.reshape(rows, 16)[:, : min(16, len(palette))].repeat(24, 0).repeat(24, 1)
    return png.write(Sprite(squares, palette))
