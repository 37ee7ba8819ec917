"""What a sheet becomes on disk: the files themselves, their facts, their bytes."""

from __future__ import annotations

import difflib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from assetforge import __version__
from assetforge.errors import ConfigError
from assetforge.exports import EXPORTS, load, sheet_files
from assetforge.formats import png
from assetforge.palette import Palette
from assetforge.sheet import Sheet, cut, pack
from assetforge.sprite import Sprite

GOLDEN = Path(__file__).parent / "golden"
PROVENANCE = {"sheet": "monsters", "seed": 7, "inputs": {"orc.png": "00ff"}}


def monsters() -> Sheet:
    """Two stills and an animation, drawn by hand, trimmed and padded."""
    palette = Palette(((26, 28, 44), (177, 62, 83), (255, 205, 117), (56, 183, 100)), "little")
    drawings = {
        "orc": [".44.", "4114", ".44.", ".22."],
        "eye": ["......", "..33..", ".3113.", "..33.."],
        "slime-0": ["....", ".44.", "4444"],
        "slime-1": [".44.", ".44.", ".44."],
    }
    return pack(
        [
            Sprite(
                np.array([[0 if c == "." else int(c) for c in row] for row in rows], np.uint8),
                palette,
                f"monsters/{name}",
                150 if "-" in name else 100,
                "slime" if "-" in name else "",
            )
            for name, rows in drawings.items()
        ],
        "monsters",
        padding=1,
        extrude=1,
        trim=True,
    )


def blanked(data: bytes) -> list[str]:
    return data.decode().replace(f'"{__version__}"', '"VERSION"').splitlines(keepends=True)


@pytest.mark.parametrize("export", EXPORTS)
def test_text_is_as_it_was(export: str) -> None:
    """What an export writes changes only on purpose: it equals the golden file, versions in text blanked."""
    folder = GOLDEN / export if (GOLDEN / export).is_dir() else GOLDEN
    for name, data in load(export)().files(monsters(), PROVENANCE).items():
        if b"\0" in data:
            assert data == (folder / name).read_bytes(), f"{name} is no text; what it holds has tests of its own"
            continue
        golden = (folder / name).read_text("utf-8").splitlines(keepends=True)
        assert not list(difflib.unified_diff(golden, blanked(data), str(folder / name), name))


@pytest.mark.parametrize("name", ["monsters.png", "monsters.index.png", "monsters.palette.png"])
def test_pictures_are_as_they_were(name: str, tmp_path: Path) -> None:
    """Pixels equal the golden picture's; where they do not, both are left side by side."""
    data = sheet_files(monsters(), PROVENANCE)[name]
    expected, actual = (png.read(each, "x")[0].rgba for each in ((GOLDEN / name).read_bytes(), data))
    if expected.shape != actual.shape or (expected != actual).any():
        (tmp_path / f"actual-{name}").write_bytes(data)
        (tmp_path / f"expected-{name}").write_bytes((GOLDEN / name).read_bytes())
        pytest.fail(f"compare the two in {tmp_path}")


def test_the_json_finds_the_sprites_in_the_picture() -> None:
    """With the files alone, each sprite can be cut out of NAME.png and put together again."""
    sheet = monsters()
    files = sheet_files(sheet, PROVENANCE)
    facts = json.loads(files["monsters.json"])
    atlas = png.read(files[facts["meta"]["image"]], "x")[0].rgba
    assert {"w": atlas.shape[1], "h": atlas.shape[0]} == facts["meta"]["size"]
    for sprite in cut(sheet):
        fact = facts["frames"][sprite.name]
        place, inner = fact["frame"], fact["spriteSourceSize"]
        whole = np.zeros((fact["sourceSize"]["h"], fact["sourceSize"]["w"], 4), np.uint8)
        whole[inner["y"] : inner["y"] + inner["h"], inner["x"] : inner["x"] + inner["w"]] = atlas[
            place["y"] : place["y"] + place["h"], place["x"] : place["x"] + place["w"]
        ]
        assert (sprite.rgba() == whole).all()
        assert sprite.duration == fact["duration"]
        assert fact["trimmed"] == (place["w"] < whole.shape[1] or place["h"] < whole.shape[0])


