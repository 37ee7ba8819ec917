"""Drawing from left sprites, at a studio: sprites go in, and what they become in a palette comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import ConfigError, InputError
from ..palette import MAX_COLORS, Palette
from ..sprite import Sprite
from .checkpoint import Checkpoint
from .entries import entry_lab
from .left import Left
from .lexicon import Lexicon
from .noise import uniforms
from .paired import lefts
from .products import LANES
from .sampler import sample
from .studio import SIDES, Studio
from .threads import one_thread

__all__ = ["beside", "copying", "kept", "recalled", "required", "translate"]

MOST_LAB = 10.0


def kept(lexicon: Lexicon) -> dict[str, Tensor]:
    """Tensors for a checkpoint's extras; `recalled` reads them back."""
    return {
        "lexicon.left": torch.from_numpy(lexicon.left),
        "lexicon.right": torch.from_numpy(lexicon.right),
        "lexicon.counts": torch.from_numpy(lexicon.counts.astype(np.int32)),
    }


def recalled(checkpoint: Checkpoint) -> Lexicon | None:
    """What a model of pairs knows of colors; None for one that has learnt no pairs.

    Raises:
        InputError: If it is missing or does not fit together.
    """
    if not checkpoint.model.config.paired:  # type: ignore[union-attr]
        return None
    try:
        left, right, counts = (checkpoint.extras[f"lexicon.{key}"] for key in ("left", "right", "counts"))
        whole = counts.dtype == torch.int32 and counts.ndim == 2 and bool((counts >= 0).all())
        for lab, entries in zip((left, right), counts.shape, strict=False):
            whole &= 2 <= entries <= MAX_COLORS + 1 and lab.shape == (entries, 3)
            whole &= bool((lab.float().abs() <= MOST_LAB).all())
    except (KeyError, RuntimeError):
        whole = False
    if not whole:
        raise InputError("lacks what it learnt of the colors of pairs; train it again.")
    return Lexicon(left.float().numpy(), right.float().numpy(), counts.long().numpy())


def required(lexicon: Lexicon | None, name: str) -> Lexicon:
    """The lexicon, of the model called `name`.

    Raises:
        ConfigError: If there is none.
    """
    if lexicon is None:
        raise ConfigError(f'model "{name}" has learnt no pairs; `assetforge train --pairs LEFT/ RIGHT/` does.')
    return lexicon


def beside(lexicon: Lexicon, sprites: Sequence[Sprite], palette: Palette) -> Left:
    """Left sprites of one size as the model takes them, for right ones in `palette`."""
    known = lexicon.to(entry_lab(palette))
    labs = [entry_lab(sprite.palette) for sprite in sprites]
    chances = {sprite.palette: known.expected(lab) for sprite, lab in zip(sprites, labs, strict=True)}
    return lefts(
        [sprite.indices for sprite in sprites],
        labs,
        [chances[sprite.palette] for sprite in sprites],
        [True] * len(sprites),
        len(palette) + 1,
        torch.device("cpu"),
    )


def copying(lexicon: Lexicon, sprites: Sequence[Sprite], palette: Palette) -> list[NDArray[np.float32]]:
    """What each left sprite's colors became, as counted: log-probabilities of the entries of `palette`, (H, W, K)."""
    known = lexicon.to(entry_lab(palette))
    return [known.expected(entry_lab(sprite.palette))[sprite.indices] for sprite in sprites]


def translate(
    studio: Studio,
    lexicon: Lexicon,
    sprites: Sequence[Sprite],
    palette: Palette,
    *,
    variants: int = 1,
    seed: int = 0,
    temperature: float = 1.0,
) -> list[list[Sprite]]:
    """What each sprite becomes, `variants` times: of its size, in `palette`, called NAME, NAME-2 and so on.

    Arguments:
        sprites: In palettes of their own, of any sizes.
        seed: Variant n of every sprite is drawn from the same numbers, so that the frames of an animation agree.
        temperature: 0 takes at each pixel the color that is likeliest given the left alone.

    Raises:
        ConfigError: If a sprite is too large, or the temperature is negative or no number.
    """
    for sprite in sprites:
        if max(sprite.size) > SIDES[1]:
            width, height = sprite.size
            raise ConfigError(f"{sprite.name}: is {width}x{height}; at most {SIDES[1]} a side can be drawn.")
    if not 0 <= temperature <= 10:
        raise ConfigError(f"temperature {temperature}: give a number from 0 to 10.")
    orders = [(sprite, number) for sprite in sprites for number in range(variants)]
    found: list[NDArray[np.uint8]] = [sprite.indices for sprite, _ in orders]
    with one_thread():
        for some, padded in studio.chunks([sprite for sprite, _ in orders], size=LANES):
            drawn = draw(studio, lexicon, [orders[place] for place in padded], palette, seed, temperature)
            for place, one in zip(some, drawn, strict=False):
                found[place] = one
    named = [
        replace(sprite, indices=one, palette=palette, name=sprite.name if not n else f"{sprite.name}-{n + 1}")
        for (sprite, n), one in zip(orders, found, strict=True)
    ]
    return [named[place : place + variants] for place in range(0, len(named), variants)]


def draw(
    studio: Studio,
    lexicon: Lexicon,
    orders: Sequence[tuple[Sprite, int]],
    palette: Palette,
    seed: int,
    temperature: float,
) -> NDArray[np.uint8]:
    """The right sides of some left sprites of one size, each a variant by number, shape (N, H, W)."""
    model, shape = studio.model, orders[0][0].indices.shape
    left = beside(lexicon, [sprite for sprite, _ in orders], palette)
    one = studio.tensors([Sprite(np.zeros(shape, np.uint8), palette)] * len(orders))
    if temperature == 0:
        seen = model.look(one.indices, one.visible, one.palettes, model.embed(one.palettes), left)
        return seen.guess.argmax(2).reshape(len(orders), *shape).numpy().astype(np.uint8)
    random = np.stack([uniforms(seed, number, shape[0], shape[1]) for _, number in orders])
    # The left says what a latent would: told both, a sprite follows the latent where they differ.
    drawn, _ = sample(model, one.indices, one.visible, one.palettes, None, torch.from_numpy(random), temperature, left)
    return drawn.numpy().astype(np.uint8)
