"""Art on three real packs: what a model draws beside the pack's held-out sprites, and beside an n-gram model's.

Run from the top of the checkout:
``python -m benchmarks.art ../shared/data/packs [--packs NAME…] [--model NAME=FILE…] [--minutes 3] [--out build/art]``

A third of each pack is held out, by family. From the files of the rest the bundled base is fine-tuned as a user's
`assetforge train` does it, its own early stop included, unless a checkpoint is given. Everything is in the pack's own
palette, or in 32 colors fitted on the learnt sprites if it has more than 64. Compared are what the model draws with its
choice among candidates; sprites of `benchmarks.ngram`, learnt from the same files; with `--tutorial`, of the tutorial's
index net, learnt from the same in so many CPU minutes as fine-tuning had, on one thread; and the learnt sprites
themselves, to see whether the held-out ones are like the rest of their pack. Figures are those of
`assetforge.evaluate.art`.

*Copies*: the distance to the nearest learnt sprite (`assetforge.resemblance`), its median, the share below the first
percentile of the held-out sprites' own distances, and how many are exact. *Leaks*: the share below that percentile of
the distance to the nearest held-out sprite. The bundled base learnt from the archives out of which these packs were
taken, so it may have seen what is held out here; leaks would tell.

The folder `--out` gets a checkpoint, all figures as JSON and contact sheets at four times the size, for eyes.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assetforge.corpus import Source, gather
from assetforge.evaluate.art import art
from assetforge.evaluate.craft import FIGURES, entries
from assetforge.formats import png
from assetforge.models.budget import steps_for
from assetforge.models.prior import Prior, base_path
from assetforge.models.train import train
from assetforge.palette import Palette
from assetforge.quantize import quantizer
from assetforge.resemblance import nearest
from assetforge.sprite import Raster, Sprite

from . import ngram, tutorial

__all__: list[str] = []

PACKS = ("kenney-tiny-dungeon", "dcss-monsters-60", "onebit-rpg-icons-60")
MEASURES = ("craft", "kernel", "coverage", "forest")
HELD_OUT = 1 / 3
MOST_COLORS, FITTED = 64, 32
ZOOM, GAP, ACROSS = 4, 8, 8
GROUND = (104, 108, 124, 255)


@dataclass(frozen=True)
class Pack:
    """One pack, split by family.

    Attributes:
        files: Of the learnt sprites.
        sprites: All, in one palette.
        families, held_out: Of each sprite.
    """

    files: list[Path]
    sprites: list[Sprite]
    families: list[int]
    held_out: list[bool]

    @property
    def palette(self) -> Palette:
        return self.sprites[0].palette

    def stack(self, held_out: bool) -> NDArray[np.uint8]:
        """The held-out sprites, or the learnt ones, shape (N, H, W)."""
        return np.stack([s.indices for s, out in zip(self.sprites, self.held_out, strict=True) if out == held_out])


def split(folder: Path, seed: int) -> Pack:
    """The pack of single-sprite files of one size in `folder`; `seed` chooses the families held out."""
    files = sorted(folder.glob("*.png"))
    corpus = gather([Source(path, path.stem) for path in files], hold_out=False)
    families = np.array(corpus.families)
    held = np.zeros(len(families), bool)
    for family in np.random.Generator(np.random.Philox(key=seed)).permutation(np.unique(families)):
        if held.sum() < round(HELD_OUT * len(families)):
            held |= families == family
    sprites = list(corpus.sprites)
    if len(sprites[0].palette) > MOST_COLORS:
        learnt = [Raster(s.rgba(), s.name) for s, out in zip(sprites, held, strict=True) if not out]
        sprites = quantizer.remap(sprites, quantizer.fit(learnt, FITTED), map="nearest")
    learnt_files = [path for path, out in zip(files, held, strict=True) if not out]
    return Pack(learnt_files, sprites, families.tolist(), held.tolist())


def judged(drawn: Sequence[NDArray[np.uint8]], pack: Pack) -> dict[str, Any]:
    """Figures of sprites beside the pack's held-out ones, copies and leaks included."""
    lab, stack = entries(pack.palette), np.stack(drawn)
    learnt, held = pack.stack(False), pack.stack(True)
    bar = float(np.percentile(nearest(held, lab, learnt, lab)[0], 1))
    copied, leaked = (nearest(stack, lab, known, lab)[0] for known in (learnt, held))
    found = art(drawn, [s.indices for s in pack.sprites], pack.families, pack.held_out, lab)
    found["copies"] = {
        "median": float(np.median(copied)),
        "held_out_percentile_1": bar,
        "below": float((copied < bar).mean()),
        "exact": int((copied == 0).sum()),
        "leaks": float((leaked < bar).mean()),
    }
    return found


