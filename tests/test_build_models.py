"""The four kinds of sheet with the model that travels with the package."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode
from pathlib import Path

import pytest
from networks import random_model
from projects import Telling, draw, palette_of, picture, project, tree

from assetforge.build import build
from assetforge.cli.train import art_and_archives
from assetforge.finder import Finder
from assetforge.formats import png, read
from assetforge.globs import scan
from assetforge.manifest import LOCK
from assetforge.models import checkpoint
from assetforge.models.prior import Prior
from assetforge.outcome import Options
from assetforge.overview.mixes import STYLES, TRUNCATIONS, mixes
from assetforge.plan import BASE, model_path
from assetforge.quantize.quantizer import quantize
from assetforge.sprite import Raster

pytestmark = pytest.mark.skipif(not BASE.exists(), reason="the bundled checkpoint is not in this tree")

CONFIG = """
[project]
palette = "pico-8"

[[sheet]]
name = "more"
kind = "generate"
count = 2
size = [8, 8]
candidates = 1
like = "items/*.png"

[[sheet]]
name = "finished"
kind = "complete"
from = "wip/*.png"
variants = 2
padding = 1

[[sheet]]
name = "hybrids"
kind = "mix"
rows = ["items/axe.png", 17]
cols = [32, "items/bow.png"]
palette = "gameboy-dmg"

[[sheet]]
name = "items"
kind = "quantize"
palette = "auto:5"
from = "items/*.png"
"""

NAMES = ("finished", "hybrids", "items", "more")


@pytest.fixture(scope="module")
def game(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built project of all four kinds."""
    return prepared(tmp_path_factory.mktemp("game"))


def prepared(root: Path, jobs: int = 1) -> Path:
    project(root, CONFIG, ("items/axe.png", "items/bow.png"))
    draw(root / "art/wip/knight.png", 5)
    rgba = picture(5)
    rgba[2:6, 2:6] = (255, 0, 255, 255)
    (root / "art/wip/knight.png").write_bytes(png.write_rgba(rgba))
    result = build(root, Options(jobs=jobs))
    assert (result.exit_code, sorted(result.built)) == (0, list(NAMES)), result.as_json()
    return root


@pytest.mark.parametrize("name", NAMES)
def test_every_pixel_is_in_the_palette(game: Path, name: str) -> None:
    """Alpha is 0 or 255, and every opaque pixel is one of the colors that the JSON names."""
    (atlas,) = read(game / f"assets/forge/{name}.png")
    colors = json.loads((game / f"assets/forge/{name}.json").read_text())["meta"]["palette"]["colors"]
    pixels = atlas.rgba.reshape(-1, 4)
    assert set(pixels[:, 3].tolist()) <= {0, 255}
    assert {"#" + bytes(pixel[:3].tolist()).hex() for pixel in pixels if pixel[3]} <= set(colors)


def test_known_pixels_stay(game: Path) -> None:
    """Outside the hole each variant is the quantized sprite, bit for bit."""
    (atlas,) = read(game / "assets/forge/finished.png")
    told = json.loads((game / "assets/forge/finished.json").read_text())
    palette = palette_of(told)
    rgba = picture(5)
    rgba[2:6, 2:6] = 0
    expected = quantize([Raster(rgba)], palette)[0].rgba()
    frames = told["frames"]
    boxes = [frame["frame"] for frame in (frames.values() if isinstance(frames, dict) else frames)]
    assert len(boxes) == 2
    for box in boxes:
        cell = atlas.rgba[box["y"] : box["y"] + box["h"], box["x"] : box["x"] + box["w"]].copy()
        cell[2:6, 2:6] = 0
        assert (cell == expected).all()


@pytest.mark.slow
def test_same_bytes_in_two_processes(game: Path, tmp_path: Path) -> None:
    """A clean build elsewhere with --jobs 2 gives the very bytes, the lock too."""
    assert tree(prepared(tmp_path, jobs=2), "assets", LOCK) == tree(game, "assets", LOCK)


