"""The mappings from the colors of art to the places of a palette: one table for a whole pack."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..color import oklab
from ..errors import ConfigError, did_you_mean
from ..palette import Palette
from .faithful import faithful
from .histogram import BITS, COLORS, Histogram, cells
from .kmeans import nearest_rows

__all__ = ["MAPS", "mapping"]

Rows = NDArray[np.intp]


def mapping(histogram: Histogram, palette: Palette, map: str, source: Palette | None = None) -> NDArray[np.uint8]:
    """The index in `palette` of every color of the art, shape (N,), from 1.

    Arguments:
        histogram: The colors of the whole pack; `faithful` asks it which of them touch.
        palette: Where the colors go.
        map: ``nearest``: the nearest color in OKLab. ``faithful``: see `quantize.faithful`. ``ramp``: the order of
            lightness, darkest to darkest and lightest to lightest, whatever the hue. ``swap``: index to index.
        source: For ``swap``, the palette that the art is in. Without it, the art's colors by lightness.

    Raises:
        ConfigError: If there is no such map, or the art does not fit a swap.
    """
    if map not in MAPS:
        raise ConfigError(f'there is no map "{map}"; {did_you_mean(map, MAPS)}')
    return (MAPS[map](histogram, palette, source) + 1).astype(np.uint8)


def _targets(palette: Palette) -> NDArray[np.uint8]:
    return np.array(palette.colors, np.uint8)


def _nearest(histogram: Histogram, palette: Palette, source: Palette | None) -> Rows:
    return nearest_rows(histogram.colors, _targets(palette))


def _faithful(histogram: Histogram, palette: Palette, source: Palette | None) -> Rows:
    colors, targets = histogram.colors, _targets(palette)
    if len(colors) <= COLORS:
        return faithful(colors, histogram.counts, *histogram.edges(), targets)
    cell, heads = cells(colors, histogram.counts, BITS)
    pairs, edges = histogram.edges(cell, len(heads))
    total = np.bincount(cell, histogram.counts).astype(np.int64)
    rows = faithful(colors[heads], total, pairs, edges, targets)[cell]
    nearest = nearest_rows(colors, targets)
    return np.where((targets[nearest] == colors).all(axis=1), nearest, rows)


def by_lightness(colors: NDArray[np.uint8]) -> Rows:
    """Rows of sRGB colors from dark to light; equals keep their order."""
    return np.argsort(oklab(colors)[:, 0], kind="stable")


def _ramp(histogram: Histogram, palette: Palette, source: Palette | None) -> Rows:
    size = len(histogram.colors)
    order, ramp = by_lightness(histogram.colors), by_lightness(_targets(palette))
    # Ranks in whole numbers, halves upwards: a float would round differently for mirrored ramps.
    steps = max(size - 1, 1)
    rank = (2 * np.arange(size) * (len(ramp) - 1) + steps) // (2 * steps)
    rows = np.empty(size, np.intp)
    rows[order] = ramp[rank]
    return rows


def _swap(histogram: Histogram, palette: Palette, source: Palette | None) -> Rows:
    if source is None:
        if len(histogram.colors) != len(palette):
            raise ConfigError(
                f"swap goes from index to index: the art has {len(histogram.colors)} colors, the palette {len(palette)}"
                "; name the palette that the art is in, or use the ramp map."
            )
        return _ramp(histogram, palette, None)
    if len(source) != len(palette):
        raise ConfigError(
            f"swap goes from index to index: {source.name or 'the old palette'} has {len(source)} colors, "
            f"{palette.name or 'the new one'} {len(palette)}; use the ramp map."
        )
    place: dict[tuple[int, ...], int] = {}
    for row, color in enumerate(source.colors):
        place.setdefault(color, row)
    rows = [place.get(tuple(color), -1) for color in histogram.colors.tolist()]
    if foreign := rows.count(-1):
        first = "#" + histogram.colors[rows.index(-1)].tobytes().hex()
        raise ConfigError(
            f"swap goes from index to index: {foreign} of the art's colors ({first}) are not in "
            f"{source.name or 'the old palette'}; quantize the art to it first."
        )
    return np.array(rows, np.intp)


MAPS: dict[str, Callable[[Histogram, Palette, Palette | None], Rows]] = {
    "nearest": _nearest,
    "faithful": _faithful,
    "ramp": _ramp,
    "swap": _swap,
}
