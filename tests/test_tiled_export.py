"""What Tiled is told: tiles where the frames lie, the same in both formats, files that any system can hold."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetforge.errors import InputError
from assetforge.exports.tiled import Tiled, file_names, lattice
from assetforge.files import name_fault
from assetforge.palette import Palette
from assetforge.sheet import Sheet, Tag, grid, pack
from assetforge.sprite import Sprite

LITTLE = Palette(((26, 28, 44), (177, 62, 83), (255, 205, 117)), "little")


def squares(count: int, width: int = 4, height: int = 3) -> list[Sprite]:
    return [Sprite(np.full((height, width), 1 + place % 3, np.uint8), LITTLE, f"s{place}") for place in range(count)]


def read_xml(data: bytes) -> dict[str, Any]:
    """A .tsx as the .tsj has it."""
    root = ET.fromstring(data)
    numbers = {key: int(root.attrib[key]) for key in root.attrib if key not in ("version", "name")}
    facts: dict[str, Any] = {"type": "tileset", "version": root.get("version"), "name": root.get("name"), **numbers}
    tiles = []
    for tile in root.iter("tile"):
        told: dict[str, Any] = {"id": int(tile.attrib["id"])}
        told["properties"] = [{"type": "string", **each.attrib} for each in tile.iter("property")]
        if (image := tile.find("image")) is not None:
            told |= pictured(image)
        if frames := [{key: int(value) for key, value in each.attrib.items()} for each in tile.iter("frame")]:
            told["animation"] = frames
        tiles.append(told)
    image = root.find("image")
    return facts | (pictured(image) if image is not None else {}) | {"tiles": tiles}


def pictured(image: ET.Element) -> dict[str, Any]:
    width, height = int(image.attrib["width"]), int(image.attrib["height"])
    return {"image": image.get("source"), "imagewidth": width, "imageheight": height}


@pytest.mark.parametrize("sprites", [squares(7), [*squares(6), *[replace(s, name="x") for s in squares(1, 9, 2)]]])
def test_both_formats_say_the_same(sprites: list[Sprite]) -> None:
    """.tsx and .tsj hold one set of facts, and name no file that is not written with them or beside them."""
    sheet = replace(pack(sprites, "s", padding=1, extrude=1), tags=(Tag("run", 1, 3, "pingpong"), Tag("one", 5, 5)))
    files = Tiled().files(sheet, {})
    facts = json.loads(files["s.tsj"])
    assert read_xml(files["s.tsx"]) == facts
    assert {facts["image"]} == {"s.png"} if "image" in facts else {t["image"] for t in facts["tiles"]} < set(files)
    played = next(tile["animation"] for tile in facts["tiles"] if "animation" in tile)
    assert [frame["tileid"] for frame in played] == [1, 2, 3, 2] or "image" in facts


@given(
    st.integers(1, 9),
    st.integers(1, 9),
    st.integers(1, 12),
    st.sampled_from([{}, {"padding": 3}, {"extrude": 2}, {"padding": 1, "extrude": 1, "power_of_two": True}]),
)
def test_every_tile_lies_where_its_frame_does(width: int, height: int, count: int, options: dict[str, Any]) -> None:
    """Cutting the picture as Tiled does finds each frame under its tile's number."""
    sheet = pack(squares(count, width, height), "s", **options)
    found = lattice(sheet)
    assert found
    facts = json.loads(Tiled().files(sheet, {})["s.tsj"])
    places = {frame.name: (frame.x, frame.y) for frame in sheet.frames}
    for tile in facts["tiles"]:
        row, column = divmod(tile["id"], facts["columns"])
        x = facts["margin"] + column * (width + facts["spacing"])
        y = facts["margin"] + row * (height + facts["spacing"])
        assert places[tile["properties"][0]["value"]] == (x, y)
        assert tile["id"] < facts["tilecount"]


def test_a_grid_of_unequal_sprites_is_no_grid_of_tiles() -> None:
    """Cells as large as the largest sprite say nothing of the others' size; equal ones in a grid are tiles."""
    assert lattice(grid([squares(2), [replace(s, name="x") for s in squares(1, 2, 2)]], "s")) is None
    assert lattice(grid([squares(2), [replace(s, name="x") for s in squares(1)]], "s"))


def overlapping(*tags: Tag) -> Sheet:
    return replace(pack(squares(3), "s"), tags=tags)


def test_animations_that_overlap_take_tiles_of_their_own_while_there_are_any() -> None:
    """Each starts with its own tile; one that finds none is refused by name."""
    two = [Tag("a", 0, 2), Tag("b", 0, 1)]
    tiles = json.loads(Tiled().files(overlapping(*two), {})["s.tsj"])["tiles"]
    assert [[each["tileid"] for each in tile.get("animation", ())] for tile in tiles] == [[0, 1, 2], [1, 0], []]
    with pytest.raises(InputError, match=r's: each tile of the animation "c" plays another'):
        Tiled().files(overlapping(*two, Tag("c", 0, 1)), {})


@given(st.lists(st.text(max_size=90), unique=True, max_size=20))
def test_files_of_single_pictures_can_lie_anywhere(names: list[str]) -> None:
    """Whatever sprites are called: as many files, none that Windows refuses, none that it takes for another."""
    found = file_names(names)
    assert len({name.casefold() for name in found}) == len(names)
    assert not any(name_fault(name) for name in found)
