"""Resources of Godot 3 and 4, read after the documentation of their format: frames, durations, names, swaps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from godot_text import Call, Resource, read
from hypothesis import given
from hypothesis import strategies as st
from test_exports import monsters

from assetforge.exports import handed_over, load, sheet_files
from assetforge.exports.godot import MOST_TICKS, Animation, animations
from assetforge.formats import png
from assetforge.palette import Palette
from assetforge.sheet import Sheet, Tag, cut, pack
from assetforge.sprite import Sprite

PALETTE = Palette(((1, 2, 3), (4, 5, 6)), "two")
BOTH = pytest.mark.parametrize("export", ["godot3", "godot4"])


def written(sheet: Sheet, export: str) -> tuple[Resource, Resource]:
    """The frames and the material that an export writes."""
    files = load(export)().files(sheet, {})
    return read(files[f"{sheet.name}.tres"]), read(files[f"{sheet.name}.swap.tres"])


def sprites(*names: str, tag: str = "", **options: Any) -> list[Sprite]:
    return [Sprite(np.ones((2, 2), np.uint8), PALETTE, name, tag=tag, **options) for name in names]


def textures(frame: Any) -> Any:
    return frame["texture"] if isinstance(frame, dict) else frame


@BOTH
def test_every_frame_can_be_put_together(export: str) -> None:
    """Region, margin and picture give each sprite back, under its own name and in its place in `default`."""
    sheet = monsters()
    frames, _ = written(sheet, export)
    files = sheet_files(sheet, {}, [export])
    told = {each["name"]: each for each in frames.properties["animations"]}
    for place, sprite in enumerate(cut(sheet)):
        for name, at in ((sprite.name, 0), ("default", place)):
            texture = frames.inner[textures(told[name]["frames"][at]).values[0]]
            picture = frames.external[texture["atlas"].values[0]]["path"]
            atlas = png.read(files[picture], picture)[0].rgba
            x, y, w, h = texture["region"].values
            left, top, wider, higher = texture["margin"].values if "margin" in texture else (0, 0, 0, 0)
            whole = np.zeros((h + higher, w + wider, 4), np.uint8)
            whole[top : top + h, left : left + w] = atlas[y : y + h, x : x + w]
            assert np.array_equal(whole, sprite.rgba())


@BOTH
def test_animations_take_their_time(export: str) -> None:
    """A tag lasts as long as its frames together, in their order and direction; it loops unless it says how often."""
    made = sprites("a", "b", "c", tag="walk", direction="pingpong") + sprites("d", "e", tag="die", repeat=1)
    lengths = [100, 250, 100, 40, 60]
    made = [
        Sprite(s.indices, s.palette, s.name, n, s.tag, s.direction, s.repeat)
        for s, n in zip(made, lengths, strict=True)
    ]
    sheet = pack(made, "x")
    frames, _ = written(sheet, export)
    told = {each["name"]: each for each in frames.properties["animations"]}

    def played(name: str) -> float:
        counts = [each["duration"] if isinstance(each, dict) else 1 for each in told[name]["frames"]]
        return 1000 * sum(counts) / told[name]["speed"]

    assert played("walk") == pytest.approx(100 + 250 + 100 + 250)
    assert played("die") == pytest.approx(100)
    assert told["walk"]["loop"] and not told["die"]["loop"]
    order = [textures(each).values[0] for each in told["walk"]["frames"]]
    steps = [place for at, place in enumerate(order) if at == 0 or order[at - 1] != place]
    names = [textures(told[name]["frames"][0]).values[0] for name in "abcb"]
    assert steps == names


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=12))
def test_even_steps_are_exact_where_they_are_few(durations: list[int]) -> None:
    """Repeated frames last exactly as long as asked, or within half a step where exactness took too many steps."""
    animation = Animation("x", tuple(range(len(durations))), tuple(durations))
    step, frames = animation.even()
    assert [*dict.fromkeys(frames)] == [*range(len(durations))]
    assert len(frames) <= MOST_TICKS + len(durations)
    for place, duration in enumerate(durations):
        assert abs(frames.count(place) * step - duration) <= (0 if sum(durations) <= MOST_TICKS else max(step, 1))


def test_names_that_meet() -> None:
    """A tag keeps its name beside a frame of the same; a tag called default leaves out the animation of all frames."""
    sheet = pack(sprites("walk", "b", tag="walk") + sprites("c", tag="default"), "x")
    found = {each.name: each.frames for each in animations(sheet)}
    assert found == {"walk": (0, 1), "b": (1,), "default": (2,), "c": (2,)}


def test_tags_that_overlap_or_share_a_name() -> None:
    """Each is an animation of its own frames; those of one name are one, as in NAME.json."""
    plain = pack(sprites("a", "b", "c"), "x")
    tags = (Tag("one", 0, 1), Tag("two", 1, 2), Tag("one", 2, 2, "reverse"))
    sheet = Sheet(plain.name, plain.atlas, plain.frames, tags)
    found = {each.name: each.frames for each in animations(sheet)}
    assert found["one"] == (0, 1, 2) and found["two"] == (1, 2) and found["default"] == (0, 1, 2)


@BOTH
@given(names=st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=4, unique=True))
def test_any_name_is_kept(export: str, names: list[str]) -> None:
    """Quotes, line breaks, other scripts: what is read back is the name, and no name breaks the file."""
    sheet = pack(sprites(*names), "x")
    frames, _ = written(sheet, export)
    assert [each["name"] for each in frames.properties["animations"] if each["name"] in names] == names


@BOTH
def test_the_material_knows_its_palettes(export: str) -> None:
    """It holds both textures, the row of the sheet's own palette, and the names of all rows."""
    sheet = monsters()
    sheet = Sheet(
        sheet.name, sheet.atlas, sheet.frames, sheet.tags, (Palette(sheet.atlas.palette.colors[::-1], 'a "b"'),)
    )
    _, swap = written(sheet, export)
    prefix = {"godot3": "shader_param/", "godot4": "shader_parameter/"}[export]
    paths = {key: swap.external[swap.properties[prefix + key].values[0]]["path"] for key in ("indices", "palettes")}
    assert paths == {"indices": "monsters.index.png", "palettes": "monsters.palette.png"}
    assert swap.properties[prefix + "row"] == 0
    names = ["little", 'a "b"']
    if export == "godot3":
        assert swap.properties["__meta__"] == {"palettes": names}
        assert swap.properties[prefix + "strip"] == Call("Vector2", (5, 2))
    else:
        assert swap.properties["metadata/palettes"] == Call("PackedStringArray", tuple(names))
    assert "shader_type canvas_item" in swap.inner[swap.properties["shader"].values[0]]["code"]


@BOTH
def test_sidecars_belong_to_godot(export: str) -> None:
    """Each picture has one that turns off whatever changes a pixel; they, and nothing else, are handed over."""
    files = sheet_files(monsters(), {}, [export])
    sidecars = {path for path in files if path.endswith(".import")}
    assert sidecars == {f"{path}.import" for path in files if path.endswith(".png")}
    assert sidecars == {path for path in files if handed_over(path, [export])}
    text = files["monsters.png.import"].decode()
    for line in ("compress/mode=0", "flags/filter=false", "mipmaps/generate=false", "process/fix_alpha_border=false"):
        assert f"\n{line}\n" in text


def test_both_godots_in_one_sheet() -> None:
    """The second gets its own names; the sidecars serve both."""
    check: Callable[[str], Resource] = lambda path: read(files[path])  # noqa: E731
    files = sheet_files(monsters(), {}, ["godot4", "godot3"])
    assert check("monsters.tres").head["format"] == 3 and check("monsters.godot3.tres").head["format"] == 2
    assert check("monsters.swap.tres").head["format"] == 3 and check("monsters.swap.godot3.tres").head["format"] == 2
    assert not [path for path in files if path.endswith(".godot3.import")]
