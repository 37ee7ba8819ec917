"""The row x column grid of StyleGAN2's style mixing: coarse slots from the rows, chosen ones from the columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ..settings import option
from .base import MOST_SEED, Bench, Finder, Inputs, Modelled
from .quantize import fitted, locked

if TYPE_CHECKING:
    from ..sprite import Raster, Sprite

__all__ = ["SLOTS", "Mix", "slots"]

SLOTS = 16

Axis = tuple[str | int, ...]


def slots(text: str) -> tuple[int, ...]:
    """The style slots that ``8-15`` or ``0-3,8`` names, in order.

    Raises:
        ValueError: If it is no such list, or a slot is beyond 15.
    """
    found: set[int] = set()
    for part in text.split(","):
        if not (ends := re.fullmatch(r"\s*(\d{1,2})(?:\s*-\s*(\d{1,2}))?\s*", part)):
            raise ValueError('give slots as "8-15" or "0-3,8".')
        first, last = int(ends[1]), int(ends[2] or ends[1])
        if first > last or last >= SLOTS:
            raise ValueError(f"slots run from 0, the coarsest, to {SLOTS - 1}, the finest.")
        found.update(range(first, last + 1))
    return tuple(sorted(found))


@dataclass(frozen=True, kw_only=True)
class Mix(Modelled):
    """``kind = "mix"``: `rows` x `cols` of your sprites or seeds; `col_styles` come from the column."""

    rows: tuple[str | int, ...] = option(low=0, high=MOST_SEED)
    cols: tuple[str | int, ...] = option(low=0, high=MOST_SEED)
    col_styles: str = option("8-15")
    truncation: float = option(1.0, low=0, high=4)
    temperature: float = option(0.7, low=0, high=10)
    size: tuple[int, int] | None = option(None, low=8, high=64)

    grid: ClassVar[bool] = True

    @property
    def takes(self) -> str:
        return "rasters" if any(isinstance(entry, str) for entry in (*self.rows, *self.cols)) else "nothing"

    def problems(self) -> Iterator[tuple[str, str]]:
        try:
            slots(self.col_styles)
        except ValueError as error:
            yield "col_styles", f'col_styles = "{self.col_styles[:40]}": {error}'
        for key, axis in (("rows", self.rows), ("cols", self.cols)):
            if not 1 <= len(axis) <= 256:
                yield key, f"{key}: give 1 to 256 sprites or seeds, not {len(axis)}."

    def inputs(self, finder: Finder) -> Inputs:
        return {
            f"{key}.{place}": finder.find(key, [entry])
            for key, axis in (("rows", self.rows), ("cols", self.cols))
            for place, entry in enumerate(axis)
            if isinstance(entry, str)
        }

    def run(self, bench: Bench) -> list[list[Sprite]]:
        places = [(key, source) for key, sources in bench.inputs.items() if key != "pack" for source in sources]
        art: list[tuple[str, Raster]] = []
        files = bench.read([source for _, source in places])
        for (key, _), frames in zip(places, files, strict=True):
            art += [(key, frame) for frame in frames]
        known = locked(self, bench.palette, [frame for _, frame in art]) if art else []
        palette = known[0].palette if known else fitted(self, bench)

        def axis(key: str, entries: Axis) -> list[Sprite | int]:
            found: list[Sprite | int] = []
            for place, entry in enumerate(entries):
                if isinstance(entry, int):
                    found.append(entry)
                found += [sprite for (at, _), sprite in zip(art, known, strict=True) if at == f"{key}.{place}"]
            return found

        rows, cols = axis("rows", self.rows), axis("cols", self.cols)
        grid = bench.prior().mix(
            rows,
            cols,
            palette,
            styles=slots(self.col_styles),
            truncation=self.truncation,
            temperature=self.temperature,
            size=self.size,
        )
        names = [[f"{row}-{col}" for col in _labels(cols)] for row in _labels(rows)]
        return [
            [cell.renamed(name) for cell, name in zip(cells, named, strict=True)]
            for cells, named in zip(grid, names, strict=True)
        ]


def _labels(axis: list[Sprite | int]) -> list[str]:
    """A name for each entry: the seed, or the sprite's own; told apart by a number where two are the same."""
    plain = [str(entry) if isinstance(entry, int) else entry.name.rpartition("/")[2] for entry in axis]
    many, seen = Counter(plain), Counter[str]()
    labels = []
    for label in plain:
        seen[label] += 1
        labels.append(f"{label}.{seen[label]}" if many[label] > 1 else label)
    return labels
