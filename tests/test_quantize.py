"""Rasters become sprites in a palette: what must hold for any art."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetforge.color import oklab
from assetforge.errors import ConfigError
from assetforge.formats import palettes
from assetforge.palette import Palette
from assetforge.quantize.quantizer import DITHERS, MAPS, fit, quantize, remap
from assetforge.sprite import Raster, Sprite

PICO = palettes.load("pico-8")


def noise(seed: int, size: tuple[int, int] = (12, 9), colors: int = 60, transparent: float = 0.3) -> Raster:
    """Random art of so many colors, with transparent pixels of random colors and alphas."""
    random = np.random.default_rng(seed)
    rgba = np.empty((*size, 4), np.uint8)
    rgba[..., :3] = random.integers(0, 256, (colors, 3))[random.integers(0, colors, size)]
    rgba[..., 3] = np.where(random.random(size) < transparent, random.integers(0, 128, size), 255)
    return Raster(rgba, f"noise-{seed}", 80 + seed, "dance")


def legal(seed: int, palette: Palette = PICO) -> Raster:
    """Random art that is in the palette already."""
    random = np.random.default_rng(seed)
    indices = random.integers(0, len(palette) + 1, (11, 14)).astype(np.uint8)
    return Raster(Sprite(indices, palette).rgba(), str(seed))


@pytest.mark.parametrize("dither", DITHERS)
@pytest.mark.parametrize("map", ["nearest", "faithful"])
@given(seed=st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_legal_art_is_unchanged(map, dither, seed):
    """Quantizing art that is in the palette is the identity, dithered or not."""
    art = [legal(seed), legal(seed + 1)]
    for raster, sprite in zip(art, quantize(art, PICO, map=map, dither=dither), strict=True):
        assert np.array_equal(raster.rgba, sprite.rgba())


@pytest.mark.parametrize("dither", DITHERS)
@pytest.mark.parametrize("map", ["nearest", "faithful"])
@given(seed=st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_fixed_colors_never_move(map, dither, seed):
    """A pixel whose color is in the palette keeps it, whatever stands around it."""
    raster = noise(seed)
    rgba = raster.rgba.copy()
    spots = np.random.default_rng(seed).random(rgba.shape[:2]) < 0.3
    rgba[spots] = (*PICO.colors[seed % 16], 255)
    (sprite,) = quantize([Raster(rgba)], PICO, map=map, dither=dither)
    assert np.array_equal(rgba[spots], sprite.rgba()[spots])


@pytest.mark.parametrize("dither", DITHERS)
@pytest.mark.parametrize("palette", [PICO, Palette(PICO.colors[:2]), 2, 7, 255], ids=str)
def test_promises(palette, dither):
    """Names, durations, tags and the silhouette at the threshold are kept; every pixel is in the palette or clear."""
    art = [noise(1), noise(2, (5, 30)), noise(3, (1, 1), transparent=0)]
    sprites = quantize(art, palette, dither=dither)
    for raster, sprite in zip(art, sprites, strict=True):
        assert (raster.name, raster.duration, raster.tag) == (sprite.name, sprite.duration, sprite.tag)
        assert np.array_equal(raster.rgba[..., 3] >= 128, sprite.mask)
        assert sprite.palette == sprites[0].palette
    if isinstance(palette, int):
        assert len(sprites[0].palette) <= palette


@given(seed=st.integers(0, 10_000), threshold=st.integers(1, 255))
@settings(max_examples=20, deadline=None)
def test_threshold(seed, threshold):
    """Alpha becomes 0 below the threshold and 255 from it on."""
    rgba = np.random.default_rng(seed).integers(0, 256, (6, 6, 4), np.uint8)
    (sprite,) = quantize([Raster(rgba)], PICO, threshold=threshold)
    assert np.array_equal(np.where(rgba[..., 3] >= threshold, 255, 0), sprite.rgba()[..., 3])


@pytest.mark.parametrize("map", ["nearest", "faithful", "ramp"])
@pytest.mark.parametrize("palette", [PICO, 9], ids=["pico-8", "fitted"])
def test_one_mapping_and_no_order(map, palette):
    """A color goes to one place in the whole pack, and the order of the files changes nothing."""
    art = [noise(seed, colors=30) for seed in range(5)]
    sprites = {sprite.name: sprite for sprite in quantize(art, palette, map=map)}
    again = {sprite.name: sprite for sprite in quantize(art[::-1], palette, map=map)}
    seen: dict[bytes, bytes] = {}
    for raster in art:
        sprite = sprites[raster.name]
        assert sprite.palette == again[raster.name].palette
        assert np.array_equal(sprite.indices, again[raster.name].indices)
        for old, new in zip(raster.rgba[sprite.mask], sprite.rgba()[sprite.mask], strict=True):
            assert seen.setdefault(old.tobytes(), new.tobytes()) == new.tobytes()


def test_nearest_is_nearest():
    """No other color of the palette is nearer in OKLab."""
    raster = noise(4, transparent=0)
    (sprite,) = quantize([raster], PICO, map="nearest")
    table = np.linalg.norm(oklab(raster.rgba[..., :3])[..., None, :] - oklab(np.array(PICO.colors, np.uint8)), axis=-1)
    assert np.array_equal(table.argmin(axis=-1) + 1, sprite.indices)


def test_ramp_keeps_the_order_of_lightness():
    """Under `ramp` no two colors change their order, and the ends of the art become the ends of the palette."""
    raster = noise(5, colors=40, transparent=0)
    (sprite,) = quantize([raster], PICO, map="ramp")
    old, new = oklab(raster.rgba[..., :3])[..., 0].ravel(), oklab(sprite.rgba()[..., :3])[..., 0].ravel()
    assert np.all(np.diff(new[np.argsort(old, kind="stable")]) >= 0)
    ends = oklab(np.array(PICO.colors, np.uint8))[:, 0]
    assert (ends.min(), ends.max()) == (new.min(), new.max())


def test_swap_goes_from_index_to_index():
    """Under `swap` index k stays index k, for sprites and for rasters of a named palette; and it can be undone."""
    other = Palette(tuple((255 - r, g, b // 2) for r, g, b in PICO.colors))
    indices = np.random.default_rng(0).integers(0, 17, (9, 9)).astype(np.uint8)
    sprite = Sprite(indices, PICO, "s")
    (swapped,) = remap([sprite], other, "swap")
    assert np.array_equal(indices, swapped.indices) and swapped.palette == other
    (named,) = quantize([Raster(sprite.rgba())], other, map="swap", source=PICO)
    assert np.array_equal(indices, named.indices)
    (back,) = remap([swapped], PICO, "swap")
    assert np.array_equal(sprite.rgba(), back.rgba())


def test_remap_keeps_indices_of_its_own_palette():
    """A sprite that is in the palette stays index for index, even where the palette holds a color twice."""
    double = Palette((*PICO.colors, PICO.colors[3]))
    sprite = Sprite(np.arange(18, dtype=np.uint8).reshape(2, 9), double, "s")
    for map in ("nearest", "faithful"):
        (same,) = remap([sprite], double, map)
        assert np.array_equal(sprite.indices, same.indices)
        (moved,) = remap([sprite], PICO, map)
        assert np.array_equal(sprite.rgba(), moved.rgba())


@pytest.mark.parametrize("map", MAPS)
def test_nothing_to_see(map):
    """No rasters give no sprites; transparent ones stay transparent, in a given and in a fitted palette."""
    assert quantize([], PICO, map="nearest" if map == "swap" else map) == []
    clear = [Raster(np.zeros((3, 4, 4), np.uint8), "clear")]
    for palette in (PICO, 4):
        if map != "swap" or palette == 4:
            (sprite,) = quantize(clear, palette, map=map)
            assert not sprite.mask.any()


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"map": "nearst"}, "nearest"),
        ({"dither": "bayr"}, "bayer"),
        ({"threshold": 256}, "255"),
        ({"map": "ramp", "dither": "bayer"}, "ramp"),
        ({"map": "swap"}, "16"),
        ({"map": "swap", "source": Palette(PICO.colors[:4], "old")}, "old"),
        ({"map": "swap", "source": PICO}, "#"),
    ],
    ids=str,
)
def test_what_cannot_be(options, word):
    """A wrong option, and art that does not fit a swap, is an error that names what would be right."""
    with pytest.raises(ConfigError, match=word):
        quantize([noise(1)], PICO, **options)


@pytest.mark.parametrize("k", [1, 256])
def test_fit_refuses_sizes_no_palette_has(k):
    """A palette holds 2 to 255 colors."""
    with pytest.raises(ConfigError, match=str(k)):
        fit([noise(1)], k)


@pytest.mark.slow
def test_threads_change_nothing():
    """The same bytes from fresh processes with one thread and with four."""
    code = (
        "import hashlib, numpy as np; from assetforge.sprite import Raster;"
        "from assetforge.quantize.quantizer import fit, quantize;"
        "r = [Raster(np.random.default_rng(0).integers(0, 256, (96, 96, 4), np.uint8))];"
        "s = quantize(r, 24)[0]; t = quantize(r, fit(r, 12, seed=3))[0];"
        "print(hashlib.sha256(repr(s.palette.colors).encode() + s.indices.tobytes() + t.indices.tobytes()).hexdigest())"
    )
    answers = set()
    for threads in ("1", "4"):
        environment = {**os.environ, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
        answers.add(subprocess.check_output([sys.executable, "-c", code], env=environment, text=True))
    assert len(answers) == 1
