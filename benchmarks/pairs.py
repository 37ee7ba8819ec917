"""Translations learnt from fifty pairs: bits per pixel of the right side given the left, on families not learnt from.

Run from the top of the checkout: ``python -m benchmarks.pairs [--minutes 3] [--packs NAME…] [--tasks NAME…]``.

Three paired tasks, made from one artist's sprites (`artists.fifty`): the outline alone -> the sprite, the left half ->
the whole, four grays -> its colors. *Copy counts*: the share of each entry of the right where the left has the entry
that it has at the same pixel, add-half smoothed, learnt from the same pairs. *Rights alone*: the same base, trained for
the same number of steps on the right sides alone. Accuracy: pixels of a translation at temperature 0 that are exactly
the artist's, beside the likeliest entry by the copy counts, over the pixels drawn on either side.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assetforge.color import oklab
from assetforge.corpus import Source, gather
from assetforge.formats import png
from assetforge.models import train as trainer
from assetforge.models.budget import steps_for
from assetforge.models.prior import Prior, base_path
from assetforge.pairs import gather_pairs
from assetforge.quantize import quantizer
from assetforge.sprite import Raster, Sprite

from .artists import ARTISTS, fifty
from .pack_bits import bits, mapped

__all__: list[str] = []

GRAYS = 4
INK = (0x20, 0x18, 0x20)
SCALE = 6
GROUND = (0x40, 0x40, 0x48)


def outline(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The drawn pixels that touch what is not drawn, or the canvas's edge, in one ink."""
    drawn = np.pad(rgba[..., 3] > 0, 1)
    inner = drawn[:-2, 1:-1] & drawn[2:, 1:-1] & drawn[1:-1, :-2] & drawn[1:-1, 2:]
    result = np.zeros_like(rgba)
    result[(rgba[..., 3] > 0) & ~inner] = (*INK, 255)
    return result


