"""Animated files through what takes any file: translated as one, and rebuilt by a watch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from networks import random_model
from pairings import pack
from watching import PATIENT, running

from assetforge.cli import cli
from assetforge.evaluate.flicker import changes, flicker
from assetforge.exports import load
from assetforge.models.checkpoint import write
from assetforge.models.memory import remember
from assetforge.models.paired import lexicon_of
from assetforge.models.prior import Prior
from assetforge.models.train import paired
from assetforge.models.translation import kept
from assetforge.pairs import gather_pairs
from assetforge.palette import Palette
from assetforge.sheet import pack as packed
from assetforge.sprite import Raster, Sprite
from assetforge.steps.translate import translated

GRAYS = Palette(((128, 128, 128), (40, 40, 40)), "grays")
SIDE = 12


def walker(at: int) -> Sprite:
    """A block with an eye, so many pixels from the left."""
    indices = np.zeros((SIDE, SIDE), np.uint8)
    indices[3:9, at : at + 5] = 1
    indices[5, at + 1] = 2
    return Sprite(indices, GRAYS, "walker")


def film(*places: int) -> list[Sprite]:
    """The block at these places, frame by frame, each of a duration of its own."""
    return [
        Sprite(walker(at).indices, GRAYS, f"walk-{n}", 100 + 20 * n, "walk", "pingpong") for n, at in enumerate(places)
    ]


def aseprite(path: Path, frames: Sequence[Sprite]) -> Path:
    """An animated file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    (data,) = load("aseprite")().files(packed(frames, path.stem), {}).values()
    path.write_bytes(data)
    return path


@pytest.fixture
def colorist(tmp_path: Path) -> Path:
    """A small model of pairs that has counted its pairs and learnt nothing else."""
    examples = gather_pairs(pack(tmp_path / "pairs", 12))
    card = {"name": "colorist", "pairs": {"count": 12}, "sources": examples.sources, "sprites": 12}
    extras = remember(examples) | kept(lexicon_of(examples))
    path = tmp_path / "colorist.safetensors"
    path.write_bytes(write("pixelvae", paired(random_model(3), True), card, extras))
    return path


def test_frames_are_translated_from_one_noise(colorist: Path) -> None:
    """What stands still on the left stands still in every variant, frames that come back come back as they were, and
    at temperature 0, of a model that knows no more than colors, nothing changes but where the left does."""
    prior = Prior.load(colorist)
    frames = [Raster(one.rgba(), one.name, one.duration, one.tag) for one in film(2, 5, 2)]
    for still, heat in ((True, 0.9), (False, 0.9), (False, 0)):
        asked = [Raster(frames[0].rgba, one.name, one.duration, one.tag) for one in frames] if still else frames
        made = translated(prior, asked, None, variants=1 if heat == 0 else 2, seed=4, temperature=heat)
        films = [made[start : start + 3] for start in range(0, len(made), 3)]
        assert [one.tag for one in made] == ["walk"] * 3 + ["walk-2"] * (len(made) - 3)
        for one in films:
            assert np.array_equal(one[0].indices, one[2].indices)
            assert not (still and changes(one).any())
        if heat == 0:
            found = flicker(films[0], film(2, 5, 2))
            assert found["loose"] == 0 and 0 < found["changes"] <= 1


def test_an_animated_file_is_translated_as_one(tmp_path: Path, colorist: Path) -> None:
    """`translate` keeps frames, times, direction and one tag a variant; the sheet says so."""
    source = aseprite(tmp_path / "walk.aseprite", film(2, 5, 2))
    command = ["translate", str(source), "-m", str(colorist), "--variants", "2", "--quiet"]
    result = CliRunner().invoke(cli, [*command, "-o", str(tmp_path / "out.png")], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    told = json.loads((tmp_path / "out.json").read_text())
    tags = told["meta"]["frameTags"]
    assert [(tag["from"], tag["to"], tag["direction"]) for tag in tags] == [(0, 2, "pingpong"), (3, 5, "pingpong")]
    assert tags[1]["name"] == f"{tags[0]['name']}-2"
    assert [frame["duration"] for frame in told["frames"].values()] == [100, 120, 140] * 2


WATCHED = """
[project]
source = "art"
output = "out"
palette = "pico-8"

[[sheet]]
name = "walks"
kind = "quantize"
from = "walks/*.aseprite"

[[sheet]]
name = "done"
kind = "complete"
from = "open/*.aseprite"
hole = "#282828"
temperature = 0.9
"""


@pytest.mark.slow
def test_a_watch_rebuilds_sheets_of_animated_art(tmp_path: Path) -> None:
    """A frame more, or another duration, rebuilds the sheet that the file is in and no other; a completed animation
    too is rebuilt, whole, with its new frames."""
    (tmp_path / "assetforge.toml").write_text(WATCHED)
    walk = aseprite(tmp_path / "art" / "walks" / "walk.aseprite", film(2, 5))
    opened = aseprite(tmp_path / "art" / "open" / "open.aseprite", film(1, 2))

    def told(name: str) -> tuple[list[int], list[tuple[int, int]]]:
        sheet = json.loads((tmp_path / "out" / f"{name}.json").read_text())
        frames = [frame["duration"] for frame in sheet["frames"].values()]
        return frames, [(tag["from"], tag["to"]) for tag in sheet["meta"]["frameTags"]]

    with running(tmp_path, PATIENT) as watch:
        watch.until(lambda: watch.console.builds["walks"] == watch.console.builds["done"] == 1)
        assert told("walks") == ([100, 120], [(0, 1)]) and told("done") == ([100, 120], [(0, 1)])
        aseprite(walk, film(2, 5, 3))
        watch.until(lambda: watch.console.builds["walks"] == 2)
        assert told("walks") == ([100, 120, 140], [(0, 2)])
        slower = film(2, 5)
        aseprite(walk, [Sprite(one.indices, GRAYS, one.name, 300, "walk") for one in slower])
        watch.until(lambda: watch.console.builds["walks"] == 3)
        assert told("walks") == ([300, 300], [(0, 1)])
        assert watch.console.builds["done"] == 1
        aseprite(opened, film(1, 2, 3))
        watch.until(lambda: watch.console.builds["done"] == 2)
        assert told("done") == ([100, 120, 140], [(0, 2)])
        assert watch.console.errors == [] and watch.console.builds["walks"] == 3
