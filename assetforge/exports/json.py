"""The sprite-sheet JSON that Aseprite, TexturePacker, Phaser and PixiJS share, in its hash form.

Aseprite's `meta.frameTags` and `duration`, TexturePacker's trim fields and PixiJS's `animations`
stand side by side; each reader takes what it knows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import __version__

if TYPE_CHECKING:
    from ..sheet import Frame, Sheet

__all__ = ["Json"]


@dataclass(frozen=True)
class Json:
    """Gives ``NAME.json``."""

    def files(self, sheet: Sheet, provenance: Mapping[str, Any]) -> dict[str, bytes]:
        """The one file, one line for each frame, animation and fact, so that changes show well in git."""
        animations: dict[str, list[str]] = {}
        for tag in sheet.tags:
            frames = sheet.frames[tag.first : tag.last + 1]
            animations.setdefault(tag.name, []).extend(frame.name for frame in frames)
        width, height = sheet.atlas.size
        meta = {
            "app": "assetforge",
            "version": __version__,
            "image": f"{sheet.name}.png",
            "format": "I8",
            "size": {"w": width, "h": height},
            "scale": "1",
            "frameTags": [
                {"name": tag.name, "from": tag.first, "to": tag.last, "direction": tag.direction} for tag in sheet.tags
            ],
            "palette": {
                "name": sheet.atlas.palette.name,
                "colors": list(sheet.atlas.palette.hex),
                "transparent": 0,
            },
            "provenance": provenance,
        }
        parts: dict[str, Mapping[str, Any]] = {
            "frames": {frame.name: _frame(frame) for frame in sheet.frames},
            "animations": animations,
            "meta": meta,
        }
        text = "{\n" + ",\n".join(f"{_dump(key)}: {_lines(part)}" for key, part in parts.items()) + "\n}\n"
        # A name that is not UTF-8 on disk carries lone surrogates, whose backslash form is valid JSON.
        return {f"{sheet.name}.json": text.encode("utf-8", "backslashreplace")}


def _frame(frame: Frame) -> dict[str, Any]:
    return {
        "frame": {"x": frame.x, "y": frame.y, "w": frame.width, "h": frame.height},
        "rotated": False,
        "trimmed": frame.trimmed,
        "spriteSourceSize": {"x": frame.left, "y": frame.top, "w": frame.width, "h": frame.height},
        "sourceSize": {"w": frame.source[0], "h": frame.source[1]},
        "duration": frame.duration,
    }


def _lines(part: Mapping[str, Any]) -> str:
    if not part:
        return "{}"
    return "{\n" + ",\n".join(f" {_dump(key)}: {_dump(value)}" for key, value in part.items()) + "\n}"


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(", ", ": "))
