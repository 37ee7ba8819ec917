"""Our own compression: every inflater reads it, its bytes are pinned, and it is about as small as zlib's."""

from __future__ import annotations

import hashlib
import random
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetforge.formats import deflate, png
from assetforge.formats.deflate import compress
from assetforge.palette import Palette
from assetforge.sprite import Sprite

COLORS = Palette(tuple((16 * n, 255 - 16 * n, 8 * n) for n in range(12)), "twelve")


def drawn(width: int, height: int) -> np.ndarray:
    """Boxes over boxes of 12 colors, by a generator that is the same everywhere."""
    dice, indices = random.Random(1), np.zeros((height, width), np.uint8)
    for _ in range(width * height // 64):
        x, y = dice.randrange(width), dice.randrange(height)
        indices[y : y + dice.randrange(1, 9), x : x + dice.randrange(1, 9)] = dice.randrange(13)
    return indices


@given(
    st.binary(max_size=600)
    | st.lists(st.tuples(st.binary(max_size=9), st.integers(1, 400)), max_size=9).map(
        lambda runs: b"".join(data * times for data, times in runs)
    )
)
def test_what_is_compressed_inflates_to_itself(data: bytes) -> None:
    """Whatever the bytes, also none."""
    assert zlib.decompress(compress(data)) == data


@pytest.mark.parametrize("values", [1, 2, 13, 256])
@pytest.mark.parametrize("size", [deflate.STRETCH - 1, deflate.STRETCH, deflate.STRETCH + 1, 2 * deflate.STRETCH + 99])
def test_stretches_and_blocks_join(size: int, values: int) -> None:
    """Nothing is lost where a stretch or a block ends, and the window is never left."""
    data = np.random.default_rng(values).integers(0, values, size, np.uint8).tobytes()
    assert zlib.decompress(compress(data)) == data


def test_the_bytes_are_pinned() -> None:
    """On every machine these; another sum means other outputs for everybody, and asks for a new `plan.FORMAT`."""
    told = hashlib.sha256(png.write(Sprite(drawn(200, 150), COLORS, "boxes"))).hexdigest()
    assert told == "4b47b3fe25b2730847f8aa5a62998f322bb21565a56198496229efd2eebc9e56"


def test_no_library_chooses_a_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python's zlib is asked for checksums alone: it may be one of several libraries that compress otherwise."""

    def refuse(*arguments: object, **options: object) -> None:
        raise AssertionError("zlib compresses")

    sprite = Sprite(drawn(20, 20), COLORS, "boxes")
    expected = png.write(sprite)
    monkeypatch.setattr(zlib, "compress", refuse)
    monkeypatch.setattr(zlib, "compressobj", refuse)
    compress.cache_clear()
    assert png.write(sprite) == expected


@pytest.mark.parametrize("size", [(8, 8), (32, 32), (640, 480)])
def test_it_is_about_as_small_as_zlib(size: tuple[int, int]) -> None:
    """Hardly larger than zlib's best, plus a few bytes."""
    data = drawn(*size).tobytes()
    assert len(compress(data)) <= 1.15 * len(zlib.compress(data, 9)) + 8


@pytest.mark.skipif(not Path("../shared/data/packs").is_dir(), reason="the packs are not here")
def test_real_art_is_about_as_small_too() -> None:
    """The sprites of a pack, one below the other."""
    files = sorted(Path("../shared/data/packs").rglob("*.png"))[:60]
    data = b"".join(png.read(file.read_bytes(), "")[0].rgba.tobytes() for file in files)[: 1 << 21]
    packed = compress(data)
    assert zlib.decompress(packed) == data
    assert len(packed) <= 1.1 * len(zlib.compress(data, 9))
