"""Compression whose bytes are ours: DEFLATE in a zlib stream (RFC 1951, RFC 1950), the same on every machine.

Which library stands behind Python's `zlib` is up to whoever built it: zlib, zlib-ng and Cloudflare's
give other bytes at the same level, and a lock that is shared through git would not match.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["compress"]

WINDOW, SHORTEST, LONGEST = 32768, 4, 258
TRIES = 8
"""Earlier places that a match is looked for at."""
GOOD = 64
"""A match so long is taken without looking for a longer one."""
STRETCH, BLOCK = 1 << 18, 1 << 15
"""Bytes in which matches are found together, and tokens that share one table of codes."""
LENGTH_ORDER = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)
END = 256

Words = NDArray[np.int64]
Part = tuple[Words, Words]
"""Values, and how many bits each takes."""


def _steps(first: int, extra: Sequence[int]) -> tuple[Words, Words]:
    """Where each code of a length or a distance begins, and its number of extra bits."""
    bits = np.array(extra, np.int64)
    return first + np.concatenate(([0], np.cumsum(1 << bits)[:-1])), bits


LENGTHS, LENGTH_BITS = _steps(3, [0] * 8 + [bits for bits in range(1, 6) for _ in range(4)])
LENGTHS, LENGTH_BITS = np.append(LENGTHS, LONGEST), np.append(LENGTH_BITS, 0)
DISTANCES, DISTANCE_BITS = _steps(1, [0] * 4 + [bits for bits in range(1, 14) for _ in range(2)])


@lru_cache(maxsize=1)  # a sheet's atlas and its index texture hold the same rows
def compress(data: bytes) -> bytes:
    """`data` as a zlib stream; any inflater reads it."""
    packed, spare = bytearray(b"\x78\xda"), np.zeros(0, np.uint8)
    for values, bits in _parts(data):
        row = np.concatenate((spare, _row(values, bits)))
        whole = len(row) - len(row) % 8
        packed += np.packbits(row[:whole], bitorder="little").tobytes()
        spare = row[whole:]
    packed += np.packbits(spare, bitorder="little").tobytes()
    return bytes(packed + struct.pack(">I", zlib.adler32(data)))


def _parts(data: bytes) -> Iterator[Part]:
    """All blocks, a part of the data after the other: memory does not grow with the picture."""
    starts = range(0, max(1, len(data)), STRETCH)
    for start in starts:
        seen = min(start, WINDOW)
        tokens = _tokens(data[start - seen : start + STRETCH], seen)
        firsts = range(0, max(1, len(tokens)), BLOCK)
        for first in firsts:
            yield from _block(tokens[first : first + BLOCK], last=(start, first) == (starts[-1], firsts[-1]))


def _tokens(data: bytes, place: int) -> Words:
    """The data from `place` on as literals, (byte, 0), and matches, (length, distance).

    A match is the longest that was found, and gives way to a longer one at the next place, as zlib does.
    """
    before, size = _before(data), len(data)
    sizes: list[int] = []
    distances: list[int] = []
    length = distance = 0
    while place < size:
        # A match of `length` began at the place before.
        longer = further = 0
        if length < GOOD and before[place] >= 0:
            longer, further = _match(data, before, place, max(length, SHORTEST - 1))
        if length and not longer:
            sizes.append(length)
            distances.append(distance)
            place += length - 1
            length = 0
            continue
        if length:
            sizes.append(data[place - 1])
            distances.append(0)
        length, distance = longer, further
        if not length:
            sizes.append(data[place])
            distances.append(0)
        place += 1
    if length:
        sizes.append(length)
        distances.append(distance)
    return np.array([sizes, distances], np.int64).T


def _before(data: bytes) -> list[int]:
    """For each place, the nearest one before it where the same four bytes stand; -1 if there is none."""
    if len(data) < SHORTEST:
        return [-1] * len(data)
    one = np.frombuffer(data, np.uint8).astype(np.uint32)
    keys = one[:-3] << 24 | one[1:-2] << 16 | one[2:-1] << 8 | one[3:]
    order = np.argsort(keys, kind="stable")
    found = np.full(len(keys), -1, np.int64)
    same = keys[order[1:]] == keys[order[:-1]]
    found[order[1:][same]] = order[:-1][same]
    return [*found.tolist(), -1, -1, -1]


def _match(data: bytes, before: list[int], place: int, best: int) -> tuple[int, int]:
    """The longest match at `place` that is over `best`, and its distance, of equals the nearest; or (0, 0)."""
    size = min(LONGEST, len(data) - place)
    here = data[place : place + size]
    start, oldest, distance = before[place], place - WINDOW, 0
    word = int.from_bytes(here)
    for _ in range(TRIES):
        if start < 0 or start < oldest or best >= size:
            break
        if data[start + best] == here[best]:
            # The first byte that differs is the first that the difference of the two numbers has.
            length = size - ((word ^ int.from_bytes(data[start : start + size])).bit_length() + 7) // 8
            if length > best:
                best, distance = length, place - start
        start = before[start]
    return (best, distance) if distance else (0, 0)


def _block(tokens: Words, last: bool) -> Iterator[Part]:
    """One block, in codes of its own or, if those take no more room, in the fixed ones."""
    plain = tokens[:, 1] == 0
    lengths = np.searchsorted(LENGTHS, np.maximum(tokens[:, 0], SHORTEST), "right") - 1
    distances = np.searchsorted(DISTANCES, np.maximum(tokens[:, 1], 1), "right") - 1
    symbols = np.where(plain, tokens[:, 0], 257 + lengths)
    counts = np.bincount(np.append(symbols, END), minlength=286)
    far = np.bincount(distances[~plain], minlength=30)
    own = _code_lengths(counts, 15), _code_lengths(far, 15)
    fixed = np.repeat([8, 9, 7, 8], [144, 112, 24, 6]), np.full(30, 5)
    header = _header(*own)
    cost = [int((counts * one).sum() + (far * other).sum()) for one, other in (own, fixed)]
    dynamic = cost[0] + int(header[1].sum()) < cost[1]
    yield _part([int(last), 2 if dynamic else 1], [1, 2])
    if dynamic:
        yield header
    near, away = own if dynamic else fixed
    # Fixed codes are made of all 288 symbols, of which two are never used.
    near_codes = _codes(near if dynamic else np.append(near, [8, 8]))
    away_codes = _codes(away)
    rows = np.zeros((2, len(tokens), 4), np.int64)
    rows[:, :, 0] = near_codes[symbols], near[symbols]
    rows[:, :, 1] = tokens[:, 0] - LENGTHS[lengths], LENGTH_BITS[lengths]
    rows[:, :, 2] = away_codes[distances], away[distances]
    rows[:, :, 3] = tokens[:, 1] - DISTANCES[distances], DISTANCE_BITS[distances]
    rows[:, plain, 1:] = 0
    yield rows[0].ravel(), rows[1].ravel()
    yield _part([near_codes[END]], [near[END]])


def _header(near: Words, away: Words) -> Part:
    """The table of codes of a block: both lists of lengths, runs of them shortened, in codes of their own."""
    own = np.concatenate((_used(near, 257), _used(away, 1)))
    runs = list(_runs(own.tolist()))
    lengths = _code_lengths(np.bincount([symbol for symbol, _, _ in runs], minlength=19), 7)
    codes = _codes(lengths)
    told = [int(lengths[symbol]) for symbol in LENGTH_ORDER]
    while len(told) > 4 and not told[-1]:
        told.pop()
    values = [len(_used(near, 257)) - 257, len(_used(away, 1)) - 1, len(told) - 4, *told]
    bits = [5, 5, 4, *[3] * len(told)]
    for symbol, extra, room in runs:
        values += [int(codes[symbol]), extra]
        bits += [int(lengths[symbol]), room]
    return _part(values, bits)


def _used(lengths: Words, least: int) -> Words:
    """The lengths up to the last that is not 0, and at least so many."""
    used = np.flatnonzero(lengths)
    return lengths[: max(least, int(used[-1]) + 1 if len(used) else 0)]


def _runs(lengths: list[int]) -> Iterator[tuple[int, int, int]]:
    """Code lengths in the alphabet of RFC 1951, 3.2.7: symbol, extra value and its bits."""
    place = 0
    while place < len(lengths):
        value = lengths[place]
        end = place
        while end < len(lengths) and lengths[end] == value:
            end += 1
        run = end - place
        place = end
        if value:
            yield value, 0, 0
            run -= 1
        while run >= 3:
            most, symbol, least, room = (6, 16, 3, 2) if value else (138, 18, 11, 7) if run > 10 else (10, 17, 3, 3)
            part = min(run, most)
            yield symbol, part - least, room
            run -= part
        yield from ((value, 0, 0) for _ in range(run))


def _code_lengths(counts: Words, most: int) -> Words:
    """Lengths of the best prefix code none of which is over `most` bits: package-merge (Larmore & Hirschberg 1990)."""
    used = [int(symbol) for symbol in np.flatnonzero(counts)]
    lengths = np.zeros(len(counts), np.int64)
    if len(used) < 2:
        # A code of one symbol takes a bit all the same, and a table of none is told as one.
        lengths[used or [0]] = 1
        return lengths
    coins = sorted((int(counts[symbol]), [symbol]) for symbol in used)
    packages: list[tuple[int, list[int]]] = []
    for _ in range(most):
        merged = sorted(coins + packages, key=lambda coin: coin[0])
        packages = [
            (one[0] + other[0], one[1] + other[1]) for one, other in zip(merged[::2], merged[1::2], strict=False)
        ]
    for _, symbols in packages[: len(used) - 1]:
        for symbol in symbols:
            lengths[symbol] += 1
    return lengths


def _codes(lengths: Words) -> Words:
    """The canonical codes of such lengths (RFC 1951, 3.2.2), turned round: a code's first bit comes first."""
    codes = np.zeros(len(lengths), np.int64)
    code = 0
    for length in range(1, int(lengths.max()) + 1):
        code <<= 1
        for symbol in np.flatnonzero(lengths == length):
            codes[symbol] = int(f"{code:0{length}b}"[::-1], 2)
            code += 1
    return codes


def _part(values: Sequence[int], bits: Sequence[int]) -> Part:
    return np.array(values, np.int64), np.array(bits, np.int64)


def _row(values: Words, bits: Words) -> NDArray[np.uint8]:
    """All values as one row of bits, the lowest of each first."""
    starts = np.cumsum(bits) - bits
    place = np.arange(int(bits.sum())) - np.repeat(starts, bits)
    return (np.repeat(values, bits) >> place & 1).astype(np.uint8)
