"""Color ways of sprites, which need no model: `recolor`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .. import sprite as core
from ..palette import MAX_COLORS
from . import desk
from .history import history
from .sprites import Grid, Palette, PaletteLike, Sprite, Sprites, as_sprites, chosen, raster

__all__ = ["Ways", "recolor"]


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
