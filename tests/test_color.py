"""OKLab and OKLCh against the values that their authors published, and there and back."""

from __future__ import annotations

import numpy as np
import pytest

from assetforge import color

# CIE XYZ (D65) to linear sRGB, IEC 61966-2-1 with the white point of the post's table.
XYZ_TO_LINEAR = np.linalg.inv(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


@pytest.mark.parametrize(
    ("xyz", "lab"),
    [
        ((0.950, 1.000, 1.089), (1.000, 0.000, 0.000)),
        ((1.000, 0.000, 0.000), (0.450, 1.236, -0.019)),
        ((0.000, 1.000, 0.000), (0.922, -0.671, 0.263)),
        ((0.000, 0.000, 1.000), (0.153, -1.415, -0.449)),
    ],
)
def test_table_of_the_post(xyz, lab):
    """The four pairs of Ottosson's post, "Table of example XYZ and Oklab pairs", to their three decimals."""
    assert color.linear_to_oklab(XYZ_TO_LINEAR @ np.array(xyz)) == pytest.approx(lab, abs=1.5e-3)


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [
        ((255, 0, 0), (0.62796, 0.22486, 0.12585)),
        ((0, 255, 0), (0.86644, -0.23389, 0.17950)),
        ((0, 0, 255), (0.45201, -0.03246, -0.31153)),
        ((0, 128, 0), (0.51975, -0.14030, 0.10768)),
        ((255, 255, 255), (1, 0, 0)),
        ((0, 0, 0), (0, 0, 0)),
    ],
)
def test_srgb_values_of_css(rgb, lab):
    """The sRGB primaries as CSS Color 4 and its test suite give them in OKLab."""
    assert color.oklab(np.array(rgb, np.uint8)) == pytest.approx(lab, abs=2e-5)


def test_red_in_oklch():
    """CSS Color 4 writes #ff0000 as oklch(62.796% 0.25768 29.234)."""
    assert color.oklch(np.array([255, 0, 0], np.uint8)) == pytest.approx((0.62796, 0.25768, 29.234), abs=5e-3)


def test_there_and_back():
    """Every sRGB color of a grid that touches all channel values returns to its own bytes, through OKLab and OKLCh."""
    steps = np.unique(np.r_[np.arange(0, 256, 15), 1, 254])
    rgb = np.stack(np.meshgrid(steps, steps, steps), axis=-1).astype(np.uint8)
    lab = color.oklab(rgb)
    assert np.array_equal(rgb, color.oklab_to_srgb(lab))
    assert np.array_equal(rgb, color.oklab_to_srgb(color.oklch_to_oklab(color.oklch(rgb))))
    ramp = np.arange(256, dtype=np.uint8)
    assert np.array_equal(ramp, color.linear_to_srgb(color.srgb_to_linear(ramp)))


def test_grays_have_no_chroma():
    """A gray has no chroma, and its lightness rises with its value."""
    lch = color.oklch(np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1))
    assert lch[:, 1].max() < 1e-4
    assert np.all(np.diff(lch[:, 0]) > 0)


def test_shapes_and_rows():
    """Any leading shape is kept, and a color does not depend on its neighbours in the array, to the last bit."""
    rgb = np.random.default_rng(0).integers(0, 256, (7, 5, 3), dtype=np.uint8)
    lab = color.oklab(rgb)
    assert lab.shape == (7, 5, 3)
    assert np.array_equal(lab[3, 2], color.oklab(rgb[3, 2]))


def test_distance_weighs_lightness():
    """Doubling the weight doubles a distance in lightness alone and leaves one in hue as it is."""
    assert color.distance([0.5, 0, 0], [0.7, 0, 0], lightness=2) == pytest.approx(0.4)
    assert color.distance([0.5, 0.1, 0], [0.5, 0, 0], lightness=2) == pytest.approx(0.1)
