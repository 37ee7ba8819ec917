"""GIF out: every reader shows the sprites that were written, as long and as often as they say."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageSequence

from assetforge.cli import cli
from assetforge.destination import write_sprites
from assetforge.errors import InputError, OutputError
from assetforge.formats import decode, gif, read
from assetforge.palette import Palette
from assetforge.sprite import DIRECTIONS, Sprite

ART = Path(__file__).parent.parent / "examples" / "dungeon" / "art"
TWO = Palette(((200, 0, 0), (0, 0, 200)), "two")
color = st.tuples(*[st.integers(0, 255)] * 3)
palettes = st.lists(color, min_size=2, max_size=255).map(lambda colors: Palette(tuple(colors)))


@st.composite
def films(draw: st.DrawFn) -> list[Sprite]:
    """Any frames: of one or two palettes, of any sizes and durations, stills and animations."""
    known = draw(st.lists(palettes, min_size=1, max_size=2))
    found = []
    for _ in range(draw(st.integers(1, 4))):
        palette, shape = draw(st.sampled_from(known)), draw(st.tuples(st.integers(1, 7), st.integers(1, 7)))
        indices = draw(arrays(np.uint8, shape, elements=st.integers(0, len(palette))))
        found.append(Sprite(indices, palette, "x", draw(st.integers(1, 700)), draw(st.sampled_from(["", "a", "b"]))))
    return found


def seen(data: bytes) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """The frames as we read them, and as Pillow does; transparent pixels are all zero."""
    theirs = [np.asarray(frame.convert("RGBA")) for frame in ImageSequence.Iterator(Image.open(io.BytesIO(data)))]
    ours = [raster.rgba for raster in decode(data, "x")]
    return ours, [np.where(frame[..., 3:] > 0, frame, 0) for frame in theirs]


@settings(deadline=None, max_examples=20)
@given(films())
def test_every_pixel_is_read_back(film: list[Sprite]) -> None:
    """By us and by others, on the canvas of the largest; durations are right to 10 ms, and no error of theirs grows."""
    data = gif.write(film)
    width, height = (max(sprite.size[axis] for sprite in film) for axis in (0, 1))
    for frames in seen(data):
        assert len(frames) == len(film)
        for sprite, frame in zip(film, frames, strict=True):
            expected = np.zeros((height, width, 4), np.uint8)
            expected[: sprite.size[1], : sprite.size[0]] = sprite.rgba()
            assert np.array_equal(expected, frame)
    if len(film) > 1:
        wanted = np.cumsum([max(sprite.duration, 30) for sprite in film])
        told = np.cumsum([raster.duration for raster in decode(gif.write(paced(film)), "x")])
        assert (abs(wanted - told) <= 5).all()


def paced(film: list[Sprite]) -> list[Sprite]:
    """Without durations too short for a GIF."""
    return [Sprite(one.indices, one.palette, one.name, max(one.duration, 30), one.tag) for one in film]


@pytest.mark.parametrize("colors", [3, 4, 127, 128, 255])
def test_more_pixels_than_codes_are_read_back(colors: int) -> None:
    """Noise that fills the table of codes over and over, and long runs."""
    dice = np.random.default_rng(colors)
    palette = Palette(tuple((n, 255 - n, n // 2) for n in range(colors)))
    noise = dice.integers(0, colors + 1, (90, 120), dtype=np.uint8)
    runs = (np.arange(noise.size) // 77 % (colors + 1)).astype(np.uint8).reshape(noise.shape)
    film = [Sprite(indices, palette, "x", 100, "x") for indices in (noise, runs, noise * 0)]
    for frames in seen(gif.write(film)):
        assert [np.array_equal(one.rgba(), frame) for one, frame in zip(film, frames, strict=True)] == [True] * 3


def walk(direction: str, repeat: int, count: int = 3, tag: str = "walk") -> list[Sprite]:
    """Frames told apart by where they are drawn."""
    grid = np.eye(count, dtype=np.uint8)
    return [Sprite(grid[n : n + 1], TWO, f"{tag}-{n}", 100, tag, direction, repeat) for n in range(count)]


def order(data: bytes) -> str:
    return "".join(str(int(raster.rgba[0, :, 3].argmax())) for raster in decode(data, "x"))


@pytest.mark.parametrize(
    ("direction", "repeat", "expected", "loop"),
    [
        ("forward", 0, "012", 0),
        ("forward", 1, "012", None),
        ("forward", 4, "012", 3),
        ("reverse", 2, "210", 1),
        ("pingpong", 0, "0121", 0),
        ("pingpong", 1, "012", None),
        ("pingpong", 3, "0121012", None),
        ("pingpong_reverse", 0, "2101", 0),
        ("pingpong_reverse", 2, "21012", None),
        ("pingpong", 60_000, "0121", 0),
    ],
)
def test_a_direction_is_unrolled(direction: str, repeat: int, expected: str, loop: int | None) -> None:
    """A GIF only runs forward: what goes back is written out, and what ends does not go round."""
    data = gif.write(walk(direction, repeat))
    assert order(data) == expected
    assert Image.open(io.BytesIO(data)).info.get("loop") == loop


def test_animations_follow_each_other() -> None:
    """Each in its direction, stills between them, round without end."""
    film = [*walk("pingpong", 2), *walk("forward", 1, tag="")[:1], *walk("reverse", 1, tag="run")]
    data = gif.write(film)
    assert order(data) == "01210" + "0" + "210" and Image.open(io.BytesIO(data)).info["loop"] == 0


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_one_frame_is_a_still(direction: str) -> None:
    """Nothing is said of its duration."""
    (raster,) = decode(gif.write(walk(direction, 0, count=1)), "x")
    assert not raster.tag


def test_what_would_not_be_read_is_not_written(tmp_path: Path) -> None:
    """More frames than are read from one file are refused, and the line names the file; nothing is left behind."""
    with pytest.raises(InputError, match=r"many\.gif: has 4100 frames, at most 4096"):
        write_sprites(walk("forward", 0)[:1] * 4100, tmp_path / "many.gif", provenance={})
    assert not list(tmp_path.iterdir())


def call(*arguments: object) -> dict[str, object]:
    done = CliRunner().invoke(cli, [str(part) for part in (*arguments, "--json")], standalone_mode=False)
    assert done.exception is None, done.exception
    return dict(json.loads(done.stdout))


@pytest.mark.slow
def test_commands_write_one(tmp_path: Path) -> None:
    """`quantize` keeps frames and durations; of `recolor` every way follows in its own colors; an input stays."""
    torch = ART / "tiles" / "torch.gif"
    before = read(torch)
    call("quantize", torch, "-p", "auto:255", "-o", tmp_path / "same.gif")
    after = read(tmp_path / "same.gif")
    assert [raster.duration for raster in after] == [raster.duration for raster in before]
    assert all(np.array_equal(one.rgba, other.rgba) for one, other in zip(before, after, strict=True))
    call("recolor", torch, "-n", 3, "-o", tmp_path / "ways.gif")
    call("recolor", torch, "-n", 3, "-o", tmp_path / "ways")
    ways = read(tmp_path / "ways.gif")
    singles = {path.stem: read(path)[0].rgba for path in (tmp_path / "ways").iterdir()}
    assert len(ways) == len(singles) == 3 * len(before)
    assert {raster.rgba.tobytes() for raster in ways} == {rgba.tobytes() for rgba in singles.values()}
    with pytest.raises(OutputError, match="is an input"):
        CliRunner().invoke(
            cli, ["quantize", str(tmp_path / "same.gif"), "-p", "pico-8", "-o", str(tmp_path / "same.gif")],
            standalone_mode=False, catch_exceptions=False,
        )  # fmt: skip


@pytest.mark.slow
def test_a_blend_goes_there_and_back(tmp_path: Path) -> None:
    """Its GIF shows the frames of its folder, and returns by the same."""
    pair = ART / "monsters" / "slime.png", ART / "monsters" / "ghost.png"
    call("blend", *pair, "--steps", 4, "-o", tmp_path / "haunted.gif")
    call("blend", *pair, "--steps", 4, "-o", tmp_path / "haunted")
    there = [read(path)[0].rgba for path in sorted((tmp_path / "haunted").iterdir())]
    film = [raster.rgba for raster in read(tmp_path / "haunted.gif")]
    assert len(film) == 6
    assert all(np.array_equal(one, other) for one, other in zip(film, there + there[2:0:-1], strict=True))
