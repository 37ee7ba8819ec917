"""Pages of a sheet: sprites that one page does not hold, sides of powers of two, places that stay."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetforge.errors import InputError
from assetforge.exports.json import Json
from assetforge.palette import Palette
from assetforge.sheet import Sheet, Tag, boxes, cut, pack, pages
from assetforge.sprite import Sprite

PALETTE = Palette(((1, 2, 3), (4, 5, 6)), "two")


def sprite(name: str, width: int = 4, height: int = 4, tag: str = "") -> Sprite:
    indices = np.random.default_rng(len(name) + width).integers(0, 3, (height, width), np.uint8)
    return Sprite(indices, PALETTE, name, tag=tag)


def framed(one: Sprite, border: int) -> Sprite:
    """The sprite with so many empty pixels on each side, all of it if it is small."""
    indices = one.indices.copy()
    indices[:border] = indices[len(indices) - border :] = 0
    indices[:, :border] = indices[:, indices.shape[1] - border :] = 0
    return replace(one, indices=indices)


side = st.integers(1, 16)
names = st.lists(st.sampled_from("abcdefghijklmnopqrst"), unique=True, min_size=1, max_size=14)


@st.composite
def packs(draw: st.DrawFn) -> list[Sprite]:
    """Sprites of many sizes or of one, some in animations, some empty or in an empty border."""
    same = draw(st.none() | st.tuples(side, side))
    found = []
    for name in sorted(draw(names)):
        width, height = same or draw(st.tuples(side, side))
        one = sprite(name, width, height, draw(st.sampled_from(["", "", "walk", "jump"])))
        found.append(framed(one, draw(st.integers(0, 3))))
    return found


options = st.fixed_dictionaries(
    {
        "padding": st.integers(0, 2),
        "extrude": st.integers(0, 2),
        "trim": st.booleans(),
        "power_of_two": st.booleans(),
        "max_size": st.sampled_from([32, 40, 64, 4096]),
    }
)


def former(sheets: list[Sheet], options: dict[str, Any]) -> list[dict[str, Any]]:
    """What the JSON of the pages says of places."""
    provenance = {"settings": {"padding": options["padding"], "extrude": options["extrude"]}}
    told = [Json().files(sheet, provenance)[f"{sheet.name}.json"] for sheet in sheets]
    return boxes(told, padding=options["padding"], extrude=options["extrude"])


def sound(sheets: list[Sheet], sprites: list[Sprite], options: dict[str, Any]) -> None:
    """What holds of pages, however they came about."""
    assert [sheet.name for sheet in sheets] == ["x", *(f"x-{number}" for number in range(2, len(sheets) + 1))]
    assert sheets[0].others == tuple(sheet.name for sheet in sheets[1:]) and not any(s.others for s in sheets[1:])
    places = {one.name: place for place, one in enumerate(sprites)}
    back = [one for sheet in sheets for one in cut(sheet)]
    assert sorted(places) == sorted(one.name for one in back)
    for one in back:
        before = sprites[places[one.name]]
        assert (one.indices == before.indices).all() and one.tag == before.tag
    padding, extrude = options["padding"], options["extrude"]
    for sheet in sheets:
        order = [places[frame.name] for frame in sheet.frames]
        assert order == sorted(order)
        width, height = sheet.atlas.size
        assert max(width, height) <= options["max_size"]
        if options["power_of_two"]:
            assert width & (width - 1) == height & (height - 1) == 0
        taken = np.zeros((height + padding, width + padding), int)
        for frame in sheet.frames:
            left, top = frame.x - extrude, frame.y - extrude
            right, bottom = frame.x + frame.width + extrude, frame.y + frame.height + extrude
            assert min(left, top) >= 0 and right <= width and bottom <= height
            taken[top : bottom + padding, left : right + padding] += 1
            around = sheet.atlas.indices[top:bottom, left:right]
            inner = sheet.atlas.indices[frame.y : frame.y + frame.height, frame.x : frame.x + frame.width]
            assert (around == np.pad(inner, extrude, "edge")).all()
        assert taken.max() == 1
        assert not sheet.atlas.indices[taken[:height, :width] == 0].any()


@settings(deadline=None, max_examples=60)
@given(packs(), options)
def test_pages_hold_every_sprite_once(sprites: list[Sprite], options: dict[str, Any]) -> None:
    """Pages share out the sprites in their order, each whole and apart, none larger than allowed."""
    sheets = pages(sprites, "x", **options)
    sound(sheets, sprites, options)
    assert [frame.name for sheet in sheets for frame in sheet.frames] == [one.name for one in sprites]
    again = pages(sprites, "x", **options)
    assert [sheet.frames for sheet in sheets] == [sheet.frames for sheet in again]


@settings(deadline=None, max_examples=60)
@given(packs(), packs(), options)
def test_what_stays_the_same_stays_in_place(
    sprites: list[Sprite], others: list[Sprite], options: dict[str, Any]
) -> None:
    """With the former sheet at hand, a sprite that kept its size keeps its place, and packing again moves nothing."""
    before = pages(sprites, "x", **options)
    after = pages(others, "x", **options, former=former(before, options))
    sound(after, others, options)
    was = {f.name: (f.x, f.y, f.width, f.height) for sheet in before for f in sheet.frames}
    now = {f.name: (f.x, f.y, f.width, f.height) for sheet in after for f in sheet.frames}
    for name in was.keys() & now.keys():
        assert was[name] == now[name] or was[name][2:] != now[name][2:]
    again = pages(others, "x", **options, former=former(after, options))
    assert [(sheet.name, sheet.frames, sheet.atlas.size) for sheet in after] == [
        (sheet.name, sheet.frames, sheet.atlas.size) for sheet in again
    ]


PLAIN = {"padding": 0, "extrude": 0}


def test_a_new_sprite_takes_a_place_that_is_free() -> None:
    """A hole that a sprite left is filled before the sheet grows, and the sheet grows only if it must."""
    sprites = [sprite(f"{index:02}", 8, 8) for index in range(16)]
    before = pages(sprites, "x")
    hole = before[0].frames[5]
    fewer = [*sprites[:5], *sprites[6:], sprite("new", 8, 8)]
    (filled,) = pages(fewer, "x", former=former(before, PLAIN))
    assert filled.atlas.size == before[0].atlas.size == (32, 32)
    assert (filled.frames[-1].x, filled.frames[-1].y) == (hole.x, hole.y)
    (grown,) = pages([*sprites, sprite("new", 8, 8)], "x", former=former(before, PLAIN))
    assert grown.atlas.size == (32, 40)


def test_places_at_other_distances_do_not_count() -> None:
    """A sheet packed with another padding is packed anew, and so is what no sheet of ours says."""
    before = pages([sprite("a"), sprite("b", 6, 6)], "x", padding=2)
    told = Json().files(before[0], {"settings": {"padding": 2, "extrude": 0}})["x.json"]
    assert boxes([told], padding=2, extrude=0) != [{}]
    assert boxes([told], padding=1, extrude=0) == [{}]
    for damage in (
        b"",
        b"[]",
        b"{}",
        b"[" * 9999,
        told.replace(b"assetforge", b"other"),
        told.replace(b'"x": ', b'"x": 9999'),
    ):
        assert boxes([damage], padding=2, extrude=0) == [{}]


def test_an_animation_stays_on_one_page() -> None:
    """Frames that share a tag go to the next page together; those that no page holds are told apart."""
    walk = [sprite(f"w{index}", 16, 16, "walk") for index in range(3)]
    first, second = pages([sprite("a", 16, 16), sprite("b", 16, 16), *walk], "x", max_size=32)
    assert [frame.name for frame in first.frames] == ["a", "b"] and second.tags == (Tag("walk", 0, 2),)
    many = [sprite(f"w{index}", 16, 16, "walk") for index in range(6)]
    assert [sheet.tags for sheet in pages(many, "x", max_size=32)] == [(Tag("walk", 0, 3),), (Tag("walk", 0, 1),)]


@pytest.mark.parametrize("extra", [{}, {"extrude": 2}, {"power_of_two": True}])
def test_a_sprite_larger_than_a_page_is_named(extra: dict[str, Any]) -> None:
    """A sprite that no page holds is an error with its size, the page's, and the mend."""
    with pytest.raises(InputError, match=r"boss: takes \d+ x 20 pixels, a page holds .* a side; .* max_size"):
        options = {"max_size": 40, **extra}
        pages([sprite("a"), sprite("boss", 41, 20 - 2 * options.get("extrude", 0))], "x", **options)


@pytest.mark.parametrize("count", [1, 10_000])
def test_one_sprite_and_ten_thousand_make_a_sheet(count: int) -> None:
    """From one pixel to a crowd, every sprite has a place of its own, and hardly any is left free."""
    sizes = np.random.default_rng(1).integers(4, 25, (count, 2)).tolist() if count > 1 else [(1, 1)]
    blank = {size: np.ones(size[::-1], np.uint8) for size in map(tuple, sizes)}
    sheet = pack([Sprite(blank[tuple(size)], PALETTE, str(i)) for i, size in enumerate(sizes)], "x")
    assert int(sheet.atlas.mask.sum()) == sum(w * h for w, h in sizes)
    assert sheet.atlas.mask.mean() > 0.99


def test_nothing_overlaps_nothing() -> None:
    """The truth of overlaps above, said the slow way once, of 60 sprites."""
    sizes = np.random.default_rng(3).integers(4, 25, (60, 2)).tolist()
    frames = pack([sprite(f"{i:02}", *size) for i, size in enumerate(sizes)], "x").frames
    for a, b in combinations(frames, 2):
        assert a.x + a.width <= b.x or b.x + b.width <= a.x or a.y + a.height <= b.y or b.y + b.height <= a.y
