"""What the readers of sprite-sheet JSON on the web ask of it, beyond what every export is held to."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from assetforge.errors import InputError
from assetforge.exports import sheet_files
from assetforge.palette import Palette
from assetforge.sheet import Sheet, Tag, pack
from assetforge.sprite import Sprite


def strip(*names: str, tags: tuple[Tag, ...] = ()) -> Sheet:
    """A sheet of 1 x 1 sprites."""
    palette = Palette(((1, 2, 3), (4, 5, 6)))
    return replace(pack([Sprite(np.ones((1, 1), np.uint8), palette, name) for name in names], "x"), tags=tags)


def written(sheet: Sheet, file: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(sheet_files(sheet, {}, ["json", "json-array", "phaser"])[file])
    return found


def test_array_and_hash_say_the_same() -> None:
    """The array holds, in the order that tags count in, what the hash holds by name."""
    sheet = strip("b", "a", "10", "9", tags=(Tag("run", 1, 2),))
    by_name, array = written(sheet, "x.json"), written(sheet, "x.array.json")
    assert [frame.pop("filename") for frame in array["frames"]] == ["b", "a", "10", "9"] == list(by_name["frames"])
    assert array["frames"] == list(by_name["frames"].values())
    assert {key: array[key] for key in ("animations", "meta")} == {key: by_name[key] for key in ("animations", "meta")}


@pytest.mark.parametrize(
    ("direction", "expected"),
    [("forward", "abcd"), ("reverse", "dcba"), ("pingpong", "abcdcb"), ("pingpong_reverse", "dcbabc")],
)
def test_animations_are_played_out(direction: str, expected: str) -> None:
    """PixiJS, which knows no directions, gets one round of each; the ends of a pingpong stand once in it."""
    sheet = strip(*"abcd", tags=(Tag("run", 0, 3, direction),))
    assert written(sheet, "x.json")["animations"] == {"run": list(expected)}
    assert written(sheet, "x.json")["meta"]["frameTags"][0]["direction"] == direction


@pytest.mark.parametrize("direction", ["forward", "reverse", "pingpong", "pingpong_reverse"])
@pytest.mark.parametrize("count", [1, 2])
def test_short_animations_show_each_frame_once(direction: str, count: int) -> None:
    """Of one or two frames every direction is a round of just these."""
    sheet = strip(*"ab"[:count], tags=(Tag("run", 0, count - 1, direction),))
    assert sorted(written(sheet, "x.json")["animations"]["run"]) == list("ab"[:count])


def test_tags_may_overlap() -> None:
    """A frame of two tags is in both animations; Phaser finds it under its number once."""
    sheet = strip(*"abc", tags=(Tag("all", 0, 2), Tag("end", 1, 2)))
    assert written(sheet, "x.json")["animations"] == {"all": ["a", "b", "c"], "end": ["b", "c"]}
    assert list(written(sheet, "x.phaser.json")["frames"]) == ["a", "b", "c", "0", "1", "2"]


def test_phaser_finds_animated_frames_by_number() -> None:
    """Each number of a tag leads to the frame that has it, which says its name; a still has none."""
    sheet = strip("still", "b", "c", tags=(Tag("run", 1, 2),))
    frames = written(sheet, "x.phaser.json")["frames"]
    assert list(frames) == ["still", "b", "c", "1", "2"]
    assert frames["2"] == {"name": "c", **frames["c"]}


def test_a_name_that_is_anothers_number_is_refused() -> None:
    """Where a sprite's name is the number of an animated one, Phaser would show the wrong one: an error tells."""
    with pytest.raises(InputError, match='"2", where Phaser looks for frame 2 of the sheet, "c"'):
        written(strip("2", "b", "c", tags=(Tag("run", 1, 2),)), "x.phaser.json")
    assert list(written(strip("a", "1", tags=(Tag("run", 0, 1),)), "x.phaser.json")["frames"]) == ["a", "1", "0"]


def test_the_pivot_stands_where_each_reader_looks() -> None:
    """In every frame for Phaser and PixiJS, in a slice as Aseprite has it; without one there is none of it."""
    palette = Palette(((1, 2, 3), (4, 5, 6)))
    sizes = {"a": (8, 4), "b": (8, 4), "c": (3, 3)}
    sprites = [Sprite(np.ones(size, np.uint8), palette, name) for name, size in sizes.items()]
    sheet = pack(sprites, "x")
    plain = written(sheet, "x.json")
    assert plain["meta"]["slices"] == [] and not {"anchor", "pivot"} & plain["frames"]["a"].keys()
    for file in ("x.json", "x.phaser.json"):
        facts = written(replace(sheet, pivot=(0.5, 1.0)), file)
        assert all(frame["anchor"] == frame["pivot"] == {"x": 0.5, "y": 1.0} for frame in facts["frames"].values())
        (piece,) = facts["meta"]["slices"]
        assert [(key["frame"], key["bounds"]["w"], key["pivot"]) for key in piece["keys"]] == [
            (0, 4, {"x": 2, "y": 8}),
            (2, 3, {"x": 2, "y": 3}),
        ]
