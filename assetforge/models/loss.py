"""What is learnt from a batch: the recipe, the loss, and the score on held-out sprites."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from ..sprite import Sprite
from .data import Batch, Examples, batch, entry_lab, table_to
from .paired import held_out_pairs
from .pixelvae import PixelVAE
from .vae import COARSE, SLOTS

__all__ = [
    "PAIRS",
    "SCRATCH",
    "Recipe",
    "held_out_batches",
    "held_out_bits",
    "held_out_sprites",
    "loss_of",
    "mixed",
    "without_left",
]


@dataclass(frozen=True)
class Recipe:
    """How to learn; the defaults fine-tune, `PAIRS` do so on pairs, `SCRATCH` trains from nothing.

    Arguments:
        rate: Peak learning rate of AdamW, after a warm-up, then falling linearly to 0.
        warm_up: Steps until the peak, but no more than a tenth of all.
        mirror: Share of sprites seen mirrored.
        deaf: Share of sprites in which many or all pixels may not be looked back at, so that the
            latent must tell them.
        silent: Share of sprites that are told nothing of their latent, so that all must be had from the pixels.
        decay: Of the weights' moving average, which is what is kept.
        guess: Weight of the context's own guess.
        picture, usage: Weights of the latent's easy readings.
        free_nats: KL that costs nothing, per coarse and per fine slot on 32x32 (less on smaller canvases).
        pull: Share of the way that every weight is drawn back at each step at the peak rate: in fine-tuning
            to where it began (Li et al. 2018, "Explicit Inductive Bias for Transfer Learning"), else to 0.
        aside: How many times faster what reads the left of a pair learns, which begins at zero and is not drawn back.
        look: Steps between two looks at the held-out sprites, at least; no more than 25 looks in all.
        patience: Looks without improvement until training stops.
    """

    rate: float = 4e-4
    warm_up: int = 20
    mirror: float = 0.25
    deaf: float = 0.3
    silent: float = 0.4
    decay: float = 0.99
    guess: float = 0.5
    picture: float = 0.3
    usage: float = 0.2
    free_nats: tuple[float, float] = (8.0, 4.0)
    pull: float = 1e-2
    aside: float = 6.0
    look: int = 25
    patience: int = 4


PAIRS = Recipe(rate=5e-4, pull=6e-3)
SCRATCH = Recipe(rate=2e-3, warm_up=200, mirror=0.5, decay=0.998, pull=2e-5, look=100, patience=12)


def held_out_sprites(examples: Examples, most: int = 128) -> list[Sprite]:
    """The held-out sprites, each in the first palette of its home, or else of the pack.

    At most `most` of them, evenly taken.
    """
    places = [place for place, held in enumerate(examples.held_out) if held]
    places = [places[n] for n in sorted({int(x) for x in np.linspace(0, len(places) - 1, min(most, len(places)))})]
    corpus = examples.sprites[0].palette
    found = []
    for place in places:
        sprite = examples.sprites[place]
        home = examples.homes[place] or range(examples.own)
        palette = examples.palettes[home[0]] if home else corpus
        indices = table_to(entry_lab(corpus), entry_lab(palette))[sprite.indices]
        found.append(Sprite(indices, palette, sprite.name))
    return found


def held_out_batches(examples: Examples, device: torch.device) -> list[Batch]:
    """`held_out_sprites`, nothing visible; or the held-out pairs."""
    if examples.lefts:
        return held_out_pairs(examples, device)
    groups: dict[tuple[int, int], list[Sprite]] = {}
    for sprite in held_out_sprites(examples):
        groups.setdefault((sprite.indices.shape[0], sprite.indices.shape[1]), []).append(sprite)
    result = []
    for shape, members in sorted(groups.items()):
        for start in range(0, len(members), 16):
            part = members[start : start + 16]
            labs = [entry_lab(sprite.palette) for sprite in part]
            result.append(batch([s.indices for s in part], labs, [np.zeros(shape, bool)] * len(part), device))
    return result


@torch.no_grad()
def held_out_bits(model: PixelVAE, batches: list[Batch]) -> float:
    """Bits per pixel, latent included, over all pixels of `batches` with fixed noise; lower is better.

    Half of all sprites are taken to be told nothing of a latent, as by `Prior.nats`.
    """
    nats, pixels = 0.0, 0
    for number, one in enumerate(batches):
        generator = torch.Generator().manual_seed(number)
        noise = torch.randn(len(one.indices), SLOTS, model.config.slot, generator=generator)
        told = torch.ones(len(one.indices), dtype=torch.bool, device=one.indices.device)
        costs = []
        for some in (told, ~told):
            terms = model(
                one.indices, one.visible, one.palettes, noise.to(one.indices.device), told=some, left=one.left
            )
            costs.append(terms.pixels.sum((1, 2)) + terms.latent.sum(1))
        nats += float(mixed(*costs).sum())
        pixels += one.indices.numel()
    return nats / pixels / math.log(2)


def without_left(model: PixelVAE, batches: list[Batch]) -> dict[str, float | None]:
    """What is to be beaten on held-out pairs, in bits per pixel; None if nothing is held out.

    Returns:
        "copying": the right sides by the left's entries alone, as counted; "alone": by the model, shown no left.
    """
    if not batches:
        return {"copying": None, "alone": None}
    nats, pixels = 0.0, 0
    for one in batches:
        assert one.left is not None
        nats -= float(one.left.expected.gather(2, one.indices.flatten(1)[..., None]).sum())
        pixels += one.indices.numel()
    alone = held_out_bits(model, [replace(one, left=None) for one in batches])
    return {"copying": nats / pixels / math.log(2), "alone": alone}


def mixed(one: Tensor, other: Tensor) -> Tensor:
    """Nats of what is told in one of two ways, each as often, given the nats of either."""
    return math.log(2) - torch.logaddexp(-one, -other)


def loss_of(model: PixelVAE, one: Batch, noise: Tensor, recipe: Recipe, beta: float) -> tuple[Tensor, Tensor, Tensor]:
    """The loss in nats per hidden pixel, its reconstruction part in bits, and KL by slot (detached)."""
    told = torch.rand(len(one.indices), 1, 1) >= recipe.silent
    deaf = told & (torch.rand(len(one.indices), 1, 1) < recipe.deaf)
    dropped = torch.rand(one.indices.shape) < torch.rand(len(one.indices), 1, 1) * 1.2 * deaf
    dropped, told = dropped.to(one.indices.device), told.flatten().to(one.indices.device)
    given = {"dropped": dropped, "mirrored": one.mirrored, "sketch": one.sketch, "strict": one.strict, "told": told}
    terms = model(one.indices, one.visible, one.palettes, noise, left=one.left, **given)
    hidden = (~one.visible).sum((1, 2)).float()
    area = one.indices.shape[1] * one.indices.shape[2]
    free = torch.tensor([recipe.free_nats[0]] * COARSE + [recipe.free_nats[1]] * (SLOTS - COARSE)).to(noise)
    # Free nats go by slot over the batch, and by how much is hidden: a latent need not tell what is seen.
    free = free * math.sqrt(area) / 32 * (hidden / area).mean()
    divergence = terms.latent.sum(0) / told.sum().clamp_min(1)
    latent = torch.maximum(divergence, free).sum() * told.float().mean()
    share = hidden.clamp_min(area / 4)
    pixels = (terms.pixels.sum((1, 2)) / share).mean()
    guess = (terms.guess.sum((1, 2)) / share).mean()
    loss = pixels + beta * latent / share.mean() + recipe.guess * guess
    loss = loss + recipe.picture * terms.picture.mean() + recipe.usage * terms.usage.mean()
    bits = terms.pixels.detach().sum() / hidden.sum().clamp_min(1) / math.log(2)
    return loss, bits, divergence.detach()
