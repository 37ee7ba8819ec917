"""Your sprites in another pack's style."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import InputError
from ..settings import option
from .base import MOST_SIDE, Bench, Finder, Inputs, Modelled, Packed, modest
from .mix import slots
from .quantize import fitted, locked

if TYPE_CHECKING:
    from ..sprite import Raster, Sprite

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

        files = bench.read(bench.inputs["from"])
        for source, file in zip(bench.inputs["from"], files, strict=True):
            modest(source.path, file, "restyled")
        frames = [frame for file in files for frame in file]
        style = self.style(bench)
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

    def style(self, bench: Bench) -> list[Raster]:
        """The frames of `to`.

        Raises:
            InputError: If there is nothing that a sprite could take after.
        """
        sources = bench.inputs.get("to", ())
        found = [frame for file in bench.read(sources) for frame in file]
        fit = [one for one in found if max(one.size) <= MOST_SIDE]
        if found and not any((one.rgba[..., 3] >= self.threshold).any() for one in fit):
            more = f" and {len(sources) - 1} more" if len(sources) > 1 else ""
            raise InputError(
                f"of this{more}, no sprite of at most {MOST_SIDE} pixels a side has anything drawn; give a pack that "
                "has, and cut sheets into sprites first.",
                sources[0].path,
            )
        return found
