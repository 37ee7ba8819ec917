"""The faithful mapping, and the figures that tell what a mapping costs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetforge.evaluate.mapping import fidelity
from assetforge.formats import palettes, read
from assetforge.palette import Palette
from assetforge.quantize import remap
from assetforge.quantize.quantizer import quantize
from assetforge.sprite import Raster

PACKS = Path(__file__).parents[2] / "shared" / "data" / "packs"


def solid(*rows: str) -> np.ndarray:
    """A picture of letters; a dot is transparent."""
    table = {"a": (10, 10, 10), "b": (60, 60, 60), "c": (200, 200, 200), "d": (120, 20, 20), ".": (0, 0, 0)}
    rgba = np.array([[(*table[letter], 0 if letter == "." else 255) for letter in row] for row in rows], np.uint8)
    return rgba


def test_edges_by_hand():
    """Merged and flipped edges and pairs of a picture small enough to count."""
    before = solid("abc", "ab.", "ddd")
    after = solid("aac", "aa.", "ddd")
    cost = fidelity([before], [after])
    # Across: a-b, b-c, a-b; down: a-d, b-d.
    assert (cost.edges, cost.pairs) == (5, 4)
    assert pytest.approx((cost.merged, cost.merged_pairs)) == (2 / 5, 1 / 4)
    assert (cost.flipped, cost.colors, cost.kept) == (0.0, 4, 3)
    swapped = fidelity([solid("ab", "bc")], [solid("ba", "ac")])
    assert pytest.approx((swapped.flipped, swapped.flipped_pairs)) == (2 / 4, 1 / 2)
    assert fidelity([before], [before]).error == 0 == fidelity([], []).edges


@given(seed=st.integers(0, 9999))
@settings(max_examples=10, deadline=None)
def test_banding_changes_nothing(seed):
    """The figures of one image are those of it in bands."""
    from assetforge.evaluate import mapping

    random = np.random.default_rng(seed)
    before, after = (random.integers(0, 3, (2, 17, 6, 4)) * 127).astype(np.uint8)
    after[..., 3] = before[..., 3]
    whole = fidelity([before], [after])
    limit, mapping.BAND = mapping.BAND, 20
    try:
        assert whole == fidelity([before], [after])
    finally:
        mapping.BAND = limit


@given(seed=st.integers(0, 9999))
@settings(max_examples=15, deadline=None)
def test_error_stays_in_budget(seed):
    """Whatever the art and the palette, the mean error is at most 1.3 times that of the nearest mapping."""
    random = np.random.default_rng(seed)
    colors = random.integers(0, 256, (int(random.integers(2, 90)), 3))
    rgba = np.full((12, 12, 4), 255, np.uint8)
    rgba[..., :3] = colors[random.integers(0, len(colors), (12, 12))]
    palette = Palette(tuple(tuple(c) for c in random.integers(0, 256, (int(random.integers(2, 20)), 3)).tolist()))
    costs = {
        map: fidelity([rgba], [quantize([Raster(rgba)], palette, map=map)[0].rgba()]) for map in ("nearest", "faithful")
    }
    assert costs["faithful"].error <= 1.3 * costs["nearest"].error


def test_neighbours_are_kept_apart():
    """Two grays that share their nearest color stay two where they touch, if a second gray is not far."""
    palette = Palette(((100, 100, 100), (146, 146, 146), (255, 0, 0)))
    rgba = np.full((8, 8, 4), 255, np.uint8)
    rgba[:, ::2, :3], rgba[:, 1::2, :3] = 90, 122
    nearest, faithful = (quantize([Raster(rgba)], palette, map=map)[0] for map in ("nearest", "faithful"))
    assert {1} == set(nearest.indices.ravel().tolist())
    assert {1, 2} == set(faithful.indices.ravel().tolist())


@pytest.mark.slow
def test_photographs(monkeypatch):
    """Art of too many colors to look at one by one still maps, and its legal colors stay."""
    monkeypatch.setattr(remap, "COLORS", 500)
    palette = Palette(((0, 0, 0), (255, 255, 255), (190, 60, 40), (40, 90, 200)))
    rgba = np.full((64, 64, 4), 255, np.uint8)
    rgba[..., :3] = np.random.default_rng(0).integers(0, 256, (64, 64, 3))
    rgba[::5, :, :3] = (190, 60, 40)
    (sprite,) = quantize([Raster(rgba)], palette)
    assert np.all(sprite.indices[::5] == 3)
    assert {1, 2, 3, 4} == set(sprite.indices.ravel().tolist())


@pytest.mark.parametrize("pack", ["dcss-items-60", "dcss-monsters-60"])
def test_figures_on_real_packs(pack):
    """Reduced to 32 colors, then to PICO-8: at most .048 of edges merge and .001 flip, at 1.3 times nearest's error."""
    if not (PACKS / pack).is_dir():
        pytest.skip("needs ../shared/data")
    rasters = [raster for path in sorted((PACKS / pack).glob("*.png")) for raster in read(path)]
    art = [Raster(sprite.rgba(), sprite.name) for sprite in quantize(rasters, 32)]
    pico = palettes.load("pico-8")
    before = [raster.rgba for raster in art]
    nearest, faithful = (
        fidelity(before, [sprite.rgba() for sprite in quantize(art, pico, map=map)]) for map in ("nearest", "faithful")
    )
    assert nearest.merged > 0.09
    assert faithful.merged <= 0.048
    assert faithful.flipped <= 0.001
    assert faithful.error <= 1.3 * nearest.error
