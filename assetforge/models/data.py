"""Training batches: sprites in many palettes, mirrored, shifted, with random pixels visible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..palette import Palette
from ..sprite import Sprite
from .entries import entry_lab, table_to
from .left import Left
from .pixels import Palettes, shades_of, sketched

__all__ = [
    "PIXELS_PER_STEP",
    "Batch",
    "Batches",
    "Examples",
    "batch",
    "canvases",
    "entry_lab",
    "fitted",
    "jitter",
    "random_visible",
    "table_to",
    "weight_of",
]

PIXELS_PER_STEP = 4 * 32 * 32
FEW = 4
AS_THEY_ARE = 0.3

Pixel = TypeVar("Pixel", np.uint8, np.uint16)


class Examples(Protocol):
    """What training needs to know of a corpus.

    Attributes:
        sprites: All in one palette, the corpus palette.
        families: A number each; sprites of a family are alike and never split.
        held_out: True for sprites that are scored, never learnt from.
        palettes: Palettes to learn in besides the corpus palette, the pack's own ones first.
        own: How many of `palettes` are the pack's own.
        homes: For each sprite, which of `palettes` are of its own folder or archive, the largest first; empty
            for those that have none but the pack's.
        sources: sha256 of every input file by its name.
        lefts: For sprites that come in pairs, what each is to be drawn from: as many, of the same sizes, all in one
            palette; else none.
    """

    @property
    def sprites(self) -> Sequence[Sprite]: ...
    @property
    def families(self) -> Sequence[int]: ...
    @property
    def held_out(self) -> Sequence[bool]: ...
    @property
    def palettes(self) -> Sequence[Palette]: ...
    @property
    def own(self) -> int: ...
    @property
    def homes(self) -> Sequence[Sequence[int]]: ...
    @property
    def sources(self) -> dict[str, str]: ...
    @property
    def lefts(self) -> Sequence[Sprite]: ...


@dataclass(frozen=True)
class Batch:
    """Arguments:
    indices: Shape (B, H, W), int64.
    visible: True where known beforehand, shape (B, H, W).
    palettes: One a sprite.
    mirrored: 1 for a sprite that is shown mirrored, shape (B,), float32; None if none is.
    sketch: Shades to learn from, shape (B, H, W), int64; None for those of the sprites' colors here.
    strict: True where `sketch` is of the very shades of the sprite, shape (B,); None for everywhere.
    left: What the sprites are drawn from; None for nothing.
    """

    indices: Tensor
    visible: Tensor
    palettes: Palettes
    mirrored: Tensor | None = None
    sketch: Tensor | None = None
    strict: Tensor | None = None
    left: Left | None = None


def random_visible(rng: np.random.Generator, height: int, width: int) -> NDArray[np.bool_]:
    """Pixels known beforehand: nothing often, else around a block, a half, strokes or scatter."""
    kind = rng.random()
    visible = np.zeros((height, width), bool)
    if kind < 0.45:
        return visible
    if kind < 0.63:
        visible[:] = True
        for _ in range(rng.integers(1, 3)):
            h, w = rng.integers(1, max(2, height * 3 // 4 + 1)), rng.integers(1, max(2, width * 3 // 4 + 1))
            y, x = rng.integers(0, height - h + 1), rng.integers(0, width - w + 1)
            visible[y : y + h, x : x + w] = False
    elif kind < 0.78:
        side = int(rng.integers(4))
        if side < 2:
            visible[: height // 2] = True
        else:
            visible[:, : width // 2] = True
        if side % 2:
            visible = ~visible
    elif kind < 0.9:
        visible = rng.random((height, width)) < rng.uniform(0.05, 0.95)
    else:
        visible[:] = True
        row, column = int(rng.integers(height)), int(rng.integers(width))
        for _ in range(int(rng.integers(2, 4)) * max(height, width)):
            visible[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2] = False
            row = min(max(row + int(rng.integers(-1, 2)), 0), height - 1)
            column = min(max(column + int(rng.integers(-1, 2)), 0), width - 1)
    return visible


class Batches:
    """Draws batches; step and seed alone decide what is in one, so a resumed run goes on exactly.

    Arguments:
        examples: The corpus.
        seed: Of the whole run.
        mirror: Share of sprites that are mirrored left to right.
        device: Where the tensors go.
        moved: Share of batches on a canvas of another size than the sprites'.
    """

    def __init__(self, examples: Examples, seed: int, mirror: float, device: torch.device, moved: float = 0.15) -> None:
        self.seed, self.mirror, self.device, self.moved = seed, mirror, device, moved
        corpus = entry_lab(examples.sprites[0].palette)
        self.shades = shades_of(torch.from_numpy(corpus)[None])[0].numpy()
        self.labs = [entry_lab(palette) for palette in examples.palettes]
        self.tables = [table_to(corpus, lab) for lab in self.labs]
        self.own = examples.own
        learnt = [place for place, held in enumerate(examples.held_out) if not held]
        stack = [examples.sprites[place].indices for place in learnt]
        homes = [tuple(examples.homes[place]) for place in learnt]
        family = [examples.families[place] for place in learnt]
        self.groups = [
            (
                shape,
                [(stack[n], homes[n]) for n in members],
                np.array([weight_of(stack[n], family.count(family[n])) for n in members]),
            )
            for shape, members in canvases([one.shape for one in stack])
        ]
        shares = np.array([weight.sum() for _, _, weight in self.groups])
        self.shares = shares / shares.sum()

    def choose_palette(self, rng: np.random.Generator, crowded: bool, homes: Sequence[int]) -> int:
        """A palette's number: half the time one of `homes`, else often the pack's own.

        Those of over 33 entries are only taken if `crowded`.
        """
        if homes and rng.random() < 0.5:
            return int(rng.choice(homes))
        own = self.own and (rng.random() < (0.2 if homes else 0.5) or self.own == len(self.labs))
        low, high = (0, self.own) if own else (self.own, len(self.labs))
        fitting = [n for n in range(low, high) if crowded or len(self.labs[n]) <= 33]
        return int(rng.choice(fitting)) if fitting else int(rng.integers(low, high))

    def draw(self, step: int) -> Batch:
        """The batch of one step."""
        rng = np.random.default_rng([self.seed, step])
        (height, width), stack, weight = self.groups[rng.choice(len(self.groups), p=self.shares)]
        moved = rng.random() < self.moved
        if moved:
            height, width = (int(np.clip(side + 4 * rng.integers(-3, 5), 8, 64)) for side in (height, width))
        count = int(np.clip(PIXELS_PER_STEP // (height * width), 2, 48))
        crowded = rng.random() < 0.1
        indices, labs, visible, mirrored, sketches = [], [], [], [], []
        for place in rng.choice(len(stack), count, p=weight / weight.sum()):
            sprite, homes = stack[place]
            sprite = placed(rng, sprite, (height, width)) if moved else fitted(rng, sprite, (height, width))
            mirrored.append(rng.random() < self.mirror)
            sprite = sprite[:, ::-1] if mirrored[-1] else sprite
            number = self.choose_palette(rng, crowded, homes)
            indices.append(self.tables[number][sprite])
            sketches.append(self.shades[sprite])
            labs.append(jitter(rng, self.labs[number]))
            visible.append(random_visible(rng, height, width))
        one = batch(indices, labs, visible, self.device)
        # Half of the sketches are of the colors that the palette took the place of: coloring must cope with both.
        strict = torch.from_numpy(rng.random(count) < 0.5).to(self.device)
        theirs = torch.from_numpy(np.stack(sketches)).to(self.device)
        return replace(
            one,
            mirrored=torch.tensor(mirrored, dtype=torch.float32, device=self.device),
            sketch=torch.where(strict[:, None, None], sketched(one.indices, one.palettes), theirs),
            strict=strict,
        )


def weight_of(sprite: NDArray[np.uint8], relatives: int) -> float:
    """How often to learn from a sprite: less if its family is large, if it fills the canvas, if it is plain.

    Floors and walls teach little of how things are drawn, and packs hold hundreds of them; so it is with
    icons of a single color.
    """
    weight = relatives**-0.5
    weight *= 0.5 if sprite.all() else 1.0
    return float(weight * (0.4 if len(np.unique(sprite)) <= 2 else 1.0))


def canvases(shapes: Sequence[tuple[int, ...]]) -> list[tuple[tuple[int, int], list[int]]]:
    """The canvases to learn on and the places of the sprites on each: their own size where `FEW` share it,
    else the next multiple of 8, so that odd sizes are learnt together."""
    own: dict[tuple[int, ...], list[int]] = {}
    for place, shape in enumerate(shapes):
        own.setdefault(shape, []).append(place)
    groups: dict[tuple[int, int], list[int]] = {}
    for (height, width), places in own.items():
        if len(places) < FEW and len(own) > 1:
            height, width = (min(64, -(-max(side, 8) // 8) * 8) for side in (height, width))
        groups.setdefault((height, width), []).extend(places)
    return sorted(groups.items())


def fitted(rng: np.random.Generator, sprite: NDArray[Pixel], shape: tuple[int, int]) -> NDArray[Pixel]:
    """The sprite on a canvas of `shape` (H, W) that holds it: as it is but for a small shift, or anywhere on it."""
    return shift(rng, sprite) if sprite.shape == shape else placed(rng, sprite, shape)


def placed(rng: np.random.Generator, sprite: NDArray[Pixel], shape: tuple[int, int]) -> NDArray[Pixel]:
    """What is drawn of the sprite about the middle of an empty canvas of `shape` (H, W), cut where it is too large."""
    for axis in (0, 1):
        drawn = np.flatnonzero(sprite.any(axis=1 - axis))
        if len(drawn):
            sprite = sprite.take(range(drawn[0], drawn[-1] + 1), axis)
        room = shape[axis] - sprite.shape[axis]
        if room < 0:
            start = int(rng.integers(0, 1 - room))
            sprite = sprite.take(range(start, start + shape[axis]), axis)
        else:
            before = int(np.clip(round(room / 2 + rng.normal(0, room / 8)), 0, room))
            sides = [(before, room - before) if axis == n else (0, 0) for n in (0, 1)]
            sprite = np.pad(sprite, sides)
    return sprite


def shift(rng: np.random.Generator, sprite: NDArray[Pixel]) -> NDArray[Pixel]:
    """The sprite moved by up to 2 pixels, as far as its transparent margins allow, half of the time."""
    if rng.random() < 0.5:
        return sprite
    for axis in (0, 1):
        drawn = np.flatnonzero(sprite.any(axis=1 - axis))
        if len(drawn):
            low, high = -min(2, drawn[0]), min(2, sprite.shape[axis] - 1 - drawn[-1])
            sprite = np.roll(sprite, rng.integers(low, high + 1), axis)
    return sprite


def jitter(rng: np.random.Generator, lab: NDArray[np.float32]) -> NDArray[np.float32]:
    """The colors of a palette, often seen a little otherwise: hue turned, lightness scaled, each moved a bit."""
    if rng.random() < AS_THEY_ARE:
        return lab
    angle = rng.uniform(-np.pi, np.pi) if rng.random() < 0.15 else rng.normal(0, 0.15)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = lab.astype(np.float64)
    moved[:, 1:] = moved[:, 1:] @ turn.T * rng.uniform(0.8, 1.2)
    moved[:, 0] = np.clip(moved[:, 0] * rng.uniform(0.92, 1.08), 0, 1)
    moved += rng.normal(0, 0.008, moved.shape)
    moved[0] = 0
    return moved.astype(np.float32)


def batch(
    indices: Sequence[NDArray[np.uint8]],
    labs: Sequence[NDArray[np.float32]],
    visible: Sequence[NDArray[np.bool_]],
    device: torch.device,
) -> Batch:
    """Sprites of one size, each in a palette of its own, as one padded batch."""
    entries = max(len(lab) for lab in labs)
    lab = np.zeros((len(labs), entries, 3), np.float32)
    valid = np.zeros((len(labs), entries), bool)
    for place, one in enumerate(labs):
        lab[place, : len(one)] = one
        valid[place, : len(one)] = True
    return Batch(
        torch.from_numpy(np.stack(indices).astype(np.int64)).to(device),
        torch.from_numpy(np.stack(visible)).to(device),
        Palettes(torch.from_numpy(lab).to(device), torch.from_numpy(valid).to(device)),
    )
