"""The grid of StyleGAN2's style mixing (Karras et al. 2020), drawn at a studio."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import ConfigError
from ..palette import Palette
from ..sprite import Sprite
from .noise import uniforms
from .studio import SIDES, Studio, centered
from .vae import SLOTS

__all__ = ["mix"]


def mix(
    studio: Studio,
    rows: Sequence[Sprite | int],
    cols: Sequence[Sprite | int],
    palette: Palette,
    *,
    styles: Sequence[int],
    truncation: float = 1.0,
    temperature: float = 0.7,
    size: tuple[int, int] | None = None,
) -> list[list[Sprite]]:
    """Each row's latent with some slots from each column.

    Arguments:
        rows, cols: Sprites, or seeds. A row sprite that is mixed with nothing is drawn as it is.
        styles: Slots that come from the column, of 16, coarse 0 to fine 15.
        size: (width, height) of every cell; by default the largest row or column sprite, else 32 x 32.

    Raises:
        ConfigError: If a slot is out of range or there are no rows or columns.
    """
    if not rows or not cols:
        raise ConfigError("mix needs at least one row and one column.")
    wrong = [slot for slot in styles if not 0 <= slot < SLOTS]
    if wrong:
        raise ConfigError(f"style slot {wrong[0]}: slots are 0 (coarse) to {SLOTS - 1} (fine).")
    images = [one for one in (*rows, *cols) if isinstance(one, Sprite)]
    if size is None:
        size = (max(one.size[0] for one in images), max(one.size[1] for one in images)) if images else (32, 32)
    shape = (size[1], size[0])
    if max(size) > SIDES[1]:
        raise ConfigError(f"size {size[0]}x{size[1]}: at most {SIDES[1]} a side can be drawn.")

    def of(one: Sprite | int, number: int) -> tuple[Tensor, NDArray[np.float32]]:
        if isinstance(one, int):
            latent, (fresh,) = studio.starts([(one, 0)], shape, palette, truncation, temperature)
            return latent, fresh
        own, fresh = centered(one, shape), uniforms(0, number, *shape)
        latent = studio.truncate(studio.codes([own]), shape, truncation)
        if temperature <= 0:
            return latent, fresh
        # The sprite's own numbers: unmixed, it would be drawn as it is, so what changes is the mixing's.
        return latent, studio.numbers([own], palette, latent, [fresh], temperature)[0]

    across = [of(one, number)[0] for number, one in enumerate(cols)]
    latents, random = [], []
    for number, row in enumerate(rows):
        down, numbers = of(row, number)
        for column in across:
            latent = down.clone()
            latent[:, list(styles)] = column[:, list(styles)]
            latents.append(latent)
            random.append(numbers)
    total = len(latents)
    blank = Sprite(np.zeros(shape, np.uint8), palette)
    hole = np.ones(shape, bool)
    indices, _ = studio.fill([blank] * total, [hole] * total, torch.cat(latents), random, temperature)
    return [
        [Sprite(indices[r * len(cols) + c], palette, f"{r}-{c}") for c in range(len(cols))] for r in range(len(rows))
    ]
