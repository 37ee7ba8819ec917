"""`restyle`: silhouettes stay, colors are the pack's, what stands still stays still."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from networks import random_model
from projects import project
from test_blend import FIVE, bar, disc

from assetforge.build import build
from assetforge.cli import cli
from assetforge.errors import ConfigError
from assetforge.formats import png, read
from assetforge.models.data import entry_lab
from assetforge.models.memory import Memory
from assetforge.models.restyling import restyle
from assetforge.models.studio import Studio
from assetforge.palette import Palette
from assetforge.sprite import Sprite
from assetforge.texture import dressed, likest, torn

COLD = Palette(((10, 10, 30), (40, 70, 160), (90, 160, 220), (230, 250, 255)), "cold")


@pytest.fixture(scope="module")
def studio() -> Studio:
    """A network of random weights that has learnt one sprite."""
    return Studio(random_model(), Memory([disc().indices], entry_lab(FIVE), [""], {}))


def icy(size: int = 12) -> Sprite:
    """A disc in cold colors, light above."""
    one = disc(size, size * 0.4)
    indices = np.where(one.indices == 2, np.where(np.arange(size)[:, None] < size // 2, 4, 3), one.indices)
    return Sprite(indices.astype(np.uint8), COLD, "icy")


def test_the_likest_of_a_pack_is_the_sprite_itself() -> None:
    """Whatever the size it is drawn in."""
    pack = [bar().indices, disc().indices.repeat(2, 0).repeat(2, 1), disc().indices[::-1, :5]]
    assert likest(disc().indices, entry_lab(FIVE), pack, entry_lab(FIVE))[0] == 1


def test_one_color_in_two_hues_is_torn_more_than_in_two_lights() -> None:
    """Stripes of far hues tear a plane; gray stripes, or none, do not."""
    plane = np.ones((4, 4), np.uint8)
    stripes = plane + (np.arange(4) % 2).astype(np.uint8)
    red_green = Palette(((200, 40, 40), (40, 160, 40)), "stripes")
    grays = Palette(((60, 60, 60), (200, 200, 200)), "grays")
    assert torn(plane, stripes, entry_lab(red_green)) > 0.5
    assert torn(plane, stripes, entry_lab(grays)) < 0.01 and torn(plane, plane, entry_lab(red_green)) == 0


@pytest.mark.parametrize("layout", [0.0, 0.5, 1.0])
def test_a_dressed_sprite_keeps_its_silhouette(layout: float) -> None:
    """Pixel for pixel, in colors that the other uses; dressed as itself it is itself."""
    lab, cold = entry_lab(FIVE), entry_lab(COLD)
    found = dressed(bar().indices, lab, icy().indices, cold, layout)
    assert np.array_equal(found > 0, bar().mask)
    assert set(np.unique(found)) <= set(np.unique(icy().indices))
    assert np.array_equal(dressed(disc().indices, lab, disc().indices, lab, layout), disc().indices)


def test_shading_keeps_every_silhouette_whatever_the_weights(studio: Studio) -> None:
    """In the pack's palette, in order, with names; an empty sprite stays empty."""
    art = [disc(), bar(), Sprite(np.zeros((9, 9), np.uint8), FIVE, "void")]
    found = restyle(studio, art, [icy()], COLD, take="shading")
    for one, other in zip(art, found, strict=True):
        assert other.palette == COLD and other.name == one.name
        assert np.array_equal(one.mask, other.mask)


def test_a_sprite_that_keeps_all_slots_is_itself(studio: Studio) -> None:
    """Kept from coarse to fine, nothing of the pack is left to take; with some taken, it is the same twice."""
    (same,) = restyle(studio, [disc()], [bar()], FIVE, take="color", keep=range(16))
    assert np.array_equal(same.indices, disc().indices)
    once, twice = (restyle(studio, [disc()], [bar()], FIVE, take="color", keep=range(8))[0] for _ in range(2))
    assert np.array_equal(once.indices, twice.indices)


@pytest.mark.parametrize("take", ["color", "shading"])
def test_what_stands_still_stays_still(studio: Studio, take: str) -> None:
    """Between frames nothing changes where the source does not, and tags and durations stay."""
    changed = disc().indices.copy()
    changed[2:4, 4:6] = 5
    frames = [replace(disc(), tag="blink", duration=70), replace(disc(), indices=changed, tag="blink", duration=30)]
    first, second = restyle(studio, frames, [icy()], COLD, take=take)
    assert (first.tag, first.duration, second.duration) == ("blink", 70, 30)
    assert not (first.indices != second.indices)[frames[0].indices == changed].any()


def test_without_a_pack_the_model_is_the_style(studio: Studio) -> None:
    """What it has learnt stands for one."""
    (found,) = restyle(studio, [bar(3)], [], FIVE, take="shading")
    assert set(np.unique(found.indices)) <= set(np.unique(disc().indices))


@pytest.mark.parametrize(
    ("art", "pack", "options", "told"),
    [
        ([disc()], [Sprite(np.zeros((8, 8), np.uint8), COLD)], {}, "nothing in the pack"),
        ([disc()], [icy()], {"keep": (3, 16)}, "style slot 16"),
        ([disc()], [icy()], {"take": "all"}, '"color" or "shading"'),
        ([Sprite(np.ones((65, 4), np.uint8), FIVE, "tower")], [icy()], {}, '"tower" is 4x65'),
        ([replace(disc(), tag="a"), replace(disc(12), tag="a")], [icy()], {}, "make them equal"),
    ],
)
def test_bad_art_is_told(studio: Studio, art: list[Sprite], pack: list[Sprite], options: dict, told: str) -> None:
    """One line that names the sprite or the setting."""
    with pytest.raises(ConfigError, match=told):
        restyle(studio, art, pack, COLD, **options)


def call(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.mark.slow
def test_files_are_restyled_into_the_pack_s_palette(tmp_path: Path) -> None:
    """To a folder of a pack of one, fitted to its colors; a checkpoint beside sprites is refused."""
    for folder, sprite in (("mine", disc()), ("the pack", icy())):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.png").write_bytes(png.write(sprite))
    for take in ("shading", "colour"):
        out = tmp_path / take
        run = call("restyle", tmp_path / "mine", "--to", tmp_path / "the pack", "--take", take, "-o", out)
        assert run.exit_code == 0, run.output
        rgba = read(out / "a.png")[0].rgba
        assert {tuple(color) for color in rgba[rgba[..., 3] > 0][:, :3].tolist()} <= set(COLD.colors)
    both = call("restyle", tmp_path / "mine", "--to", "a.safetensors", "b.png", "-o", tmp_path / "o")
    assert both.exit_code == 2 and "not both" in both.output


RESTYLE = """
[project]
source = "art"
output = "out"
palette = "auto:16"

[[sheet]]
name = "cold"
kind = "restyle"
from = "items/*.png"
to = "heroes/**/*.png"
take = "shading"
"""


@pytest.mark.slow
def test_a_sheet_of_restyled_sprites(tmp_path: Path) -> None:
    """Built in the style of other files of the project, which it watches; a slot out of range is a fault."""
    root = project(tmp_path / "game", RESTYLE)
    assert not build(root).failed
    assert "cold" in build(root).fresh
    (root / "art" / "heroes" / "orc.png").write_bytes(png.write(icy()))
    assert "cold" in build(root).built
    (root / "assetforge.toml").write_text(RESTYLE + 'keep = "0-16"\n')
    assert "keep" in str(build(root).faults[0])
