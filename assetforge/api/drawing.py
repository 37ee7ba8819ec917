"""What every model draws: new sprites, what is missing of them, and mixes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import sprite as core
from ..errors import InputError
from ..models.prior import Prior
from ..palette import MAX_COLORS
from ..palette import Palette as Colors
from . import desk, holes
from .sprites import Grid, PaletteLike, Sprites, as_sprites, chosen

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Drawing"]


class Drawing:
    """The verbs of a `Prior`, on sprites in memory.

    Attributes:
        prior: What draws.
    """

    def __init__(self, prior: Prior) -> None:
        self.prior = prior

    def generate(
        self,
        palette: PaletteLike,
        *,
        count: int = 16,
        size: tuple[int, int] = (32, 32),
        seed: int = 0,
        temperature: float = 0.9,
        truncation: float = 1.0,
        candidates: int = 4,
        like: core.Sprite | Iterable[core.Sprite] = (),
        tag: str = "",
        tile: str = "",
    ) -> Sprites:
        """New sprites, named by number; every pixel is in the palette.

        Their `provenance` tells, under ``nearest``, how far each is from the nearest sprite that it might be a copy of,
        as the share of pixels that differ.

        Arguments:
            palette: A palette, its name or file, or ``"auto:K"``.
            count: How many.
            size: (width, height) in pixels, 8 to 64 each.
            seed: Another gives others.
            temperature: Of the pixels; below 1 is calmer.
            truncation: psi; below 1 stays closer to the typical.
            candidates: Draw so many for each and keep the best; 1 keeps all.
            like: Start from the latents of these sprites instead of learnt ones; of an animation, new ones move as it
                does, and `count` is how many.
            tag: Start from sprites that the model learnt from a folder of this name.
            tile: Let the edges of each sprite meet along ``x``, ``y`` or both, ``xy``.

        Raises:
            ConfigError: If a number is out of range, there is no such palette, or nothing learnt has the tag.

        Examples:
            >>> heroes = af.open("art/heroes", palette="sweetie-16")
            >>> new = af.load().generate("sweetie-16", count=2, size=(16, 16), like=heroes)
            >>> new[0].name, set(new[0].provenance["nearest"]) == {"0000", "0001"}
            ('0000', True)
        """
        table = {
            "count": count,
            "size": size,
            "seed": seed,
            "temperature": temperature,
            "truncation": truncation,
            "candidates": candidates,
            "tile": tile,
        }
        near = as_sprites(like)
        inputs = {"like": near} if near else {}
        table |= {"like": [sprite.name for sprite in near]} if near else {}
        table |= {"tag": tag} if tag else {}
        return self._sprites("generate", table, inputs, chosen(palette))

    def complete(
        self,
        sprites: core.Sprite | Iterable[core.Sprite],
        hole: str | tuple[int, int, int, int] | NDArray[np.bool_] | Sequence[NDArray[np.bool_]] = "#ff00ff",
        *,
        palette: PaletteLike | None = None,
        variants: int = 1,
        temperature: float = 0.9,
        seed: int = 0,
    ) -> Sprites:
        """The sprites with their holes filled; every other pixel stays as it is. Variants are called NAME, NAME-2, ….

        Arguments:
            sprites: Sides of at most 64 pixels.
            hole: Where to fill: the pixels of a color ``"#rrggbb"``; a rectangle (x, y, width, height); or a mask,
                True where to fill, shape (H, W), bool, for all sprites, or a list of one for each.
            palette: Bring what is known into a palette first. By default the sprites' own is kept; where holes are
                a color, their colors without it.
            variants: How many fillings of each.
            temperature: Of the pixels; 0 takes the likeliest color at each step.
            seed: Of the first variant.

        Raises:
            ConfigError: If the hole is none of these, or a number is out of range.
            InputError: If no sprite has a hole, or a mask is not of its sprite's size.

        Examples:
            >>> slime = af.open("art/monsters/slime.png")
            >>> done = af.load().complete(slime, (4, 4, 8, 6), variants=2)
            >>> [sprite.name for sprite in done]
            ['slime', 'slime-2']
            >>> bool((done[1].indices[:4] == slime[0].indices[:4]).all())
            True
        """
        given = as_sprites(sprites)
        table = {"from": ["memory"], "variants": variants, "temperature": temperature, "seed": seed}
        masks = [] if isinstance(hole, str) else holes.masks(given, hole)
        if isinstance(hole, str):
            table["hole"] = hole
            if not any(hole.lower() in sprite.palette.hex for sprite in given):
                raise InputError(f"no sprite has a hole: there is no {hole}.")
            known: Colors | int = MAX_COLORS
        else:
            table["hole"] = holes.absent(given)
            one = given[0].palette
            known = one if all(sprite.palette == one for sprite in given) else MAX_COLORS
        white = [holes.white(mask, sprite.name) for mask, sprite in zip(masks, given, strict=True)] if masks else []
        inputs = {"from": given}
        return self._sprites("complete", table, inputs, known if palette is None else chosen(palette), white)

    def mix(
        self,
        rows: Iterable[core.Sprite | int],
        cols: Iterable[core.Sprite | int],
        palette: PaletteLike,
        *,
        col_styles: str = "8-15",
        truncation: float = 1.0,
        temperature: float = 0.7,
        size: tuple[int, int] | None = None,
    ) -> Grid:
        """The row x column grid of StyleGAN2's style mixing (Karras et al. 2020).

        Arguments:
            rows, cols: Sprites, or seeds, which draw one.
            palette: Of every cell.
            col_styles: Which of the 16 style slots, coarse 0 to fine 15, come from the column: ``"8-15"``.
            truncation: psi; below 1 stays closer to the typical.
            temperature: Of the pixels; below 1 is calmer.
            size: (width, height) of a cell; by default that of the largest sprite given, else 32 x 32.

        Raises:
            ConfigError: If there are no rows or columns, or a slot or number is out of range.

        Examples:
            >>> heroes = af.open("art/heroes")
            >>> grid = af.load().mix(heroes[:2], [32], "pico-8")
            >>> grid, grid[1][0].name
            (<Grid: 2 rows of 1 sprites>, 'cleric-32')
        """
        axes = {"rows": list(rows), "cols": list(cols)}
        table: dict[str, Any] = {
            key: [one if isinstance(one, int) else one.name for one in axis] for key, axis in axes.items()
        }
        table |= {"col_styles": col_styles, "truncation": truncation, "temperature": temperature}
        table |= {"size": size} if size else {}
        inputs = {
            f"{key}.{place}": [one]
            for key, axis in axes.items()
            for place, one in enumerate(axis)
            if not isinstance(one, int)
        }
        return desk.run("mix", table, inputs, chosen(palette), self.prior).grid

    def _sprites(
        self,
        kind: str,
        table: Mapping[str, Any],
        inputs: Mapping[str, Sequence[core.Sprite]],
        palette: Colors | int,
        masks: Sequence[core.Raster] = (),
    ) -> Sprites:
        return desk.run(kind, table, inputs, palette, self.prior, masks).sprites
