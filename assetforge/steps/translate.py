"""What a model of pairs makes of left sprites: sketches inked, the day's sprites by night."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from ..errors import InputError
from ..settings import option
from .base import Bench, Finder, Inputs, Modelled, Packed, modest

if TYPE_CHECKING:
    from ..models.prior import Prior
    from ..palette import Palette
    from ..sprite import Raster, Sprite

__all__ = ["Translate", "translated"]

MOST = 64
"""Colors of a model's own palette that are drawn in as they are; of more, as many as it mostly learnt in are fitted."""
FITTED = 32


@dataclass(frozen=True, kw_only=True)
class Translate(Modelled, Packed):
    """``kind = "translate"``: draws what each sprite of `from` becomes by a ``[[model]]`` with `pairs`.

    Variants are called NAME, NAME-2, NAME-3. With ``palette = "auto:K"`` the K colors are fitted to what the model
    learnt on the right.
    """

    from_: tuple[str, ...] = option()
    variants: int = option(1, low=1, high=64)

    pairs: ClassVar[bool] = True

    def inputs(self, finder: Finder) -> Inputs:
        return {"from": finder.find("from", self.from_)}

    def run(self, bench: Bench) -> list[Sprite]:
        drawn: list[Sprite] = []
        prior = bench.prior()
        for source, frames in zip(bench.inputs["from"], bench.read(bench.inputs["from"]), strict=True):
            modest(source.path, frames, "translated")
            try:
                drawn += translated(
                    prior, frames, bench.palette, variants=self.variants, seed=self.seed, temperature=self.temperature
                )
            except InputError as error:
                raise error.within(source.path) from error
        return drawn


def translated(
    prior: Prior,
    frames: Sequence[Raster],
    palette: Palette | int | None,
    *,
    variants: int,
    seed: int,
    temperature: float,
) -> list[Sprite]:
    """What each frame becomes, with its duration and tag; animations stay together.

    Arguments:
        palette: To draw in; or how many colors to fit to what the model learnt on the right; None for those themselves,
            or `FITTED` of them if they are more than `MOST`.

    Raises:
        ConfigError: If the model has learnt no pairs, or a frame is too large.
    """
    from ..quantize import quantizer
    from ..sprite import Raster, Sprite, animations

    if palette is None:
        palette = prior.corpus_palette if len(prior.corpus_palette) <= MOST else FITTED
    if isinstance(palette, int):
        memory = prior.memory
        palette = quantizer.fit([Raster(Sprite(one, memory.palette).rgba()) for one in memory.sprites], palette)
    lefts = quantizer.quantize(frames, 255, map="nearest")
    drawn = iter(prior.translate(lefts, palette, variants=variants, seed=seed, temperature=temperature))
    result: list[Sprite] = []
    for animation in animations(lefts):
        ways = zip(*(next(drawn) for _ in animation), strict=True)
        # An animation's frames stand together, one variant after another.
        for number, way in enumerate(ways):
            tag = animation[0].tag and animation[0].tag + (f"-{number + 1}" if number else "")
            result += [replace(one, tag=tag) for one in way]
    return result
