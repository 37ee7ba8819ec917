"""Palette swaps: a strip's rows are what builds in those palettes would give."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from projects import FakePrior, Telling, project

from assetforge import work
from assetforge.build import Options, build
from assetforge.cli.scene import named
from assetforge.contact import sheet_frames
from assetforge.formats import palettes, png
from assetforge.palette import Palette
from assetforge.quantize.quantizer import quantize
from assetforge.quantize.swaps import swaps
from assetforge.sprite import Raster, Sprite

OTHERS = ("pico-8", "gameboy-dmg", "endesga-32", "db32", "kirokaze-gameboy")
SHEET = """[project]
palette = "sweetie-16"
output = "out"

[[sheet]]
name = "art"
kind = "quantize"
from = "*.png"
"""


def game(root: Path, *lines: str) -> Path:
    """A project of three sprites drawn in sweetie-16."""
    project(root, SHEET + "\n".join(lines), ["a.png"])
    own = palettes.load("sweetie-16")
    for seed, name in enumerate("abc"):
        indices = np.random.default_rng(seed).integers(0, 12, (6, 5 + seed), dtype=np.uint8)
        (root / "art" / f"{name}.png").write_bytes(png.write_rgba(Sprite(indices, own).rgba()))
    return root


def read(root: Path, ending: str) -> np.ndarray:
    return png.read((root / "out" / f"art{ending}").read_bytes(), "x")[0].rgba


@pytest.mark.parametrize(
    ("map", "options"),
    [("nearest", ""), ("faithful", "padding = 1\nextrude = 1\ntrim = true"), ("ramp", "max_size = 16\nextrude = 2")],
)
def test_a_row_shows_what_a_build_in_its_palette_gives(tmp_path: Path, map: str, options: str) -> None:
    """Each row of the strip, looked up by the index texture, is the sheet of `build --palette`, pixel by pixel."""
    root = game(tmp_path, f"swaps = {json.dumps(OTHERS)}", f'map = "{map}"', options)
    assert build(root).exit_code == 0
    strip = read(root, ".palette.png")
    told = json.loads((root / "out" / "art.json").read_text())["meta"]["palettes"]
    assert [each["name"] for each in told] == ["sweetie-16", *OTHERS]
    assert [["#" + bytes(color).hex() for color in row[1:, :3]] for row in strip] == [each["colors"] for each in told]
    assert not strip[:, 0].any() and (strip[:, 1:, 3] == 255).all()
    pages = ["", "-2", "-3"] if "max_size" in options else [""]
    indices = {page: read(root, f"{page}.index.png")[..., 0] for page in pages}
    assert all((strip == read(root, f"{page}.palette.png")).all() for page in pages)
    for row, palette in enumerate(("sweetie-16", *OTHERS)):
        assert build(root, Options(palette=palette)).exit_code == 0
        assert all((strip[row][index] == read(root, f"{page}.png")).all() for page, index in indices.items())


@settings(deadline=None, max_examples=20)
@given(arrays(np.uint8, (5, 5), elements=st.integers(0, 16)), st.sampled_from(["nearest", "faithful", "ramp"]))
def test_every_index_has_a_color_of_the_palette(indices: np.ndarray, map: str) -> None:
    """Whatever is drawn, nothing at all too, a row has a legal color for every index; a palette's own row is itself."""
    own = palettes.load("sweetie-16")
    target = palettes.load("pico-8")
    rows = swaps([Sprite(indices, own)], [target, own], map)
    assert [row.name for row in rows] == ["pico-8", "sweetie-16"]
    assert len(rows[0]) == len(own) and set(rows[0].colors) <= set(target.colors)
    if map != "ramp":
        assert own.colors == rows[1].colors


def test_doubles_of_a_color_swap_alike() -> None:
    """Two places that hold one color become one color, drawn or not."""
    own = Palette(((0, 0, 0), (255, 0, 0), (0, 0, 0)), "own")
    (row,) = swaps([Sprite(np.full((2, 2), 3, np.uint8), own)], [palettes.load("gameboy-dmg")])
    assert row.colors[0] == row.colors[2]


def test_without_swaps_the_strip_has_one_row(tmp_path: Path) -> None:
    """A sheet that asks for no swaps, though its project does, keeps its strip of one row."""
    root = game(tmp_path / "a", "swaps = []")
    config = root / "assetforge.toml"
    config.write_text(config.read_text().replace("[project]", '[project]\nswaps = ["pico-8"]', 1))
    assert build(root).exit_code == build(game(tmp_path / "b")).exit_code == 0
    one, other = ((tmp_path / each / "out" / "art.palette.png").read_bytes() for each in "ab")
    assert one == other and read(root, ".palette.png").shape == (1, 17, 4)
    config.write_text(config.read_text().replace("swaps = []", ""))
    assert build(root).exit_code == 0
    assert read(root, ".palette.png").shape == (2, 17, 4)


