"""Training batches of pairs: both sides mirrored, shifted and recolored alike.

A pair is one picture of two-byte pixels, the left's entry above the right's: so whatever moves one side moves the
other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from .data import PIXELS_PER_STEP, Batch, Examples, batch, canvases, fitted, jitter, random_visible, weight_of
from .entries import entry_lab, table_to
from .left import Left
from .lexicon import Lexicon, smoothed
from .pixels import shades_of, sketched

__all__ = ["PairedBatches", "held_out_pairs", "lefts", "lexicon_of"]

OWN, FIRST = 0.8, 0.6
"""Share of sprites seen in a palette of the pack, and of these in its largest."""
ALONE = 0.1
"""Share of sprites that are shown no left one, so that the model can do without."""
SHOWN = 0.15
"""Share of sprites of which pixels may be visible; a translation begins with none."""
NEVER = -20.0


def lexicon_of(examples: Examples) -> Lexicon:
    """What became of the left's colors in the pairs to learn from."""
    learnt = [place for place, held in enumerate(examples.held_out) if not held]
    pairs = [(examples.lefts[place].indices, examples.sprites[place].indices) for place in learnt]
    return Lexicon.of(entry_lab(examples.lefts[0].palette), entry_lab(examples.sprites[0].palette), pairs)


def lefts(
    indices: Sequence[NDArray[np.integer]],
    labs: Sequence[NDArray[np.float32]],
    expected: Sequence[NDArray[np.float32]],
    given: Sequence[bool],
    entries: int,
    device: torch.device,
) -> Left:
    """Left sprites of one size as one padded batch.

    Arguments:
        indices: Of each, shape (H, W).
        labs: OKLab of its entries, shape (L, 3).
        expected: For each of its entries log-probabilities of the right's, shape (L, K).
        given: Whether there is one.
        entries: Of the right's largest palette.
    """
    odds = np.full((len(labs), indices[0].size, entries), NEVER, np.float32)
    for place, (one, chances) in enumerate(zip(indices, expected, strict=True)):
        odds[place, :, : chances.shape[1]] = chances[one.ravel()]
    own = batch([one.astype(np.uint8) for one in indices], labs, [np.zeros(one.shape, bool) for one in indices], device)
    shown = torch.tensor(list(given), device=device)
    return Left(own.indices, own.palettes, torch.from_numpy(odds).to(device), shown)


def held_out_pairs(examples: Examples, device: torch.device, most: int = 128) -> list[Batch]:
    """The held-out pairs, the right side hidden and in the pack's first palette; at most `most`, evenly taken."""
    places = [place for place, held in enumerate(examples.held_out) if held]
    places = [places[n] for n in sorted({int(x) for x in np.linspace(0, len(places) - 1, min(most, len(places)))})]
    corpus, left = entry_lab(examples.sprites[0].palette), entry_lab(examples.lefts[0].palette)
    lab = entry_lab(examples.palettes[0]) if examples.own else corpus
    table, chances = table_to(corpus, lab), lexicon_of(examples).to(lab).expected(left)
    groups: dict[tuple[int, ...], list[int]] = {}
    for place in places:
        groups.setdefault(examples.sprites[place].indices.shape, []).append(place)
    result = []
    for shape, members in sorted(groups.items()):
        for start in range(0, len(members), 16):
            part = members[start : start + 16]
            rights = [table[examples.sprites[place].indices] for place in part]
            one = batch(rights, [lab] * len(part), [np.zeros(shape, bool)] * len(part), device)
            theirs = [examples.lefts[place].indices for place in part]
            beside = lefts(theirs, [left] * len(part), [chances] * len(part), [True] * len(part), len(lab), device)
            result.append(replace(one, left=beside))
    return result


