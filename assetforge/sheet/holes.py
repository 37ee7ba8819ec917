"""What is free on a page on which some rectangles stand already: its maximal free rectangles.

Jylänki, "A Thousand Ways to Pack the Bin" (2010): every free place lies in one of them, so a place is free if one of
them holds it, and taking it leaves at most four new ones of each that it touches.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .layout import MOST_PIXELS, MOST_SIDE, Page
from .strip import Corner, Size

__all__ = ["Holes"]

Ends = NDArray[np.intp]

POWERS = 1 << np.arange(MOST_SIDE.bit_length() + 1)


class Holes:
    """A page that is filled bit by bit.

    Attributes:
        free: Left, top, right and lower end of each free rectangle, shape (N, 4).
        reach: How far what stands here reaches to the right and down.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.free: Ends = np.array([[0, 0, page.room, page.room]], np.intp)
        self.reach: Size = (0, 0)

    def copy(self) -> Holes:
        """A page as it is now, to be filled otherwise."""
        other = Holes(self.page)
        other.free, other.reach = self.free, self.reach
        return other

    def put(self, corner: Corner, size: Size) -> bool:
        """Put a rectangle there, if the place is free."""
        x, y = corner
        right, bottom = x + size[0], y + size[1]
        left_ends, tops, right_ends, bottoms = self.free.T
        if not ((left_ends <= x) & (tops <= y) & (right_ends >= right) & (bottoms >= bottom)).any():
            return False
        reach = max(self.reach[0], right), max(self.reach[1], bottom)
        if self.page.size(*reach) is None:
            return False
        hit = (left_ends < right) & (right_ends > x) & (tops < bottom) & (bottoms > y)
        parts = []
        for column, end, inside in ((2, x, 0), (0, right, 2), (3, y, 1), (1, bottom, 3)):
            # What is left of a free rectangle on one side of the new one: moved there is the opposite end of it.
            cut = self.free[hit]
            cut = cut[(cut[:, inside] < end) if inside < 2 else (cut[:, inside] > end)].copy()
            cut[:, column] = end
            parts.append(cut)
        self.free = _maximal(self.free[~hit], np.unique(np.concatenate(parts), axis=0))
        self.reach = reach
        return True

    def find(self, size: Size) -> Corner | None:
        """The best free place for a rectangle: one that lets the page grow least, then one that it fits tightly."""
        fitting = self.free[(self.free[:, 2:] - self.free[:, :2] >= size).all(1)]
        corners = fitting[:, :2]
        reach = np.maximum(corners + size, self.reach)
        grown = reach - self.page.padding
        if self.page.power_of_two:
            grown = POWERS[np.searchsorted(POWERS, grown)]
        spare = (np.minimum(fitting[:, 2:], reach) - corners - size).min(1, initial=MOST_SIDE)
        area = grown.prod(1)
        order = np.lexsort((*corners.T, spare, grown[:, 0], area, grown.max(1, initial=0)))
        legal = order[(grown.max(1, initial=0) <= self.page.side)[order] & (area <= MOST_PIXELS)[order]]
        return (int(corners[legal[0], 0]), int(corners[legal[0], 1])) if legal.size else None

    def fill(self, sizes: Sequence[Size]) -> list[Corner] | None:
        """Places for all these rectangles, the tallest first, which then are taken; None if there are none."""
        corners = [(0, 0)] * len(sizes)
        for index in sorted(range(len(sizes)), key=lambda index: (-sizes[index][1], -sizes[index][0], index)):
            corner = self.find(sizes[index])
            if corner is None or not self.put(corner, sizes[index]):
                return None
            corners[index] = corner
        return corners


def _maximal(old: Ends, new: Ends) -> Ends:
    """Both, without those of `new` that lie within another; one of `old` lies in none that was cut from its peers."""
    inwards = np.concatenate([old, new]) * (1, 1, -1, -1)
    within = np.all(inwards <= inwards[len(old) :, None], axis=-1)
    within[np.arange(len(new)), len(old) + np.arange(len(new))] = False
    return np.concatenate([old, new[~within.any(1)]])