def test_a_swap_palette_is_an_input(tmp_path: Path) -> None:
    """A changed, gone or mended palette file makes the sheet stale, and the reason names it."""
    root = game(tmp_path, 'swaps = ["gameboy-dmg", "mine.hex"]')
    (root / "mine.hex").write_text("000000\nffffff\n")
    assert build(root).exit_code == 0
    assert build(root, Options(check=True)).exit_code == 0
    (root / "mine.hex").write_text("000000\nff0000\n")
    checked = build(root, Options(check=True))
    assert checked.exit_code == 3 and checked.stale == {"art": ("swap palette mine.hex changed",)}
    assert build(root).exit_code == 0
    assert [255, 0, 0, 255] in read(root, ".palette.png")[2].tolist()
    (root / "mine.hex").write_text("ff0000\n")
    telling = Telling()
    assert build(root, reporter=telling).exit_code == 1
    assert telling.errors["art"][0].startswith('assetforge.toml:5 [[sheet]] "art" -> ')
    assert "mine.hex: holds 1 opaque color" in telling.errors["art"][0]


KINDS = {
    "generate": "count = 4\nsize = [8, 8]",
    "complete": 'from = "a.png"\nvariants = 2',
    "mix": "rows = [1, 2]\ncols = [3, 4]\nsize = [8, 8]",
}


@pytest.mark.parametrize("kind", KINDS)
def test_drawn_sheets_swap_too(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a model drew has rows as well: those of its finished frames, mapped as art in its palette would be."""
    monkeypatch.setattr(work.priors, "prior", lambda path: FakePrior())
    root = game(tmp_path)
    config = SHEET.replace("quantize", kind).replace('from = "*.png"', KINDS[kind])
    (root / "assetforge.toml").write_text(config + 'swaps = ["pico-8"]\n')
    assert build(root).exit_code == 0
    frames, _ = sheet_frames(root / "out" / "art.json")
    (row,) = read(root, ".palette.png")[1:]
    expected = quantize([Raster(frame, name) for name, frame in frames.items()], palettes.load("pico-8"))
    own = read(root, ".palette.png")[0]
    for frame, sprite in zip(frames.values(), expected, strict=True):
        index = (frame[..., None, :] == own).all(-1).argmax(-1)
        assert (row[index] == sprite.rgba()).all()


def test_the_watcher_looks_at_swap_palettes(tmp_path: Path) -> None:
    """The files among `swaps`, of a sheet or of the project, are watched; names are not."""
    table = {"project": {"swaps": "a.hex"}, "sheet": [{"swaps": ["pico-8", "b.gpl", 3]}]}
    assert sorted(named(tmp_path, table)) == [str(tmp_path / name) for name in ("a.hex", "b.gpl")]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('swaps = ["pico8"]', 'no palette "pico8"; did you mean "pico-8"'),
        ('swaps = "mine.hex"', 'no palette file "mine.hex"'),
        ('swaps = ["auto:8"]', '"auto:8" is fitted to art'),
        ('swaps = ["pico-8", "art/pico-8.hex"]', '2 palettes are called "pico-8"'),
        ("swaps = [1]", "give a string or a list of them"),
    ],
)
def test_faults_name_line_key_and_mend(tmp_path: Path, line: str, message: str) -> None:
    """What is no palette to swap to is told with its line, its key and the nearest right name."""
    root = game(tmp_path, line)
    (root / "art" / "pico-8.hex").write_text("000000\nffffff\n")
    result = build(root)
    assert result.exit_code == 2
    assert str(result.faults[0]).startswith('assetforge.toml:9 [[sheet]] "art": swaps') and message in str(
        result.faults[0]
    )


def test_a_swap_that_does_not_fit_the_map_is_told(tmp_path: Path) -> None:
    """The swap map goes from index to index: a palette of another size is refused, by name."""
    root = game(tmp_path, 'palette = "auto:16"', 'map = "swap"', 'swaps = ["gameboy-dmg"]')
    telling = Telling()
    assert build(root, reporter=telling).exit_code == 1
    assert 'swaps: "gameboy-dmg": swap goes from index to index' in telling.errors["art"][0]
