"""Where the pixels of an animation come from: each linked to the one that it was in a frame before.

Pixel art moves by whole pixels: a body bobs by one, an arm swings by two, the rest is drawn anew. So the motion at a
pixel is the shift under which a window about it agrees best with another frame (block matching, Jain & Jain 1981),
counted in drawn pixels, so that the air around a body moves as the body does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["NEW", "Trace", "carried", "roots", "shifts", "trace"]

NEW = -1
"""What has no link."""
REACH = 4
"""The largest shift looked for, in pixels along each axis."""
NEAR, FAR = 2, 6
"""Half sides of the windows that a shift must agree in; the far one tells the motion inside of holes."""
FAR_WEIGHT, ALL_WEIGHT, SHORT = 0.15, 0.1, 0.01
"""How much the far window and the whole frame count beside the near window, and what a pixel's shift by one costs."""
DRAWN, AIR = 20, 1
"""What a drawn pixel and a transparent one count. They are whole numbers, so that sums of them are exact."""
SEEN = 0.75
"""The least share of what the best shift lets see of both frames: of little seen, much is soon explained."""
AGREE = 0.55
"""The least agreement of the near window that links a pixel."""
ASKED = 4
"""How many other frames a frame is compared with pixel by pixel, the most like it first."""
BEYOND = 8
"""Frames further apart than this, around the loop, are not compared."""

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Trace:
    """Attributes:
    order: The frames, each after those that its pixels come from; the first is the most typical.
    parent: For each pixel the place in the raveled animation that it comes from, or NEW, shape (T, H, W), int64.
    """

    order: list[int]
    parent: NDArray[np.int64]


def trace(frames: Pixels, known: Mask | None = None) -> Trace:
    """Links of an animation (T, H, W); what is not `known` is not read, and moves as what surrounds it."""
    count, height, width = frames.shape
    known = np.ones(frames.shape, bool) if known is None else known
    apart = distances(frames, known)
    order, parent = [int(apart.sum(1).argmin())], np.full(frames.shape, NEW, np.int64)
    rows, columns = np.mgrid[:height, :width]

    def link(now: int, others: Iterable[int], wanted: Mask, seen_alone: bool) -> None:
        """Links of the `wanted` pixels of a frame to others, the most like it first."""
        for one in sorted(others, key=lambda other: (apart[now, other], abs(now - other), other))[:ASKED]:
            if not np.isfinite(apart[now, one]) or not (wanted & (parent[now] == NEW)).any():
                return
            down, right, fits = motion(frames[now], known[now], frames[one], known[one])
            y, x = rows + down, columns + right
            fits &= wanted & (y >= 0) & (y < height) & (x >= 0) & (x < width) & (parent[now] == NEW)
            if seen_alone:
                fits[fits] = known[one, y[fits], x[fits]]
            parent[now][fits] = (one * height * width + y * width + x)[fits]

    # What one frame hides another may show.
    for now in np.flatnonzero(~known.all((1, 2))).tolist():
        link(now, [one for one in range(count) if one != now], ~known[now], True)
    while len(order) < count:
        left = [one for one in range(count) if one not in order]
        # The one that is nearest to any that is done; of equals the first, so that a trace repeats.
        now = min(left, key=lambda one: (apart[one, order].min(), one))
        link(now, order, np.ones((height, width), bool), False)
        # What no motion explains, beside a new arm, say, and yet has its color, has stayed where it was.
        near = min(order, key=lambda one: (apart[now, one], abs(now - one), one))
        still = (parent[now] == NEW) & known[now] & known[near] & (frames[now] == frames[near])
        parent[now][still] = (near * height * width + rows * width + columns)[still]
        order.append(now)
    return Trace(order, parent)


def shifts() -> list[tuple[int, int]]:
    """(down, right) of every shift that is looked for, the shortest first."""
    span = range(-REACH, REACH + 1)
    return sorted(((y, x) for y in span for x in span), key=lambda one: (abs(one[0]) + abs(one[1]), one))


def moved(frame: NDArray, down: int, right: int) -> NDArray:
    """`frame` read at each pixel's place plus (down, right); zeros from beyond the edge."""
    height, width = frame.shape
    found = np.zeros_like(frame)
    top, left = max(0, -down), max(0, -right)
    bottom, end = min(height, height - down), min(width, width - right)
    if top < bottom and left < end:
        found[top:bottom, left:end] = frame[top + down : bottom + down, left + right : end + right]
    return found


