"""Color ways of sprites: the face of the room."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..color import distance, oklab
from ..errors import InputError
from ..palette import MAX_COLORS, Palette
from ..sprite import Sprite
from .materials import Art, Floats, look
from .names import fresh, word
from .tries import DIFFERENT, Tries, chosen

__all__ = ["Way", "drawn", "together", "ways"]


@dataclass(frozen=True, eq=False)
class Way:
    """One color way.

    Arguments:
        row: The color that every index of the sprites' palette becomes, under the way's name.
        palette: What its sprites are in: the target palette, or `row` where that was made for it.
        table: The index in `palette` of every index of the sprites' palette, shape (K + 1,), uint8.
    """

    row: Palette
    palette: Palette
    table: NDArray[np.uint8]

    @property
    def name(self) -> str:
        """What it is called."""
        return self.row.name

    def of(self, sprite: Sprite, suffix: str = "") -> Sprite:
        """A sprite in these colors, with `suffix` behind its name and its tag."""
        tag = sprite.tag and sprite.tag + suffix
        indices = self.table[sprite.indices]
        return replace(sprite, indices=indices, palette=self.palette, name=sprite.name + suffix, tag=tag)


def ways(
    sprites: Sequence[Sprite],
    count: int,
    *,
    turn: bool = False,
    keep: Collection[int] = (),
    all_change: bool = False,
    seed: int = 0,
    taken: Collection[str] = (),
) -> list[Way]:
    """At most `count` color ways, unlike the sprites and each other; fewer where the palette has no more.

    Each is one map of indices for all sprites. It joins no two colors, turns no order of lightness of two that touch,
    belong to one material or are visibly apart in it, and leaves ink, white, skin and accents as they are.

    Arguments:
        sprites: Of one palette, each color of which a way may use.
        count: How many.
        turn: Make ramps of other hues for these sprites, instead of looking for them in their palette.
        keep: Indices that stay.
        all_change: Let ink, white, skin and accents change, too.
        seed: Of the draws; other seeds find other ways.
        taken: Names that no way may have.
    """
    art = look(list(sprites), keep, all_change)
    if not art.materials:
        return []
    own = sprites[0].palette
    found: list[Way] = []
    for colors in chosen(Tries(art, own, turn).pool(seed), art, count):
        name = fresh(_named(art, oklab(colors)), {*taken, *(way.name for way in found)})
        found.append(_way(own, art, colors, name, turn))
    return found


def drawn(sprites: Sequence[Sprite], found: Sequence[Way]) -> list[Sprite]:
    """Every sprite in every way, way after way, called NAME, NAME-2, NAME-3 …; each in the palette of its way."""
    suffixes = ("", *(f"-{number}" for number in range(2, len(found) + 1)))
    return [way.of(sprite, suffix) for way, suffix in zip(found, suffixes, strict=True) for sprite in sprites]


def together(sprites: Sequence[Sprite]) -> list[Sprite]:
    """The sprites in one palette, which holds the colors of all of theirs.

    Raises:
        InputError: If these are more than 255.
    """
    palettes = list(dict.fromkeys(sprite.palette for sprite in sprites))
    if len(palettes) == 1:
        return list(sprites)
    place = {color: index for index, color in enumerate(dict.fromkeys(c for one in palettes for c in one.colors), 1)}
    if len(place) > MAX_COLORS:
        raise InputError(
            f"the color ways have {len(place)} colors together, a sheet holds {MAX_COLORS}; ask for fewer, or for rows."
        )
    whole = Palette(tuple(place), "color ways")
    tables = {one: np.array([0, *(place[color] for color in one.colors)], np.uint8) for one in palettes}
    return [replace(one, indices=tables[one.palette][one.indices], palette=whole) for one in sprites]


def _named(art: Art, lab: Floats) -> str:
    """The words for what its largest changed materials have become."""
    words: list[str] = []
    for number in range(art.materials):
        rows = art.material == number
        moved = distance(lab[rows], art.lab[rows])
        if float(np.average(moved, weights=art.share[rows])) >= DIFFERENT:
            # What a thing is called by is its middle, not its shadows.
            weights = art.share[rows] * (0.02 + np.hypot(lab[rows, 1], lab[rows, 2])) * lab[rows, 0]
            words.append(word(np.average(lab[rows], axis=0, weights=weights)))
    return "-".join(list(dict.fromkeys(words))[:2]) or "other"


def _way(own: Palette, art: Art, colors: NDArray[np.uint8], name: str, turn: bool) -> Way:
    """The way by which the used colors become `colors`; unused ones stay."""
    becomes = dict(zip((own.colors[place - 1] for place in art.places), map(tuple, colors.tolist()), strict=True))
    row = Palette(tuple(becomes.get(color, color) for color in own.colors), name)
    if turn:
        return Way(row, row, np.arange(len(own) + 1, dtype=np.uint8))
    place = {color: index for index, color in reversed([*enumerate(own.colors, 1)])}
    return Way(row, own, np.array([0, *(place[color] for color in row.colors)], np.uint8))
