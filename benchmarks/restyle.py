"""Sprites in another pack's style, beside what a palette alone can do.

Run from the top of the checkout: ``python -m benchmarks.restyle [--data ../shared/data] [-m MODEL]``.

The example game's heroes and monsters into two packs, and one of them into the example's style, in 32 colors fitted to
the target. Silhouette: overlap with the input's (intersection over union). Lights: the share of neighboring pixels, one
clearly lighter in the input, of which the same is still lighter. Patches: squared distance of 5 x 5 patches to the
target's (`evaluate/patches.py`, times 1,000; half the target against its other half stands beside it; less is nearer).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assetforge import formats
from assetforge.evaluate.craft import entries
from assetforge.evaluate.patches import Patches, kernel_distance
from assetforge.models.prior import Prior
from assetforge.quantize import quantizer
from assetforge.sprite import Raster, Sprite

__all__: list[str] = []

EXAMPLE = Path(__file__).parents[1] / "examples" / "dungeon" / "art"
COLORS = 32
CLEAR = 0.04
SEEN = 0.02


def rasters(paths: Sequence[Path]) -> list[Raster]:
    """Every image below some folders."""
    return [formats.read(path, name)[0] for path, name in formats.find([str(path) for path in paths])]


def lights(before: Sequence[Sprite], after: Sequence[Sprite]) -> float:
    """The share of steps of light that are kept."""
    kept = []
    for one, other in zip(before, after, strict=True):
        was, now = (entries(each.palette)[each.indices][..., 0] for each in (one, other))
        for axis in (0, 1):
            drawn = np.diff(one.mask.astype(int), axis=axis) == 0
            drawn &= one.mask.take(range(1, one.mask.shape[axis]), axis)
            steps, new = np.diff(was, axis=axis), np.diff(now, axis=axis)
            clear = drawn & (np.abs(steps) > CLEAR)
            kept.append(((np.sign(steps) == np.sign(new)) & (np.abs(new) > SEEN))[clear])
    return float(np.concatenate(kept).mean())


def main() -> None:
    """Print one table a target."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("-m", "--model", type=Path, help="a checkpoint; by default the bundled base")
    chosen = parser.parse_args()
    prior = Prior.load(chosen.model)
    example, packs = [EXAMPLE / "heroes", EXAMPLE / "monsters"], chosen.data / "packs"
    tasks = {
        "example -> kenney-tiny-dungeon": (example, [packs / "kenney-tiny-dungeon"]),
        "example -> dcss-monsters-60": (example, [packs / "dcss-monsters-60"]),
        "kenney-tiny-dungeon -> example": ([packs / "kenney-tiny-dungeon"], example),
    }
    for title, (inputs, target) in tasks.items():
        art, style = rasters(inputs), rasters(target)
        pack = quantizer.quantize(style, COLORS, map="faithful")
        palette, sprites = pack[0].palette, quantizer.quantize(art, 255, map="nearest")
        made = {f"--map {map}": quantizer.quantize(art, palette, map=map) for map in ("nearest", "ramp")}
        made["restyle --take color"] = prior.restyle(sprites, pack, palette, take="color")
        made["restyle"] = prior.restyle(sprites, pack, palette)
        made["restyle --keep 0-3"] = prior.restyle(sprites, pack, palette, keep=range(4))
        stack = [one.indices for one in pack]
        judge = Patches(stack, entries(palette), 0)
        rows = judge.embed(stack)
        floor = kernel_distance(rows[::2], rows[1::2])
        print(f"{title}: {len(art)} sprites, {len(pack)} in the target, whose halves lie {floor:.2f} apart")
        print("| | silhouette | lights | patches |\n|---|---|---|---|")
        for told, found in made.items():
            pairs = list(zip(sprites, found, strict=True))
            overlap = np.mean([(a.mask & b.mask).sum() / (a.mask | b.mask).sum() for a, b in pairs])
            apart = kernel_distance(judge.embed([one.indices for one in found]), rows)
            print(f"| {told} | {overlap:.3f} | {lights(sprites, found):.3f} | {apart:.2f} |", flush=True)


if __name__ == "__main__":
    main()
