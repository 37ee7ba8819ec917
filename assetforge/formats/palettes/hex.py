"""`.hex`: one ``RRGGBB`` per line, as Lospec hands out; a ``#`` before it is fine, so are comments."""

from __future__ import annotations

import re

from ...errors import InputError
from ...palette import RGB, Palette
from .swatches import Swatches, text_lines

__all__ = ["read", "write"]

COLOR = re.compile(r"#?([0-9a-fA-F]{6})", re.ASCII)
COMMENT = re.compile(r";|//|#\s|#$")


def read(data: bytes, place: str) -> Swatches:
    """The colors of a .hex file.

    Lines that start with ``;``, ``//`` or ``# `` are comments.

    Raises:
        InputError: If a line is neither a color nor a comment; the trail ends in its number.
    """
    colors: list[RGB] = []
    for where, line in text_lines(data, place):
        if found := COLOR.fullmatch(line):
            red, green, blue = bytes.fromhex(found[1])
            colors.append((red, green, blue))
        elif not COMMENT.match(line):
            raise InputError(f'"{line[:40]}" is no color; give six hexadecimal digits, RRGGBB.', where)
    return Swatches(tuple(colors))


def write(palette: Palette) -> bytes:
    """The palette as lower-case ``rrggbb`` lines."""
    return "".join(f"{color[1:]}\n" for color in palette.hex).encode()
