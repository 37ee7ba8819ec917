"""A kernel distance on patches: whether two sets of sprites are made of the same small pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

__all__ = ["Patches", "kernel_distance"]

Indices = NDArray[np.uint8]
Floats = NDArray[np.float64]

SIDE = 5
FEATURES = 256
STEP = 0.1  # differences in OKLab beyond which a step is about as large as any
STEPS, COLOR = 0.6, 10.0
WIDTH = 0.5
PACK, SAMPLE = 64, 400  # sprites, and patches of them, that set the kernel's width


@dataclass(frozen=True)
class Patches:
    """Means of random features over the 5 x 5 patches of sprites, by which sets can be compared.

    A patch stands around every drawn pixel, and holds for each of its pixels whether it is drawn, whether it holds the
    same entry as the middle, and the step in OKLab from the middle through a tanh (what matters of a step is that it is
    there, and which way); and the middle's own color. The features are those of a Gaussian kernel on such patches
    (Rahimi and Recht, "Random features for large-scale kernel machines", 2007), half as wide as the median
    distance of patches of the pack. So the product of two means is the mean kernel of all pairs of patches, one of each
    sprite, and a sprite counts as one however large it is.

    Arguments:
        pack: Real sprites, which set the kernel's width. Each of shape (H, W), entries of `lab`, 0 transparent.
        lab: OKLab of the entries, shape (K, 3); the first is not read.
        seed: Of the random features.
    """

    pack: Sequence[Indices]
    lab: Floats
    seed: int = 0

    def embed(self, sprites: Sequence[Indices]) -> Floats:
        """One row a sprite, shape (N, FEATURES); an empty sprite is zero."""
        found = np.zeros((len(sprites), FEATURES))
        weights, phases = self._features
        for place, sprite in enumerate(sprites):
            if sprite.any():
                found[place] = np.cos(self._cut(sprite) @ weights + phases).mean(0) * np.sqrt(2 / FEATURES)
        return found

    @cached_property
    def _features(self) -> tuple[Floats, Floats]:
        rng = np.random.Generator(np.random.Philox(key=self.seed))
        few = self.pack[:: -(-len(self.pack) // PACK)]
        every = np.concatenate([self._cut(sprite) for sprite in few])
        some = every[np.linspace(0, len(every) - 1, min(len(every), SAMPLE)).astype(int)]
        squares = (some**2).sum(1)
        apart = squares[:, None] + squares - 2 * some @ some.T
        different = apart[apart > 1e-6]
        width = WIDTH * np.sqrt(np.median(different)) if len(different) else 1.0
        return rng.standard_normal((every.shape[1], FEATURES)) / width, rng.random(FEATURES) * 2 * np.pi

    def _cut(self, sprite: Indices) -> Floats:
        """The patches of one sprite, a row each."""
        half = SIDE // 2
        table = self.lab.copy()
        table[0] = 0
        windows = np.lib.stride_tricks.sliding_window_view(np.pad(sprite, half), (SIDE, SIDE))[sprite > 0]
        middle = windows[:, half, half][:, None, None]
        drawn = windows > 0
        steps = STEPS * np.tanh((table[windows] - table[middle]) / STEP) * drawn[..., None]
        parts = (drawn, windows == middle, steps, COLOR * table[middle])
        return np.concatenate([part.reshape(len(windows), -1) for part in parts], axis=1, dtype=np.float64)


def kernel_distance(one: Floats, other: Floats) -> float:
    """The squared maximum mean discrepancy of two sets, times 1,000; unbiased, so of equal sets it may be below zero.

    Gretton et al., "A kernel two-sample test" (2012), equation 3, where a set's items are its sprites.

    Arguments:
        one, other: As `Patches.embed` gives them, at least two rows each.
    """

    def within(rows: Floats) -> float:
        return float(((rows.sum(0) ** 2).sum() - (rows**2).sum()) / (len(rows) * (len(rows) - 1)))

    return 1000 * (within(one) + within(other) - 2 * float(one.mean(0) @ other.mean(0)))
