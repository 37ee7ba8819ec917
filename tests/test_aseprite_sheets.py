"""A sheet goes to Aseprite and comes back."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from ase_writer import ase, cel, chunk, layer, palette, tags, text
from hypothesis import given, settings
from hypothesis import strategies as st

from assetforge.errors import InputError
from assetforge.formats import aseprite
from assetforge.formats.aseprite_frames import Tag
from assetforge.palette import Palette
from assetforge.sprite import DIRECTIONS, Sprite

GRAYS = Palette(tuple((value, value, value) for value in range(1, 256)), "grays")
PAIR = Palette(((9, 8, 7), (1, 2, 3)), "pair")
LABEL = 0x2020


def dot(name: str = "dot", width: int = 1, height: int = 1, index: int = 1) -> Sprite:
    return Sprite(np.full((height, width), index, np.uint8), PAIR, name)


def labeled(value: str) -> bytes:
    """User data of what stands before it."""
    return chunk(LABEL, struct.pack("<I", 1) + text(value))


@st.composite
def sheets(draw: st.DrawFn) -> list[Sprite]:
    """Sprites of one palette, of one size or several, with runs of tags."""
    colors = draw(st.sampled_from([PAIR, GRAYS]))
    names = draw(
        st.lists(st.from_regex(r"[a-zé]{1,3}(/[a-z\"*-]{1,4}-?[0-9]?)?", fullmatch=True), max_size=8, unique=True)
    )
    same = draw(st.booleans())
    sides = st.integers(1, 9)
    size = draw(st.tuples(sides, sides))
    sprites: list[Sprite] = []
    for name in names or ["one"]:
        width, height = size if same else draw(st.tuples(sides, sides))
        drawn = draw(st.binary(min_size=width * height, max_size=width * height))
        indices = np.frombuffer(drawn, np.uint8) % np.uint16(len(colors) + 1)
        # An animation is one thing all through: it changes with the tag only.
        run = draw(st.sampled_from([("", "forward", 0), ("walk", "pingpong", 2), ("a/run", "reverse", 65535)]))
        duration = draw(st.integers(1, 65535))
        sprites.append(
            Sprite(indices.astype(np.uint8).reshape(height, width), colors, name, duration, run[0], run[1], run[2])
        )
    return sprites


def runs(sprites: list[Sprite]) -> list[Tag]:
    """The tags as a sheet has them."""
    found: list[Tag] = []
    for index, sprite in enumerate(sprites):
        if found and found[-1].name == sprite.tag and found[-1].last == index - 1:
            found[-1] = found[-1]._replace(last=index)
        elif sprite.tag:
            found.append(Tag(sprite.tag, index, index, sprite.direction, sprite.repeat))
    return found


@given(sprites=sheets())
@settings(max_examples=60, deadline=None)
def test_sprites_come_back(sprites: list[Sprite]) -> None:
    """Pixels, sizes, names, durations, tags, directions and repeats, for palettes of 2 and of 255 colors."""
    back = aseprite.read(aseprite.write(sprites, runs(sprites)), "elsewhere")
    assert len(back) == len(sprites)
    for sprite, raster in zip(sprites, back, strict=True):
        assert (sprite.rgba() == raster.rgba).all() and sprite.size == raster.size
        for fact in ("name", "duration", "tag", "direction", "repeat"):
            assert getattr(sprite, fact) == getattr(raster, fact)


def test_the_palette_keeps_its_indices() -> None:
    """Index 0 is transparent and index k the k-th color, as in the sheet; so is the header's count."""
    data = aseprite.write([Sprite(np.arange(256, dtype=np.uint8).reshape(16, 16), GRAYS, "all")])
    assert (data[28], *struct.unpack_from("<H", data, 32)) == (0, 256)
    rgba = aseprite.read(data, "x")[0].rgba.reshape(-1, 4)
    assert rgba[0].tolist() == [0, 0, 0, 0]
    assert [[k, k, k, 255] for k in range(1, 256)] == rgba[1:].tolist()


def test_the_bytes_are_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """No library compresses, so the bytes are the same on every machine."""

    def fail(*_: object) -> None:
        raise AssertionError("the machine's zlib was asked")

    for name in ("compress", "compressobj"):
        monkeypatch.setattr(zlib, name, fail)
    data = aseprite.write([dot("dot", 40, 40), dot()])
    assert len(data) == struct.unpack_from("<I", data)[0] < 1000


def test_thousands_of_sprites_come_back() -> None:
    """More frames than an animation may have, and a tag for each, are no burden where each is a sprite."""
    sprites = [dot(f"s/{index}") for index in range(10_000)]
    back = aseprite.read(aseprite.write(sprites, [Tag(f"t{index}", index, index) for index in range(10_000)]), "x")
    assert [(sprite.name, f"t{index}") for index, sprite in enumerate(sprites)] == [(r.name, r.tag) for r in back]


def test_a_large_sprite_makes_no_others_large() -> None:
    """Ten thousand small sprites beside one of 512 pixels a side are within what is read at once."""
    sprites = [dot("boss", 512, 512), *(dot(f"s/{index}") for index in range(3000))]
    assert [(512, 512), *([(1, 1)] * 3000)] == [raster.size for raster in aseprite.read(aseprite.write(sprites), "x")]


