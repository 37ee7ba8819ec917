"""Near-copies: the latents say which pairs to look at, the pixels say what they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .. import formats
from ..resemblance import CLOSE
from ..resemblance import nearest as nearest_pixels
from .figure import Figure, figure, placed
from .library import Library, Seen
from .ranking import distances
from .sight import Vectors

__all__ = ["Copy", "duplicates"]

REACH = 0.75
"""How far apart two figures are by shape at most that are looked at pixel by pixel; see `benchmarks/search.py`."""
MOST = 16
"""Figures looked at for each: in a set of tiles all silhouettes are alike."""
BLOCK = 256


@dataclass(frozen=True)
class Copy:
    """A member of a group.

    Attributes:
        seen: The frame.
        differs: The share of its pixels that differ from the first of its group (`resemblance.nearest`).
        ways: In what it differs from that: "moved", "mirrored", "recolored", "edited"; none if in nothing.
    """

    seen: Seen
    differs: float
    ways: tuple[str, ...]


def duplicates(known: Sequence[Seen], library: Library, limit: float) -> list[list[Copy]]:
    """Groups of frames of different files that are nearly the same picture, each in the order of `known`.

    Arguments:
        limit: The share of the pixels of both silhouettes together that may differ, 0 for exact copies, however
            mirrored, moved or recolored.
    """
    parent = list(range(len(known)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    first: dict[int, int] = {}
    for place, seen in enumerate(known):
        kept = first.setdefault(seen.row, place)
        if known[kept].file != seen.file:
            parent[place] = root(kept)
    figures: dict[int, Figure] = {}
    for one, other in candidates(known, library, sorted(first.values())):
        if root(one) != root(other) and known[one].file != known[other].file:
            pair = [pictured(known[place], figures) for place in (one, other)]
            if share(*pair) <= limit:
                parent[max(root(one), root(other))] = min(root(one), root(other))
    groups: dict[int, list[int]] = {}
    for place in range(len(known)):
        groups.setdefault(root(place), []).append(place)
    found = []
    for places in groups.values():
        if len(places) > 1:
            ahead, *others = (pictured(known[place], figures) for place in places)
            copies = [Copy(known[places[0]], 0.0, ())]
            rest = zip(places[1:], others, strict=True)
            copies += [Copy(known[place], share(each, ahead), ways(each, ahead)) for place, each in rest]
            found.append(copies)
    return found


def candidates(known: Sequence[Seen], library: Library, places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Pairs of places, the earlier first, that are near by shape, nearest first for each."""
    vectors = library.rows([known[place] for place in places])
    for start in range(0, len(places), BLOCK):
        block = Vectors(*(each[start : start + BLOCK] for each in vectors))
        shape, both = (distances(block, vectors, by)[0] for by in ("shape", "both"))
        for row in range(len(shape)):
            here = start + row
            shape[row, here] = both[row, here] = np.inf
            for order in (shape[row], both[row]):
                near = np.argpartition(order, min(MOST, len(order) - 1))[:MOST]
                for other in near[np.argsort(order[near], kind="stable")].tolist():
                    if shape[row, other] <= REACH:
                        yield min(places[here], places[other]), max(places[here], places[other])


def pictured(seen: Seen, figures: dict[int, Figure]) -> Figure:
    """The figure of a frame, read again."""
    if seen.row not in figures:
        found = figure(formats.read(Path(seen.file.path))[seen.frame])
        assert found is not None
        figures[seen.row] = found
    return figures[seen.row]


def share(one: Figure, other: Figure) -> float:
    """How much of two figures differs, wherever they stand: see `resemblance.nearest`."""
    side = max(one.side, other.side)
    pictures = (placed(each.indices, side)[None] for each in (one, other))
    return float(nearest_pixels(next(pictures), one.lab, next(pictures), other.lab)[0][0])


def ways(one: Figure, other: Figure) -> tuple[str, ...]:
    """In what `one` differs from `other`: see `Copy`."""
    side = max(one.side, other.side)
    target = placed(other.indices, side)
    found = []
    for view in (one, one.mirrored()):
        canvas = placed(view.indices, side)
        found.append((renamed(canvas, target), looks(canvas, target, one.lab, other.lab)))
    turned = min(found[1]) < min(found[0])
    as_shape, as_seen = found[turned]
    told = {
        "mirrored": turned,
        "recolored": as_shape < as_seen,
        "edited": min(as_shape, as_seen) > 0,
        "moved": one.corner != other.corner and not turned,
    }
    return tuple(way for way, so in told.items() if so)


def looks(one: NDArray[np.uint8], other: NDArray[np.uint8], lab: NDArray[np.float32], labs: NDArray[np.float32]) -> int:
    """How many pixels of two canvases look different."""
    same = (one > 0) & (other > 0) & (((lab[one] - labs[other]) ** 2).sum(2) < CLOSE**2)
    return int(((one > 0) | (other > 0)).sum() - same.sum())


def renamed(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> int:
    """How many pixels differ once each color of the one is that of the other on which most of its pixels lie."""
    pairs = np.bincount(one.ravel().astype(np.intp) * 256 + other.ravel(), minlength=1 << 16).reshape(256, 256)[1:, 1:]
    same = min(pairs.max(1).sum(), pairs.max(0).sum())
    return int(((one > 0) | (other > 0)).sum() - same)
