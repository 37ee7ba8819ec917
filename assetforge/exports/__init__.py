"""What a sheet becomes in the game project, one file per engine.

A new engine is a module here and a row in `EXPORTS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..errors import ConfigError, did_you_mean

if TYPE_CHECKING:
    from ..sheet import Sheet
    from .base import Export

__all__ = ["EXPORTS", "handed_over", "load", "sheet_files"]

EXPORTS = {
    "json": "assetforge.exports.json:Json",
    "json-array": "assetforge.exports.json:JsonArray",
    "godot3": "assetforge.exports.godot3:Godot3",
    "godot4": "assetforge.exports.godot4:Godot4",
    "phaser": "assetforge.exports.phaser:Phaser",
    "love": "assetforge.exports.love:Love",
    "tiled": "assetforge.exports.tiled:Tiled",
    "aseprite": "assetforge.exports.aseprite:Aseprite",
    "libgdx": "assetforge.exports.libgdx:LibGdx",
    "texturepacker": "assetforge.exports.texturepacker:TexturePacker",
    "texturepacker-unity": "assetforge.exports.texturepacker:TexturePackerUnity",
}


def load(name: str) -> type[Export]:
    """The class behind the name of an export.

    Raises:
        ConfigError: If there is no such export.
    """
    if name not in EXPORTS:
        raise ConfigError(f'"{name}" is no export; {did_you_mean(name, EXPORTS)}')
    module, attribute = EXPORTS[name].split(":")
    export: type[Export] = getattr(import_module(module), attribute)
    return export


def sheet_files(sheet: Sheet, provenance: Mapping[str, Any], exports: Sequence[str] = ()) -> dict[str, bytes]:
    """All files of a sheet, by their path below the output folder.

    ``NAME.png``, ``NAME.json``, ``NAME.index.png`` and ``NAME.palette.png`` are always among them.

    A file whose path another export has taken for other contents gets its own export's name before its ending:
    of ``["godot4", "godot3"]`` the second gives ``NAME.godot3.tres``.

    Raises:
        ConfigError: If an export is unknown.
    """
    from ..formats import png

    files = {
        f"{sheet.name}.png": png.write(sheet.atlas),
        f"{sheet.name}.index.png": png.write_index(sheet.atlas),
        f"{sheet.name}.palette.png": png.write_strip(*sheet.palettes),
    }
    for name in dict.fromkeys(("json", *exports)):
        for path, data in load(name)().files(sheet, provenance).items():
            start, _, ending = path.rpartition(".")
            files[path if files.get(path, data) == data else f"{start}.{name}.{ending}"] = data
    return files


def handed_over(path: str, exports: Iterable[str]) -> bool:
    """Whether a file of these exports is its engine's from the moment it is there: written once, and never after.

    Arguments:
        path: Where it lies.
        exports: Their names; those that do not exist have no files.
    """
    endings = (ending for name in exports if name in EXPORTS for ending in getattr(load(name), "handed_over", ()))
    return path.endswith(tuple(endings))
