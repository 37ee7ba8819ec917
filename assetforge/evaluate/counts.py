"""Back-off counts: each pixel by what stood there when its neighbors looked the same.

Contexts of 0, 1, 2 … neighbors are blended from the shortest up (Jelinek and Mercer 1980): a context
seen n times with T kinds of pixel is trusted by a weight that hangs on n and n / T alone, fitted by
EM on sprites that were kept out of the counts (deleted interpolation; bucketed as in Chen and
Goodman, "An empirical study of smoothing techniques for language modeling", 1998).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..sprite import Sprite

__all__ = ["AROUND", "coded"]

AROUND = ((0, -1), (-1, 0), (-1, -1), (-1, 1), (0, -2), (-2, 0), (-2, -1), (-2, 1), (-1, -2), (-1, 2))
"""(row, column) of the neighbors, the nearest first."""

FAR = 2
FOLDS, BLOCK, MOST_BLOCKS = 5, 10, 20
FITTED = 200_000
ROUNDS = 40
SEEN, SURE = 15, 6

Whole = NDArray[np.int64]
Real = NDArray[np.float64]


@dataclass(frozen=True)
class Found:
    """What the counts say of some pixels, each array of shape (P,).

    Attributes:
        here: How often the pixel's own entry was seen in its context.
        seen: How often the context was.
        kinds: How many entries were seen in it.
    """

    here: Whole
    seen: Whole
    kinds: Whole

    @property
    def bucket(self) -> Whole:
        """Which weight is theirs: log2 of n, and log2 of n / T, rounded."""
        often = np.log2(np.maximum(self.seen, 1)).round().astype(np.int64)
        sure = np.log2(np.maximum(self.seen, 1) / np.maximum(self.kinds, 1)).round().astype(np.int64)
        return np.minimum(often, SEEN - 1) * SURE + np.minimum(sure, SURE - 1)

    def blend(self, weights: Real, chance: Real) -> Real:
        """Probabilities under this context's counts and the `chance` that shorter ones give, shape (P,)."""
        trust = weights[self.bucket] * (self.seen > 0)
        return trust * self.here / np.maximum(self.seen, 1) + (1 - trust) * chance


class Weights:
    """How far counts are trusted, by bucket; Witten and Bell's n / (n + T) until there is evidence."""

    def __init__(self) -> None:
        sure = np.tile(2.0 ** np.arange(SURE), SEEN)
        self.now = self.first = sure / (sure + 1)
        self.trusted, self.met = self.first.copy(), np.ones(SEEN * SURE)

    def learn(self, found: Found, chance: Real) -> None:
        """Count, for pixels just coded, how likely it was that their context's counts made them."""
        bucket, known = found.bucket, found.seen > 0
        part = self.now[bucket] * found.here / np.maximum(found.seen, 1)
        share = part / (part + (1 - self.now[bucket]) * chance)
        self.trusted += np.bincount(bucket[known], share[known], len(self.now))
        self.met += np.bincount(bucket[known], minlength=len(self.now))
        self.now = self.trusted / self.met

    def fit(self, found: Found, chance: Real) -> None:
        """The likeliest weights for these pixels, by EM."""
        for _ in range(ROUNDS):
            self.trusted, self.met = self.first.copy(), np.ones(SEEN * SURE)
            self.learn(found, chance)


