"""Judging art: real sprites pass for real, and what people would call bad is ranked as bad."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from assetforge.cli.evaluate import evaluate as command
from assetforge.color import oklab_to_srgb
from assetforge.errors import InputError
from assetforge.evaluate.art import Floor, art, splits
from assetforge.evaluate.coverage import coverage
from assetforge.evaluate.craft import FIGURES, craft, entries, spread, wasserstein
from assetforge.evaluate.forest import told_apart
from assetforge.evaluate.memorisation import memorisation
from assetforge.evaluate.patches import Patches, kernel_distance
from assetforge.evaluate.traits import GROUPS, traits
from assetforge.formats import palettes, png
from assetforge.models.prior import Prior
from assetforge.palette import Palette
from assetforge.quantize import quantizer
from assetforge.sprite import Raster, Sprite

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"
PALETTE = Palette(((20, 20, 30), (160, 40, 40), (220, 120, 60), (240, 240, 200)), "gems")
LAB = entries(PALETTE)


def gems(count: int, seed: int) -> list[np.ndarray]:
    """One artist's work: outlined gems of many sizes and places, leaning either way, lit from the upper left."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:16, :16]
    found = []
    for _ in range(count):
        high, wide = rng.uniform(2.5, 7, 2)
        down, right = y - 7.5 - rng.integers(-3, 4), x - 7.5 - rng.integers(-3, 4)
        depth = 1 - np.abs(down + rng.uniform(-0.7, 0.7) * right) / high - np.abs(right) / wide
        light = (2 + (down + right < rng.integers(-5, 3)) + (depth > rng.uniform(0.5, 0.8))).clip(2, 4)
        found.append(np.where(depth < 0, 0, np.where(depth < 1.3 / min(high, wide), 1, light)).astype(np.uint8))
    return found


def noisy(sprites: list[np.ndarray], share: float, entries: int, seed: int = 0) -> list[np.ndarray]:
    """Some pixels replaced by anything."""
    rng = np.random.default_rng(seed)
    return [
        np.where(rng.random(s.shape) < share, rng.integers(0, entries, s.shape), s).astype(np.uint8) for s in sprites
    ]


def blurred(sprites: list[np.ndarray], lab: np.ndarray) -> list[np.ndarray]:
    """Smoothed in RGB by binomial weights and mapped back to the nearest entry; drawn where half of it still is."""
    rgb = np.concatenate([np.zeros((1, 3)), oklab_to_srgb(lab[1:])])
    found = []
    for sprite in sprites:
        layers = np.pad(np.concatenate([rgb[sprite], (sprite > 0)[..., None]], 2), ((1, 1), (1, 1), (0, 0)))
        for axis in (0, 1):
            layers = (np.roll(layers, 1, axis) + 2 * layers + np.roll(layers, -1, axis)) / 4
        layers = layers[1:-1, 1:-1]
        color = layers[..., :3] / np.maximum(layers[..., 3:], 1e-9)
        entry = 1 + ((color[:, :, None] - rgb[None, None, 1:]) ** 2).sum(-1).argmin(-1)
        found.append(np.where(layers[..., 3] >= 0.5, entry, 0).astype(np.uint8))
    return found


