"""Aseprite's blend modes: the color that comes of a backdrop's and a source's, after its ``doc/blend_funcs.cpp``.

Those of hue, saturation, color and luminosity are the ones of W3C Compositing and Blending, section 10.2.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["MODES", "Blend", "Ints", "times"]

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Blend = Callable[[Ints, Ints], Ints]


def times(a: Ints, b: Ints | np.int32) -> Ints:
    """a * b / 255, rounded as Aseprite does."""
    product = a * b + 128
    result: Ints = ((product >> 8) + product) >> 8
    return result


def _ratio(a: Ints, b: Ints) -> Ints:
    """a / b of values from 0 to 255, 255 where it passes that, 0 where a is 0."""
    ratio = np.where(a >= b, 255, (a * 255 + b // 2) // np.maximum(b, 1))
    return np.where(a == 0, 0, ratio).astype(np.int32)


def _hard_light(b: Ints, s: Ints) -> Ints:
    doubled = s * 2
    return np.where(s < 128, times(b, doubled), b + (doubled - 255) - times(b, doubled - 255)).astype(np.int32)


def _soft_light(b: Ints, s: Ints) -> Ints:
    below, above = b / 255.0, s / 255.0
    deep = np.where(below <= 0.25, ((16 * below - 12) * below + 4) * below, np.sqrt(below))
    dark = below - (1 - 2 * above) * below * (1 - below)
    light = below + (2 * above - 1) * (deep - below)
    return (np.where(above <= 0.5, dark, light) * 255 + 0.5).astype(np.int32)


def _light(color: Floats) -> Floats:
    return (color * (0.3, 0.59, 0.11)).sum(-1, keepdims=True)


def _span(color: Floats) -> Floats:
    return color.max(-1, keepdims=True) - color.min(-1, keepdims=True)


def _spread(color: Floats, span: Floats) -> Floats:
    """The hue of `color` with another saturation; a gray has no hue."""
    own = _span(color)
    return (color - color.min(-1, keepdims=True)) * span / np.where(own > 0, own, 1)


def _lit(color: Floats, light: Floats) -> Ints:
    """The color with another luminosity, from 0 to 255."""
    color = color + (light - _light(color))
    light = _light(color)
    least, most = color.min(-1, keepdims=True), color.max(-1, keepdims=True)
    dark = light + (color - light) * light / np.where(least < 0, light - least, 1)
    color = np.where(least < 0, dark, color)
    bright = light + (color - light) * (1 - light) / np.where(most > 1, most - light, 1)
    return (np.where(most > 1, bright, color) * 255).astype(np.int32).clip(0, 255)


def _hsl(blend: Callable[[Floats, Floats], Ints]) -> Blend:
    return lambda b, s: blend(b / 255.0, s / 255.0)


# In the order of Aseprite's numbers.
MODES: dict[str, Blend | None] = {
    "normal": None,
    "multiply": times,
    "screen": lambda b, s: b + s - times(b, s),
    "overlay": lambda b, s: _hard_light(s, b),
    "darken": np.minimum,
    "lighten": np.maximum,
    "color dodge": lambda b, s: _ratio(b, 255 - s),
    "color burn": lambda b, s: 255 - _ratio(255 - b, s),
    "hard light": _hard_light,
    "soft light": _soft_light,
    "difference": lambda b, s: np.abs(b - s),
    "exclusion": lambda b, s: b + s - 2 * times(b, s),
    "hue": _hsl(lambda b, s: _lit(_spread(s, _span(b)), _light(b))),
    "saturation": _hsl(lambda b, s: _lit(_spread(b, _span(s)), _light(b))),
    "color": _hsl(lambda b, s: _lit(s, _light(b))),
    "luminosity": _hsl(lambda b, s: _lit(b, _light(s))),
    "addition": lambda b, s: np.minimum(b + s, 255),
    "subtract": lambda b, s: np.maximum(b - s, 0),
    "divide": _ratio,
}
