"""What libGDX's and TexturePacker's importers read of an atlas; none of them is run here.

Each reader below does what its importer's source does with the text, and nothing more.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_exports import monsters

from assetforge.exports.libgdx import LibGdx
from assetforge.exports.naming import distinct
from assetforge.exports.texturepacker import TexturePacker, TexturePackerUnity
from assetforge.palette import Palette
from assetforge.sheet import Sheet, cut, pack
from assetforge.sprite import Sprite

PAIR = Palette(((1, 2, 3), (4, 5, 6)))
ODD = ["a:b", "a_b", " a", "a\nb", "size: 1, 2", "ключ", "\udcff", "a;b#c%d"]

Region = tuple[str, dict[str, list[str]]]


def gdx(text: str) -> tuple[str, dict[str, list[str]], list[Region]]:
    """The one page of an atlas: its picture, its values, its regions (`TextureAtlasData.load`)."""
    lines = [line.strip() for line in text.split("\n")]
    at = 1

    def values() -> dict[str, list[str]]:
        nonlocal at
        found = {}
        while at < len(lines) and ":" in lines[at]:
            key, _, rest = lines[at].partition(":")
            found[key.strip()] = [value.strip() for value in rest.split(",")]
            at += 1
        return found

    page, regions = values(), []
    while at < len(lines) and lines[at]:
        at += 1
        regions.append((lines[at - 1], values()))
    return lines[0], page, regions


def placed(atlas: np.ndarray, box: list[int], left: int, top: int, size: tuple[int, int]) -> np.ndarray:
    """A region put back into the sprite that it was trimmed from."""
    x, y, width, height = box
    whole = np.zeros((size[1], size[0]), np.uint8)
    whole[top : top + height, left : left + width] = atlas[y : y + height, x : x + width]
    return whole


def still(name: str, tag: str = "") -> Sprite:
    return Sprite(np.ones((1, 1), np.uint8), PAIR, name, tag=tag)


def odd(tag: str = "") -> Sheet:
    return pack([still(name, tag) for name in ODD], "odd")


def test_libgdx_finds_every_sprite() -> None:
    """Each region, put back by its offsets, is its sprite; animations are numbered regions of one name."""
    sheet = monsters()
    picture, page, regions = gdx(LibGdx().files(sheet, {})["monsters.atlas"].decode())
    assert (picture, page["size"]) == ("monsters.png", [str(side) for side in sheet.atlas.size])
    assert page["filter"] == ["Nearest", "Nearest"]
    names = [("monsters/orc", "-1"), ("monsters/eye", "-1"), ("slime", "0"), ("slime", "1")]
    assert names == [(name, values.get("index", ["-1"])[0]) for name, values in regions]
    for sprite, (_, values) in zip(cut(sheet), regions, strict=True):
        box = [int(value) for value in values["bounds"]]
        left, bottom, *size = (int(value) for value in values.get("offsets", ["0", "0", *values["bounds"][2:]]))
        whole = placed(sheet.atlas.indices, box, left, size[1] - box[3] - bottom, (size[0], size[1]))
        assert (whole == sprite.indices).all()
        assert values["duration"] == [str(sprite.duration)]


def test_libgdx_tells_stills_and_animations_apart() -> None:
    """A still that is called like an animation is no frame of it; a tag's second run goes on counting."""
    sheet = pack([still("walk"), still("a", "walk"), still("b"), still("c", "walk")], "x")
    regions = gdx(LibGdx().files(sheet, {})["x.atlas"].decode())[2]
    assert [(name, values.get("index")) for name, values in regions] == [
        ("walk", None),
        ("walk_", ["0"]),
        ("b", None),
        ("walk_", ["1"]),
    ]


def test_libgdx_reads_odd_names() -> None:
    """A name with a colon, a line break or space around it is one region of a name of its own."""
    regions = gdx(LibGdx().files(odd(), {})["odd.atlas"].decode())[2]
    assert len({name for name, _ in regions}) == len(ODD)
    assert {"a_b", "ключ", "a;b#c%d"} <= {name for name, _ in regions}


