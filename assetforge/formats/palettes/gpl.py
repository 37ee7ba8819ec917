"""`.gpl`: the GIMP palette, with the alpha column that Aseprite announces by ``Channels: RGBA``.

The format is told by GIMP's developer documentation and by Aseprite's `docs/gpl-palette-extension.md`.
"""

from __future__ import annotations

from ...errors import InputError
from ...palette import Palette
from .swatches import Swatches, channels, opaque, text_lines

__all__ = ["read", "write"]

MAGIC = "GIMP Palette"


def read(data: bytes, place: str) -> Swatches:
    """The colors of a .gpl file; entries of alpha 0 are left out.

    Raises:
        InputError: If the first line is not ``GIMP Palette`` or a row is no color.
    """
    lines = text_lines(data, place)
    where, first = next(lines, (place, ""))
    if first != MAGIC:
        raise InputError(f'begins with "{first[:40]}", not "{MAGIC}".', where)
    entries: list[tuple[int, int, int, int]] = []
    width = 3
    for where, line in lines:
        if line.startswith("#"):
            continue
        if not (line[0].isdigit() or line[0] in "-+."):
            key, colon, value = line.partition(":")
            if not colon:
                raise InputError(f'"{line[:40]}" is neither a color nor a "Key: value" line.', where)
            if key.strip() == "Channels":
                width = 4 if value.strip() == "RGBA" else 3
            continue
        words = line.split(None, width)[:width]
        if len(words) < width:
            raise InputError(f'"{line[:40]}" holds {len(words)} numbers, this file gives {width} per color.', where)
        red, green, blue, *alpha = channels(words, where, line)
        entries.append((red, green, blue, alpha[0] if alpha else 255))
    return opaque(entries)


def write(palette: Palette, transparent: bool = False) -> bytes:
    """The palette as GIMP and Aseprite read it.

    Arguments:
        palette: The colors.
        transparent: Put the transparent entry first, so that places in the file equal our indices.
            This needs Aseprite's alpha column, which GIMP does not read.
    """
    name = " ".join(palette.name.split()) or "palette"
    head = f"{MAGIC}\n" + ("Channels: RGBA\n" if transparent else f"Name: {name}\nColumns: {min(len(palette), 16)}\n")
    rows = ["  0   0   0   0\ttransparent\n"] if transparent else []
    for (red, green, blue), label in zip(palette.colors, palette.hex, strict=True):
        rows.append(f"{red:3} {green:3} {blue:3}{' 255' if transparent else ''}\t{label}\n")
    return f"{head}#\n{''.join(rows)}".encode()
