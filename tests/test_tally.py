"""Counting frames one by one and pooling what was counted is counting them all at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from projects import picture

from assetforge.formats import palettes
from assetforge.quantize import histogram, remap, tally
from assetforge.quantize.quantizer import DITHERS, MAPS, pooled, quantize
from assetforge.sprite import DIRECTIONS, Raster

SWEETIE = palettes.load("sweetie-16")


def frames(seeds: list[int]) -> list[Raster]:
    """A frame for each seed, of other sizes and colors; some half-transparent, some empty."""
    found = []
    for seed in seeds:
        rgba = picture(seed, (3 + seed % 7, 2 + seed % 5))
        rgba[..., 3] = (
            np.where(rgba[..., 3] > 0, (seed % 256 + rgba[..., 0].astype(int)) % 256, 0)
            if seed % 3 == 0
            else rgba[..., 3]
        )
        if seed % 11 == 0:
            rgba[..., 3] = 0
        play = DIRECTIONS[seed % 4], seed * 60
        found.append(Raster(rgba, f"{tally.NAME}-{seed}", seed, tally.NAME if seed % 2 else "", *play))
    return found


def carried(rasters: list[Raster], threshold: int, touch: bool = True) -> list[tuple[tally.Tally, str]]:
    """Each frame counted, written, read back, and named as one of the file "orc"."""
    return [
        (each, "orc") for raster in rasters for each in tally.load(tally.dump([tally.tally(raster, threshold, touch)]))
    ]


@pytest.mark.parametrize("dither", DITHERS)
@pytest.mark.parametrize("map", [map for map in MAPS if map != "swap"])
@pytest.mark.parametrize("palette", [SWEETIE, 5])
@settings(max_examples=6, deadline=None)
@given(seeds=st.lists(st.integers(0, 999), min_size=1, max_size=6), threshold=st.integers(1, 255))
def test_pooled_frames_are_quantized_as_all_at_once(
    seeds: list[int], threshold: int, palette: Any, map: str, dither: str
) -> None:
    """Pixels, names, durations, tags and playing are the same, for a palette that is given and one that is fitted."""
    if dither != "none" and map == "ramp":
        return
    rasters = frames(seeds)
    options: dict[str, Any] = {"map": map, "dither": dither, "seed": 3}
    whole = quantize(rasters, palette, threshold=threshold, **options)
    parts = pooled(carried(rasters, threshold, touch=map == "faithful"), palette, **options)
    for one, other in zip(whole, parts, strict=True):
        assert np.array_equal(other.indices, one.indices)
        assert other.palette == one.palette and other.duration == one.duration
        assert (other.direction, other.repeat) == (one.direction, one.repeat)
        assert (other.name, other.tag) == (one.name.replace("\0", "orc"), one.tag.replace("\0", "orc"))
    if dither != "none" and not isinstance(palette, int):
        settled = [(tally.settle(each, palette, dither), name) for each, name in carried(rasters, threshold)]
        for one, other in zip(whole, pooled(settled, palette, **options), strict=True):
            assert np.array_equal(other.indices, one.indices)


@settings(max_examples=10, deadline=None)
@given(seeds=st.lists(st.integers(0, 999), min_size=1, max_size=5), limit=st.integers(0, 6))
def test_art_of_many_colors_is_pooled_by_cells(seeds: list[int], limit: int) -> None:
    """Above the limit of colors the faithful map moves cells: also where one frame alone passes it, or none does."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (histogram, remap, tally):
            patch.setattr(module, "COLORS", limit)
        rasters = frames(seeds)
        whole = quantize(rasters, SWEETIE, map="faithful")
        parts = pooled(carried(rasters, 128), SWEETIE, map="faithful")
    for one, other in zip(whole, parts, strict=True):
        assert np.array_equal(other.indices, one.indices)


@settings(max_examples=100, deadline=None)
@given(data=st.data(), seeds=st.lists(st.integers(0, 999), min_size=1, max_size=3))
def test_any_bytes_are_tallies_or_a_value_error(data: st.DataObject, seeds: list[int]) -> None:
    """No damage leads out of an array: what loads can be pooled and drawn."""
    import zlib

    raw = bytearray(zlib.decompress(tally.dump([tally.tally(raster) for raster in frames(seeds)])))
    for _ in range(data.draw(st.integers(0, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(raw)))
    try:
        found = tally.load(zlib.compress(bytes(raw[:cut])))
    except ValueError:
        return
    for each in found:
        places = np.append(0, np.arange(len(each.colors)))[each.places] if not each.settled else each.places
        assert places.size
    tally.pool(found).edges()
