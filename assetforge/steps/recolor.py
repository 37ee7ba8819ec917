"""Color ways of your sprites: their materials in other ramps, every shape as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import ConfigError, InputError
from ..settings import option
from .base import Bench, Finder, Inputs, Packed
from .quantize import locked

if TYPE_CHECKING:
    from ..colorways.ways import Way
    from ..palette import RGB, Palette
    from ..sprite import Raster, Sprite

__all__ = ["Recolor", "Recolored", "colors", "recolored"]

HEX = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class Recolored:
    """What came of recoloring.

    Arguments:
        sprites: As they are, in their palette.
        ways: The color ways, each a row of the palette strip over one index texture.
    """

    sprites: list[Sprite]
    ways: list[Way]

    def apart(self) -> list[Sprite]:
        """Every sprite in every way, called NAME, NAME-2, NAME-3 …, each in its own way's palette."""
        from ..colorways.ways import drawn

        return drawn(self.sprites, self.ways)

    def together(self) -> list[Sprite]:
        """The same in one palette, for one sheet.

        Raises:
            InputError: If they have too many colors for that.
        """
        from ..colorways.ways import together

        return together(self.apart())


@dataclass(frozen=True, kw_only=True)
class Recolor(Packed):
    """``kind = "recolor"``: `from` in the palette, and `count` color ways of it as further rows of the palette strip.

    Ramps are looked for in the palette; if it is ``auto:K``, they are made by turning the hues of K colors of the art.
    With `frames` the sheet holds every sprite in every way, instead of the sprites and the rows.
    """

    from_: tuple[str, ...] = option()
    count: int = option(6, low=1, high=64)
    keep: tuple[str, ...] = option(())
    all: bool = option(False)
    frames: bool = option(False)

    def problems(self) -> Iterator[tuple[str, str]]:
        try:
            colors(self.keep)
        except ConfigError as error:
            yield "keep", f"keep: {error}"

    def inputs(self, finder: Finder) -> Inputs:
        return {"from": finder.find("from", self.from_)}

    def run(self, bench: Bench) -> list[Sprite]:
        rasters = [frame for file in bench.read(bench.inputs["from"]) for frame in file]
        found = recolored(self, rasters, bench.palette, bench.taken)
        bench.facts["ways"] = [way.name for way in found.ways]
        if self.frames:
            return found.together()
        bench.rows.extend(way.row for way in found.ways)
        return found.sprites


def recolored(step: Recolor, rasters: Sequence[Raster], palette: Palette | int, taken: Sequence[str] = ()) -> Recolored:
    """The rasters in the palette, and their color ways; one mapping and one set of ways for all.

    Arguments:
        step: Its settings.
        rasters: The art.
        palette: Where the ramps are, or how many colors of the art have their hues turned.
        taken: Names that no way may have.

    Raises:
        InputError: If nothing is drawn, a color to keep is not there, or there is no way at all.
    """
    from ..colorways.ways import ways

    sprites = locked(step, palette, rasters)
    if not any(sprite.indices.any() for sprite in sprites):
        named = " and ".join(f'"{one.name}"' for one in rasters[:3]) + " and others" * (len(rasters) > 3)
        raise InputError(f"there is nothing to recolor: no pixel of {named} is drawn.")
    own = sprites[0].palette
    found = ways(
        sprites,
        step.count,
        turn=isinstance(palette, int),
        keep=_kept(colors(step.keep), rasters, sprites),
        all_change=step.all,
        seed=step.seed,
        taken={own.name, *taken},
    )
    if not found:
        used = {int(place) for sprite in sprites for place in set(sprite.indices.ravel().tolist()) if place}
        if isinstance(palette, int):
            raise InputError(
                "there is no color way: all that the sprites show is ink, white, gray, skin, a small accent or kept, "
                "which stays as it is. Let all change, or keep less."
            )
        raise InputError(
            f"there is no color way: the sprites use {len(used)} of the {len(own)} colors of {own.name}, and the rest "
            "make no ramps for what may change. Give a larger palette or fewer sprites, keep less, or let all change."
        )
    return Recolored(sprites, found)


def colors(specs: Sequence[str]) -> list[RGB]:
    """Colors given as ``#rrggbb``.

    Raises:
        ConfigError: If one is not.
    """
    for spec in specs:
        if not HEX.fullmatch(spec):
            raise ConfigError(f'"{spec[:40]}" is no color; give it as "#rrggbb".')
    return [(int(spec[1:3], 16), int(spec[3:5], 16), int(spec[5:], 16)) for spec in specs]


def _kept(wanted: Sequence[RGB], rasters: Sequence[Raster], sprites: Sequence[Sprite]) -> set[int]:
    """The indices that the art's pixels of some colors have become."""
    found: set[int] = set()
    for color in wanted:
        indices = set(
            index
            for raster, sprite in zip(rasters, sprites, strict=True)
            for index in sprite.indices[(raster.rgba[..., :3] == color).all(-1)].tolist()
        ) - {0}
        own = sprites[0].palette
        indices |= {place for place, each in enumerate(own.colors, 1) if each == color}
        if not indices:
            near = min(own.colors, key=lambda each: sum((a - b) ** 2 for a, b in zip(each, color, strict=True)))
            told = "keep: no pixel has the color #{:02x}{:02x}{:02x}; the nearest that there is: #{:02x}{:02x}{:02x}."
            raise InputError(told.format(*color, *near))
        found |= indices
    return found
