"""What a latent is for: one latent in five palettes, and what coarse and fine slots move when styles are mixed.

Run from the top of the checkout: ``python -m benchmarks.latents [-m MODEL] [--count 32] [--size 32x32]``.

*Palettes*: the same latents and the same noise drawn in five palettes. The silhouette's intersection over union with
the one in the first palette; Spearman's rank correlation of the pixels' lightness with the first, where both are drawn.

*Slots*: for pairs of latents, the first drawn with its own slots, with slots 0-7 of the second, and with slots 8-15 of
it; all with the first's noise. How far the silhouette moves is 1 - intersection over union; how far the colors move is
the total variation distance between how much of the drawn area the chromas have (a and b of OKLab, in bins of .05), so
that moving the same colors elsewhere moves none.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assetforge.formats import palettes
from assetforge.models.data import entry_lab
from assetforge.models.prior import Prior
from assetforge.models.vae import COARSE, SLOTS
from assetforge.palette import Palette
from assetforge.sprite import Sprite

__all__: list[str] = []

PALETTES = ("endesga-32", "pico-8", "db32", "sweetie-16", "gameboy-dmg")
BIN = 0.05


def overlap(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Intersection over union of two silhouettes; 1 if neither is drawn."""
    union = ((one > 0) | (other > 0)).sum()
    return float(((one > 0) & (other > 0)).sum() / union) if union else 1.0


def ranks(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """The place of each value in their order, equal ones sharing the mean of theirs."""
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[which])


def order_kept(one: NDArray[np.uint8], other: NDArray[np.uint8], palette: Palette, second: Palette) -> float:
    """Rank correlation of lightness over pixels drawn in both; NaN where one of them is of a single lightness."""
    both = (one > 0) & (other > 0)
    lights = entry_lab(palette)[one[both], 0], entry_lab(second)[other[both], 0]
    if any(len(np.unique(light)) < 2 for light in lights):
        return float("nan")
    return float(np.corrcoef(*(ranks(light) for light in lights))[0, 1])


def colors_moved(one: NDArray[np.uint8], other: NDArray[np.uint8], palette: Palette) -> float:
    """Total variation distance between the chroma histograms of two sprites' drawn pixels, 0 to 1."""
    bins = np.round(entry_lab(palette)[:, 1:] / BIN).astype(int)
    _, bins = np.unique(bins, axis=0, return_inverse=True)
    shares = []
    for indices in (one, other):
        counts = np.bincount(bins.ravel()[indices[indices > 0]], minlength=int(bins.max()) + 1).astype(float)
        shares.append(counts / max(1.0, counts.sum()))
    return float(np.abs(shares[0] - shares[1]).sum() / 2)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("-m", "--model", type=Path)
    parser.add_argument("--count", type=int, default=32)
    parser.add_argument("--size", default="32x32")
    parser.add_argument("--temperature", type=float, default=0.9)
    chosen = parser.parse_args()
    prior = Prior.load(chosen.model)
    width, height = (int(side) for side in chosen.size.split("x"))
    chips = [palettes.load(name) for name in PALETTES]
    orders = [(seed, 0) for seed in range(chosen.count)]
    shape = (height, width)
    latents, random = prior.studio.starts(orders, shape, chips[0], 1.0, chosen.temperature)
    holes = [np.ones(shape, bool)] * chosen.count

    def drawn(codes: object, palette: Palette) -> NDArray[np.uint8]:
        blank = [Sprite(np.zeros(shape, np.uint8), palette)] * chosen.count
        return prior.studio.fill(blank, holes, codes, random, chosen.temperature)[0]  # type: ignore[arg-type]

    print(f"model {prior.sha256[:12]}, {chosen.count} latents, {chosen.size}, temperature {chosen.temperature:g}")
    print("| palette | silhouette IoU to the first | lightness rank correlation to the first |\n|---|---|---|")
    first = drawn(latents, chips[0])
    for name, palette in zip(PALETTES[1:], chips[1:], strict=True):
        other = drawn(latents, palette)
        ious = [overlap(a, b) for a, b in zip(first, other, strict=True)]
        ranks = [order_kept(a, b, chips[0], palette) for a, b in zip(first, other, strict=True)]
        print(f"| {name} | {np.mean(ious):.3f} | {np.nanmean(ranks):.3f} |", flush=True)

    print("\n| slots from the other | silhouette moves | colors move |\n|---|---|---|")
    moves = {}
    for name, slots in (("0-7", slice(0, COARSE)), ("8-15", slice(COARSE, SLOTS))):
        mixed = latents.clone()
        mixed[:, slots] = latents.roll(1, 0)[:, slots]
        other = drawn(mixed, chips[0])
        shapes = np.mean([1 - overlap(a, b) for a, b in zip(first, other, strict=True)])
        colors = np.mean([colors_moved(a, b, chips[0]) for a, b in zip(first, other, strict=True)])
        moves[name] = (shapes, colors)
        print(f"| {name} | {shapes:.3f} | {colors:.3f} |", flush=True)
    print(f"\nsilhouette, fine / coarse: {moves['8-15'][0] / moves['0-7'][0]:.3f}")
    print(f"colors, coarse / fine: {moves['0-7'][1] / moves['8-15'][1]:.3f}")


if __name__ == "__main__":
    main()
