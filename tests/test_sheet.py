"""Sheets: what is packed is cut out again, and nothing overlaps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from assetforge.errors import InputError
from assetforge.palette import Palette
from assetforge.sheet import Tag, cut, grid, pack
from assetforge.sprite import Sprite

PALETTE = Palette(((1, 2, 3), (4, 5, 6), (4, 5, 6)), "three")


def sprite(name: str, width: int = 4, height: int = 4, value: int = 1, **fields: object) -> Sprite:
    return Sprite(np.full((height, width), value, np.uint8), PALETTE, name, **fields)  # type: ignore[arg-type]


@st.composite
def packs(draw: st.DrawFn) -> list[Sprite]:
    """Sprites of one size or of many, stills and animations, some empty."""
    side = st.integers(1, 12)
    same = draw(st.none() | st.tuples(side, side))
    shapes = draw(st.lists(st.just(same) if same else st.tuples(side, side), min_size=1, max_size=12))
    return [
        Sprite(
            draw(arrays(np.uint8, shape, elements=st.integers(0, 3), fill=st.just(0))),
            PALETTE,
            str(index),
            draw(st.integers(1, 500)),
            draw(st.sampled_from(["", "walk", "jump"])),
        )
        for index, shape in enumerate(shapes)
    ]


options = st.fixed_dictionaries({"padding": st.integers(0, 3), "extrude": st.integers(0, 2), "trim": st.booleans()})


@settings(deadline=None)
@given(packs(), options)
def test_cutting_gives_back_what_was_packed(sprites: list[Sprite], options: dict[str, int]) -> None:
    """Pixels, order, names, durations and tags come back, however the sheet was packed."""
    for before, after in zip(sprites, cut(pack(sprites, "x", **options)), strict=True):  # type: ignore[arg-type]
        assert (before.indices.shape, before.name, before.duration, before.tag) == (
            after.indices.shape,
            after.name,
            after.duration,
            after.tag,
        )
        assert (before.indices == after.indices).all()


@settings(deadline=None)
@given(packs(), options)
def test_frames_keep_their_distance(sprites: list[Sprite], options: dict[str, int]) -> None:
    """Each frame lies in the atlas with its extruded edges, and `padding` empty pixels from the next."""
    sheet = pack(sprites, "x", **options)  # type: ignore[arg-type]
    extrude, padding = options["extrude"], options["padding"]
    width, height = sheet.atlas.size
    taken = np.zeros((height + padding, width + padding), int)
    for frame in sheet.frames:
        left, top = frame.x - extrude, frame.y - extrude
        right, bottom = frame.x + frame.width + extrude, frame.y + frame.height + extrude
        assert left >= 0 and top >= 0 and right <= width and bottom <= height
        taken[top : bottom + padding, left : right + padding] += 1
    assert taken.max() == 1
    assert not sheet.atlas.indices[taken[:height, :width] == 0].any()


@settings(deadline=None, max_examples=30)
@given(packs())
def test_extruding_repeats_the_edges(sprites: list[Sprite]) -> None:
    """Around each frame lie its own edge pixels."""
    sheet = pack(sprites, "x", extrude=2)
    for frame, one in zip(sheet.frames, sprites, strict=True):
        around = sheet.atlas.indices[frame.y - 2 : frame.y + frame.height + 2, frame.x - 2 : frame.x + frame.width + 2]
        assert (around == np.pad(one.indices, 2, "edge")).all()


@settings(deadline=None, max_examples=30)
@given(packs())
def test_trimming_leaves_no_empty_border(sprites: list[Sprite]) -> None:
    """A trimmed frame has something drawn on each side; an empty sprite keeps one pixel."""
    sheet = pack(sprites, "x", trim=True)
    for frame, one in zip(sheet.frames, sprites, strict=True):
        inner = sheet.atlas.indices[frame.y : frame.y + frame.height, frame.x : frame.x + frame.width]
        if one.indices.any():
            assert inner[0].any() and inner[-1].any() and inner[:, 0].any() and inner[:, -1].any()
        else:
            assert inner.shape == (1, 1)
        assert frame.source == one.size


def test_equal_sprites_stand_in_a_grid_in_order() -> None:
    """Nine sprites of one size make three rows of three, read like a page."""
    sheet = pack([sprite(str(index), 5, 5) for index in range(9)], "x", padding=1)
    assert [(x, y) for y in (0, 6, 12) for x in (0, 6, 12)] == [(frame.x, frame.y) for frame in sheet.frames]
    assert sheet.atlas.size == (17, 17)


def test_flat_sprites_make_a_sheet_near_a_square() -> None:
    """The grid has as many columns as make it near a square, not as many as rows."""
    assert pack([sprite(str(index), 32, 8) for index in range(16)], "x").atlas.size == (64, 64)


@pytest.mark.parametrize("seed", range(3))
def test_unequal_sprites_are_packed_tightly(seed: int) -> None:
    """Of a sheet of mixed sizes nine tenths are used, and it is near a square."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(8, 33, (150, 2))
    width, height = pack([sprite(str(i), *size) for i, size in enumerate(sizes.tolist())], "x").atlas.size
    assert sizes.prod(1).sum() / (width * height) > 0.9
    assert 0.5 < width / height < 2


def test_tags_are_runs_of_frames() -> None:
    """Neighbours that share a tag are one animation; untagged ones are none."""
    tags = ["", "walk", "walk", "jump", "", "walk"]
    sheet = pack([sprite(str(index), tag=tag) for index, tag in enumerate(tags)], "x")
    assert (Tag("walk", 1, 2), Tag("jump", 3, 3), Tag("walk", 5, 5)) == sheet.tags


def test_tags_tell_how_they_play() -> None:
    """An animation's direction and repeat reach the sheet, and come back out of it."""
    played = [replace(sprite(str(index), tag="hit"), direction="pingpong", repeat=2) for index in range(2)]
    sheet = pack([sprite("still"), *played], "x")
    assert (Tag("hit", 1, 2, "pingpong", 2),) == sheet.tags
    assert [("forward", 0), *[("pingpong", 2)] * 2] == [(each.direction, each.repeat) for each in cut(sheet)]


def test_a_grid_keeps_rows_and_columns() -> None:
    """Cell (r, c) lies at r and c times the largest size, whatever the sprites' own sizes."""
    rows = [[sprite(f"{r}-{c}", 3 + c, 2 + r, r + 1) for c in range(3)] for r in range(2)]
    sheet = grid(rows, "x")
    assert [(c * 5, r * 3) for r in range(2) for c in range(3)] == [(frame.x, frame.y) for frame in sheet.frames]
    assert sheet.atlas.size == (15, 6)
    for before, after in zip(rows[0] + rows[1], cut(sheet), strict=True):
        assert (before.indices == after.indices).all()


def test_what_makes_no_sheet_is_refused() -> None:
    """No sprites, two of one name, two palettes, or too many pixels: an error that names them."""
    other = Sprite(np.ones((2, 2), np.uint8), Palette(((9, 9, 9), (8, 8, 8))), "b")
    for sprites, message in (
        ([], "at least one"),
        ([sprite("orc"), sprite("elf"), sprite("orc")], '"orc"'),
        ([sprite("a"), other], "b: a sheet has one palette"),
        ([sprite(str(index), 3000, 3000) for index in range(4)], "4 sprites need 4 pages"),
    ):
        with pytest.raises(InputError, match=message) as caught:
            pack(sprites, "monsters")
        assert str(caught.value).startswith("monsters")
