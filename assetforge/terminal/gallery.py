"""Several sprites at once, in rows as wide as the terminal, their names beneath."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from .blocks import blocks, shades
from .kitty import kitty
from .sixel import MOST_COLORS, sixel

__all__ = ["gallery"]

GAP = 2
CELL = 10
"""Pixels that a character is taken to be wide where pictures have pixels of their own."""

Named = tuple[str, NDArray[np.uint8]]
Fitted = tuple[str, NDArray[np.uint8], int]


def gallery(pictures: Sequence[Named], way: str, columns: int, zoom: int = 4) -> Iterator[str]:
    """Lines and escape sequences, to be printed as they are.

    Arguments:
        pictures: Names, and RGBA of shape (H, W, 4), uint8.
        way: How to draw: one of `ask.WAYS`.
        columns: Characters in a line.
        zoom: Side of a pixel where the terminal draws real pixels. Blocks are one character wide and half a one high.
    """
    room = columns * CELL // zoom if way in ("kitty", "sixel") else columns
    for row in _rows([(name, *_fitted(rgba, room)) for name, rgba in pictures], room):
        canvas = _side_by_side([rgba for _, rgba, _ in row])
        yield from _drawn(canvas, way, zoom)
        if not any(name for name, _, _ in row):
            continue
        labels = [f"{name} (1/{step})" if step > 1 else name for name, _, step in row]
        if way in ("kitty", "sixel"):
            yield "  ".join(labels)
        else:
            widths = [rgba.shape[1] + GAP for _, rgba, _ in row]
            cut = [label[: width - 1].ljust(width) for label, width in zip(labels, widths, strict=True)]
            yield labels[0] if len(row) == 1 else "".join(cut)[:columns].rstrip()


def _drawn(canvas: NDArray[np.uint8], way: str, zoom: int) -> Iterator[str]:
    if way == "kitty":
        yield kitty(canvas, zoom)
    elif way == "sixel" and len(np.unique(canvas[canvas[..., 3] >= 128][:, :3], axis=0)) <= MOST_COLORS:
        yield sixel(canvas, zoom)
    elif way == "shades":
        yield from shades(canvas)
    else:
        yield from blocks(canvas)


def _fitted(rgba: NDArray[np.uint8], room: int) -> tuple[NDArray[np.uint8], int]:
    """The picture, or every second, third … pixel of one that is too wide; and which."""
    step = -(-rgba.shape[1] // max(1, room))
    return rgba[::step, ::step], step


def _rows(pictures: Sequence[Fitted], room: int) -> Iterator[list[Fitted]]:
    row: list[Fitted] = []
    used = 0
    for picture in pictures:
        width = picture[1].shape[1]
        if row and used + width > room:
            yield row
            row, used = [], 0
        row.append(picture)
        used += width + GAP
    if row:
        yield row


def _side_by_side(pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Feet on one line."""
    height = max(rgba.shape[0] for rgba in pictures)
    gapped = [np.pad(rgba, ((height - rgba.shape[0], 0), (0, GAP), (0, 0))) for rgba in pictures]
    return np.concatenate(gapped, 1)[:, :-GAP]
