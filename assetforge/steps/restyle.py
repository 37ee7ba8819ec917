"""Your sprites in another pack's style."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..settings import option
from .base import Bench, Finder, Inputs, Modelled, Packed
from .mix import slots
from .quantize import fitted, locked

if TYPE_CHECKING:
    from ..sprite import Sprite

__all__ = ["TAKES", "Restyle"]

TAKES = ("color", "colour", "shading")


@dataclass(frozen=True, kw_only=True)
class Restyle(Modelled, Packed):
    """``kind = "restyle"``: the sprites of `from`, animations too, in the style of the sprites of `to`.

    Without `to`, in that of the sprites its model has learnt. ``palette = "auto:K"`` is fitted to the style's sprites,
    not to yours. `keep` names the slots of the 16, coarse 0 to fine 15, that stay your sprite's own.
    """

    from_: tuple[str, ...] = option()
    to: tuple[str, ...] = option(())
    keep: str = option("0-7")
    take: str = option("shading", choices=TAKES)
    temperature: float = option(0.7, low=0.05, high=10)

    def problems(self) -> Iterator[tuple[str, str]]:
        try:
            slots(self.keep)
        except ValueError as error:
            yield "keep", f'keep = "{self.keep[:40]}": {error}'

    def inputs(self, finder: Finder) -> Inputs:
        style: Inputs = {"to": finder.find("to", self.to)} if self.to else {}
        return {"from": finder.find("from", self.from_), **style}

    def run(self, bench: Bench) -> list[Sprite]:
        from ..quantize import quantizer

        frames = [frame for file in bench.read(bench.inputs["from"]) for frame in file]
        style = [frame for file in bench.read(bench.inputs.get("to", ())) for frame in file]
        pack = locked(self, bench.palette, style) if style else []
        palette = pack[0].palette if pack else fitted(self, bench)
        return bench.prior().restyle(
            quantizer.quantize(frames, 255, map="nearest"),
            pack,
            palette,
            keep=slots(self.keep),
            take=self.take.replace("colour", "color"),
            temperature=self.temperature,
        )