def peer(pack: Pack, seconds: float, count: int, seed: int) -> NDArray[np.uint8]:
    """What the tutorial's index net draws, shape (count, H, W); of its looks it keeps the best on held-out sprites."""
    learnt, scored = (
        [s for s, out in zip(pack.sprites, pack.held_out, strict=True) if out == which] for which in (False, True)
    )
    net = tutorial.IndexNet(pack.palette)
    tutorial.train(net, learnt, scored, seconds, seed=seed, tell=lambda line: print(f"  tutorial: {line}", flush=True))
    return net.sample(count, learnt[0].size, seed)


def contact(sprites: Sequence[NDArray[np.uint8]], palette: Palette) -> bytes:
    """A PNG of sprites in their order, eight in a row, each pixel 4 x 4."""
    height, width = (max(sprite.shape[axis] for sprite in sprites) * ZOOM + GAP for axis in (0, 1))
    canvas = np.full((-(-len(sprites) // ACROSS) * height + GAP, ACROSS * width + GAP, 4), GROUND, np.uint8)
    for place, indices in enumerate(sprites):
        large = Sprite(indices, palette).rgba().repeat(ZOOM, 0).repeat(ZOOM, 1)
        top, left = place // ACROSS * height + GAP, place % ACROSS * width + GAP
        box = canvas[top : top + large.shape[0], left : left + large.shape[1]]
        box[large[..., 3] > 0] = large[large[..., 3] > 0]
    return png.write_rgba(canvas)


def told(name: str, rows: dict[str, dict[str, Any]]) -> None:
    """Print a table of one pack."""
    some = next(iter(rows.values()))
    print(f"\n## {name}: {some['generated']} beside {some['held_out']} held out\n")
    print("| figure | floor | " + " | ".join(rows) + " |\n|---|---|" + "---|" * len(rows))

    def line(title: str, figures: Sequence[dict[str, Any]]) -> None:
        cells = [f"{figure['value']:.3f}{'' if figure['within'] else ' x'}" for figure in figures]
        print(f"| {title} | {figures[0]['floor']:.3f} ± {figures[0]['sd']:.3f} | " + " | ".join(cells) + " |")

    for measure in MEASURES:
        line(measure, [row[measure] for row in rows.values()])
    for figure in FIGURES:
        line(figure, [row["figures"][figure] for row in rows.values()])
    for key in some["copies"]:
        print(f"| copies: {key} | | " + " | ".join(f"{row['copies'][key]:.3f}" for row in rows.values()) + " |")
    print("\nx: beyond the floor by more than two standard deviations", flush=True)


def main() -> None:
    """Print a table for each pack and write its sheets."""
    parser = argparse.ArgumentParser(description="Art on real packs.")
    parser.add_argument("folder", type=Path, help="where the packs are")
    parser.add_argument("--packs", nargs="+", default=PACKS)
    parser.add_argument(
        "--model", nargs="+", default=[], metavar="NAME=FILE", help="checkpoints that stand for training"
    )
    parser.add_argument("--minutes", type=float, default=3.0, help="of fine-tuning")
    parser.add_argument("--count", type=int, default=64, help="sprites to draw")
    parser.add_argument("--candidates", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tutorial", action="store_true", help="the tutorial's index net beside ours: minutes more")
    parser.add_argument("--out", type=Path, default=Path("build/art"))
    arguments = parser.parse_args()
    given = {name: Path(path) for name, _, path in (text.partition("=") for text in arguments.model)}
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name in arguments.packs:
        pack = split(arguments.folder / name, arguments.seed)
        checkpoint = given.get(name)
        if checkpoint is None:
            checkpoint = arguments.out / f"{name}.safetensors"
            corpus = gather([Source(path, path.stem) for path in pack.files])
            steps = steps_for(arguments.minutes)
            checkpoint.write_bytes(
                train(corpus, base=base_path(), steps=steps, seed=arguments.seed, device="cpu", name=name)
            )
        size, options = pack.sprites[0].size, {"seed": arguments.seed, "candidates": arguments.candidates}
        drawn = Prior.load(checkpoint).generate(pack.palette, arguments.count, size=size, **options)
        learnt = list(pack.stack(False))
        sets = {
            "ours": [sprite.indices for sprite in drawn],
            "ngram": list(ngram.sample(ngram.learn(learnt), arguments.count, size, arguments.seed)),
            "learnt": learnt,
        }
        if arguments.tutorial:
            sets["tutorial"] = list(peer(pack, 60 * arguments.minutes, arguments.count, arguments.seed))
        rows = {kind: judged(some, pack) for kind, some in sets.items()}
        told(name, rows)
        (arguments.out / f"{name}.json").write_text(json.dumps(rows, indent=2))
        for kind, some in {**sets, "held-out": list(pack.stack(True))}.items():
            (arguments.out / f"{name}-{kind}.png").write_bytes(contact(some, pack.palette))


if __name__ == "__main__":
    main()
