"""The report's facts, without a browser: what is said of a sheet is what stands in its files."""

from __future__ import annotations

import json
import re
import zlib
from base64 import b64decode
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from projects import draw, project

from assetforge.build import build
from assetforge.cli import cli
from assetforge.errors import InputError
from assetforge.formats import palettes, png
from assetforge.report import sheets
from assetforge.report.land import laid
from assetforge.report.page import page
from assetforge.report.sheets import _land, told
from assetforge.terrain.masks import LAYOUTS


def facts_of(text: str) -> dict:
    """What a page holds, read as a browser does: the element ends at the first "</script"."""
    inside = re.search(r'<script type="application/json" id="facts">(.*?)</script', text, re.S)
    assert inside
    return json.loads(inside[1])


@pytest.mark.parametrize(
    "name", ["</script><script>alert(1)</script>", "<!--<script>", "\u2028 & 'quoted' \"twice\"", "\ud800"]
)
def test_no_name_leaves_its_place(name: str) -> None:
    """Whatever a sprite or a project is called, the page has the elements that it has, and the name is as it was."""
    facts = {"project": name, "version": "1", "sheets": [{"name": name}], "models": []}
    text = page(facts).decode()
    assert text.count("<script") == page({**facts, "project": "x", "sheets": []}).decode().count("<script")
    if name.isprintable() or name[0] == "\u2028":
        assert facts_of(text)["sheets"][0]["name"] == name


def test_a_sheet_is_told_as_it_stands(tmp_path: Path) -> None:
    """Its indices are those of its picture; what it was made from stands beside it, and what changed since is named."""
    root = project(tmp_path)
    assert build(root).exit_code == 0
    facts = told(root, root / "out/items.json")
    atlas = png.read_sprite((root / "out/items.png").read_bytes())
    assert atlas is not None
    width, height = facts["size"]
    indices = np.frombuffer(zlib.decompress(b64decode(facts["indices"])), np.uint8).reshape(height, width)
    assert (indices == atlas.indices).all()
    assert [frame[0] for frame in facts["frames"]] == ["axe", "bow"]
    before = png.read(b64decode(facts["before"]["axe"].partition(",")[2]), "x")[0].rgba
    assert (before == png.read((root / "art/items/axe.png").read_bytes(), "x")[0].rgba).all()
    assert facts["altered"] == [] and facts["inputs"] == ["art/items/axe.png", "art/items/bow.png"]
    assert len(facts["others"]["db32"]) == len(facts["palette"]["colors"])

    draw(root / "art/items/axe.png", 99)
    (root / "art/items/bow.png").unlink()
    facts = told(root, root / "out/items.json")
    assert facts["altered"] == ["art/items/axe.png", "art/items/bow.png"]
    assert "bow" not in facts["before"]


def test_another_programs_json_is_refused(tmp_path: Path) -> None:
    """A JSON that is no sheet of ours, or whose picture is another, is an error that names the file."""
    root = project(tmp_path)
    assert build(root).exit_code == 0
    path = root / "out/items.json"
    facts = json.loads(path.read_text())
    for spoilt in (
        [],
        {"frames": {}},
        facts | {"frames": {}},
        facts | {"meta": facts["meta"] | {"palette": {"name": "x", "colors": ["#000000"]}}},
        facts | {"frames": {"huge": {**facts["frames"]["axe"], "sourceSize": {"w": 1 << 20, "h": 1 << 20}}}},
    ):
        path.write_text(json.dumps(spoilt))
        with pytest.raises(InputError, match=r"items\.json"):
            told(root, path)


def test_the_command_writes_one_page(tmp_path: Path) -> None:
    """All sheets that stand are in it, and one that is broken is an error; without any it says what to do."""
    root = project(tmp_path)
    runner = CliRunner()
    result = runner.invoke(cli, ["report", str(root)], standalone_mode=False)
    assert "run `assetforge build` first" in str(result.exception)
    assert build(root).exit_code == 0
    result = runner.invoke(cli, ["report", str(root), "--json"], standalone_mode=False)
    assert json.loads(result.output) == {"page": str(root / "report.html"), "sheets": ["items", "heroes"], "sprites": 4}
    assert [sheet["name"] for sheet in facts_of((root / "report.html").read_text())["sheets"]] == ["items", "heroes"]
    (root / "out/items.json").write_text("{}")
    result = runner.invoke(cli, ["report", str(root), "-o", str(root / "new.html"), "-q"], standalone_mode=False)
    assert result.return_value == 1 and "items.json" in result.stderr
    assert [sheet["name"] for sheet in facts_of((root / "new.html").read_text())["sheets"]] == ["heroes"]


