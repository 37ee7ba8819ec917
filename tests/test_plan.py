"""What is stale and why, for sheets that draw with models too; the models are stand-ins here."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from projects import FakePrior, Telling, draw, palette_of, picture, project, tree

from assetforge import plan, work
from assetforge.build import build
from assetforge.formats import png, read
from assetforge.manifest import LOCK, Lock
from assetforge.outcome import Options
from assetforge.quantize.quantizer import quantize
from assetforge.reasons import difference
from assetforge.sprite import Raster

MODELLED = """
[project]
palette = "pico-8"

[[model]]
name = "house"
from = "items/*.png"
steps = 5

[[sheet]]
name = "more"
kind = "generate"
model = "house"
count = 3
size = [8, 8]

[[sheet]]
name = "finished"
kind = "complete"
from = "wip/*.png"
variants = 3

[[sheet]]
name = "hybrids"
kind = "mix"
rows = ["items/axe.png", 17]
cols = [32, "items/bow.png", 78]
"""


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stand-ins for training and for models; the names that were trained."""
    names: list[str] = []

    def train(job: work.TrainJob, report: Any) -> bytes:
        names.append(job.name)
        return f"{job.name} {job.steps} {len(names)}".encode()

    monkeypatch.setattr(work, "_train", train)
    monkeypatch.setattr(work.priors, "prior", lambda path: FakePrior())
    return names


@pytest.fixture
def game(tmp_path: Path, trained: list[str]) -> Path:
    """A project of three kinds of sheets, one of them with a model of its own; built."""
    root = project(tmp_path / "game", MODELLED)
    hole(root, "wip/knight.png", 5)
    draw(root / "art/wip/lizard.png", 6)
    mask = np.zeros((8, 8, 4), np.uint8)
    mask[..., 3] = 255
    mask[4:] = 255
    (root / "art/wip/lizard.mask.png").write_bytes(png.write_rgba(mask))
    told = Telling()
    assert build(root, reporter=told).exit_code == 0, told.errors
    return root


def hole(root: Path, name: str, seed: int) -> None:
    """A sprite whose upper half is to be filled."""
    draw(root / "art" / name, seed)
    rgba = picture(seed)
    rgba[:4] = (255, 0, 255, 255)
    (root / "art" / name).write_bytes(png.write_rgba(rgba))


def boxes(frames: Any) -> list[dict[str, int]]:
    """Where the frames of a sheet lie."""
    return [frame["frame"] for frame in (frames.values() if isinstance(frames, dict) else frames)]


def names(root: Path, sheet: str) -> list[str]:
    """The names of the frames of a sheet, in order."""
    frames = json.loads((root / f"assets/forge/{sheet}.json").read_text())["frames"]
    return list(frames) if isinstance(frames, dict) else [frame["filename"] for frame in frames]


def test_every_kind_names_its_frames(game: Path) -> None:
    """Numbers where there is no input, NAME-2 for variants, row-column in a grid; masks are no sprites."""
    assert names(game, "more") == ["0000", "0001", "0002"]
    assert names(game, "finished") == ["knight", "knight-2", "knight-3", "lizard", "lizard-2", "lizard-3"]
    assert names(game, "hybrids") == ["axe-32", "axe-bow", "axe-78", "17-32", "17-bow", "17-78"]


def test_a_model_is_trained_once_and_before_its_sheets(game: Path, trained: list[str]) -> None:
    """Training is a job of its own, which nothing repeats without need."""
    assert trained == ["house"]
    result = build(game)
    assert (result.built, sorted(result.fresh)) == ({}, ["[[model]] house", "finished", "hybrids", "more"])
    assert trained == ["house"]
    assert Lock.load(game).outputs["assets/forge/more.png"]["model"] == Lock.load(game).models["house"]["sha256"]


def test_a_changed_pack_trains_again_and_redraws_its_sheets_alone(game: Path, trained: list[str]) -> None:
    """The sheet of the model and the sheets of the sprite are stale; the others stay."""
    draw(game / "art/items/third.png", 40)
    told = Telling()
    assert build(game, reporter=told).exit_code == 0
    assert told.started == {
        "[[model]] house": ("art/items/third.png is new",),
        "more": ("model house changed",),
    }