def test_the_json_tells_animations_palette_and_provenance() -> None:
    """Tags stand as Aseprite and as PixiJS want them; the palette in index order; provenance as given."""
    facts = json.loads(sheet_files(monsters(), PROVENANCE)["monsters.json"])
    meta = facts["meta"]
    assert meta["frameTags"] == [{"name": "slime", "from": 2, "to": 3, "direction": "forward"}]
    assert facts["animations"] == {"slime": ["monsters/slime-0", "monsters/slime-1"]}
    assert list(facts["frames"])[2:] == facts["animations"]["slime"]
    colors = ["#1a1c2c", "#b13e53", "#ffcd75", "#38b764"]
    assert meta["palette"] == {"name": "little", "colors": colors, "transparent": 0}
    assert meta["provenance"] == PROVENANCE


def test_the_json_tells_how_often_a_tag_plays() -> None:
    """An animation that ends has its repeat, in letters as Aseprite's has; one without end has none."""
    palette = Palette(((1, 2, 3), (4, 5, 6)))
    sprites = [
        Sprite(np.ones((1, 1), np.uint8), palette, f"{tag}-0", 100, tag, "pingpong", repeat)
        for tag, repeat in (("hit", 2), ("walk", 0))
    ]
    tags = json.loads(sheet_files(pack(sprites, "x"), {})["x.json"])["meta"]["frameTags"]
    assert [(tag["direction"], tag.get("repeat")) for tag in tags] == [("pingpong", "2"), ("pingpong", None)]


def test_textures_for_shaders_rebuild_the_sheet() -> None:
    """Looking each index of NAME.index.png up in NAME.palette.png gives NAME.png."""
    files = sheet_files(monsters(), PROVENANCE)
    index = png.read(files["monsters.index.png"], "x")[0].rgba[..., 0]
    strip = png.read(files["monsters.palette.png"], "x")[0].rgba
    assert (strip[0][index] == png.read(files["monsters.png"], "x")[0].rgba).all()


def test_the_same_sheet_gives_the_same_bytes() -> None:
    """A fresh interpreter with another hash seed writes every file byte for byte."""
    code = "import test_exports as t, hashlib\nfor n, d in t.sheet_files(t.monsters(), t.PROVENANCE).items():"
    code += " print(n, hashlib.sha256(d).hexdigest())"
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1
    assert "monsters.index.png" in told.pop()


def test_unusual_names_make_valid_json() -> None:
    """Quotes, other scripts and names that are no UTF-8 on disk are still JSON in UTF-8."""
    names = ['a"b\\c', "лиса", "\udcff"]
    sprites = [Sprite(np.ones((1, 1), np.uint8), Palette(((1, 2, 3), (4, 5, 6))), name) for name in names]
    assert names == list(json.loads(sheet_files(pack(sprites, "x"), {})["x.json"].decode("utf-8"))["frames"])


def test_four_files_are_always_there() -> None:
    """Picture, JSON, index texture and palette strip are written whatever exports are asked for, or none."""
    always = {f"monsters{ending}" for ending in (".png", ".json", ".index.png", ".palette.png")}
    assert set(sheet_files(monsters(), {})) == always
    assert all(always < set(sheet_files(monsters(), {}, [name])) for name in EXPORTS if name != "json")


def test_unknown_exports_are_named() -> None:
    """An export that does not exist is refused with the nearest that does."""
    with pytest.raises(ConfigError, match='did you mean "json"'):
        sheet_files(monsters(), {}, ["jsn"])


def test_exports_load_neither_numpy_nor_pillow() -> None:
    """Loading every export costs nothing."""
    code = "import sys\nfrom assetforge.exports import EXPORTS, load\nfor name in EXPORTS: load(name)\n"
    code += "print({'numpy', 'PIL'} & set(sys.modules))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stderr
