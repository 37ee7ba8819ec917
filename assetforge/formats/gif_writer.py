"""GIF, written: every frame whole, in its own palette, over nothing (https://www.w3.org/Graphics/GIF/spec-gif89a.txt).

The compression is ours, so that no library's release chooses a byte. A frame is cleared before the next, as what is
transparent could not be drawn over what was there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from ..palette import Palette
from ..sprite import TRANSPARENT, Sprite, animations
from . import MAX_FRAMES, check_size

__all__ = ["unrolled", "write"]

TABLE, CLEARED, LEAST = 0x80, 2 << 2, 2
"""Flags: a color table follows; a frame is cleared to transparency. The least delay, in 10 ms: shorter ones are slowed
to 100 ms by browsers."""
MOST = 0xFFFF
"""Delays and repeats are counted in 16 bits."""
BLOCK = 255
CODES = 4096


def write(sprites: Sequence[Sprite]) -> bytes:
    """A GIF of the sprites, one after another; each animation among them in its direction, a still for its duration.

    An animation alone plays as often as it says; else all go round without end. Smaller ones stand in the upper left of
    the largest's canvas. Durations become whole hundredths of a second, at least two; what one is rounded by, the next
    makes up for.

    Arguments:
        sprites: At least one; the palette of the first is the file's, another one its frame's own.

    Raises:
        InputError: If it would be larger than what is read.
    """
    groups = [unrolled(group) for group in animations(sprites)]
    frames = [frame for group, _ in groups for frame in group]
    plays = groups[0][1] if len(groups) == 1 else 0
    width, height = (max(sprite.size[axis] for sprite in sprites) for axis in (0, 1))
    check_size(width, height, len(frames))
    shared = sprites[0].palette
    parts = [struct.pack("<6sHHBBB", b"GIF89a", width, height, TABLE | 0x70 | _bits(shared) - 1, TRANSPARENT, 0)]
    parts += [_table(shared), _loop(plays) if len(frames) > 1 else b""]
    drawn: dict[int, bytes] = {}
    for frame, delay in zip(frames, _delays(frames), strict=True):
        if id(frame) not in drawn:
            drawn[id(frame)] = _image(frame, shared)
        parts += [struct.pack("<BBBBHBB", 0x21, 0xF9, 4, CLEARED | 1, delay, TRANSPARENT, 0), drawn[id(frame)]]
    return b"".join([*parts, b";"])


def unrolled(frames: Sequence[Sprite]) -> tuple[list[Sprite], int]:
    """The frames of one animation as they follow each other, in its direction, and how often all of them play; 0 is
    without end.

    There and back without end is once there and back, so that the last goes on to the first. Of so many times, each way
    counts, as in Aseprite; of more than are read from one file there is no end.
    """
    first = frames[0]
    there = list(frames)[:: -1 if first.direction in ("reverse", "pingpong_reverse") else 1]
    if not first.direction.startswith("pingpong") or len(frames) == 1:
        return there, first.repeat
    back = there[-2::-1]
    if not first.repeat or first.repeat * len(frames) > MAX_FRAMES:
        return there + back[:-1], 0
    ways = [back if way % 2 else there[1:] for way in range(1, first.repeat)]
    return there + [frame for way in ways for frame in way], 1


def _loop(plays: int) -> bytes:
    """How often all is played, which Netscape's extension counts without the first time."""
    if plays == 1:
        return b""
    return struct.pack("<BBB11sBBHB", 0x21, 0xFF, 11, b"NETSCAPE2.0", 3, 1, min(max(plays - 1, 0), MOST), 0)


def _delays(frames: Sequence[Sprite]) -> Iterator[int]:
    """Of each frame, in 10 ms: the end of each is rounded, so that no error grows."""
    if len(frames) == 1:
        yield 0
        return
    time, end = 0, 0
    for frame in frames:
        time += frame.duration
        delay = min(max((time + 5) // 10 - end, LEAST), MOST)
        end += delay
        yield delay


def _bits(palette: Palette) -> int:
    """How many bits count its colors and the transparent entry; a GIF's table has at least two of each."""
    return max(1, len(palette).bit_length())


def _table(palette: Palette) -> bytes:
    colors = bytes(3) + bytes(value for color in palette.colors for value in color)
    return colors.ljust(3 << _bits(palette), b"\0")


def _image(frame: Sprite, shared: Palette) -> bytes:
    """One image block: place, colors if they are not the file's, and pixels."""
    own = frame.palette != shared
    flags = TABLE | _bits(frame.palette) - 1 if own else 0
    head = struct.pack("<BHHHHB", 0x2C, 0, 0, *frame.size, flags) + (_table(frame.palette) if own else b"")
    bits = max(2, _bits(frame.palette))
    data = _compressed(frame.indices.tobytes(), bits)
    blocks = (data[start : start + BLOCK] for start in range(0, len(data), BLOCK))
    return head + bytes([bits]) + b"".join(bytes([len(block)]) + block for block in blocks) + b"\0"


def _compressed(pixels: bytes, bits: int) -> bytes:
    """The pixels in LZW codes of variable size (appendix F of the specification).

    Arguments:
        pixels: At least one, each below 2 ** `bits`.
    """
    clear = 1 << bits
    out = bytearray()
    held, count, width = clear, bits + 1, bits + 1
    known: dict[int, int] = {}
    free = clear + 2
    code = pixels[0]
    for pixel in pixels[1:]:
        longer = known.get(code << 8 | pixel)
        if longer is not None:
            code = longer
            continue
        held |= code << count
        count += width
        known[code << 8 | pixel] = free
        free += 1
        code = pixel
        # A reader knows an entry one code later than the writer.
        if free > 1 << width and width < 12:
            width += 1
        if free == CODES:
            held |= clear << count
            count += width
            known, free, width = {}, clear + 2, bits + 1
        if count >= 64:
            out += (held & (1 << 64) - 1).to_bytes(8, "little")
            held, count = held >> 64, count - 64
    for last in (code, clear + 1):
        held |= last << count
        count += width
        free += 1
        if free > 1 << width and width < 12:
            width += 1
    return bytes(out) + held.to_bytes(-(-count // 8), "little")
