"""The door of the network: a pixel enters as its *color*, so one set of weights serves every palette."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

__all__ = ["ENTRY_FEATURES", "Palettes", "PixelEmbedding"]

ENTRY_FEATURES = 12


class Palettes:
    """A batch of palettes, padded to one length, with the transparent entry in front.

    Arguments:
        lab: OKLab of every entry, shape (B, K, 3); row 0 of K is transparent and its color ignored.
        valid: True where an entry exists, shape (B, K); entry 0 always does.

    Attributes:
        order: Entries by lightness (ties by a, then b), transparent first, padding last, shape (B, K):
            what sampling walks along, so that one random number picks like colors in any palette.
    """

    def __init__(self, lab: Tensor, valid: Tensor) -> None:
        self.lab, self.valid = lab, valid
        key = (lab[..., 0] * 64).double() + lab[..., 1].double() / 16 + lab[..., 2].double() / 512
        key = key.masked_fill(~valid, math.inf)
        key[:, 0] = -math.inf
        self.order = key.argsort(dim=1, stable=True)
        self.opaque = valid.sum(1) - 1

    @property
    def features(self) -> Tensor:
        """The entries as the network sees them, shape (B, K, ENTRY_FEATURES)."""
        lab = self.lab
        light, chroma = lab[..., :1], lab[..., 1:]
        waves = [wave(light * math.pi * n) for n in (1, 2, 4) for wave in (torch.sin, torch.cos)]
        radius = chroma.square().sum(-1, keepdim=True).sqrt()
        flag = torch.zeros_like(light)
        flag[:, 0] = 1
        features = torch.cat([light, chroma * 4, radius * 4, *waves, torch.ones_like(light)], -1)
        return torch.cat([features * (1 - flag), flag], -1)

    def repeat(self, count: int) -> Palettes:
        """Each palette `count` times in a row."""
        return Palettes(self.lab.repeat_interleave(count, 0), self.valid.repeat_interleave(count, 0))


class PixelEmbedding(nn.Module):
    """Entries to vectors, and indices to the vectors of their entries."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.entries = nn.Sequential(nn.Linear(ENTRY_FEATURES, 2 * width), nn.SiLU(), nn.Linear(2 * width, width))

    def forward(self, palettes: Palettes) -> Tensor:
        """Vectors of the entries, shape (B, K, E)."""
        vectors: Tensor = self.entries(palettes.features)
        return vectors

    @staticmethod
    def place(vectors: Tensor, indices: Tensor) -> Tensor:
        """Vectors of the pixels, shape (B, E, H, W), of `indices` (B, H, W) int64."""
        batch, height, width = indices.shape
        flat = indices.reshape(batch, -1, 1).expand(-1, -1, vectors.shape[2])
        return vectors.gather(1, flat).reshape(batch, height, width, -1).permute(0, 3, 1, 2)