@pytest.mark.parametrize("sprites", [[], [dot(str(index)) for index in range(65536)]], ids=["none", "65536"])
def test_frames_are_counted_in_16_bits(sprites: list[Sprite]) -> None:
    """No sprite and one too many are refused, with the number."""
    with pytest.raises(InputError, match=f"1 to 65535 frames, not {len(sprites)}"):
        aseprite.write(sprites)


def test_names_move_with_their_frames() -> None:
    """A frame that is removed, added or doubled in Aseprite changes the name of no other; no name comes twice."""
    one, two = ([cel(np.ones((1, 1), np.uint8)), labeled(f"assetforge::m/{name}")] for name in ("one", "two"))
    new = [cel(np.ones((1, 1), np.uint8))]
    head = [palette([(0, 0, 0, 0), (1, 2, 3, 255)]), layer("sprites"), tags(("m/walk", 3, 4))]
    data = ase((1, 1), 8, [[*head, *two], new, two, new, one])
    assert [(raster.name, raster.tag) for raster in aseprite.read(data, "file")] == [
        ("m/two", ""),
        ("file-1", ""),
        ("m/two-2", ""),
        ("m/walk-0", "m/walk"),
        ("m/one", "m/walk"),
    ]


def test_what_is_drawn_outside_makes_a_sprite_larger() -> None:
    """A hat beyond the sprite's size is not cut off; an empty canvas around it is."""
    drawing = np.zeros((4, 3), np.uint8)
    drawing[0, 2] = 1
    chunks = [palette([(0, 0, 0, 0), (1, 2, 3, 255)]), layer("sprites"), cel(drawing), labeled("assetforge:2x2:orc")]
    (raster,) = aseprite.read(ase((8, 8), 8, [chunks]), "x")
    assert raster.size == (3, 2)
    assert raster.rgba[0, 2].tolist() == [1, 2, 3, 255]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=8))
def test_of_tags_around_a_frame_the_shortest_counts(spans: list[tuple[int, int]]) -> None:
    """However tags overlap, nest, end before they begin or reach past the end; of equals the first."""
    tags = [Tag(f"t{index}", first, last) for index, (first, last) in enumerate(spans)]
    back = aseprite.read(aseprite.write([dot(str(index)) for index in range(10)], tags), "x")
    for index, raster in enumerate(back):
        around = [tag for tag in tags if tag.first <= index <= tag.last]
        assert raster.tag == (min(around, key=lambda tag: tag.last - tag.first).name if around else "")


def test_an_artists_user_data_is_no_label() -> None:
    """Texts of cels, layers and the sprite that are not ours change nothing."""
    chunks = [labeled("assetforge::of the sprite"), layer("a"), labeled("assetforge::of the layer")]
    for value in ("left foot", "assetforge", "assetforge:", "assetforge::", "assetforge::/", "other::x"):
        data = ase((1, 1), 32, [[*chunks, cel(np.ones((1, 1, 4), np.uint8)), labeled(value)]])
        assert [raster.name for raster in aseprite.read(data, "x")] == ["x"]


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("../../up", "__/__/up"),
        ("/etc/passwd", "etc/passwd"),
        ("C:\\x", "C__x"),
        ("a//./b", "a/b"),
        ("a\nb\0c", "a_b_c"),
        ("9x9:8:7", "9x9_8_7"),
        ("\udcff", "_udcff"),
        ("лиса 狐", "лиса 狐"),
    ],
)
def test_names_lead_nowhere(given: str, read: str) -> None:
    """A name in a file is a path below the folder on every system; other scripts stay as they are."""
    sprites = [dot(given), dot("other")]
    names = [(raster.name, raster.tag) for raster in aseprite.read(aseprite.write(sprites, [Tag(given, 0, 1)]), "x")]
    assert [(read, read), ("other", read)] == names


def test_directions_are_read() -> None:
    """Each direction and its repeat come from the tag that counts; one that is not known yet plays forward."""
    frames = [[cel(np.ones((1, 1, 4), np.uint8))] for _ in range(5)]
    body = struct.pack("<H8x", 5)
    for number in range(5):
        body += struct.pack("<HHBH6x3Bx", number, number, number, number * 2, 0, 0, 0) + text(f"t{number}")
    back = aseprite.read(ase((1, 1), 32, [[layer("a"), chunk(0x2018, body), *frames[0]], *frames[1:]]), "x")
    assert [*zip((*DIRECTIONS, "forward"), range(0, 10, 2), strict=True)] == [(r.direction, r.repeat) for r in back]


def test_long_names_are_cut() -> None:
    """A tag of 65,535 letters gives names that the rest of the house can hold."""
    frames = [[layer("a"), tags(("t" * 65535, 0, 1)), cel(np.ones((1, 1, 4), np.uint8))], [chunk(0x7777, b"")]]
    assert all(len(raster.name) < 300 for raster in aseprite.read(ase((1, 1), 32, frames), "x"))
