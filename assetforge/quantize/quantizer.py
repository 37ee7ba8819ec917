"""From rasters to sprites in one palette: the face of the wing.

All that is given in one call shares one histogram and one mapping, so the frames of an animation and
the variants of a sprite stay consistent, and nothing depends on the order in which they come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..errors import ConfigError, did_you_mean
from ..palette import MIN_COLORS, RGB, Palette
from ..sprite import Raster, Sprite
from .dither import DITHERS
from .histogram import Histogram, count
from .kmeans import medoids
from .remap import MAPS, by_lightness, mapping
from .tally import Tally, pool, settle

__all__ = ["DITHERS", "MAPS", "fit", "pooled", "quantize", "remap"]


def quantize(
    rasters: Sequence[Raster],
    palette: Palette | int,
    *,
    map: str = "faithful",
    dither: str = "none",
    threshold: int = 128,
    seed: int = 0,
    source: Palette | None = None,
) -> list[Sprite]:
    """The rasters as sprites in the palette, in their order; names, durations and tags are kept.

    Arguments:
        rasters: The pack.
        palette: The palette, or a number of colors to choose from the pack itself. Chosen colors are already
            the best for this art, so then every pixel takes the nearest, whatever `map` says.
        map: One of `MAPS`; see `remap.mapping`.
        dither: One of `DITHERS`. Dithering mixes what is nearest, so it goes with `nearest` and `faithful` alone,
            and does the same for both.
        threshold: The least alpha, 0 to 255, that becomes opaque.
        seed: Of the choice of colors.
        source: For the ``swap`` map, the palette that the art is in.

    Raises:
        ConfigError: If an option has no such value, or two do not go together.
    """
    _check(map, dither)
    if not 0 <= threshold <= 255:
        raise ConfigError(f"the alpha threshold is {threshold}; give one from 0 to 255.")
    histogram = count([raster.rgba for raster in rasters], threshold)
    if isinstance(palette, int):
        palette, map = _fit(histogram, palette, seed), "nearest"
    spread = DITHERS[dither]
    if spread is not None:
        indices = spread(histogram.places, histogram.colors, np.array(palette.colors, np.uint8))
    else:
        table = np.concatenate([np.zeros(1, np.uint8), mapping(histogram, palette, map, source)])
        indices = [table[place] for place in histogram.places]
    return [
        Sprite(index, palette, raster.name, raster.duration, raster.tag, raster.direction, raster.repeat)
        for index, raster in zip(indices, rasters, strict=True)
    ]


def pooled(
    tallies: Sequence[tuple[Tally, str]],
    palette: Palette | int,
    *,
    map: str = "faithful",
    dither: str = "none",
    seed: int = 0,
) -> list[Sprite]:
    """What `quantize` gives of the frames that were counted.

    Arguments:
        tallies: Of the frames, each with the name of its file; settled ones, in this very palette by this dither.
        palette, map, dither, seed: As for `quantize`.

    Raises:
        ConfigError: As `quantize`.
    """
    _check(map, dither)
    histogram = pool([each for each, _ in tallies])
    if isinstance(palette, int):
        palette, map = _fit(histogram, palette, seed), "nearest"
    table = mapping(histogram, palette, map) if dither == "none" else np.zeros(0, np.uint8)
    sprites = []
    for (each, name), rank in zip(tallies, histogram.ranks, strict=True):
        if dither == "none":
            indices = np.append(np.uint8(0), table[rank])[each.places]
        else:
            indices = (each if each.settled else settle(each, palette, dither)).places
        called, tag = each.called(name)
        sprites.append(Sprite(indices, palette, called, each.duration, tag, each.direction, each.repeat))
    return sprites


def _check(map: str, dither: str) -> None:
    if map not in MAPS:
        raise ConfigError(f'there is no map "{map}"; {did_you_mean(map, MAPS)}')
    if dither not in DITHERS:
        raise ConfigError(f'there is no dither "{dither}"; {did_you_mean(dither, DITHERS)}')
    if dither != "none" and map in ("ramp", "swap"):
        raise ConfigError(
            f'dithering mixes the nearest colors, so it does not go with the "{map}" map; use one of them.'
        )


def fit(rasters: Sequence[Raster], k: int, seed: int = 0, threshold: int = 128) -> Palette:
    """At most `k` colors of the art that serve it best, from dark to light.

    Art of no more than `k` colors gives exactly these. A palette holds two colors at least, so art of
    fewer is filled up with black and white.

    Arguments:
        rasters: The pack.
        k: How many colors, from 2 to 255.
        seed: Of the k-means++ draws.
        threshold: The least alpha that counts as opaque.

    Raises:
        InputError: If `k` is out of range.
    """
    return _fit(count([raster.rgba for raster in rasters], threshold), k, seed)


def _fit(histogram: Histogram, k: int, seed: int) -> Palette:
    if not MIN_COLORS <= k <= 255:
        raise ConfigError(f"a palette holds {MIN_COLORS} to 255 colors, not {k}.")
    chosen = histogram.colors[medoids(histogram.colors, histogram.counts, k, seed)]
    colors: list[RGB] = [(r, g, b) for r, g, b in chosen[by_lightness(chosen)].tolist()]
    for spare in ((0, 0, 0), (255, 255, 255)):
        if len(colors) < MIN_COLORS and spare not in colors:
            colors.insert(0 if spare == (0, 0, 0) else len(colors), spare)
    return Palette(tuple(colors), f"auto:{k}")


def remap(sprites: Sequence[Sprite], palette: Palette, map: str = "nearest") -> list[Sprite]:
    """The sprites in another palette, by one mapping for all; those already in it stay as they are, index for index.

    Arguments:
        sprites: In any palettes; for ``swap``, in palettes as large as the new one.
        palette: Where they go.
        map: One of `MAPS`; ``swap`` keeps every index.

    Raises:
        ConfigError: If there is no such map, or a palette does not fit a swap.
    """
    if map == "swap":
        for sprite in sprites:
            if len(sprite.palette) != len(palette):
                raise ConfigError(
                    f"swap goes from index to index: {sprite.palette.name or 'the old palette'} has "
                    f"{len(sprite.palette)} colors, {palette.name or 'the new one'} {len(palette)}; use the ramp map.",
                    sprite.name,
                )
        return [_in(sprite, sprite.indices, palette) for sprite in sprites]
    histogram = count([sprite.rgba() for sprite in sprites])
    table = np.concatenate([np.zeros(1, np.uint8), mapping(histogram, palette, map)])
    keeps = map in ("nearest", "faithful")
    return [
        sprite if keeps and sprite.palette == palette else _in(sprite, table[place], palette)
        for sprite, place in zip(sprites, histogram.places, strict=True)
    ]


def _in(sprite: Sprite, indices: np.ndarray, palette: Palette) -> Sprite:
    return replace(sprite, indices=indices, palette=palette)
