"""TexturePacker's sheets for the importers that CodeAndWeb gives away: Godot's in JSON, Unity's in lines.

Godot's is read by https://github.com/CodeAndWeb/texturepacker-godot-plugin, which makes an AtlasTexture of each sprite.
Of Unity's, only what TexturePacker's own exporter template writes is public.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import __version__
from .naming import distinct

if TYPE_CHECKING:
    from ..sheet import Frame, Sheet

__all__ = ["TexturePacker", "TexturePackerUnity"]

FORBIDDEN = '\\:*?"<>|'
"""What no file of Godot's may be called."""


@dataclass(frozen=True)
class TexturePacker:
    """Gives ``NAME.tpsheet`` for the importer in Godot."""

    def files(self, sheet: Sheet, provenance: Mapping[str, Any]) -> dict[str, bytes]:
        """The one file, a line for each sprite."""
        width, height = sheet.atlas.size
        names = distinct((frame.name for frame in sheet.frames), FORBIDDEN)
        sprites = [json.dumps(_sprite(*each), ensure_ascii=False) for each in zip(sheet.frames, names, strict=True)]
        head = json.dumps({"image": f"{sheet.name}.png", "size": {"w": width, "h": height}}, ensure_ascii=False)
        meta = json.dumps({"app": "assetforge", "version": __version__})
        lines = ",\n  ".join(sprites)
        text = f'{{\n"textures": [\n {head[:-1]}, "sprites": [\n  {lines}\n ]}}\n],\n"meta": {meta}\n}}\n'
        return {f"{sheet.name}.tpsheet": text.encode("utf-8", "backslashreplace")}


@dataclass(frozen=True)
class TexturePackerUnity:
    """Gives ``NAME.unity.tpsheet`` for the importer in Unity, which takes the name of the picture from within."""

    def files(self, sheet: Sheet, provenance: Mapping[str, Any]) -> dict[str, bytes]:
        """The one file, a line for each sprite; y goes up, and the pivot is the middle of the untrimmed sprite."""
        width, height = sheet.atlas.size
        names = distinct((frame.name for frame in sheet.frames), "")
        lines = [
            "# Sprite sheet data for Unity, by assetforge.",
            ":format=40300",
            f":texture={sheet.name}.png",
            f":size={width}x{height}",
            ":pivotpoints=enabled",
            ":borders=disabled",
            "",
        ]
        for frame, name in zip(sheet.frames, names, strict=True):
            x = (frame.source[0] / 2 - frame.left) / frame.width
            y = (frame.height - (frame.source[1] / 2 - frame.top)) / frame.height
            place = f"{frame.x};{height - frame.y - frame.height};{frame.width};{frame.height}"
            lines.append(f"{_escaped(name)};{place}; {round(x, 6):g};{round(y, 6):g}; 0;0;0;0")
        return {f"{sheet.name}.unity.tpsheet": ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace")}


def _sprite(frame: Frame, name: str) -> dict[str, Any]:
    # The importer drops what follows the last dot of a name. A margin is where the sprite stands, and what is missing.
    margin = {
        "x": frame.left,
        "y": frame.top,
        "w": frame.source[0] - frame.width,
        "h": frame.source[1] - frame.height,
    }
    return {
        "filename": f"{name}.png",
        "region": {"x": frame.x, "y": frame.y, "w": frame.width, "h": frame.height},
        "margin": margin,
    }


def _escaped(name: str) -> str:
    for letter in "%#:;":
        name = name.replace(letter, f"%{ord(letter):02X}")
    return name
