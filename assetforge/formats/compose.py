"""Drawing one RGBA picture over another, as the animation formats and Aseprite's layers ask."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..sprite import Raster
from .blend import MODES, Blend, Ints, times

__all__ = ["Patch", "draw", "play"]

Pixels = NDArray[np.uint8]

BAND = 1 << 16  # pixels blended at once: keeps the 32-bit intermediates of a large canvas small


class Patch(NamedTuple):
    """One step of an animation.

    Arguments:
        rgba: Shape (h, w, 4), uint8.
        x, y: Where its upper left corner comes.
        delay: In milliseconds, as the file says.
        disposal: What becomes of its place afterwards: "keep", "clear" or "restore" what was there.
        over: Whether it is blended over what is there, or replaces it.
    """

    rgba: Pixels
    x: int
    y: int
    delay: int
    disposal: str = "keep"
    over: bool = True


def play(size: tuple[int, int], patches: Iterable[Patch], name: str) -> list[Raster]:
    """The frames of an animation, or the still that a single patch makes.

    A delay of at most 10 ms plays as 100 ms, as in browsers.

    Arguments:
        size: (width, height) of the canvas, transparent at first.
        patches: At least one.
        name: What the frames are called, and their tag.
    """
    canvas = np.zeros((size[1], size[0], 4), np.uint8)
    rasters = []
    for index, patch in enumerate(patches):
        below, above = _clip(canvas, patch.rgba, patch.x, patch.y)
        before = below.copy()
        if patch.over:
            draw(canvas, patch.rgba, patch.x, patch.y)
        else:
            below[:] = above
        delay = min(patch.delay, 65535) if patch.delay > 10 else 100
        rasters.append(Raster(canvas.copy(), f"{name}-{index}", delay, name))
        if patch.disposal == "clear":
            below[:] = 0
        elif patch.disposal == "restore":
            below[:] = before
    return rasters if len(rasters) > 1 else [Raster(rasters[0].rgba, name)]


def _clip(canvas: Pixels, patch: Pixels, x: int, y: int) -> tuple[Pixels, Pixels]:
    """Views of the parts of `canvas` and `patch` that lie upon each other, for a patch whose corner is (x, y)."""
    height, width = canvas.shape[:2]
    top, left = max(y, 0), max(x, 0)
    bottom, right = max(top, min(y + patch.shape[0], height)), max(left, min(x + patch.shape[1], width))
    return canvas[top:bottom, left:right], patch[top - y : bottom - y, left - x : right - x]


def draw(canvas: Pixels, patch: Pixels, x: int, y: int, opacity: int = 255, mode: str = "normal") -> int:
    """Blend `patch` into `canvas`, in place; how many pixels had to be mixed, which takes long: thrice by a mode.

    Alpha is straight and the arithmetic that of Aseprite (``doc/blend_funcs.cpp``), so that what it
    exports and what we read agree.

    Arguments:
        canvas: Shape (H, W, 4), uint8.
        patch: Shape (h, w, 4), uint8; it may lie partly or wholly outside.
        x, y: Where its upper left corner comes.
        opacity: 0 to 255, times the patch's alpha.
        mode: One of `blend.MODES`.
    """
    below, above = _clip(canvas, patch, x, y)
    if below.size == 0:
        return 0
    mixed, plain = 0, opacity == 255 and MODES[mode] is None
    rows = max(1, BAND // below.shape[1])
    for start in range(0, len(below), rows):
        band, over = below[start : start + rows], above[start : start + rows]
        alpha = over[..., 3:]
        if plain and ((alpha == 255) | (alpha == 0)).all():
            np.copyto(band, over, where=alpha == 255)
        else:
            band[:] = _over(band.astype(np.int32), over.astype(np.int32), opacity, MODES[mode])
            mixed += band.size // 4 * (1 if MODES[mode] is None else 3)
    return mixed


def _over(below: Ints, above: Ints, opacity: int, blend: Blend | None) -> Ints:
    normal = _normal(below, above, opacity)
    if blend is None:
        return normal
    color = np.concatenate([blend(below[..., :3], above[..., :3]), above[..., 3:]], axis=2)
    blended = _normal(below, color, opacity)
    under = below[..., 3:]
    # The more there is below, the more of the mode is seen; Aseprite merges twice.
    found = _merged(_merged(normal, blended, under), blended, times(under, times(above[..., 3:], np.int32(opacity))))
    return np.where(under == 0, normal, found)


def _normal(below: Ints, above: Ints, opacity: int) -> Ints:
    alpha = times(above[..., 3:], np.int32(opacity))
    under = below[..., 3:]
    total = under + alpha - times(under, alpha)
    # C divides towards zero.
    change = (above[..., :3] - below[..., :3]) * alpha
    mixed = below[..., :3] + np.sign(change) * (np.abs(change) // np.maximum(total, 1))
    mixed = np.where(under == 0, above[..., :3], mixed)
    return np.concatenate([np.where(alpha == 0, below[..., :3], mixed), total], axis=2).clip(0, 255)


def _merged(below: Ints, above: Ints, opacity: Ints) -> Ints:
    """From one to the other by `opacity`; of a transparent one the color says nothing."""
    mixed = below + times(above - below, opacity)
    color = np.where(below[..., 3:] == 0, above, np.where(above[..., 3:] == 0, below, mixed))[..., :3]
    return np.concatenate([np.where(mixed[..., 3:] == 0, 0, color), mixed[..., 3:]], axis=2)
