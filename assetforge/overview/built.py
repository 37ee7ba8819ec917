"""The sheets of a project that stand in its output folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..errors import AssetforgeError
from ..files import read_bytes
from ..pipeline import load

__all__ = ["artist", "built_sheets", "pages"]


def built_sheets(root: Path) -> list[Path]:
    """The JSON of each sheet that stands in the output folder, in the order of the configuration."""
    pipeline = load(root)
    if pipeline.project is None:
        return []
    paths = (root / pipeline.project.output / f"{sheet.name}.json" for sheet in pipeline.sheets)
    return [path for path in paths if path.is_file()]


def pages(path: Path) -> list[Path]:
    """A sheet's JSON, and those of its further pages."""
    others = _meta(path).get("related_multi_packs", [])
    return [path, *(path.with_name(f"{path.stem}-{number + 2}.json") for number in range(len(others)))]


def artist(path: Path) -> str:
    """The sha256 of the model that a sheet's JSON says drew it; empty if it says none."""
    try:
        return str(_meta(path)["provenance"]["model"]["sha256"])
    except (KeyError, TypeError):
        return ""


def _meta(path: Path) -> dict[str, Any]:
    """What a sheet's JSON says of the sheet; nothing if it cannot be read, of which whoever draws it will tell."""
    try:
        meta = json.loads(read_bytes(path))["meta"]
        return meta if isinstance(meta, dict) else {}
    except (AssetforgeError, KeyError, TypeError, ValueError):
        return {}
