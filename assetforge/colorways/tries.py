"""Ways that are tried, and the few of them that are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..color import distance, oklab, oklab_to_srgb
from ..palette import RGB, Palette
from .assign import Problem
from .materials import Art, Floats
from .wishes import GRAY_HUE, HUES, wished

__all__ = ["DIFFERENT", "Pool", "Tries", "chosen"]

STAY = -2
"""In the place of a hue: the material stays as it is."""

# Mean OKLab distance, by pixels and a little by colors, below which two ways are one to the eye.
DIFFERENT = 0.035
# More than so different is not better.
ENOUGH = 0.13
# How much a way may be dearer, in squared OKLab distance, for being that much more different.
DEAR = 2.0
# A ramp serves a material well up to this price, and one dearer than the other is never shown.
SERVED, MOST = 0.008, 0.025
# Ways of several materials that are tried at random.
DRAWS = 40
# A material of less than this part of the largest one's pixels is not changed alone.
ALONE = 0.15


@dataclass(frozen=True, eq=False)
class Pool:
    """Ways that were tried: the sRGB of each color, shape (T, N, 3), uint8, and the price of each, shape (T,)."""

    colors: NDArray[np.uint8]
    prices: Floats


@dataclass(eq=False)
class Tries:
    """Tries of one art.

    Arguments:
        art: What is recolored.
        own: The palette it is in.
        turn: Whether each try has colors made for it, or looks for them in `own`.
    """

    art: Art
    own: Palette
    turn: bool
    used: list[RGB] = field(init=False)
    found: dict[bytes, tuple[NDArray[np.uint8], float]] = field(init=False, default_factory=dict)
    whole: tuple[Problem, NDArray[np.uint8]] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.used = [self.own.colors[place - 1] for place in self.art.places]

    def pool(self, seed: int) -> Pool:
        """Each material in each hue alone, then several at once in those that serve them well.

        Arguments:
            seed: Of the draws.
        """
        size = self.art.materials
        shares = [float(self.art.share[self.art.material == number].sum()) for number in range(size)]
        hues = (*HUES, GRAY_HUE)
        good: list[list[int]] = []
        for number in range(size):
            alone = shares[number] >= ALONE * shares[0]
            if self.turn and not alone:
                good.append(list(hues))
                continue
            prices = [self.attempt([hue if at == number else STAY for at in range(size)], alone) for hue in hues]
            bar = max(SERVED, sorted(prices)[3])
            good.append([hue for hue, price in zip(hues, prices, strict=True) if price <= bar])
        if size > 1:
            random = np.random.default_rng(seed)
            draws = [
                tuple(int(random.choice([STAY, *each] if at else each)) for at, each in enumerate(good))
                for _ in range(DRAWS)
            ]
            for several in dict.fromkeys(draws):
                self.attempt(several)
        return Pool(
            np.stack([colors for colors, _ in self.found.values()]),
            np.array([price for _, price in self.found.values()]),
        )

    def attempt(self, hues: Sequence[int], kept: bool = True) -> float:
        """The price of one way.

        Arguments:
            hues: Of each material, `GRAY_HUE`, or `STAY`.
            kept: Whether it may be shown.
        """
        wish = self.art.lab.copy()
        for number, hue in enumerate(hues):
            if hue != STAY:
                wish[self.art.material == number] = wished(self.art, number, hue)
        problem, goal = self.problem(hues)
        state = problem.solve(wish)
        price = float(problem.prices(state, wish).max())
        colors = goal[state]
        if kept and (colors.tobytes() not in self.found or price < self.found[colors.tobytes()][1]):
            self.found[colors.tobytes()] = colors, price
        return price

    def problem(self, hues: Sequence[int]) -> tuple[Problem, NDArray[np.uint8]]:
        """What a way may use, and those colors without doubles, shape (P, 3).

        That is the palette; or what is used now, and each material in its hue and the two beside it.
        """
        if self.whole is not None:
            return self.whole
        colors = list(dict.fromkeys(self.own.colors))
        if self.turn:
            step = HUES[1] - HUES[0]
            around = [
                wished(self.art, number, near)
                for number, hue in enumerate(hues)
                if hue != STAY
                for near in ((hue,) if hue == GRAY_HUE else (hue, hue - step, hue + step))
            ]
            made = oklab_to_srgb(np.concatenate([np.zeros((0, 3)), *around])).tolist()
            colors = list(dict.fromkeys([*self.used, *((r, g, b) for r, g, b in made)]))
        rows = {color: row for row, color in enumerate(colors)}
        goal = np.array(colors, np.uint8)
        now = np.array([rows[color] for color in self.used], np.intp)
        problem = Problem(self.art, oklab(goal), now, both=not self.turn)
        if not self.turn:
            self.whole = problem, goal
        return problem, goal


def chosen(pool: Pool, art: Art, count: int) -> list[NDArray[np.uint8]]:
    """Ways that differ from the art and from each other: the farthest first, dear ones later; each (N, 3)."""
    weight = _weights(art)
    looks = oklab(pool.colors)
    least = (distance(looks, art.lab) * weight).sum(-1)
    found: list[NDArray[np.uint8]] = []
    while len(found) < count:
        bad = (least < DIFFERENT) | (pool.prices > MOST)
        score = np.where(bad, -np.inf, np.minimum(least, ENOUGH) - DEAR * pool.prices)
        at = int(np.round(score, 9).argmax())
        if not np.isfinite(score[at]):
            break
        found.append(pool.colors[at])
        least = np.minimum(least, (distance(looks, looks[at]) * weight).sum(-1))
    return found


def _weights(art: Art) -> Floats:
    """How much the change of each color says, by its pixels and a little by being there; 0 where it stays."""
    free = art.material >= 0
    weight = np.where(free, 0.7 * art.share / art.share[free].sum() + 0.3 / free.sum(), 0.0)
    return weight / weight.sum()
