"""A peer that anyone can write: pixels drawn from counts of what followed the same four neighbors in the pack.

Counts as a sampler: contexts of the left, upper, upper left and upper right
pixel, backing off to fewer of them by Witten and Bell's escape estimate ("The zero-frequency problem", 1991, method C).
To draw from the blend of all orders is to escape, with that estimate's chance, to the next lower order.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["learn", "sample"]

AROUND = ((0, -1), (-1, 0), (-1, -1), (-1, 1))
OUTSIDE = -1

Table = dict[tuple[int, ...], list[int]]


def learn(sprites: Sequence[NDArray[np.uint8]]) -> Table:
    """Every context of 0 to 4 neighbors that occurs, and all entries that followed it, as often as they did.

    Arguments:
        sprites: Each of shape (H, W); beyond the canvas a neighbor is `OUTSIDE`.
    """
    table: Table = {}
    for sprite in sprites:
        padded = np.pad(sprite.astype(np.int64), ((1, 0), (1, 1)), constant_values=OUTSIDE)
        for y, x in np.ndindex(*sprite.shape):
            context = tuple(int(padded[y + 1 + dy, x + 1 + dx]) for dy, dx in AROUND)
            for order in range(len(AROUND) + 1):
                table.setdefault(context[:order], []).append(int(sprite[y, x]))
    return table


def sample(table: Table, count: int, size: tuple[int, int], seed: int = 0) -> NDArray[np.uint8]:
    """New sprites, row by row, shape (count, H, W).

    Arguments:
        table: As `learn` gives it, not empty.
        size: (width, height).
    """
    width, height = size
    chances = np.random.Generator(np.random.Philox(key=seed)).random((count, height, width, len(AROUND) + 2))
    kinds = {context: len(set(values)) for context, values in table.items()}
    drawn = np.full((count, height + 1, width + 2), OUTSIDE)
    for n, y, x in np.ndindex(count, height, width):
        context = tuple(int(drawn[n, y + 1 + dy, x + 1 + dx]) for dy, dx in AROUND)
        pick, *escapes = chances[n, y, x].tolist()
        for order in range(len(AROUND), -1, -1):
            values = table.get(context[:order])
            # Below the counts of single pixels lies nothing to escape to.
            if values and (order == 0 or escapes[order] < len(values) / (len(values) + kinds[context[:order]])):
                drawn[n, y + 1, x + 1] = values[int(pick * len(values))]
                break
    return drawn[:, 1:, 1:-1].astype(np.uint8)
