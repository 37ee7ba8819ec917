"""The parts of Aseprite files that assetforge reads but does not write: other depths, groups, links, tilemaps."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assetforge.formats.aseprite_writer import chunk, text

__all__ = ["ase", "cel", "chunk", "layer", "link", "old_palette", "palette", "tags", "text", "tilemap", "tileset"]


def layer(
    name: str, *, flags: int = 1, kind: int = 0, level: int = 0, blend: int = 0, opacity: int = 255, tileset: int = 0
) -> bytes:
    """A layer chunk: kind 0 for pixels, 1 for a group, 2 for a tilemap."""
    body = struct.pack("<HHHHHHB3x", flags, kind, level, 0, 0, blend, opacity) + text(name)
    return chunk(0x2004, body + (struct.pack("<I", tileset) if kind == 2 else b""))


def cel(
    pixels: NDArray[np.uint8],
    *,
    layer: int = 0,
    x: int = 0,
    y: int = 0,
    opacity: int = 255,
    z: int = 0,
    compressed: bool = True,
) -> bytes:
    """A cel of pixels, shape (H, W) or (H, W, channels)."""
    head = struct.pack("<HhhBHh5x", layer, x, y, opacity, 2 if compressed else 0, z)
    size = struct.pack("<HH", pixels.shape[1], pixels.shape[0])
    return chunk(0x2005, head + size + (zlib.compress(pixels.tobytes()) if compressed else pixels.tobytes()))


def link(frame: int, *, layer: int = 0, x: int = 0, y: int = 0) -> bytes:
    """A cel that shows what the same layer shows in another frame."""
    return chunk(0x2005, struct.pack("<HhhBHh5xH", layer, x, y, 255, 1, 0, frame))


def tilemap(tiles: NDArray[np.uint32], *, layer: int = 0, x: int = 0, y: int = 0) -> bytes:
    """A cel of tiles, shape (rows, columns)."""
    head = struct.pack("<HhhBHh5x", layer, x, y, 255, 3, 0)
    masks = struct.pack("<HIIII10x", 32, 0x1FFFFFFF, 0x80000000, 0x40000000, 0x20000000)
    size = struct.pack("<HH", tiles.shape[1], tiles.shape[0])
    return chunk(0x2005, head + size + masks + zlib.compress(tiles.astype("<u4").tobytes()))


def tileset(pixels: NDArray[np.uint8], *, number: int = 0, flags: int = 6) -> bytes:
    """A tileset chunk of tiles, shape (N, h, w[, channels])."""
    count, height, width = pixels.shape[:3]
    body = struct.pack("<IIIHHh14x", number, flags, count, width, height, 1) + text("tiles")
    data = zlib.compress(pixels.tobytes())
    return chunk(0x2023, body + struct.pack("<I", len(data)) + data)


def palette(colors: Sequence[Sequence[int]], *, named: bool = False) -> bytes:
    """A palette chunk of RGBA entries."""
    body = struct.pack("<III8x", len(colors), 0, len(colors) - 1)
    for color in colors:
        body += struct.pack("<HBBBB", named, *color) + (text("a name") if named else b"")
    return chunk(0x2019, body)


def old_palette(colors: Sequence[Sequence[int]], *, kind: int = 0x0004, skip: int = 0) -> bytes:
    """An old palette chunk of RGB entries: kind 0x0004 up to 255, 0x0011 up to 63."""
    return chunk(kind, struct.pack("<HBB", 1, skip, len(colors) % 256) + b"".join(bytes(color) for color in colors))


def tags(*entries: tuple[str, int, int]) -> bytes:
    """A tags chunk of (name, first, last)."""
    body = struct.pack("<H8x", len(entries))
    for name, first, last in entries:
        body += struct.pack("<HHBH6x3Bx", first, last, 0, 0, 0, 0, 0) + text(name)
    return chunk(0x2018, body)


def ase(
    size: tuple[int, int],
    depth: int,
    frames: Sequence[Sequence[bytes]],
    *,
    durations: Sequence[int] = (),
    flags: int = 1,
    transparent: int = 0,
    speed: int = 100,
    old_counts: bool = False,
) -> bytes:
    """A whole file: `frames` are lists of chunks, `durations` milliseconds."""
    body = b""
    for index, chunks in enumerate(frames):
        data = b"".join(chunks)
        counts = (len(chunks), 0) if old_counts else (0xFFFF, len(chunks))
        duration = durations[index] if durations else 0
        body += struct.pack("<IHHHxxI", 16 + len(data), 0xF1FA, counts[0], duration, counts[1]) + data
    head = struct.pack("<HHHHHIHII", 0xA5E0, len(frames), *size, depth, flags, speed, 0, 0)
    head += struct.pack("<B3xHBB", transparent, 256, 1, 1)
    return struct.pack("<I", 128 + len(body)) + (head + bytes(128))[:124] + body
