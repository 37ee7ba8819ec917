"""The sheet that every engine is shown, and what it must show of it.

The art is the example's, drawn in Endesga 32, so that a sheet in that palette must give each file back pixel by pixel;
the expected pictures are read from the sources and never from a sheet.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assetforge import formats
from assetforge.build import build
from assetforge.outcome import Options, Silent

ART = Path(__file__).parents[2] / "examples" / "dungeon" / "art"
PALETTES = ("endesga-32", "pico-8", "sweetie-16", "kirokaze-gameboy", "db32")
SOURCES = {"heroes": "*.png", "items": "*.*", "monsters": "*.png", "tiles": "*.*", "bosses": "*.png"}

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Forged:
    """A built project.

    Arguments:
        root: The project.
        output: Where the files of the sheet lie; its name is "art".
        frames: RGBA (H, W, 4) of each frame by its name in the sheet, whole, as its source has it.
        durations: Milliseconds of each.
        tags: The frames of each animation, in order.
    """

    root: Path
    output: Path
    frames: dict[str, Pixels]
    durations: dict[str, int]
    tags: dict[str, list[str]]


def forge(root: Path, exports: tuple[str, ...] = ("json",), palette: str = "endesga-32", options: str = "") -> Forged:
    """Build a sheet called "art" of 50 sprites of two sizes and two animations, in a new project.

    Arguments:
        options: More lines of the sheet's block, such as ``trim = true``.
    """
    for folder, pattern in SOURCES.items():
        for path in ART.glob(f"{folder}/{pattern}"):
            (root / "art" / folder).mkdir(parents=True, exist_ok=True)
            shutil.copy(path, root / "art" / folder / path.name)
    # JSON strings and arrays of strings are TOML, too.
    (root / "assetforge.toml").write_text(
        f'[project]\nsource = "art"\noutput = "assets/forge"\npalette = {json.dumps(palette)}\n'
        f"exports = {json.dumps(list(exports))}\n\n"
        f'[[sheet]]\nname = "art"\nkind = "quantize"\nfrom = "**/*.*"\n{options}\n'
    )
    return finish(Forged(root, root / "assets" / "forge", {}, {}, {}))


def finish(forged: Forged) -> Forged:
    """Build the project as it is now, and look at its art."""
    root = forged.root
    result = build(root, Options(), Silent())
    assert result.exit_code == 0
    frames, durations, tags = {}, {}, {}
    for path in sorted((root / "art").rglob("*.*")):
        name = path.relative_to(root / "art").with_suffix("").as_posix()
        rasters = formats.read(path, name)
        for raster in rasters:
            frames[raster.name] = raster.rgba
            durations[raster.name] = raster.duration
        if len(rasters) > 1:
            tags[rasters[0].tag] = [raster.name for raster in rasters]
    return Forged(root, root / "assets" / "forge", frames, durations, tags)


def renewed(root: Path) -> tuple[Forged, Forged]:
    """A sheet, and how it is after its art has changed: sprites of another size, one more, all at other places."""
    before = forge(root / "before", options="trim = true")
    art = root / "after" / "art" / "heroes"
    art.mkdir(parents=True)
    shutil.copy(ART / "props" / "portal.png", art / "aaa.png")
    after = forge(root / "after", options="trim = true\npadding = 3")
    shutil.copy(ART / "bosses" / "dragon.png", art / "knight.png")
    shutil.copy(ART / "items" / "axe.png", root / "after" / "art" / "bosses" / "ogre.png")
    return before, finish(after)


def swapped(root: Path) -> tuple[Forged, dict[str, dict[str, Pixels]]]:
    """A sheet whose strip has a row for each of `PALETTES`, and its frames as a build gives them with each of those."""
    forged = forge(root / "art", options=f"swaps = {json.dumps(list(PALETTES[1:]))}")
    built = {}
    for palette in PALETTES:
        other = root / palette
        shutil.copytree(forged.root / "art", other / "art")
        shutil.copy(forged.root / "assetforge.toml", other)
        assert build(other, Options(palette=palette), Silent()).exit_code == 0
        built[palette] = cut_out(other / "assets" / "forge")
    return forged, built


def cut_out(output: Path) -> dict[str, Pixels]:
    """The frames of the sheet in a folder, whole, as NAME.json says where they lie in NAME.png."""
    atlas = formats.read(output / "art.png", "art")[0].rgba
    frames = {}
    for name, frame in json.loads((output / "art.json").read_text())["frames"].items():
        box, inner, size = frame["frame"], frame["spriteSourceSize"], frame["sourceSize"]
        whole = np.zeros((size["h"], size["w"], 4), np.uint8)
        drawn = atlas[box["y"] : box["y"] + box["h"], box["x"] : box["x"] + box["w"]]
        whole[inner["y"] : inner["y"] + inner["h"], inner["x"] : inner["x"] + inner["w"]] = drawn
        frames[name] = whole
    return frames


def differing(expected: Pixels, actual: Pixels) -> int:
    """Pixels that differ; of two transparent ones the color says nothing."""
    assert expected.shape == actual.shape
    either = (expected[..., 3] > 0) | (actual[..., 3] > 0)
    return int(((expected != actual).any(-1) & either).sum())
