"""`.act`: the Adobe Color Table, 256 RGB triples and, in newer files, a count and a transparent index.

Adobe Photoshop File Formats Specification (2019), "Color Table".
"""

from __future__ import annotations

import struct

from ...errors import InputError
from ...palette import Palette
from .swatches import Swatches, opaque

__all__ = ["read", "write"]

TABLE = 256 * 3
NONE = 0xFFFF


def read(data: bytes, place: str) -> Swatches:
    """The colors of a color table; the transparent entry is left out.

    A file of 768 bytes does not say how many of its 256 entries are in use. Such files are filled up
    with black, so a closing run of black is read as padding, and a note says so.

    Raises:
        InputError: If the file is not 768 or 772 bytes long, or counts more than 256 colors.
    """
    if len(data) not in (TABLE, TABLE + 4):
        raise InputError(f"holds {len(data)} bytes; a color table holds {TABLE} or {TABLE + 4}.", place)
    count, clear = struct.unpack(">HH", data[TABLE:]) if len(data) > TABLE else (0, NONE)
    if count > 256:
        raise InputError(f"counts {count} colors; a color table holds at most 256.", place)
    notes: tuple[str, ...] = ()
    used = count or len(data[:TABLE].rstrip(b"\0") + b"\0\0") // 3
    if count == 0 and used < 256:
        notes = (f"gives no count: {256 - used} closing black entries read as padding",)
    if clear != NONE and clear >= used:
        notes = (*notes, f"transparent index {clear} is past the {used} colors")
    triples = [(data[i], data[i + 1], data[i + 2]) for i in range(0, used * 3, 3)]
    return opaque(((*rgb, 0 if place == clear else 255) for place, rgb in enumerate(triples)), notes=notes)


def write(palette: Palette, transparent: bool = False) -> bytes:
    """The palette as 772 bytes.

    Arguments:
        palette: The colors.
        transparent: Put the transparent entry first, as index 0, so that places equal our indices.
    """
    table = b"".join(map(bytes, ((0, 0, 0), *palette.colors) if transparent else palette.colors))
    return table.ljust(TABLE, b"\0") + struct.pack(">HH", len(table) // 3, 0 if transparent else NONE)
