"""`blend`: ends are the inputs, in-betweens hold nothing but what the ends hold; arithmetic that cancels is none."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from networks import random_model
from projects import project

from assetforge.build import build
from assetforge.cli import cli
from assetforge.errors import ConfigError
from assetforge.formats import png, read
from assetforge.models.blending import blend
from assetforge.models.data import entry_lab
from assetforge.models.memory import Memory
from assetforge.models.studio import Studio
from assetforge.morph import Passage, clusters, depths, paired, shaped
from assetforge.palette import Palette
from assetforge.sprite import Sprite

FIVE = Palette(((26, 28, 44), (177, 62, 83), (239, 125, 87), (255, 205, 117), (244, 244, 244)), "five")


@pytest.fixture(scope="module")
def studio() -> Studio:
    """A network of random weights that has learnt nothing."""
    return Studio(random_model(), Memory([], entry_lab(FIVE), [], {}))


def disc(size: int = 10, radius: float = 3.5, color: int = 2, name: str = "disc") -> Sprite:
    """A disc with an outline."""
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    far = np.hypot(y, x)
    return Sprite(np.where(far < radius, np.where(far > radius - 1, 1, color), 0).astype(np.uint8), FIVE, name)


def bar(color: int = 4, size: tuple[int, int] = (10, 10)) -> Sprite:
    """An upright bar."""
    indices = np.zeros(size[::-1], np.uint8)
    indices[1:-1, 3:6] = color
    return Sprite(indices, FIVE, "bar")


def test_depths_are_distances() -> None:
    """One for a pixel at the edge, the exact Euclidean distance elsewhere, negative outside; the canvas ends all."""
    drawn = np.zeros((6, 7), bool)
    drawn[1:5, 1:6] = True
    found = depths(drawn)
    assert found[1, 1] == 1 and found[2, 3] == 2 and found[0, 0] == -np.sqrt(2)
    assert depths(np.ones((3, 3), bool)).tolist() == [[1, 1, 1], [1, 2, 1], [1, 1, 1]]


def test_clusters_are_the_connected_pixels_of_one_entry() -> None:
    """Diagonal neighbors belong together, other entries never."""
    found = clusters(np.array([[1, 0, 2], [0, 1, 2], [3, 0, 1]], np.uint8))
    assert found[0, 0] == found[1, 1] == found[2, 2]
    assert found[0, 2] == found[1, 2] != found[0, 0]
    assert found[2, 0] not in (found[0, 0], found[0, 1])


def test_points_are_paired_with_themselves() -> None:
    """Between two equal sets nothing moves; of sets of different sizes each point of the larger has a partner."""
    points = np.random.default_rng(0).normal(size=(40, 6))
    ours, theirs = paired(points, points)
    assert np.array_equal(ours, theirs)
    assert len(paired(points, points[:7])[0]) == len(paired(points[:7], points)[1]) == 40


@pytest.mark.parametrize("count", [0, 1, 17, 100])
def test_a_silhouette_has_as_many_pixels_as_asked(count: int) -> None:
    """Ties too are settled, the same way each time."""
    assert shaped(depths(disc().mask), count).sum() == count


def test_a_passage_starts_at_the_one_and_ends_at_the_other() -> None:
    """Exactly; on its way silhouettes change size evenly and every entry is one of either drawing."""
    first, second = disc().indices, bar().indices
    passage = Passage.of(first, second, entry_lab(FIVE))
    assert np.array_equal(passage.at(0), first) and np.array_equal(passage.at(1), second)
    assert np.array_equal(passage.at(1e-12), first)
    for part in (0.25, 0.5, 0.75):
        drawn = passage.at(part)
        assert set(np.unique(drawn)) <= {0, 1, 2, 4}
        assert abs((drawn > 0).sum() - ((1 - part) * (first > 0).sum() + part * (second > 0).sum())) <= 0.5


def test_what_moves_itself_moves_to_the_second() -> None:
    """Applied to the first, a passage reaches the second's silhouette; a passage from a drawing to itself is none."""
    first, second, lab = disc().indices, bar().indices, entry_lab(FIVE)
    moved = Passage.of(first, second, lab).apply(first, lab, 1.0)
    assert np.array_equal(moved > 0, second > 0)
    assert np.array_equal(Passage.of(second, second, lab).apply(first, lab, 1.0), first)


@pytest.mark.parametrize("at", ["all", "shape", "color"])
def test_ends_are_the_inputs(studio: Studio, at: str) -> None:
    """The first frame is A pixel for pixel; the last is B, or has B's silhouette, or A's. Whatever the weights."""
    frames = blend(studio, [disc(), bar()], FIVE, steps=4, at=at)
    assert len(frames) == 4 and all(one.palette == FIVE for one in frames)
    assert np.array_equal(frames[0].indices, disc().indices)
    if at == "all":
        assert np.array_equal(frames[-1].indices, bar().indices)
    elif at == "color":
        assert (frames[-1].indices != disc().indices).any()


