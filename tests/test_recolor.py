"""Color ways: materials take other ramps, and no shape moves."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from projects import Telling, project

from assetforge import formats
from assetforge.build import Options, build
from assetforge.cli import cli
from assetforge.cli.recolor import recolor
from assetforge.color import oklab
from assetforge.colorways.materials import look
from assetforge.colorways.ways import Way, drawn, together, ways
from assetforge.contact import sheet_frames
from assetforge.errors import AssetforgeError, InputError
from assetforge.formats import palettes, png
from assetforge.palette import Palette
from assetforge.quantize import quantizer
from assetforge.sprite import Raster, Sprite
from assetforge.steps.recolor import Recolor, recolored

ART = Path(__file__).parent.parent / "examples" / "dungeon" / "art"
SHEET = """[project]
palette = "endesga-32"
output = "out"

[[sheet]]
name = "ways"
kind = "recolor"
count = 3
from = "*"
"""


def dungeon(*names: str, palette: str | int = "endesga-32") -> list[Sprite]:
    """Sprites of the example game, in one palette."""
    rasters = [frame for name in names for frame in formats.read(ART / name, name.rpartition("/")[2])]
    return quantizer.quantize(rasters, palette if isinstance(palette, int) else palettes.load(palette))


def touching(indices: np.ndarray) -> np.ndarray:
    """Every two drawn pixels beside, below or aslant of each other, shape (2, M)."""
    sides = [(np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1], np.s_[1:])]
    sides += [(np.s_[:-1, :-1], np.s_[1:, 1:]), (np.s_[:-1, 1:], np.s_[1:, :-1])]
    pairs = np.concatenate([np.stack([indices[a].ravel(), indices[b].ravel()]) for a, b in sides], axis=1)
    return pairs[:, (pairs > 0).all(0)]


def check(sprites: list[Sprite], found: list[Way], keep: frozenset[int] = frozenset()) -> None:
    """What holds of every color way."""
    own = sprites[0].palette
    light = oklab(np.array(own.colors, np.uint8))[:, 0]
    for way in found:
        became = np.array(way.row.colors, np.uint8)
        new = oklab(became)[:, 0]
        assert all(way.row.colors[place - 1] == own.colors[place - 1] for place in keep)
        used = sorted({int(index) for sprite in sprites for index in np.unique(sprite.indices) if index})
        assert len({way.row.colors[index - 1] for index in used}) == len({own.colors[index - 1] for index in used})
        for sprite in sprites:
            other = way.of(sprite)
            assert (other.mask == sprite.mask).all()
            assert (other.rgba()[sprite.mask][:, :3] == became[sprite.indices[sprite.mask] - 1]).all()
            one, two = touching(sprite.indices) - 1
            colors = np.array(own.colors)
            assert ((colors[one] != colors[two]).any(1) == (became[one] != became[two]).any(1)).all()
            assert (np.sign(light[one] - light[two]) == np.sign(new[one] - new[two])).all()


@settings(deadline=None, max_examples=6)
@given(
    st.integers(0, 10**6), st.integers(2, 10), st.sampled_from(["pico-8", "gameboy-dmg", "sweetie-16"]), st.booleans()
)
def test_no_index_boundary_moves_and_no_light_turns(seed: int, used: int, name: str, turn: bool) -> None:
    """Whatever is drawn in whatever palette: distinct colors stay distinct, equal ones equal, touching ones keep their
    order of lightness, kept ones their color, and every color is of the palette."""
    palette = palettes.load(name)
    random = np.random.default_rng(seed)
    chosen = random.permutation(len(palette))[:used] + 1
    sprites = [Sprite(np.append(0, chosen)[random.integers(0, len(chosen) + 1, (5, 6))].astype(np.uint8), palette)]
    keep = frozenset({int(chosen[0])})
    found = ways(sprites, 3, turn=turn, keep=keep, all_change=bool(seed % 2), seed=seed)
    check(sprites, found, keep)
    assert len(found) <= 3 and len({way.name for way in found}) == len(found)
    if not turn:
        assert all(set(way.row.colors) <= set(palette.colors) and way.palette is palette for way in found)


def test_ways_differ_and_repeat() -> None:
    """A slime has six ways that differ visibly from it and from each other; asked again, the same; no seed is needed
    for more than the draws."""
    sprites = dungeon("monsters/slime.png")
    found = ways(sprites, 6)
    check(sprites, found)
    again = ways(sprites, 6)
    assert [way.row.colors for way in found] == [way.row.colors for way in again]
    looks = [oklab(one.rgba()[..., :3]) for one in (*sprites, *drawn(sprites, found))]
    apart = [np.sqrt(((a - b) ** 2).sum(-1)).mean() for at, a in enumerate(looks) for b in looks[:at]]
    assert len(found) == 6 and min(apart) > 0.02
    goblin = dungeon("monsters/goblin.png", palette=255)
    one, other = ({way.row.colors for way in ways(goblin, 3, turn=True, seed=seed)} for seed in (0, 1))
    assert one != other


def test_turned_hues_keep_lightness_and_contrast() -> None:
    """Without a palette the ramps are made: nearly all touching colors keep their contrast within a factor of two."""
    sprites = dungeon("heroes/ranger.png", "monsters/orc.png", palette=255)
    found = ways(sprites, 4, turn=True)
    check(sprites, found)
    one, two = np.concatenate([touching(sprite.indices) for sprite in sprites], axis=1) - 1
    one, two = one[one != two], two[one != two]
    before, good = oklab(np.array(sprites[0].palette.colors, np.uint8)), []
    for way in found:
        after = oklab(np.array(way.row.colors, np.uint8))
        ratio = np.sqrt(((after[one] - after[two]) ** 2).sum(-1) / ((before[one] - before[two]) ** 2).sum(-1))
        good.append(((ratio >= 0.5) & (ratio <= 2)).mean())
    assert len(found) == 4 and min(good) > 0.9


def test_materials_are_ramps_and_roles_stay() -> None:
    """Cap and slime are one ramp each; ink, white, skin and the shadow of white do not change unless all may."""
    (slime,) = dungeon("monsters/slime.png")
    art = look([slime])
    assert art.materials == 1
    assert {slime.palette.hex[place - 1] for place in art.places[art.material == 0]} >= {
        "#265c42",
        "#3e8948",
        "#63c74d",
    }
    ranger = dungeon("heroes/ranger.png")
    art = look(ranger)
    stays = {ranger[0].palette.hex[place - 1] for place in art.places[art.material < 0]}
    assert {"#e8b796", "#ffffff", "#262b44"} <= stays
    assert (look(ranger, all_change=True).material >= 0).all()
    kept = look(ranger, keep={int(art.places[art.material >= 0][0])}, all_change=True)
    assert (kept.material < 0).sum() == 1


def test_a_sprite_of_one_color_has_ways() -> None:
    """White icons are recolored: what has nothing but roles has its largest part to change."""
    white = Sprite(np.array([[0, 8], [8, 8]], np.uint8), palettes.load("pico-8"))
    found = ways([white], 3)
    assert len(found) == 3
    check([white], found)
    assert ways([white], 3, keep={8}) == []


def test_an_animation_flickers_as_its_source_does() -> None:
    """One map for all frames: a pixel changes between two of them exactly where the source's does."""
    frames = dungeon("tiles/torch.gif", palette=255)
    found = ways(frames, 3, turn=True)
    assert len(frames) > 1 and found
    for way in found:
        shown = [way.of(frame).rgba() for frame in frames]
        for (a, b), (c, d) in zip(pairwise(frames), pairwise(shown), strict=True):
            assert ((a.rgba() != b.rgba()).any(-1) == (c != d).any(-1)).all()


