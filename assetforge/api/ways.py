"""Verbs of sprites that need no model file: `recolor`, and `search` by the bundled encoder."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from .. import sprite as core
from ..errors import ConfigError, did_you_mean
from ..palette import MAX_COLORS
from . import desk
from .history import history
from .sprites import Grid, Palette, PaletteLike, Sprite, Sprites, as_sprites, chosen, raster

__all__ = ["Found", "Ways", "recolor", "search"]

BY = ("both", "color", "shape")


class Ways(Grid):
    """Color ways, as `recolor` gives them: a row of all sprites for each.

    Attributes:
        original: The sprites as they were, in the palette whose indices the rows of `palettes` belong to.
        palettes: For each way the color that every index of the originals becomes: rows for `pack`.

    Examples:
        >>> ways = af.recolor(af.open("art/heroes/knight.png"), 2)
        >>> ways, len(ways.palettes)
        (<Grid: 2 rows of 1 sprites>, 2)
        >>> af.pack(ways.original, rows=ways.palettes)
        <Sheet: 1 sprites on 1 page, 16x16>
    """

    original: Sprites
    palettes: tuple[Palette, ...]


def recolor(
    sprites: core.Sprite | Iterable[core.Sprite],
    count: int = 6,
    *,
    palette: PaletteLike = f"auto:{MAX_COLORS}",
    keep: Iterable[str] = (),
    all: bool = False,
    seed: int = 0,
) -> Ways:
    """At most `count` color ways: each material in another ramp, lights light and darks dark, no pixel moved.

    One mapping of indices serves all sprites, so frames and parts stay together.

    Arguments:
        sprites: What to recolor.
        count: How many; a palette may have fewer.
        palette: Look for ramps in this palette; by default the sprites' own colors have their hues turned.
        keep: Colors ``"#rrggbb"`` that stay as they are.
        all: Let ink, white, skin and small accents change, too.
        seed: Others find others.

    Raises:
        ConfigError: If a color is none, or a number is out of range.
        InputError: If nothing is drawn, a color to keep is not there, or there is no way at all.

    Examples:
        >>> ways = af.recolor(af.open("art/heroes/knight.png"), 3)
        >>> ways
        <Grid: 3 rows of 1 sprites>
        >>> ways[0][0].name, bool((ways[0][0].mask == ways.original[0].mask).all())
        ('knight', True)
    """
    from ..steps.recolor import Recolor, recolored

    given = as_sprites(sprites)
    settings: dict[str, Any] = {"count": count, "keep": list(keep), "all": all, "seed": seed}
    step = desk.step_of("recolor", {"from": ["memory"], **settings})
    assert isinstance(step, Recolor)
    found = recolored(step, [raster(sprite) for sprite in given], chosen(palette))
    told = history("recolor", settings, given, {"ways": [way.name for way in found.ways]})
    made = Ways([Sprite.of(way.of(sprite), told) for sprite in found.sprites] for way in found.ways)
    made.original = Sprites(Sprite.of(sprite, told) for sprite in found.sprites)
    made.palettes = tuple(Palette.of(way.row) for way in found.ways)
    return made


class Found(Sprites):
    """Sprites that `search` found, nearest first.

    Attributes:
        distances: Of each; 0 is alike, 1.4 has nothing in common.
        mirrored: Whether it is the mirror image of each that is so near.

    Examples:
        >>> heroes = af.open("art/heroes")
        >>> near = af.search(heroes["knight"], heroes, top=2)
        >>> [(sprite.name, distance) for sprite, distance in zip(near, near.distances)][0]
        ('knight', 0.0)
    """

    distances: tuple[float, ...]
    mirrored: tuple[bool, ...]


def search(
    query: core.Sprite | Iterable[core.Sprite],
    among: Iterable[core.Sprite],
    *,
    top: int = 10,
    by: str = "both",
) -> Found:
    """The sprites nearest to one, by the latents of the bundled model's encoder; nearest first.

    Every sprite is encoded anew, some thousands in a few seconds; ``assetforge search`` keeps an index of files.

    Arguments:
        query: What to look for; of several, the nearest counts.
        among: Where to look.
        top: How many to give.
        by: ``shape``, which sees no colors and takes a mirrored sprite for the same; ``color``, which sees no shape; or
            ``both``.

    Raises:
        ConfigError: If there is no such way.

    Examples:
        >>> art = af.open("art/items") + af.open("art/monsters")
        >>> near = af.search(af.open("art/items/potion-red.png"), art, top=3, by="shape")
        >>> near[0].name.startswith("potion"), near.distances[0]
        (True, 0.0)
    """
    from ..search.pictures import apart

    by = "color" if by == "colour" else by
    if by not in BY:
        raise ConfigError(f'by = "{by}": {did_you_mean(by, BY)}')
    known = Sprites(among)
    far, turned = apart([raster(sprite) for sprite in as_sprites(query)], [raster(sprite) for sprite in known], by)
    every = np.arange(len(known))
    nearest = far.argmin(0) if len(far) else every * 0
    # To a thousandth: the last bits of a product may differ by how many are multiplied at once.
    distance = np.round(far[nearest, every], 3) if len(far) else np.full(len(known), np.inf)
    order = [place for place in np.argsort(distance, kind="stable").tolist() if np.isfinite(distance[place])][:top]
    found = Found(known[place] for place in order)
    found.distances = tuple(round(float(distance[place]), 3) for place in order)
    found.mirrored = tuple(bool(turned[nearest[place], place]) for place in order)
    return found
