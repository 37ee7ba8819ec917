"""Aseprite's own files, written: indexed, a frame for each sprite, after aseprite ``docs/ase-file-specs.md``.

All frames of such a file have one canvas, so smaller sprites stand in the upper left of the largest's; `Label` says
how large each is, and brings names and sizes back whatever is drawn, added or removed in Aseprite meanwhile.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from ..errors import InputError
from ..palette import Palette
from ..sprite import DIRECTIONS, Sprite
from .aseprite_frames import Label, Tag
from .deflate import compress

__all__ = ["chunk", "document", "text", "write"]

MOST = 0xFFFF
"""Frames, and pixels a side: all are counted in 16 bits."""
LAYER, CEL, COLOR_PROFILE, TAGS, PALETTE, USER_DATA = 0x2004, 0x2005, 0x2007, 0x2018, 0x2019, 0x2020
VISIBLE, EDITABLE = 1, 2
COMPRESSED, SRGB, HAS_TEXT = 2, 1, 1


def write(sprites: Sequence[Sprite], tags: Sequence[Tag] = ()) -> bytes:
    """The sprites as frames on one layer; `aseprite.read` gives them back.

    Arguments:
        sprites: Of one palette, whose colors keep their indices.
        tags: Animations, which may overlap.

    Raises:
        InputError: If there are none, or more than the format can count.
    """
    if not 1 <= len(sprites) <= MOST:
        raise InputError(f"an Aseprite file has 1 to {MOST} frames, not {len(sprites)}; make several sheets.")
    width, height = (max(sprite.size[axis] for sprite in sprites) for axis in (0, 1))
    if max(width, height) > MOST:
        raise InputError(f"an Aseprite file has at most {MOST} pixels a side, not {width} x {height}.")
    palette = sprites[0].palette
    assert all(sprite.palette == palette for sprite in sprites)
    head = [chunk(COLOR_PROFILE, struct.pack("<HHI8x", SRGB, 0, 0)), _palette(palette), _layer("sprites")]
    head += [_tags(tags)] if tags else []
    frames = [_cel(sprite, sprite.size != (width, height)) for sprite in sprites]
    durations = [min(max(sprite.duration, 1), MOST) for sprite in sprites]
    return document((width, height), [head + frames[0], *frames[1:]], durations, colors=len(palette) + 1)


def document(
    size: tuple[int, int],
    frames: Sequence[Sequence[bytes]],
    durations: Sequence[int],
    *,
    depth: int = 8,
    colors: int = 256,
    transparent: int = 0,
) -> bytes:
    """A whole file of frames that are lists of chunks; the grid is as large as the canvas."""
    body = bytearray()
    for chunks, duration in zip(frames, durations, strict=True):
        data = b"".join(chunks)
        # The old field counts to 0xFFFE, and says by 0xFFFF that only the new one counts.
        body += struct.pack("<IHHH2xI", 16 + len(data), 0xF1FA, min(len(chunks), MOST), duration, len(chunks)) + data
    head = struct.pack("<IHHHHHIH8x", 128 + len(body), 0xA5E0, len(frames), *size, depth, 1, 100)
    head += struct.pack("<B3xHBBhhHH84x", transparent, colors, 1, 1, 0, 0, *size)
    return head + bytes(body)


def chunk(kind: int, body: bytes) -> bytes:
    """A chunk of any kind."""
    return struct.pack("<IH", len(body) + 6, kind) + body


def text(value: str) -> bytes:
    """A STRING: UTF-8 after its length. A name that is not UTF-8 on disk has its bytes spelled out."""
    data = value.encode("utf-8", "backslashreplace")
    return struct.pack("<H", len(data)) + data


def _palette(palette: Palette) -> bytes:
    """Entry 0 is transparent, entry k the k-th color."""
    entries = [(0, 0, 0, 0), *((*color, 255) for color in palette.colors)]
    body = struct.pack("<III8x", len(entries), 0, len(entries) - 1)
    return chunk(PALETTE, body + b"".join(struct.pack("<HBBBB", 0, *entry) for entry in entries))


def _layer(name: str) -> bytes:
    return chunk(LAYER, struct.pack("<HHHHHHB3x", VISIBLE | EDITABLE, 0, 0, 0, 0, 0, 255) + text(name))


def _cel(sprite: Sprite, sized: bool) -> list[bytes]:
    """The sprite's pixels, and its label."""
    head = struct.pack("<HhhBHh5xHH", 0, 0, 0, 255, COMPRESSED, 0, *sprite.size)
    label = Label(sprite.name, sprite.size if sized else None)
    pixels = chunk(CEL, head + compress(sprite.indices.tobytes()))
    return [pixels, chunk(USER_DATA, struct.pack("<I", HAS_TEXT) + text(str(label)))]


def _tags(tags: Sequence[Tag]) -> bytes:
    body = struct.pack("<H8x", len(tags))
    for tag in tags:
        direction, repeat = DIRECTIONS.index(tag.direction), min(tag.repeat, MOST)
        body += struct.pack("<HHBH6x4x", tag.first, tag.last, direction, repeat) + text(tag.name)
    return chunk(TAGS, body)
