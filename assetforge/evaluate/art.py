"""Art: generated sprites beside held-out ones of the same pack, and what real families make of the same comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from .coverage import coverage, scaled
from .craft import FIGURES, spread, wasserstein
from .forest import told_apart
from .patches import Patches, kernel_distance
from .traits import traits

__all__ = ["Floor", "art", "splits"]

Indices = NDArray[np.uint8]
Floats = NDArray[np.float64]
Places = NDArray[np.intp]

FEWEST = 6
LEAST_SD = 0.02
"""Of a floor: where all real sprites agree, as on one color, a hair's breadth is no fault yet."""


@dataclass(frozen=True)
class Floor:
    """A figure beside what real families reach.

    Attributes:
        value: Of generated sprites beside held-out ones, mean over draws.
        floor, sd: Mean and standard deviation over draws of real families beside other real ones.
        within: Whether the value is no worse than the mean of the floor and two standard deviations.
    """

    value: float
    floor: float
    sd: float
    within: bool

    @classmethod
    def of(cls, values: Floats, floors: Floats, *, more_is_better: bool = False) -> Floor:
        """Of one figure's draws."""
        value, mean, sd = float(values.mean()), float(floors.mean()), float(floors.std())
        excess = mean - value if more_is_better else value - mean
        return cls(value, mean, sd, excess <= 2 * max(sd, LEAST_SD))


def art(
    generated: Sequence[Indices],
    real: Sequence[Indices],
    families: Sequence[int],
    held_out: Sequence[bool],
    lab: Floats,
    *,
    draws: int = 50,
    forests: int = 12,
    seed: int = 0,
) -> dict[str, Any]:
    """Every figure of generated sprites beside the pack's held-out ones, with its floor.

    A figure depends on how many sprites are compared. So the floor is drawn with the same numbers: again and again the
    pack's families are dealt into two sides, one of which stands for the generated and one for the held-out sprites;
    and as often as that, as many generated sprites are taken and compared with the held-out ones.

    Arguments:
        generated: Each of shape (H, W), entries of `lab`, 0 transparent.
        real: All sprites of the pack, the same way.
        families: Of the real ones; no family comes to stand on both sides.
        held_out: True for the real ones that the generated are compared with.
        lab: OKLab of the entries, shape (K, 3).
        draws, forests: How many for the floors of the quick figures, and of the forest.
        seed: Of the draws and all else.

    Returns:
        ``generated`` and ``held_out`` (how many are compared at a time), ``draws``, ``forests``, and as `Floor` fields:
        ``craft`` (mean Wasserstein distance of the craft figures, in units of the pack's spread), ``kernel``,
        ``coverage`` (the only one of which more is better), ``forest``, and under ``figures`` each craft figure, with
        its ``mean`` of generated and ``mean_held_out`` sprites.

    Raises:
        InputError: If there are too few sprites or families to compare.
    """
    places = np.flatnonzero(held_out)
    few = min(len(places), len(real) // 2)
    rng = np.random.Generator(np.random.Philox(key=seed))
    dealt = splits(families, few, len(generated), draws, rng) if len(set(families)) >= 4 else []
    most = min([len(one) for one, _ in dealt], default=0)
    if min(few, most) < FEWEST:
        raise InputError(
            f"{len(generated)} generated and {len(real)} real sprites, {len(places)} of them held out, are too few to "
            f"compare: the least are {FEWEST} of each, and as many of other families."
        )
    rows = traits([*real, *generated], lab)
    pack = rows[: len(real)]
    judge = _Judge(rows, scaled(rows, pack), Patches(real, lab, seed).embed([*real, *generated]), spread(_craft(pack)))
    theirs = [(rng.permutation(one)[:most], other) for one, other in dealt]
    ours = [(len(real) + rng.permutation(len(generated))[:most], rng.permutation(places)[:few]) for _ in range(draws)]
    values, floors = (np.stack([judge.quick(*pair) for pair in pairs]).T for pairs in (ours, theirs))
    told = [
        np.array([told_apart(rows[one], rows[other], seed + n) for n, (one, other) in enumerate(pairs[:forests])])
        for pairs in (ours, theirs)
    ]
    means = _craft(rows[len(real) :]).mean(0), _craft(rows[places]).mean(0)
    return {
        "generated": most,
        "held_out": few,
        "draws": draws,
        "forests": forests,
        "craft": vars(Floor.of(values[0], floors[0])),
        "kernel": vars(Floor.of(values[1], floors[1])),
        "coverage": vars(Floor.of(values[2], floors[2], more_is_better=True)),
        "forest": vars(Floor.of(*told)),
        "figures": {
            name: vars(Floor.of(value, floor)) | {"mean": float(mean), "mean_held_out": float(other)}
            for name, value, floor, mean, other in zip(FIGURES, values[3:], floors[3:], *means, strict=True)
        },
    }


def splits(
    families: Sequence[int], few: int, most: int, draws: int, rng: np.random.Generator
) -> list[tuple[Places, Places]]:
    """Real sprites dealt into two sides by family, again and again: places of up to `most`, and of `few` others."""
    numbers = np.asarray(families)
    names = np.unique(numbers)
    found = []
    for _ in range(draws):
        order = rng.permutation(names)
        sizes = np.cumsum([(numbers == name).sum() for name in order])
        first = order[: int(np.searchsorted(sizes, few)) + 1]
        inside = np.isin(numbers, first)
        one, other = rng.permutation(np.flatnonzero(~inside))[:most], rng.permutation(np.flatnonzero(inside))[:few]
        found.append((one, other))
    return found


@dataclass(frozen=True)
class _Judge:
    """All sprites' traits, points and patches; and the unit of each craft figure."""

    rows: Floats
    points: Floats
    patches: Floats
    unit: Floats

    def quick(self, one: Places, other: Places) -> Floats:
        """Craft, kernel distance, coverage, then each craft figure."""
        apart = wasserstein(_craft(self.rows[one]), _craft(self.rows[other]), self.unit)
        kernel = kernel_distance(self.patches[one], self.patches[other])
        return np.array([apart.mean(), kernel, coverage(self.points[one], self.points[other]), *apart])


def _craft(rows: Floats) -> Floats:
    return rows[:, : len(FIGURES)]
