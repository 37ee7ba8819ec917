"""`assetforge pack`, and where commands put their sprites."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from assetforge.cli import cli
from assetforge.destination import write_sprites
from assetforge.errors import AssetforgeError, ConfigError, InputError, OutputError
from assetforge.formats import png
from assetforge.palette import Palette
from assetforge.sprite import Sprite

SOURCES = Path(__file__).parents[2] / "shared" / "data" / "packs"


@pytest.fixture
def art(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two RGBA sprites of three colors, in a folder that is the working folder's."""
    monkeypatch.chdir(tmp_path)
    for index, name in enumerate(("orc", "elf")):
        rgba = np.zeros((4, 3, 4), np.uint8)
        rgba[1:3, 1] = [[200, 0, 0, 255], [index, 10, 20, 255]]
        path = tmp_path / "art" / f"{name}.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(png.write_rgba(rgba))
    return tmp_path / "art"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["pack", *arguments])


def sprite(name: str) -> Sprite:
    return Sprite(np.ones((2, 2), np.uint8), Palette(((1, 2, 3), (4, 5, 6))), name)


def test_pack_keeps_every_color(art: Path) -> None:
    """Cut at its frames, the sheet shows each sprite exactly; the JSON names sources and settings."""
    result = run("art", "-o", "out/sheet.png", "--padding", "1", "--trim", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {"sprites": 2, "colors": 3, "files": ["out/sheet.png", "out/sheet.json"]}
    atlas = png.read(Path("out/sheet.png").read_bytes(), "x")[0].rgba
    facts = json.loads(Path("out/sheet.json").read_text())
    for name in ("orc", "elf"):
        whole = np.zeros((4, 3, 4), np.uint8)
        place, inner = facts["frames"][name]["frame"], facts["frames"][name]["spriteSourceSize"]
        whole[inner["y"] : inner["y"] + inner["h"], inner["x"] : inner["x"] + inner["w"]] = atlas[
            place["y"] : place["y"] + place["h"], place["x"] : place["x"] + place["w"]
        ]
        assert (png.read((art / f"{name}.png").read_bytes(), "x")[0].rgba == whole).all()
    settings = facts["meta"]["provenance"]["settings"]
    assert settings | {"padding": 1, "extrude": 0, "trim": True} == settings
    assert list(facts["meta"]["provenance"]["inputs"]) == ["elf", "orc"]


def test_pack_swaps_palettes(art: Path) -> None:
    """With --swap there are an index texture and a strip with a row for each palette, named in the JSON."""
    assert run("art", "-o", "s.png", "--swap", "pico-8", "--swap", "mine.hex").exit_code
    Path("mine.hex").write_text("000000\nffffff\n")
    result = run("art", "-o", "s.png", "--swap", "pico-8", "--swap", "mine.hex", "--json")
    assert json.loads(result.stdout)["files"] == ["s.png", "s.index.png", "s.palette.png", "s.json"]
    assert [each["name"] for each in json.loads(Path("s.json").read_text())["meta"]["palettes"]] == [
        "s",
        "pico-8",
        "mine",
    ]
    assert png.read(Path("s.palette.png").read_bytes(), "x")[0].rgba.shape == (3, 4, 4)
    assert "pico-8" in str(fails("art", "-o", "s.png", "--swap", "pico8"))
    Path("pico-8.hex").write_text("000000\nffffff\n")
    assert "two palettes" in str(fails("art", "-o", "s.png", "--swap", "pico-8", "--swap", "pico-8.hex"))


def test_pack_makes_pages_whose_sprites_stay(art: Path) -> None:
    """What one page does not hold goes to the next; --stable leaves every sprite where the sheet there has it."""
    for number in range(3, 13):
        Path(f"art/{number}.png").write_bytes(png.write_rgba(np.full((5, number, 4), 255, np.uint8)))
    options = ("--max-size", "16", "--stable", "--power-of-two")
    assert run("art", "-o", "s.png", *options).exit_code == 0
    names = ["s.json", *json.loads(Path("s.json").read_text())["meta"]["related_multi_packs"]]
    assert names == ["s.json", "s-2.json"]
    before = {name: json.loads(Path(name).read_text())["frames"] for name in names}
    Path("art/0.png").write_bytes(png.write_rgba(np.full((5, 8, 4), 255, np.uint8)))
    result = run("art", "-o", "s.png", *options, "--json")
    assert {"s.png", "s.json", "s-2.png", "s-2.json"} <= set(json.loads(result.stdout)["files"])
    for name in names:
        assert before[name].items() <= json.loads(Path(name).read_text())["frames"].items()


def test_pack_keeps_the_palette_of_indexed_sprites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Indexed PNGs of one palette, unused colors and doubles included, keep their indices."""
    monkeypatch.chdir(tmp_path)
    palette = Palette(((9, 9, 9), (1, 1, 1), (9, 9, 9), (5, 5, 5)))
    for name, value in (("a", 3), ("b", 1)):
        Path(f"{name}.png").write_bytes(png.write(Sprite(np.full((1, 1), value, np.uint8), palette)))
    assert run("a.png", "b.png", "-o", "sheet.png").exit_code == 0
    packed = png.read_sprite(Path("sheet.png").read_bytes())
    assert packed is not None
    assert packed.palette == palette
    assert packed.indices.tolist() == [[3, 1]]


def test_pack_repeats_itself(art: Path) -> None:
    """Packed twice, the files are the same byte for byte; --quiet says nothing."""
    first = run("art", "-o", "a.png", "--quiet")
    before = Path("a.png").read_bytes(), Path("a.json").read_bytes()
    assert first.exit_code == run("art", "-o", "a.png").exit_code == 0
    assert first.output == ""
    assert before == (Path("a.png").read_bytes(), Path("a.json").read_bytes())


@pytest.mark.parametrize("count", [0, 1])
def test_pack_takes_sprites_of_hardly_any_color(tmp_path: Path, count: int) -> None:
    """Nothing drawn, or one color, still makes a sheet."""
    rgba = np.zeros((2, 2, 4), np.uint8)
    rgba[:count] = 255
    (tmp_path / "x.png").write_bytes(png.write_rgba(rgba))
    assert run(str(tmp_path / "x.png"), "-o", str(tmp_path / "s.png")).exit_code == 0
    assert (rgba == png.read((tmp_path / "s.png").read_bytes(), "x")[0].rgba).all()


def fails(*arguments: str) -> AssetforgeError:
    result = run(*arguments)
    assert isinstance(result.exception, AssetforgeError), result.output
    return result.exception


def test_pack_refuses_what_a_sheet_cannot_hold(art: Path) -> None:
    """Half-transparent pixels and more than 255 colors are errors that name `quantize`."""
    rgba = np.zeros((16, 16, 4), np.uint8)
    rgba[..., 0] = np.arange(256).reshape(16, 16)
    rgba[..., 3] = 255
    Path("many.png").write_bytes(png.write_rgba(rgba))
    error = fails("many.png", "-o", "s.png")
    assert isinstance(error, InputError)
    assert "use 256 colors, a sheet holds 255" in str(error) and "quantize" in str(error)
    rgba[0, :3, 3] = 100
    Path("soft.png").write_bytes(png.write_rgba(rgba))
    error = fails("soft.png", "-o", "s.png")
    assert str(error).startswith("soft.png: 3 pixels are half-transparent") and "quantize" in str(error)
    assert not Path("s.png").exists()


def test_pack_refuses_wrong_usage(art: Path) -> None:
    """A sheet that is no PNG, an unknown format and an absent input are errors in usage."""
    for arguments in (("art", "-o", "s.gif"), ("art", "-o", "s.png", "--format", "jsn"), ("arts", "-o", "s.png")):
        assert isinstance(fails(*arguments), ConfigError)


def test_pack_never_replaces_a_source(art: Path) -> None:
    """Neither an input nor a JSON that is not ours is overwritten."""
    assert isinstance(fails("art", "-o", "art/orc.png"), OutputError)
    Path("package.json").write_text('{"name": "game"}')
    assert isinstance(fails("art", "-o", "package.png"), OutputError)
    assert Path("package.json").read_text() == '{"name": "game"}'
    assert not Path("package.png").exists()


def test_a_folder_gets_one_picture_each(tmp_path: Path) -> None:
    """Without .png, OUT is a folder of PNGs named as the sprites, in folders where names have slashes."""
    paths = write_sprites([sprite("a"), sprite("monsters/orc")], tmp_path / "out", provenance={})
    assert [tmp_path / "out" / "a.png", tmp_path / "out" / "monsters" / "orc.png"] == paths
    assert png.read_sprite(paths[1].read_bytes()) is not None


@pytest.mark.parametrize("name", ["../evil", "/evil", "a/../../evil"])
def test_names_do_not_leave_the_folder(tmp_path: Path, name: str) -> None:
    """A sprite whose name leads out of the folder is refused before anything is written."""
    with pytest.raises(OutputError):
        write_sprites([sprite("a"), sprite(name)], tmp_path / "out", provenance={})
    assert not list(tmp_path.iterdir())


def test_out_must_be_free(tmp_path: Path) -> None:
    """A folder in the place of a sheet, a file in the place of a folder and doubles are refused."""
    (tmp_path / "x.png").mkdir()
    (tmp_path / "file").touch()
    for out, names in (("x.png", "a"), ("file", "a"), ("new", "aa")):
        with pytest.raises(OutputError):
            write_sprites([sprite(name) for name in names], tmp_path / out, provenance={})


@pytest.mark.skipif(not SOURCES.is_dir(), reason="needs the packs of real art")
@pytest.mark.parametrize("folder", ["grafxkid-lilwiz", "kenney-tiny-dungeon", "onebit-rpg-icons-60"])
def test_real_packs_are_packed(tmp_path: Path, folder: str) -> None:
    """Packs of real pixel art go into a sheet, trimmed and padded."""
    result = run(str(SOURCES / folder), "-o", str(tmp_path / "s.png"), "--trim", "--padding", "2", "--extrude", "1")
    assert result.exit_code == 0, result.exception
