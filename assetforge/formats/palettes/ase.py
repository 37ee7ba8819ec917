"""`.ase`: the Adobe Swatch Exchange of Photoshop and Illustrator, not the sprite file of the same suffix.

Adobe published no specification; the layout follows Carl Camera's and J. Greely's descriptions
(carl.camera, dotclue.org/archive/2013/06/004258). Everything is big-endian: ``ASEF``, version 1.0, a count
of blocks, then blocks of (type u16, length u32). A color block holds a UTF-16 name with its length and a
closing zero, four letters of model, 32-bit floats, and a kind (0 global, 1 spot, 2 normal).
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterator
from typing import Any

from ...errors import InputError
from ...palette import RGB, Palette
from .swatches import Swatches

__all__ = ["MAGIC", "read", "write"]

MAGIC = b"ASEF"
COLOR = 0x0001
SIZES = {b"RGB ": 3, b"CMYK": 4, b"LAB ": 3, b"GRAY": 1}
GLOBAL = 0


def read(data: bytes, place: str) -> Swatches:
    """The colors of a swatch file, whatever their groups.

    Gray and RGB values are taken as sRGB; CMYK is converted without a color profile; Lab is relative to D50.

    Raises:
        InputError: If the file is cut, is a sprite, or holds a color in a model that we do not know.
    """
    if not data.startswith(MAGIC):
        if data[4:6] == b"\xe0\xa5":
            raise InputError("is an Aseprite sprite, no swatch file; take its colors with `palette extract`.", place)
        raise InputError("does not begin with ASEF; this is no Adobe swatch file.", place)
    colors: list[RGB] = []
    converted: dict[str, int] = {}
    for number, (kind, body) in enumerate(blocks(data, place), 1):
        where = f"{place} block {number}"
        if kind == COLOR:
            start = after_name(body, where)
            model = unpack(">4s", body, start, where)[0].upper()
            if model not in SIZES:
                raise InputError(f"color model {model!r}; RGB, CMYK, LAB and Gray are read.", where)
            values = unpack(f">{SIZES[model]}f", body, start + 4, where)
            if not all(math.isfinite(value) for value in values):
                raise InputError(f"color values {values} are no numbers.", where)
            colors.append(CONVERT[model](*values))
            if model in (b"CMYK", b"LAB "):
                converted[model.decode().strip()] = converted.get(model.decode().strip(), 0) + 1
    notes = tuple(f"converted {n} {model} swatch{'es' * (n > 1)} to sRGB" for model, n in converted.items())
    return Swatches(tuple(colors), notes)


def blocks(data: bytes, place: str) -> Iterator[tuple[int, bytes]]:
    """(type, body) of each block that the header counts."""
    major, _, count = unpack(">HHI", data, 4, place)
    if major != 1:
        raise InputError(f"is a swatch file of version {major}; version 1 is read.", place)
    at = 12
    for number in range(count):
        where = f"{place} block {number + 1}"
        kind, length = unpack(">HI", data, at, where)
        at += 6
        if at + length > len(data):
            raise InputError(f"needs {length} bytes, {len(data) - at} are left; the file is cut.", where)
        yield kind, data[at : at + length]
        at += length


def unpack(layout: str, data: bytes, at: int, place: str) -> tuple[Any, ...]:
    """`struct.unpack_from` whose failure is the user's file, not our mistake."""
    if at + struct.calcsize(layout) > len(data):
        raise InputError(f"ends after {len(data)} bytes where more must follow; the file is cut.", place)
    return struct.unpack_from(layout, data, at)


def after_name(body: bytes, place: str) -> int:
    """Where the name that a color block opens with ends."""
    (length,) = unpack(">H", body, 0, place)
    end = 2 + 2 * length
    if end > len(body):
        raise InputError(f"a name of {length} letters does not fit into {len(body)} bytes; the file is cut.", place)
    return end


def byte(value: float) -> int:
    """A value of 0 to 1 as 0 to 255, clipped."""
    return round(255 * min(1.0, max(0.0, value)))


def from_rgb(red: float, green: float, blue: float) -> RGB:
    return byte(red), byte(green), byte(blue)


def from_gray(value: float) -> RGB:
    return byte(value), byte(value), byte(value)


def from_cmyk(cyan: float, magenta: float, yellow: float, black: float) -> RGB:
    return from_rgb((1 - cyan) * (1 - black), (1 - magenta) * (1 - black), (1 - yellow) * (1 - black))


def from_lab(lightness: float, a: float, b: float) -> RGB:
    """CIE Lab (D50; lightness 0 to 1, as Adobe writes it, or 0 to 100) as sRGB, out of gamut clipped.

    The matrix takes XYZ of D50 to linear sRGB by Bradford adaptation (brucelindbloom.com, RGB/XYZ matrices).
    """
    fy = ((lightness if lightness > 1 else 100 * lightness) + 16) / 116
    x, y, z = (
        white * (f**3 if f > 6 / 29 else 3 * (6 / 29) ** 2 * (f - 4 / 29))
        for white, f in zip((0.96422, 1.0, 0.82521), (fy + a / 500, fy, fy - b / 200), strict=True)
    )
    linear = (
        3.1338561 * x - 1.6168667 * y - 0.4906146 * z,
        -0.9787684 * x + 1.9161415 * y + 0.0334540 * z,
        0.0719453 * x - 0.2289914 * y + 1.4052427 * z,
    )
    return from_rgb(*(12.92 * v if v <= 0.0031308 else 1.055 * min(v, 1.0) ** (1 / 2.4) - 0.055 for v in linear))


CONVERT: dict[bytes, Callable[..., RGB]] = {
    b"RGB ": from_rgb,
    b"GRAY": from_gray,
    b"CMYK": from_cmyk,
    b"LAB ": from_lab,
}


def write(palette: Palette) -> bytes:
    """The palette as global RGB swatches outside any group, each named by its hexadecimal digits."""
    made = [MAGIC + struct.pack(">HHI", 1, 0, len(palette))]
    for color, digits in zip(palette.colors, palette.hex, strict=True):
        name = struct.pack(">H", len(digits) + 1) + (digits + "\0").encode("utf-16-be")
        body = name + b"RGB " + struct.pack(">3fH", *(c / 255 for c in color), GLOBAL)
        made.append(struct.pack(">HI", COLOR, len(body)) + body)
    return b"".join(made)