def test_texturepackers_importer_for_godot_finds_every_sprite() -> None:
    """Region and margin give each sprite back, whole; what stands before the last dot is its name."""
    sheet = monsters()
    (page,) = json.loads(TexturePacker().files(sheet, {})["monsters.tpsheet"])["textures"]
    assert (page["image"], page["size"]) == ("monsters.png", dict(zip("wh", sheet.atlas.size, strict=True)))
    for sprite, each in zip(cut(sheet), page["sprites"], strict=True):
        box, margin = (list(each[key].values()) for key in ("region", "margin"))
        whole = placed(sheet.atlas.indices, box, *margin[:2], (box[2] + margin[2], box[3] + margin[3]))
        assert (whole == sprite.indices).all()
        assert each["filename"].rpartition(".")[0] == sprite.name


def test_texturepackers_importer_for_unity_finds_every_sprite() -> None:
    """Rectangles count from the bottom; the pivot is the middle of the whole sprite, measured in the trimmed one."""
    sheet = monsters()
    lines = TexturePackerUnity().files(sheet, {})["monsters.unity.tpsheet"].decode().splitlines()
    head = dict(line[1:].split("=") for line in lines if line.startswith(":"))
    assert head["texture"] == "monsters.png" and head["size"] == "x".join(map(str, sheet.atlas.size))
    rows = [line.split(";") for line in lines if line and line[0] not in "#:"]
    for sprite, row, frame in zip(cut(sheet), rows, sheet.frames, strict=True):
        x, bottom, width, height = (int(value) for value in row[1:5])
        box = [x, sheet.atlas.size[1] - bottom - height, width, height]
        assert (placed(sheet.atlas.indices, box, frame.left, frame.top, sprite.size) == sprite.indices).all()
        pivot = float(row[5]) * width + frame.left, sprite.size[1] - frame.top - height + float(row[6]) * height
        assert pivot == pytest.approx((sprite.size[0] / 2, sprite.size[1] / 2), abs=1e-4)
        assert row[0] == sprite.name


def test_texturepacker_writes_odd_names() -> None:
    """Each name stays one that the importer can read; Unity's letters are escaped as TexturePacker does."""
    sprites = json.loads(TexturePacker().files(odd(), {})["odd.tpsheet"])["textures"][0]["sprites"]
    names = {each["filename"] for each in sprites}
    assert len(names) == len(ODD) and not any(letter in name for name in names for letter in ':\n"')
    lines = TexturePackerUnity().files(odd(), {})["odd.unity.tpsheet"].decode().splitlines()[7:]
    assert [len(line.split(";")) for line in lines] == [11] * len(ODD)
    assert "a%3Bb%23c%25d" in lines[-1]


@pytest.mark.parametrize("export", [LibGdx, TexturePacker, TexturePackerUnity])
def test_ten_thousand_sprites_are_written(export: Any) -> None:
    """One line or more for each, of which none is lost."""
    sheet = pack([still(f"s/{index}") for index in range(10_000)], "many")
    (text,) = export().files(sheet, {}).values()
    assert text.count(b"s/") == 10_000


@given(st.lists(st.text("ab:;_ \n", max_size=3), max_size=12))
def test_names_stay_distinct(names: list[str]) -> None:
    """Two names are equal afterwards only if they were; none holds a forbidden letter; a fit name keeps itself."""
    found = distinct(names, ":;")
    pairs = set(zip(names, found, strict=True))
    assert len(set(names)) == len(set(found)) == len(pairs)
    for name, fit in pairs:
        assert fit and fit == fit.strip() and fit.isprintable() and not set(fit) & set(":;")
        assert name == fit or name != name.strip() or not name.isprintable() or set(name) & set(":;") or not name
