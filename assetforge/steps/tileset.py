"""Two materials and every border between them: a set of tiles that an editor lays by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from ..errors import AssetforgeError, InputError
from ..settings import option
from .base import Bench, Finder, Inputs, Modelled, Source
from .quantize import locked

if TYPE_CHECKING:
    from ..sheet import Sheet
    from ..sprite import Raster, Sprite

__all__ = ["BORDERS", "SEAMS", "SETS", "Tileset"]

SETS = ("blob-47", "wang-16")
BORDERS = ("both", "rim", "shadow", "none")
SEAMS = ("mend", "keep")


@dataclass(frozen=True, kw_only=True)
class Tileset(Modelled):
    """``kind = "tileset"``: the tiles of `layout` between two materials, example tiles of one size.

    Give them as `inner` and `outer`, or as the two files of `from`. A material whose own edges do not meet is mended by
    the model, with ``seams = "mend"``, in the direction where they do not; the provenance tells which. Where the
    materials meet, `edge` draws a darker line on the inner one (``rim``), on the outer one below it (``shadow``), or
    both. `wander` says how uneven the border is. Tiles are called INNER-OUTER/MASK.
    """

    from_: tuple[str, ...] = option(())
    inner: str = option("")
    outer: str = option("")
    layout: str = option("blob-47", choices=SETS)
    edge: str = option("both", choices=BORDERS)
    seams: str = option("mend", choices=SEAMS)
    wander: float = option(1.0, low=0, high=2)

    grid: ClassVar[bool] = True

    @property
    def materials(self) -> tuple[str, ...]:
        """The patterns of the inner and of the outer material."""
        return self.from_ or (self.inner, self.outer)

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.from_ and (self.inner or self.outer):
            yield "from", "from: give it, or inner and outer, not both."
        elif self.from_ and len(self.from_) != 2:
            yield "from", f"from: give two files, the inner material and the outer one, not {len(self.from_)}."
        elif not self.from_ and not (self.inner and self.outer):
            missing = "inner" if not self.inner else "outer"
            yield missing, f"{missing}: a tileset needs an inner and an outer material; give the file of a tile."

    def inputs(self, finder: Finder) -> Inputs:
        found = {}
        for key, pattern in zip(("inner", "outer"), self.materials, strict=True):
            found[key] = finder.one("from" if self.from_ else key, pattern, "a material is one tile")
        return found

    def run(self, bench: Bench) -> list[list[Sprite]]:
        from ..terrain import SIDES, tiles

        sources = [bench.inputs[key][0] for key in ("inner", "outer")]
        rasters = [still(source, frames) for source, frames in zip(sources, bench.read(sources), strict=True)]
        (wide, high), (other_wide, other_high) = (raster.size for raster in rasters)
        if (wide, high) != (other_wide, other_high):
            raise InputError(
                f'is {wide}x{high} pixels, "{sources[1].path}" is {other_wide}x{other_high}; make the two materials '
                "of one size.",
                sources[0].path,
            )
        if min(wide, high) < SIDES[0] or max(wide, high) > SIDES[1]:
            raise InputError(
                f"is {wide}x{high} pixels; each side of a tile must be from {SIDES[0]} to {SIDES[1]}.", sources[0].path
            )
        names = [source.name.rpartition("/")[2] for source in sources]
        inner, outer = (
            self.mended(bench, replace(sprite, name=name), source)
            for sprite, name, source in zip(locked(self, bench.palette, rasters), names, sources, strict=True)
        )
        return tiles(inner, outer, self.layout, "-".join(names), seed=self.seed, edge=self.edge, wander=self.wander)

    def mended(self, bench: Bench, tile: Sprite, source: Source) -> Sprite:
        """The tile, its edges drawn anew in the directions where they do not meet."""
        from ..terrain import wraps

        axes = "".join(name for name, axis in (("x", 1), ("y", 0)) if not wraps(tile, axis))
        if not axes:
            return tile
        bench.facts.setdefault("seams", {})[source.name] = {"along": axes, "mended": self.seams == "mend"}
        if self.seams == "keep":
            return tile
        try:
            (mended,) = bench.prior().close([tile], axes, seed=self.seed, temperature=self.temperature)
        except AssetforgeError as error:
            raise error.within(source.path) from error
        return mended

    def dressed(self, page: Sheet) -> Sheet:
        from ..terrain import described

        return replace(page, terrain=described(page, self.layout))


def still(source: Source, frames: list[Raster]) -> Raster:
    """The one frame of a source.

    Raises:
        InputError: If it has more.
    """
    if len(frames) > 1:
        raise InputError(f"has {len(frames)} frames; a material is one still tile.", source.path)
    return frames[0]
