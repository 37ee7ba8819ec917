"""Where rectangles stand on a page: the smallest of several layouts, none much longer than wide if it need not be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, isqrt, sqrt

from .strip import Corner, Size, lay

__all__ = ["MOST_PIXELS", "MOST_SIDE", "Page", "arrange"]

MOST_SIDE = 8192  # what graphics cards take
MOST_PIXELS = 4096 * 4096  # what formats.read takes back

STRIPS = 48
WORK = 30_000  # rectangles laid in all strips together


@dataclass(frozen=True)
class Page:
    """What a page may be.

    Arguments:
        side: The most pixels of a side.
        power_of_two: Whether sides are rounded up to powers of two.
        padding: Pixels that every rectangle has too many on its right and lower side, where they may leave the page.
    """

    side: int
    power_of_two: bool = False
    padding: int = 0

    def size(self, right: int, bottom: int) -> Size | None:
        """Its (width, height) if rectangles reach so far, or None if it must not be so large."""
        width, height = right - self.padding, bottom - self.padding
        if self.power_of_two:
            width, height = _power(width), _power(height)
        fits = max(width, height) <= self.side and width * height <= MOST_PIXELS
        return (width, height) if fits else None

    @property
    def room(self) -> int:
        """How far rectangles may reach."""
        return (1 << self.side.bit_length() - 1 if self.power_of_two else self.side) + self.padding


def arrange(sizes: Sequence[Size], page: Page, strips: int = STRIPS) -> list[Corner] | None:
    """The upper left corner of each rectangle, or None if they find no place on one page.

    Those of one size stand in rows in their order, as people expect of a sheet.

    Arguments:
        sizes: (width, height) of each, with what surrounds it.
        page: What is allowed.
        strips: The most layouts to be tried.
    """
    room = page.room
    if max(map(max, sizes)) > room or sum(w * h for w, h in sizes) > room * room:
        return None
    best: tuple[int, int, list[Corner]] | None = None
    for corners in _rows(sizes, page) if len(set(sizes)) == 1 else _strips(sizes, page, strips):
        right = max(x + w for (x, _), (w, _) in zip(corners, sizes, strict=True))
        bottom = max(y + h for (_, y), (_, h) in zip(corners, sizes, strict=True))
        if size := page.size(right, bottom):
            # What is longer than 3:2 costs as much as a page of that shape and length.
            cost = max(size[0] * size[1], 2 * max(size) ** 2 // 3), abs(size[0] - size[1])
            if best is None or cost < best[:2]:
                best = *cost, corners
    return best[2] if best else None


def _rows(sizes: Sequence[Size], page: Page) -> Iterator[list[Corner]]:
    """Equal rectangles row by row, as near to a square as they allow."""
    (width, height), count = sizes[0], len(sizes)
    most = page.room // width
    if page.power_of_two:
        choices = {min((side + page.padding) // width, most) for side in _powers(width - page.padding, page)}
    else:
        fewest = ceil(count / (page.room // height))
        choices = {min(max(ceil(sqrt(count * height / width)), fewest), most)}
    for columns in sorted(choices):
        yield [(index % columns * width, index // columns * height) for index in range(count)]


def _strips(sizes: Sequence[Size], page: Page, strips: int) -> Iterator[list[Corner]]:
    """Unequal rectangles in strips of several widths, and lying: in strips of several heights."""
    side = isqrt(sum(width * height for width, height in sizes))
    tries = max(2, min(strips, WORK // len(sizes)) // 2)
    for lying in (False, True):
        turned = [(height, width) for width, height in sizes] if lying else sizes
        widest = max(width for width, _ in turned)
        if page.power_of_two:
            choices = {side + page.padding for side in _powers(widest - page.padding, page)}
        else:
            wanted = (side * (85 + 35 * each // (tries - 1)) // 100 for each in range(tries))
            choices = {min(max(widest, width), page.room) for width in wanted}
        for width in sorted(choices):
            corners = lay(turned, width)
            yield [(y, x) for x, y in corners] if lying else corners


def _power(value: int) -> int:
    return 1 << (value - 1).bit_length()


def _powers(least: int, page: Page) -> list[int]:
    """The powers of two, `least` or more, that a side may have."""
    side, found = _power(least), []
    while side <= page.side:
        found.append(side)
        side *= 2
    return found
