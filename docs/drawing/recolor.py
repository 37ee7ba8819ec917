"""The picture of docs/recolor.md: `assetforge recolor` without a palette and in two."""

from __future__ import annotations

from pathlib import Path

from assetforge.colorways.ways import ways
from assetforge.contact import Panel
from assetforge.formats import palettes
from assetforge.quantize import quantizer

from . import rasters, shown

SPRITES = ("heroes/rogue", "heroes/wizard", "monsters/orc", "monsters/slime", "monsters/mushroom", "monsters/goblin")
PALETTES = ("", "endesga-32", "sweetie-16")
COUNT = 6


def pictures(folder: Path) -> dict[str, bytes]:
    """By their places below docs/."""
    panels = []
    for name in PALETTES:
        rows = []
        for raster in rasters(f"{path}.png" for path in SPRITES):
            (sprite,) = quantizer.quantize([raster], palettes.load(name) if name else 255)
            found = ways([sprite], COUNT, turn=not name)
            rows.append([sprite.rgba(), *(way.of(sprite).rgba() for way in found)])
        panels.append(Panel(f"-p {name}" if name else "without -p", "the sprite, then its ways", rows))
    return {"pictures/recolor.png": shown(panels)}
