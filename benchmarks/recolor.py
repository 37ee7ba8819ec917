"""Color ways of real sprites: what becomes of light and contrast, beside rotated hues and shuffled palettes.

Run from the top of the checkout: ``python -m benchmarks.recolor ../shared/data [--most 24] [--palettes NAME…]``.

Up to `--most` sprites of each pack, each alone, brought into the palette by the faithful map; six ways of each are
asked for. *own* is no palette: the sprite's own colors, whose hues are turned. Beside ours, which may find fewer:

- hue, nearest: the hue in HSV turned by a seventh of a circle for each way, then the nearest color of the palette
- shuffle: the palette's colors shuffled, index to index (`--map swap`)
- ramp: as many colors of the palette as the sprite has, drawn at random, by the order of lightness (`--map ramp`)

Edges are those between two drawn pixels side by side, of two colors before. *whole*: ways in which no edge is lost;
*light*: in which no edge turns its order of lightness in OKLab; *contrast*: pairs of touching colors whose OKLab
distance stays within half and twice of what it was; *steps*: pairs whose distance in hue and chroma alone (OKLab's a
and b) stays within 0.06 of what it was, so that shades of one thing stay such; *apart*: mean OKLab distance of a drawn
pixel between two ways, or a way and the sprite; *found*: ways of six. CPU time of the process.
"""

from __future__ import annotations

import argparse
import colorsys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assetforge import formats
from assetforge.color import distance, oklab
from assetforge.colorways.ways import ways
from assetforge.evaluate.mapping import fidelity
from assetforge.formats import palettes
from assetforge.palette import Palette
from assetforge.quantize import quantizer
from assetforge.quantize.histogram import touching
from assetforge.sprite import Sprite

__all__: list[str] = []

PACKS = ("dcss-items-60", "dcss-monsters-60", "kenney-tiny-dungeon", "medieval-fantasy-small")
PALETTES = ("own", "pico-8", "sweetie-16", "endesga-32", "db32", "resurrect-64")
WAYS = 6
STEP = 0.06

Rows = list[NDArray[np.uint8]]
"""For each way the color of every index of a sprite's palette, shape (K, 3)."""
Recolor = Callable[[Sprite, bool], Rows]


def ours(sprite: Sprite, own: bool) -> Rows:
    return [np.array(way.row.colors, np.uint8) for way in ways([sprite], WAYS, turn=own)]


def hue(sprite: Sprite, own: bool) -> Rows:
    colors = np.array(sprite.palette.colors, np.uint8)
    found = []
    for number in range(1, WAYS + 1):
        rows = []
        for color in colors / 255:
            h, s, v = colorsys.rgb_to_hsv(*color)
            rows.append(colorsys.hsv_to_rgb((h + number / (WAYS + 1)) % 1.0, s, v))
        turned = np.rint(255 * np.array(rows)).astype(np.uint8)
        near = distance(oklab(turned)[:, None], oklab(colors)).argmin(axis=1)
        found.append(turned if own else colors[near])
    return found


def shuffle(sprite: Sprite, own: bool) -> Rows:
    colors = np.array(sprite.palette.colors, np.uint8)
    random = np.random.default_rng(0)
    return [random.permutation(colors) for _ in range(WAYS)]


def ramp(sprite: Sprite, own: bool) -> Rows:
    colors = np.array(sprite.palette.colors, np.uint8)
    used = np.unique(sprite.indices[sprite.mask]) - 1
    random = np.random.default_rng(0)
    found = []
    for _ in range(WAYS):
        drawn = random.permutation(len(colors))[: len(used)]
        row = colors.copy()
        by = np.argsort(oklab(colors[used])[:, 0])
        row[used[by]] = colors[drawn[np.argsort(oklab(colors[drawn])[:, 0])]]
        found.append(row)
    return found


METHODS: dict[str, Recolor] = {"ours": ours, "hue, nearest": hue, "shuffle": shuffle, "ramp": ramp}


class Figures:
    """Sums over the ways of many sprites."""

    def __init__(self) -> None:
        self.asked = self.found = self.whole = self.light = 0
        self.contrast: list[float] = []
        self.steps: list[float] = []
        self.apart: list[float] = []
        self.seconds = 0.0

    def add(self, sprite: Sprite, rows: Rows) -> None:
        self.asked += WAYS
        self.found += len(rows)
        own = np.array(sprite.palette.colors, np.uint8)
        pairs, _ = touching([sprite.indices.astype(np.int64)], len(own))
        looks = [sprite.rgba()[sprite.mask][:, :3]]
        for row in rows:
            shown = sprite.rgba()
            shown[sprite.mask, :3] = row[sprite.indices[sprite.mask] - 1]
            cost = fidelity([sprite.rgba()], [shown])
            self.whole += cost.merged == 0
            self.light += cost.flipped == 0
            if len(pairs):
                before, after = oklab(own)[pairs], oklab(row)[pairs]
                ratio = distance(after[:, 0], after[:, 1]) / np.maximum(distance(before[:, 0], before[:, 1]), 1e-6)
                self.contrast.append(float(((ratio >= 0.5) & (ratio <= 2)).mean()))
                long = [np.hypot(*(lab[:, 0, 1:] - lab[:, 1, 1:]).T) for lab in (before, after)]
                self.steps.append(float((np.abs(long[0] - long[1]) <= STEP).mean()))
            looks.append(shown[sprite.mask][:, :3])
        labs = [oklab(look) for look in looks]
        self.apart += [float(distance(a, b).mean()) for at, a in enumerate(labs) for b in labs[:at]]

    def line(self, palette: str, method: str) -> str:
        many = max(self.found, 1)
        return (
            f"| {palette} | {method} | {self.whole / many:.3f} | {self.light / many:.3f} "
            f"| {np.mean(self.contrast):.3f} | {np.mean(self.steps):.3f} | {np.mean(self.apart):.3f} "
            f"| {6 * self.found / self.asked:.1f} "
            f"| {1000 * WAYS * self.seconds / self.asked:.0f} |"
        )


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", nargs="?", type=Path, default=Path("../shared/data"))
    parser.add_argument("--most", type=int, default=24)
    parser.add_argument("--palettes", nargs="+", default=PALETTES)
    options = parser.parse_args()
    rasters = []
    for pack in PACKS:
        files = sorted((options.data / "packs" / pack).glob("*.png"))
        for path in files[:: -(-len(files) // options.most)]:
            rasters += formats.read(path, path.stem)[:1]
    print(f"{len(rasters)} sprites\n")
    print("| palette | method | whole | light | contrast | steps | apart | found | ms a sprite |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name in options.palettes:
        palette: Palette | int = 255 if name == "own" else palettes.load(name)
        figures = {method: Figures() for method in METHODS}
        for raster in rasters:
            (sprite,) = quantizer.quantize([raster], palette)
            for method, recolor in METHODS.items():
                if (name, method) == ("own", "ramp"):
                    # As many colors by the order of lightness as there are: the sprite itself.
                    continue
                start = time.process_time()
                rows = recolor(sprite, name == "own")
                figures[method].seconds += time.process_time() - start
                figures[method].add(sprite, rows)
        for method, sums in figures.items():
            if sums.asked:
                print(sums.line(name, method), flush=True)


if __name__ == "__main__":
    main()