def compared(now: Pixels, seen: Mask, then: Pixels, seen_then: Mask) -> tuple[Mask, Mask, NDArray[np.int32]]:
    """For each of `shifts`: where the two agree, where both are seen, and what a pixel counts, each (S, H, W)."""
    agree, both, weight = [], [], []
    for down, right in shifts():
        other = moved(then, down, right)
        # Beyond the edge there is nothing drawn, which is known.
        out = ~moved(np.ones_like(seen_then), down, right)
        visible = seen & (moved(seen_then, down, right) | out)
        agree.append((now == other) & visible)
        both.append(visible)
        weight.append(visible * np.where((now > 0) | (other > 0), np.int32(DRAWN), np.int32(AIR)))
    return np.stack(agree), np.stack(both), np.stack(weight)


def explained(agree: Mask, both: Mask, weight: NDArray[np.int32]) -> NDArray[np.float64]:
    """The share of the frame that agrees under each shift, less for a long one, none where little is seen, (S,)."""
    share = (agree * weight).sum((1, 2)) / np.maximum(weight.sum((1, 2)), 1)
    count = both.sum((1, 2))
    return np.where(count >= SEEN * count.max(), share, 0.0) - SHORT * np.abs(shifts()).sum(1)


def distances(frames: Pixels, known: Mask) -> NDArray[np.float64]:
    """The share of two frames that no one shift explains, shape (T, T); infinite where they are too far apart."""
    count = len(frames)
    found = np.full((count, count), np.inf)
    for one in range(count):
        found[one, one] = 0
        for other in range(one):
            if min(one - other, count - one + other) <= BEYOND:
                pair = compared(frames[one], known[one], frames[other], known[other])
                found[one, other] = found[other, one] = 1 - explained(*pair).max()
    return found


def motion(now: Pixels, seen: Mask, then: Pixels, seen_then: Mask) -> tuple[NDArray[np.int64], NDArray[np.int64], Mask]:
    """Where each pixel of `now` was in `then`: (down, right), and whether it is to be believed, each (H, W)."""
    places = np.array(shifts())
    agree, both, weight = compared(now, seen, then, seen_then)
    whole = np.maximum(explained(agree, both, weight), 0)[:, None, None]
    hits = agree * weight
    # Where a window sees little, the larger one says the rest.
    far = (windowed(hits, FAR) + DRAWN * whole) / (windowed(weight, FAR) + DRAWN)
    near = (windowed(hits, NEAR) + DRAWN * far) / (windowed(weight, NEAR) + DRAWN)
    score = near + FAR_WEIGHT * far + ALL_WEIGHT * whole - SHORT * np.abs(places).sum(1)[:, None, None]
    # A pixel that is seen must be the very color that it was, where that is seen too.
    score[~agree & both] = -np.inf
    best = score.argmax(0)
    trust = np.take_along_axis(near, best[None], 0)[0]
    fits = np.isfinite(np.take_along_axis(score, best[None], 0)[0]) & ((trust >= AGREE) | ~seen)
    return places[best][..., 0], places[best][..., 1], fits


def windowed(images: NDArray[np.int32], half: int) -> NDArray[np.int32]:
    """Sums of images (N, H, W) over windows of 2 * half + 1 pixels a side, zeros around them."""
    for axis in (1, 2):
        wide = [(0, 0)] * 3
        wide[axis] = (half + 1, half)
        total = np.pad(images, wide).cumsum(axis, dtype=np.int32)
        size = 2 * half + 1
        images = total.take(range(size, total.shape[axis]), axis) - total.take(range(total.shape[axis] - size), axis)
    return images


def carried(films: Pixels, trace: Trace, frame: int) -> tuple[Pixels, Mask]:
    """What `frame` of drawn animations (N, T, H, W) has from those before, (N, H, W), and where it has nothing."""
    parent = trace.parent[frame]
    new = parent == NEW
    found = films.reshape(len(films), -1)[:, np.where(new, 0, parent)]
    return np.where(new, 0, found).astype(np.uint8), new


def roots(trace: Trace, hidden: Mask) -> NDArray[np.int64]:
    """For each pixel the place where the thread of links begins that leads to it, in the raveled animation, (T, H, W).

    A thread goes on through `hidden` pixels alone: it begins at one that is seen, or has no link.
    """
    parent = trace.parent.ravel()
    own = np.arange(parent.size)
    found = np.where(hidden.ravel() & (parent != NEW), parent, own)
    while not np.array_equal(found, found[found]):
        found = found[found]
    return found.reshape(hidden.shape)
