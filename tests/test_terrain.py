"""Tilesets between two materials: any two tiles that may stand side by side meet, and a map of tiles is one drawing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from assetforge.errors import ConfigError, InputError
from assetforge.formats import palettes
from assetforge.palette import Palette
from assetforge.sprite import Sprite
from assetforge.steps.tileset import BORDERS, SETS
from assetforge.terrain import EDGES, LAYOUTS, Layout, tiles, wraps
from assetforge.terrain.masks import OUTER, blob
from assetforge.terrain.paint import darker, outlined, painted, silhouettes

PALETTE = Palette(((20, 60, 30), (60, 140, 60), (120, 200, 90), (10, 30, 90), (20, 90, 200), (90, 200, 240)), "shore")
SHAPES = [(16, 16), (8, 8), (24, 16), (13, 9), (20, 33)]
"""Heights and widths."""

Map = list[list[bool]]


@cache
def sets(layout: str, shape: tuple[int, int], seed: int = 0) -> dict[int, NDArray[np.bool_]]:
    return silhouettes(layout, shape, seed)


def material(shape: tuple[int, int], first: int, seed: int, name: str = "") -> Sprite:
    dice = np.random.default_rng(seed)
    return Sprite((first + dice.integers(0, 3, shape)).astype(np.uint8), PALETTE, name)


def maps(layout: Layout, height: int, width: int) -> Iterator[list[list[int]]]:
    """The masks of every map of so many cells, with all that can lie around it."""
    more = 1 if layout.corners_only else 2
    for bits in product((False, True), repeat=(height + more) * (width + more)):
        rows = [list(bits[at : at + width + more]) for at in range(0, len(bits), width + more)]
        found = layout.choose(rows)
        yield found if layout.corners_only else [row[1:-1] for row in found[1:-1]]


@cache
def pairs(name: str) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """All legal pairs of masks, side by side and above each other."""
    layout = LAYOUTS[name]
    beside = {(row[0], row[1]) for (row,) in maps(layout, 1, 2)}
    below = {(upper[0], lower[0]) for upper, lower in maps(layout, 2, 1)}
    return beside, below


def test_a_blob_set_is_complete() -> None:
    """Its 47 masks are what the 256 neighborhoods come to, each once; the sheet has one cell more."""
    masks = [mask for row in LAYOUTS["blob-47"].rows for mask in row]
    assert sorted(masks) == sorted([OUTER, *{blob(mask) for mask in range(256)}])
    assert {len(row) for row in LAYOUTS["blob-47"].rows} == {12}


def test_a_wang_set_is_complete_and_its_sheet_is_a_map() -> None:
    """All 16; every tile of the sheet may stand beside its neighbors there, around the edges too."""
    rows = LAYOUTS["wang-16"].rows
    assert sorted(mask for row in rows for mask in row) == list(range(16))
    beside, below = pairs("wang-16")
    for y, x in product(range(4), range(4)):
        assert (rows[y][x], rows[y][(x + 1) % 4]) in beside
        assert (rows[y][x], rows[(y + 1) % 4][x]) in below


def test_legal_pairs_are_many() -> None:
    """Of corners, each tile has 4 on each side; of cells, all 48 stand beside others, and not all beside all."""
    for found in pairs("wang-16"):
        assert len(found) == 64
    for found in pairs("blob-47"):
        assert {mask for pair in found for mask in pair} == {mask for row in LAYOUTS["blob-47"].rows for mask in row}
        assert 48 * 2 < len(found) < 48 * 47


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("layout", SETS)
def test_every_legal_pair_meets(layout: str, shape: tuple[int, int]) -> None:
    """Pixel by pixel along the whole edge, corners too, the same material lies on either side."""
    beside, below = pairs(layout)
    for seed in (0, 1):
        found = sets(layout, shape, seed)
        for left, right in beside:
            assert np.array_equal(found[left][:, -1], found[right][:, 0]), (left, right)
        for upper, lower in below:
            assert np.array_equal(found[upper][-1], found[lower][0]), (upper, lower)


@st.composite
def terrain(draw: st.DrawFn) -> tuple[str, Map, tuple[int, int], int]:
    layout, shape, seed = draw(st.sampled_from(SETS)), draw(st.sampled_from(SHAPES)), draw(st.integers(0, 2))
    width = draw(st.integers(2, 6))
    row = st.lists(st.booleans(), min_size=width, max_size=width)
    return layout, draw(st.lists(row, min_size=2, max_size=5)), shape, seed


@settings(max_examples=25, deadline=None)
@given(terrain(), st.sampled_from(EDGES))
def test_a_map_of_tiles_is_one_drawing(told: tuple[str, Map, tuple[int, int], int], edge: str) -> None:
    """Tiles put together are what is painted on the whole map at once: no rim or shadow is lost or doubled at a joint,
    and what is neither is the material's own pixel."""
    layout, cells, shape, seed = told
    inner, outer = material(shape, 1, 0, "a"), material(shape, 4, 1, "b")
    rows = LAYOUTS[layout].choose(cells)
    made = dict(
        zip(
            (mask for row in LAYOUTS[layout].rows for mask in row),
            (tile for row in tiles(inner, outer, layout, "a-b", seed=seed, edge=edge) for tile in row),
            strict=True,
        )
    )
    whole = np.block([[made[mask].indices for mask in row] for row in rows])
    mask = np.block([[sets(layout, shape, seed)[mask] for mask in row] for row in rows])
    ground = [Sprite(np.tile(one.indices, (len(rows), len(rows[0]))), PALETTE, one.name) for one in (inner, outer)]
    assert np.array_equal(whole, painted(*ground, mask, edge, (darker(inner), darker(outer))))
    touched = np.logical_or(*outlined(mask))
    plain = np.where(mask, ground[0].indices, ground[1].indices)
    assert np.array_equal(whole[~touched], plain[~touched])


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("layout", SETS)
def test_no_pixel_stands_alone(layout: str, shape: tuple[int, int]) -> None:
    """Within a tile, none differs from three of its neighbors: no orphans, no spikes."""
    for mask in sets(layout, shape).values():
        around = [mask[:-2, 1:-1], mask[2:, 1:-1], mask[1:-1, :-2], mask[1:-1, 2:]]
        assert not (sum((one != mask[1:-1, 1:-1]).astype(int) for one in around) >= 3).any()


