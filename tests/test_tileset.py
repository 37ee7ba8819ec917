"""`kind = "tileset"` and `assetforge tileset`: sheets, what they tell engines, and what cannot be."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from godot_text import Call
from godot_text import read as read_godot
from projects import project
from test_tiled_export import read_xml

from assetforge.build import build
from assetforge.cli import cli
from assetforge.exports import sheet_files
from assetforge.formats import png, read
from assetforge.outcome import Options, Silent
from assetforge.palette import Palette
from assetforge.sheet import Sheet, grid
from assetforge.sprite import Sprite
from assetforge.steps.tileset import SETS
from assetforge.terrain import LAYOUTS, described, tiles

PALETTE = Palette(((20, 60, 30), (60, 140, 60), (120, 200, 90), (10, 30, 90), (20, 90, 200), (90, 200, 240)), "shore")

CONFIG = """
[project]
source = "art"
output = "out"
palette = "endesga-32"
exports = ["tiled", "godot3"]

[[sheet]]
name = "shore"
kind = "tileset"
"""


def paint(path: Path, seed: int, size: tuple[int, int] = (16, 16), ramp: bool = False) -> None:
    """A texture of two colors; or a ramp that does not wrap across."""
    dice = np.random.default_rng(seed)
    colors = dice.integers(0, 256, (3, 3))
    picture = dice.integers(0, 2, size[::-1])
    if ramp:
        colors = np.array([(40, 40, 40), (120, 120, 120), (220, 220, 220)])
        picture = np.tile(np.arange(size[0]) * 3 // size[0], (size[1], 1))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(png.write_rgba(np.dstack([colors[picture], np.full(picture.shape, 255)]).astype(np.uint8)))


def call(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["tileset", *map(str, arguments)])


def sheet(layout: str, shape: tuple[int, int] = (12, 10)) -> Sheet:
    dice = np.random.default_rng(0)
    inner, outer = (
        Sprite((first + dice.integers(0, 3, shape)).astype(np.uint8), PALETTE, name)
        for first, name in ((1, "land"), (4, "sea"))
    )
    made = grid(tiles(inner, outer, layout, "land-sea"), "shore")
    return Sheet(made.name, made.atlas, made.frames, terrain=described(made, layout))


@pytest.mark.parametrize("keys", ['inner = "land.png"\nouter = "sea.png"', 'from = ["land.png", "sea.png"]'])
def test_a_build_makes_a_tileset(tmp_path: Path, keys: str) -> None:
    """48 tiles in a grid of 12, named by their masks; the JSON tells the neighbors of each; a second build is idle."""
    root = project(tmp_path, CONFIG + keys)
    paint(root / "art" / "land.png", 0, (16, 24))
    paint(root / "art" / "sea.png", 1, (16, 24))
    assert build(root, Options(), Silent()).exit_code == 0
    facts = json.loads((root / "out" / "shore.json").read_text())
    assert facts["meta"]["size"] == {"w": 12 * 16, "h": 4 * 24}
    told = facts["meta"]["terrain"]
    assert list(told["frames"]) == list(facts["frames"])
    assert told["frames"]["land-sea/255"] == {"center": 1, "around": [1] * 8}
    assert told["frames"]["land-sea/outer"] == {"center": 0, "around": [0] * 8}
    assert told["frames"]["land-sea/5"] == {"center": 1, "around": [1, 0, 1, 0, 0, 0, 0, 0]}
    assert (root / "out" / "shore.tileset.tres").exists()
    before = (root / "out" / "shore.png").read_bytes()
    assert not build(root, Options(), Silent()).built
    assert build(root, Options(force=True), Silent()).exit_code == 0
    assert (root / "out" / "shore.png").read_bytes() == before


def test_the_command_draws_what_the_sheet_does(tmp_path: Path) -> None:
    """The same PNG as a build; a folder of single tiles in place of a sheet; 16 tiles by their corners."""
    root = project(tmp_path / "game", CONFIG + 'inner = "land.png"\nouter = "sea.png"\nseed = 4')
    paint(root / "art" / "land.png", 0)
    paint(root / "art" / "sea.png", 1)
    assert build(root, Options(), Silent()).exit_code == 0
    both = root / "art" / "land.png", root / "art" / "sea.png"
    options = ("-p", "endesga-32", "--seed", 4)
    assert call(*both, *options, "-o", tmp_path / "shore.png").exit_code == 0
    assert (tmp_path / "shore.png").read_bytes() == (root / "out" / "shore.png").read_bytes()
    assert call(*both, *options, "-o", tmp_path / "single").exit_code == 0
    assert len(list((tmp_path / "single" / "land-sea").glob("*.png"))) == 48
    assert call(*both, *options, "--set", 16, "--format", "tiled", "-o", tmp_path / "wang.png").exit_code == 0
    assert read(tmp_path / "wang.png")[0].size == (64, 64)
    assert (tmp_path / "wang.tsx").exists()


def test_a_material_that_does_not_wrap_is_mended_or_kept(tmp_path: Path) -> None:
    """Mended it is told, and only where it does not; kept it is told, too, and every pixel stays."""
    paint(tmp_path / "ramp.png", 0, ramp=True)
    paint(tmp_path / "sea.png", 1)
    both = tmp_path / "ramp.png", tmp_path / "sea.png", "--edge", "none"
    kept = call(*both, "--seams", "keep", "-o", tmp_path / "kept.png")
    mended = call(*both, "-o", tmp_path / "mended.png")
    assert "edges that do not meet, kept: ramp along x" in kept.output
    assert "edges that do not meet, mended: ramp along x" in mended.output
    full = {}
    for name in ("kept", "mended"):
        facts = json.loads((tmp_path / f"{name}.json").read_text())
        assert facts["meta"]["provenance"]["seams"] == {"ramp": {"along": "x", "mended": name == "mended"}}
        box = facts["frames"]["ramp-sea/255"]["frame"]
        full[name] = read(tmp_path / f"{name}.png")[0].rgba[box["y"] :, box["x"] :][:16, :16]
    assert np.array_equal(full["kept"], read(tmp_path / "ramp.png")[0].rgba)
    assert np.array_equal(full["kept"][:, 2:-2], full["mended"][:, 2:-2])
    assert not np.array_equal(full["kept"], full["mended"])


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ("", "inner: a tileset needs an inner and an outer material"),
        ('inner = "land.png"', "outer: a tileset needs"),
        ('from = ["land.png"]', "from: give two files"),
        ('from = ["land.png", "sea.png"]\ninner = "land.png"', "from: give it, or inner and outer, not both"),
        ('inner = "*.png"\nouter = "sea.png"', '"*.png" means 3 files; a material is one tile'),
        ('inner = "land.png"\nouter = "small.png"', 'land.png: is 16x16 pixels, "art/small.png" is 9x16'),
        ('inner = "land.png"\nouter = "sea.png"\nlayout = "blob-48"', '"blob-47"'),
    ],
)
def test_what_cannot_be_is_said(tmp_path: Path, keys: str, fault: str) -> None:
    """In a line that names the file or the key, and the mend."""
    root = project(tmp_path, CONFIG + keys)
    paint(root / "art" / "land.png", 0)
    paint(root / "art" / "sea.png", 1)
    paint(root / "art" / "small.png", 1, (9, 16))
    done = CliRunner().invoke(cli, ["build", str(root)])
    said = done.output + str(done.exception)
    assert fault in said


def test_a_command_says_what_cannot_be(tmp_path: Path) -> None:
    """Two sizes, a missing file, a format for a folder, a format that is none."""
    paint(tmp_path / "land.png", 0)
    paint(tmp_path / "small.png", 1, (8, 16))
    said = {
        'land.png: is 16x16 pixels, "': (tmp_path / "land.png", tmp_path / "small.png", "-o", tmp_path / "o.png"),
        "no.png": (tmp_path / "land.png", tmp_path / "no.png", "-o", tmp_path / "o.png"),
        "is no sheet": (*(tmp_path / "land.png",) * 2, "--format", "tiled", "-o", tmp_path / "o"),
        "is no export": (*(tmp_path / "land.png",) * 2, "--format", "tile", "-o", tmp_path / "o.png"),
    }
    for fault, arguments in said.items():
        done = call(*arguments)
        assert done.exit_code != 0 and fault in str(done.exception), done.exception
        assert not (tmp_path / "o.png").exists() and not (tmp_path / "o").exists()


@pytest.mark.parametrize("layout", SETS)
def test_tiled_is_told_a_terrain(layout: str) -> None:
    """Both formats say the same; labels on a shared edge agree for all tiles that may stand side by side, and no two
    tiles have the same labels."""
    files = sheet_files(sheet(layout), {}, ["tiled"])
    facts = json.loads(files["shore.tsj"])
    assert read_xml(files["shore.tsx"]) == {key: value for key, value in facts.items() if key != "wangsets"}
    (wangset,) = facts["wangsets"]
    assert wangset["type"] == {"blob-47": "mixed", "wang-16": "corner"}[layout]
    found = {tile["tileid"]: tile["wangid"] for tile in wangset["wangtiles"]}
    flat = [mask for row in LAYOUTS[layout].rows for mask in row]
    assert len({tuple(one) for one in found.values()}) == len(found) == {"blob-47": 47, "wang-16": 16}[layout]
    assert set(range(len(flat))) - set(found) == ({flat.index(0)} if layout == "blob-47" else set())
    full = found[flat.index(255 if layout == "blob-47" else 15)]
    assert full == ([1] * 8 if layout == "blob-47" else [0, 1] * 4)
    for row in LAYOUTS["wang-16"].rows if layout == "wang-16" else ():
        for left, right in pairwise(row):
            one, other = found[flat.index(left)], found[flat.index(right)]
            assert (one[1], one[3]) == (other[7], other[5])


@pytest.mark.parametrize("layout", SETS)
def test_godot_3_is_told_a_bitmask(layout: str) -> None:
    """Every tile but the plain one has its bits, all different, in a mode that reads just those; the plain one is
    tile 1, and in a set of corners what is taken where no corner is inner."""
    told = read_godot(sheet_files(sheet(layout), {}, ["godot3"])["shore.tileset.tres"])
    assert told.head == {"type": "TileSet", "load_steps": 2, "format": 2}
    flags = told.properties["0/autotile/bitmask_flags"]
    places = {value.values: bits for value, bits in zip(flags[::2], flags[1::2], strict=True)}
    assert len(set(places.values())) == len(places) == {"blob-47": 47, "wang-16": 15}[layout]
    assert told.properties["0/autotile/bitmask_mode"] == {"blob-47": 1, "wang-16": 0}[layout]
    assert max(places.values()) == {"blob-47": 511, "wang-16": 1 + 4 + 64 + 256}[layout]
    assert told.properties["0/autotile/tile_size"] == Call("Vector2", (10, 12))
    x, y, width, height = told.properties["1/region"].values
    assert (width, height) == (10, 12) and told.properties["1/tile_mode"] == 0
    cell = (x // 10, y // 12)
    assert cell not in places
    icon = told.properties["0/autotile/icon_coordinate"].values
    assert icon == cell if layout == "wang-16" else places[icon] == 511


@pytest.mark.parametrize("layout", SETS)
def test_godot_4_is_told_peering_bits(layout: str) -> None:
    """Every tile has a terrain and the bits that its mode reads; no two tiles have all of them alike."""
    told = read_godot(sheet_files(sheet(layout), {}, ["godot4"])["shore.tileset.tres"])
    assert told.head == {"type": "TileSet", "load_steps": 3, "format": 3}
    assert told.properties["terrain_set_0/mode"] == {"blob-47": 0, "wang-16": 1}[layout]
    assert told.properties["tile_size"] == Call("Vector2i", (10, 12))
    source = told.inner[told.properties["sources/0"].values[0]]
    assert source["texture_region_size"] == Call("Vector2i", (10, 12))
    kept = {}
    for y, row in enumerate(LAYOUTS[layout].rows):
        for x, mask in enumerate(row):
            start = f"{x}:{y}/0"
            assert source[start] == 0 and source[f"{start}/terrain_set"] == 0
            peers = {key: value for key, value in source.items() if key.startswith(f"{start}/terrains_peering_bit/")}
            assert len(peers) == {"blob-47": 8, "wang-16": 4}[layout]
            kept[mask] = (source[f"{start}/terrain"], tuple(peers.values()))
    assert len(set(kept.values())) == len(kept)
    assert kept[{"blob-47": 255, "wang-16": 15}[layout]] == (0, (0,) * {"blob-47": 8, "wang-16": 4}[layout])


def test_other_sheets_tell_of_no_terrain() -> None:
    """Nothing of it stands in their files."""
    plain = grid([[Sprite(np.ones((8, 8), np.uint8), PALETTE, "a")]], "plain")
    files = sheet_files(plain, {}, ["tiled", "godot3", "godot4"])
    assert not [path for path in files if "tileset" in path]
    assert "terrain" not in json.loads(files["plain.json"])["meta"] and b"wangset" not in files["plain.tsx"]
