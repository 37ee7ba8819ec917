"""Drawing one RGBA picture over another, as the animation formats and Aseprite's layers ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..sprite import Raster

__all__ = ["MODES", "Patch", "draw", "play"]

Pixels = NDArray[np.uint8]
Ints = NDArray[np.int32]

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
    """Blend `patch` into `canvas`, in place; how many pixels had to be mixed, which takes long.

    Alpha is straight and the arithmetic that of Aseprite (``doc/blend_funcs.cpp``), so that what it
    exports and what we read agree; over a partly transparent backdrop the modes mix as in W3C
    Compositing and Blending, section 5.

    Arguments:
        canvas: Shape (H, W, 4), uint8.
        patch: Shape (h, w, 4), uint8; it may lie partly or wholly outside.
        x, y: Where its upper left corner comes.
        opacity: 0 to 255, times the patch's alpha.
        mode: One of `MODES`.
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
            mixed += band.size // 4
    return mixed


def _over(below: Ints, above: Ints, opacity: int, blend: Callable[[Ints, Ints], Ints] | None) -> Ints:
    alpha = _times(above[..., 3:], np.int32(opacity))
    under = below[..., 3:]
    color = above[..., :3]
    if blend is not None:
        color = _times(255 - under, color) + _times(under, blend(below[..., :3], color))
    total = under + alpha - _times(under, alpha)
    # C divides towards zero.
    change = (color - below[..., :3]) * alpha
    mixed = below[..., :3] + np.sign(change) * (np.abs(change) // np.maximum(total, 1))
    mixed = np.where(under == 0, color, mixed)
    return np.concatenate([np.where(alpha == 0, below[..., :3], mixed), total], axis=2).clip(0, 255)


def _times(a: Ints, b: Ints | np.int32) -> Ints:
    product = a * b + 128
    result: Ints = ((product >> 8) + product) >> 8
    return result


def _ratio(a: Ints, b: Ints) -> Ints:
    """a / b of values from 0 to 255, 255 where it passes that, 0 where a is 0."""
    ratio = np.where(a >= b, 255, (a * 255 + b // 2) // np.maximum(b, 1))
    return np.where(a == 0, 0, ratio).astype(np.int32)


def _hard_light(b: Ints, s: Ints) -> Ints:
    doubled = s * 2
    return np.where(s < 128, _times(b, doubled), b + (doubled - 255) - _times(b, doubled - 255)).astype(np.int32)


def _soft_light(b: Ints, s: Ints) -> Ints:
    below, above = b / 255.0, s / 255.0
    deep = np.where(below <= 0.25, ((16 * below - 12) * below + 4) * below, np.sqrt(below))
    dark = below - (1 - 2 * above) * below * (1 - below)
    light = below + (2 * above - 1) * (deep - below)
    return (np.where(above <= 0.5, dark, light) * 255 + 0.5).astype(np.int32)


# In the order of Aseprite's numbers; hue, saturation, color and luminosity (12 to 15) are left out.
MODES: dict[str, Callable[[Ints, Ints], Ints] | None] = {
    "normal": None,
    "multiply": _times,
    "screen": lambda b, s: b + s - _times(b, s),
    "overlay": lambda b, s: _hard_light(s, b),
    "darken": np.minimum,
    "lighten": np.maximum,
    "color dodge": lambda b, s: _ratio(b, 255 - s),
    "color burn": lambda b, s: 255 - _ratio(255 - b, s),
    "hard light": _hard_light,
    "soft light": _soft_light,
    "difference": lambda b, s: np.abs(b - s),
    "exclusion": lambda b, s: b + s - 2 * _times(b, s),
    "addition": lambda b, s: np.minimum(b + s, 255),
    "subtract": lambda b, s: np.maximum(b - s, 0),
    "divide": _ratio,
}