def judged(generated: list[np.ndarray], **options: int) -> dict:
    """Beside forty gems in twenty families, of which the last sixteen gems are held out."""
    families = [n // 2 for n in range(40)]
    held = [n >= 24 for n in range(40)]
    return art(generated, gems(40, 1), families, held, LAB, draws=12, forests=2, **options)


def test_more_of_the_same_artist_is_within_every_floor() -> None:
    """New gems are told from the held-out ones no better than old ones are."""
    found = judged(gems(24, 2))
    assert (found["generated"], found["held_out"]) == (24, 16)
    assert all(found[name]["within"] for name in ("craft", "kernel", "coverage", "forest"))


@pytest.mark.slow
def test_what_is_spoilt_is_not_within() -> None:
    """Noise shows in every measure, blur in craft, one gem repeated in coverage."""
    noise, blur, one = judged(noisy(gems(24, 2), 0.05, 5)), judged(blurred(gems(24, 2), LAB)), judged(gems(1, 2) * 24)
    assert not any(noise[name]["within"] for name in ("craft", "kernel", "coverage", "forest"))
    assert not blur["craft"]["within"]
    assert not one["coverage"]["within"]
    assert noise["figures"]["orphans"]["mean"] > noise["figures"]["orphans"]["mean_held_out"]


@pytest.mark.slow
def test_judging_repeats() -> None:
    """The same sprites and seed give the same figures; another seed draws other floors."""
    found = judged(gems(12, 2))
    assert found == judged(gems(12, 2))
    assert found["craft"]["floor"] != judged(gems(12, 2), seed=1)["craft"]["floor"]


def test_too_few_to_judge_is_said() -> None:
    """Without six of each, or without families to deal, there is an error and no figure."""
    for real, generated in ((gems(40, 1), gems(3, 2)), (gems(8, 1), gems(24, 2))):
        with pytest.raises(InputError, match="too few"):
            art(generated, real, range(len(real)), [n % 3 == 0 for n in range(len(real))], LAB)
    with pytest.raises(InputError, match="too few"):
        art(gems(24, 2), gems(40, 1), [0] * 20 + [1] * 20, [n > 19 for n in range(40)], LAB)


def test_a_family_is_never_on_both_sides() -> None:
    """And one side has exactly as many as were asked for."""
    families = [0] * 9 + [1] * 5 + [2, 3, 4, 5, 6, 7, 7]
    for one, other in splits(families, 6, 50, 30, np.random.default_rng(0)):
        assert len(other) == 6
        assert not {families[n] for n in one} & {families[n] for n in other}
        assert len(set(one)) == len(one) > 0


def test_a_floor_tells_better_from_worse() -> None:
    """Two standard deviations above the mean are within, more is not; of coverage, below."""
    floors = np.array([0.4, 0.6])
    assert Floor.of(np.array([0.69]), floors) == Floor(0.69, 0.5, pytest.approx(0.1), True)
    assert not Floor.of(np.array([0.71]), floors).within and Floor.of(np.array([0.1]), floors).within
    assert not Floor.of(np.array([0.29]), floors, more_is_better=True).within


def test_the_kernel_distance_is_unbiased() -> None:
    """Over many halves of one set its mean is nothing; for flat squares beside gems it is far more than its spread."""
    pack = gems(60, 3)
    rows = Patches(pack, LAB).embed(pack)
    rng = np.random.default_rng(0)
    halves = [
        kernel_distance(rows[order[:30]], rows[order[30:]]) for order in (rng.permutation(60) for _ in range(100))
    ]
    flat = Patches(pack, LAB).embed([(sprite > 0).astype(np.uint8) for sprite in pack])
    assert abs(np.mean(halves)) < np.std(halves)
    assert kernel_distance(flat, rows) > 20 * np.std(halves)
    assert not Patches(pack, LAB).embed([np.zeros((4, 4), np.uint8)]).any()


def test_coverage_and_forest_know_the_same_from_the_other() -> None:
    """A set covers itself and is not told from itself; one far away covers nothing and is always told."""
    rng = np.random.default_rng(0)
    one, other, far = rng.normal(0, 1, (40, 5)), rng.normal(0, 1, (40, 5)), rng.normal(50, 1, (40, 5))
    assert coverage(one, one) == 1 and coverage(far, one) == 0 and 0.6 < coverage(other, one) < 1
    assert told_apart(far, one) == 1 and 0.25 < told_apart(other, one) < 0.75


def test_traits_are_as_many_as_they_say() -> None:
    """One row a sprite, of any size and of none drawn; the 2 x 2 patterns' shares sum to one."""
    rows = traits([*gems(2, 0), np.zeros((8, 64), np.uint8), np.ones((5, 3), np.uint8)], LAB)
    assert rows.shape == (4, sum(GROUPS)) and np.isfinite(rows).all()
    start = GROUPS[0] + 6
    assert rows[:, start : start + 15].sum(1) == pytest.approx([1, 1, 0, 1])


class Forger:
    """A model that has learnt nothing but to hand out what it was shown: mirrored and in other colors, or new gems."""

    card, sha256 = {"name": "forger"}, ""

    def __init__(self, copies: bool) -> None:
        self.copies, self.shown = copies, np.stack(gems(40, 7))

    def generate(self, palette: Palette, count: int, **options: Any) -> list[Sprite]:
        found = np.array([0, 2, 3, 4, 1], np.uint8)[self.shown[:count, :, ::-1]] if self.copies else gems(count, 9)
        return [Sprite(indices, palette) for indices in found]

    def known(self, shape: tuple[int, int], palette: Palette) -> tuple[np.ndarray, np.ndarray]:
        return self.shown, self.shown

    def nats(self, sprites: list[Sprite]) -> np.ndarray:
        return np.zeros(len(sprites))

    def predict(self, sprites: list[Sprite], holes: list[np.ndarray]) -> list[Sprite]:
        return list(sprites)


def test_a_forger_is_found_out() -> None:
    """Every mirrored and recolored copy is an exact one; of new gems none is."""
    held = [Sprite(indices, PALETTE) for indices in gems(30, 8)]
    copied, drawn = memorisation(held, Forger(copies=True)), memorisation(held, Forger(copies=False))
    assert (copied["exact"], copied["below"], copied["median"]) == (16, 1, 0)
    assert (drawn["exact"], drawn["below"]) == (0, 0) and drawn["median"] > 0


@pytest.mark.parametrize("options", [["--json"], ["--holdout", "none", "--quiet"]])
def test_the_command_judges_art(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]) -> None:
    """--art N adds every figure with its floor to the JSON, or a line for each to the text."""
    monkeypatch.setattr(Prior, "load", lambda path: Forger(copies=False))
    for number, indices in enumerate(gems(60, 3)):
        (tmp_path / f"r{number}.png").write_bytes(png.write(Sprite(indices, PALETTE)))
    told = CliRunner().invoke(command, [str(tmp_path), "-p", "auto:4", "--art", "12", *options])
    assert told.exit_code == 0, told.output
    names = ["craft", "kernel", "coverage", "forest"]
    if "--json" in options:
        found = json.loads(told.stdout)["art"]
        assert found["generated"] == 12 and found["held_out"] >= 6
        figures = [*(found[name] for name in names), *found["figures"].values()]
        assert all({"value", "floor", "sd", "within"} <= set(figure) for figure in figures)
    else:
        assert {*names, *FIGURES} <= {line.split()[0] for line in told.stdout.splitlines() if line.strip()}


