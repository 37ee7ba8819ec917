"""The example art: what the script draws, in its palette, as one hand would, and a project that holds together."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from assetforge import formats
from assetforge.color import oklab
from assetforge.files import bundled
from assetforge.formats import palettes
from assetforge.pipeline import load
from assetforge.sprite import Raster

EXAMPLES = bundled("examples")
ART = EXAMPLES / "dungeon" / "art"
HOLE = (255, 0, 255)


def draw() -> ModuleType:
    spec = importlib.util.spec_from_file_location("draw", EXAMPLES / "draw.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rasters(*folders: str) -> list[Raster]:
    found = formats.find([str(ART / folder) for folder in folders] or [str(ART)])
    return [raster for path, name in found for raster in formats.read(path, name)]


def drawn(raster: Raster) -> np.ndarray:
    """The opaque colors that are no hole, shape (N, 3)."""
    colors = raster.rgba[raster.rgba[..., 3] > 0][:, :3]
    return colors[(colors != HOLE).any(1)]


def test_the_art_is_what_the_script_draws(tmp_path: Path) -> None:
    """Grids and pictures never drift apart: drawing again gives the same files and the same pixels."""
    draw().main(tmp_path)
    assert_same(tmp_path, ART)


def test_the_art_of_the_starter_games_is_what_the_script_draws(tmp_path: Path) -> None:
    """Each game has the chosen sprites, all of them, and nothing else."""
    script = draw()
    script.main(tmp_path, script.STARTER)
    drawn = {(path.parent.name, path.stem) for path in tmp_path.rglob("*.*")}
    assert drawn == {(folder, name) for folder, names in script.STARTER.items() for name in names}
    for game in script.GAMES:
        assert_same(tmp_path, EXAMPLES / game / "art")


def assert_same(one: Path, other: Path) -> None:
    """The same pictures under the same names; an engine's own sidecars do not count."""
    kinds = {".png", ".gif"}
    mine, theirs = (
        {path.relative_to(root) for path in root.rglob("*.*") if path.suffix in kinds} for root in (one, other)
    )
    assert mine == theirs
    for path in mine:
        pairs = zip(formats.read(one / path), formats.read(other / path), strict=True)
        assert all(np.array_equal(a.rgba, b.rgba) and a.duration == b.duration for a, b in pairs)


def test_there_is_enough_of_it() -> None:
    """At least 16 sprites of 16x16, 10 of 32x32, two with a hole and an animation of four frames."""
    sizes = [raster.size for raster in rasters() if not raster.tag]
    assert set(sizes) == {(16, 16), (32, 32)}
    assert sizes.count((16, 16)) >= 16 and sizes.count((32, 32)) >= 10
    holes = [int((raster.rgba[..., :3] == HOLE).all(-1).sum()) for raster in rasters("wip")]
    assert len(holes) == 2 and min(holes) >= 16
    assert [raster.name for raster in formats.read(ART / "items" / "coin.gif")] == [f"coin-{i}" for i in range(4)]


def test_every_pixel_is_of_endesga_32_and_opaque_or_clear() -> None:
    """The art keeps to its palette; only holes are of their own color, and only in unfinished sprites."""
    known = set(palettes.load("endesga-32").colors)
    for raster in rasters():
        assert set(np.unique(raster.rgba[..., 3])) <= {0, 255}, raster.name
        assert {tuple(color) for color in drawn(raster).tolist()} <= known, raster.name
    for raster in rasters("heroes", "monsters", "items", "tiles", "bosses", "props"):
        assert not (raster.rgba[..., :3] == HOLE).all(-1).any(), raster.name


def test_no_two_sprites_are_the_same() -> None:
    """Every sprite was drawn for itself."""
    assert len({raster.rgba.tobytes() for raster in rasters()}) == len(rasters())


@pytest.mark.parametrize("folder", ["heroes", "monsters", "bosses", "props"])
def test_sprites_end_in_a_dark_line(folder: str) -> None:
    """Nearly everywhere the rim of a silhouette is darker than what it holds."""
    for raster in rasters(folder):
        mask = np.pad(raster.rgba[..., 3] > 0, 1)
        inside = mask[2:, 1:-1] & mask[:-2, 1:-1] & mask[1:-1, 2:] & mask[1:-1, :-2]
        light = oklab(raster.rgba[..., :3])[..., 0]
        rim = light[mask[1:-1, 1:-1] & ~inside]
        assert np.mean(rim < 0.4) > 0.75, raster.name


def test_light_falls_from_the_upper_left() -> None:
    """Over the whole set, the upper left of a body is lighter than its lower right."""
    lighter = []
    for raster in rasters("heroes", "monsters", "bosses"):
        light = oklab(raster.rgba[..., :3])[..., 0]
        y, x = np.nonzero(raster.rgba[..., 3])
        slope = (x - x.mean()) + (y - y.mean())
        lighter.append(light[y, x][slope < 0].mean() > light[y, x][slope > 0].mean())
    assert np.mean(lighter) > 0.8


def test_the_project_asks_for_all_four_kinds_and_holds_no_fault() -> None:
    """The demo's configuration is sound, and each sheet names palettes that there are."""
    pipeline = load(EXAMPLES / "dungeon")
    assert not pipeline.faults
    assert {sheet.step.kind for sheet in pipeline.sheets} == {"quantize", "generate", "complete", "mix"}
    assert len({sheet.palette for sheet in pipeline.sheets}) >= 3