def test_every_page_of_a_sheet_is_shown(tmp_path: Path) -> None:
    """A sheet that fills several pictures is as many parts of the report."""
    root = project(
        tmp_path,
        "[project]\nsource = 'art'\npalette = 'pico-8'\noutput = 'out'\n[[sheet]]\nname = 'all'\n"
        "kind = 'quantize'\nfrom = '**/*.png'\nmax_size = 16\n",
        [f"items/{number}.png" for number in range(7)],
    )
    result = CliRunner().invoke(cli, ["build", str(root), "--quiet"], standalone_mode=False)
    assert not result.return_value
    result = CliRunner().invoke(cli, ["report", str(root), "--json"], standalone_mode=False)
    assert json.loads(result.output)["sheets"] == ["all", "all-2"] and json.loads(result.output)["sprites"] == 7


def test_the_terms_of_the_art_are_told(tmp_path: Path) -> None:
    """A LICENSE beside the inputs or above them is told; one in another folder, or a sprite of that name, is not."""
    root = project(tmp_path)
    assert build(root).exit_code == 0
    (root / "art/items/CREDITS.txt").write_text("drawn by Ada")
    (root / "LICENSE").write_text("CC0 1.0")
    (root / "art/heroes/license.md").write_text("for heroes alone")
    draw(root / "art/items/license.png", 3)
    assert told(root, root / "out/items.json")["terms"] == [
        ("LICENSE", "CC0 1.0"),
        ("art/items/CREDITS.txt", "drawn by Ada"),
    ]


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_land_is_laid_of_tiles_that_meet(layout: str) -> None:
    """Of two tiles side by side, or one above the other, the corners that they share are of one material; and an
    unknown set is laid not at all."""
    every = [LAYOUTS[layout].place(mask) for row in LAYOUTS[layout].rows for mask in row]
    frames = {
        place.name: {"center": None if place.center is None else int(place.center), "around": list(place.around)}
        for place in every
    }
    places = {place.name: place for place in every}
    found = [[places[name] for name in line] for line in laid({"layout": layout, "frames": frames})]
    assert len({place.name for line in found for place in line}) > 9
    for line in found:
        for one, other in pairwise(line):
            assert (one.corners[0], one.corners[1]) == (other.corners[3], other.corners[2]) or one.center is not None
            assert one.center is None or one.sides[1] == other.sides[3] == (one.center and other.center)
    for above, below in pairwise(found):
        for one, other in zip(above, below, strict=True):
            assert (one.corners[2], one.corners[1]) == (other.corners[3], other.corners[0]) or one.center is not None
            assert one.center is None or one.sides[2] == other.sides[0] == (one.center and other.center)
    assert _land({"layout": "another", "frames": frames}) == _land({"frames": None}) == []


@pytest.mark.slow
def test_a_report_asks_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second report gives the same page and works nothing out anew; of a sheet that was built again it does."""
    root = project(tmp_path)
    assert build(root).exit_code == 0
    run = lambda: CliRunner().invoke(cli, ["report", str(root), "-q"], standalone_mode=False)  # noqa: E731
    assert not run().return_value
    page = (root / "report.html").read_bytes()
    calls: list[int] = []
    known = sheets.swaps
    monkeypatch.setattr(sheets, "swaps", lambda *given: calls.append(len(given[1])) or known(*given))
    assert not run().return_value and (root / "report.html").read_bytes() == page and calls == []
    draw(root / "art/items/axe.png", 99)
    assert build(root).exit_code == 0
    assert not run().return_value and sum(calls) >= len(palettes.names()) - 1
