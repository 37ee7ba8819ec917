"""What a model makes of sprites that it is shown: how it would draw them from their latents, and what those cost."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from ..sprite import Sprite
from .noise import normals, uniforms
from .pixels import sketched
from .studio import Studio
from .threads import one_thread
from .vae import SLOTS

__all__ = ["divergence", "reconstructed"]


def reconstructed(studio: Studio, sprites: Sequence[Sprite]) -> list[Sprite]:
    """Each sprite drawn from its mean latent alone, in its palette; no pixel of it is looked at.

    With fixed dice: the likeliest pixels, one by one, are all of one color, as no sprite is.
    """
    found: list[Sprite] = list(sprites)
    latents = studio.codes(sprites)
    groups: dict[object, list[int]] = {}
    for place, sprite in enumerate(sprites):
        groups.setdefault(sprite.indices.shape, []).append(place)
    for places in groups.values():
        blank = [Sprite(np.zeros_like(sprites[n].indices), sprites[n].palette) for n in places]
        holes = [np.ones(sprites[n].indices.shape, bool) for n in places]
        dice = [uniforms(0, n, *sprites[n].indices.shape) for n in places]
        drawn, _ = studio.fill(blank, holes, latents[places], dice, 1.0)
        for place, indices in zip(places, drawn, strict=True):
            found[place] = Sprite(indices, sprites[place].palette, sprites[place].name)
    return found


def divergence(studio: Studio, sprites: Sequence[Sprite]) -> NDArray[np.float64]:
    """KL of the posterior from the learnt prior in each slot of each sprite's latent, in nats, shape (N, 16).

    What the slots before one say is drawn once, with fixed noise.
    """
    found = np.zeros((len(sprites), SLOTS))
    model = studio.model
    noise = torch.from_numpy(np.stack([normals(0, n, SLOTS, model.config.slot) for n in range(len(sprites))]))
    with one_thread():
        for some, padded in studio.chunks(sprites):
            one = studio.tensors([sprites[n] for n in padded])
            vectors = model.embed(one.palettes)
            mean, spread = model.encode(one.indices, sketched(one.indices, one.palettes), vectors)
            latent = mean + noise[padded] * (spread / 2).exp()
            seen = model.look(one.indices, one.visible, one.palettes, vectors)
            expected, width, _ = model.prior(seen.vector, sprites[some[0]].indices.shape, latent)
            apart = width - spread + ((mean - expected).square() + spread.exp()) / width.exp() - 1
            found[some] = apart.sum(2)[: len(some)].double().numpy() / 2
    return found