def test_adding_what_is_taken_away_changes_nothing(studio: Studio) -> None:
    """A + C - C is A, in every frame."""
    for at in ("all", "shape", "color"):
        frames = blend(studio, [disc()], FIVE, steps=3, at=at, plus=bar(), minus=bar())
        assert all(np.array_equal(one.indices, disc().indices) for one in frames)


def test_every_key_is_met_on_the_way(studio: Studio) -> None:
    """Of three sprites each stands where its steps end, and sizes meet on the largest canvas."""
    keys = [disc(), bar(size=(9, 12)), disc(color=5)]
    frames = blend(studio, keys, FIVE, steps=3)
    assert len(frames) == 5 and {one.size for one in frames} == {(10, 12)}
    assert (frames[2].indices == 4).sum() == bar(size=(9, 12)).mask.sum()
    assert frames[4].mask.sum() == disc().mask.sum()


@pytest.mark.parametrize(
    ("keys", "options", "told"),
    [
        ([disc()], {}, "two sprites or more"),
        ([disc(), bar(), disc()], {"at": "shape"}, "takes two sprites, not 3"),
        ([disc(), Sprite(np.zeros((10, 10), np.uint8), FIVE, "void")], {}, '"void" has nothing drawn'),
        ([disc(), Sprite(np.ones((65, 10), np.uint8), FIVE, "tower")], {}, '"tower" is 10x65; at most 64'),
        ([disc(), bar()], {"plus": disc()}, "go together"),
        ([disc(), bar()], {"steps": 1}, "at least 2"),
    ],
)
def test_bad_keys_are_told(studio: Studio, keys: list[Sprite], options: dict, told: str) -> None:
    """One line that names the sprite and the mend."""
    with pytest.raises(ConfigError, match=told):
        blend(studio, keys, FIVE, **options)


def call(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def write(path: Path, sprite: Sprite) -> Path:
    path.write_bytes(png.write(sprite))
    return path


@pytest.mark.slow
def test_a_strip_and_its_animation_are_written_the_same_twice(tmp_path: Path) -> None:
    """One row of frames, a tag that goes there and back, ends equal to the files; again, the same bytes."""
    one, other = write(tmp_path / "ein s.png", disc()), write(tmp_path / "zwei.png", bar())
    for out in ("a.png", "b.png"):
        run = call("blend", one, other, "--steps", 5, "--at", "all", "-o", tmp_path / out)
        assert run.exit_code == 0, run.output
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    facts = json.loads((tmp_path / "a.json").read_text())
    assert facts["meta"]["size"] == {"w": 50, "h": 10}
    assert facts["meta"]["frameTags"] == [{"name": "a", "from": 0, "to": 4, "direction": "pingpong"}]
    strip = read(tmp_path / "a.png")[0].rgba
    assert np.array_equal(strip[:, :10], disc().rgba()) and np.array_equal(strip[:, 40:], bar().rgba())
    colored = call("blend", one, other, "--at", "colour", "-p", "pico-8", "-o", tmp_path / "c.aseprite")
    assert colored.exit_code == 0, colored.output
    frames = read(tmp_path / "c.aseprite")
    assert len(frames) == 8 and frames[0].direction == "pingpong"
    again = call("blend", tmp_path / "c.aseprite", "--steps", 3, "-o", tmp_path / "tween")
    assert again.exit_code == 0 and len(list((tmp_path / "tween").iterdir())) == 15


def test_options_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    """Exit code 2 for a lone --plus, before anything is read."""
    run = call("blend", tmp_path / "a.png", "--plus", tmp_path / "b.png", "-o", tmp_path / "o.png")
    assert run.exit_code == 2


BLEND = """
[project]
source = "art"
output = "out"
palette = "pico-8"

[[sheet]]
name = "morph"
kind = "blend"
from = ["items/bow.png", "items/axe.png"]
steps = 4
"""


@pytest.mark.slow
def test_a_sheet_of_in_betweens(tmp_path: Path) -> None:
    """Built, tagged, fresh the second time; a lone plus is an error of the key."""
    root = project(tmp_path / "game", BLEND)
    assert not build(root).failed
    facts = json.loads((root / "out" / "morph.json").read_text())
    assert [tag["name"] for tag in facts["meta"]["frameTags"]] == ["morph"]
    assert len(facts["frames"]) == 4
    assert not build(root).built
    (root / "assetforge.toml").write_text(BLEND + 'plus = "items/axe.png"\n')
    assert "give minus as well" in str(build(root).faults[0])
