"""What the colors of left sprites became in the right ones, counted over the pairs that a model learnt from.

The dictionary of word-by-word translation (Brown et al. 1993, "The Mathematics of Statistical Machine Translation",
Model 1), where which word stands for which is known: the one in its place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .entries import table_to

__all__ = ["Lexicon", "smoothed"]

HALF = 0.5

Whole = NDArray[np.int64]
Real = NDArray[np.float32]


@dataclass(frozen=True)
class Lexicon:
    """How often each entry of one palette stood where another has each of its own.

    Attributes:
        left, right: OKLab of the entries, the transparent one first, shapes (L, 3) and (K, 3), float32.
        counts: Shape (L, K), int64.
    """

    left: Real
    right: Real
    counts: Whole

    @classmethod
    def of(cls, left: Real, right: Real, pairs: Iterable[tuple[NDArray[np.uint8], NDArray[np.uint8]]]) -> Lexicon:
        """Counted over pairs of indices of equal shapes."""
        counts = np.zeros((len(left), len(right)), np.int64)
        for one, other in pairs:
            counts += counted(one, other, counts.shape)
        return cls(left, right, counts)

    def to(self, right: Real) -> Lexicon:
        """For another palette of the right ones: each entry's counts go to the nearest one there."""
        counts = np.zeros((len(right), len(self.left)), np.int64)
        np.add.at(counts, table_to(self.right, right), self.counts.T)
        return Lexicon(self.left, right, counts.T)

    def expected(self, left: Real) -> Real:
        """For each entry of another palette of the left ones, read as the nearest known color, log-probabilities of the
        right's entries; shape (len(left), K)."""
        return smoothed(self.counts[table_to(left, self.left)])


def smoothed(counts: Whole) -> Real:
    """Log-probabilities of counts (L, K), half a count added to each (Krichevsky & Trofimov 1981)."""
    halves = counts + HALF
    logp: Real = np.log(halves / halves.sum(1, keepdims=True)).astype(np.float32)
    return logp


def counted(left: NDArray[np.integer], right: NDArray[np.integer], shape: tuple[int, ...]) -> Whole:
    """How often two entries stand in one place, of `shape` (L, K)."""
    both = left.astype(np.int64) * shape[1] + right
    return np.bincount(both.ravel(), minlength=shape[0] * shape[1]).reshape(shape)