def real() -> tuple[list[np.ndarray], list[np.ndarray], np.ndarray]:
    """Held-out and other 32 x 32 sprites, one a family, and the entries of their palette of 31 colors."""
    if not (DATA / "dcss32.npz").exists():
        pytest.skip("needs ../shared/data")
    with np.load(DATA / "dcss32.npz") as file:
        archive = {name: file[name] for name in ("rgba", "family", "split")}
    palette = palettes.load("dcss-31.hex", DATA)
    order = np.random.default_rng(0).permutation(len(archive["family"]))
    _, first = np.unique(archive["family"][order], return_index=True)
    places = order[np.sort(first)]
    held = archive["split"][places] == "val"
    chosen = [places[held][:120], places[~held][:120]]
    sprites = [
        quantizer.quantize([Raster(archive["rgba"][n], str(n)) for n in some], palette, map="nearest")
        for some in chosen
    ]
    lab = entries(palette)
    return [s.indices for s in sprites[0]], [s.indices for s in sprites[1]], lab


def spoilt(held: list[np.ndarray], learnt: list[np.ndarray], lab: np.ndarray) -> dict[str, list[np.ndarray]]:
    """What is no art: an n-gram model's, blurred and noisy sprites."""
    spec = importlib.util.spec_from_file_location("ngram", ROOT / "benchmarks" / "ngram.py")
    assert spec is not None and spec.loader is not None
    ngram = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(ngram)
    drawn = list(ngram.sample(ngram.learn(learnt), 60, (32, 32)))
    return {"ngram": drawn, "blur": blurred(held, lab)[:60], "noise": noisy(held, 0.03, len(lab))[:60]}


def test_craft_ranks_real_sprites_before_spoilt_ones() -> None:
    """Random halves of the same sprites, then other families; blurred, noisy and n-gram sprites come after."""
    held, learnt, lab = real()
    rows = craft(held, lab)
    unit = spread(rows)

    def apart(one: np.ndarray, other: np.ndarray) -> float:
        return float(wasserstein(one, other, unit).mean())

    rng = np.random.default_rng(0)
    halves = np.mean([apart(rows[p[:60]], rows[p[60:]]) for p in (rng.permutation(len(rows)) for _ in range(20))])
    others = apart(craft(learnt, lab), rows)
    assert others < 2 * halves
    worst = max(halves, others)
    assert all(apart(craft(some, lab), rows) > 1.3 * worst for some in spoilt(held, learnt, lab).values())


@pytest.mark.slow
def test_every_measure_ranks_real_sprites_before_spoilt_ones() -> None:
    """Blurred, noisy and n-gram sprites are told by the forest, cover less and are beyond the floors; other families
    come much nearer."""
    held, learnt, lab = real()
    pack = [*held, *learnt]
    families, out = range(len(pack)), [n < len(held) for n in range(len(pack))]
    fresh = art(learnt, pack, families, out, lab, draws=20, forests=3)
    for name, some in spoilt(held, learnt, lab).items():
        found = art(some, pack, families, out, lab, draws=20, forests=3)
        assert found["forest"]["value"] > max(0.85, fresh["forest"]["value"] + 0.1), name
        assert found["coverage"]["value"] < found["coverage"]["floor"] - 0.05, name
        assert found["craft"]["value"] > 1.3 * fresh["craft"]["value"], name
        assert not any(found[measure]["within"] for measure in ("craft", "forest")), name
        # A few lone pixels are beneath the notice of a mean over patches.
        assert name == "noise" or found["kernel"]["value"] > 2 * fresh["kernel"]["value"], name