def test_all_ways_in_one_palette_look_the_same() -> None:
    """Ways of palettes of their own share one for a sheet, pixel by pixel; too many colors are told."""
    sprites = dungeon("monsters/slime.png", palette=255)
    each = drawn(sprites, ways(sprites, 4, turn=True))
    whole = together(each)
    assert len({one.palette for one in whole}) == 1 and len({one.palette for one in each}) == 4
    assert all((a.rgba() == b.rgba()).all() for a, b in zip(each, whole, strict=True))
    assert [one.name for one in each] == ["slime.png", "slime.png-2", "slime.png-3", "slime.png-4"]
    wide = [
        Sprite(np.full((1, 1), 1, np.uint8), Palette(tuple((r, g, k) for g in range(255))))
        for k in (1, 2)
        for r in (k,)
    ]
    with pytest.raises(InputError, match="510 colors together"):
        together(wide)


def test_a_sheet_has_a_row_for_each_way(tmp_path: Path) -> None:
    """Each row of the strip, looked up by the index texture, is the way as the command draws it, pixel by pixel; rows
    have names of their own; a second build does nothing, and a forced one the same bytes."""
    root = project(tmp_path, SHEET + 'keep = ["#e8b796"]\nswaps = ["pico-8"]\n', ["none.png"])
    (root / "art" / "none.png").unlink()
    for name in ("monsters/slime.png", "monsters/mushroom.png"):
        (root / "art" / Path(name).name).write_bytes((ART / name).read_bytes())
    assert build(root).exit_code == 0
    files = {path: path.read_bytes() for path in (root / "out").iterdir()}
    assert build(root, Options(check=True)).exit_code == 0
    assert build(root, Options(force=True)).exit_code == 0
    assert files == {path: path.read_bytes() for path in (root / "out").iterdir()}
    meta = json.loads((root / "out" / "ways.json").read_text())["meta"]
    names = [each["name"] for each in meta["palettes"]]
    assert names[0] == "endesga-32" and names[-1] == "pico-8" and len(set(names)) == len(names)
    assert names[1:-1] == meta["provenance"]["ways"]
    strip = png.read((root / "out" / "ways.palette.png").read_bytes(), "x")[0].rgba
    index = png.read((root / "out" / "ways.index.png").read_bytes(), "x")[0].rgba[..., 0]
    out = tmp_path / "apart"
    command = [str(root / "art"), "-n", "3", "-p", "endesga-32", "--keep", "#E8B796", "-o"]
    assert CliRunner().invoke(cli, ["recolor", *command, str(out)]).exit_code == 0
    frames = json.loads((root / "out" / "ways.json").read_text())["frames"]
    for row, suffix in enumerate(("", "-2", "-3")[: len(names) - 2], 1):
        for name, facts in frames.items():
            x, y, w, h = (facts["frame"][key] for key in "xywh")
            alone = png.read((out / f"{name}{suffix}.png").read_bytes(), "x")[0].rgba
            assert (strip[row][index[y : y + h, x : x + w]] == alone).all()
    assert CliRunner().invoke(cli, ["recolor", *command, str(tmp_path / "one.png")]).exit_code == 0
    told = json.loads((tmp_path / "one.json").read_text())["meta"]["palettes"]
    assert told[1:] == meta["palettes"][1:-1]


