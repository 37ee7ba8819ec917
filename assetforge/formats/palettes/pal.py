"""`.pal`: the palette of JASC Paint Shop Pro, as text; Aseprite adds a column of alpha where it needs one."""

from __future__ import annotations

from ...errors import InputError
from ...palette import Palette
from .swatches import Swatches, channels, opaque, text_lines

__all__ = ["read", "write"]


def read(data: bytes, place: str) -> Swatches:
    """The colors of a JASC .pal file.

    Raises:
        InputError: If it is another kind of .pal, a row is no color, or the count is not that of the rows.
    """
    if data.startswith(b"RIFF"):
        raise InputError("is a Microsoft RIFF palette; save it as JASC .pal, .gpl or .hex.", place)
    lines = text_lines(data, place)
    for wanted in ("JASC-PAL", "0100"):
        where, line = next(lines, (place, ""))
        if line != wanted:
            raise InputError(f'"{line[:40]}" where a JASC .pal file says "{wanted}".', where)
    where, line = next(lines, (place, ""))
    if not (line.isascii() and line.isdecimal() and len(line) <= 5):
        raise InputError(f'"{line[:40]}" where a JASC .pal file says how many colors follow.', where)
    count = int(line)
    entries: list[tuple[int, int, int, int]] = []
    for where, line in lines:
        words = line.split()
        if len(words) not in (3, 4):
            raise InputError(f'"{line[:40]}" is no color; give red, green and blue from 0 to 255.', where)
        red, green, blue, *alpha = channels(words, where, line)
        entries.append((red, green, blue, alpha[0] if alpha else 255))
    if len(entries) != count:
        raise InputError(f"announces {count} colors and holds {len(entries)}; it may be cut.", place)
    return opaque(entries)


def write(palette: Palette) -> bytes:
    """The palette with the line ends of Windows, as Paint Shop Pro wrote it."""
    rows = [f"{red} {green} {blue}" for red, green, blue in palette.colors]
    return "".join(f"{row}\r\n" for row in ("JASC-PAL", "0100", str(len(palette)), *rows)).encode()
