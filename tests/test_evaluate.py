"""Evaluation: code lengths are code lengths, and perfect models score perfectly."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

from assetforge.cli.evaluate import evaluate as command
from assetforge.cli.tables import show_table
from assetforge.evaluate.bits import baselines, histogram, neighbours, uniform
from assetforge.evaluate.completion import HOLES, NearestVisible, TrainingTile, accuracy, hole, nearest_visible
from assetforge.evaluate.counts import adaptive, coded
from assetforge.formats import png
from assetforge.palette import Palette
from assetforge.sprite import Sprite

PALETTE = Palette(((0, 0, 0), (255, 255, 255)), "two")


def sprites(count: int, size: int = 8) -> list[Sprite]:
    """Striped: the pixel above tells everything, a pixel alone little."""
    rng = np.random.default_rng(2)
    rows = rng.integers(0, 3, (count, size))
    return [Sprite(np.repeat(row[None], size, 0).astype(np.uint8), PALETTE, f"s{n}") for n, row in enumerate(rows)]


@pytest.mark.parametrize("orders", [0, 1, 4, 10])
@pytest.mark.parametrize("learnt", [0, 1, 7])
def test_the_count_models_are_probability_distributions(learnt: int, orders: int) -> None:
    """Over all 81 2x2 images of three entries, 2 to the minus code length sums to one.

    With nothing learnt, so does what the image adds to the length of one that was coded before it.
    """
    before = [] if learnt else sprites(1, 2)
    start = coded([], before, 3, orders) if before else 0
    total = 0.0
    for values in itertools.product(range(3), repeat=4):
        image = Sprite(np.array(values, np.uint8).reshape(2, 2), PALETTE)
        total += 2.0 ** -(4 * ((1 + len(before)) * coded(sprites(learnt), [*before, image], 3, orders) - start))
    assert total == pytest.approx(1, abs=1e-9)


def test_long_contexts_are_told_apart_in_large_palettes() -> None:
    """Ten neighbors of 256 entries do not fit 64 bits; what is packed anew still predicts a repeated sprite."""
    rng = np.random.default_rng(5)
    large = Palette(tuple((n, n, n) for n in range(255)), "gray")
    some = [Sprite(rng.integers(0, 256, (12, 12)).astype(np.uint8), large) for _ in range(6)]
    assert coded(some, some, 256, 10) < 0.5 * coded(some[:3], some[3:], 256, 10)
    assert coded(some, some, 256, 10) < coded(some, some, 256, 1)


def test_counts_do_not_care_for_the_side_a_sprite_faces() -> None:
    """Mirrored copies are counted too: a pack and the same pack mirrored teach the same."""
    rng = np.random.default_rng(6)
    some = [Sprite(rng.integers(0, 3, (6, 6)).astype(np.uint8), PALETTE) for _ in range(4)]
    turned = [Sprite(sprite.indices[:, ::-1], PALETTE) for sprite in some]
    scored = sprites(3)
    assert coded(turned, scored, 3, 4) == pytest.approx(coded(some, scored, 3, 4), rel=1e-9)


def test_sprites_to_come_change_nothing() -> None:
    """With nothing learnt, a sprite's length hangs on those before it alone."""
    some = sprites(9)
    assert np.array_equal(adaptive(some, 3, 4)[: 5 * 64], adaptive(some[:5], 3, 4))


def test_counts_learn_what_there_is_to_learn() -> None:
    """Neighbors predict stripes, single-pixel counts do not; nothing beats them by luck below zero."""
    learnt, scored = sprites(40)[:30], sprites(40)[30:]
    assert neighbours(learnt, scored, 3) < 0.5 < histogram(learnt, scored, 3) <= uniform(3) + 0.05
    assert 0 < neighbours([], scored, 3) < histogram([], scored, 3)


def test_baselines_have_the_names_of_the_contract() -> None:
    """uniform, histogram, png, neighbours; the PNG costs what its bytes cost."""
    found = baselines(sprites(4), sprites(4), 3, lambda sprite: len(png.write_index(sprite)))
    assert list(found) == ["uniform", "histogram", "png", "neighbours"]
    assert found["png"] == pytest.approx(np.mean([8 * len(png.write_index(s)) / 64 for s in sprites(4)]))