def test_without_the_cache_nothing_is_trained_until_a_sheet_wants_it(game: Path, trained: list[str]) -> None:
    """The lock keeps the model's key and sha256, which suffice to say fresh."""
    shutil.rmtree(game / ".assetforge")
    assert build(game, Options(check=True)).exit_code == 0
    assert build(game, Options(frozen=True)).exit_code == 0
    assert trained == ["house"]
    (game / "assetforge.toml").write_text(MODELLED.replace("count = 3", "count = 4"))
    frozen = build(game, Options(frozen=True))
    assert (frozen.exit_code, frozen.wanted, trained) == (3, ["house"], ["house"])
    assert build(game).exit_code == 0
    assert trained == ["house", "house"]
    assert build(game, Options(check=True)).exit_code == 0


def test_frozen_never_trains(tmp_path: Path, trained: list[str]) -> None:
    """A missing model is exit code 3, its sheets wait, the others are built."""
    root = project(tmp_path, MODELLED)
    hole(root, "wip/knight.png", 5)
    result = build(root, Options(frozen=True))
    assert (result.exit_code, sorted(result.built), trained) == (3, ["finished", "hybrids"], [])
    assert result.stale["more"] == ("[[model]] house is wanted and not here",)


def test_an_altered_model_is_not_believed(game: Path, trained: list[str]) -> None:
    """A checkpoint that is not what was trained is trained again as soon as a sheet wants it."""
    (game / ".assetforge/models/house.safetensors").write_bytes(b"cut")
    (game / "assets/forge/more.png").unlink()
    assert build(game).exit_code == 0
    assert trained == ["house", "house"]


