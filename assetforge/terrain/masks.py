"""Which tiles a set holds, and where they stand in its sheet.

A tile of ``wang-16`` is told by its corners (Wang 1961, with two colors; bits NE 1, SE 2, SW 4, NW 8), one of
``blob-47`` by its eight neighbors (N 1, NE 2, E 4, … clockwise to NW 128), of which a corner counts only where both of
its sides do. Both numberings are those of http://www.cr31.co.uk/stagecast/wang/intro.html.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["AROUND", "LAYOUTS", "OUTER", "Layout", "Place", "blob"]

AROUND = ("n", "ne", "e", "se", "s", "sw", "w", "nw")
"""The neighbors of a cell, clockwise; neighbor k has the bit 1 << k of a blob's mask."""
OUTER = -1
"""Stands in a layout for the plain tile of the outer material."""


@dataclass(frozen=True)
class Place:
    """What lies around the border of one tile.

    Arguments:
        name: Its mask in the numbering of its set; "outer" for the plain outer tile.
        center: Whether the cell that it is for is of the inner material; None where a set knows only corners.
        sides: Whether the middle of each edge is of the inner material: N, E, S, W.
        corners: Whether each corner is: NE, SE, SW, NW.
    """

    name: str
    center: bool | None
    sides: tuple[bool, bool, bool, bool]
    corners: tuple[bool, bool, bool, bool]

    @property
    def around(self) -> tuple[int, ...]:
        """For each of `AROUND` 1 for inner, 0 for outer; -1 for the sides of a tile that is told by its corners."""
        sides = (-1, -1, -1, -1) if self.center is None else self.sides
        return tuple(int(bit) for pair in zip(sides, self.corners, strict=True) for bit in pair)


@dataclass(frozen=True)
class Layout:
    """A set: masks as they stand in the sheet, row by row."""

    name: str
    rows: tuple[tuple[int, ...], ...]

    @property
    def corners_only(self) -> bool:
        """Whether its tiles are told by their corners alone."""
        return self.name == "wang-16"

    def place(self, mask: int) -> Place:
        """The tile of a mask of this set's numbering."""
        if mask == OUTER:
            return Place("outer", False, (False,) * 4, (False,) * 4)
        if self.corners_only:
            ne, se, sw, nw = (bool(mask >> bit & 1) for bit in range(4))
            return Place(str(mask), None, (nw and ne, ne and se, se and sw, sw and nw), (ne, se, sw, nw))
        n, ne, e, se, s, sw, w, nw = (bool(mask >> bit & 1) for bit in range(8))
        return Place(str(mask), True, (n, e, s, w), (ne, se, sw, nw))

    def choose(self, cells: Sequence[Sequence[bool]]) -> list[list[int]]:
        """The mask of the tile in each cell of a map; beyond its edges lies more of the same.

        Arguments:
            cells: Whether each is of the inner material, row by row; for a set of corners, whether each corner is,
                one more of them in a row, and one more row, than there are cells.
        """
        high, wide = len(cells), len(cells[0])

        def at(y: int, x: int) -> bool:
            return bool(cells[min(max(y, 0), high - 1)][min(max(x, 0), wide - 1)])

        if self.corners_only:
            steps = ((0, 1), (1, 1), (1, 0), (0, 0))
            return [
                [sum(at(y + dy, x + dx) << bit for bit, (dy, dx) in enumerate(steps)) for x in range(wide - 1)]
                for y in range(high - 1)
            ]
        ring = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
        return [
            [
                blob(sum(at(y + dy, x + dx) << bit for bit, (dy, dx) in enumerate(ring))) if at(y, x) else OUTER
                for x in range(wide)
            ]
            for y in range(high)
        ]


def blob(mask: int) -> int:
    """The mask of eight neighbors without the corners that do not count."""
    for corner in (1, 3, 5, 7):
        beside = 1 << corner - 1 | 1 << (corner + 1) % 8
        if mask & beside != beside:
            mask &= ~(1 << corner)
    return mask


# The first is a de Bruijn torus of corners: the sheet itself is a map that repeats. The second is the 12 x 4 in which
# Godot's and many other templates stand; its one free cell takes the outer tile.
LAYOUTS = {
    "wang-16": Layout("wang-16", ((3, 14, 6, 4), (7, 15, 13, 10), (9, 11, 12, 1), (2, 5, 8, 0))),
    "blob-47": Layout(
        "blob-47",
        (
            (16, 20, 84, 80, 213, 92, 116, 87, 28, 125, 124, 112),
            (17, 21, 85, 81, 29, 127, 253, 113, 31, 119, OUTER, 245),
            (1, 5, 69, 65, 23, 223, 247, 209, 95, 255, 221, 241),
            (0, 4, 68, 64, 117, 71, 197, 93, 7, 199, 215, 193),
        ),
    ),
}
