"""Sprites as a notebook shows them: enlarged by whole numbers, several on one sheet."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from html import escape

import numpy as np
from numpy.typing import NDArray

from ..formats import gif, png
from ..palette import MAX_COLORS, Palette
from ..sprite import Sprite, animations

__all__ = ["across", "contact", "enlarged", "moving", "swatches", "zoom"]

SINGLE, CELL, WIDTH = 160, 64, 960
"""Pixels that one sprite, and one of several, is brought near to; and those of a row."""
MOST = 1 << 21
"""Pixels of all frames that move: more would take seconds to compress."""


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


def moving(rows: Sequence[Sequence[Sprite]]) -> str | None:
    """HTML of all animations in their rows, and the stills between them, each a GIF enlarged by a whole number.

    None if nothing moves, or there are too many pixels for that.
    """
    groups = [animations(row) for row in rows]
    sprites = [sprite for row in rows for sprite in row]
    pixels = sum(sprite.indices.size for sprite in sprites)
    if all(len(group) == 1 for row in groups for group in row) or pixels > MOST:
        return None
    times = zoom(sprites, SINGLE if sum(map(len, groups)) == 1 else CELL)
    while pixels * times**2 > MOST:
        times -= 1
    return "<br>".join(" ".join(_playing(group, times) for group in row) for row in groups)


def _playing(frames: Sequence[Sprite], times: int) -> str:
    large = [replace(each, indices=each.indices.repeat(times, 0).repeat(times, 1)) for each in frames]
    name = escape(frames[0].tag or frames[0].name)
    return f'<img alt="{name}" title="{name}" src="data:image/gif;base64,{b64encode(gif.write(large)).decode()}">'


def swatches(palette: Palette) -> bytes:
    """An indexed PNG of the colors, sixteen squares in a row."""
    rows = -(-len(palette) // 16)
    indices = np.zeros(rows * 16, np.uint8)
    indices[: len(palette)] = np.arange(1, len(palette) + 1)
    squares = indices.reshape(rows, 16)[:, : min(16, len(palette))].repeat(24, 0).repeat(24, 1)
    return png.write(Sprite(squares, palette))
