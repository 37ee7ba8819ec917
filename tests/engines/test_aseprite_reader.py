"""An exported Aseprite file, as another reader sees it (npm's ase-parser), and as a sheet's source."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Compared
from forged import Forged, differing, forge

from assetforge import formats
from assetforge.build import build
from assetforge.exports.aseprite import Aseprite
from assetforge.outcome import Options, Silent
from assetforge.palette import Palette
from assetforge.sheet import pack
from assetforge.sprite import DIRECTIONS, Sprite

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def forged(tmp_path_factory: pytest.TempPathFactory) -> Forged:
    """The sheet, trimmed and padded, which an Aseprite file is not."""
    return forge(tmp_path_factory.mktemp("forged"), ("aseprite",), options="padding = 1\nextrude = 1\ntrim = true")


def parsed(node: Callable[[str], str], path: Path) -> dict[str, Any]:
    """The file as ase-parser sees it."""
    command = [node("ase-parser"), str(HERE / "read_aseprite.cjs"), str(path)]
    facts: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return facts


def drawn(facts: dict[str, Any], frame: dict[str, Any]) -> np.ndarray:
    """A frame of it, shape (H, W, 4), its cels drawn one over the other."""
    table = np.array(facts["colors"], np.uint8)
    table[facts["paletteIndex"], 3] = 0
    canvas = np.zeros((facts["height"], facts["width"], 4), np.uint8)
    for cel in frame["cels"]:
        pixels = np.frombuffer(base64.b64decode(cel["data"]), np.uint8).reshape(cel["h"], cel["w"])
        place = canvas[cel["y"] : cel["y"] + cel["h"], cel["x"] : cel["x"] + cel["w"]]
        np.copyto(place, table[pixels], where=table[pixels][..., 3:] > 0)
    return canvas


def test_another_reader_sees_the_same(forged: Forged, node: Callable[[str], str], compared: Compared) -> None:
    """Every frame's pixels are its source's, in the sheet's own palette, with its duration and its tag."""
    facts = parsed(node, forged.output / "art.aseprite")
    sheet = json.loads((forged.output / "art.json").read_text())
    assert (facts["colorDepth"], facts["paletteIndex"], facts["colors"][0]) == (8, 0, [0, 0, 0, 0])
    assert ["#{:02x}{:02x}{:02x}".format(*color) for color in facts["colors"][1:]] == sheet["meta"]["palette"]["colors"]
    assert facts["numColors"] == len(facts["colors"]) and facts["colorProfile"]["type"] == "sRGB"
    assert [(layer["name"], layer["opacity"]) for layer in facts["layers"]] == [("sprites", 255)]
    names = list(sheet["frames"])
    assert facts["numFrames"] == len(facts["frames"]) == len(names)
    differences = pixels = 0
    for name, frame in zip(names, facts["frames"], strict=True):
        expected = forged.frames[name]
        assert frame["duration"] == forged.durations[name]
        whole = np.zeros((facts["height"], facts["width"], 4), np.uint8)
        whole[: expected.shape[0], : expected.shape[1]] = expected
        differences += differing(whole, drawn(facts, frame))
        pixels += whole.shape[0] * whole.shape[1]
    assert {tag["name"]: names[tag["from"] : tag["to"] + 1] for tag in facts["tags"]} == forged.tags
    compared("aseprite file, read by ase-parser", len(names), pixels, differences)


def test_another_reader_sees_how_tags_play(tmp_path: Path, node: Callable[[str], str]) -> None:
    """Direction and repeat of each tag, in palettes of 2 and of 255 colors, and the tag of a single 1x1 sprite."""
    for colors in (2, 255):
        palette = Palette(tuple((value, 0, 255 - value) for value in range(colors)))
        for count in (1, 4):
            sprites = [
                Sprite(np.array([[colors]], np.uint8), palette, f"s{n}", 7 + n, f"t{n}", DIRECTIONS[n], n)
                for n in range(count)
            ]
            path = tmp_path / "x.aseprite"
            path.write_bytes(Aseprite().files(pack(sprites, "x"), {})["x.aseprite"])
            facts = parsed(node, path)
            ways = ["Forward", "Reverse", "Ping-pong", "Ping-pong Reverse"][:count]
            assert [(f"t{n}", n, n, ways[n], n) for n in range(count)] == [
                (tag["name"], tag["from"], tag["to"], tag["animDirection"], tag["repeat"]) for tag in facts["tags"]
            ]
            assert [drawn(facts, frame)[0, 0].tolist() for frame in facts["frames"]] == [
                [colors - 1, 0, 256 - colors, 255]
            ] * count


def test_a_sheet_that_comes_back_builds_the_same_sheet(forged: Forged, tmp_path: Path, compared: Compared) -> None:
    """Dropped into another project's art, the exported file alone makes the same sheet: only its provenance differs."""
    (tmp_path / "art").mkdir()
    shutil.copy(forged.root / "assetforge.toml", tmp_path)
    shutil.copy(forged.output / "art.aseprite", tmp_path / "art" / "drawn on.aseprite")
    assert build(tmp_path, Options(), Silent()).exit_code == 0
    back = tmp_path / "assets" / "forge"
    ours, theirs = (json.loads((folder / "art.json").read_text()) for folder in (forged.output, back))
    assert ours["meta"].pop("provenance") != theirs["meta"].pop("provenance")
    assert ours == theirs
    pictures = [formats.read(folder / "art.png", "art")[0].rgba for folder in (forged.output, back)]
    size = pictures[0].shape[0] * pictures[0].shape[1]
    compared("aseprite file, built again", len(ours["frames"]), size, differing(*pictures))
    for name in ("art.index.png", "art.palette.png", "art.aseprite"):
        assert (back / name).read_bytes() == (forged.output / name).read_bytes()