@pytest.mark.parametrize("layout", SETS)
def test_borders_wander_by_their_seed(layout: str) -> None:
    """A straight shore is not straight, another seed has another, the same the same; without wandering it is."""
    straight = {"blob-47": 31, "wang-16": 3}[layout]
    runs = [mask.sum(1) for mask in (sets(layout, (16, 16), seed)[straight] for seed in range(6))]
    assert sum(len(set(run.tolist())) > 1 for run in runs) >= 5
    assert len({tuple(run.tolist()) for run in runs}) >= 5
    again = silhouettes(layout, (16, 16), 3)
    assert all(np.array_equal(again[mask], one) for mask, one in sets(layout, (16, 16), 3).items())
    assert len(set(silhouettes(layout, (16, 16), 0, wander=0)[straight].sum(1).tolist())) == 1


def test_rims_are_darker() -> None:
    """The entry for a rim is darker than its material and of like hue where the palette has one; else the darkest."""
    palette = palettes.load("endesga-32")
    grass = Sprite(np.full((8, 8), 1 + palette.hex.index("#63c74d"), np.uint8), palette)
    assert palette.hex[darker(grass) - 1] in ("#3e8948", "#265c42")
    black = Sprite(np.full((8, 8), 1, np.uint8), Palette(((0, 0, 0), (255, 255, 255))))
    assert darker(black) == 1
    assert darker(Sprite(np.zeros((8, 8), np.uint8), palette)) == 0


def test_a_transparent_material_stays_so() -> None:
    """Ground over nothing: outer pixels are transparent, and no shadow falls on them."""
    inner, nothing = material((16, 16), 1, 0, "a"), Sprite(np.zeros((16, 16), np.uint8), PALETTE, "b")
    made = tiles(inner, nothing, "blob-47", "a-b", edge="both")
    masks = [sets("blob-47", (16, 16))[mask] for row in LAYOUTS["blob-47"].rows for mask in row]
    for tile, mask in zip((tile for row in made for tile in row), masks, strict=True):
        assert np.array_equal(tile.mask, mask)


def test_what_wraps_is_told_from_what_does_not() -> None:
    """A texture, bricks that end in a joint and a flat tile wrap; a ramp does not, across."""
    assert all(wraps(material((16, 16), 1, 2), axis) for axis in (0, 1))
    bricks = np.full((16, 16), 3, np.uint8)
    bricks[7], bricks[15], bricks[:8, 15], bricks[8:, 7] = 1, 1, 1, 1
    assert all(wraps(Sprite(bricks, PALETTE), axis) for axis in (0, 1))
    grays = Palette(tuple((n, n, n) for n in (30, 90, 150, 210)))
    ramp = Sprite(np.tile((1 + np.arange(16) // 4).astype(np.uint8), (16, 1)), grays)
    assert not wraps(ramp, 1) and wraps(ramp, 0)


def test_materials_that_do_not_fit_are_refused() -> None:
    """Of two sizes, too small, too large: with names and numbers."""
    with pytest.raises(InputError, match=r'"a" is 16 x 24 pixels, "b" 16 x 16'):
        tiles(material((24, 16), 1, 0, "a"), material((16, 16), 4, 0, "b"), "blob-47", "a-b")
    with pytest.raises(ConfigError, match="7x16; each side must be from 8 to 256"):
        tiles(material((16, 7), 1, 0, "a"), material((16, 7), 4, 0, "b"), "wang-16", "a-b")


def test_the_kind_of_sheet_knows_what_there_is() -> None:
    """Its choices, written out so that loading it costs nothing, are those of the room that does the work."""
    assert set(SETS) == set(LAYOUTS) and set(BORDERS) == set(EDGES)
