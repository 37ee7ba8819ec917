"""Rectangles in a strip of a given width, as low as can be: the best-fit rule on a skyline.

Not the next rectangle looks for a place, but the lowest place for a rectangle: one as high as a wall beside it, one
that fills it from wall to wall, else the tallest (Burke, Kendall and Whitwell, "A new placement heuristic for the
orthogonal stock-cutting problem", Operations Research 52, 2004). Sprites have few sizes, so levels meet often.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

__all__ = ["Corner", "Size", "lay"]

Size = tuple[int, int]
Corner = tuple[int, int]
Step = tuple[int, int, int]  # of the skyline: level, left end, width

WALL = 1 << 40  # how high the sides of the strip stand


def lay(sizes: Sequence[Size], width: int) -> list[Corner]:
    """The upper left corner of each rectangle, in a strip that begins at its top and is as long as it must be.

    Arguments:
        sizes: (width, height) of each.
        width: Of the strip; no less than that of any rectangle.
    """
    stock = Stock(sizes)
    steps = [(0, 0, width)]
    corners = [(0, 0)] * len(sizes)
    for _ in sizes:
        while True:
            step = min(steps)
            at = steps.index(step)
            level, x, gap = step
            left = steps[at - 1][0] - level if at else WALL
            right = steps[at + 1][0] - level if at + 1 < len(steps) else WALL
            if stock.widths[0] <= gap:
                break
            _replace(steps, at, [(level + min(left, right), x, gap)])
        w, h = stock.choose(gap, left, right)
        # Beside the wall that it is as high as, else beside the higher one; the strip's own right side is none, so
        # that what juts out stands on the left.
        if h == right or (h != left and left < right < WALL):
            _replace(steps, at, [(level, x, gap - w), (level + h, x + gap - w, w)])
            x += gap - w
        else:
            _replace(steps, at, [(level + h, x, w), (level, x + w, gap - w)])
        corners[stock.take(w, h)] = x, level
    return corners


class Stock:
    """The rectangles that wait, by width and height."""

    def __init__(self, sizes: Sequence[Size]) -> None:
        self.waiting: dict[int, dict[int, list[int]]] = {}
        for index in reversed(range(len(sizes))):
            width, height = sizes[index]
            self.waiting.setdefault(width, {}).setdefault(height, []).append(index)
        self.widths = sorted(self.waiting)
        self.tallest = {width: max(heights) for width, heights in self.waiting.items()}

    def choose(self, gap: int, left: int, right: int) -> Size:
        """The size that serves a gap best, between walls that stand so high to the left and to the right of it."""
        fitting = self.widths[: bisect_right(self.widths, gap)]
        high, low = max(left, right), min(left, right)
        for width in reversed(fitting):
            heights = self.waiting[width]
            if high in heights:
                return width, high
            if low in heights:
                return width, low
            if width == gap:
                return width, self.tallest[width]
        height, width = max((self.tallest[width], width) for width in fitting)
        return width, height

    def take(self, width: int, height: int) -> int:
        """The first that waits of this size; it waits no longer."""
        heights = self.waiting[width]
        index = heights[height].pop()
        if not heights[height]:
            del heights[height]
            if not heights:
                self.widths.remove(width)
            elif height == self.tallest[width]:
                self.tallest[width] = max(heights)
        return index


def _replace(steps: list[Step], at: int, new: Sequence[Step]) -> None:
    """Put steps in the place of one; those of one level side by side become one."""
    first = max(at - 1, 0)
    fused: list[Step] = []
    for level, x, width in (*steps[first:at], *new, *steps[at + 1 : at + 2]):
        if fused and fused[-1][0] == level:
            fused[-1] = level, fused[-1][1], fused[-1][2] + width
        elif width:
            fused.append((level, x, width))
    steps[first : at + 2] = fused
