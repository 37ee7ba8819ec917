"""Draw the picture of docs/recolor.md anew: `assetforge recolor` on the example art, without a palette and in two.

python docs/recolor_picture.py
"""

from __future__ import annotations

from pathlib import Path

from assetforge import formats
from assetforge.colorways.ways import ways
from assetforge.contact import Panel, composed
from assetforge.files import write_atomic
from assetforge.formats import palettes, png
from assetforge.quantize import quantizer

DOCS = Path(__file__).parent
ART = DOCS.parent / "examples" / "dungeon" / "art"
SPRITES = ("heroes/rogue", "heroes/wizard", "monsters/orc", "monsters/slime", "monsters/mushroom", "monsters/goblin")
PALETTES = ("", "endesga-32", "sweetie-16")
COUNT = 6


def main() -> None:
    """Write the picture."""
    panels = []
    for name in PALETTES:
        rows = []
        for path in SPRITES:
            raster = formats.read(ART / f"{path}.png")
            (sprite,) = quantizer.quantize(raster, palettes.load(name) if name else 255)
            found = ways([sprite], COUNT, turn=not name)
            rows.append([sprite.rgba(), *(way.of(sprite).rgba() for way in found)])
        panels.append(Panel(f"-p {name}" if name else "without -p", "the sprite, then its ways", rows))
    path = DOCS / "pictures" / "recolor.png"
    write_atomic(path, png.write_rgba(composed(panels)))
    print(path)


if __name__ == "__main__":
    main()
