"""Seams of generated tiles: how dear and how rough they are beside the inside, and beside what else could be done.

Run from the top of the checkout: ``python -m benchmarks.tiles [-m MODEL] [-p PALETTE] [--count 24] [--sizes 16 32]``.

*Seam*: bits per pixel of the four lines over the seam, after the tile is rolled by half so that they stand in its
middle, by the model without a latent; *inside*: of the four middle lines of the tile as it is. *Step*: mean OKLab
distance of neighbors over the seam, and inside. Both directions together. *Texture*: neighbors that differ; what is
smoothed away is seamless, too. The tiles are the same ones but for their seams: as drawn; mirrored (a quarter and its
mirror images); blended (with itself rolled by half, more of that towards the edges, each pixel then in the nearest
color of the palette); and ours. At the end the time that sets of tiles take.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from assetforge.color import distance, oklab
from assetforge.formats import palettes
from assetforge.models import tiling
from assetforge.models.pixels import sketched
from assetforge.models.prior import Prior
from assetforge.models.threads import one_thread
from assetforge.palette import Palette
from assetforge.sprite import Sprite
from assetforge.terrain import LAYOUTS, roughness, tiles

__all__: list[str] = []

BAND = 2


def bits(prior: Prior, sprites: Sequence[Sprite]) -> NDArray[np.float64]:
    """Bits of each pixel given those before it, without a latent, shape (N, H, W)."""
    found = []
    with one_thread():
        for some, padded in prior.studio.chunks(sprites, size=4):
            one = prior.studio.tensors([sprites[place] for place in padded])
            sketch = sketched(one.indices, one.palettes)
            shades, colors = prior.model.logp(one.indices, sketch, one.visible, one.palettes, None)
            logp = shades.gather(3, sketch[..., None]) + colors.gather(3, one.indices[..., None])
            found.append(-logp[: len(some), ..., 0].double().numpy() / np.log(2))
    return np.concatenate(found)


def mirrored(tile: Sprite) -> Sprite:
    """Its upper left quarter and three mirror images."""
    height, width = tile.indices.shape
    half = tile.indices[:, : (width + 1) // 2]
    half = np.hstack([half, half[:, ::-1]])[:, :width][: (height + 1) // 2]
    return Sprite(np.vstack([half, half[::-1]])[:height], tile.palette)


def blended(tile: Sprite) -> Sprite:
    """Cross-faded with itself rolled by half, in OKLab."""
    lab = oklab(np.array(tile.palette.colors, np.uint8))
    picture = lab[np.maximum(tile.indices, 1) - 1]
    for axis, side in enumerate(tile.indices.shape):
        middle = 1 - np.abs(2 * (np.arange(side) + 0.5) / side - 1)
        part = middle.reshape((-1, 1, 1) if axis == 0 else (1, -1, 1))
        picture = part * picture + (1 - part) * np.roll(picture, side // 2, axis)
    nearest = distance(picture[:, :, None], lab).argmin(2)
    return Sprite((nearest + 1).astype(np.uint8), tile.palette)


def figures(prior: Prior, sprites: Sequence[Sprite]) -> list[float]:
    """Bits of seam and inside, steps of seam and inside, texture."""
    seams, insides, over, within = [], [], [], []
    inner = bits(prior, sprites)
    for axis in (0, 1):
        side = sprites[0].indices.shape[axis]
        lines = range(side // 2 - BAND, side // 2 + BAND)
        rolled = [Sprite(np.roll(one.indices, side // 2, axis), one.palette) for one in sprites]
        seams.append(bits(prior, rolled).take(lines, axis + 1).mean())
        insides.append(inner.take(lines, axis + 1).mean())
        steps = [roughness(one, axis) for one in sprites]
        over.append(np.mean([one[0] for one in steps]))
        within.append(np.mean([one[1:].mean() for one in steps]))
    texture = np.mean([tiling.texture(one.indices) for one in sprites])
    return [float(np.mean(one)) for one in (seams, insides, over, within)] + [float(texture)]


def table(prior: Prior, palette: Palette, count: int, size: int) -> None:
    """Print the lines of one size."""
    began = time.monotonic()
    with patch.object(tiling, "close", lambda studio, sprites, *rest, **options: list(sprites)):
        drawn = prior.draw(palette, count, size=(size, size), seed=0, tile="xy").sprites
    plain = time.monotonic() - began
    began = time.monotonic()
    ours = prior.close(drawn, "xy")
    spent = time.monotonic() - began
    ways: dict[str, Callable[[], Sequence[Sprite]]] = {
        "as drawn": lambda: drawn,
        "mirrored": lambda: [mirrored(one) for one in drawn],
        "blended": lambda: [blended(one) for one in drawn],
        "ours": lambda: ours,
    }
    for name, way in ways.items():
        seam, inside, over, within, texture = figures(prior, way())
        cells = [f"{seam:.3f}", f"{inside:.3f}", f"{seam / inside:.2f}", f"{over:.3f}", f"{within:.3f}"]
        print(
            f"| {size}x{size} | {name} | {' | '.join([*cells, f'{over / within:.2f}', f'{texture:.3f}'])} |", flush=True
        )
    print(f"{count} tiles of {size}x{size}: {plain:.1f} s to draw, {spent:.1f} s to close")


def main() -> None:
    """Print a table, and the time of a set."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("-m", "--model", type=Path, help="a checkpoint; by default the bundled base")
    parser.add_argument("-p", "--palette", default="db32")
    parser.add_argument("--count", type=int, default=24)
    parser.add_argument("--sizes", type=int, nargs="+", default=[16, 32])
    chosen = parser.parse_args()
    prior, palette = Prior.load(chosen.model), palettes.load(chosen.palette)
    heads = "size, tiles, seam (bits), inside (bits), ratio, step over the seam, step inside, ratio, texture"
    print(f"| {' | '.join(heads.split(', '))} |\n|{'---|' * 9}")
    for size in chosen.sizes:
        table(prior, palette, chosen.count, size)
    dice = np.random.default_rng(0)
    for layout in LAYOUTS:
        for size in chosen.sizes:
            pair = [Sprite(dice.integers(1, 9, (size, size)).astype(np.uint8), palette, name) for name in "ab"]
            began = time.monotonic()
            tiles(*pair, layout, "a-b")
            print(f"{layout} of {size}x{size}: {time.monotonic() - began:.2f} s")


if __name__ == "__main__":
    main()