class Tables:
    """Contexts of one length with the entries seen in them, as numbers counted without gaps.

    Arguments:
        context: A key for each pixel, shape (P,), non-negative.
        entry: What each pixel is, shape (P,).
        entries: How many there are.
    """

    def __init__(self, context: Whole, entry: Whole, entries: int) -> None:
        pairs, self.pair = np.unique(context * entries + entry, return_inverse=True)
        _, self.owner = np.unique(pairs // entries, return_inverse=True)
        self.clear(np.zeros(len(pairs), np.int64))

    def clear(self, times: Whole) -> None:
        """Start from these counts of each pair."""
        self.times = times
        self.seen = np.bincount(self.owner, times).astype(np.int64)
        self.kinds = np.bincount(self.owner, times > 0).astype(np.int64)

    def add(self, pixels: Whole) -> None:
        """Count more pixels, given by number."""
        pairs, more = np.unique(self.pair[pixels], return_counts=True)
        np.add.at(self.kinds, self.owner[pairs], self.times[pairs] == 0)
        np.add.at(self.seen, self.owner[pairs], more)
        self.times[pairs] += more

    def tally(self, pixels: Whole | NDArray[np.bool_]) -> Whole:
        return np.bincount(self.pair[pixels], minlength=len(self.owner))

    def look(self, pixels: Whole) -> Found:
        pair = self.pair[pixels]
        return Found(self.times[pair], self.seen[self.owner[pair]], self.kinds[self.owner[pair]])


class Pixels:
    """The pixels of many sprites in a row.

    Arguments:
        sprites: Of any sizes.
        entries: Of their palette, transparent included.
    """

    def __init__(self, sprites: Sequence[Sprite], entries: int) -> None:
        self.entries = entries
        self.entry = np.concatenate([sprite.indices.ravel() for sprite in sprites]).astype(np.int64)
        self.ends = np.cumsum([0, *(sprite.indices.size for sprite in sprites)])
        self.padded = []
        for sprite in sprites:
            height, width = sprite.indices.shape
            wide = np.zeros((height + FAR, width + 2 * FAR), np.int64)
            wide[FAR:, FAR:-FAR] = sprite.indices
            wide[FAR:, FAR:-FAR] += 1
            self.padded.append(wide)

    def of(self, number: int) -> Whole:
        """The pixels of one sprite, by number."""
        return np.arange(self.ends[number], self.ends[number + 1])

    def tables(self, orders: int) -> Iterator[Tables]:
        """Tables of the contexts of 0, 1 … `orders` neighbors, nothing counted yet; outside is an entry of its own."""
        base = self.entries + 1
        key = np.zeros_like(self.entry)
        yield Tables(key, self.entry, self.entries)
        for y, x in AROUND[:orders]:
            near = [wide[FAR + y : len(wide) + y, FAR + x : wide.shape[1] - FAR + x].ravel() for wide in self.padded]
            if int(key.max()) >= 2**60 // base**2:
                key = np.unique(key, return_inverse=True)[1]
            key = key * base + np.concatenate(near)
            yield Tables(key, self.entry, self.entries)


def coded(learnt: Sequence[Sprite], scored: Sequence[Sprite], entries: int, orders: int) -> float:
    """Bits per pixel of `scored` under counts of up to `orders` neighbors, at most 10.

    Learnt from `learnt` and their mirror images; from the scored sprites themselves, each after it
    is coded, if there are none.

    Arguments:
        learnt, scored: All in one palette.
        entries: Of that palette, transparent included.
    """
    chance = learned(learnt, scored, entries, orders) if learnt else adaptive(scored, entries, orders)
    return float(-np.log2(chance).mean())


def mirrored(sprite: Sprite) -> Sprite:
    return Sprite(sprite.indices[:, ::-1], sprite.palette)


def learned(learnt: Sequence[Sprite], scored: Sequence[Sprite], entries: int, orders: int) -> Real:
    """The probability of each scored pixel, shape (P,)."""
    count = len(learnt)
    pixels = Pixels([*learnt, *map(mirrored, learnt), *scored], entries)
    theirs = pixels.ends[2 * count]
    asked = np.arange(theirs, pixels.ends[-1])
    # Weights fitted beside near-copies would trust long contexts more than strangers deserve, and what stands
    # together is often of one family: it is kept out together, mirrored too.
    block = np.arange(count) * min(MOST_BLOCKS, max(FOLDS, count // BLOCK)) // count % FOLDS
    fold = np.repeat(np.append(np.tile(block, 2), np.full(len(scored), FOLDS)), np.diff(pixels.ends))
    sample = [np.flatnonzero(fold == part)[:: 1 + theirs // FITTED] for part in range(FOLDS)]
    chance, held = np.full(len(asked), 1 / entries), np.full(sum(map(len, sample)), 1 / entries)
    for table in pixels.tables(orders):
        whole = table.tally(np.arange(theirs))
        found = []
        for part, some in enumerate(sample):
            table.clear(whole - table.tally(fold == part))
            found.append(table.look(some))
        kept_out = Found(*(np.concatenate([getattr(f, name) for f in found]) for name in ("here", "seen", "kinds")))
        weights = Weights()
        weights.fit(kept_out, held)
        held = kept_out.blend(weights.now, held)
        table.clear(whole)
        chance = table.look(asked).blend(weights.now, chance)
    return chance


def adaptive(scored: Sequence[Sprite], entries: int, orders: int) -> Real:
    """The probability of each pixel, shape (P,), counts and weights being those of the sprites before its own."""
    count = len(scored)
    pixels = Pixels([*scored, *map(mirrored, scored)], entries)
    ladder = [(table, Weights()) for table in pixels.tables(orders)]
    result = []
    for number in range(count):
        here = pixels.of(number)
        chance = np.full(len(here), 1 / entries)
        for table, weights in ladder:
            found = table.look(here)
            shorter, chance = chance, found.blend(weights.now, chance)
            weights.learn(found, shorter)
            table.add(np.append(here, pixels.of(count + number)))
        result.append(chance)
    return np.concatenate(result)
