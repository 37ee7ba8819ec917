"""A random forest that tries to tell generated sprites from real ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier

__all__ = ["told_apart"]

TREES = 100


def told_apart(one: NDArray[np.float64], other: NDArray[np.float64], seed: int = 0) -> float:
    """How often a forest says rightly of a sprite from which of two sets it is; 0.5 when it cannot tell.

    The classifier two-sample test (Lopez-Paz and Oquab, "Revisiting classifier two-sample tests", 2017) with a random
    forest (Breiman 2001), each sprite judged by the trees that did not learn from it. Of the larger set as many are
    taken as the smaller one has.

    Arguments:
        one, other: Traits, shapes (N, F) and (M, F), as `traits.traits` gives them.
        seed: Of the forest, and of what is taken from the larger set.
    """
    rng = np.random.Generator(np.random.Philox(key=seed))
    count = min(len(one), len(other))
    rows = np.concatenate([some[np.sort(rng.permutation(len(some))[:count])] for some in (one, other)])
    labels = np.repeat([0, 1], count)
    forest = RandomForestClassifier(TREES, min_samples_leaf=2, oob_score=True, random_state=seed, n_jobs=1)
    return float(forest.fit(rows, labels).oob_score_)