class Oracle:
    """Fills every hole as the artist did."""

    def __init__(self, sprites: list[Sprite]) -> None:
        self.answers = {sprite.name: sprite for sprite in sprites}

    def predict(self, sprites: list[Sprite], holes: list[NDArray[np.bool_]]) -> list[Sprite]:
        return [self.answers[sprite.name] for sprite in sprites]


def test_the_artist_completes_perfectly_and_a_repeater_does_not() -> None:
    """Accuracy is 1 for the truth itself; repeating the nearest visible pixel lies between 0 and 1."""
    rng = np.random.default_rng(3)
    some = [Sprite(rng.integers(0, 3, (8, 8)).astype(np.uint8), PALETTE, f"n{n}") for n in range(6)]
    assert set(accuracy(some, Oracle(some)).values()) == {1.0}
    assert all(0 < share < 1 for share in accuracy(some, NearestVisible()).values())
    assert all(0 < share < 1 for share in accuracy(some, NearestVisible(drawn=True)).values())


def test_a_training_tile_fills_its_own_holes_mirrored_too() -> None:
    """A sprite that was learnt, or its mirror image, is completed perfectly; visible pixels never change."""
    rng = np.random.default_rng(4)
    some = [Sprite(rng.integers(0, 3, (8, 8)).astype(np.uint8), PALETTE, f"n{n}") for n in range(6)]
    turned = [Sprite(sprite.indices[:, ::-1], PALETTE, sprite.name) for sprite in some]
    tiles = TrainingTile([*turned[:3], *some[3:]])
    assert accuracy(some, tiles) == {kind: 1.0 for kind in HOLES}
    hidden = [hole("random50", (8, 8), n) for n in range(6)]
    for filler in (TrainingTile(turned[4:]), TrainingTile([]), NearestVisible(), NearestVisible(drawn=True)):
        for sprite, where, filled in zip(some, hidden, filler.predict(some, hidden), strict=True):
            assert np.array_equal(filled.indices[~where], sprite.indices[~where])


def test_holes_are_of_the_size_they_are_called() -> None:
    """centre: half of each side; lower: half; random: about the share in its name, the same each time."""
    assert hole("centre", (16, 16), 0).sum() == 64
    assert hole("lower", (16, 12), 0).sum() == 96
    assert hole("random90", (64, 64), 1).mean() == pytest.approx(0.9, abs=0.03)
    assert np.array_equal(hole("random50", (9, 9), 4), hole("random50", (9, 9), 4))


def test_nearest_visible_takes_the_nearest() -> None:
    """A hidden pixel beside a visible one becomes it; with nothing visible all is transparent."""
    indices = np.array([[1, 0, 2]], np.uint8)
    assert nearest_visible(indices, np.array([[False, True, False]])).tolist() == [[1, 1, 2]]
    assert nearest_visible(indices, np.ones((1, 3), bool)).tolist() == [[0, 0, 0]]


def test_the_command_prints_the_contract(tmp_path) -> None:
    """--json holds every field of the contract, scored with nothing learnt from the inputs."""
    for number, sprite in enumerate(sprites(3, 12)):
        (tmp_path / f"s{number}.png").write_bytes(png.write(sprite))
    result = CliRunner().invoke(command, [str(tmp_path), "-p", "pico-8", "--holdout", "none", "--json"])
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert figures["sprites"] == 3 and figures["pixels"] == 3 * 144
    assert set(figures["baselines"]) == {"uniform", "histogram", "png", "neighbours"}
    assert set(figures["completion"]) == {"centre", "random50", "random90", "lower"}
    assert figures["baselines"]["uniform"] == pytest.approx(np.log2(17))
    assert figures["bits_per_pixel"] > 0
    assert {"memorisation", "model", "palette"} <= set(figures)


def test_a_table_lines_up_and_takes_names_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    """Numbers end in one column, without colors where there is no terminal; what looks like markup is text."""
    show_table("Bits [bold]per[/bold] pixel", ["", "bits"], [["[red]png", "5.083"], ["x", "12.100"]], "a note")
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "Bits [bold]per[/bold] pixel",
        "            bits",
        "[red]png   5.083",
        "x         12.100",
        "a note",
        "",
    ]
