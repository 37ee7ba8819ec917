"""The outline as a line: where its steps break the rules by which pixel artists draw lines and curves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["line_faults", "runs"]

STEPS = np.array([(0, 1), (1, 0), (0, -1), (-1, 0)])  # east, south, west, north: clockwise, drawn on the right
Run = tuple[int, int]


def line_faults(drawn: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Shares of the straight runs of each silhouette's outlines that are jaggies, and teeth; two of shape (N,).

    The outline is the closed line between drawn and other pixels, around holes too; drawn pixels that touch by a
    corner hang together.

    Jaggies: in a staircase, where the line alternates between two directions and every second run is one pixel long,
    the other runs tell the slope. One that is strictly shorter or strictly longer than those before and after it (6, 1,
    6 or 2, 3, 2, 3) turns the slope back, which a curve does not: spans of a curve sorted by slope have no jaggies, and
    so Inglis and Kaplan draw them ("Pixelating vector line art", 2012). A shape that turns from convex to concave
    within one staircase breaks it rightfully, so compare the figure with that of real sprites, never with zero.

    Teeth: a run of one pixel at both ends of which the line turns the same way, as around the tip of a lone pixel,
    of a bump on a straight side, or of a notch in it.

    Arguments:
        drawn: Shape (N, H, W), the outermost pixels all False.
    """
    found, total = np.zeros((2, len(drawn))), np.zeros(len(drawn))
    for place, lines in enumerate(runs(drawn)):
        for line in lines:
            directions, lengths = np.array(line).T
            total[place] += len(line)
            found[0, place] += _jagged(directions, lengths).sum()
            found[1, place] += ((lengths == 1) & (np.roll(directions, 1) == (np.roll(directions, -1) + 2) % 4)).sum()
    jaggies, teeth = found / np.maximum(total, 1)
    return jaggies, teeth


def runs(drawn: NDArray[np.bool_]) -> list[list[list[Run]]]:
    """For each sprite its closed outlines, each as (direction, length) of its straight runs in order.

    Directions are 0 east, 1 south, 2 west, 3 north, with what is drawn on the right; lengths are in pixels.

    Arguments:
        drawn: Shape (N, H, W), the outermost pixels all False.
    """
    found: list[list[list[Run]]] = [[] for _ in drawn]
    follow = _successors(drawn)
    left = dict.fromkeys(follow)
    size = drawn[0].size * 4 if len(drawn) else 1
    while left:
        start = next(iter(left))
        line: list[list[int]] = []
        side = start
        while True:
            del left[side]
            if line and line[-1][0] == side % 4:
                line[-1][1] += 1
            else:
                line.append([side % 4, 1])
            side = follow[side]
            if side == start:
                break
        if line[0][0] == line[-1][0]:
            line[0][1] += line.pop()[1]
        found[start // size].append([(direction, length) for direction, length in line])
    return found


def _successors(drawn: NDArray[np.bool_]) -> dict[int, int]:
    """Each pixel side on an outline, numbered pixel * 4 + direction, and the side that follows it."""
    height, width = drawn.shape[1:]
    follow: dict[int, int] = {}
    for direction in range(4):
        ahead, outward = STEPS[direction], STEPS[direction - 1]
        corner = ahead + outward
        n, y, x = np.nonzero(drawn & ~np.roll(drawn, tuple(-outward), (1, 2)))
        pixels = (n * height + y) * width + x
        right = pixels * 4 + (direction + 1) % 4
        straight = (pixels + ahead[0] * width + ahead[1]) * 4 + direction
        left = (pixels + corner[0] * width + corner[1]) * 4 + (direction - 1) % 4
        after = np.where(drawn[n, y + ahead[0], x + ahead[1]], straight, right)
        after = np.where(drawn[n, y + corner[0], x + corner[1]], left, after)
        follow.update(zip((pixels * 4 + direction).tolist(), after.tolist(), strict=True))
    return follow


def _jagged(directions: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which runs of a closed line turn its slope back."""
    shifts = (2, 1, -1, -2)
    before2, before, after, after2 = (np.roll(directions, shift) for shift in shifts)
    last, step, next_step, following = (np.roll(lengths, shift) for shift in shifts)
    stairs = (before2 == directions) & (after2 == directions) & (before == after) & (step == 1) & (next_step == 1)
    return stairs & ((lengths < np.minimum(last, following)) | (lengths > np.maximum(last, following)))