def test_a_model_that_fails_fails_its_sheets_alone(
    tmp_path: Path, trained: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error is the model's; its sheets say whom they wait for."""
    root = project(tmp_path, MODELLED)
    hole(root, "wip/knight.png", 5)
    (root / "art/items/bow.png").write_bytes(b"no image")
    monkeypatch.setattr(work, "_train", lambda job, report: work._read(Path(job.root), job.inputs["from"]))
    told = Telling()
    result = build(root, reporter=told)
    assert (result.exit_code, sorted(result.built)) == (1, ["finished"])
    assert told.errors["[[model]] house"][0].startswith('assetforge.toml:5 [[model]] "house" -> art/items/bow.png: ')
    assert told.errors["more"] == ['assetforge.toml:10 [[sheet]] "more": waits for [[model]] "house", which failed.']


def test_complete_keeps_every_known_pixel(game: Path) -> None:
    """Outside the holes each variant is the quantized sprite; a transparent pixel is known too."""
    (atlas,) = read(game / "assets/forge/finished.png")
    told = json.loads((game / "assets/forge/finished.json").read_text())
    palette = palette_of(told)
    knight, lizard = picture(5), picture(6)
    knight[:4], lizard[4:] = 0, 0
    known = dict(zip(("knight", "lizard"), quantize([Raster(knight), Raster(lizard)], palette), strict=True))
    for name, box in zip(names(game, "finished"), boxes(told["frames"]), strict=True):
        cell = atlas.rgba[box["y"] : box["y"] + box["h"], box["x"] : box["x"] + box["w"]]
        rows = slice(4, 8) if name.startswith("knight") else slice(0, 4)
        assert (cell[rows] == known[name.partition("-")[0]].rgba()[rows]).all()


def test_a_mask_is_an_input(game: Path) -> None:
    """Editing NAME.mask.png rebuilds the sheet of NAME.png."""
    (game / "art/wip/lizard.mask.png").write_bytes(png.write_rgba(picture(8)))
    assert build(game, Options(check=True)).stale == {"finished": ("art/wip/lizard.mask.png changed",)}


def test_a_mask_of_another_size_names_its_sprite(game: Path) -> None:
    """The trail leads to the sprite, the message has both sizes."""
    (game / "art/wip/lizard.mask.png").write_bytes(png.write_rgba(picture(8, (4, 4))))
    told = Telling()
    assert build(game, reporter=told).exit_code == 1
    trail = 'assetforge.toml:17 [[sheet]] "finished" -> art/wip/lizard.png'
    assert told.errors["finished"] == [f"{trail}: is 8 x 8 pixels, its mask is 4 x 4; make them equal."]


@pytest.mark.parametrize("sheet", ["more", "finished", "hybrids"])
def test_an_auto_palette_is_fitted_to_the_pack(game: Path, sheet: str) -> None:
    """auto:K gives at most K colors, all of the art that the sheet starts from or its model learnt from."""
    assert build(game, Options(palette="auto:3")).exit_code == 0
    colors = json.loads((game / f"assets/forge/{sheet}.json").read_text())["meta"]["palette"]["colors"]
    art = [picture(seed) for seed in (0, 1, 5, 6)]
    used = {"#" + bytes(pixel[:3]).hex() for rgba in art for pixel in rgba.reshape(-1, 4) if pixel[3]}
    assert 2 <= len(colors) <= 3
    assert set(colors) <= used


def test_the_bundled_base_model_is_an_input(
    tmp_path: Path, trained: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another base model redraws the sheets that draw with it."""
    base = tmp_path / "base.safetensors"
    base.write_bytes(b"one")
    monkeypatch.setattr(plan, "BASE", base)
    config = '[[sheet]]\nname = "a"\nkind = "generate"\npalette = "pico-8"\ncount = 1\nsize = [8, 8]\n'
    root = project(tmp_path / "game", config)
    assert build(root).exit_code == 0
    assert build(root).built == {}
    base.write_bytes(b"other")
    assert build(root, Options(check=True)).stale == {"a": ("model base changed",)}


def test_provenance_tells_everything_and_nothing_of_the_machine(game: Path) -> None:
    """Kind, seed, palette, inputs, model and its card are in the JSON; neither times nor absolute paths are."""
    text = (game / "assets/forge/more.json").read_text()
    told = json.loads(text)["meta"]["provenance"]
    assert {"tool", "version", "kind", "seed", "palette", "settings", "inputs", "model", "nearest"} <= told.keys()
    assert told["model"] == {"name": "house", "sha256": FakePrior.sha256, "card": FakePrior.card}
    assert str(game) not in text + (game / LOCK).read_text()


def test_files_of_one_stem_are_told_apart(tmp_path: Path) -> None:
    """Two folders may hold a sprite of one name: then the names tell the folders."""
    config = '[[sheet]]\nname = "a"\nkind = "quantize"\npalette = "pico-8"\nfrom = ["x/*.png", "y/*.png"]\n'
    root = project(tmp_path, config, ("x/orc.png", "y/orc.png", "y/elf.png"))
    assert build(root).exit_code == 0
    assert sorted(names(root, "a")) == ["elf", "x/orc", "y/orc"]


def test_difference_names_each_change_once() -> None:
    """Renames are one change, not two; what is equal is not named; settings show both values."""
    old = {"version": "1", "settings": {"seed": 1}, "inputs": {"a": "A", "b": "B", "c": "C"}, "palette": {"name": "p"}}
    new = {"version": "1", "settings": {"seed": 2}, "inputs": {"d": "A", "b": "X", "e": "E"}, "palette": {"name": "q"}}
    assert difference({**old, "format": 1}, {**new, "format": 1}, "never") == (
        "a was renamed to d",
        "e is new",
        "b changed",
        "c is gone",
        "seed: 1 -> 2",
        "palette: p -> q",
    )
    assert difference(None, new, "never") == ("never",)


def test_the_base_model_lies_where_the_models_say() -> None:
    """`plan` knows the path without loading torch; it is the one that `models.prior` reads."""
    from assetforge.models.prior import base_path

    assert plan.BASE.resolve() == base_path().resolve()


def test_everything_is_deterministic_with_models(game: Path, tmp_path: Path) -> None:
    """A clean build elsewhere gives the same bytes and the same lock."""
    shutil.copytree(game, tmp_path / "again", ignore=shutil.ignore_patterns("assets", ".assetforge", LOCK))
    first = tree(game, "assets")
    build(tmp_path / "again")
    assert tree(tmp_path / "again", "assets") == first
