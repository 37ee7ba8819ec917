"""Your art, locked to the palette and packed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ..settings import option
from .base import Bench, Finder, Inputs, Packed, Step

if TYPE_CHECKING:
    from ..palette import Palette
    from ..sprite import Raster, Sprite

__all__ = ["Quantize", "fitted", "locked"]


@dataclass(frozen=True, kw_only=True)
class Quantize(Packed):
    """``kind = "quantize"``: every frame of `from` in the palette, by one mapping."""

    from_: tuple[str, ...] = option()

    counts: ClassVar[bool] = True

    def inputs(self, finder: Finder) -> Inputs:
        return {"from": finder.find("from", self.from_)}

    def run(self, bench: Bench) -> list[Sprite]:
        from ..quantize import quantizer

        assert bench.count is not None
        counted = bench.count(bench.inputs["from"], self)
        return quantizer.pooled(counted, bench.palette, map=self.map, dither=self.dither, seed=self.seed)


def locked(step: Step, palette: Palette | int, rasters: Sequence[Raster]) -> list[Sprite]:
    """The rasters as sprites under the step's quantize settings: one mapping for all of them."""
    from ..quantize import quantizer

    return quantizer.quantize(
        rasters, palette, map=step.map, dither=step.dither, threshold=step.threshold, seed=step.seed
    )


def fitted(step: Step, bench: Bench) -> Palette:
    """The sheet's palette; if it is to be fitted, fitted to the pack its model learnt from.

    A checkpoint from elsewhere, the bundled one too, keeps no pack but the colors of it.
    """
    if not isinstance(bench.palette, int):
        return bench.palette
    from ..quantize import quantizer

    pack = [frame for file in bench.read(bench.inputs.get("pack", ())) for frame in file]
    if not pack:
        import numpy as np

        from ..sprite import Raster, Sprite

        known = bench.prior().corpus_palette
        pack = [Raster(Sprite(np.arange(1, len(known) + 1, dtype=np.uint8)[None], known).rgba())]
    return quantizer.fit(pack, bench.palette, seed=step.seed)
