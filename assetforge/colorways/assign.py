"""Which color of a palette each color of the sprites becomes: near to its wish, and no shape lost.

Three things hold by construction, from the first state to the last. No two colors become one. Colors of one material,
colors that touch, and any two whose lightness differs visibly keep their order of lightness. What is fixed stays. The
start is the best monotone map, found by dynamic programming over the palette from dark to light (there always is one:
the identity); then moves of one color, and of two, descend while they keep to it (iterated conditional modes, Besag,
"On the statistical analysis of dirty pictures", 1986). What they descend in are the distances to the wishes, and a
price for touching colors whose contrast fades or grows, and for materials that come near each other.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..color import distance
from .materials import Art, Floats

__all__ = ["Problem"]

Rows = NDArray[np.intp]

# In the squared distance to a wish: lightness, chroma and hue.
LIGHT, CHROMA, HUE = 1.2, 0.6, 1.6
# The step from a shade to another of its material should be the one that was wished for, squared.
SMOOTH = 0.6
# Lightness apart by this much is an order that is kept even where nothing touches.
VISIBLE = 0.12
# A price for each halving or doubling of a contrast, squared, beside squared OKLab distances.
CONTRAST = 0.02
# Halving counts from the first bit, doubling from half of one.
ROOM = 0.5
# Colors of different materials should stay so far apart.
APART = 0.1
STAND = 0.25
PASSES = 12
FEW = 24
"""Free colors up to which moves of two are tried."""
SERVED = 0.004
"""The price of a material up to which nothing better is looked for."""
ALONE = 0.2
"""How dear a material of one color is beside a ramp."""

CHOICES = 20
"""Colors of the palette that moves of two look at."""


@dataclass(eq=False)
class Problem:
    """Sprites and a palette.

    Arguments:
        art: What is to be recolored.
        goal: The palette in OKLab, without doubles, shape (P, 3).
        own: The row of `goal` that each color has now, shape (N,).
        both: Whether to try moves of two, which help where few colors serve.
    """

    art: Art
    goal: Floats
    own: Rows
    both: bool = True
    order: NDArray[np.int8] = field(init=False)
    steps: Floats = field(init=False)

    def __post_init__(self) -> None:
        lab, material = self.art.lab, self.art.material
        size = len(lab)
        rise = lab[:, None, 0] - lab[:, 0]
        touch = np.zeros((size, size))
        touch[self.art.pairs[:, 0], self.art.pairs[:, 1]] = self.art.edges
        touch += touch.T
        one = (material[:, None] == material) & (material >= 0)
        rank = np.array([(one[row, :row]).sum() for row in range(size)])
        self.order = np.where((np.abs(rise) >= VISIBLE) | (touch > 0) | one, np.sign(rise), 0).astype(np.int8)
        self.free = np.flatnonzero(material >= 0)
        # A pair counts by its edges, but also by being there: an eye of two pixels matters.
        pairs = max(len(self.art.pairs), 1)
        self.touch = np.where(touch > 0, 0.5 * touch + 0.5 / pairs, 0.0)
        self.between = np.where(~one & (touch == 0), 0.2 / max(size * size, 1), 0.0)
        np.fill_diagonal(self.between, 0.0)
        self.gap = np.maximum(distance(lab[:, None], lab), 1e-3)
        free = max(len(self.free), 1)
        self.weight = 0.3 * self.art.share + 0.7 / free
        near = one & (np.abs(np.subtract.outer(rank, rank)) == 1)
        self.beside = np.where(near, SMOOTH / free, 0.0)
        self.apart = np.maximum(distance(self.goal[:, None], self.goal), 1e-4)
        self.light = self.goal[:, 0]

    def cost(self, wish: Floats) -> Floats:
        """Of each color at each color of the palette, shape (N, P); infinite where it may not go.

        Arguments:
            wish: OKLab that each would like to have, shape (N, 3).
        """
        chroma, goal_chroma = np.hypot(wish[:, 1], wish[:, 2])[:, None], np.hypot(self.goal[:, 1], self.goal[:, 2])
        plane = ((wish[:, None, 1:] - self.goal[:, 1:]) ** 2).sum(-1)
        step = (chroma - goal_chroma) ** 2
        hue = np.maximum(plane - step, 0.0)
        cost = LIGHT * (wish[:, None, 0] - self.light) ** 2 + CHROMA * step + HUE * hue
        cost *= self.weight[:, None]
        fixed = self.art.material < 0
        cost[:, self.own[fixed]] = np.inf
        cost[fixed] = np.inf
        cost[fixed, self.own[fixed]] = 0.0
        return cost

    def solve(self, wish: Floats) -> Rows:
        """The row of the palette for each color, shape (N,)."""
        cost, self.steps = self.cost(wish), wish[:, None, 1:] - wish[:, 1:]
        state = self.start(cost)
        for _ in range(PASSES):
            before = state.copy()
            for row in self.free.tolist():
                self.move(row, state, cost)
            if (state != before).any():
                continue
            # Moves of two are dear, and seldom help where all have what they wish.
            if len(self.free) > FEW or not self.both or float(self.prices(state, wish).max()) <= SERVED:
                break
            if not self.exchange(state, cost):
                break
        return state

    def start(self, cost: Floats) -> Rows:
        """The cheapest map that keeps the order of lightness of all colors."""
        by = np.lexsort((np.arange(len(self.light)), self.light))
        ranked = cost[:, by]
        size, width = ranked.shape
        best, back = np.empty((size, width)), np.zeros((size, width), np.intp)
        best[0] = ranked[0]
        for row in range(1, size):
            least = np.minimum.accumulate(best[row - 1])
            at = np.maximum.accumulate(np.where(best[row - 1] == least, np.arange(width), 0))
            best[row, 0] = np.inf
            best[row, 1:] = ranked[row, 1:] + least[:-1]
            back[row, 1:] = at[:-1]
        place = int(np.round(best[-1], 12).argmin())
        if not np.isfinite(best[-1, place]):
            return self.own.copy()
        state = np.empty(size, np.intp)
        for row in range(size - 1, -1, -1):
            state[row] = by[place]
            place = back[row, place]
        return state if self.legal(state) else self.own.copy()

    def legal(self, state: Rows) -> bool:
        """Whether no two colors become one and none of the orders turns."""
        rise = np.sign(self.light[state][:, None] - self.light[state])
        return len(set(state.tolist())) == len(state) and bool((rise == self.order)[self.order != 0].all())

    def fits(self, row: int, state: Rows) -> NDArray[np.bool_]:
        """The colors of the palette that one color may become while the others stay, shape (P,)."""
        order = self.order[row]
        lights = self.light[state]
        low = lights[order > 0].max(initial=-np.inf)
        high = lights[order < 0].min(initial=np.inf)
        fits = (self.light > low) & (self.light < high)
        fits[np.delete(state, row)] = False
        return fits

    def price(self, row: int, state: Rows, others: NDArray[np.bool_]) -> Floats:
        """What the contrasts of one color with some others cost at each color of the palette, shape (P,)."""
        near = np.flatnonzero(others & (self.touch[row] > 0))
        far = np.flatnonzero(others & (self.between[row] > 0))
        total = self.faded(self.apart[:, state[near]], self.gap[row, near]) @ self.touch[row, near]
        total += self.merged(self.apart[:, state[far]], self.gap[row, far]) @ self.between[row, far]
        for other in np.flatnonzero(others & (self.beside[row] > 0)):
            step = self.goal[:, 1:] - self.goal[state[other], 1:] - self.steps[row, other]
            total += self.beside[row, other] * (step**2).sum(-1)
        return total

    @staticmethod
    def faded(now: Floats, before: Floats | float) -> Floats:
        """The price of contrasts that were `before`."""
        bits = np.log2(now / before)
        return CONTRAST * (np.maximum(-bits, 0.0) ** 2 + np.maximum(bits - ROOM, 0.0) ** 2)

    @staticmethod
    def merged(now: Floats, before: Floats | float) -> Floats:
        """The price of things that come near each other that were not."""
        wanted = np.minimum(before, APART)
        return STAND * np.maximum(1.0 - now / wanted, 0.0) ** 2

    def prices(self, state: Rows, wish: Floats) -> Floats:
        """How ill each material is served: squared distances from wishes and from wished steps, shape (materials,)."""
        own = np.arange(len(state))
        unlike = self.cost(wish)[own, state] / self.weight
        step = self.goal[state][:, None, 1:] - self.goal[state][:, 1:] - (wish[:, None, 1:] - wish[:, 1:])
        near = self.beside > 0
        unlike += SMOOTH * (near * (step**2).sum(-1)).sum(1) / np.maximum(near.sum(1), 1)
        bits = np.abs(np.log2(self.apart[np.ix_(state, state)] / self.gap))
        unlike += (
            CONTRAST * (np.maximum(bits - ROOM, 0.0) ** 2 * self.touch).sum(1) / np.maximum(self.touch.sum(1), 1e-9)
        )
        groups = [unlike[self.art.material == number] for number in range(self.art.materials)]
        # One false shade among good ones is seen at once; a single color cannot be false to others.
        return np.array([0.5 * (each.mean() + each.max()) * (1.0 if len(each) > 1 else ALONE) for each in groups])

    def move(self, row: int, state: Rows, cost: Floats) -> None:
        """Move one color to its best place."""
        fits = self.fits(row, state)
        fits[state[row]] = True
        others = np.arange(len(state)) != row
        total = np.where(fits, cost[row] + self.price(row, state, others), np.inf)
        state[row] = int(np.round(total, 12).argmin())

    def exchange(self, state: Rows, cost: Floats) -> bool:
        """Move two colors at once wherever that helps; whether any did."""
        moved = False
        for a in self.free.tolist():
            for b in self.free[self.free > a].tolist():
                if self.touch[a, b] or self.beside[a, b]:
                    moved |= self.exchanged(a, b, state, cost)
        return moved

    def exchanged(self, a: int, b: int, state: Rows, cost: Floats) -> bool:
        others = np.ones(len(state), np.bool_)
        others[[a, b]] = False
        choices, totals = [], []
        for row, partner in ((a, b), (b, a)):
            order = np.where(np.arange(len(state)) == partner, 0, self.order[row])
            lights = self.light[state]
            fits = (self.light > lights[order > 0].max(initial=-np.inf)) & (
                self.light < lights[order < 0].min(initial=np.inf)
            )
            fits[state[others]] = False
            chosen = np.flatnonzero(fits)
            near = np.argsort(np.round(cost[row, chosen], 12), kind="stable")[:CHOICES]
            chosen = np.union1d(chosen[near], state[row])
            choices.append(chosen)
            totals.append((cost[row] + self.price(row, state, others))[chosen])
        one, other = choices
        both = totals[0][:, None] + totals[1]
        if self.touch[a, b]:
            both = both + self.touch[a, b] * self.faded(self.apart[np.ix_(one, other)], float(self.gap[a, b]))
        elif self.between[a, b]:
            both = both + self.between[a, b] * self.merged(self.apart[np.ix_(one, other)], float(self.gap[a, b]))
        if self.beside[a, b]:
            step = self.goal[one][:, None, 1:] - self.goal[other][:, 1:] - self.steps[a, b]
            both = both + self.beside[a, b] * (step**2).sum(-1)
        bad = one[:, None] == other
        if self.order[a, b]:
            bad |= np.sign(self.light[one][:, None] - self.light[other]) != self.order[a, b]
        both = np.round(np.where(bad, np.inf, both), 12)
        now = both[np.searchsorted(one, state[a]), np.searchsorted(other, state[b])]
        at = int(both.argmin())
        if not both.flat[at] < now - 1e-9:
            return False
        state[a], state[b] = one[at // len(other)], other[at % len(other)]
        return True
