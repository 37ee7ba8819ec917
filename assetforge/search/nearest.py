"""The files nearest to a query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .catalog import Catalog, Seen
from .ranking import distances
from .sight import Vectors

__all__ = ["Near", "nearest", "ranked"]


@dataclass(frozen=True)
class Near:
    """A file that was found.

    Attributes:
        seen: The frame of it that is nearest.
        distance: Of that; 0 is alike.
        mirrored: Whether it is the mirror image that is so near.
    """

    seen: Seen
    distance: float
    mirrored: bool


def nearest(query: Sequence[Seen], known: Sequence[Seen], catalog: Catalog, by: str, top: int) -> list[Near]:
    """The `top` files nearest to a query, nearest first; of an animation the frame nearest to any frame of the query.

    A file that is the query itself comes first; others at one distance stay in their order.

    Arguments:
        query: The frames of one file.
        known: The frames to search.
        by: One of `ranking.WAYS`.
    """
    return ranked(catalog.rows(query), known, catalog, by, top, query[0].file.full)


def ranked(query: Vectors, known: Sequence[Seen], catalog: Catalog, by: str, top: int, itself: str = "") -> list[Near]:
    """`nearest`, of vectors.

    Arguments:
        itself: The absolute path of the file that the query is, if it is one.
    """
    apart, turned = distances(query, catalog.rows(known), by)
    frame = apart.argmin(0)
    every = np.arange(len(known))
    # To a thousandth: the last bits of a product may differ by how many are multiplied at once.
    apart, turned = np.round(apart[frame, every], 3), turned[frame, every]
    order = np.argsort(apart, kind="stable").tolist()
    found: dict[str, Near] = {}
    for place in order:
        one = known[place]
        if one.file.full not in found:
            found[one.file.full] = Near(one, round(float(apart[place]), 3), bool(turned[place]))
        if len(found) > top and apart[place] > 0:
            break
    files = sorted(found.values(), key=lambda near: (near.distance, near.seen.file.full != itself))
    return files[:top]
