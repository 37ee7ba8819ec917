"""The sprite-sheet JSON that Aseprite, TexturePacker, Phaser and PixiJS share: a hash of frames, and an array.

Aseprite's `meta.frameTags`, `meta.slices` and `duration` (https://www.aseprite.org/docs/cli/#data), TexturePacker's
trim fields and PixiJS's `animations` (https://pixijs.download/release/docs/assets.SpritesheetData.html) stand side by
side; each reader takes what it knows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import __version__

if TYPE_CHECKING:
    from ..sheet import Frame, Sheet, Tag, Terrain

__all__ = ["Json", "JsonArray", "animations", "document", "frame_facts", "meta", "one_round", "terrain"]


@dataclass(frozen=True)
class Json:
    """Gives ``NAME.json``, whose frames stand under their names."""

    def files(self, sheet: Sheet, provenance: Mapping[str, Any]) -> dict[str, bytes]:
        """The one file, one line for each frame, animation and fact, so that changes show well in git."""
        frames = {frame.name: frame_facts(frame, sheet.pivot) for frame in sheet.frames}
        parts = {"frames": frames, "animations": animations(sheet), "meta": meta(sheet, provenance)}
        return {f"{sheet.name}.json": document(parts)}


@dataclass(frozen=True)
class JsonArray:
    """Gives ``NAME.array.json``, whose frames stand in their order, which `frameTags` count in."""

    def files(self, sheet: Sheet, provenance: Mapping[str, Any]) -> dict[str, bytes]:
        """The one file; each frame says its name as `filename`."""
        frames = [{"filename": frame.name} | frame_facts(frame, sheet.pivot) for frame in sheet.frames]
        parts = {"frames": frames, "animations": animations(sheet), "meta": meta(sheet, provenance)}
        return {f"{sheet.name}.array.json": document(parts)}


def frame_facts(frame: Frame, pivot: tuple[float, float] | None) -> dict[str, Any]:
    """What is said of a frame beside its name."""
    point = {"x": pivot[0], "y": pivot[1]} if pivot else None
    return {
        "frame": {"x": frame.x, "y": frame.y, "w": frame.width, "h": frame.height},
        "rotated": False,
        "trimmed": frame.trimmed,
        "spriteSourceSize": {"x": frame.left, "y": frame.top, "w": frame.width, "h": frame.height},
        "sourceSize": {"w": frame.source[0], "h": frame.source[1]},
        "duration": frame.duration,
        # PixiJS reads the one, other readers of TexturePacker's JSON the other.
        **({"anchor": point, "pivot": point} if point else {}),
    }


def animations(sheet: Sheet) -> dict[str, list[str]]:
    """The names of each animation's frames in the order of one round of it.

    PixiJS knows no directions, so they are played out here. Tags that share a name are one animation.
    """
    found: dict[str, list[str]] = {}
    for tag in sheet.tags:
        found.setdefault(tag.name, []).extend(sheet.frames[index].name for index in one_round(tag))
    return found


def one_round(tag: Tag) -> list[int]:
    """The places in the sheet of the frames that one round of an animation shows, in order."""
    forth = list(range(tag.first, tag.last + 1))
    back = forth[::-1]
    # A pingpong shows the frame at either end once before it turns.
    return {"reverse": back, "pingpong": forth + back[1:-1], "pingpong_reverse": back + forth[1:-1]}.get(
        tag.direction, forth
    )


def meta(sheet: Sheet, provenance: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of the sheet as a whole."""
    width, height = sheet.atlas.size
    return {
        "app": "assetforge",
        "version": __version__,
        "image": f"{sheet.name}.png",
        "format": "I8",
        "size": {"w": width, "h": height},
        "scale": "1",
        "frameTags": [
            {"name": tag.name, "from": tag.first, "to": tag.last, "direction": tag.direction}
            # As Aseprite writes it: in letters, and only where there is an end.
            | ({"repeat": str(tag.repeat)} if tag.repeat else {})
            for tag in sheet.tags
        ],
        "slices": slices(sheet),
        "palette": {
            "name": sheet.atlas.palette.name,
            "colors": list(sheet.atlas.palette.hex),
            "transparent": 0,
        },
        "palettes": [{"name": each.name, "colors": list(each.hex)} for each in sheet.palettes],
        **({"terrain": terrain(sheet.terrain, sheet)} if sheet.terrain else {}),
        **({"related_multi_packs": [f"{name}.json" for name in sheet.others]} if sheet.others else {}),
        "provenance": provenance,
    }


def terrain(told: Terrain, sheet: Sheet) -> dict[str, Any]:
    """A tileset for engines that lay it themselves: of each frame the material of its cell and of its neighbors."""
    cells = zip(sheet.frames, told.centers, told.around, strict=True)
    return {
        "name": told.name,
        "layout": told.layout,
        "colors": list(told.colors),
        "neighbors": ["n", "ne", "e", "se", "s", "sw", "w", "nw"],
        "frames": {frame.name: {"center": center, "around": list(around)} for frame, center, around in cells},
    }


def slices(sheet: Sheet) -> list[dict[str, Any]]:
    """The pivot as Aseprite tells it: a slice over the whole sprite, a key wherever it is not as it was before."""
    if sheet.pivot is None:
        return []
    keys: list[dict[str, Any]] = []
    for index, frame in enumerate(sheet.frames):
        width, height = frame.source
        bounds = {"x": 0, "y": 0, "w": width, "h": height}
        if not keys or keys[-1]["bounds"] != bounds:
            point = {"x": round(width * sheet.pivot[0]), "y": round(height * sheet.pivot[1])}
            keys.append({"frame": index, "bounds": bounds, "pivot": point})
    return [{"name": "pivot", "color": "#0000ffff", "keys": keys}]


def document(parts: Mapping[str, Any]) -> bytes:
    """A JSON file of an object of objects and arrays, a line for each of their values."""
    text = "{\n" + ",\n".join(f"{_dump(key)}: {_lines(part)}" for key, part in parts.items()) + "\n}\n"
    # A name that is not UTF-8 on disk carries lone surrogates, whose backslash form is valid JSON.
    return text.encode("utf-8", "backslashreplace")


def _lines(part: Any) -> str:
    if isinstance(part, Mapping):
        start, end = "{}"
        lines = [f" {_dump(key)}: {_dump(value)}" for key, value in part.items()]
    else:
        start, end = "[]"
        lines = [f" {_dump(value)}" for value in part]
    return f"{start}\n" + ",\n".join(lines) + f"\n{end}" if lines else start + end


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(", ", ": "))
