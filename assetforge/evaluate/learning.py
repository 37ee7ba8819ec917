"""How a training went, measured afterwards: what counts reach on the sprites that the model was scored on, and how near
its samples came to what it had learnt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..palette import Palette
from ..resemblance import nearest
from ..sprite import Sprite
from .bits import histogram, neighbours, pixels, uniform
from .craft import entries

__all__ = ["Student", "alike", "beside_held_out", "counted", "distances"]

PAIRS = 2000


class Student(Protocol):
    """What knows the sprites that it has learnt: a Prior."""

    @property
    def corpus_palette(self) -> Palette: ...
    def known(self, shape: tuple[int, int], palette: Palette) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]: ...
    def learnt(self, palette: Palette) -> list[Sprite]: ...


def counted(student: Student, scored: Sequence[Sprite]) -> dict[str, float]:
    """Bits per pixel of `scored` under count baselines that have learnt what the student has; empty if there are none.

    Each sprite counts in the palette that it is in, and in that palette the counts were learnt.
    """
    nats: dict[str, float] = {}
    for palette in dict.fromkeys(sprite.palette for sprite in scored):
        some = [sprite for sprite in scored if sprite.palette == palette]
        learnt, size = student.learnt(palette), len(palette) + 1
        found = {
            "uniform": uniform(size),
            "histogram": histogram(learnt, some, size),
            "neighbours": neighbours(learnt, some, size),
        }
        for name, bits in found.items():
            nats[name] = nats.get(name, 0.0) + bits * pixels(some)
    return {name: total / pixels(scored) for name, total in nats.items()}


def distances(student: Student, sprites: Sequence[Sprite]) -> NDArray[np.float64]:
    """How far sprites of one size and palette are from the nearest learnt one, as by `resemblance.nearest`; (N,)."""
    palette = sprites[0].palette
    height, width = sprites[0].indices.shape
    known, _ = student.known((height, width), palette)
    stack = np.stack([sprite.indices for sprite in sprites])
    return nearest(stack, entries(palette), known, entries(student.corpus_palette), most=PAIRS)[0]


def beside_held_out(student: Student, held_out: Sequence[Sprite], shape: tuple[int, int]) -> NDArray[np.float64]:
    """The distances of the held-out sprites of one (H, W) to their nearest learnt ones, the least first."""
    some = [sprite for sprite in held_out if sprite.indices.shape == shape]
    return np.sort([float(distances(student, [sprite])[0]) for sprite in some])


def alike(sprites: Sequence[Sprite], others: Sequence[Sprite]) -> float:
    """The share of the pixels drawn in either of two sprites that are of the same entry in both, over all pairs."""
    agree = either = 0
    for one, other in zip(sprites, others, strict=True):
        drawn = (one.indices > 0) | (other.indices > 0)
        agree += int(((one.indices == other.indices) & drawn).sum())
        either += int(drawn.sum())
    return agree / max(1, either)
