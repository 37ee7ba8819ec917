"""Coverage: how much of what is real has something generated near it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .traits import GROUPS

__all__ = ["coverage", "scaled"]

Floats = NDArray[np.float64]

NEIGHBORS = 3


def coverage(generated: Floats, real: Floats, neighbors: int = NEIGHBORS) -> float:
    """Share of real sprites with a generated one nearer than their third nearest real one.

    Naeem et al., "Reliable fidelity and diversity metrics for generative models" (2020). They take the fifth, so that
    samples of one distribution come to about 0.97; the third comes to 0.88, and of a score of sprites still tells
    something.

    Arguments:
        generated, real: Points, shapes (N, D) and (M, D); more than `neighbors` real ones.
    """
    among = np.sort(_squares(real, real), axis=1)[:, neighbors]
    return float((_squares(real, generated).min(1) <= among).mean())


def scaled(rows: Floats, pack: Floats) -> Floats:
    """Traits as points: each in standard deviations of the pack, and each group of them of the same weight.

    Arguments:
        rows: As `traits.traits` gives them.
        pack: Those of the pack's real sprites. What never varies among them is left out.
    """
    weights = 1 / np.sqrt(np.repeat(GROUPS, GROUPS))
    spread = pack.std(0)
    varied = spread > 1e-6
    return ((rows - pack.mean(0)) * weights)[:, varied] / spread[varied]


def _squares(one: Floats, other: Floats) -> Floats:
    """Squared distances of all pairs, shape (N, M)."""
    # Differences, not the product formula: equal points must come to exactly zero.
    return np.stack([((other - row) ** 2).sum(1) for row in one])
