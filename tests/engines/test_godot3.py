"""Godot 3 shows every frame of a sheet as it was drawn: imported headless, and drawn in a window."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import Compared
from forged import PALETTES, Forged, Pixels, differing, forge
from godot_runs import export, play

from assetforge import formats
from assetforge import sheet as sheets
from assetforge.exports import sheet_files
from assetforge.palette import Palette
from assetforge.sprite import Sprite

GAME = Path(__file__).parent / "godot3"
OPTIONS = f"trim = true\npadding = 1\nextrude = 1\nswaps = {json.dumps(PALETTES[1:])}"


@pytest.fixture(scope="module")
def forged(tmp_path_factory: pytest.TempPathFactory) -> Forged:
    """The sheet in a project of Godot 3 whose path has spaces and letters of other scripts."""
    root = tmp_path_factory.mktemp("godot") / "Spiel für Ольга"
    shutil.copytree(GAME, root)
    made = forge(root, ("godot3",), options=OPTIONS)
    (root / "art" / ".gdignore").touch()
    return made


@pytest.fixture(scope="module")
def pack(forged: Forged, program: Callable[[str], str]) -> Path:
    """The exported game."""
    path = forged.root.parent / "game.pck"
    done = export(program("godot3-server"), forged.root, path)
    assert done.returncode == 0 and path.is_file(), done.stdout + done.stderr
    return path


def picture(path: Path, width: int, height: int, start: int = 0) -> Pixels:
    return np.fromfile(path, np.uint8, width * height * 4, offset=start).reshape(height, width, 4)


def test_imported_headless_every_frame_is_its_source(
    forged: Forged, pack: Path, program: Callable[[str], str], tmp_path: Path, compared: Compared
) -> None:
    """By its own name, by its place in `default` and in its animation, each frame is its source pixel by pixel; and an
    animation takes its time."""
    play(program("godot3-server"), pack, tmp_path / "out")
    facts = json.loads((tmp_path / "out" / "facts.json").read_text())
    shown = {
        name: [picture(tmp_path / "out" / "frames.rgba", *place) for place in facts["animations"][name]["frames"]]
        for name in facts["animations"]
    }
    names = list(json.loads((forged.output / "art.json").read_text())["frames"])
    assert set(shown) == {"default", *forged.tags, *forged.frames}
    pairs = [(forged.frames[name], shown[name]) for name in names]
    pairs += [(forged.frames[name], [shown["default"][place]]) for place, name in enumerate(names)]
    pairs += [
        (forged.frames[name], [shown[tag][at]]) for tag, each in forged.tags.items() for at, name in enumerate(each)
    ]
    assert all(len(found) == 1 for _, found in pairs)
    wrong = sum(differing(expected, found[0]) for expected, found in pairs)
    compared("Godot 3.2.3, headless", len(pairs), sum(expected[..., 0].size for expected, _ in pairs), wrong)
    for tag, each in forged.tags.items():
        animation = facts["animations"][tag]
        length = sum(forged.durations[name] for name in each)
        assert animation["loop"] and len(shown[tag]) / animation["speed"] * 1000 == pytest.approx(length)


def test_textures_come_through_exactly(
    forged: Forged, pack: Path, program: Callable[[str], str], tmp_path: Path, compared: Compared
) -> None:
    """Index texture and strip are imported bit by bit, transparent colors too, with neither filter nor mipmaps."""
    play(program("godot3-server"), pack, tmp_path / "out")
    facts = json.loads((tmp_path / "out" / "facts.json").read_text())
    wrong = pixels = 0
    for name, (width, height, flags) in facts["textures"].items():
        expected = formats.read(forged.output / name, name)[0].rgba
        found = picture(tmp_path / "out" / f"{name}.rgba", width, height)
        assert flags == 0 and expected.shape == found.shape
        wrong += int((expected != found).any(-1).sum())
        pixels += width * height
    compared("Godot 3.2.3, textures", len(facts["textures"]), pixels, wrong)
    assert set(facts["textures"]) == {"art.png", "art.index.png", "art.palette.png"}


@pytest.mark.parametrize("driver", ["GLES2", "GLES3"])
def test_in_a_window_every_frame_shows_in_every_palette(
    driver: str,
    forged: Forged,
    pack: Path,
    program: Callable[[str], str],
    display: str,
    tmp_path: Path,
    compared: Compared,
) -> None:
    """Drawn without a material each frame is its source; with the swap material, what a build in that palette gives."""
    play(program("godot3"), pack, tmp_path / "out", display, driver)
    facts = json.loads((tmp_path / "out" / "facts.json").read_text())
    assert facts["video"] == driver and tuple(facts["palettes"]) == PALETTES
    assert set(facts["places"]) == set(forged.frames)
    for row in range(-1, len(PALETTES)):
        expected = forged.frames if row < 0 else built(tmp_path / str(row), PALETTES[row])
        screen = picture(tmp_path / "out" / f"screen-{row}.rgba", 512, 512)
        wrong = pixels = 0
        for name, place in facts["places"].items():
            x, y, width, height = map(int, place)
            wrong += differing(expected[name], screen[y : y + height, x : x + width])
            pixels += width * height
        what = f"in {PALETTES[row]}" if row >= 0 else "no material"
        compared(f"Godot 3.2.3, {driver}, {what}", len(facts["places"]), pixels, wrong)


def built(root: Path, palette: str) -> dict[str, Pixels]:
    """What a build gives in another palette: each frame, cut out of the sheet."""
    made = forge(root, palette=palette)
    facts = json.loads((made.output / "art.json").read_text())
    atlas = formats.read(made.output / "art.png", "art")[0].rgba
    boxes = {name: frame["frame"] for name, frame in facts["frames"].items()}
    return {name: atlas[b["y"] : b["y"] + b["h"], b["x"] : b["x"] + b["w"]] for name, b in boxes.items()}


def test_any_name_and_ten_thousand_sprites(program: Callable[[str], str], tmp_path: Path, compared: Compared) -> None:
    """A sprite of a single pixel, names that no identifier could be, tags that overlap, and 10,000 sprites load."""
    root = tmp_path / "game"
    shutil.copytree(GAME, root)
    odd = [
        'a"b',
        "c\\d",
        "two\nlines",
        "лиса",
        "comma, and: colon",
        "a/b",
        "default ",
        "it's",
        "[x]",
        "{y}",
        "$z %s",
        "\t",
    ]
    palette = Palette(((10, 20, 30), (200, 100, 50)), "two")
    pixels = np.random.default_rng(1).integers(0, 3, (10_000, 2, 2), dtype=np.uint8)
    names = [*odd, *(f"{number:05d}" for number in range(len(odd), len(pixels)))]
    sprites = [Sprite(each, palette, name) for each, name in zip(pixels, names, strict=True)]
    sprites[0] = Sprite(pixels[0][:1, :1], palette, odd[0])
    sheet = sheets.pack(sprites, "art", trim=True)
    sheet = replace(sheet, tags=(sheets.Tag("one", 3, 6), sheets.Tag("two", 5, 8), sheets.Tag('"', 0, 1)))
    (root / "assets" / "forge").mkdir(parents=True)
    for name, data in sheet_files(sheet, {}, ["godot3"]).items():
        (root / "assets" / "forge" / name).write_bytes(data)
    done = export(program("godot3-server"), root, tmp_path / "game.pck")
    assert done.returncode == 0, done.stderr
    play(program("godot3-server"), tmp_path / "game.pck", tmp_path / "out")
    facts = json.loads((tmp_path / "out" / "facts.json").read_text())
    assert set(facts["animations"]) == {"default", "one", "two", '"', *names}
    assert [len(facts["animations"][tag]["frames"]) for tag in ("one", "two")] == [4, 4]
    data = np.fromfile(tmp_path / "out" / "frames.rgba", np.uint8)
    wrong = seen = 0
    for sprite in sprites:
        ((width, height, start),) = facts["animations"][sprite.name]["frames"]
        found = data[int(start) : int(start + width * height * 4)].reshape(sprite.rgba().shape)
        wrong += differing(sprite.rgba(), found)
        seen += found[..., 0].size
    compared("Godot 3.2.3, 10,000 sprites", len(sprites), seen, wrong)
