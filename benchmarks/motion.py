"""Animations drawn, completed, restyled and tweened: as one beside frame by frame, on walks that are new to the model.

Run from the top of the checkout:
``python -m benchmarks.motion ../shared/data/packs [-m MODEL] [--walks N] [--parts generate,complete,restyle,tween]``.

The walks are those of `ninja-adventure-16`, four frames each, none of whose frames comes near to a learnt sprite.
`changes` is the pixels that change from frame to frame, `loose` those that change where the source's do not, both as a
share of the pixels that change in the source (`evaluate.flicker`); accuracy is that of hidden pixels. Frame by frame:
every frame drawn or filled by itself, from the same seed, and so the same latent noise and the same numbers. First
frame: the hole of the first frame, filled by itself, copied into the others. In-betweens: every inner frame of the
strips of `grafxkid-lilwiz` from its two neighbors, by pixels right of those drawn in any of the three; the model has
learnt these strips.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assetforge import formats
from assetforge.evaluate.flicker import changes
from assetforge.models.prior import Prior
from assetforge.quantize import quantizer
from assetforge.sprite import Raster, Sprite

__all__: list[str] = []

FAR = 0.12
"""Nearer to a learnt sprite than this, a walk counts as learnt."""
COUNT = 4
HOLES = ("lower half", "middle 50 %", "left 40 %", "one frame's half", "a stripe that moves")
Masks = list[NDArray[np.bool_]]


def cut(path: Path, size: int, column: int | None = None, most: int = 99) -> list[Sprite]:
    """The frames of a strip, or of one column of a sheet, in their own colors, tagged."""
    rgba = formats.read(path)[0].rgba
    starts = range(0, rgba.shape[1 if column is None else 0], size)
    corners = [(0, at) if column is None else (at, column * size) for at in starts][:most]
    parts = [np.ascontiguousarray(rgba[top : top + size, left : left + size]) for top, left in corners]
    name = path.stem if column is None else f"{path.stem}-{column}"
    return quantizer.quantize([Raster(part, f"{name}-{n}", 100, name) for n, part in enumerate(parts)], 255)


def walks(packs: Path, prior: Prior, most: int) -> list[list[Sprite]]:
    """The four steps of figures that the model has not learnt, in four directions."""
    folder = packs / "ninja-adventure-16"
    found = []
    for sheet in json.loads((folder / "frames.json").read_text())["sheets"]:
        for column in range(sheet["columns"] if sheet["rows"] >= 4 else 0):
            frames = cut(folder / sheet["file"], 16, column, 4)
            if all(one.mask.sum() > 9 for one in frames):
                near = prior.nearest(np.stack([one.indices for one in frames]), frames[0].palette)
                if near.min() > FAR:
                    found.append(frames)
    return found[:: max(1, len(found) // most)][:most]


def holes(kind: str, frames: Sequence[Sprite]) -> Masks:
    """Where the frames are hidden."""
    height, width = frames[0].indices.shape
    masks = [np.zeros((height, width), bool) for _ in frames]
    for number, mask in enumerate(masks):
        if kind == "lower half":
            mask[height // 2 :] = True
        elif kind == "middle 50 %":
            mask[:, width // 4 : width - width // 4] = True
        elif kind == "left 40 %":
            mask[:, : width * 2 // 5] = True
        elif kind == "one frame's half":
            mask[height // 2 :] = number == 1
        else:
            left = number * width // len(frames)
            mask[:, left : left + width // 4] = True
    return masks


class Score:
    """Sums over animations, told as a row."""

    def __init__(self) -> None:
        self.right = self.hidden = 0
        self.made = self.loose = self.source = 0
        self.worst = 0.0

    def add(self, made: Sequence[Sprite], source: Sequence[Sprite], masks: Masks | None = None) -> None:
        ours, theirs = changes(made), changes(source)
        self.made, self.source = self.made + int(ours.sum()), self.source + int(theirs.sum())
        self.loose += int((ours & ~theirs).sum())
        self.worst = max(self.worst, float(ours.sum() / max(1, theirs.sum())))
        for one, true, mask in zip(made, source, masks or [], strict=masks is not None):
            self.right += int((one.indices == true.indices)[mask].sum())
            self.hidden += int(mask.sum())

    def row(self) -> str:
        flicker = f"{self.made / self.source:.2f} | {self.worst:.2f} | {self.loose / self.source:.2f}"
        return f"{self.right / self.hidden:.3f} | {flicker}" if self.hidden else flicker


def generated(prior: Prior, films: list[list[Sprite]]) -> None:
    scores = {"as one": Score(), "frame by frame": Score()}
    for film in films:
        palette, size = film[0].palette, film[0].size
        options: dict[str, Any] = {"size": size, "seed": 0, "temperature": 0.9, "candidates": 1}
        made = prior.animate(palette, COUNT, like=film, **options).sprites
        alone = [prior.draw(palette, COUNT, like=[one], **options).sprites for one in film]
        for number in range(COUNT):
            scores["as one"].add(made[number * len(film) : (number + 1) * len(film)], film)
            scores["frame by frame"].add([frame[number] for frame in alone], film)
    print(f"\ngenerate --like, {COUNT} animations of each of {len(films)} walks\n")
    print("| | changes | of the worst | loose |\n|---|---|---|---|")
    for name, score in scores.items():
        print(f"| {name} | {score.row()} |")


def completed(prior: Prior, films: list[list[Sprite]], temperature: float) -> None:
    print(f"\ncomplete, temperature {temperature}, {len(films)} walks\n")
    print("| hole | | right | changes | of the worst | loose |\n|---|---|---|---|---|---|")
    for kind in HOLES:
        scores = {"as one": Score(), "frame by frame": Score(), "first frame": Score()}
        for film in films:
            masks = holes(kind, film)
            (made,) = prior.complete_frames(film, masks, variants=1, seed=0, temperature=temperature)
            alone = [
                prior.complete(one, mask, seed=0, temperature=temperature)[0] if mask.any() else one
                for one, mask in zip(film, masks, strict=True)
            ]
            first = [
                Sprite(np.where(mask, alone[0].indices, one.indices), one.palette)
                for one, mask in zip(film, masks, strict=True)
            ]
            for name, result in (("as one", made), ("frame by frame", alone), ("first frame", first)):
                scores[name].add(result, film, masks)
        for name, score in scores.items():
            print(f"| {kind} | {name} | {score.row()} |", flush=True)


def restyled(prior: Prior, films: list[list[Sprite]], packs: Path) -> None:
    """To a pack of another artist, in its 32 colors."""
    rasters = [formats.read(path)[0] for path in sorted((packs / "kenney-tiny-dungeon").glob("*.png"))]
    pack = quantizer.quantize(rasters, 32)
    scores = {"as one": Score(), "frame by frame": Score()}
    for film in films:
        scores["as one"].add(prior.restyle(film, pack, pack[0].palette), film)
        alone = [prior.restyle([replace(one, tag="")], pack, pack[0].palette)[0] for one in film]
        scores["frame by frame"].add(alone, film)
    print(f"\nrestyle, {len(films)} walks\n\n| | changes | of the worst | loose |\n|---|---|---|---|")
    for name, score in scores.items():
        print(f"| {name} | {score.row()} |")


def tweened(prior: Prior, packs: Path) -> None:
    def crossfade(one: Sprite, other: Sprite) -> Sprite:
        mixed = (one.rgba().astype(int) + other.rgba() + 1) // 2
        mixed[..., 3] = np.where(mixed[..., 3] > 127, 255, 0)
        return quantizer.quantize([Raster(mixed.astype(np.uint8))], one.palette, map="nearest")[0]

    def blended(one: Sprite, other: Sprite) -> Sprite:
        return prior.blend([one, other], one.palette, steps=3)[1]

    ways: dict[str, Callable[[Sprite, Sprite], Sprite]] = {
        "copy of the frame before": lambda one, other: one,
        "copy of the frame after": lambda one, other: other,
        "cross-fade, to the palette": crossfade,
        "blend": blended,
    }
    right, total, wins = dict.fromkeys(ways, 0), 0, dict.fromkeys(ways, 0)
    count = 0
    for path in sorted((packs / "grafxkid-lilwiz").glob("*.png")):
        film = cut(path, 32)
        for before, middle, after in zip(film, film[1:], film[2:], strict=False):
            any_drawn = before.mask | middle.mask | after.mask
            total, count = total + int(any_drawn.sum()), count + 1
            own = {}
            for name, way in ways.items():
                own[name] = int((way(before, after).indices == middle.indices)[any_drawn].sum())
                right[name] += own[name]
            for name, value in own.items():
                wins[name] += value == max(own.values())
    print(f"\nin-betweens of {count} inner frames\n\n| | right | best, or as good, in |\n|---|---|---|")
    for name in ways:
        print(f"| {name} | {right[name] / total:.3f} | {wins[name]} |")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("packs", type=Path)
    parser.add_argument("-m", "--model", type=Path, help="a checkpoint; by default the bundled base")
    parser.add_argument("--walks", type=int, default=99, help="how many at most")
    parser.add_argument("--parts", default="generate,complete,restyle,tween")
    chosen = parser.parse_args()
    prior = Prior.load(chosen.model)
    parts = chosen.parts.split(",")
    films = walks(chosen.packs, prior, chosen.walks) if set(parts) - {"tween"} else []
    if "generate" in parts:
        generated(prior, films)
    if "complete" in parts:
        for temperature in (0.0, 0.9):
            completed(prior, films, temperature)
    if "restyle" in parts:
        restyled(prior, films, chosen.packs)
    if "tween" in parts:
        tweened(prior, chosen.packs)


if __name__ == "__main__":
    main()
