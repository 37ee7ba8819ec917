"""What a sheet becomes in the game project, one file per engine.

A new engine is a module here and a row in `EXPORTS`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..errors import ConfigError, did_you_mean

if TYPE_CHECKING:
    from ..sheet import Sheet
    from .base import Export

__all__ = ["EXPORTS", "load", "sheet_files"]

EXPORTS = {
    "json": "assetforge.exports.json:Json",
    "json-array": "assetforge.exports.json:JsonArray",
    "phaser": "assetforge.exports.phaser:Phaser",
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
        files |= load(name)().files(sheet, provenance)
    return files
