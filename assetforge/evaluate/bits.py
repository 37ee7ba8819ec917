"""Bits per pixel of count baselines: what must be beaten before a model has learnt anything.

All count every pixel of the canvas, transparent ones too, and take the palette as given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..sprite import Sprite
from .counts import coded

__all__ = ["baselines", "histogram", "neighbours", "pixels", "png", "uniform"]


def pixels(sprites: Sequence[Sprite]) -> int:
    """How many pixels the canvases hold together."""
    return sum(sprite.indices.size for sprite in sprites)


def uniform(entries: int) -> float:
    """log2 of the number of entries, transparent included."""
    return float(np.log2(entries))


def histogram(learnt: Sequence[Sprite], scored: Sequence[Sprite], entries: int) -> float:
    """Every pixel alone, by how often its entry is used in `learnt` (add-one); adaptive if that is empty."""
    if not learnt:
        return coded(learnt, scored, entries, orders=0)
    used, asked = (np.concatenate([sprite.indices.ravel() for sprite in some]) for some in (learnt, scored))
    uses = np.bincount(used, minlength=entries) + 1
    return float(-np.log2(uses / uses.sum())[asked].mean())


def neighbours(learnt: Sequence[Sprite], scored: Sequence[Sprite], entries: int, orders: int = 4) -> float:
    """Counts given the left, upper, upper left and upper right pixel, backing off to fewer of them.

    `counts.coded` says how. Learnt from `learnt` and their mirror images; from the scored sprites
    themselves, each after it is coded, if there are none.

    Arguments:
        orders: How many neighbors at most; more than 4 take the next nearest too, up to 10.
    """
    return coded(learnt, scored, entries, orders)


def png(scored: Sequence[Sprite], size: Callable[[Sprite], int]) -> float:
    """Bits of an indexed PNG file, palette chunks left out; `size` gives a sprite's bytes."""
    return 8 * sum(size(sprite) for sprite in scored) / pixels(scored)


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
