"""New sprites in the palette, from the model alone or near sprites of yours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import ConfigError
from ..settings import option
from .base import Bench, Finder, Inputs, Modelled, Packed
from .quantize import fitted, locked

if TYPE_CHECKING:
    from ..sprite import Sprite

__all__ = ["Generate"]


@dataclass(frozen=True, kw_only=True)
class Generate(Modelled, Packed):
    """``kind = "generate"``: `count` sprites of `size` [width, height].

    `candidates` are drawn for each sprite and the best kept; `like` starts from the latent of your
    sprites, `tag` from sprites the model learnt that lay in a folder of that name; `truncation` below 1
    stays closer to the typical. The provenance tells how far each is from the nearest sprite the model
    learnt from, as the share of pixels that differ, and how many candidates were dropped, and why.

    Of an animation in `like`, new ones are drawn that move as it does, each tagged by its number; `count` is how many.

    With `tile` the edges of each sprite meet along "x", "y" or both, "xy"; what it starts from are then learnt tiles.
    """

    format: ClassVar[int] = 2

    count: int = option(low=1, high=10_000)
    size: tuple[int, int] = option((32, 32), low=8, high=64)
    truncation: float = option(1.0, low=0, high=4)
    candidates: int = option(4, low=1, high=64)
    like: tuple[str, ...] = option(())
    tag: str = option("")
    tile: str = option("", choices=("", "x", "y", "xy"))

    @property
    def takes(self) -> str:
        return "rasters" if self.like else "nothing"

    def inputs(self, finder: Finder) -> Inputs:
        return {"like": finder.find("like", self.like)} if self.like else {}

    def run(self, bench: Bench) -> list[Sprite]:
        like: list[Sprite] = []
        if self.like:
            frames = bench.read(bench.inputs["like"])
            like = locked(self, bench.palette, [frame for file in frames for frame in file])
        options: dict[str, Any] = {
            "size": self.size,
            "seed": self.seed,
            "temperature": self.temperature,
            "truncation": self.truncation,
            "candidates": self.candidates,
            "like": like,
        }
        if any(one.tag for one in like):
            if self.tile:
                moving = next(one.tag for one in like if one.tag)
                raise ConfigError(f'tile: goes with stills alone; leave the animation "{moving}" out of like.')
            drawn = bench.prior().animate(like[0].palette, self.count, **options)
        else:
            palette = like[0].palette if like else fitted(self, bench)
            drawn = bench.prior().draw(palette, self.count, **options, tag=self.tag or None, tile=self.tile)
        sprites = drawn.sprites
        pairs = zip(sprites, drawn.nearest, strict=True)
        bench.facts["candidates"] = drawn.candidates
        bench.facts["dropped"] = drawn.dropped
        bench.facts["nearest"] = {sprite.name: round(float(share), 3) for sprite, share in pairs}
        return sprites
