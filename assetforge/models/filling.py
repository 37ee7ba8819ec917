"""Holes filled at a studio: drawn from a latent, or in the likeliest color pixel for pixel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from ..errors import ConfigError
from ..sprite import Sprite
from .noise import normals, uniforms
from .studio import SIDES, Studio
from .threads import one_thread
from .vae import SLOTS

__all__ = ["complete", "predict"]


def complete(
    studio: Studio,
    sprite: Sprite,
    hole: NDArray[np.bool_],
    *,
    variants: int = 1,
    seed: int = 0,
    temperature: float = 1.0,
) -> list[Sprite]:
    """The sprite with its hole filled, `variants` times; every pixel outside the hole is untouched.

    Arguments:
        sprite: What is known; its pixels under the hole are not read.
        hole: True where to fill, shape (H, W).
        variants: How many fillings.
        seed: Of the first; the others use the numbers after it.
        temperature: 0 takes the likeliest color at each step.

    Raises:
        ConfigError: If the hole has another size than the sprite, or the sprite is too large.
    """
    if hole.shape != sprite.indices.shape:
        raise ConfigError(f"the hole is {hole.shape[::-1]}, the sprite {sprite.size}: they must be of one size.")
    if max(sprite.size) > SIDES[1]:
        raise ConfigError(f"the sprite is {sprite.size[0]}x{sprite.size[1]}; at most {SIDES[1]} a side can be filled.")
    names = [sprite.name if n == 0 else f"{sprite.name}-{n + 1}" for n in range(variants)]
    if temperature == 0:
        found = predict(studio, [sprite], [hole])[0].indices
        return [replace(sprite, indices=found, name=name) for name in names]
    height, width = hole.shape
    with one_thread():
        vector = studio.look([sprite], [hole]).vector
        noise = np.stack([normals(seed, n, SLOTS, studio.model.config.slot) for n in range(variants)])
        _, _, latents = studio.model.prior(
            vector.expand(variants, -1), (height, width), None, torch.from_numpy(noise), min(1.0, temperature)
        )
    random = [uniforms(seed, n, height, width) for n in range(variants)]
    indices, _ = studio.fill([sprite] * variants, [hole] * variants, latents, random, temperature)
    known = ~hole
    return [
        replace(sprite, indices=np.where(known, sprite.indices, filled), name=name)
        for filled, name in zip(indices, names, strict=True)
    ]


def predict(studio: Studio, sprites: Sequence[Sprite], holes: Sequence[NDArray[np.bool_]]) -> list[Sprite]:
    """Each sprite with every hidden pixel in the color that is likeliest given all visible ones: by the context's
    guess and by what the learnt sprites have there (`exemplars`).

    Where nothing is visible, the likeliest color is taken pixel by pixel in raster order.
    """
    guessed = [chances.argmax(2).astype(np.uint8) for chances in studio.expect(sprites, holes)]
    dark = [place for place, hole in enumerate(holes) if hole.all()]
    for place in dark:
        sprite, hole = sprites[place], holes[place]
        shape = (hole.shape[0], hole.shape[1])
        with one_thread():
            _, _, latent = studio.model.prior(studio.look([sprite], [hole]).vector, shape)
        none = np.zeros((*shape, 3), np.float32)
        guessed[place] = studio.fill([sprite], [hole], latent, [none], 0.0)[0][0]
    return [
        replace(sprite, indices=np.where(hole, filled, sprite.indices))
        for sprite, hole, filled in zip(sprites, holes, guessed, strict=True)
    ]
