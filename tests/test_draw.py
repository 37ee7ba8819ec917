"""`generate`, `complete` and `mix` at the prompt: files as promised, holes filled, errors in a line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from assetforge.cli import cli
from assetforge.cli.variadic import Variadic
from assetforge.formats import png, read
from assetforge.formats.palettes import load

PICO = {tuple(color) for color in load("pico-8", Path()).colors}


def call(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def face(path: Path, hole: bool = False) -> np.ndarray:
    """A 12 x 12 face of three colors, its lower left painted as a hole or not."""
    rgba = np.zeros((12, 12, 4), np.uint8)
    rgba[1:11, 1:11] = (40, 20, 60, 255)
    rgba[2:10, 2:10] = (230, 180, 120, 255)
    rgba[4, [4, 7]] = (255, 255, 255, 255)
    if hole:
        rgba[6:, :6] = (255, 0, 255, 255)
    path.write_bytes(png.write_rgba(rgba))
    return rgba


def colors(path: Path) -> set[tuple[int, ...]]:
    """Colors of the opaque pixels; half-transparent ones fail."""
    rgba = read(path)[0].rgba
    assert set(np.unique(rgba[..., 3])) <= {0, 255}
    return {tuple(color) for color in rgba[rgba[..., 3] == 255][:, :3].tolist()}


def test_generate_writes_a_sheet_or_a_folder(tmp_path: Path) -> None:
    """OUT in .png: a sheet with its JSON; else 0000.png and on; the same sprites, all in the palette."""
    options = ("-p", "pico-8", "-n", 3, "--seed", 5, "--size", "12x10", "--candidates", 2)
    assert call("generate", *options, "-o", tmp_path / "new.png").exit_code == 0
    assert call("generate", *options, "-o", tmp_path / "new").exit_code == 0
    facts = json.loads((tmp_path / "new.json").read_text())
    assert len(facts["frames"]) == 3
    assert facts["meta"]["provenance"]["model"]["name"] == "base"
    assert len(facts["meta"]["provenance"]["nearest"]) == 3
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["0000.png", "0001.png", "0002.png"]
    for path in (tmp_path / "new").iterdir():
        assert read(path)[0].size == (12, 10)
        assert colors(path) <= PICO


@pytest.mark.parametrize("way", ["color", "mask beside", "mask", "erase"])
def test_complete_changes_the_hole_alone(tmp_path: Path, way: str) -> None:
    """However the hole is told, every other pixel is the input's, color for color."""
    path = tmp_path / "face.png"
    rgba = face(path, hole=way == "color")
    where = np.zeros((12, 12), bool)
    where[6:, :6] = True
    extra: tuple[object, ...] = ()
    if way.startswith("mask"):
        white = np.where(where, 255, 0).astype(np.uint8)
        name = tmp_path / ("face.mask.png" if way == "mask beside" else "elsewhere.png")
        name.write_bytes(png.write_rgba(np.dstack([white, white, white, np.full_like(white, 255)])))
        extra = () if way == "mask beside" else ("--mask", name)
    elif way == "erase":
        extra = ("--erase", "0,6,6,6")
    result = call("complete", path, *extra, "--variants", 2, "-o", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert sorted(one.name for one in (tmp_path / "out").iterdir()) == ["face-2.png", "face.png"]
    for one in (tmp_path / "out").iterdir():
        assert np.array_equal(read(one)[0].rgba[~where], rgba[~where])
        assert (255, 0, 255) not in colors(one)


def test_complete_without_a_hole_says_how_to_make_one(tmp_path: Path) -> None:
    """A sprite with nothing to fill is an error that names the file."""
    face(tmp_path / "face.png")
    result = call("complete", tmp_path / "face.png", "-o", tmp_path / "out")
    assert result.exit_code != 0
    assert "face.png" in str(result.exception) and "--erase" in str(result.exception)


def test_mix_writes_the_grid_and_every_cell(tmp_path: Path) -> None:
    """Rows of sprites, columns of seeds: a sheet of rows x columns, and {row}-{col}.png beside it."""
    face(tmp_path / "face.png")
    result = call(
        "mix", "-p", "pico-8", "--rows", tmp_path / "face.png", "--col-seeds", "3,4", "-o", tmp_path / "grid.png"
    )
    assert result.exit_code == 0, result.output
    assert read(tmp_path / "grid.png")[0].size == (24, 12)
    assert sorted(path.name for path in (tmp_path / "grid").iterdir()) == ["face-3.png", "face-4.png"]
    assert colors(tmp_path / "grid.png") <= PICO


@pytest.mark.parametrize(
    "arguments",
    [
        ("generate", "-p", "pico-9", "-o", "x.png"),
        ("generate", "-p", "pico-8", "--size", "16", "-o", "x.png"),
        ("generate", "-p", "pico-8", "--size", "4x4", "-o", "x.png"),
        ("generate", "-p", "pico-8", "-o", "x.jpg"),
        ("generate", "-p", "pico-8", "-m", "nowhere.safetensors", "-o", "x.png"),
        ("complete", "nowhere.png", "-o", "x.png"),
        ("mix", "-p", "pico-8", "--row-seeds", "1", "-o", "x.png"),
        ("mix", "-p", "pico-8", "--row-seeds", "a", "--col-seeds", "1", "-o", "x.png"),
        ("mix", "-p", "pico-8", "--row-seeds", "1", "--col-seeds", "1", "--col-styles", "8-16", "-o", "x.png"),
        ("train", "nowhere.png", "-o", "x.safetensors"),
        ("train", "nowhere.png", "-o", "x.pt"),
    ],
)
def test_wrong_orders_end_in_a_line(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A usage or input error, never a traceback, and nothing is written."""
    from click import ClickException

    from assetforge.errors import AssetforgeError

    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, arguments, standalone_mode=False)
    assert isinstance(result.exception, ClickException | AssetforgeError), result.exception
    assert result.exception.exit_code in (1, 2)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_train_then_generate_with_the_model(tmp_path: Path) -> None:
    """A fine-tuned checkpoint is used like the bundled one, and the sheet names what it learnt from."""
    rng = np.random.default_rng(0)
    (tmp_path / "art").mkdir()
    for number in range(6):
        rgba = face(tmp_path / "art" / f"face{number}.png")
        rgba[rng.integers(2, 10), rng.integers(2, 10)] = (10, 200, 90, 255)
        (tmp_path / "art" / f"face{number}.png").write_bytes(png.write_rgba(rgba))
    model = tmp_path / "mine.safetensors"
    result = call("train", tmp_path / "art", "-o", model, "--steps", 2, "--quiet")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["art", "mine.safetensors"]
    result = call(
        "generate", "-m", model, "-p", "auto:4", "-n", 1, "--size", "12x12", "-o", tmp_path / "one.png", "--json"
    )
    assert result.exit_code == 0, result.output
    provenance = json.loads(result.stdout)["provenance"]
    assert set(provenance["model"]["learnt_from"]["sources"]) == {f"face{number}" for number in range(6)}
    assert provenance["model"]["learnt_from"]["base"]["name"] == "base"


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("--rows a b --cols c", "--rows a --rows b --cols c"),
        ("-p x --rows a -o out", "-p x --rows a -o out"),
        ("--rows=a b -o out", "--rows=a --rows b -o out"),
        ("--rows a --rows b", "--rows a --rows b"),
        ("--rows a -- b", "--rows a -- b"),
    ],
)
def test_options_of_many_values_take_them_in_one_go(given: str, meant: str) -> None:
    """As the contract writes them: --rows IMAGE…"""
    from assetforge.cli.draw import mix

    assert isinstance(mix, Variadic)
    assert mix.spread(given.split()) == meant.split()


def test_a_folder_after_sheets_is_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`build --only a b game` builds two sheets of the project in game/."""
    from assetforge.cli.build import build

    monkeypatch.chdir(tmp_path)
    (tmp_path / "game").mkdir()
    assert isinstance(build, Variadic)
    assert build.spread(["--only", "a", "b", "game"]) == ["--only", "a", "--only", "b", "game"]
    assert build.spread(["--only", "game"]) == ["--only", "game"]
