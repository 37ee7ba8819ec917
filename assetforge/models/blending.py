"""In-betweens of sprites: their pixels carried over (`morph`), what the model doubts mended; styles in the latent.

Drawn from a latent on the way between two others, a sprite is like neither: one number that falls otherwise changes all
that follows. So the latent alone decides no shape here. Its fine slots change colors, under the very numbers that
draw the sprite as it is, and so leave the rest alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import ConfigError
from ..morph import Passage
from ..palette import Palette
from ..sprite import Sprite
from .data import entry_lab
from .noise import uniforms
from .studio import SIDES, Studio, centered, recolored
from .threads import one_thread
from .vae import SLOTS

__all__ = ["WAYS", "blend", "mended", "restyled"]

WAYS = ("all", "shape", "color")
FINE = slice(SLOTS // 2, SLOTS)
DOUBTED, SURE = 0.02, 0.9
"""A pixel is mended if it is less likely than the first, and another entry likelier than the second."""


def blend(
    studio: Studio,
    keys: Sequence[Sprite],
    palette: Palette,
    *,
    steps: int = 8,
    at: str = "all",
    plus: Sprite | None = None,
    minus: Sprite | None = None,
    temperature: float = 0.7,
) -> list[Sprite]:
    """Sprites from each key to the next, keys included, on the canvas of the largest.

    Arguments:
        keys: Two or more. One alone goes towards itself `plus` one sprite and `minus` another.
        palette: Of all that is drawn.
        steps: Sprites from one key to the next, both counted: at least 2.
        at: "all" ends at the next key. "shape" carries the first one's pixels to the silhouette of the second.
            "color" leaves every pixel's shade where it is, and goes to the second one's style of color.
        plus, minus: All is moved by what lies between these two, in shape and style of color, or in that of `at` alone.
        temperature: At which colors are redrawn, above 0.

    Raises:
        ConfigError: If there are too few or too many keys, or one is empty or too large.
    """
    _check(keys, plus, minus, steps, at)
    every = [*keys, *(one for one in (plus, minus) if one)]
    shape = (max(one.size[1] for one in every), max(one.size[0] for one in every))
    lab = entry_lab(palette)
    on = [recolored(centered(one, shape), palette) for one in every]
    for one, given in zip(on, every, strict=True):
        if not one.mask.any():
            raise ConfigError(f'the sprite "{given.name}" has nothing drawn; there is no way to or from it.')
    ends = on[: len(keys)]
    parts = [float(part) for part in np.linspace(0, 1, steps)]
    drawn, kept, styles = [on[0].indices], [True], [0.0]
    if at == "color" or len(keys) == 1:
        drawn, kept, styles = drawn * steps, [True] * steps, parts
    else:
        for first, second in pairwise(ends):
            passage = Passage.of(first.indices, second.indices, lab)
            drawn += [passage.at(part, recolor=at == "all") for part in parts[1:]]
            kept += [False] * (steps - 2) + [at == "all"]
        styles = [0.0] * len(drawn)
    codes = studio.codes(on)
    style = torch.zeros(len(drawn), SLOTS, codes.shape[2])
    if at == "color" and len(keys) == 2:
        style[:, FINE] = torch.tensor(styles)[:, None, None] * (codes[1:2] - codes[:1])[:, FINE]
    if plus and minus:
        amounts = parts if len(keys) == 1 else [1.0] * len(drawn)
        if at != "color" and not np.array_equal(on[-2].indices, on[-1].indices):
            passage = Passage.of(on[-1].indices, on[-2].indices, lab)
            moved = [passage.apply(one, lab, part) if part else one for one, part in zip(drawn, amounts, strict=True)]
            kept = [keep and not part for keep, part in zip(kept, amounts, strict=True)]
            drawn = moved
        if at != "shape":
            style[:, FINE] += torch.tensor(amounts)[:, None, None] * (codes[-2:-1] - codes[-1:])[:, FINE]
    used = np.unique(np.stack([one.indices for one in on]))
    loose = [place for place, keep in enumerate(kept) if not keep]
    for place, better in zip(loose, mended(studio, [drawn[n] for n in loose], palette, used), strict=True):
        drawn[place] = better
    sprites = [Sprite(one, palette, f"{number:04d}") for number, one in enumerate(drawn)]
    return restyled(studio, sprites, palette, style, temperature)


def _check(keys: Sequence[Sprite], plus: Sprite | None, minus: Sprite | None, steps: int, at: str) -> None:
    if at not in WAYS:
        raise ConfigError(f'at "{at}": it is "all", "shape" or "color".')
    if steps < 2:
        raise ConfigError(f"steps {steps}: at least 2, the sprite it starts from and the one it ends at.")
    if (plus is None) != (minus is None):
        raise ConfigError("plus and minus go together: what lies between the two is added.")
    if not keys or (len(keys) == 1 and plus is None):
        raise ConfigError("give two sprites or more, or one with plus and minus.")
    if len(keys) > 2 and at != "all":
        raise ConfigError(f'at "{at}" takes two sprites, not {len(keys)}: the next would start from another one.')
    for one in (*keys, plus, minus):
        if one is not None and max(one.size) > SIDES[1]:
            raise ConfigError(
                f'the sprite "{one.name}" is {one.size[0]}x{one.size[1]}; at most {SIDES[1]} a side can be blended.'
            )


def mended(
    studio: Studio, drawn: Sequence[NDArray[np.uint8]], palette: Palette, used: NDArray[np.uint8]
) -> list[NDArray[np.uint8]]:
    """Drawings of one size with the pixels changed that the context network doubts, given those around them.

    A quarter of the pixels is asked about at a time, none beside another, all from what was there before.

    Arguments:
        used: The entries that may come in.
    """
    if not drawn:
        return []
    sprites = [Sprite(one, palette) for one in drawn]
    row, column = np.indices(drawn[0].shape)
    result = [one.copy() for one in drawn]
    barred = torch.ones(len(palette) + 1, dtype=torch.bool)
    barred[torch.from_numpy(used.astype(np.int64))] = False
    for phase in range(4):
        hole = 2 * (row % 2) + column % 2 == phase
        with one_thread():
            for some, padded in studio.chunks(sprites, [hole] * len(sprites)):
                seen = studio.look([sprites[n] for n in padded], [hole] * len(padded))
                chances = seen.guess.exp().masked_fill(barred, 0.0).reshape(len(padded), *hole.shape, -1).numpy()
                for chance, place in zip(chances, some, strict=False):
                    now = np.take_along_axis(chance, drawn[place][..., None].astype(np.intp), 2)[..., 0]
                    wrong = hole & (now < DOUBTED) & (chance.max(2) > SURE)
                    result[place][wrong] = chance.argmax(2)[wrong]
    return result


def restyled(
    studio: Studio, sprites: Sequence[Sprite], palette: Palette, change: Tensor, temperature: float
) -> list[Sprite]:
    """Sprites of one size redrawn in `palette` from their own numbers, their latents changed; names stay.

    Arguments:
        change: Added to the latent of each, shape (N, SLOTS, slot). Where it is zero, a sprite stays itself.
        temperature: Above 0.
    """
    if not change.any():
        return [recolored(one, palette) for one in sprites]
    if temperature <= 0:
        raise ConfigError(f"temperature {temperature}: it must be above 0, or nothing of a sprite would be kept.")
    shape = (sprites[0].size[1], sprites[0].size[0])
    codes = studio.codes(sprites)
    random = studio.numbers(sprites, palette, codes, [uniforms(0, 0, *shape)] * len(sprites), temperature)
    blank, hole = Sprite(np.zeros(shape, np.uint8), palette), np.ones(shape, bool)
    total = len(sprites)
    indices, _ = studio.fill([blank] * total, [hole] * total, codes + change, random, temperature)
    return [
        Sprite(indices[n], palette, one.name) if change[n].any() else recolored(one, palette)
        for n, one in enumerate(sprites)
    ]
