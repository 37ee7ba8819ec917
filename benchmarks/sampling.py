"""How much the cached sampler saves over the naive one, and how long an order takes.

Run from the top of the checkout: ``python -m benchmarks.sampling [-m MODEL] [--batch 16] [--size 32]``.

Naive: what is asked of the latent and of the visible pixels is worked out once, then a whole forward pass of the
sketcher for every pixel, and one of the colorist for every pixel that any of the sprites draws. All passes of a decoder
cost the same, so some are timed, spread over the canvas, on the sprites that the cached sampler drew; `--whole` runs
every one, and counts the pixels that it draws otherwise. At the timed pixels both must give the same likelihoods.
One thread; CPU seconds, the least of several runs for each figure, since what else the machine does only adds.

Then an order as `generate` makes it, with the model loaded: sprites chosen from four times as many.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from assetforge.formats.palettes import load
from assetforge.models.data import Batch
from assetforge.models.noise import decide, edges, parts
from assetforge.models.pixelcnn import Condition
from assetforge.models.pixels import Palettes, grays
from assetforge.models.pixelvae import PixelVAE
from assetforge.models.prior import Prior
from assetforge.models.sampler import Pencil, from_dark_to_light, sample
from assetforge.palette import Palette
from assetforge.sprite import Sprite

__all__: list[str] = []

PROBES = 8
TOLERANCE = 1e-4


class Naive:
    """A whole forward pass for every pixel.

    Arguments:
        one: What to draw on: nothing is visible, and the palettes go from dark to light.
        latent: Shape (B, SLOTS, slot).
    """

    def __init__(self, model: PixelVAE, one: Batch, latent: Tensor) -> None:
        self.model, self.one, self.gray = model, one, grays(len(latent), latent.device)
        self.vectors, self.gray_vectors = model.embed(one.palettes), model.embed(self.gray)
        self.seen = model.look(one.indices, one.visible, one.palettes, self.vectors)
        self.told, self.said = model.to_sketch(latent, self.seen, one.palettes, self.vectors)

    def shades(self, sketch: Tensor) -> Tensor:
        """Log-probabilities of every shade at every pixel, shape (B, H, W, SHADES + 1)."""
        found: Tensor = self.model.sketcher(sketch, self.one.visible, None, self.gray, self.gray_vectors, self.told)
        return found

    def to_color(self, sketch: Tensor) -> Condition:
        """What the colorist is told of a sketch (B, H, W)."""
        return self.model.to_color(self.said, self.seen, sketch, self.one.palettes)

    def colors(self, canvas: Tensor, told: Condition) -> Tensor:
        """Log-probabilities of every entry at every pixel, shape (B, H, W, K)."""
        one = self.one
        found: Tensor = self.model.colorist(canvas, one.visible, None, one.palettes, self.vectors, told)
        return found

    def draw(self, random: Tensor) -> Tensor:
        """The sprites (B, H, W) that numbers (B, H, W, 3) decide."""
        sketch, canvas = torch.zeros_like(self.one.indices), torch.zeros_like(self.one.indices)
        for row, column in np.ndindex(*canvas.shape[1:]):
            put(sketch, self.shades(sketch), self.gray, random[..., :2], row, column)
        told = self.to_color(sketch)
        for row, column in np.ndindex(*canvas.shape[1:]):
            if sketch[:, row, column].any():
                put(canvas, self.colors(canvas, told), self.one.palettes, random[..., 1:], row, column)
        return canvas


def put(canvas: Tensor, logp: Tensor, palettes: Palettes, random: Tensor, row: int, column: int) -> None:
    """Decide a pixel of `canvas` by its two numbers."""
    edge, dice = edges(random[:, row, column, 0], 1.0), random[:, row, column, 1:]
    canvas[:, row, column] = decide(*parts(logp[:, row, column], palettes.order), edge, dice, 1.0)


def least(run: Callable[[], object], times: int) -> float:
    """The fewest CPU seconds that it took."""
    found = []
    for _ in range(times):
        begun = time.process_time()
        run()
        found.append(time.process_time() - begun)
    return min(found)


def probe(drawn: Tensor, nats: Tensor, asked: Tensor, logp: Callable[[Tensor], Tensor]) -> tuple[float, float]:
    """CPU seconds of a pass, mean of `PROBES`, and how far likelihoods are apart at most.

    Arguments:
        drawn: What the cached sampler drew, shape (B, H, W), and what each pixel cost it, `nats`.
        asked: True for pixels that a pass is needed for, shape (H, W).
        logp: A pass.
    """
    places = asked.flatten().nonzero().flatten()
    times, apart = [], 0.0
    for number in range(PROBES):
        place = int(places[(2 * number + 1) * len(places) // (2 * PROBES)])
        row, column = divmod(place, drawn.shape[2])
        canvas = drawn.masked_fill((torch.arange(drawn[0].numel()) >= place).view(drawn.shape[1:]), 0)
        times.append(least(lambda canvas=canvas: logp(canvas), 2))  # type: ignore[misc]
        found = logp(canvas)[:, row, column].gather(1, drawn[:, row, column, None])[:, 0]
        apart = max(apart, float((found + nats[:, row, column]).abs().max()))
    return float(np.mean(times)), apart


def compare(prior: Prior, palette: Palette, batch: int, size: int, whole: bool) -> None:
    """Print what both samplers cost, and whether they agree."""
    shape, model = (size, size), prior.model
    latent, random = prior.studio.starts([(0, number) for number in range(batch)], shape, palette, 1.0, 1.0)
    one = prior.studio.tensors([Sprite(np.zeros(shape, np.uint8), palette)] * batch)
    one = replace(one, palettes=from_dark_to_light(one.palettes))
    dice, hidden = torch.from_numpy(np.stack(random)), ~one.visible

    cost = least(lambda: sample(model, one.indices, one.visible, one.palettes, latent, dice), 5)
    drawn, _ = sample(model, one.indices, one.visible, one.palettes, latent, dice)
    naive = Naive(model, one, latent)
    pencil = Pencil(model.sketcher, one.indices, one.visible, naive.gray, naive.gray_vectors, naive.told)
    sketch, nats = pencil.draw(hidden, dice[..., :2], 1.0)
    told = naive.to_color(sketch)
    brush = Pencil(model.colorist, one.indices, one.visible, one.palettes, naive.vectors, told)
    colored, more = brush.draw(hidden & (sketch > 0), dice[..., 1:], 1.0)
    assert torch.equal(colored, drawn)

    sketching, apart = probe(sketch, nats, hidden[0], naive.shades)
    inked = (sketch > 0).any(0)
    coloring, apart_too = probe(drawn, more, inked, lambda canvas: naive.colors(canvas, told))
    total = sketching * size * size + coloring * int(inked.sum())
    print(f"{batch} sprites of {size}x{size}, {len(palette) + 1} entries, one thread, CPU seconds")
    print(f"naive   {total:8.2f}: {size * size} passes of {sketching:.3f} and {int(inked.sum())} of {coloring:.3f}")
    print(f"cached  {cost:8.3f}: {total / cost:.0f} times less")
    apart = max(apart, apart_too)
    print(f"log-likelihoods at {2 * PROBES} pixels of each sprite: at most {apart:.1e} apart")
    if apart > TOLERANCE:
        raise SystemExit(f"that is more than {TOLERANCE}")
    if whole:
        begun = time.process_time()
        same = naive.draw(dice)
        print(f"naive, every pass: {time.process_time() - begun:.2f}; {int((same != drawn).sum())} pixels differ")


def order(prior: Prior, palette: Palette, count: int, size: int) -> None:
    """Print how long an order takes, three times with other seeds."""
    times = []
    for seed in range(3):
        begun, used = time.perf_counter(), time.process_time()
        prior.draw(palette, count, size=(size, size), seed=seed, candidates=4)
        times.append((time.perf_counter() - begun, time.process_time() - used))
    print(f"{count} chosen from {4 * count}, {torch.get_num_threads()} threads")
    for name, column in (("wall", 0), ("CPU", 1)):
        print(f"{name} seconds: {', '.join(f'{one[column]:.2f}' for one in times)}")


def main() -> None:
    """Print a few lines."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("-m", "--model", type=Path, help="a checkpoint; by default the bundled base")
    parser.add_argument("-p", "--palette", default="endesga-32")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--whole", action="store_true", help="run every pass of the naive sampler: minutes")
    chosen = parser.parse_args()
    prior, palette = Prior.load(chosen.model), load(chosen.palette, Path())
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with torch.inference_mode():
        compare(prior, palette, chosen.batch, chosen.size, chosen.whole)
    torch.set_num_threads(threads)
    order(prior, palette, 16, chosen.size)


if __name__ == "__main__":
    main()
