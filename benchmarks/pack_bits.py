"""Fifty sprites of one artist: bits per pixel on the artist's other families, ours beside counts of the same fifty.

Run from the top of the checkout: ``python -m benchmarks.pack_bits [--minutes 3] [--base base|none] [--packs NAME…]``.

The fifty are learnt as a user's `assetforge train` learns them, from files, an eighth of them kept back to know when to
stop, on two cores; the counts learn all fifty, mirrored too. Everything is in the pack's own palette, or, if the pack
has more than 64 colors, in 32 fitted on the fifty. *Seen by the base*: how many of the learnt and of the scored sprites
are among those that the base learnt from (under a tenth of the pixels differ visibly); where any of the learnt are, it
knows the artist from before.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assetforge.corpus import Source, gather
from assetforge.evaluate.bits import neighbours, pixels
from assetforge.formats import png
from assetforge.models import train as trainer
from assetforge.models.budget import steps_for
from assetforge.models.prior import Prior, base_path
from assetforge.quantize import quantizer
from assetforge.sprite import Raster, Sprite

from .artists import ARTISTS, Fifty, fifty

__all__: list[str] = []

MOST_COLORS, FITTED = 64, 32
SAME = 0.1


@dataclass(frozen=True)
class Figures:
    """Bits per pixel of one draw of fifty, and what the training took."""

    counts: float
    base: float | None
    ours: float
    seconds: float
    steps: int


def mapped(draw: Fifty) -> tuple[list[Sprite], list[Sprite]]:
    """The learnt and the scored sprites in one palette."""
    every = [*draw.learnt, *draw.scored]
    sprites = quantizer.quantize(every, 255, map="nearest")
    if len(sprites[0].palette) > MOST_COLORS:
        sprites = quantizer.quantize(every, quantizer.fit(draw.learnt, FITTED), map="nearest")
    return sprites[: len(draw.learnt)], sprites[len(draw.learnt) :]


def seen(prior: Prior, rasters: Sequence[Raster]) -> int:
    """How many are among the sprites that the model learnt from."""
    sprites = quantizer.quantize(rasters, 255, map="nearest")
    return sum(int(prior.nearest(one.indices[None], one.palette)[0] < SAME) for one in sprites)


def bits(prior: Prior, scored: Sequence[Sprite], samples: int) -> float:
    """Bits per pixel, latent included."""
    return float(prior.nats(scored, samples=samples).sum()) / pixels(scored) / float(np.log(2))


def learn(rasters: Sequence[Raster], base: Path | None, minutes: float, seed: int, folder: Path) -> Path:
    """A checkpoint, by the way that a user goes."""
    files = []
    for raster in rasters:
        path = folder / f"{raster.name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png.write_rgba(raster.rgba))
        files.append(Source(path, raster.name))
    data = trainer.train(
        gather(files), base=base, steps=steps_for(minutes), minutes=minutes, seed=seed, device="cpu", name="fifty"
    )
    result = folder / "fifty.safetensors"
    result.write_bytes(data)
    return result


def measure(draw: Fifty, base: Path | None, minutes: float, samples: int, seed: int) -> Figures:
    """One line of the table, for one draw."""
    learnt, scored = mapped(draw)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        path = learn(draw.learnt, base, minutes, seed, Path(folder))
        spent = time.monotonic() - began
        tuned = Prior.load(path)
    return Figures(
        neighbours(learnt, scored, len(scored[0].palette) + 1),
        bits(Prior.load(base), scored, samples) if base else None,
        bits(tuned, scored, samples),
        spent,
        int(tuned.card["steps"]),
    )


def main() -> None:
    """Print one table, a line for each pack: medians over the seeds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--packs", nargs="+", default=list(ARTISTS), choices=list(ARTISTS), metavar="NAME")
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--base", default="base", help="base, none, or a checkpoint")
    parser.add_argument("--runs", type=int, default=1, help="seeds 0, 1 …: another fifty, another training")
    parser.add_argument("--samples", type=int, default=16, help="of the latent, in scoring")
    chosen = parser.parse_args()
    base = None if chosen.base == "none" else base_path() if chosen.base == "base" else Path(chosen.base)
    prior = Prior.load(base) if base else None
    print(f"at most {chosen.minutes:g} min ({steps_for(chosen.minutes)} steps) from {chosen.base}, 2 threads, ", end="")
    print(f"seeds 0 to {chosen.runs - 1}, {chosen.samples} samples" + (f", {prior.sha256[:12]}" if prior else ""))
    head = "pack, seen by the base (learnt; scored), learnt, scored (families), colors, counts, base alone, ours, "
    print(f"| {' | '.join((head + 'ours / counts, lowest, highest, steps kept, s').split(', '))} |\n|{'---|' * 13}")
    ratios = []
    for name in chosen.packs:
        draws = [fifty(chosen.data, name, seed) for seed in range(chosen.runs)]
        found = [measure(draw, base, chosen.minutes, chosen.samples, seed) for seed, draw in enumerate(draws)]
        shares = [one.ours / one.counts for one in found]
        ratios.append(statistics.median(shares))
        draw = draws[0]
        alone = [one.base for one in found if one.base is not None]
        cells = [
            name,
            f"{seen(prior, draw.learnt)}; {seen(prior, draw.scored)}" if prior else "–",
            str(len(draw.learnt)),
            f"{len(draw.scored)} ({draw.families})",
            str(len(mapped(draw)[1][0].palette)),
            f"{statistics.median(one.counts for one in found):.3f}",
            f"{statistics.median(alone):.3f}" if alone else "–",
            f"{statistics.median(one.ours for one in found):.3f}",
            *(f"{share:.3f}" for share in (ratios[-1], min(shares), max(shares))),
            f"{statistics.median(one.steps for one in found):.0f}",
            f"{statistics.median(one.seconds for one in found):.0f}",
        ]
        print(f"| {' | '.join(cells)} |", flush=True)
    print(f"median of the packs: {statistics.median(ratios):.3f} x counts, worst {max(ratios):.3f}")


if __name__ == "__main__":
    main()
