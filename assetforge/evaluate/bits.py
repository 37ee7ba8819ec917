"""Bits per pixel of count baselines: what must be beaten before a model has learnt anything.

All count every pixel of the canvas, transparent ones too, and take the palette as given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ..sprite import Sprite

__all__ = ["baselines", "histogram", "neighbours", "pixels", "png", "uniform"]

AROUND = ((0, -1), (-1, 0), (-1, -1), (-1, 1))


def pixels(sprites: Sequence[Sprite]) -> int:
    """How many pixels the canvases hold together."""
    return sum(sprite.indices.size for sprite in sprites)


def uniform(entries: int) -> float:
    """log2 of the number of entries, transparent included."""
    return float(np.log2(entries))


def histogram(learnt: Sequence[Sprite], scored: Sequence[Sprite], entries: int) -> float:
    """Every pixel alone, by how often its entry is used in `learnt` (add-one); adaptive if that is empty."""
    return coded(learnt, scored, entries, orders=0)


def neighbours(learnt: Sequence[Sprite], scored: Sequence[Sprite], entries: int) -> float:
    """Counts given the left, upper, upper left and upper right pixel, backing off to fewer of them.

    Contexts of 4, 3, 2, 1 and 0 neighbors are blended by Witten and Bell's escape estimate ("The
    zero-frequency problem", 1991, method C). Learnt from `learnt`; from the scored sprites
    themselves, each after it is coded, if there are none.
    """
    return coded(learnt, scored, entries, orders=len(AROUND))


def png(scored: Sequence[Sprite], size: Callable[[Sprite], int]) -> float:
    """Bits of an indexed PNG file, palette chunks left out; `size` gives a sprite's bytes."""
    return 8 * sum(size(sprite) for sprite in scored) / pixels(scored)


def contexts(sprite: Sprite, entries: int, orders: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Keys of each pixel's contexts, shape (orders + 1, H * W), and the entries coded, shape (H * W,)."""
    indices = sprite.indices.astype(np.int64)
    height, width = indices.shape
    padded = np.pad(indices + 1, ((1, 0), (1, 1)))
    key = np.zeros_like(indices)
    keys = [key.ravel()]
    for dy, dx in AROUND[:orders]:
        key = key * (entries + 1) + padded[1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width]
        keys.append(key.ravel())
    return np.stack(keys), indices.ravel()


def coded(learnt: Sequence[Sprite], scored: Sequence[Sprite], entries: int, orders: int) -> float:
    """Bits per pixel of `scored` under blended context counts."""
    counts: list[dict[int, dict[int, int]]] = [{} for _ in range(orders + 1)]

    def learn(sprite: Sprite) -> None:
        keys, values = contexts(sprite, entries, orders)
        for table, row in zip(counts, keys.tolist(), strict=True):
            for key, value in zip(row, values.tolist(), strict=True):
                cell = table.setdefault(key, {})
                cell[value] = cell.get(value, 0) + 1

    for sprite in learnt:
        learn(sprite)
    bits = 0.0
    for sprite in scored:
        keys, values = contexts(sprite, entries, orders)
        for column, value in zip(keys.T.tolist(), values.tolist(), strict=True):
            chance = 1 / entries
            for table, key in zip(counts, column, strict=True):
                cell = table.get(key)
                if cell:
                    total, kinds = sum(cell.values()), len(cell)
                    chance = (cell.get(value, 0) + kinds * chance) / (total + kinds)
            bits -= np.log2(chance)
        if not learnt:
            learn(sprite)
    return bits / pixels(scored)


def baselines(
    learnt: Sequence[Sprite], scored: Sequence[Sprite], entries: int, size: Callable[[Sprite], int]
) -> dict[str, float]:
    """All of them, over the same pixels."""
    return {
        "uniform": uniform(entries),
        "histogram": histogram(learnt, scored, entries),
        "png": png(scored, size),
        "neighbours": neighbours(learnt, scored, entries),
    }