def test_a_report_has_the_grid_of_the_build_among_its_grids(game: Path) -> None:
    """Drawn for the sliders, a mix of the sheet's own settings is the sheet; others are of its size and palette."""
    facts = json.loads((game / "assets/forge/hybrids.json").read_text())["meta"]
    atlas = png.read_sprite((game / "assets/forge/hybrids.png").read_bytes())
    assert atlas is not None
    own = facts["provenance"]["settings"]
    ((name, grids),) = mixes(game, lambda key, make: make()).items()
    assert name == "hybrids" and len(grids) >= len(STYLES) * len(TRUNCATIONS)
    drawn = {(each["styles"], each["truncation"]): zlib.decompress(b64decode(each["indices"])) for each in grids}
    assert drawn[own["col_styles"], own["truncation"]] == atlas.indices.tobytes()
    assert all(
        len(data) == atlas.indices.size and max(data) <= len(facts["palette"]["colors"]) for data in drawn.values()
    )
    assert len(set(drawn.values())) > 1


@pytest.mark.slow
def test_what_does_not_wait_for_training_comes_first(tmp_path: Path) -> None:
    """A sheet without a model lands before a model is trained, its model's sheet after."""
    config = CONFIG.replace('name = "more"\n', 'name = "more"\nmodel = "house"\n')
    project(
        tmp_path,
        config + '\n[[model]]\nname = "house"\nfrom = "items/*.png"\nbase = "tiny.safetensors"\nsteps = 1\n',
        ("items/a.png", "items/b.png"),
    )
    (tmp_path / "assetforge.toml").write_text(
        (tmp_path / "assetforge.toml")
        .read_text()
        .replace("items/axe.png", "items/a.png")
        .replace("items/bow.png", "items/b.png")
    )
    draw(tmp_path / "art/wip/knight.png", 5)
    (tmp_path / "tiny.safetensors").write_bytes(checkpoint.write("pixelvae", random_model(), {"name": "tiny"}, {}))
    told = Telling()
    result = build(tmp_path, Options(), told)
    assert result.exit_code == 0, result.as_json()
    order = list(result.built)
    assert order.index("items") < order.index("[[model]] house") < order.index("more")
    assert build(tmp_path).built == {}


TAGGED = """
[[model]]
name = "house"
from = ["sprites/monsters/*.png", "sprites/items/*.png"]
base = "tiny.safetensors"
steps = 1
"""


@pytest.mark.slow
def test_a_tag_is_a_folder_that_the_model_of_the_build_learnt(tmp_path: Path) -> None:
    """A sheet starts from the sprites of one folder; one that was not learnt is told which were."""
    config = TAGGED
    for tag in ("items", "monster", "nosuch"):
        config += f'[[sheet]]\nname = "{tag}"\nkind = "generate"\nmodel = "house"\npalette = "pico-8"\n'
        config += f'tag = "{tag}"\ncount = 1\nsize = [8, 8]\ncandidates = 1\n'
    names = {"items/axe", "items/bow", "monsters/orc", "monsters/rat"}
    root = project(tmp_path, config, [f"sprites/{name}.png" for name in sorted(names)])
    (root / "tiny.safetensors").write_bytes(checkpoint.write("pixelvae", random_model(), {"name": "tiny"}, {}))
    told = Telling()
    result = build(root, Options(), told)
    assert sorted(result.built) == ["[[model]] house", "items"], told.errors
    known = "the model has learnt from no such folder;"
    assert [told.errors[tag][0].partition(f'tag "{tag}": ')[2] for tag in ("monster", "nosuch")] == [
        f'{known} did you mean "monsters"?',
        f"{known} choose one of items, monsters.",
    ]
    model = Prior.load(root / model_path("house"))
    assert model.memory.tags == {"items": 2, "monsters": 2}
    assert set(model.card["sources"]) == names
    assert build(root).built == {}


@pytest.mark.parametrize(
    "patterns",
    [
        ["sprites/monsters/*.png", "sprites/items/*.png"],
        ["sprites/monsters/rat.png", "sprites/items/*.png"],
        ["sprites/monsters/*.png", "sprites/*/*.png"],
        ["sprites/{items,monsters}/*.png"],
        ["sprites/**/*.png"],
    ],
)
def test_a_model_calls_its_sprites_as_train_does(
    tmp_path: Path, patterns: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However a build names two folders, its sprites are called as where their parent is given to `train`."""
    root = project(tmp_path, art=["sprites/monsters/rat.png", "sprites/items/axe.png"])
    found = Finder(scan(root / "art", root), "art", lambda key: key).find("from", patterns, foldered=True)
    monkeypatch.chdir(root)
    assert {(source.path, source.name) for source in found} == {
        (source.path.as_posix(), source.name) for source in art_and_archives(("art/sprites",))
    }
