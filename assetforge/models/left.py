"""The sprite that another is drawn from, pixel for pixel in its place: a sketch, the front view, the same by day.

Paired translation, the job of Pix2Pix (Isola et al. 2017, "Image-to-Image Translation with Conditional Adversarial
Networks"), by likelihood instead of an adversary. The left sprite enters the context network through weights that
begin at zero (Zhang et al. 2023, "Adding Conditional Control to Text-to-Image Diffusion Models"), so training sets out
from what the base model can do. What colors became of its colors (`lexicon`) is the first guess at each pixel, which
the network then betters by what stands around it.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .counts import one_hot
from .head import OTHERS, EntryHead, ShapeHead, figures, joined
from .pixels import Palettes
from .places import sweeps

__all__ = ["Aside", "Left"]

AROUND = ((0, 0), (0, -1), (0, 1), (-1, 0), (1, 0))
CANDIDATES = len(AROUND) + 5
LEAST = 1e-6


class Left(NamedTuple):
    """The left sprites of a batch; they have the sizes of the right ones and palettes of their own.

    Attributes:
        indices: Shape (B, H, W), int64.
        palettes: One a sprite.
        expected: Log-probabilities of the right's entries at each pixel by the left's alone, shape (B, H * W, K); zeros
            where nothing is known of them.
        given: False for sprites that have none, shape (B,).
    """

    indices: Tensor
    palettes: Palettes
    expected: Tensor
    given: Tensor

    def first(self, count: int) -> Left:
        """Those of the first `count` sprites."""
        return Left(self.indices[:count], self.palettes.first(count), self.expected[:count], self.given[:count])

    def reordered(self, order: Tensor) -> Left:
        """The same with the right's entries in another order (B, K)."""
        places = order[:, None].expand(-1, self.expected.shape[1], -1)
        return self._replace(expected=self.expected.gather(2, places))


class Aside(nn.Module):
    """What the context network has besides, if sprites come in pairs.

    Arguments:
        embedding: Channels of a pixel's vector.
        width: Channels of the context's features.
    """

    def __init__(self, embedding: int, width: int) -> None:
        super().__init__()
        # No bias: a sprite without a left one is seen as the base sees it.
        self.enter = nn.Conv2d(embedding + 2, width, 3, padding=1, bias=False)
        self.whole = nn.Linear(embedding + 2, width, bias=False)
        self.head = EntryHead(width, embedding, CANDIDATES, CANDIDATES + OTHERS)
        self.shape = ShapeHead(width, CANDIDATES, CANDIDATES + OTHERS)
        nn.init.zeros_(self.enter.weight)
        nn.init.zeros_(self.whole.weight)

    def shown(self, left: Left, pixels: Tensor) -> Tensor:
        """What is added to the context's first features, shape (B, C, H, W).

        Arguments:
            pixels: Vectors of the left pixels, shape (B, E, H, W).
        """
        drawn = (left.indices > 0)[:, None].to(pixels)
        told = torch.cat([pixels, drawn, torch.ones_like(drawn)], 1) * left.given[:, None, None, None]
        features: Tensor = self.enter(told) + self.whole(told.mean((2, 3)))[:, :, None, None]
        return features

    def guess(self, features: Tensor, left: Left, palettes: Palettes, vectors: Tensor) -> Tensor:
        """Log-probabilities of the right's entries at each pixel, shape (B, H * W, K); zeros where nothing is expected.

        Arguments:
            features: Of the context, shape (B, C, H, W).
            palettes: The right's.
            vectors: Of the right's entries, shape (B, K, E).
        """
        batch, entries = palettes.valid.shape
        result = features.new_zeros(batch, features.shape[2] * features.shape[3], entries, dtype=torch.float32)
        some = left.given & left.expected.flatten(1).any(1)
        # At least one is asked, for nothing, so that every batch has the same weights in its graph.
        asked = some if bool(some.any()) else torch.arange(batch, device=some.device) == 0
        valid, lab = palettes.valid[asked], palettes.lab[asked]
        mapped = self.mapped(left, palettes)[asked]
        near = self.near(mapped).flatten(1, 2)
        expected = left.expected[asked]
        used = one_hot(mapped.flatten(1), entries).sum(1, keepdim=True).expand(-1, near.shape[1], -1)
        known = figures(near, used, None, lab, expected, None)
        flat = features[asked].flatten(2).transpose(1, 2)
        offsets = expected.masked_fill(~valid[:, None], -torch.inf)
        color = self.head(flat, None, self.head.entries(vectors[asked]), offsets, near, known)
        opaque = valid[:, 1:].sum(1).float()
        # Of the shape head's own making is how much clearer than expected a pixel is.
        empty = expected[..., 0].exp().clamp(LEAST, 1 - LEAST)
        clear = self.shape(flat, near, known, None) + torch.logit(empty) + opaque[:, None].log()
        logp = joined(clear, color, opaque)
        return result.index_copy(0, asked.nonzero()[:, 0], logp).masked_fill(~some[:, None, None], 0.0)

    @staticmethod
    def mapped(left: Left, palettes: Palettes) -> Tensor:
        """The right's entries that are nearest to the left's pixels, shape (B, H, W)."""
        apart = (left.palettes.lab[:, :, None] - palettes.lab[:, None]).square().sum(-1)
        apart = apart.masked_fill(~palettes.valid[:, None], torch.inf)
        nearest = F.pad(1 + apart[:, 1:, 1:].argmin(2), (1, 0))
        return nearest.gather(1, left.indices.flatten(1)).view_as(left.indices)

    @staticmethod
    def near(mapped: Tensor) -> Tensor:
        """Entries that a pixel may copy from the left, -1 for none: its own, its neighbors', its mirror image's, and
        the nearest drawn ones to each side; shape (B, H, W, CANDIDATES)."""
        height, width = mapped.shape[1:]
        padded = F.pad(mapped, (1, 1, 1, 1), value=-1)
        found = [padded[:, 1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width] for dy, dx in AROUND]
        return torch.stack([*found, mapped.flip(2), *sweeps(mapped.masked_fill(mapped == 0, -1))], -1)
