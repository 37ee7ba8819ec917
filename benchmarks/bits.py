"""Bits per pixel on families that nobody learnt from: our model, the tutorial's nets, counts; same CPU seconds each.

Run from the top of the checkout:
``python -m benchmarks.bits ../shared/data/dcss32.npz -p ../shared/data/dcss-31.hex --seconds 600``.

Everyone learns the archive's "train" sprites in one palette, on one thread, and is scored on its "val" sprites: every
pixel of the canvas, the transparent ones too, given the palette. Ours is an upper bound, the latent paid for, and
tighter with more samples (importance-weighted). CPU seconds are `time.process_time`: ours pays for its looks at the
scored sprites and for encoding what it learnt, the peers' looks are free. Both keep the best of their looks.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from assetforge.evaluate.bits import neighbours, pixels
from assetforge.models import train as trainer
from assetforge.models.loss import SCRATCH
from assetforge.models.pixelvae import PixelVAEConfig
from assetforge.models.prior import Prior

from . import tutorial
from .ablations import ABLATIONS, SMALL, Variation
from .plan import plan
from .split import Split, split

__all__ = ["bits_per_pixel"]

LOOKS = 5
DRAWN = 2
COUNTS, INDEX = "counts of 4 neighbours", "tutorial, 12 layers, palette indices"
ROWS = ("counts", "counts10", "index", "index7", "rgb", "ours", "base")


@dataclass(frozen=True)
class Row:
    """A line of one run; `name` is the same in all runs."""

    name: str
    bits: float
    seconds: float | None = None
    steps: int | None = None
    parameters: int | None = None


def bits_per_pixel(prior: Prior, split: Split, samples: int) -> float:
    """On the scored sprites, latent included."""
    return float(prior.nats(split.scored, samples=samples).sum()) / pixels(split.scored) / float(np.log(2))


def counts(split: Split, orders: int) -> Row:
    began = time.process_time()
    bits = neighbours(split.learnt, split.scored, split.entries, orders)
    return Row(f"counts of {orders} neighbours", bits, time.process_time() - began)


def peer(split: Split, kind: str, seconds: float, seed: int, tell: Callable[[str], None]) -> Row:
    """A net of the tutorial; of the RGB one also what it draws."""
    torch.manual_seed(seed)
    palette = split.scored[0].palette
    dilations = tutorial.DILATIONS[:7] if kind == "index7" else tutorial.DILATIONS
    net = (tutorial.ColorNet if kind == "rgb" else tutorial.IndexNet)(palette, dilations=dilations)
    found = tutorial.train(net, split.learnt, split.scored, seconds, seed=seed, tell=tell)
    if isinstance(net, tutorial.ColorNet):
        drawn = net.sample(DRAWN, split.scored[0].size, seed)
        tell(
            f"{100 * tutorial.off_palette(drawn, palette):.1f} % of the pixels of {DRAWN} drawn sprites are off-palette"
        )
    what = "RGBA intensities" if kind == "rgb" else "palette indices"
    return Row(f"tutorial, {len(dilations)} layers, {what}", found.bits, found.seconds, found.steps, found.parameters)


def ours(
    split: Split, name: str, variation: Variation, seconds: float, seed: int, samples: Sequence[int], folder: Path
) -> Iterator[Row]:
    """Our model from scratch on one thread, one row for each number of samples."""
    trainer.THREADS = 1
    config = replace(PixelVAEConfig(), **(SMALL | variation.config))
    recipe = replace(SCRATCH, patience=LOOKS + 1, **variation.recipe)

    def run(steps: int, look: int, report: Callable[[Any], None] | None = None) -> bytes:
        return trainer.train(
            split.mixed if variation.mixed else split.corpus,
            base=None,
            steps=steps,
            seed=seed,
            device="cpu",
            recipe=replace(recipe, look=look),
            config=config,
            report=report,
        )

    with variation.made():
        steps = plan(lambda trial, report: run(trial, trial, report), seconds, LOOKS + 1, time.process_time)
        began = time.process_time()
        data = run(steps, -(-steps // LOOKS))
        spent = time.process_time() - began
        path = folder / f"{name}-{seed}.safetensors"
        path.write_bytes(data)
        yield from scored(split, name, path, samples, spent, steps)


def scored(
    split: Split, name: str, path: Path | None, samples: Sequence[int], spent: float | None, steps: int | None
) -> Iterator[Row]:
    """The rows of a checkpoint."""
    prior = Prior.load(path)
    parameters = sum(p.numel() for p in prior.model.parameters())
    for count in samples:
        yield Row(f"{name}, {count} samples", bits_per_pixel(prior, split, count), spent, steps, parameters)


def table(rows: Sequence[Row]) -> Iterator[str]:
    """Medians over runs, in Markdown, in the order in which the names came first."""

    def middle(name: str) -> float | None:
        return statistics.median([row.bits for row in rows if row.name == name] or [0.0]) or None

    yield "| model | bits/pixel | lowest | highest | / counts | / index net | CPU s | steps | parameters |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for name in dict.fromkeys(row.name for row in rows):
        same = [row for row in rows if row.name == name]
        bits = [row.bits for row in same]
        shares = [f"{statistics.median(bits) / peer:.3f}" if peer else "–" for peer in map(middle, (COUNTS, INDEX))]
        seconds = [row.seconds for row in same if row.seconds is not None]
        facts = [
            f"{statistics.median(seconds):.0f}" if seconds else "–",
            str(same[-1].steps or "–"),
            f"{same[-1].parameters:,}" if same[-1].parameters else "–",
        ]
        cells = [name, *(f"{one:.4f}" for one in (statistics.median(bits), min(bits), max(bits))), *shares, *facts]
        yield f"| {' | '.join(cells)} |"


def main() -> None:
    """Print the facts, every look, and one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("archives", nargs="+", type=Path)
    parser.add_argument("-p", "--palette", default="auto:32")
    parser.add_argument("--seconds", type=float, default=600.0, help="CPU seconds of each training")
    parser.add_argument("--runs", type=int, default=1, help="seeds 0, 1 …")
    parser.add_argument("--only", default=",".join(ROWS), help=f"of {', '.join(ROWS)}")
    parser.add_argument("--ablate", action="store_true", help="also ours with one thing done otherwise, many rows")
    parser.add_argument("--samples", type=int, nargs="+", default=[16, 1], help="of the latent, in scoring")
    parser.add_argument("--keep", type=Path, help="a folder for our checkpoints")
    chosen = parser.parse_args()
    only = chosen.only.split(",")
    if unknown := set(only) - set(ROWS):
        parser.error(f"--only {', '.join(sorted(unknown))}: there is only {', '.join(ROWS)}")
    torch.set_num_threads(1)
    parts = split(chosen.archives, chosen.palette)
    print(f"learnt {len(parts.learnt)} sprites, {pixels(parts.learnt)} pixels; ", end="")
    print(f"scored {len(parts.scored)}, {pixels(parts.scored)} pixels; {parts.entries} entries with transparent")
    print(f"{chosen.seconds:g} CPU s each on 1 thread, seeds 0 to {chosen.runs - 1}, torch {torch.__version__}")
    rows = [counts(parts, orders) for name, orders in (("counts", 4), ("counts10", 10)) if name in only]
    with tempfile.TemporaryDirectory() as scratch:
        folder = chosen.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        for seed in range(chosen.runs):
            for kind in ("index", "index7", "rgb"):
                if kind in only:
                    rows.append(peer(parts, kind, chosen.seconds, seed, lambda line: print(f"  {line}", flush=True)))
                    print(rows[-1], flush=True)
            named = {"ours": Variation()} if "ours" in only else {}
            for name, variation in (named | (ABLATIONS if chosen.ablate else {})).items():
                for row in ours(parts, name, variation, chosen.seconds, seed, chosen.samples, folder):
                    rows.append(row)
                    print(row, flush=True)
    if "base" in only:
        rows += scored(parts, "the bundled base", None, chosen.samples, None, None)
    print("\n".join(table(rows)))


if __name__ == "__main__":
    main()