class PairedBatches:
    """Draws batches of pairs, as `data.Batches` does of sprites; step and seed alone decide one.

    What a pair is expected to be is counted without its own family, or a rare color would seem sure of itself.

    Arguments:
        examples: The corpus, with `lefts`.
        seed: Of the whole run.
        mirror: Share of pairs that are mirrored left to right.
        device: Where the tensors go.
    """

    def __init__(self, examples: Examples, seed: int, mirror: float, device: torch.device) -> None:
        self.seed, self.mirror, self.device = seed, mirror, device
        corpus = entry_lab(examples.sprites[0].palette)
        self.left = entry_lab(examples.lefts[0].palette)
        self.shades = shades_of(torch.from_numpy(corpus)[None])[0].numpy()
        self.labs = [entry_lab(palette) for palette in examples.palettes] or [corpus]
        self.tables = [table_to(corpus, lab) for lab in self.labs]
        self.own = examples.own
        learnt = [place for place, held in enumerate(examples.held_out) if not held]
        rights = [examples.sprites[place].indices for place in learnt]
        theirs = [examples.lefts[place].indices for place in learnt]
        self.pairs = [one.astype(np.uint16) << 8 | other for one, other in zip(theirs, rights, strict=True)]
        self.family = [examples.families[place] for place in learnt]
        families: dict[int, list[int]] = {}
        for place, number in enumerate(self.family):
            families.setdefault(number, []).append(place)
        self.tallies = {
            number: np.unique(np.concatenate([self.pairs[place].ravel() for place in places]), return_counts=True)
            for number, places in families.items()
        }
        self.counts: dict[int, NDArray[np.int64]] = {}
        self.groups = [
            (shape, members, np.array([weight_of(rights[n], len(families[self.family[n]])) for n in members]))
            for shape, members in canvases([one.shape for one in rights])
        ]
        shares = np.array([weight.sum() for _, _, weight in self.groups])
        self.shares = shares / shares.sum()

    def choose_palette(self, rng: np.random.Generator) -> int:
        """A palette's number: mostly the pack's own, the largest the most."""
        if self.own and (rng.random() < OWN or self.own == len(self.labs)):
            return 0 if rng.random() < FIRST else int(rng.integers(self.own))
        fitting = [n for n in range(self.own, len(self.labs)) if len(self.labs[n]) <= 33]
        return int(rng.choice(fitting)) if fitting else int(rng.integers(len(self.labs)))

    def expected(self, number: int, place: int) -> NDArray[np.float32]:
        """What a pair's family is expected to be by all others, in a palette; shape (L, K)."""
        if number not in self.counts:
            self.counts[number] = np.sum([self.counted(number, family) for family in self.tallies], 0)
        return smoothed(self.counts[number] - self.counted(number, self.family[place]))

    def counted(self, number: int, family: int) -> NDArray[np.int64]:
        """What stands where in the pairs of one family, in a palette; shape (L, K)."""
        (pairs, often), entries = self.tallies[family], len(self.labs[number])
        both = (pairs >> 8).astype(np.int64) * entries + self.tables[number][pairs & 255]
        return np.bincount(both, often, len(self.left) * entries).astype(np.int64).reshape(len(self.left), entries)

    def draw(self, step: int) -> Batch:
        """The batch of one step."""
        rng = np.random.default_rng([self.seed, step])
        (height, width), members, weight = self.groups[rng.choice(len(self.groups), p=self.shares)]
        count = int(np.clip(PIXELS_PER_STEP // (height * width), 2, 48))
        indices, labs, visible, mirrored, sketches = [], [], [], [], []
        beside, left_labs, expected, given = [], [], [], []
        for place in rng.choice(members, count, p=weight / weight.sum()):
            pair = fitted(rng, self.pairs[place], (height, width))
            mirrored.append(rng.random() < self.mirror)
            pair = pair[:, ::-1] if mirrored[-1] else pair
            left, right = pair >> 8, (pair & 255).astype(np.uint8)
            number = self.choose_palette(rng)
            # One change for both: what has the same color on either side still has.
            colors = jitter(rng, np.concatenate([self.labs[number], self.left]))
            colors[len(self.labs[number])] = 0
            labs.append(colors[: len(self.labs[number])])
            left_labs.append(colors[len(self.labs[number]) :])
            indices.append(self.tables[number][right])
            sketches.append(self.shades[right])
            beside.append(left)
            expected.append(self.expected(number, int(place)))
            given.append(bool(rng.random() >= ALONE))
            shown = rng.random() < SHOWN
            visible.append(random_visible(rng, height, width) if shown else np.zeros((height, width), bool))
        one = batch(indices, labs, visible, self.device)
        strict = torch.from_numpy(rng.random(count) < 0.5).to(self.device)
        theirs = torch.from_numpy(np.stack(sketches)).to(self.device)
        entries = one.palettes.valid.shape[1]
        return replace(
            one,
            mirrored=torch.tensor(mirrored, dtype=torch.float32, device=self.device),
            sketch=torch.where(strict[:, None, None], sketched(one.indices, one.palettes), theirs),
            strict=strict,
            left=lefts(beside, left_labs, expected, given, entries, self.device),
        )
