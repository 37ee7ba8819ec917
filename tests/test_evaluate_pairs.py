"""Figures of a model of pairs: what they are beside is what it is, and translations are judged as drawings are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray
from pairings import pack

from assetforge.cli import cli
from assetforge.cli.evaluate import show
from assetforge.errors import ConfigError
from assetforge.evaluate.pairs import Translations, pairs
from assetforge.palette import Palette
from assetforge.sprite import Sprite

TWO = Palette(((0, 0, 0), (255, 255, 255)), "two")
SIDE = 4

Capsys = pytest.CaptureFixture[str]


class Even:
    """Holds every entry for as likely as any other, and turns each left sprite into what it was told."""

    def __init__(self, drawn: Sequence[Sprite]) -> None:
        self.drawn = {one.name: one for one in drawn}

    def nats(self, sprites: Sequence[Sprite], samples: int = 1, lefts: Sequence[Sprite] = ()) -> NDArray[np.float64]:
        return np.full(len(sprites), SIDE * SIDE * np.log(3))

    def copying(self, sprites: Sequence[Sprite], palette: Palette) -> list[NDArray[np.float32]]:
        sure = np.log(np.full((SIDE, SIDE, 3), 0.25, np.float32))
        sure[..., 1] = np.log(0.5)
        return [sure for _ in sprites]

    def translate(
        self, sprites: Sequence[Sprite], palette: Palette, *, variants: int = 1, temperature: float
    ) -> list[list[Sprite]]:
        return [
            [self.drawn[one.name].renamed(f"{one.name}-{n}" if n else one.name) for n in range(variants)]
            for one in sprites
        ]

    def known(self, shape: tuple[int, int], palette: Palette) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        return (np.zeros((1, *shape), np.uint8),) * 2


def sprites(count: int) -> list[Sprite]:
    rng = np.random.default_rng(8)
    return [Sprite(rng.integers(0, 3, (SIDE, SIDE)).astype(np.uint8), TWO, f"s{n}") for n in range(count)]


def test_figures_of_pairs_are_what_they_are_called() -> None:
    """An even guess needs log2 3 bits; counts need what they give the pixels; who draws as the artist is always right,
    and who paints everything in one color is where that color is."""
    some = sprites(5)
    found = pairs(some, some, Even(some), 0.5)
    stack = np.stack([one.indices for one in some])
    assert found["count"] == 5 and found["given_left"] == 0.5
    assert found["alone"] == pytest.approx(np.log2(3))
    assert found["copying"] == pytest.approx(np.where(stack == 1, 1, 2).mean(), rel=1e-6)
    assert found["accuracy"] == 1
    assert found["accuracy_copying"] == pytest.approx((stack == 1).mean())
    turned = [Sprite(one.indices[::-1], TWO, one.name) for one in some]
    assert pairs(some, some, Even(turned), 0.5)["accuracy"] < 1


def test_as_many_translations_are_judged_as_are_asked_for() -> None:
    """First one of each left sprite of the size, then second ones; left sprites of other sizes are passed over."""
    some = [*sprites(3), Sprite(np.ones((2, 2), np.uint8), TWO, "small")]
    artist = Translations(some, Even(some))
    made = artist.generate(TWO, 7, size=(SIDE, SIDE), candidates=1)
    assert [one.name for one in made] == ["s0", "s1", "s2", "s0-1", "s1-1", "s2-1", "s0-2"]
    assert [one.name for one in artist.generate(TWO, 2, size=(SIDE, SIDE))] == ["s0", "s1"]


@pytest.mark.parametrize(
    ("arguments", "fault"), [((), "give INPUT or --pairs"), (("left", "--pairs", "left", "right"), "not both")]
)
def test_evaluate_takes_sprites_or_pairs(arguments: tuple[str, ...], fault: str) -> None:
    """Neither or both is wrong usage."""
    result = CliRunner().invoke(cli, ["evaluate", *arguments])
    assert result.exit_code == 2 and fault in result.stderr


@pytest.mark.slow
def test_a_model_of_pairs_is_evaluated_on_pairs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    """`evaluate --pairs` tells what the contract names and `pairs`; the figures of the model card are the same within
    what noise does; without pairs, or of a model that has learnt none, it says what to give."""
    pack(tmp_path, 14)
    monkeypatch.chdir(tmp_path)
    command = ["train", "--pairs", "left", "right", "-o", "m.safetensors", "--base", "none", "--steps", "1", "--json"]
    trained = CliRunner().invoke(cli, command)
    assert trained.exit_code == 0, trained.output
    card = json.loads(trained.stdout)
    asked = ["evaluate", "-m", "m.safetensors", "--pairs", "left", "right", "-p", "auto:32", "--json"]
    result = CliRunner().invoke(cli, asked)
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    told = figures["pairs"]
    assert told["count"] == figures["sprites"] == card["held_out"]
    assert told["given_left"] == figures["bits_per_pixel"] == pytest.approx(card["held_out_bits_per_pixel"], abs=0.1)
    assert told["copying"] == pytest.approx(card["pairs"]["copying"], rel=1e-4)
    assert told["alone"] == pytest.approx(card["pairs"]["alone"], abs=0.1)
    assert {"baselines", "completion", "memorisation", "model", "palette"} <= set(figures)
    show(figures)
    assert f"model, given the left {told['given_left']:.3f}" in " ".join(capsys.readouterr().out.split())
    for arguments, fault in (
        (["left", "-m", "m.safetensors"], "draws from left sides: give --pairs LEFT RIGHT"),
        (["--pairs", "left", "right"], "has learnt no pairs; give it sprites"),
    ):
        refused = CliRunner().invoke(cli, ["evaluate", *arguments]).exception
        assert isinstance(refused, ConfigError) and fault in str(refused)
