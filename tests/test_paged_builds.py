"""Pages and places that stay, through the build: outputs, pruning, clashes, what is asked of the former sheet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from projects import Telling, draw, project, tree

from assetforge import formats
from assetforge.build import Options, build
from assetforge.contact import sheet_frames

CONFIG = """
[project]
palette = "auto:64"
output = "out"

[[sheet]]
name = "art"
kind = "quantize"
from = "*.png"
"""
ENDINGS = (".png", ".json", ".index.png", ".palette.png", ".array.json")


def game(root: Path, lines: str, count: int = 12) -> Path:
    """A project of sprites of several sizes."""
    project(root, CONFIG + lines, ["00.png"])
    for number in range(count):
        draw(root / "art" / f"{number:02}.png", number, (6 + number % 5, 8))
    return root


def facts(root: Path, name: str = "art") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((root / "out" / f"{name}.json").read_text())
    return found


def places(root: Path, name: str = "art") -> dict[str, Any]:
    return {frame: told["frame"] for frame, told in facts(root, name)["frames"].items()}


def configure(root: Path, lines: str) -> None:
    (root / "assetforge.toml").write_text(CONFIG + lines)


def test_pages_land_and_go_together(tmp_path: Path) -> None:
    """Each page has all its exports, the first names the others; fewer pages take the files of the rest along."""
    root = game(tmp_path, 'max_size = 24\nexports = ["json-array"]')
    assert build(root).exit_code == 0
    pages = facts(root)["meta"]["related_multi_packs"]
    assert len(pages) >= 1 and pages == [f"art-{number}.json" for number in range(2, len(pages) + 2)]
    names = ["art", *(page.removesuffix(".json") for page in pages)]
    assert sorted(tree(root, "out")) == sorted(f"out/{name}{end}" for name in names for end in ENDINGS)
    told = [facts(root, name) for name in names]
    assert [frame for page in told for frame in page["frames"]] == [f"{number:02}" for number in range(12)]
    assert not any("related_multi_packs" in page["meta"] for page in told[1:])
    assert build(root, Options(check=True)).exit_code == 0
    whole, _ = sheet_frames(root / "out" / "art.json")
    for number in range(12):
        source = formats.read(root / "art" / f"{number:02}.png")[0].rgba
        assert (whole[f"{number:02}"] == np.where(source[..., 3:] > 0, source, 0)).all()
    (root / "out" / f"{names[-1]}.png").unlink()
    assert build(root, Options(check=True)).exit_code == 3
    configure(root, 'exports = ["json-array"]')
    assert build(root).exit_code == 0
    assert sorted(tree(root, "out")) == sorted(f"out/art{end}" for end in ENDINGS)


def test_a_page_called_like_a_sheet_is_refused(tmp_path: Path) -> None:
    """Whichever is built first, it is the sheet of several pages that fails, and the error names both."""
    other = '\n[[sheet]]\nname = "ART-2"\nkind = "quantize"\nfrom = "00.png"\n'
    root = game(tmp_path, "max_size = 24" + other)
    for _ in range(2):
        telling = Telling()
        assert build(root, Options(force=True), telling).exit_code == 1
        assert 'its page "ART-2" and [[sheet]] "ART-2" have one name' in telling.errors["art"][0]
        assert sorted(telling.errors) == ["art"]


def test_a_frame_larger_than_a_page_fails_its_sheet(tmp_path: Path) -> None:
    """The error leads from the sheet to the sprite."""
    root = game(tmp_path, "max_size = 16")
    draw(root / "art" / "boss.png", 1, (17, 4))
    telling = Telling()
    assert build(root, reporter=telling).exit_code == 1
    assert telling.errors["art"][0].startswith('assetforge.toml:6 [[sheet]] "art" -> art -> boss: takes 17 x 4 pixels')


def test_places_stay_through_builds(tmp_path: Path) -> None:
    """A sheet that is stable keeps the place of all that stays, grows for what is new, and repeats itself."""
    root = game(tmp_path, "stable = true\npadding = 1\nextrude = 1\ntrim = true")
    assert build(root).exit_code == 0
    first = places(root)
    draw(root / "art" / "001.png", 3, (40, 8))
    (root / "art" / "05.png").unlink()
    assert build(root).exit_code == 0
    second = places(root)
    assert set(second) == set(first) - {"05"} | {"001"} and list(second)[1] == "001"
    assert all(second[name] == first[name] for name in set(first) & set(second))
    before = tree(root, "out", "assetforge.lock")
    assert build(root, Options(force=True)).exit_code == 0
    assert before == tree(root, "out", "assetforge.lock")
    configure(root, "padding = 1\nextrude = 1\ntrim = true")
    assert build(root).exit_code == 0
    tight = facts(root)["meta"]["size"]
    assert places(root) != second
    project(tmp_path / "fresh", CONFIG + "padding = 1\nextrude = 1\ntrim = true", ["00.png"])
    for path in (root / "art").iterdir():
        (tmp_path / "fresh" / "art" / path.name).write_bytes(path.read_bytes())
    assert build(tmp_path / "fresh").exit_code == 0
    assert (places(root), tight) == (places(tmp_path / "fresh"), facts(tmp_path / "fresh")["meta"]["size"])


def test_an_altered_sheet_says_nothing_of_places(tmp_path: Path) -> None:
    """What somebody wrote into the JSON is no place to stay at: the sheet is packed anew, as if it had not stood."""
    root = game(tmp_path, "stable = true")
    assert build(root).exit_code == 0
    first = places(root)
    path = root / "out" / "art.json"
    path.write_text(path.read_text().replace('"x": 0', '"x": 100'))
    assert build(root).exit_code == 1
    assert build(root, Options(force=True)).exit_code == 0
    assert places(root) == first
    path.unlink()
    assert build(root).exit_code == 0
    assert places(root) == first


def test_pages_stay_too(tmp_path: Path) -> None:
    """With several pages, each sprite keeps its page and its place there."""
    root = game(tmp_path, "stable = true\nmax_size = 24")
    assert build(root).exit_code == 0
    count = len(facts(root)["meta"]["related_multi_packs"]) + 1
    names = ["art", *(f"art-{number}" for number in range(2, count + 1))]
    before = {name: places(root, name) for name in names}
    draw(root / "art" / "000.png", 50, (8, 8))
    assert build(root).exit_code == 0
    for name in names:
        assert before[name].items() <= places(root, name).items()