def test_frames_hold_every_way(tmp_path: Path) -> None:
    """With `frames` a sheet without shaders shows them: as many sprites as ways, and an Aseprite file likewise."""
    source = str(ART / "monsters" / "slime.png")
    for name in ("ways.png", "ways.aseprite"):
        run = CliRunner().invoke(recolor, [source, "-n", "3", "--frames", "--json", "-o", str(tmp_path / name)])
        assert run.exit_code == 0 and len(json.loads(run.stdout)["provenance"]["ways"]) == 3
    frames, _ = sheet_frames(tmp_path / "ways.json")
    assert [*frames] == ["slime", "slime-2", "slime-3"]
    assert len(formats.read(tmp_path / "ways.aseprite")) == 3


def test_fewer_ways_are_told(tmp_path: Path) -> None:
    """A palette without room gives what there is, and says so."""
    run = CliRunner().invoke(
        recolor, [str(ART / "monsters" / "mushroom.png"), "-n", "60", "-p", "pico-8", "-o", str(tmp_path / "a")]
    )
    assert run.exit_code == 0
    made = len(list((tmp_path / "a").iterdir()))
    assert 0 < made < 60 and f"{made} color way" in run.stderr and "of 60 found" in run.stderr


@pytest.mark.parametrize(
    ("art", "options", "message"),
    [
        (np.zeros((2, 2, 4), np.uint8), {}, "nothing to recolor: no pixel of"),
        (None, {"keep": ("#123456",)}, "no pixel has the color #123456"),
        (None, {"palette": "1bit-bw"}, "use 2 of the 2 colors of 1bit-bw"),
    ],
)
def test_what_cannot_be_recolored_is_told(art: np.ndarray | None, options: dict, message: str) -> None:
    """Nothing drawn, a color that is not there, a palette that is full: one line that says so."""
    palette = palettes.load(options.pop("palette", "pico-8"))
    rasters = formats.read(ART / "monsters" / "slime.png") if art is None else [Raster(art)]
    with pytest.raises(AssetforgeError, match=message):
        recolored(Recolor(name="x", kind="recolor", from_=("x",), **options), rasters, palette)


def test_a_keep_that_is_no_color_is_a_fault(tmp_path: Path) -> None:
    """The configuration's line and the mend; at the prompt wrong usage."""
    root = project(tmp_path, SHEET + 'keep = ["skin"]\n', ["a.png"])
    result = build(root)
    assert result.exit_code == 2 and 'keep: "skin" is no color; give it as "#rrggbb"' in str(result.faults[0])
    run = CliRunner().invoke(recolor, [str(root / "art"), "--keep", "skin", "-o", str(tmp_path / "o")])
    assert run.exit_code == 2


def test_a_sheet_that_has_no_way_fails_alone(tmp_path: Path) -> None:
    """A palette that is full ends the sheet with its name, and no output."""
    root = project(tmp_path, SHEET.replace("endesga-32", "1bit-bw"), ["a.png"])
    telling = Telling()
    assert build(root, reporter=telling).exit_code == 1
    assert 'assetforge.toml:5 [[sheet]] "ways"' in telling.errors["ways"][0]
    assert "there is no color way" in telling.errors["ways"][0]