def half(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The left half."""
    result = rgba.copy()
    result[:, rgba.shape[1] // 2 :] = 0
    return result


def gray(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Its lightness in four grays."""
    light = oklab(rgba[..., :3].reshape(-1, 3))[:, 0].reshape(rgba.shape[:2])
    steps = np.clip((light * GRAYS).astype(int), 0, GRAYS - 1)
    value = (32 + steps * 64).astype(np.uint8)
    return np.where(rgba[..., 3:] > 0, np.stack([value, value, value, np.full_like(value, 255)], 2), 0).astype(np.uint8)


TASKS: dict[str, Callable[[NDArray[np.uint8]], NDArray[np.uint8]]] = {"outline": outline, "half": half, "gray": gray}


@dataclass(frozen=True)
class Task:
    """One table line's sprites: each side in one palette, learnt and scored."""

    rasters: list[tuple[Raster, Raster]]
    learnt: list[tuple[Sprite, Sprite]]
    scored: list[tuple[Sprite, Sprite]]

    @classmethod
    def of(cls, data: Path, pack: str, kind: str, seed: int) -> Task:
        draw = fifty(data, pack, seed)
        make = TASKS[kind]
        every = [Raster(np.ascontiguousarray(make(one.rgba)), one.name) for one in (*draw.learnt, *draw.scored)]
        count = len(draw.learnt)
        learnt, scored = mapped(draw)
        # A half has the colors of the whole: it is given in the same palette, or rare ones would say nothing to counts.
        lefts = quantizer.quantize(every, scored[0].palette if kind == "half" else 255, map="nearest")
        rasters = list(zip(every[:count], draw.learnt, strict=True))
        return cls(
            rasters, list(zip(lefts[:count], learnt, strict=True)), list(zip(lefts[count:], scored, strict=True))
        )


def copied(task: Task) -> tuple[float, list[NDArray[np.uint8]]]:
    """Bits per pixel of the scored right sides by the copy counts, and the likeliest of each."""
    entries = [len(side.palette) + 1 for side in task.scored[0]]
    counts = np.full(entries, 0.5)
    for one, other in task.learnt:
        np.add.at(counts, (one.indices, other.indices), 1)
    chance = counts / counts.sum(1, keepdims=True)
    asked = [chance[one.indices, other.indices] for one, other in task.scored]
    likeliest = counts.argmax(1).astype(np.uint8)
    return float(-np.log2(np.concatenate([one.ravel() for one in asked])).mean()), [
        likeliest[one.indices] for one, _ in task.scored
    ]


def accuracy(task: Task, drawn: Sequence[NDArray[np.uint8]]) -> float:
    """Share of the pixels drawn in the translation or the truth that are the truth's."""
    right, asked = 0, 0
    for (_, truth), one in zip(task.scored, drawn, strict=True):
        either = (truth.indices > 0) | (one > 0)
        right += int(((truth.indices == one) & either).sum())
        asked += int(either.sum())
    return right / asked


def learn(task: Task, paired: bool, minutes: float, steps: int | None, seed: int, folder: Path) -> Prior:
    """A model of the pairs, or of the right sides alone, learnt from files."""
    sides: tuple[list[Source], list[Source]] = ([], [])
    for pair in task.rasters:
        for side, name, raster in zip(sides, ("left", "right"), pair, strict=True):
            path = folder / name / f"{raster.name}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(png.write_rgba(raster.rgba))
            side.append(Source(path, raster.name))
    examples = gather_pairs(list(zip(*sides, strict=True))) if paired else gather(sides[1])
    data = trainer.train(
        examples, base=base_path(), steps=steps or steps_for(minutes), minutes=minutes, seed=seed, device="cpu"
    )
    path = folder / f"{paired}.safetensors"
    path.write_bytes(data)
    return Prior.load(path)


def paired_bits(prior: Prior, task: Task, samples: int) -> float:
    """Bits per pixel of the scored right sides given the left ones."""
    lefts, rights = zip(*task.scored, strict=True)
    nats = prior.nats(rights, samples=samples, lefts=lefts)
    return float(nats.sum()) / sum(one.indices.size for one in rights) / float(np.log(2))


def sheet(rows: Sequence[Sequence[Sprite]], path: Path) -> None:
    """A picture of sprites of one size, `SCALE` times as large."""
    lines = []
    for row in rows:
        cells = []
        for sprite in row:
            rgba = sprite.rgba()
            flat = np.where(rgba[..., 3:] > 0, rgba[..., :3], np.array(GROUND, np.uint8)).astype(np.uint8)
            cells.append(np.pad(flat.repeat(SCALE, 0).repeat(SCALE, 1), ((4, 4), (4, 4), (0, 0))))
        lines.append(np.concatenate(cells, 1))
    whole = np.concatenate(lines, 0)
    opaque = np.concatenate([whole, np.full((*whole.shape[:2], 1), 255, np.uint8)], 2)
    path.write_bytes(png.write_rgba(opaque))


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--packs", nargs="+", default=PACKS, choices=list(ARTISTS), metavar="NAME")
    parser.add_argument("--tasks", nargs="+", default=list(TASKS), choices=list(TASKS), metavar="NAME")
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--steps", type=int, help="at most so many, instead of those that the minutes stand for")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--samples", type=int, default=8, help="of the latent, in scoring")
    parser.add_argument("--pictures", type=Path, help="a folder for contact sheets: left, ours twice, likeliest, truth")
    chosen = parser.parse_args()
    print(f"at most {chosen.minutes:g} min from base, seed {chosen.seed}, {chosen.samples} samples")
    head = "task, pack, pairs, scored, colors, copy counts, rights alone, ours, ours / better, steps kept, s, "
    head += "accuracy copying, accuracy ours"
    print(f"| {' | '.join(head.split(', '))} |\n|{'---|' * 13}")
    alone: dict[str, float] = {}
    for kind in chosen.tasks:
        for pack in chosen.packs:
            task = Task.of(chosen.data, pack, kind, chosen.seed)
            rest = (chosen.minutes, chosen.steps, chosen.seed)
            counts, likeliest = copied(task)
            began = time.monotonic()
            with tempfile.TemporaryDirectory() as folder:
                prior = learn(task, True, *rest, Path(folder))
            spent = time.monotonic() - began
            if pack not in alone:
                with tempfile.TemporaryDirectory() as folder:
                    rights = [right for _, right in task.scored]
                    alone[pack] = bits(learn(task, False, *rest, Path(folder)), rights, chosen.samples)
            ours = paired_bits(prior, task, chosen.samples)
            palette = task.scored[0][1].palette
            calm = prior.translate([left for left, _ in task.scored], palette, temperature=0)
            if chosen.pictures:
                chosen.pictures.mkdir(parents=True, exist_ok=True)
                some = task.scored[:: max(1, len(task.scored) // 8)][:8]
                drawn = prior.translate([left for left, _ in some], palette, variants=2, temperature=0.9)
                still = prior.translate([left for left, _ in some], palette, temperature=0)
                rows = [[left, *drawn[n], *still[n], right] for n, (left, right) in enumerate(some)]
                sheet(rows, chosen.pictures / f"{kind}-{pack}.png")
            cells = [
                kind,
                pack,
                str(len(task.learnt)),
                str(len(task.scored)),
                str(len(palette)),
                *(f"{value:.3f}" for value in (counts, alone[pack], ours, ours / min(counts, alone[pack]))),
                f"{prior.card['steps']}",
                f"{spent:.0f}",
                f"{accuracy(task, likeliest):.3f}",
                f"{accuracy(task, [one.indices for (one,) in calm]):.3f}",
            ]
            print(f"| {' | '.join(cells)} |", flush=True)


PACKS = ["ninja-adventure-16", "dcss-monsters-60", "kenney-roguelike"]

if __name__ == "__main__":
    main()
