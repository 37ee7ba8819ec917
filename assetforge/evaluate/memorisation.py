"""Does a model draw, or does it copy? Distances to the nearest training sprite, beside real ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..palette import Palette
from ..sprite import Sprite

__all__ = ["Artist", "memorisation"]


class Artist(Protocol):
    """What draws, and knows what it has learnt from: a Prior."""

    def generate(self, palette: Palette, count: int, **options: Any) -> list[Sprite]: ...
    def nearest(self, indices: NDArray[np.uint8], palette: Palette) -> NDArray[np.float64]: ...


def memorisation(sprites: Sequence[Sprite], artist: Artist, count: int = 16) -> dict[str, Any]:
    """Share of pixels that differ from the nearest training sprite, over both silhouettes, mirrored too.

    For `count` generated sprites (nothing chosen among) and for the given held-out ones, at the size
    most of those have. ``below`` is the share of generated sprites nearer to a training sprite than
    99 of 100 held-out ones are; ``exact`` counts copies.
    """
    sizes = [sprite.size for sprite in sprites]
    size = max(sorted(set(sizes)), key=sizes.count)
    real = np.stack([sprite.indices for sprite in sprites if sprite.size == size])
    palette = sprites[0].palette
    drawn = artist.generate(palette, count, size=size, candidates=1)
    theirs = artist.nearest(np.stack([sprite.indices for sprite in drawn]), palette)
    ours = artist.nearest(real, palette)
    bar = float(np.percentile(ours, 1))
    return {
        "generated": count,
        "median": float(np.median(theirs)),
        "held_out_median": float(np.median(ours)),
        "held_out_percentile_1": bar,
        "below": float((theirs < bar).mean()),
        "exact": int((theirs == 0).sum()),
    }
