"""Tiles whose edges meet: what they start from, and how a seam is closed.

Rolled by half, a tile has its seam in the middle, where a band over it is drawn anew with both sides in sight. What
then lies at the rim was in the middle before, so it fits already.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..color import distance
from ..palette import Palette
from ..sprite import Sprite
from ..terrain import seams
from .data import entry_lab, table_to
from .memory import LEAST, Memory
from .noise import choices, uniforms
from .studio import Studio, centered

__all__ = ["AXES", "close", "opaque", "seam", "sources", "spread"]

AXES = {"x": (1,), "y": (0,), "xy": (1, 0)}
"""The array axes that a tile wraps along, left and right first."""
BAND = 8
"""The band is a quarter of the side: this part of it, and at least two pixels, on either side of the seam."""
FILLINGS = 4
"""Fillings that one is chosen from."""
LASTING = 1.5
"""How many times the inner step a learnt tile's step over the seam may be."""
TEXTURE = 0.08
"""The least share of neighbors that differ in a tile to start from: a flat one teaches nothing."""
HIGHEST = np.float32(1 - 2**-24)
"""The number that never decides for a transparent pixel; see `noise.SUREST`."""
OFFSET = 1 << 20
"""The numbers of fillings are beyond this, far from those of sprites."""


def seam(sprite: Sprite, axes: str) -> float:
    """How rough the seams along `axes` are beside the rest; of two the worse."""
    return max(seams.seam(sprite, axis) for axis in AXES[axes])


def spread(sprite: Sprite, shape: tuple[int, int]) -> Sprite:
    """The sprite on a canvas (H, W): one without transparent pixels is repeated, or cut, to fill it."""
    if sprite.indices.shape == shape or not sprite.mask.all():
        return centered(sprite, shape)
    times = [-(-side // own) for side, own in zip(shape, sprite.indices.shape, strict=True)]
    return Sprite(np.tile(sprite.indices, times)[: shape[0], : shape[1]], sprite.palette, sprite.name)


def sources(
    memory: Memory, orders: Sequence[tuple[int, int]], shape: tuple[int, int], palette: Palette, axes: str,
    tag: str | None = None,
) -> tuple[list[Sprite], list[Sprite]]:  # fmt: skip
    """The learnt tile that each of `orders` (seed, number) starts from, and all that it was chosen among.

    Those that fill their canvas, show some texture in `palette`, and wrap along `axes`; of the size (H, W) if there are
    eight, else of every size. None if the model has learnt no such tile.
    """
    table = table_to(memory.lab, entry_lab(palette))

    def fit(places: Sequence[int]) -> list[Sprite]:
        found = [Sprite(memory.sprites[place], memory.palette) for place in places]
        found = [sprite for sprite in found if sprite.mask.all() and texture(table[sprite.indices]) >= TEXTURE]
        return [sprite for sprite in found if seam(sprite, axes) <= LASTING]

    every = [
        place for place, folder in enumerate(memory.folders) if tag is None or tag.lower() in folder.lower().split("/")
    ]
    pool = fit([place for place in every if memory.sprites[place].shape == shape])
    pool = pool if len(pool) >= LEAST else fit(every)
    chosen = [pool[int(choices(seed, number).integers(len(pool)))] for seed, number in orders] if pool else []
    return [spread(sprite, shape) for sprite in chosen], [spread(sprite, shape) for sprite in pool]


def texture(indices: NDArray[np.uint8]) -> float:
    """The share of neighbors, right and below, around the edges too, that differ in (H, W)."""
    return float(np.mean([(indices != np.roll(indices, 1, axis)).mean() for axis in (0, 1)]))


def opaque(random: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
    """Uniform numbers (H, W, 3) that draw what `random` draws, but no transparent pixel."""
    found = [numbers.copy() for numbers in random]
    for numbers in found:
        numbers[..., 0] = HIGHEST
    return found


def close(
    studio: Studio, sprites: Sequence[Sprite], axes: str, *, seed: int = 0, temperature: float = 1.0
) -> list[Sprite]:
    """The sprites, all of one size, with a quarter of each wrapped side drawn anew so that its ends meet.

    Of a few fillings of a band the one is kept that is as rough as the rest of the tile, no more and no less: the
    likeliest is too flat. A sprite without transparent pixels gets none.
    """
    height, width = sprites[0].indices.shape
    across, down = np.zeros((height, width), bool), np.zeros((height, width), bool)
    for hole, side, axis in ((across, width, 1), (down, height, 0)):
        reach = max(2, side // BAND)
        line = np.arange(side)
        there = (line >= side // 2 - reach) & (line < side // 2 + reach)
        hole |= there[None, :] if axis else there[:, None]
    rounds = [(across, (0, width // 2))] * ("x" in axes) + [(down, (height // 2, 0))] * ("y" in axes)
    if axes == "xy":
        # The second band was filled to the rim, beyond which it saw nothing: what is left of a seam is where both met.
        rounds.append((across & down, (height // 2, width // 2)))
    found = list(sprites)
    for number, (hole, roll) in enumerate(rounds):
        found = redrawn(studio, found, hole, roll, seed, OFFSET * (number + 1), max(temperature, 0.01))
    return found


def redrawn(
    studio: Studio, sprites: Sequence[Sprite], hole: NDArray[np.bool_], roll: tuple[int, int], seed: int, first: int,
    heat: float,
) -> list[Sprite]:  # fmt: skip
    """The sprites with `hole` (H, W) drawn anew in their middle when they are rolled by `roll`; rolled back."""
    height, width = hole.shape
    rolled = [Sprite(np.roll(sprite.indices, roll, (0, 1)), sprite.palette, sprite.name) for sprite in sprites]
    many = [sprite for sprite in rolled for _ in range(FILLINGS)]
    random = [uniforms(seed, first + number, height, width) for number in range(len(many))]
    solid = [sprite.mask.all() for sprite in many]
    random = [opaque([one])[0] if full else one for one, full in zip(random, solid, strict=True)]
    latents = studio.codes(rolled).repeat_interleave(FILLINGS, 0)
    filled, _ = studio.fill(many, [hole] * len(many), latents, random, heat)
    result = []
    for place, sprite in enumerate(rolled):
        choice = [Sprite(one, sprite.palette, sprite.name) for one in filled[place * FILLINGS :][:FILLINGS]]
        best = min(choice, key=lambda one: unlike(one, hole))
        back = np.roll(best.indices, (-roll[0], -roll[1]), (0, 1))
        result.append(Sprite(back, sprite.palette, sprite.name))
    return result


def unlike(sprite: Sprite, hole: NDArray[np.bool_]) -> float:
    """How far the mean step between neighbors within `hole` (H, W) and over its edge is from that without."""
    lab = entry_lab(sprite.palette)[sprite.indices]
    inside, outside = [], []
    for axis in (0, 1):
        steps = distance(lab, np.roll(lab, 1, axis))
        within = hole | np.roll(hole, 1, axis)
        kept = np.ones(hole.shape, bool)
        kept[(slice(None),) * axis + (0,)] = False
        inside.append(steps[within & kept])
        outside.append(steps[~within & kept])
    rest = np.concatenate(outside)
    return abs(float(np.concatenate(inside).mean()) - float(rest.mean() if len(rest) else 0))
