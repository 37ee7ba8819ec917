"""What a checkpoint remembers of its training sprites: their codes, and the sprites themselves.

The codes let a pack be sampled around what it holds; the sprites (indices, compressed) let every
later output say how near it comes to one of them.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import InputError
from .data import Examples, batch, entry_lab
from .pixelvae import PixelVAE

__all__ = ["Memory", "recall", "remember"]

MOST_CODES = 1024
LEAST_CODES = 8
LIMIT = 64 << 20


@dataclass(frozen=True)
class Memory:
    """The training sprites of a model.

    Attributes:
        codes: Mean latents, shape (N, SLOTS, slot), float32.
        sizes: (H, W) of each code's sprite.
        sprites: Indices of every training sprite, uint8.
        lab: OKLab of the entries that those mean, shape (K, 3).
    """

    codes: Tensor
    sizes: list[tuple[int, int]]
    sprites: list[NDArray[np.uint8]]
    lab: NDArray[np.float32]

    @property
    def owners(self) -> list[int]:
        """For each code the place of its sprite."""
        return evenly(len(self.sprites), len(self.sizes))

    def suited(self, shape: tuple[int, int], colors: int) -> list[int]:
        """Places of the codes to draw around for a canvas of `shape` (H, W) and a palette of `colors`.

        Those of sprites of that size; without tiles that fill the canvas, and without one- and two-color
        icons if the palette has more to offer, as long as eight others are left.
        """
        places = [place for place, size in enumerate(self.sizes) if size == shape]
        owners = self.owners
        full = [place for place in places if self.sprites[owners[place]].all()]
        plain = [place for place in places if len(np.unique(self.sprites[owners[place]])) <= 3]
        for unfit in (full, plain if colors > 4 else []):
            fit = [place for place in places if place not in set(unfit)]
            places = fit if len(fit) >= LEAST_CODES else places
        return places


def evenly(count: int, most: int) -> list[int]:
    """`most` of `count` places, evenly taken, first and last among them."""
    return [int(x) for x in np.linspace(0, count - 1, most)]


@torch.no_grad()
def remember(model: PixelVAE, examples: Examples) -> dict[str, Tensor]:
    """Tensors for a checkpoint's extras; `recall` reads them back.

    Codes are kept of at most `MOST_CODES` sprites, evenly taken.
    """
    learnt = [s for s, held in zip(examples.sprites, examples.held_out, strict=True) if not held]
    lab = entry_lab(examples.sprites[0].palette)
    chosen = evenly(len(learnt), min(MOST_CODES, len(learnt)))
    codes, shapes = [], []
    for place in chosen:
        indices = learnt[place].indices
        one = batch([indices], [lab], [np.zeros(indices.shape, bool)], torch.device("cpu"))
        mean, _ = model.encode(one.indices, one.palettes, model.embed(one.palettes))
        codes.append(mean[0])
        shapes.append(indices.shape)
    raw = b"".join(sprite.indices.tobytes() for sprite in learnt)
    return {
        "codes": torch.stack(codes).half(),
        "code_sizes": torch.tensor(shapes, dtype=torch.int16),
        "sizes": torch.tensor([sprite.indices.shape for sprite in learnt], dtype=torch.int16),
        "sprites": torch.frombuffer(bytearray(zlib.compress(raw, 9)), dtype=torch.uint8),
        "lab": torch.from_numpy(lab),
    }


def recall(extras: dict[str, Tensor]) -> Memory:
    """The memory in a checkpoint's extras.

    Raises:
        InputError: If they are missing or do not fit together.
    """
    try:
        sizes = [(int(h), int(w)) for h, w in extras["sizes"].tolist()]
        stream = zlib.decompressobj()
        raw = stream.decompress(extras["sprites"].numpy().tobytes(), LIMIT)
        if len(raw) != sum(h * w for h, w in sizes):
            raise ValueError("sprites and sizes differ")
        sprites, start = [], 0
        for height, width in sizes:
            sprites.append(np.frombuffer(raw, np.uint8, height * width, start).reshape(height, width))
            start += height * width
        shapes = [(int(h), int(w)) for h, w in extras["code_sizes"].tolist()]
        return Memory(extras["codes"].float(), shapes, sprites, extras["lab"].numpy())
    except (KeyError, ValueError, zlib.error) as error:
        raise InputError("lacks the memory of its training sprites; train it again.") from error
