"""One frame, counted: all that a sheet must know of a sprite to map its colors, in a few hundred bytes.

What a pack's histogram holds is a sum over its frames, in whole numbers. So a frame is decoded and
counted once, anywhere, and kept; the sheet pools what was counted and gets the histogram of all.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..palette import Palette
from ..sprite import DIRECTIONS, Raster
from .dither import DITHERS
from .histogram import BITS, COLORS, Histogram, cell_codes, count, packed, touching

__all__ = ["FORMAT", "LARGE", "NAME", "Pool", "Tally", "dump", "load", "pool", "settle", "tally"]

FORMAT = 2
"""Raised when the same file comes to mean another tally, or other bytes of it."""

LARGE = 1 << 22
"""Pixels from which a file is not worth keeping: it takes more memory than it spares time."""

# Height, width, duration, colors, pairs, bytes of the name, of the tag and of a place, whether settled, the place of
# the direction, and the repeat.
HEAD = struct.Struct("<IIIIIHHBBBH")
MOST_BYTES = 1 << 28
# Where a frame's name will hold the name of its file, which is none of its content.
NAME = "\0"


@dataclass(frozen=True, eq=False)
class Tally:
    """What was counted of one frame.

    Arguments:
        colors: The distinct opaque colors, sorted, shape (N, 3), uint8.
        counts: How many pixels have each, shape (N,), int64.
        places: The pixels as places in `colors` counted from 1, 0 where transparent, (H, W).
        pairs: Rows of colors that touch, smaller first, shape (M, 2); of more than `COLORS` colors, codes of
            their cells.
        edges: Along how many pixel edges, shape (M,).
        name, duration, tag, direction, repeat: As in `Raster`; ``\\0`` stands for the name of the file.
        settled: Whether `places` are places in the sheet's palette already, and nothing is left to be mapped.
    """

    colors: NDArray[np.uint8]
    counts: NDArray[np.int64]
    places: NDArray[Any]
    pairs: NDArray[np.int64]
    edges: NDArray[np.int64]
    name: str = NAME
    duration: int = 100
    tag: str = ""
    direction: str = "forward"
    repeat: int = 0
    settled: bool = False

    def called(self, name: str) -> tuple[str, str]:
        """Name and tag of the frame in a file called `name`."""
        return self.name.replace(NAME, name, 1), self.tag.replace(NAME, name, 1)


@dataclass(frozen=True, eq=False)
class Pool(Histogram):
    """The histogram of many tallies, whose `places` it leaves with them.

    Arguments:
        ranks: For every tally the row in `colors` of each of its own.
        tallies: What was pooled.
    """

    ranks: tuple[NDArray[np.intp], ...]
    tallies: tuple[Tally, ...]

    def edges(self, cell: NDArray[np.intp] | None = None, size: int = 0) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        size = len(self.colors) if cell is None else size
        coded = np.zeros(1 << 3 * BITS, np.int64)
        if cell is not None:
            coded[cell_codes(self.colors, BITS)] = cell
        rows = np.arange(size) if cell is None else cell
        keys, edges = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for rank, each in zip(self.ranks, self.tallies, strict=True):
            found = coded[each.pairs] if len(each.colors) > COLORS else rows[rank[each.pairs]]
            keys.append(found.min(1) * size + found.max(1))
            edges.append(each.edges)
        key, inverse = np.unique(np.concatenate(keys), return_inverse=True)
        # Exact: the numbers stay far below 2**53.
        total = np.bincount(inverse, np.concatenate(edges), len(key)).astype(np.int64)
        apart = key // max(size, 1) != key % max(size, 1)
        key = key[apart]
        return np.stack([key // max(size, 1), key % max(size, 1)], axis=-1), total[apart]


def tally(raster: Raster, threshold: int = 128, touch: bool = True) -> Tally:
    """What there is to count of one frame.

    Arguments:
        raster: Its pixels; its name begins with `NAME` in the place of the name of its file.
        threshold: The least alpha that counts as opaque.
        touch: Whether to count which colors touch; only the faithful map asks.
    """
    found = count([raster.rgba], threshold)
    size = len(found.colors)
    wide = np.uint8 if size < 1 << 8 else np.uint16 if size < 1 << 16 else np.uint32
    places: NDArray[np.integer] = found.places[0].astype(wide)
    if not touch:
        pairs, edges = np.zeros((0, 2), np.int64), np.zeros(0, np.int64)
    elif size > COLORS:
        codes = np.append(0, cell_codes(found.colors, BITS) + 1).astype(np.int32)
        pairs, edges = touching([codes[places]], 1 << 3 * BITS)
    else:
        pairs, edges = touching([found.places[0]], size)
    facts = raster.name, raster.duration, raster.tag, raster.direction, raster.repeat
    return Tally(found.colors, found.counts, places, pairs, edges, *facts)


def settle(tally: Tally, palette: Palette, dither: str) -> Tally:
    """The frame in the palette, by a dither that looks at nothing but the frame."""
    spread = DITHERS[dither]
    assert spread is not None
    indices = spread((tally.places,), tally.colors, np.array(palette.colors, np.uint8))[0]
    none = np.zeros((0, 2), np.int64)
    return replace(tally, places=indices, pairs=none, edges=none[:, 0], settled=True)


def pool(tallies: Sequence[Tally]) -> Pool:
    """The histogram of all of them."""
    keys = [packed(each.colors) for each in tallies]
    found, inverse = np.unique(np.concatenate([np.zeros(0, np.int64), *keys]), return_inverse=True)
    counts = np.concatenate([np.zeros(0, np.int64), *(each.counts for each in tallies)])
    total = np.bincount(inverse, counts, len(found)).astype(np.int64)
    colors = np.stack([found & 255, found >> 8 & 255, found >> 16], axis=-1).astype(np.uint8)
    ends = np.cumsum([0, *(len(key) for key in keys)]).tolist()
    ranks = tuple(inverse[begin:end] for begin, end in pairwise(ends))
    return Pool(colors, total, (), ranks, tuple(tallies))


def dump(tallies: Sequence[Tally]) -> bytes:
    """The tallies of a file as bytes, the same on every machine."""
    parts = []
    for each in tallies:
        name, tag = each.name.encode("utf-8", "surrogatepass"), each.tag.encode("utf-8", "surrogatepass")
        height, width = each.places.shape
        wide = each.places.dtype.itemsize
        parts += [
            HEAD.pack(
                *(height, width, each.duration, len(each.colors), len(each.pairs), len(name), len(tag), wide),
                *(each.settled, DIRECTIONS.index(each.direction), each.repeat),
            ),
            name,
            tag,
            each.colors.tobytes(),
            each.counts.astype("<u4").tobytes(),
            each.pairs.astype("<u2").tobytes(),
            each.edges.astype("<u4").tobytes(),
            each.places.astype(f"<u{wide}").tobytes(),
        ]
    return zlib.compress(b"".join(parts), 1)


def load(data: bytes) -> list[Tally]:
    """The tallies that `dump` wrote.

    Raises:
        ValueError: If the bytes are not such.
    """
    try:
        inflate = zlib.decompressobj()
        raw = inflate.decompress(data, MOST_BYTES)
        if not inflate.eof:
            raise ValueError("cut")
        return _frames(raw)
    except (zlib.error, struct.error, TypeError, IndexError) as error:
        raise ValueError(str(error)) from error


def _frames(raw: bytes) -> list[Tally]:
    found = []
    at = 0

    def take(kind: str, *shape: int) -> NDArray[Any]:
        nonlocal at
        array = np.frombuffer(raw, kind, prod(shape), at).reshape(shape)
        at += array.nbytes
        return array

    while at < len(raw):
        height, width, duration, colors, pairs, name, tag, wide, settled, direction, repeat = HEAD.unpack_from(raw, at)
        at += HEAD.size
        names = take("u1", name).tobytes(), take("u1", tag).tobytes()
        each = Tally(
            take("u1", colors, 3),
            take("<u4", colors).astype(np.int64),
            pairs=take("<u2", pairs, 2).astype(np.int64),
            edges=take("<u4", pairs).astype(np.int64),
            places=take(f"<u{wide}", height, width),
            name=names[0].decode("utf-8", "surrogatepass"),
            duration=duration,
            tag=names[1].decode("utf-8", "surrogatepass"),
            direction=DIRECTIONS[direction],
            repeat=repeat,
            settled=bool(settled),
        )
        # Whoever can write here can write a false picture, but none that leads us out of an array.
        rows = colors if colors <= COLORS else 1 << 3 * BITS
        if (
            not each.places.size
            or each.places.max() > (255 if settled else colors)
            or (pairs and each.pairs.max() >= rows)
        ):
            raise ValueError("a place beyond its colors")
        found.append(each)
    return found
