"""Does a model draw, or does it copy? Distances to the nearest training sprite, beside real ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..palette import Palette
from ..resemblance import nearest
from ..sprite import Sprite
from .craft import entries

__all__ = ["Artist", "common_size", "memorisation"]


class Artist(Protocol):
    """What draws, and knows what it has learnt from: a Prior."""

    def generate(self, palette: Palette, count: int, **options: Any) -> list[Sprite]: ...
    def known(self, shape: tuple[int, int], palette: Palette) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]: ...


def memorisation(sprites: Sequence[Sprite], artist: Artist, count: int = 16) -> dict[str, Any]:
    """How near generated sprites come to training sprites, beside how near held-out ones do.

    Distances are those of `resemblance.nearest`: the share of pixels that differ, mirrored, shifted and recolored
    copies found out, in the palette of `sprites`. For `count` generated sprites (nothing chosen among) and for the
    given held-out ones, at the size that most of those have. ``below`` is the share of generated sprites that are
    nearer to a training sprite than 99 of 100 held-out ones are; ``exact`` counts copies.
    """
    size = common_size(sprites)
    palette = sprites[0].palette
    lab = entries(palette)
    _, known = artist.known((size[1], size[0]), palette)

    def distances(some: Sequence[Sprite]) -> NDArray[np.float64]:
        return nearest(np.stack([sprite.indices for sprite in some]), lab, known, lab)[0]

    theirs = distances(artist.generate(palette, count, size=size, candidates=1))
    ours = distances([sprite for sprite in sprites if sprite.size == size])
    bar = float(np.percentile(ours, 1))
    return {
        "generated": count,
        "median": float(np.median(theirs)),
        "held_out_median": float(np.median(ours)),
        "held_out_percentile_1": bar,
        "below": float((theirs < bar).mean()),
        "exact": int((theirs == 0).sum()),
    }


def common_size(sprites: Sequence[Sprite]) -> tuple[int, int]:
    """(width, height) that most of the sprites have."""
    sizes = [sprite.size for sprite in sprites]
    return max(sorted(set(sizes)), key=sizes.count)
