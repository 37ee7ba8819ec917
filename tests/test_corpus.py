"""What is learnt from: sheets are cut, families stay together, tags are folders."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click import UsageError

from assetforge.cli.train import art_and_archives
from assetforge.corpus import MANY, Source, families, gather
from assetforge.errors import AssetforgeError, InputError
from assetforge.formats import png
from assetforge.models.data import canvases, placed
from assetforge.palette import Palette
from assetforge.sprite import Sprite

RED = Palette(((200, 30, 40), (20, 20, 30)), "red")


def sheet(path: Path, cells: list[list[int]]) -> Path:
    """A PNG of 8 x 8 cells, each an outlined box of so many columns, or empty for 0."""
    whole = np.zeros((8 * len(cells), 8 * len(cells[0]), 4), np.uint8)
    for row, line in enumerate(cells):
        for column, width in enumerate(line):
            whole[8 * row + 1 : 8 * row + 7, 8 * column : 8 * column + width] = (200, 30, 40, 255)
    path.write_bytes(png.write_rgba(whole))
    return path


def test_a_sheet_is_cut_into_cells_in_reading_order_without_the_empty_ones(tmp_path: Path) -> None:
    """Every drawn cell is a sprite of its own; they are one family, since one file drew them."""
    path = sheet(tmp_path / "walk.png", [[1, 0, 5], [8, 3, 0]])
    corpus = gather([Source(path, "hero/walk", (8, 8))])
    assert [int(sprite.mask[2].sum()) for sprite in corpus.sprites] == [1, 5, 8, 3]
    assert {sprite.name.rpartition("/")[0] for sprite in corpus.sprites} == {"hero/walk"}
    assert len(set(corpus.families)) == 1


def test_a_sheet_of_no_whole_cells_and_a_whole_sheet_are_refused(tmp_path: Path) -> None:
    """The error names the sizes; a picture too large to be a sprite is asked whether it is a sheet."""
    path = sheet(tmp_path / "walk.png", [[1] * 9])
    with pytest.raises(InputError, match="72 x 8, no whole number of 16 x 16"):
        gather([Source(path, "walk", (16, 16))])
    with pytest.raises(InputError, match=r'"walk\.png@16x16"'):
        gather([Source(path, "walk")])


def test_cells_are_told_behind_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ART@WxH, for a file, a folder or a glob; a file that is really called so is a file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "walks").mkdir()
    sheet(tmp_path / "walks" / "a.png", [[1, 2]])
    sheet(tmp_path / "b.png", [[3]])
    found = {source.name: source.cell for source in art_and_archives(("walks@8x8", "b.png"))}
    assert found == {"a": (8, 8), "b": None}
    assert art_and_archives(("walks/*.png@8x4",))[0].cell == (8, 4)
    odd = sheet(tmp_path / "icon.png", [[1]]).rename(tmp_path / "icon@2x2.png")
    assert art_and_archives((odd.name,))[0].cell is None
    with pytest.raises((AssetforgeError, UsageError)):
        art_and_archives(("nowhere@8x8",))


def test_art_of_several_folders_is_named_with_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However two folders are given, a sprite's name tells which it lay in; those of one folder go by their own."""
    monkeypatch.chdir(tmp_path)
    for name in ("art/items/axe", "art/monsters/rat"):
        Path(name).parent.mkdir(parents=True)
        sheet(Path(f"{name}.png"), [[3]])
    ways = (("art",), ("art/items", "art/monsters"), ("art/items/axe.png", "art/monsters/*.png"))
    assert [[one.name for one in art_and_archives(way)] for way in ways] == [["items/axe", "monsters/rat"]] * 3
    assert [one.name for one in art_and_archives(("art/items",))] == ["axe"]


def test_frames_of_a_file_are_one_family() -> None:
    """Pictures with nothing in common are still a family if one file holds them; others are not."""
    boxes = []
    for number in range(4):
        indices = np.zeros((8, 8), np.uint8)
        indices[2 * number : 2 * number + 2, : 2 + number] = 1 + number % 2
        boxes.append(Sprite(indices, RED, f"cell/{number}x"))
    assert len(set(families(boxes))) == 4
    assert families(boxes, [1, 1, 2, 2]) == [0, 0, 2, 2]


def test_sprites_of_several_folders_are_at_home_in_the_colors_of_their_own(tmp_path: Path) -> None:
    """A folder's own palette holds its colors and no other's; one that is all there is has but the pack's."""
    files = []
    for folder, light in (("day", 200), ("night", 40)):
        (tmp_path / folder).mkdir()
        for number in range(MANY):
            rgba = np.zeros((8, 8, 4), np.uint8)
            rgba[1:7, : 1 + number % 7] = (light, light + number % 3, 30, 255)
            path = tmp_path / folder / f"{number}.png"
            path.write_bytes(png.write_rgba(rgba))
            files.append(Source(path, f"{folder}/{number}"))
    both = gather(files)
    for sprite, homes in zip(both.sprites, both.homes, strict=True):
        assert homes and all(home >= both.own for home in homes)
        used = {both.sprites[0].palette.colors[index - 1] for index in np.unique(sprite.indices[sprite.indices > 0])}
        lights = {color[0] for home in homes for color in both.palettes[home].colors}
        assert lights == {color[0] for color in used}
    assert not any(gather(files[:MANY]).homes)


def test_odd_sizes_are_learnt_on_canvases_together() -> None:
    """A size that few sprites have goes to the next multiple of 8; every sprite has one canvas that holds it."""
    shapes = [(16, 16)] * 5 + [(3, 15), (27, 51), (20, 16)]
    groups = dict(canvases(shapes))
    assert groups[(16, 16)] == [0, 1, 2, 3, 4]
    assert sorted(place for places in groups.values() for place in places) == list(range(8))
    for (height, width), places in groups.items():
        assert all(shapes[place][0] <= height and shapes[place][1] <= width for place in places)


def test_placing_keeps_what_is_drawn_where_there_is_room() -> None:
    """On a larger canvas not a pixel is lost; on a smaller one the canvas is full."""
    rng = np.random.default_rng(0)
    sprite = np.zeros((12, 12), np.uint8)
    sprite[3:9, 2:10] = rng.integers(1, 3, (6, 8))
    for _ in range(20):
        wide = placed(rng, sprite, (16, 24))
        rows, columns = np.nonzero(wide)
        assert wide.shape == (16, 24)
        assert np.array_equal(wide[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1], sprite[3:9, 2:10])
        assert (placed(rng, sprite, (4, 5)) > 0).all()
