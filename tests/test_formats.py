"""PNG and GIF in and out, and which files the command line means."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from assetforge.errors import ConfigError, InputError
from assetforge.formats import find, gif, natural, png, read
from assetforge.palette import Palette
from assetforge.sprite import Sprite

color = st.tuples(*[st.integers(0, 255)] * 3)


@st.composite
def sprites(draw: st.DrawFn) -> Sprite:
    """Any sprite, of a palette with doubles too."""
    palette = Palette(tuple(draw(st.lists(color, min_size=2, max_size=255))))
    shape = draw(st.tuples(st.integers(1, 9), st.integers(1, 9)))
    return Sprite(draw(arrays(np.uint8, shape, elements=st.integers(0, len(palette)))), palette, "x")


def png_bytes(pixels: np.ndarray, depth: int, kind: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of rows packed by the caller, shape (H, bytes a row); its width is that of the samples."""
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind] * depth
    header = struct.pack(">IIBBBBB", pixels.shape[1] * 8 // samples, len(pixels), depth, kind, 0, 0, 0)
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    return png._join([(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")])


def saved(image: Image.Image, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", **options)
    return buffer.getvalue()


@settings(deadline=None)
@given(sprites())
def test_a_written_sprite_reads_back(sprite: Sprite) -> None:
    """Reading what we wrote gives the same indices, palette and colors; writing again, the same bytes."""
    data = png.write(sprite)
    again = png.read_sprite(data, "x")
    assert again is not None
    assert (sprite.indices == again.indices).all()
    assert sprite.palette == again.palette
    assert (sprite.rgba() == png.read(data, "x")[0].rgba).all()
    assert data == png.write(again)


@settings(deadline=None)
@given(sprites())
def test_shader_textures_hold_the_sprite(sprite: Sprite) -> None:
    """The index texture's values are the indices; the strip's pixel k is color k, pixel 0 is clear."""
    with Image.open(io.BytesIO(png.write_index(sprite))) as image:
        assert image.mode == "L"
        assert (sprite.indices == np.asarray(image)).all()
    with Image.open(io.BytesIO(png.write_strip(sprite.palette))) as image:
        strip = np.asarray(image)
    assert image.mode == "RGBA"
    assert (sprite.rgba() == strip[0][sprite.indices]).all()


def test_other_readers_see_what_we_wrote() -> None:
    """Pillow reads mode P, our palette in order with its doubles, and index 0 alone transparent."""
    palette = Palette(((9, 8, 7), (1, 2, 3), (9, 8, 7)))
    indices = np.array([[0, 1, 2, 3]], np.uint8)
    with Image.open(io.BytesIO(png.write(Sprite(indices, palette)))) as image:
        image.load()
        assert image.mode == "P"
        assert (indices == np.asarray(image)).all()
        assert list(image.getpalette() or [])[:12] == [0, 0, 0, 9, 8, 7, 1, 2, 3, 9, 8, 7]
        assert image.info["transparency"] in (0, b"\0")


@settings(deadline=None, max_examples=30)
@given(arrays(np.uint8, st.tuples(st.integers(1, 6), st.integers(1, 6), st.just(4))))
def test_rgba_comes_back(rgba: np.ndarray) -> None:
    """Straight RGBA is read as it was written, partial alpha too."""
    assert (rgba == png.read(png.write_rgba(rgba), "x")[0].rgba).all()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_modes_read_as_pillow_shows_them(mode: str) -> None:
    """Every 8-bit color type means the same colors as everywhere."""
    rgba = np.random.default_rng(1).integers(0, 256, (5, 7, 4), np.uint8)
    image = Image.fromarray(rgba).convert(mode)
    assert (np.asarray(image.convert("RGBA")) == png.read(saved(image), "x")[0].rgba).all()


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_small_grays_are_widened(depth: int) -> None:
    """Gray of 1, 2 or 4 bits spans 0 to 255, and the gray that tRNS names is clear."""
    top = (1 << depth) - 1
    row = np.array([[top << (8 - depth)]], np.uint8)
    rgba = png.read(png_bytes(row, depth, 0, (b"tRNS", struct.pack(">H", top))), "x")[0].rgba
    assert rgba[0, 0].tolist() == [255, 255, 255, 0]
    assert rgba[0, 1].tolist() == [0, 0, 0, 255]


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_small_palettes_are_read(depth: int) -> None:
    """Indexed pixels of 1, 2 or 4 bits show their entry, whose alpha tRNS gives."""
    row = np.array([[1 << (8 - depth)]], np.uint8)
    entries = (b"PLTE", bytes([1, 2, 3, 4, 5, 6])), (b"tRNS", bytes([255, 77]))
    rgba = png.read(png_bytes(row, depth, 3, *entries), "x")[0].rgba
    assert rgba[0, :2].tolist() == [[4, 5, 6, 77], [1, 2, 3, 255]]


@pytest.mark.parametrize("kind", [0, 2, 4, 6])
def test_sixteen_bits_keep_the_high_byte(kind: int) -> None:
    """16-bit samples become 8-bit by dropping the low byte, in every color type."""
    count = {0: 1, 2: 3, 4: 2, 6: 4}[kind]
    samples = np.random.default_rng(2).integers(0, 65536, (3, 2, count)).astype(">u2")
    rgba = png.read(png_bytes(samples.reshape(3, -1).view(np.uint8), 16, kind), "x")[0].rgba
    high = (samples >> 8).astype(np.uint8)
    colors = high[..., :1] if kind in (0, 4) else high[..., :3]
    assert (colors == rgba[..., :3]).all()
    assert ((high[..., -1] if kind in (4, 6) else 255) == rgba[..., 3]).all()


def test_sixteen_bit_gray_is_clear_where_all_bits_match() -> None:
    """tRNS of a 16-bit gray names one of 65,536 values, not the 256 with the same high byte."""
    row = np.array([[0x12, 0x34, 0x12, 0x35]], np.uint8)
    rgba = png.read(png_bytes(row, 16, 0, (b"tRNS", b"\x12\x34")), "x")[0].rgba
    assert rgba[0, :, 3].tolist() == [0, 255]


def test_an_rgb_color_can_be_clear() -> None:
    """tRNS of an RGB image names one clear color."""
    row = np.array([[1, 2, 3, 1, 2, 4]], np.uint8)
    rgba = png.read(png_bytes(row, 8, 2, (b"tRNS", b"\0\1\0\2\0\3")), "x")[0].rgba
    assert rgba[0, :, 3].tolist() == [0, 255]


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (8, 8), (11, 13)])
def test_interlaced_pixels_are_in_place(size: tuple[int, int]) -> None:
    """Adam7 passes are put where they belong, whatever the size."""
    width, height = size
    pixels = np.random.default_rng(3).integers(0, 256, (height, width), np.uint8)
    rows = b"".join(b"\0" + row.tobytes() for x, y, dx, dy in png.ADAM7 for row in pixels[y::dy, x::dx] if row.size)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 1)
    data = png._join([(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")])
    assert (pixels == png.read(data, "x")[0].rgba[..., 0]).all()


def test_foreign_indexed_files_are_no_sprites() -> None:
    """A palette whose entry 0 is opaque, or that has other clear entries, is read as a raster only."""
    image = Image.fromarray(np.zeros((2, 2), np.uint8), "P")
    image.putpalette(list(range(12)))
    assert png.read_sprite(saved(image)) is None
    assert png.read_sprite(saved(image, transparency=b"\0\0\xff")) is None
    assert png.read_sprite(saved(image.convert("RGBA"))) is None
    assert png.read_sprite(saved(image, transparency=0)) is not None


def moving(count: int = 4) -> list[Image.Image]:
    """Frames in which a dot and a bar move."""
    frames = []
    for index in range(count):
        rgba = np.zeros((6, 8, 4), np.uint8)
        rgba[index : index + 2, 1:5] = [200, 10 * index, 0, 255]
        rgba[5, index] = [0, 255, 0, 255]
        frames.append(Image.fromarray(rgba))
    return frames


@pytest.mark.parametrize("kind", ["GIF", "PNG"])
def test_animations_give_their_frames(kind: str) -> None:
    """Frames that are cleared in between come out one by one, with name, tag and duration."""
    frames = moving()
    buffer = io.BytesIO()
    disposal = 2 if kind == "GIF" else 1
    frames[0].save(
        buffer, kind, save_all=True, append_images=frames[1:], duration=[100, 20, 0, 70], disposal=disposal, loop=0
    )
    rasters = (gif if kind == "GIF" else png).read(buffer.getvalue(), "x")
    assert [(raster.name, raster.tag, raster.duration) for raster in rasters] == [
        ("x-0", "x", 100),
        ("x-1", "x", 20),
        ("x-2", "x", 100),
        ("x-3", "x", 70),
    ]
    for frame, raster in zip(frames, rasters, strict=True):
        assert (np.asarray(frame) == raster.rgba).all()


def gif_bytes(*pictures: tuple[tuple[int, int, int, int], int, int]) -> bytes:
    """A GIF on 3 x 1 pixels of ((x, y, w, h), index, disposal), transparent index 0, colors 1 and 2."""
    data = struct.pack("<6sHHBBB", b"GIF89a", 3, 1, 0x81, 0, 0) + bytes([0, 0, 0, 9, 9, 9, 5, 5, 5, 7, 7, 7])
    for (x, y, w, h), index, disposal in pictures:
        data += struct.pack("<BBBBHBB", 0x21, 0xF9, 4, disposal << 2 | 1, 5, 0, 0)
        data += struct.pack("<BHHHHB", 0x2C, x, y, w, h, 0)
        codes = [4, *[code for _ in range(w * h) for code in (index, 4)], 5]  # clear before each: always 3 bits
        bits = sum(code << (3 * place) for place, code in enumerate(codes))
        body = bits.to_bytes((3 * len(codes) + 7) // 8, "little")
        data += bytes([2, len(body)]) + body + b"\0"
    return data + b";"


@pytest.mark.parametrize(("disposal", "expected"), [(0, [1, 2, 0]), (1, [1, 2, 0]), (2, [1, 0, 0]), (3, [1, 0, 0])])
def test_gif_frames_are_disposed_of(disposal: int, expected: list[int]) -> None:
    """A kept frame stays under the next; a cleared or restored one leaves what was there: nothing, not a color."""
    rasters = gif.read(gif_bytes(((0, 0, 1, 1), 1, 1), ((1, 0, 1, 1), 2, disposal), ((2, 0, 1, 1), 0, 1)), "x")
    values = {0: [0, 0, 0, 0], 1: [9, 9, 9, 255], 2: [5, 5, 5, 255]}
    assert [values[index] for index in expected] == rasters[2].rgba[0].tolist()
    assert [raster.duration for raster in rasters] == [50, 50, 50]


def test_a_gif_of_one_frame_is_a_still() -> None:
    """One frame, even smaller than its canvas, has no number and no tag."""
    (raster,) = gif.read(gif_bytes(((1, 0, 1, 1), 2, 0)), "x")
    assert (raster.name, raster.tag) == ("x", "")
    assert raster.rgba[0, :, 3].tolist() == [0, 255, 0]


def test_content_counts_not_the_suffix(tmp_path: Path) -> None:
    """A GIF called .png is read as the GIF it is; a suffix that we do not read is refused."""
    path = tmp_path / "x.png"
    path.write_bytes(gif_bytes(((0, 0, 1, 1), 1, 0)))
    assert len(read(path)) == 1
    with pytest.raises(InputError, match="assetforge reads"):
        read(path.rename(tmp_path / "x.bmp"))


@pytest.fixture
def art(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with art and with what is none."""
    for name in ("b.png", "a/walk-10.png", "a/walk-2.PNG", "a/b.gif", "a/b.mask.png", "a/notes.txt", ".git/x.png"):
        path = tmp_path / "art" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "art" / "folder.png").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path / "art"


def names(*inputs: str) -> list[str]:
    return [name for _, name in find(inputs)]


def test_folders_are_searched(art: Path) -> None:
    """A folder gives its images in natural order, named below it, without masks, hidden and other files."""
    assert names("art") == ["a/b", "a/walk-2", "a/walk-10", "b"]
    assert names("art/a") == ["b", "walk-2", "walk-10"]


def test_globs_are_expanded(art: Path) -> None:
    """A glob gives names below its fixed part; braces and ** work; folders called x.png are no images."""
    assert names("art/*.png") == ["b"]
    assert names("art/**/b.{png,gif}") == ["a/b", "b"]
    assert names("art/a/walk-*") == ["walk-2", "walk-10"]


def test_files_keep_the_order_given(art: Path) -> None:
    """Files stand in the order of the arguments, once each, called by their stem where that is enough."""
    assert names("art/a/walk-10.png", "art/a/walk-2.PNG", "art/a/walk-10.png") == ["walk-10", "walk-2"]
    assert names("art/b.png", "art/a/b.gif") == ["art/b", "art/a/b"]


@pytest.mark.parametrize("inputs", [["nope.png"], ["art/*.gif"], ["art/a/notes.txt"], ["art/a/b.mask.png"]])
def test_inputs_that_match_nothing_are_refused(art: Path, inputs: list[str]) -> None:
    """An input without any image is an error in usage."""
    with pytest.raises(ConfigError):
        find(inputs)


@given(st.lists(st.text("a1-", max_size=5)))
def test_natural_order_is_total(texts: list[str]) -> None:
    """Different names never tie, and numbers count as numbers."""
    assert len(set(texts)) == len({natural(text) for text in texts})
    assert natural("a2") < natural("a10") < natural("b1")


def test_the_door_is_free_of_numpy_and_pillow(art: Path) -> None:
    """Finding files loads neither numpy nor Pillow."""
    code = "import sys, assetforge.formats as f; f.find(['art']); print({'numpy', 'PIL'} & set(sys.modules))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stderr
