"""In-betweens beside a cross-fade and a walk through the latent: are they sprites as the pack has them?

Run from the top of the checkout: ``python -m benchmarks.blend [--data ../shared/data] [--pairs 12] [-m MODEL]``.

Of pairs of sprites drawn by a seed from each pack, in at most 64 colors fitted to it, six steps between two ends. In
range: the share of craft figures (`evaluate/craft.py`) of the steps that lie in the pack's own 5th to 95th percentile;
two out: the share of steps of whose fourteen figures at most two do not. Jump: the mean and the largest share of pixels
that change from a frame to the next, of those that either end draws. The pack's own sprites stand beside them: about
nine in ten figures are in range by the definition.

Cross-fade: premultiplied OKLab, drawn where alpha is half or more, then the nearest color of the palette. Latent: mean
latents and the numbers that draw the ends, gone from one to the other on a line and on an arc; or under fresh numbers.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from assetforge import formats
from assetforge.evaluate.craft import craft, entries
from assetforge.models.noise import uniforms
from assetforge.models.prior import Prior
from assetforge.morph import Passage
from assetforge.quantize import quantizer
from assetforge.sprite import Sprite

__all__: list[str] = []

PACKS = ("dcss-monsters-60", "dcss-items-60", "kenney-tiny-dungeon", "onebit-rpg-icons-60")
STEPS = 8
HEAT = 0.7
Frames = list[NDArray[np.uint8]]
Way = Callable[[Sprite, Sprite], Frames]


def crossfade(first: Sprite, second: Sprite) -> Frames:
    """Both half drawn, quantized."""
    lab, found = entries(first.palette), []
    for part in np.linspace(0, 1, STEPS):
        weights = (1 - part) * first.mask, part * second.mask
        alpha = weights[0] + weights[1]
        mixed = weights[0][..., None] * lab[first.indices] + weights[1][..., None] * lab[second.indices]
        mixed /= np.maximum(alpha, 1e-9)[..., None]
        nearest = np.square(mixed[:, :, None] - lab[None, None, 1:]).sum(3).argmin(2) + 1
        found.append(np.where(alpha >= 0.5, nearest, 0).astype(np.uint8))
    return [first.indices, *found[1:-1], second.indices]


def carried(first: Sprite, second: Sprite) -> Frames:
    """Ours without the model."""
    passage = Passage.of(first.indices, second.indices, entries(first.palette))
    return [passage.at(float(part)) for part in np.linspace(0, 1, STEPS)]


def walked(prior: Prior, *, fresh: bool) -> Way:
    """Through the latent."""

    def way(first: Sprite, second: Sprite) -> Frames:
        studio, shape, palette = prior.studio, first.indices.shape, first.palette
        codes = studio.codes([first, second])
        dice = [uniforms(0, n, *shape) for n in range(STEPS)]
        parts = torch.linspace(0, 1, STEPS)
        if not fresh:
            own = studio.numbers([first, second], palette, codes, dice[:2], HEAT)
            near, far = (torch.special.ndtri(torch.from_numpy(u).double().clamp(1e-6, 1 - 1e-6)) for u in own)
            arcs = [torch.cos(part * torch.pi / 2) * near + torch.sin(part * torch.pi / 2) * far for part in parts]
            dice = [np.minimum(torch.special.ndtr(arc).numpy().astype(np.float32), 1 - 2**-24) for arc in arcs]
        latents = torch.cat([(1 - part) * codes[:1] + part * codes[1:] for part in parts])
        blank = Sprite(np.zeros(shape, np.uint8), palette)
        drawn, _ = studio.fill([blank] * STEPS, [np.ones(shape, bool)] * STEPS, latents, dice, HEAT)
        return [first.indices, *drawn[1:-1], second.indices]

    return way


def main() -> None:
    """Print one table a pack."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--packs", nargs="+", default=list(PACKS), metavar="NAME")
    parser.add_argument("--pairs", type=int, default=12)
    parser.add_argument("-m", "--model", type=Path, help="a checkpoint; by default the bundled base")
    chosen = parser.parse_args()
    prior = Prior.load(chosen.model)
    ways: dict[str, Way] = {
        "cross-fade, quantized": crossfade,
        "latent, fresh numbers": walked(prior, fresh=True),
        "latent and numbers": walked(prior, fresh=False),
        "pixels carried": carried,
        "blend (carried, mended)": lambda one, two: [s.indices for s in prior.blend([one, two], one.palette)],
    }
    for name in chosen.packs:
        files = formats.find([str(chosen.data / "packs" / name)])
        pack = quantizer.quantize([formats.read(path, own)[0] for path, own in files], 64, map="nearest")
        lab = entries(pack[0].palette)
        figures = craft([one.indices for one in pack], lab)
        low, high = np.percentile(figures, [5, 95], axis=0)

        def inside(frames: Frames, lab=lab, low=low, high=high) -> NDArray[np.bool_]:  # type: ignore[no-untyped-def]
            found = craft(frames, lab)
            return (found >= low - 1e-9) & (found <= high + 1e-9)

        rng = np.random.Generator(np.random.Philox(key=1))
        pairs = [rng.permutation(len(pack))[:2] for _ in range(chosen.pairs)]
        own = inside([one.indices for one in pack])
        print(f"{name}: {len(pack)} sprites, {len(pack[0].palette)} colors, {chosen.pairs} pairs, {STEPS} frames each")
        print("| | in range | two out | mean jump | largest jump |\n|---|---|---|---|---|")
        print(f"| the pack's own | {own.mean():.3f} | {((~own).sum(1) <= 2).mean():.3f} | | |")
        for told, way in ways.items():
            rows = []
            for one, two in pairs:
                frames = way(pack[one], pack[two])
                within = inside(frames[1:-1])
                union = max(int(((frames[0] > 0) | (frames[-1] > 0)).sum()), 1)
                jumps = [(now != then).sum() / union for now, then in pairwise(frames)]
                rows.append((within.mean(), ((~within).sum(1) <= 2).mean(), np.mean(jumps), np.max(jumps)))
            print(f"| {told} | {' | '.join(f'{value:.3f}' for value in np.mean(rows, 0))} |", flush=True)


if __name__ == "__main__":
    main()
