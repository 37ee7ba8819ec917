"""OKLab and OKLCh, vectorised: the space in which every color distance of the house is measured.

Björn Ottosson, "A perceptual color space for image processing" (2020),
https://bottosson.github.io/posts/oklab/; the matrices are those of the post's sRGB code of
2021-01-25 (public domain). sRGB's transfer function is that of IEC 61966-2-1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "distance",
    "linear_to_oklab",
    "linear_to_srgb",
    "oklab",
    "oklab_to_linear",
    "oklab_to_oklch",
    "oklab_to_srgb",
    "oklch",
    "oklch_to_oklab",
    "srgb_to_linear",
]

Floats = NDArray[np.float64]

TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
# Inverted here rather than copied, so that there and back is exact to the last bits of a float64.
FROM_LMS, FROM_LAB = np.linalg.inv(TO_LMS), np.linalg.inv(TO_LAB)


def _transfer(encoded: Floats) -> Floats:
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


LINEAR = _transfer(np.arange(256) / 255)


def srgb_to_linear(rgb: ArrayLike) -> Floats:
    """Light intensities from 0 to 1 of sRGB bytes, the same shape.

    Arguments:
        rgb: Values from 0 to 255, any shape, uint8.
    """
    return LINEAR[np.asarray(rgb, np.uint8)]


def linear_to_srgb(linear: ArrayLike) -> NDArray[np.uint8]:
    """The nearest sRGB bytes of light intensities, the same shape; what lies outside 0 to 1 is clipped."""
    light = np.clip(np.asarray(linear, np.float64), 0.0, 1.0)
    encoded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.rint(255 * encoded).astype(np.uint8)


def _product(values: Floats, matrix: Floats) -> Floats:
    # Written out instead of `@`: a BLAS may add in another order on another machine or another number of rows.
    x, y, z = values[..., 0], values[..., 1], values[..., 2]
    return np.stack([x * row[0] + y * row[1] + z * row[2] for row in matrix], axis=-1)


def linear_to_oklab(linear: ArrayLike) -> Floats:
    """OKLab (L, a, b) of linear sRGB, shape (..., 3); intensities may lie outside 0 to 1."""
    return _product(np.cbrt(_product(np.asarray(linear, np.float64), TO_LMS)), TO_LAB)


def oklab_to_linear(lab: ArrayLike) -> Floats:
    """Linear sRGB of OKLab, shape (..., 3); outside 0 to 1 where sRGB cannot show the color."""
    return _product(_product(np.asarray(lab, np.float64), FROM_LAB) ** 3, FROM_LMS)


def oklab(rgb: ArrayLike) -> Floats:
    """OKLab of sRGB bytes: lightness L from 0 to 1, then a (green to red) and b (blue to yellow).

    Arguments:
        rgb: Shape (..., 3), uint8.
    """
    return linear_to_oklab(srgb_to_linear(rgb))


def oklab_to_srgb(lab: ArrayLike) -> NDArray[np.uint8]:
    """The nearest sRGB bytes of OKLab, shape (..., 3); colors that sRGB cannot show are clipped per channel."""
    return linear_to_srgb(oklab_to_linear(lab))


def oklab_to_oklch(lab: ArrayLike) -> Floats:
    """OKLCh of OKLab, shape (..., 3): lightness, chroma, hue in degrees from 0 to 360."""
    lightness, a, b = np.moveaxis(np.asarray(lab, np.float64), -1, 0)
    return np.stack([lightness, np.hypot(a, b), np.degrees(np.arctan2(b, a)) % 360.0], axis=-1)


def oklch_to_oklab(lch: ArrayLike) -> Floats:
    """OKLab of OKLCh, shape (..., 3), hue in degrees."""
    lightness, chroma, hue = np.moveaxis(np.asarray(lch, np.float64), -1, 0)
    angle = np.radians(hue)
    return np.stack([lightness, chroma * np.cos(angle), chroma * np.sin(angle)], axis=-1)


def oklch(rgb: ArrayLike) -> Floats:
    """OKLCh of sRGB bytes, shape (..., 3). The hue of a gray means nothing."""
    return oklab_to_oklch(oklab(rgb))


def distance(one: ArrayLike, other: ArrayLike, lightness: float = 1.0) -> Floats:
    """Euclidean distance of OKLab colors, broadcast over all but the last axis.

    Arguments:
        one, other: OKLab, shapes that broadcast to (..., 3).
        lightness: How much a step in lightness counts beside one in a or b; 1 is the plain distance.
    """
    step = np.asarray(one, np.float64) - np.asarray(other, np.float64)
    return np.sqrt((lightness * step[..., 0]) ** 2 + step[..., 1] ** 2 + step[..., 2] ** 2)
