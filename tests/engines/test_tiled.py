"""In the real Tiled: its rasterizer draws maps of every tile, and its converter tells what it has read."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable
from dataclasses import replace
from math import ceil
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import numpy as np
import pytest
from conftest import Compared
from forged import Forged, Pixels, differing, forge

from assetforge import formats
from assetforge.build import build
from assetforge.exports import sheet_files
from assetforge.formats import palettes
from assetforge.outcome import Options, Silent
from assetforge.sheet import Sheet, Tag, cut, pack
from assetforge.sprite import Sprite

Run = Callable[..., None]


@pytest.fixture
def run(program: Callable[[str], str], tmp_path: Path) -> Run:
    """Runs one of Tiled's programs, without a window."""

    def start(name: str, *arguments: object) -> None:
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(tmp_path / "config")}
        command = [program(name), *map(str, arguments)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr

    return start


def tileset(path: Path) -> dict[str, Any]:
    """The tiles of a .tsx by their names: id and animation."""
    found = {}
    for tile in ET.parse(path).getroot().iter("tile"):
        told = {each.get("name"): each.get("value") for each in tile.iter("property")}
        found[told["name"]] = {"id": int(str(tile.get("id"))), **told}
    return found


def draw(run: Run, file: Path, tiles: Iterable[int], cell: int, *options: object) -> list[Pixels]:
    """What the rasterizer makes of a map with each tile in a cell of its own, the cells in the order of the tiles."""
    tiles = list(tiles)
    rows = ceil(len(tiles) / 10)
    values = ",".join(str(tiles[place] + 1 if place < len(tiles) else 0) for place in range(10 * rows))
    folder = file.parent
    (folder / "map.tmx").write_text(
        f'<map version="1.8" orientation="orthogonal" renderorder="right-down" width="10" height="{rows}" '
        f'tilewidth="{cell}" tileheight="{cell}" infinite="0" nextlayerid="2" nextobjectid="1">\n'
        f' <tileset firstgid="1" source={quoteattr(file.name)}/>\n'
        f' <layer id="1" name="all" width="10" height="{rows}"><data encoding="csv">{values}</data></layer>\n</map>\n'
    )
    run("tmxrasterizer", *options, folder / "map.tmx", folder / "map.png")
    picture = formats.read(folder / "map.png", "map")[0].rgba
    corners = ((place // 10 * cell, place % 10 * cell) for place in range(len(tiles)))
    return [picture[y : y + cell, x : x + cell] for y, x in corners]


def in_cell(frame: Pixels, cell: int) -> Pixels:
    """A tile stands in the lower left of a cell."""
    whole = np.zeros((cell, cell, 4), np.uint8)
    whole[cell - frame.shape[0] :, : frame.shape[1]] = frame
    return whole


def compare(run: Run, file: Path, tiles: dict[str, Any], frames: dict[str, Pixels]) -> tuple[int, int, int]:
    """How many frames, pixels and differing pixels."""
    assert set(tiles) == set(frames)
    cell = max(max(frame.shape) for frame in frames.values())
    cells = draw(run, file, [tile["id"] for tile in tiles.values()], cell)
    pairs = zip(tiles, cells, strict=True)
    wrong = sum(differing(in_cell(frames[name], cell), drawn) for name, drawn in pairs)
    return len(frames), sum(frame[..., 0].size for frame in frames.values()), wrong


def small(forged: Forged) -> Forged:
    """The same without the large sprites, so that all are of one size; built again."""
    toml = forged.root / "assetforge.toml"
    toml.write_text(toml.read_text().replace("**/*.*", "{heroes,items,monsters,tiles}/*.*"))
    assert build(forged.root, Options(), Silent()).exit_code == 0
    return replace(forged, frames={name: frame for name, frame in forged.frames.items() if len(frame) == 16})


@pytest.mark.parametrize("options", ["", "padding = 3\nextrude = 2", "padding = 1\npower_of_two = true"])
def test_tiled_draws_a_sheet_of_one_size(options: str, run: Run, compared: Compared, tmp_path: Path) -> None:
    """From NAME.png itself, by margin and spacing, every tile is its source; from .tsx and from .tsj."""
    forged = small(forge(tmp_path / "a höhle", exports=("tiled",), options=options))
    assert not (forged.output / "art.tiles").exists()
    tiles = tileset(forged.output / "art.tsx")
    for ending in ("tsx", "tsj"):
        counts = compare(run, forged.output / f"art.{ending}", tiles, forged.frames)
        compared(f"tiled 1.8, .{ending} of one picture ({options.replace(chr(10), ', ') or 'plain'})", *counts)


@pytest.mark.parametrize("options", ["", "padding = 1\nextrude = 1\ntrim = true"])
def test_tiled_draws_a_sheet_of_several_sizes(options: str, run: Run, compared: Compared, tmp_path: Path) -> None:
    """From single pictures, every tile is its source, whole; from .tsx and from .tsj."""
    forged = forge(tmp_path, exports=("tiled",), options=options)
    assert len(list((forged.output / "art.tiles").iterdir())) == len(forged.frames)
    tiles = tileset(forged.output / "art.tsx")
    for ending in ("tsx", "tsj"):
        counts = compare(run, forged.output / f"art.{ending}", tiles, forged.frames)
        compared(f"tiled 1.8, .{ending} of single pictures ({'trimmed' if options else 'plain'})", *counts)


def test_tiled_plays_every_animation(run: Run, compared: Compared, tmp_path: Path) -> None:
    """As time goes on, the tile of each animation shows frame after frame."""
    forged = small(forge(tmp_path, exports=("tiled",)))
    tiles = tileset(forged.output / "art.tsx")
    played = {tile["animation"]: tile["id"] for tile in tiles.values() if "animation" in tile}
    assert set(played) == set(forged.tags)
    assert all(tiles[name]["tag"] == tag for tag, names in forged.tags.items() for name in names)
    frames = wrong = 0
    for step in range(5):
        cells = draw(run, forged.output / "art.tsx", played.values(), 16, "--advance-animations", 120 * step + 60)
        for tag, cell in zip(played, cells, strict=True):
            names = forged.tags[tag]
            assert {forged.durations[name] for name in names} == {120}
            wrong += differing(forged.frames[names[step % len(names)]], cell)
            frames += 1
    compared("tiled 1.8, animations", frames, frames * 16 * 16, wrong)


@pytest.mark.parametrize("one_size", [True, False])
def test_tiled_reads_all_that_is_written(one_size: bool, run: Run, tmp_path: Path) -> None:
    """What Tiled itself writes, having read .tsx or .tsj, holds each fact of ours and no other."""
    forged = forge(tmp_path, exports=("tiled",), options="padding = 1\nextrude = 1")
    output = (small(forged) if one_size else forged).output
    ours = sorted_properties(json.loads((output / "art.tsj").read_text()))
    for ending in ("tsx", "tsj"):
        run("tiled", "--export-tileset", "json", output / f"art.{ending}", output / "read.json")
        read = json.loads((output / "read.json").read_text())
        assert read.pop("tiledversion").startswith("1.8")
        assert ours == sorted_properties(read)


def sorted_properties(facts: dict[str, Any]) -> dict[str, Any]:
    for tile in facts["tiles"]:
        tile["properties"].sort(key=lambda each: each["name"])
    return facts


def written(root: Path, sheet: Sheet) -> tuple[Path, dict[str, Pixels]]:
    """The files of a sheet, as a build would leave them: its .tsx; and its frames."""
    for path, data in sheet_files(sheet, {}, ["tiled"]).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return root / f"{sheet.name}.tsx", {sprite.name: sprite.rgba() for sprite in cut(sheet)}


def sprites(names: Iterable[str], sizes: int) -> list[Sprite]:
    """Of as many sizes, each of one color."""
    palette = palettes.load("endesga-32")
    shapes = [(3 + place % sizes, 4 + place % sizes) for place in range(10)]
    return [
        Sprite(np.full(shapes[place % 10], 1 + place % 30, np.uint8), palette, name) for place, name in enumerate(names)
    ]


@pytest.mark.parametrize("sizes", [1, 3])
def test_tiled_reads_any_name(sizes: int, run: Run, compared: Compared, tmp_path: Path) -> None:
    """Quotes, ampersands, line ends, names of devices, names that only capitals tell apart; tags that overlap; what XML
    cannot hold stands there escaped."""
    names = ['a"b', "<&>", "two\nlines", "лиса", "con", "a/b", "a_b", "A_B", "..", "\udcff", "nul\0", "x" * 200]
    tags = (Tag("one", 0, 3), Tag("two & <three>", 0, 5, "pingpong"), Tag("alone", 4, 4))
    sheet = replace(pack(sprites(names, sizes), "über.sheet", extrude=1), tags=tags)
    file, frames = written(tmp_path, sheet)
    told = {name: name.replace("\udcff", "\\udcff").replace("\0", "\\u0000") for name in names}
    tiles = tileset(file)
    compared("tiled 1.8, unusual names", *compare(run, file, tiles, {told[name]: frames[name] for name in names}))
    assert [tiles[told[name]].get("animation") for name in names[:3]] == ["one", "two & <three>", None]
    assert tiles["con"]["tag"] == "two & <three>, alone"


def test_tiled_takes_one_pixel_and_many(run: Run, compared: Compared, tmp_path: Path) -> None:
    """A sheet of one sprite of one pixel, and one of 10,000 sprites."""
    palette = palettes.load("endesga-32")
    dot = pack([Sprite(np.ones((1, 1), np.uint8), palette, "dot")], "dot", padding=1, extrude=1)
    many = pack(sprites(map(str, range(10_000)), 1), "many", padding=1)
    for sheet in (dot, many):
        file, frames = written(tmp_path / sheet.name, sheet)
        compared(f"tiled 1.8, {len(frames)} tiles", *compare(run, file, tileset(file), frames))


def test_a_map_outlives_new_sprites(run: Run, compared: Compared, tmp_path: Path) -> None:
    """With `stable`, tiles keep their numbers when sprites are added before and between them, while the picture is as
    wide: a map shows the same."""
    forged = small(forge(tmp_path, exports=("tiled",), options="extrude = 1"))
    with (forged.root / "assetforge.toml").open("a") as config:
        config.write("stable = true\n")
    before = tileset(forged.output / "art.tsx")
    heroes = forged.root / "art" / "heroes"
    for name in ("aaa.png", "llama.png", *(f"m{number}.png" for number in range(10))):
        shutil.copy(heroes / "knight.png", heroes / name)
    assert build(forged.root, Options(), Silent()).exit_code == 0
    after = tileset(forged.output / "art.tsx")
    assert len(after) == len(before) + 12
    assert {name: after[name] for name in before} == before
    compared("tiled 1.8, after 12 new sprites", *compare(run, forged.output / "art.tsx", before, forged.frames))


def test_a_sheet_is_moved_with_its_folder(run: Run, compared: Compared, tmp_path: Path) -> None:
    """Nothing in a tileset names where it was built: elsewhere, under another folder's name, it is drawn the same."""
    forged = forge(tmp_path, exports=("tiled",))
    shutil.move(forged.output, tmp_path / "else where")
    file = tmp_path / "else where" / "art.tsx"
    compared("tiled 1.8, moved", *compare(run, file, tileset(file), forged.frames))
