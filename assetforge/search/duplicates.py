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
from .catalog import Catalog, Seen
from .figure import Figure, figure, placed
from .ranking import distances
from .sight import Vectors

__all__ = ["Copy", "duplicates"]

REACH = 0.75
"""How far apart two figures are by shape at most that are looked at pixel by pixel; see `benchmarks/search.py`."""
MOST = 16
"""Figures looked at for each: in a set of tiles all silhouettes are alike."""
BLOCK = 256
SIZES = 2
"""Pixels by which the sides of near-copies differ at most: beyond, no shift of a pixel lays one upon the other."""


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


def duplicates(known: Sequence[Seen], catalog: Catalog, limit: float) -> list[list[Copy]]:
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
    for one, other in candidates(known, catalog, sorted(first.values())):
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


def candidates(known: Sequence[Seen], catalog: Catalog, places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Pairs of places, the earlier first, each once, that are near by shape, nearest first for each."""
    told: set[tuple[int, int]] = set()
    vectors = catalog.rows([known[place] for place in places])
    for start in range(0, len(places), BLOCK):
        block = Vectors(*(each[start : start + BLOCK] for each in vectors))
        shape, both = (distances(block, vectors, by)[0] for by in ("shape", "both"))
        for row in range(len(shape)):
            here = start + row
            shape[row, here] = both[row, here] = np.inf
            for order in (shape[row], both[row]):
                near = np.argpartition(order, min(MOST, len(order) - 1))[:MOST]
                for other in near[np.argsort(order[near], kind="stable")].tolist():
                    pair = min(places[here], places[other]), max(places[here], places[other])
                    if shape[row, other] <= REACH and pair not in told:
                        told.add(pair)
                        yield pair


def pictured(seen: Seen, figures: dict[int, Figure]) -> Figure:
    """The figure of a frame, read again."""
    if seen.row not in figures:
        found = figure(formats.read(Path(seen.file.path))[seen.frame])
        assert found is not None
        figures[seen.row] = found
    return figures[seen.row]


def share(one: Figure, other: Figure) -> float:
    """How much of two figures differs, as `resemblance.nearest` has it, wherever they stand.

    Figures of one size lie upon each other; only where sizes differ a little, each way to shift one must be tried.
    """
    if one.indices.shape == other.indices.shape:
        return min(differing(view, other).min() for view in (one, one.mirrored()))
    if max(abs(a - b) for a, b in zip(one.indices.shape, other.indices.shape, strict=True)) > SIZES:
        return 1.0
    side = max(one.side, other.side)
    pictures = (placed(each.indices, side)[None] for each in (one, other))
    return float(nearest_pixels(next(pictures), one.lab, next(pictures), other.lab)[0][0])


def ways(one: Figure, other: Figure) -> tuple[str, ...]:
    """In what `one` differs from `other`: see `Copy`."""
    own, mirrored = (differing(view, other) for view in (one, one.mirrored()))
    turned = mirrored.min() < own.min()
    as_shape, as_seen = mirrored if turned else own
    told = {
        "mirrored": turned,
        "recolored": as_shape < as_seen,
        "edited": min(as_shape, as_seen) > 0,
        "moved": one.corner != other.corner and not turned,
    }
    return tuple(way for way, so in told.items() if so)


def differing(one: Figure, other: Figure) -> NDArray[np.float64]:
    """The share of the pixels of both silhouettes that differ where both stand in the middle of one canvas: once each
    color of the one is that of the other on which most of its pixels lie, and as they look; shape (2,)."""
    side = max(one.side, other.side)
    canvas, target = (placed(each.indices, side).ravel().astype(np.intp) for each in (one, other))
    size = len(one.lab), len(other.lab)
    pairs = np.bincount(canvas * size[1] + target, minlength=size[0] * size[1]).reshape(size)
    union = len(canvas) - pairs[0, 0]
    pairs = pairs[1:, 1:]
    alike = ((one.lab[1:, None] - other.lab[None, 1:]) ** 2).sum(2) < CLOSE**2
    same = min(pairs.max(1).sum(), pairs.max(0).sum()), (pairs * alike).sum()
    return np.asarray((union - np.array(same)) / union)
