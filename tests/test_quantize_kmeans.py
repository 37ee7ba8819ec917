"""The colors of a pack and the choice among them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetforge.color import oklab
from assetforge.quantize import histogram
from assetforge.quantize.kmeans import medoids, nearest_rows


def image(seed: int, size: tuple[int, int] = (13, 8), levels: int = 4) -> np.ndarray:
    """Random RGBA of few colors, some pixels transparent."""
    random = np.random.default_rng(seed)
    rgba = (random.integers(0, levels, (*size, 4)) * (255 // (levels - 1))).astype(np.uint8)
    rgba[..., 3] = np.where(random.random(size) < 0.3, 0, 255)
    return rgba


@pytest.mark.parametrize("limit", [0, 1 << 16], ids=["table", "sort"])
@given(seeds=st.lists(st.integers(0, 9999), max_size=3), clear=st.booleans())
@settings(max_examples=8, deadline=None)
def test_histogram_rebuilds_the_images(limit, seeds, clear):
    """Colors are distinct and sorted, counts sum to the opaque pixels, and the places give back every image."""
    before, histogram.SORT_LIMIT = histogram.SORT_LIMIT, limit
    try:
        images = [image(seed) for seed in seeds]
        if not clear:
            for rgba in images:
                rgba[..., 3] = 255
        found = histogram.count(images)
    finally:
        histogram.SORT_LIMIT = before
    assert len(np.unique(found.colors, axis=0)) == len(found.colors)
    assert found.counts.sum() == sum((rgba[..., 3] == 255).sum() for rgba in images)
    table = np.concatenate([np.zeros((1, 4), np.uint8), np.insert(found.colors, 3, 255, axis=1)])
    for rgba, places in zip(images, found.places, strict=True):
        assert np.array_equal(np.where(rgba[..., 3:] == 0, 0, rgba), table[places])


@pytest.mark.parametrize("band", [7, 1 << 20])
def test_touching_counts_every_edge_once(band, monkeypatch):
    """Pairs and edges are those that looking at each pixel's right and lower neighbour finds."""
    monkeypatch.setattr(histogram, "BAND", band)
    found = histogram.count([image(1), image(2)])
    wanted: dict[tuple[int, int], int] = {}
    for place in found.places:
        for (y, x), here in np.ndenumerate(place):
            for there in ([place[y + 1, x]] if y + 1 < place.shape[0] else []) + (
                [place[y, x + 1]] if x + 1 < place.shape[1] else []
            ):
                if here and there and here != there:
                    pair = (min(here, there) - 1, max(here, there) - 1)
                    wanted[pair] = wanted.get(pair, 0) + 1
    pairs, edges = histogram.touching(found.places, len(found.colors))
    assert wanted == {tuple(pair): number for pair, number in zip(pairs.tolist(), edges.tolist(), strict=True)}


def some(seed: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    colors = np.unique(random.integers(1, 256, (size, 3)).astype(np.uint8), axis=0)
    return colors, random.integers(1, 50, len(colors))


@given(seed=st.integers(0, 9999), k=st.integers(1, 40))
@settings(max_examples=25, deadline=None)
def test_medoids_are_colors_of_the_art(seed, k):
    """Exactly min(k, N) distinct rows; all of them where the art has no more."""
    colors, counts = some(seed, 30)
    rows = medoids(colors, counts, k)
    assert len(np.unique(rows)) == len(rows) == min(k, len(colors))
    if k >= len(colors):
        assert np.array_equal(np.arange(len(colors)), rows)


@given(seed=st.integers(0, 9999), k=st.integers(1, 12))
@settings(max_examples=15, deadline=None)
def test_black_stays_black(seed, k):
    """Pure black is chosen wherever the art uses it, however rarely."""
    colors, counts = some(seed, 60)
    colors, counts = np.concatenate([[[0, 0, 0]], colors]).astype(np.uint8), np.append(1, counts * 1000)
    assert 0 in medoids(colors, counts, k)


def test_clusters_are_found():
    """Of four tight clusters, four medoids take one each, and the heavy color in each."""
    heads = np.array([[200, 30, 30], [30, 200, 30], [40, 40, 210], [230, 230, 220]], np.uint8)
    colors = np.concatenate([heads, heads + 3, heads - 4])
    counts = np.repeat([1000, 10, 10], 4)
    assert np.array_equal([0, 1, 2, 3], medoids(colors, counts, 4))


@pytest.mark.parametrize("size", [300, 9000], ids=["exact", "binned"])
def test_more_colors_are_no_worse(size):
    """The mean error falls as k grows, and is far below that of as many colors drawn at random."""
    colors, counts = some(7, size)
    lab = oklab(colors)

    def error(rows: np.ndarray) -> float:
        step = lab - lab[rows][nearest_rows(colors, colors[rows])]
        return float((np.linalg.norm(step, axis=1) * counts).sum() / counts.sum())

    errors = [error(medoids(colors, counts, k)) for k in (4, 16, 64)]
    assert sorted(errors, reverse=True) == errors
    assert errors[1] < 0.85 * error(np.random.default_rng(0).choice(len(colors), 16, replace=False))


def test_seed_repeats():
    """One seed, one choice."""
    colors, counts = some(3, 500)
    assert np.array_equal(medoids(colors, counts, 16, seed=5), medoids(colors, counts, 16, seed=5))
