"""Tilesets in the real Tiled: it reads the terrain as it is written, and draws maps of tiles as one picture."""

from __future__ import annotations

import json
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
import pytest
from conftest import Compared
from forged import differing
from terrains import Laid, lay
from test_tiled import Run, run

from assetforge import formats
from assetforge.terrain import LAYOUTS

__all__ = ["run"]


@pytest.mark.parametrize("layout", [*LAYOUTS])
def test_tiled_keeps_every_label(layout: str, run: Run, tmp_path: Path) -> None:
    """What it writes, having read .tsx or .tsj, has the wang set of ours: names, colors, type, each label of each
    tile."""
    laid = lay(tmp_path, layout, ["tiled"])
    ours = json.loads((tmp_path / "shore.tsj").read_text())
    assert len(ours["wangsets"][0]["wangtiles"]) == len([name for name in laid.tiles if not name.endswith("/outer")])
    for ending in ("tsx", "tsj"):
        run("tiled", "--export-tileset", "json", tmp_path / f"shore.{ending}", tmp_path / "read.json")
        assert json.loads((tmp_path / "read.json").read_text())["wangsets"] == ours["wangsets"]


@pytest.mark.parametrize("layout", [*LAYOUTS])
def test_tiled_draws_a_map(layout: str, run: Run, compared: Compared, tmp_path: Path) -> None:
    """Of 12 x 8 cells laid by our masks, pixel by pixel the map that is painted at once; before and after Tiled itself
    has written it anew."""
    laid = lay(tmp_path, layout, ["tiled"])
    write(tmp_path / "map.tmx", laid)
    run("tiled", "--export-map", "tmx", tmp_path / "map.tmx", tmp_path / "again.tmx")
    for name in ("map", "again"):
        run("tmxrasterizer", tmp_path / f"{name}.tmx", tmp_path / f"{name}.png")
        shown = formats.read(tmp_path / f"{name}.png", name)[0].rgba
        wrong = differing(laid.picture, shown)
        compared(f"tiled 1.8, a map of {layout}", 96, laid.picture[..., 0].size, wrong)


def write(path: Path, laid: Laid) -> None:
    """A map of the cells, by the numbers of their tiles in the tileset beside it."""
    high, wide = len(laid.names), len(laid.names[0])
    numbers = {
        tile["properties"][0]["value"]: tile["id"] + 1
        for tile in json.loads(path.with_name("shore.tsj").read_text())["tiles"]
    }
    values = ",\n".join(",".join(str(numbers[name]) for name in row) for row in laid.names)
    height, width = np.array(laid.picture.shape[:2]) // (high, wide)
    path.write_text(
        f'<map version="1.8" orientation="orthogonal" renderorder="right-down" width="{wide}" height="{high}" '
        f'tilewidth="{width}" tileheight="{height}" infinite="0" nextlayerid="2" nextobjectid="1">\n'
        f' <tileset firstgid="1" source={quoteattr("shore.tsx")}/>\n'
        f' <layer id="1" name="ground" width="{wide}" height="{high}"><data encoding="csv">{values}</data></layer>\n'
        "</map>\n"
    )
