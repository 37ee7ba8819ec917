"""The nouns of the library: a palette, a sprite, several, and a grid of them, each of which a notebook shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Self, SupportsIndex, overload

from .. import sprite as nouns
from ..errors import ConfigError, InputError, did_you_mean
from ..formats import palettes
from ..palette import Palette as Colors
from ..palette import auto_size
from ..quantize import quantizer
from . import picture

__all__ = ["Grid", "Palette", "PaletteLike", "Sprite", "Sprites", "chosen", "raster"]


class Palette(Colors):
    """2 to 255 opaque colors in an order; index 0 of a sprite is transparent, index k is ``colors[k - 1]``.

    Two palettes are equal if their colors are, in order. A notebook shows its colors.

    Arguments:
        colors: sRGB triples of 0 to 255.
        name: What messages and provenance call it.

    Raises:
        InputError: If there are fewer than 2 or more than 255 colors, or one is no RGB triple.

    Examples:
        >>> two = af.Palette(((0, 0, 0), (255, 241, 232)), "ink")
        >>> two.hex
        ('#000000', '#fff1e8')
        >>> len(two)
        2
    """

    @classmethod
    def of(cls, other: Colors) -> Palette:
        """A palette of the house as one that a notebook shows."""
        return other if isinstance(other, cls) else cls(other.colors, other.name)

    def __repr__(self) -> str:
        return f'<Palette "{self.name}" of {len(self)} colors>'

    def _repr_png_(self) -> bytes:
        return picture.swatches(self)


PaletteLike = str | Colors
"""A palette, its name or file, or ``"auto:K"`` for the K colors that serve the art best."""


def chosen(palette: PaletteLike) -> Colors | int:
    """The palette that is meant, or the K of ``auto:K``.

    Raises:
        ConfigError: If there is no such palette.
        InputError: If its file is malformed.
    """
    if isinstance(palette, Colors):
        return palette
    size = auto_size(palette)
    return palettes.load(palette) if size is None else size


@dataclass(frozen=True, eq=False, repr=False)
class Sprite(nouns.Sprite):
    """Indices into a palette. A notebook shows it, enlarged by a whole number.

    Arguments:
        indices: Shape (H, W), uint8; 0 is transparent, k is ``palette.colors[k - 1]``. It is copied, and read-only.
        palette: What the indices mean.
        name: What a sheet calls it.
        duration: How long an animation shows it, in milliseconds.
        tag: The animation it belongs to; empty for a still.
        direction: How that runs: forward, reverse, pingpong or pingpong_reverse.
        repeat: How often it plays; 0 is without end.
        provenance: What it was made from, JSON-ready; `af.save` writes it beside a sheet.

    Raises:
        InputError: If an index has no color in the palette, or the sprite has no pixels.

    Examples:
        >>> import numpy as np
        >>> dot = af.Sprite(np.array([[0, 9], [9, 0]], np.uint8), af.palette("pico-8"), "dot")
        >>> dot
        <Sprite "dot" 2x2 in pico-8>
        >>> dot.mask.tolist()
        [[False, True], [True, False]]
        >>> dot.rgba()[0, 1].tolist()
        [255, 0, 77, 255]
    """

    palette: Palette
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "palette", Palette.of(self.palette))

    @classmethod
    def of(cls, other: nouns.Sprite, provenance: Mapping[str, Any] | None = None) -> Sprite:
        """A sprite of the house as one that a notebook shows; `provenance` in the place of its own."""
        if isinstance(other, cls) and provenance is None:
            return other
        facts = {each.name: getattr(other, each.name) for each in fields(other)}
        return cls(**facts | ({} if provenance is None else {"provenance": provenance}))

    def __repr__(self) -> str:
        width, height = self.size
        return f'<Sprite "{self.name}" {width}x{height} in {self.palette.name}>'

    def _repr_png_(self) -> bytes:
        return picture.enlarged(self)


class Sprites(tuple[Sprite, ...]):
    """Several sprites: a tuple that can be asked for one by name. A notebook shows them on a contact sheet, and
    animations as they move.

    Arguments:
        sprites: Any; they need not be of one size or palette.

    Examples:
        >>> heroes = af.open("art/heroes")
        >>> heroes
        <Sprites: 6 of 16x16 in heroes>
        >>> heroes["knight"], heroes[:2]
        (<Sprite "knight" 16x16 in heroes>, <Sprites: 2 of 16x16 in heroes>)
    """

    def __new__(cls, sprites: Iterable[nouns.Sprite] = ()) -> Self:
        return super().__new__(cls, (Sprite.of(sprite) for sprite in sprites))

    @overload
    def __getitem__(self, place: SupportsIndex | str) -> Sprite: ...
    @overload
    def __getitem__(self, place: slice) -> Sprites: ...
    def __getitem__(self, place: SupportsIndex | str | slice) -> Sprite | Sprites:
        """The sprite at a place or of a name, or those of a slice.

        Raises:
            InputError: If none is called so.
        """
        if isinstance(place, str):
            for sprite in self:
                if sprite.name == place:
                    return sprite
            mend = did_you_mean(place, {sprite.name for sprite in self}) if self else "there are none."
            raise InputError(f'no sprite is called "{place}"; {mend}')
        return Sprites(super().__getitem__(place)) if isinstance(place, slice) else super().__getitem__(place)

    def __add__(self, others: Iterable[nouns.Sprite]) -> Sprites:  # type: ignore[override]
        return Sprites([*self, *others])

    def __repr__(self) -> str:
        sizes = {"x".join(map(str, sprite.size)) for sprite in self}
        names = {sprite.palette.name for sprite in self}
        return f"<Sprites: {len(self)} of {_one(sizes, 'sizes')} in {_one(names, 'palettes')}>"

    def _repr_html_(self) -> str | None:
        return picture.moving([self])

    def _repr_png_(self) -> bytes | None:
        if not self:
            return None
        shown = self[:MOST_SHOWN]
        row = picture.across(shown)
        return picture.contact([shown[start : start + row] for start in range(0, len(shown), row)])

    @property
    def palette(self) -> Palette:
        """The palette that all of them are in.

        Raises:
            InputError: If there is not one: `quantize` them together.

        Examples:
            >>> af.open("art/heroes").palette
            <Palette "heroes" of 28 colors>
        """
        if not self:
            raise InputError("no sprites have no palette.")
        for sprite in self:
            if sprite.palette != self[0].palette:
                raise InputError("these sprites are in several palettes; quantize them together.", sprite.name)
        return self[0].palette

    def quantize(self, palette: PaletteLike, *, map: str = "faithful", dither: str = "none", seed: int = 0) -> Sprites:
        """These sprites in another palette, by one mapping for all, so that frames and variants stay consistent.

        What is in the palette already stays as it is, except by ``ramp`` and ``swap``.

        Arguments:
            palette: A palette, its name or file, or ``"auto:K"``, which always takes the nearest color.
            map: How colors find their place: ``nearest``; ``faithful``, which keeps neighbors apart; ``ramp``, by the
                order of lightness; ``swap``, index to index.
            dither: ``none``, ``bayer`` or ``floyd-steinberg``.
            seed: Where the k-means of ``"auto:K"`` starts.

        Raises:
            ConfigError: If there is no such palette, map or dither, or they do not go together.

        Examples:
            >>> af.open("art/heroes").quantize("gameboy-dmg")
            <Sprites: 6 of 16x16 in gameboy-dmg>
        """
        wanted = chosen(palette)
        source = self.palette if map == "swap" else None
        rasters = [raster(sprite) for sprite in self]
        made = quantizer.quantize(rasters, wanted, map=map, dither=dither, seed=seed, source=source)
        return Sprites(Sprite.of(new, old.provenance) for new, old in zip(made, self, strict=True))

    def fit(self, k: int, *, seed: int = 0) -> Palette:
        """At most `k` colors of these sprites that serve them best, from dark to light: as ``palette extract``.

        Arguments:
            k: From 2 to 255.
            seed: Where k-means starts.

        Raises:
            ConfigError: If `k` is out of range.

        Examples:
            >>> af.open("art/heroes").fit(4).hex
            ('#3e2731', '#5a6988', '#c28569', '#ead4aa')
        """
        return Palette.of(quantizer.fit([raster(sprite) for sprite in self], k, seed=seed))


MOST_SHOWN = 512
"""Sprites on a contact sheet."""


class Grid(tuple[Sprites, ...]):
    """Rows of sprites, as `Model.mix` draws them; a notebook shows them so.

    Arguments:
        rows: Sprites of one palette.

    Examples:
        >>> heroes = af.open("art/heroes")
        >>> grid = af.Grid([heroes[:3], heroes[3:]])
        >>> grid, grid[1][0]
        (<Grid: 2 rows of 3 sprites>, <Sprite "ranger" 16x16 in heroes>)
    """

    def __new__(cls, rows: Iterable[Iterable[nouns.Sprite]] = ()) -> Self:
        return super().__new__(cls, (Sprites(row) for row in rows))

    def __repr__(self) -> str:
        return f"<Grid: {len(self)} rows of {_one({str(len(row)) for row in self}, 'several numbers of')} sprites>"

    def _repr_html_(self) -> str | None:
        return picture.moving(self)

    def _repr_png_(self) -> bytes | None:
        return picture.contact(self) if any(self) else None

    @property
    def flat(self) -> Sprites:
        """All cells, row after row.

        Examples:
            >>> af.Grid([af.open("art/heroes")]).flat
            <Sprites: 6 of 16x16 in heroes>
        """
        return Sprites(sprite for row in self for sprite in row)


def raster(sprite: nouns.Sprite) -> nouns.Raster:
    """The sprite as an image, for what takes images."""
    return nouns.Raster(sprite.rgba(), sprite.name, sprite.duration, sprite.tag, sprite.direction, sprite.repeat)


def as_sprites(given: nouns.Sprite | Iterable[nouns.Sprite]) -> Sequence[nouns.Sprite]:
    """One sprite or several, as several.

    Raises:
        ConfigError: If it is anything else.
    """
    found = [given] if isinstance(given, nouns.Sprite) else list(given)
    for each in found:
        if not isinstance(each, nouns.Sprite):
            raise ConfigError(f"give sprites, as af.open gives them, not {type(each).__name__}.")
    return found


def _one(values: set[str], many: str) -> str:
    return next(iter(values)) if len(values) == 1 else f"{len(values)} {many}"
