"""What the visible pixels say about the hidden ones: a map for the decoder, and a guess of its own.

Masked prediction (He et al. 2022, "Masked Autoencoders Are Scalable Vision Learners") with a U-Net
(Ronneberger et al. 2015): unlike the decoder it looks in every direction, so its guess is the better one
for a single pixel, and the decoder reads it; but it knows nothing of what else was chosen in the hole.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .counts import one_hot
from .head import OTHERS, EntryHead, ShapeHead, figures, joined
from .layers import conv
from .left import Aside, Left
from .pixels import Palettes, PixelEmbedding
from .places import coordinates, nearest, sweeps

__all__ = ["Context", "Seen"]

CANDIDATES = 6
EVEN = math.log(0.5)
DISTANCE = 8.0
FAR = 3.0
"""Pixels to the nearest visible one are told in units of this many, and up to so many units."""


class Seen(NamedTuple):
    """What the visible pixels say.

    Attributes:
        map: For the decoder, shape (B, C, H, W).
        vector: For the latent's prior, shape (B, C).
        guess: Log-probabilities of every entry at every pixel, shape (B, H * W, K); 0 for a sprite of which
            nothing is visible.
        keys: For each pixel the left's entry and whether something is likely to be drawn, as one number; shape
            (B, H * W), int64, if there are left sprites.
    """

    map: Tensor
    vector: Tensor
    guess: Tensor
    keys: Tensor | None = None


class Context(nn.Module):
    """A U-Net over the visible pixels, each hidden pixel shown as the nearest visible one and how far that is.

    Arguments:
        embedding: Channels of a pixel's vector.
        width: Channels of the map; deeper levels have more.
        paired: Whether it is shown left sprites too.
    """

    def __init__(self, embedding: int, width: int, paired: bool = False) -> None:
        super().__init__()
        middle, deep = width + width // 4, 2 * width
        self.enter = conv(embedding + 6, width)
        self.to_half = nn.Sequential(conv(width, middle, 2), conv(middle, middle))
        self.to_quarter = nn.Sequential(conv(middle, deep, 2), conv(deep, deep))
        self.to_eighth = nn.Sequential(conv(deep, deep, 2), conv(deep, deep))
        self.rise_quarter = conv(2 * deep, deep)
        self.rise_half = conv(deep + middle, middle)
        self.leave = nn.Sequential(conv(middle + width, width), conv(width, width))
        self.vector = nn.Linear(deep, width)
        self.map = nn.Conv2d(width, width, 1)
        self.head = EntryHead(width, embedding, CANDIDATES, CANDIDATES + OTHERS)
        self.shape = ShapeHead(width, CANDIDATES, CANDIDATES + OTHERS)
        self.aside = Aside(embedding, width) if paired else None

    def forward(
        self,
        indices: Tensor,
        visible: Tensor,
        palettes: Palettes,
        vectors: Tensor,
        left: Left | None = None,
        beside: Tensor | None = None,
    ) -> Seen:
        """What is seen.

        Arguments:
            indices: Shape (B, H, W), int64; not read where hidden.
            visible: Shape (B, H, W).
            palettes: One a sprite.
            vectors: Vectors of the entries, shape (B, K, E).
            left: The left sprites, if it is `paired`.
            beside: Vectors of their pixels, shape (B, E, H, W).
        """
        indices = indices.masked_fill(~visible, 0)
        near, distance = nearest(visible)
        some = visible.flatten(1).any(1)
        nearby = indices.flatten(1).gather(1, near).reshape(indices.shape)
        pixels = PixelEmbedding.place(vectors, nearby) * some[:, None, None, None]
        distance = (distance.reshape(indices.shape)[:, None] / DISTANCE).clamp_max(FAR)
        shown = visible[:, None].to(pixels)
        full = torch.cat([pixels, shown, coordinates(shown), distance, distance.clamp_max(0.25) * 4], 1)
        first, active = self.enter
        full = first(full)
        if left is not None:
            assert self.aside is not None and beside is not None
            full = full + self.aside.shown(left, beside)
        full = active(full)
        half = self.to_half(full)
        quarter = self.to_quarter(half)
        eighth = self.to_eighth(quarter)
        vector = self.vector(eighth.mean((2, 3)))
        quarter = self.rise_quarter(torch.cat([quarter, F.interpolate(eighth, size=quarter.shape[2:])], 1))
        half = self.rise_half(torch.cat([half, F.interpolate(quarter, size=half.shape[2:])], 1))
        full = self.leave(torch.cat([full, F.interpolate(half, size=full.shape[2:])], 1))
        guess = self.guess(full, some, indices, visible, nearby, palettes, vectors)
        keys = None
        if left is not None and self.aside is not None:
            guess = both(guess, self.aside.guess(full, left, palettes, vectors))
            # Within an outline and outside it the left has nothing, yet they are not alike.
            keys = 2 * left.indices.flatten(1) + (guess[..., 0] < EVEN)
        return Seen(self.map(full), vector, guess, keys)

    def guess(
        self,
        full: Tensor,
        some: Tensor,
        indices: Tensor,
        visible: Tensor,
        nearby: Tensor,
        palettes: Palettes,
        vectors: Tensor,
    ) -> Tensor:
        """Log-probabilities as in `Seen`, of features (B, C, H, W); only asked of sprites that show something."""
        batch, entries = palettes.valid.shape
        result = full.new_zeros(batch, full.shape[2] * full.shape[3], entries, dtype=torch.float32)
        # At least one is asked, for nothing, so that every batch has the same weights in its graph.
        asked = some if bool(some.any()) else torch.arange(batch, device=some.device) == 0
        indices, visible = indices[asked], visible[asked]
        shown = indices.masked_fill(~visible, -1)
        near = torch.stack([nearby[asked], *sweeps(shown), shown.flip(2)], -1).flatten(1, 2)
        used = one_hot(shown.flatten(1), entries).sum(1, keepdim=True).expand(-1, near.shape[1], -1)
        known = figures(near, used, None, palettes.lab[asked], None, None)
        features = full[asked].flatten(2).transpose(1, 2)
        valid = palettes.valid[asked]
        offsets = torch.zeros(valid.shape, device=valid.device).masked_fill(~valid, -torch.inf)[:, None]
        color = self.head(features, None, self.head.entries(vectors[asked]), offsets, near, known)
        logp = joined(self.shape(features, near, known, None), color, valid[:, 1:].sum(1).float())
        return result.index_copy(0, asked.nonzero()[:, 0], logp).masked_fill(~some[:, None, None], 0.0)


def both(one: Tensor, other: Tensor) -> Tensor:
    """The product of two guesses (B, N, K); where the other is blank, the first as it is."""
    blank = (other == 0).all(2, keepdim=True)
    return torch.where(blank, one, (one + other).log_softmax(2))
