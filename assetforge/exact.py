"""Art as it is: files of few colors to sprites of one palette, no color changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .errors import InputError
from .files import read_bytes
from .formats import Ration, png, read
from .palette import MAX_COLORS, MIN_COLORS, RGB, Palette
from .sprite import Raster, Sprite

__all__ = ["read_sprites"]

BAND = 1 << 16  # pixels looked at together: sorting a large sheet at once would take a gigabyte


def read_sprites(files: Sequence[tuple[Path, str]], name: str) -> list[Sprite]:
    """The sprites in `files`, exactly, all of one palette called `name`.

    Raises:
        InputError: If a file cannot be read or has half-transparent pixels, or the files together
            have more than 255 colors.
    """
    indexed: list[Sprite] = []
    ration = Ration()
    for path, label in files:
        data = read_bytes(path) if path.suffix.lower() == ".png" else b""
        try:
            sprite = png.read_sprite(data, label) if data.startswith(png.MAGIC) else None
        except InputError as error:
            raise error.within(path) from error
        ration.count(sprite.indices.size if sprite else 0, path)
        if sprite is None or (indexed and sprite.palette != indexed[0].palette):
            break
        indexed.append(sprite)
    else:
        palette = Palette(indexed[0].palette.colors, name)
        return [replace(sprite, palette=palette) for sprite in indexed]
    ration = Ration()
    return together([(path, raster) for path, label in files for raster in ration.take(read(path, label), path)], name)


def together(rasters: Sequence[tuple[Path, Raster]], name: str) -> list[Sprite]:
    """Sprites of the colors of `rasters`, in order of first use.

    Raises:
        InputError: As `read_sprites`.
    """
    places: dict[int, int] = {}
    drawings = []
    for path, raster in rasters:
        alpha = raster.rgba[..., 3]
        soft = np.count_nonzero(alpha) - np.count_nonzero(alpha == 255)
        if soft:
            raise InputError(
                f"{soft} pixels are half-transparent, a sheet's are drawn or not; quantize it first.",
                str(path),
            )
        indices = np.zeros(alpha.shape, np.uint8)
        rows = max(1, BAND // alpha.shape[1])
        for start in range(0, len(indices), rows):
            _place(raster.rgba[start : start + rows], indices[start : start + rows], places)
        drawings.append((raster, indices))
    if len(places) > MAX_COLORS:
        raise InputError(
            f"{len(rasters)} sprites use {len(places)} colors, a sheet holds {MAX_COLORS}; "
            f"quantize them to auto:{MAX_COLORS} first, or make several sheets."
        )
    colors: list[RGB] = [(code >> 16, code >> 8 & 255, code & 255) for code in places]
    while len(colors) < MIN_COLORS:
        colors.append((0, 0, 0) if (0, 0, 0) not in colors else (255, 255, 255))
    palette = Palette(tuple(colors), name)
    return [
        Sprite(indices, palette, raster.name, raster.duration, raster.tag, raster.direction, raster.repeat)
        for raster, indices in drawings
    ]


def _place(rgba: NDArray[np.uint8], indices: NDArray[np.uint8], places: dict[int, int]) -> None:
    """Fill `indices` with each drawn color's place, giving new colors the next; past 255 they are only counted."""
    red, green, blue, alpha = np.moveaxis(rgba.astype(np.int32), 2, 0)
    codes = np.where(alpha == 0, -1, red << 16 | green << 8 | blue)
    values, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    for value in values[np.argsort(first)].tolist():
        if value >= 0:
            places.setdefault(value, len(places) + 1)
    if len(places) <= MAX_COLORS:
        table = np.array([places.get(value, 0) for value in values.tolist()], np.uint8)
        indices[:] = table[inverse.reshape(codes.shape)]
