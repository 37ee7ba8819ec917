"""Tiles whose edges meet: only bands over the seams change, nothing becomes transparent, and the seam is no seam."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from assetforge.cli import cli
from assetforge.errors import ConfigError
from assetforge.formats import read
from assetforge.models import tiling
from assetforge.models.prior import Prior
from assetforge.palette import Palette
from assetforge.sprite import Sprite
from assetforge.terrain import roughness

SIX = Palette(((26, 28, 44), (93, 39, 93), (177, 62, 83), (239, 125, 87), (255, 205, 117), (244, 244, 244)), "six")


@pytest.fixture(scope="module")
def prior() -> Prior:
    return Prior.load()


def ramp(width: int = 16, height: int = 12, first: int = 1) -> Sprite:
    """Six bands from left to right: a tile with a seam at its sides."""
    return Sprite(np.tile((np.arange(width) * (7 - first) // width + first).astype(np.uint8), (height, 1)), SIX, "ramp")


def test_a_step_over_the_seam_is_measured_as_within() -> None:
    """A tile that repeats within itself has a ratio of 1; a ramp has a step over its seam; flat ones have none."""
    stripes = Sprite(np.tile(np.array([1, 2], np.uint8), (8, 4)), SIX)
    assert tiling.seam(stripes, "xy") == pytest.approx(1)
    assert tiling.seam(ramp(), "x") > 3 and tiling.seam(ramp(), "y") == pytest.approx(1)
    assert tiling.seam(Sprite(np.full((8, 8), 3, np.uint8), SIX), "xy") == pytest.approx(1)


@pytest.mark.parametrize(("shape", "size"), [((16, 8), (8, 8)), ((8, 8), (16, 16)), ((9, 13), (4, 6))])
def test_a_full_tile_fills_any_canvas(shape: tuple[int, int], size: tuple[int, int]) -> None:
    """Repeated or cut it stays without transparent pixels; another sprite is set in the middle."""
    assert tiling.spread(ramp(*size), shape).mask.all()
    assert tiling.spread(ramp(*size), shape).indices.shape == shape
    dot = Sprite(np.pad(np.ones((2, 2), np.uint8), 3), SIX)
    assert tiling.spread(dot, (16, 16)).mask.sum() == 4


@pytest.mark.parametrize("axes", ["x", "y", "xy"])
def test_only_bands_over_the_seams_are_drawn_anew(prior: Prior, axes: str) -> None:
    """A quarter of each wrapped side; what was full stays full; one sprite does not depend on others or threads."""
    sprites = [ramp(), ramp(first=3)]
    before = torch.get_num_threads()
    (alone,) = prior.close(sprites[:1], axes, seed=4)
    torch.set_num_threads(2 if before == 1 else 1)
    closed = prior.close(sprites, axes, seed=4)
    torch.set_num_threads(before)
    assert np.array_equal(closed[0].indices, alone.indices)
    kept = np.ones((12, 16), bool)
    if "x" in axes:
        kept[:, :2] = kept[:, -2:] = False
    if "y" in axes:
        kept[:2] = kept[-2:] = False
    for one, sprite in zip(closed, sprites, strict=True):
        assert np.array_equal(one.indices[kept], sprite.indices[kept])
        assert one.mask.all() and one.name == "ramp"


def test_a_tile_too_large_to_be_drawn_is_refused(prior: Prior) -> None:
    """With its size."""
    with pytest.raises(ConfigError, match="the tile is 65x12; at most 64"):
        prior.close([ramp(65)], "x")


def test_tiles_start_from_tiles(prior: Prior) -> None:
    """What is started from fills the canvas and wraps; of another size it is spread; without any there are none."""
    for shape in ((16, 16), (20, 9)):
        starts, pool = tiling.sources(prior.memory, [(1, 0), (1, 1)], shape, SIX, "xy")
        assert len(starts) == 2 and len(pool) >= 8
        assert all(one.mask.all() and one.indices.shape == shape for one in pool)
    assert tiling.sources(prior.memory, [(1, 0)], (16, 16), SIX, "xy", "nowhere") == ([], [])


def test_generated_tiles_are_full(tmp_path: Path) -> None:
    """At the prompt: as many as asked for, of the size, no transparent pixel, also like a tile of one's own."""
    options = ["-p", "pico-8", "-n", "2", "--size", "10x8", "--candidates", "1", "--tile", "xy"]

    def call(*more: object) -> int:
        return CliRunner().invoke(cli, ["generate", *options, *map(str, more)]).exit_code

    assert call("-o", tmp_path / "new") == 0
    assert call("--like", tmp_path / "new" / "0000.png", "-o", tmp_path / "like") == 0
    for path in (tmp_path / folder / f"000{number}.png" for folder in ("new", "like") for number in (0, 1)):
        rgba = read(path)[0].rgba
        assert rgba.shape == (8, 10, 4) and (rgba[..., 3] == 255).all()
    assert call("--tile", "z", "-o", tmp_path / "no") == 2


@pytest.mark.slow
@pytest.mark.parametrize("size", [16, 24])
def test_the_seam_is_no_rougher_than_the_rest(prior: Prior, size: int) -> None:
    """Over tiles of a seed, the mean step over the seams is at most that inside; without closing it is far more."""
    drawn = prior.draw(SIX, 8, size=(size, size), seed=2, tile="xy", candidates=2).sprites

    def steps(sprites: list[Sprite]) -> float:
        pairs = [roughness(one, axis) for one in sprites for axis in (0, 1)]
        return float(np.mean([one[0] for one in pairs]) / np.mean([one[1:].mean() for one in pairs]))

    assert steps(drawn) <= 1.1
    ramps = [ramp(size, size, first) for first in (1, 2, 3)]
    assert steps(prior.close(ramps, "xy")) < 0.5 * steps(ramps)
