"""`.png` as a palette: a strip or a grid of swatches, one pixel or one even block each."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from math import gcd

from ...errors import InputError
from ...palette import Palette
from .swatches import Swatches, opaque

__all__ = ["read", "write"]

# Lospec's largest palettes at 32x stay far below this.
PIXEL_LIMIT = 1 << 20
# One entry more than any palette, so that a transparent one may stand among 255 colors.
ENTRY_LIMIT = 256

Pixel = tuple[int, ...]


def read(data: bytes, place: str) -> Swatches:
    """The colors of a strip from left to right (or top to bottom), or of a grid row by row.

    Arguments:
        data: A PNG whose swatches are single pixels or blocks of one size.
        place: What an error calls it.

    Raises:
        InputError: If it is no PNG, is damaged, or is a picture rather than swatches.
    """
    from ..png import read as read_png

    if not data.startswith(b"\x89PNG\r\n\x1a\n") or len(data) < 24:
        raise InputError("is no PNG.", place)
    width, height = struct.unpack(">II", data[16:24])
    if width * height > PIXEL_LIMIT:
        raise InputError(f"is {width} x {height} pixels, too large for a palette of swatches.", place)
    try:
        rgba = read_png(data, place)[0].rgba
    except InputError as error:
        raise error.within(place) from None
    rows = [[tuple(pixel) for pixel in row] for row in rgba.tolist()]
    entries = swatches(rows)
    if len(entries) > ENTRY_LIMIT:
        raise InputError(
            f"is a picture of {width} x {height} pixels, not a strip of swatches; "
            "take its colors with `assetforge palette extract`.",
            place,
        )
    return opaque((red, green, blue, alpha) for red, green, blue, alpha in entries)


def swatches(rows: list[list[Pixel]]) -> list[Pixel]:
    """One pixel of each swatch, in reading order.

    A strip is one that is even across its thickness; its swatches are squares where the picture allows it,
    so that two equal neighbours stay two. A picture in two dimensions counts as a grid only if no color comes
    twice in it: sprites repeat theirs.
    """
    height, width = len(rows), len(rows[0])
    if all(row == rows[0] for row in rows):
        return line(rows[0], height)
    if all(pixel == row[0] for row in rows for pixel in row):
        return line([row[0] for row in rows], width)
    across = gcd(*(pitch(row) for row in rows))
    down = pitch(rows)
    grid = [pixel for row in rows[::down] for pixel in row[::across]]
    drawn = [pixel for pixel in grid if pixel[3]]
    return grid if len(set(drawn)) == len(drawn) else [*grid, *[grid[0]] * ENTRY_LIMIT]


def line(strip: list[Pixel], thickness: int) -> list[Pixel]:
    """The swatches of a strip given along its middle: squares if it can be cut so, else even runs."""
    even = len(strip) % thickness == 0 and all(strip[i] == strip[i - i % thickness] for i in range(len(strip)))
    return strip[:: thickness if even else pitch(strip)]


def pitch(items: Sequence[object]) -> int:
    """The largest step at which every change in `items` falls."""
    changes = [i for i in range(1, len(items)) if items[i] != items[i - 1]]
    return gcd(len(items), *changes)


def write(palette: Palette) -> bytes:
    """A strip of one pixel per index: the transparent one, then the colors."""
    from ..png import write_strip

    return write_strip(palette)
