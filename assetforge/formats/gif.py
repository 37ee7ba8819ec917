"""GIF: stills and animations in, composed as browsers show them.

The blocks are walked here (https://www.w3.org/Graphics/GIF/spec-gif89a.txt), so that a file is
refused by its headers, before Pillow decompresses one frame. Frames are composed here too: where
a frame is disposed, Pillow paints the background color, browsers and games expect transparency.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import InputError
from ..sprite import Raster
from . import check_size
from .compose import Patch, play
from .gif_writer import write

__all__ = ["read", "write"]

EXTENSION, IMAGE, TRAILER = 0x21, 0x2C, 0x3B
GRAPHIC_CONTROL = 0xF9
DISPOSAL = {2: "clear", 3: "restore"}


@dataclass(frozen=True)
class Picture:
    """One image block: where it goes, its colors, how it leaves, its compressed indices."""

    box: tuple[int, int, int, int]
    table: bytes
    transparent: int | None
    disposal: int
    delay: int
    interlaced: int
    codes: bytes


def read(data: bytes, name: str) -> list[Raster]:
    """The frames, each drawn over what the disposal of the ones before leaves.

    Raises:
        InputError: If it is damaged, cut or too large.
    """
    width, height, pictures = _walk(data)
    return play((width, height), (_patch(*numbered) for numbered in enumerate(pictures)), name)


def _walk(data: bytes) -> tuple[int, int, list[Picture]]:
    """Width and height of the canvas, and its pictures.

    Raises:
        InputError: If it is damaged, cut or too large.
    """
    pictures: list[Picture] = []
    try:
        width, height, flags = struct.unpack_from("<HHB", data, 6)
        shared, at = _table(data, 13, flags)
        control: tuple[int, int, int] = (0, 0, 0)
        while data[at] != TRAILER:
            if data[at] == EXTENSION:
                if data[at + 1] == GRAPHIC_CONTROL and data[at + 2] >= 4:
                    control = struct.unpack_from("<BHB", data, at + 3)
                at = _skip(data, at + 2)
            elif data[at] == IMAGE:
                left, top, w, h, flags = struct.unpack_from("<HHHHB", data, at + 1)
                if not pictures:
                    width, height = max(width, left + w), max(height, top + h)
                check_size(w, h)
                check_size(width, height, len(pictures) + 1)
                table, start = _table(data, at + 10, flags)
                at = _skip(data, start + 1)
                how, delay, entry = control
                pictures.append(
                    Picture(
                        box=(left, top, w, h),
                        table=table or shared,
                        transparent=entry if how & 1 else None,
                        disposal=how >> 2 & 7,
                        delay=delay * 10,
                        interlaced=flags & 0x40,
                        codes=data[start:at],
                    )
                )
                control = (0, 0, 0)
            else:
                raise InputError(f"is damaged: {data[at]:#04x} begins no block of a GIF; export it again.")
    except (IndexError, struct.error):
        raise InputError(f"is cut after {len(data)} bytes; export it again.") from None
    if not pictures:
        raise InputError("is damaged: it holds no picture; export it again.")
    return width, height, pictures


def _table(data: bytes, at: int, flags: int) -> tuple[bytes, int]:
    """The color table that `flags` announce, and where the data goes on."""
    end = at + (3 << ((flags & 7) + 1) if flags & 0x80 else 0)
    return data[at:end], end


def _skip(data: bytes, at: int) -> int:
    """Where the data goes on after a chain of sub-blocks."""
    while data[at]:
        at += 1 + data[at]
    return at + 1


def _patch(index: int, picture: Picture) -> Patch:
    """The picture drawn: Pillow, given a GIF of this one picture, undoes only the compression."""
    x, y, width, height = picture.box
    alone = struct.pack("<6sHHBBB", b"GIF89a", width, height, 0, 0, 0)
    alone += struct.pack("<BHHHHB", IMAGE, 0, 0, width, height, picture.interlaced) + picture.codes + b";"
    try:
        with Image.open(io.BytesIO(alone), formats=["GIF"]) as image:
            indices: NDArray[Any] = np.asarray(image)
    except Exception as error:  # Pillow raises whatever a damaged file leads it to
        raise InputError(f"is damaged: frame {index}: {error}; export it again.") from error
    colors = np.frombuffer(picture.table, np.uint8).reshape(-1, 3)
    table = np.zeros((256, 4), np.uint8)
    table[: len(colors), :3] = colors
    table[:, 3] = 255
    if picture.transparent is not None:
        table[picture.transparent] = 0
    return Patch(table[indices], x, y, picture.delay, DISPOSAL.get(picture.disposal, "keep"))
