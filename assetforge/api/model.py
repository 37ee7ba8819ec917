"""A model: what it learnt, and what it draws."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import sprite as core
from ..models.prior import Prior
from ..palette import MAX_COLORS
from ..sheet import grid
from . import desk
from .drawing import Drawing
from .files import Sheet
from .history import history
from .sprites import PaletteLike, Sprite, Sprites, as_sprites, chosen, raster

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Model", "load"]


def load(path: str | os.PathLike[str] | None = None) -> Model:
    """The model of a checkpoint, or the one that travels with assetforge.

    Arguments:
        path: A ``.safetensors`` file, as `train` and ``assetforge train`` write it.

    Raises:
        InputError: If it is missing, cut, altered or not one of ours.

    Examples:
        >>> af.load()
        <Model "base" that has learnt 6057 sprites>
    """
    return Model(Prior.load(None if path is None else Path(path)))


class Model(Drawing):
    """A trained model. The same arguments give the same sprites, on every machine of one kind.

    Attributes:
        prior: What draws, for those who want its numbers.

    Examples:
        >>> model = af.load()
        >>> model.generate("pico-8", count=2, size=(16, 16), seed=7)
        <Sprites: 2 of 16x16 in pico-8>
    """

    def __repr__(self) -> str:
        return f'<Model "{self.name}" that has learnt {self.card["sprites"] - self.card["held_out"]} sprites>'

    @property
    def name(self) -> str:
        """What its card calls it.

        Examples:
            >>> af.load().name
            'base'
        """
        return str(self.card["name"])

    @property
    def card(self) -> Mapping[str, Any]:
        """What it learnt from, how long, and how well: plain JSON values.

        Examples:
            >>> sorted(af.load().card)[:3]
            ['base', 'curve', 'device']
        """
        return self.prior.card

    def blend(
        self,
        *sprites: core.Sprite | Iterable[core.Sprite],
        steps: int = 8,
        at: str = "all",
        plus: core.Sprite | None = None,
        minus: core.Sprite | None = None,
        palette: PaletteLike = f"auto:{MAX_COLORS}",
        temperature: float = 0.7,
        name: str = "blend",
    ) -> Sprites:
        """The in-betweens of sprites, which are sprites themselves, as an animation that goes there and back.

        Arguments:
            sprites: Two or more of one size, each of which goes on to the next; frames of an animation, too.
            steps: Frames from one to the next, both counted, 2 to 64.
            at: Go to the next one's ``shape``, or its style of ``color``, alone; ``all`` is both.
            plus, minus: What lies between the two is added to all; to one sprite alone, more from frame to frame.
            palette: By default the sprites' own colors.
            temperature: Of colors that are drawn anew; below 1 is calmer.
            name: The tag of the animation.

        Raises:
            ConfigError: If there are too few sprites, or an option has no such value.
            InputError: If they are of several sizes.

        Examples:
            >>> art = af.open("art/monsters")
            >>> film = af.load().blend(art["slime"], art["ghost"], steps=3)
            >>> [(sprite.name, sprite.tag) for sprite in film]
            [('0000', 'blend'), ('0001', 'blend'), ('0002', 'blend')]
        """
        given = [as_sprites(each) for each in sprites]
        inputs = {f"from.{place}": each for place, each in enumerate(given)}
        inputs |= {key: [one] for key, one in (("plus", plus), ("minus", minus)) if one is not None}
        table: dict[str, Any] = {"name": name, "steps": steps, "at": at, "temperature": temperature}
        table["from"] = [each[0].name for each in given]
        table |= {key: inputs[key][0].name for key in ("plus", "minus") if key in inputs}
        return self._sprites("blend", table, inputs, chosen(palette))

    def restyle(
        self,
        sprites: core.Sprite | Iterable[core.Sprite],
        *,
        to: core.Sprite | Iterable[core.Sprite] = (),
        keep: str = "0-7",
        take: str = "shading",
        palette: PaletteLike = f"auto:{MAX_COLORS}",
        temperature: float = 0.7,
    ) -> Sprites:
        """The sprites, animations too, in the style of a pack: their layout, its colors and shading.

        Arguments:
            sprites: Yours.
            to: The pack; by default the sprites that the model learnt.
            keep: Which of the 16 style slots, coarse 0 to fine 15, stay your sprite's own.
            take: Of the pack, its ``color`` alone or its ``shading`` as well.
            palette: By default the pack's own colors.
            temperature: Of colors that are drawn anew; below 1 is calmer.

        Raises:
            ConfigError: If an option has no such value.
            InputError: If a sprite is too large.

        Examples:
            >>> model = af.load()
            >>> model.restyle(af.open("art/heroes/knight.png"), to=af.open("art/monsters"), palette="gameboy-dmg")
            <Sprites: 1 of 16x16 in gameboy-dmg>
        """
        given, pack = as_sprites(sprites), as_sprites(to)
        table: dict[str, Any] = {"from": ["memory"], "keep": keep, "take": take, "temperature": temperature}
        table |= {"to": [sprite.name for sprite in pack]} if pack else {}
        inputs = {"from": given} | ({"to": pack} if pack else {})
        return self._sprites("restyle", table, inputs, chosen(palette))

    def translate(
        self,
        sprites: core.Sprite | Iterable[core.Sprite],
        *,
        palette: PaletteLike | None = None,
        variants: int = 1,
        temperature: float = 0.9,
        seed: int = 0,
    ) -> Sprites:
        """What each sprite becomes by a model that learnt pairs (`train`): sketch to sprite, day to night.

        Arguments:
            sprites: Left sides; frames of an animation are drawn from the same numbers.
            palette: What to draw in; by default the colors of the right sides learnt.
            variants: How many of each, called NAME, NAME-2, ….
            temperature: Of the pixels; 0 takes the likeliest color at each step.
            seed: Of the first variant.

        Raises:
            ConfigError: If the model has learnt no pairs, a sprite is too large, or a number is out of range.

        Examples:
            >>> try:
            ...     af.load().translate(af.open("art/heroes/knight.png"))
            ... except af.ConfigError as error:
            ...     print(error.message.partition(";")[0])
            model "base" has learnt no pairs
        """
        from ..steps.translate import translated

        given = as_sprites(sprites)
        settings: dict[str, Any] = {"variants": variants, "temperature": temperature, "seed": seed}
        desk.step_of("translate", {"from": ["memory"], **settings})
        wanted = None if palette is None else chosen(palette)
        drawn = translated(self.prior, [raster(sprite) for sprite in given], wanted, **settings)
        told = history("translate", settings, given, {}, self.prior)
        return Sprites(Sprite.of(sprite, told) for sprite in drawn)

    def tileset(
        self,
        inner: core.Sprite,
        outer: core.Sprite,
        *,
        layout: str = "blob-47",
        edge: str = "both",
        seams: str = "mend",
        wander: float = 1.0,
        palette: PaletteLike = f"auto:{MAX_COLORS}",
        temperature: float = 0.9,
        seed: int = 0,
    ) -> Sheet:
        """The tiles of two materials and every border between them, as a sheet that engines lay by themselves.

        ``af.save(…, exports=["tiled", "godot4"])`` writes the terrain with it.

        Arguments:
            inner, outer: An example tile of each material, of one size.
            layout: ``blob-47`` or ``wang-16``.
            edge: A darker line where they meet: ``rim``, on the inner one; ``shadow``, below it; ``both``; ``none``.
            seams: ``mend`` draws a tile's edges anew where its own do not meet, ``keep`` does not.
            wander: How uneven the border is, 0 to 2.
            palette: By default the tiles' own colors.
            temperature: Of pixels that are drawn anew.
            seed: Of the border, and of what is drawn anew.

        Raises:
            ConfigError: If an option has no such value.
            InputError: If the tiles are of two sizes.

        Examples:
            >>> tiles = af.open("art/tiles")
            >>> af.load().tileset(tiles["floor"], tiles["wall"], layout="wang-16")
            <Sheet: 16 sprites on 1 page, 64x64>
        """
        table: dict[str, Any] = {"inner": inner.name, "outer": outer.name, "layout": layout, "edge": edge}
        table |= {"seams": seams, "wander": wander, "temperature": temperature, "seed": seed}
        done = desk.run("tileset", table, {"inner": [inner], "outer": [outer]}, chosen(palette), self.prior)
        return Sheet((done.step.dressed(grid(done.grid, "tileset")),), done.provenance)

    def codes(self, sprites: core.Sprite | Iterable[core.Sprite]) -> NDArray[np.float32]:
        """Where the model sees sprites: mean latents, shape (N, 16, slot), float32; slots from coarse to fine.

        Examples:
            >>> af.load().codes(af.open("art/heroes")).shape[:2]
            (6, 16)
        """
        return self.prior.codes(as_sprites(sprites))

    def bits(self, sprites: core.Sprite | Iterable[core.Sprite]) -> NDArray[np.float64]:
        """How many bits each pixel of each sprite costs under the model, given its palette; shape (N,).

        An upper bound, every pixel of the canvas counted.

        Examples:
            >>> af.load().bits(af.open("art/heroes/knight.png")).shape
            (1,)
        """
        given = as_sprites(sprites)
        pixels = np.array([sprite.indices.size for sprite in given])
        return np.asarray(self.prior.nats(given) / np.log(2) / pixels, np.float64)
