"""The door of the network: a pixel enters as its *color*, so one set of weights serves every palette."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["ENTRY_FEATURES", "SHADES", "Palettes", "PixelEmbedding", "grays", "shades_of", "sketched"]

ENTRY_FEATURES = 12
SHADES = 8
EDGES = (0.16, 0.28, 0.39, 0.50, 0.61, 0.73, 0.86)
CENTERS = (0.10, 0.22, 0.335, 0.445, 0.555, 0.67, 0.795, 0.93)
"""Shades of a sketch: OKLab lightness in steps, and the lightness that stands for each."""


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

    def first(self, count: int) -> Palettes:
        """Those of the first `count` sprites."""
        return Palettes(self.lab[:count], self.valid[:count])

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


def shades_of(lab: Tensor) -> Tensor:
    """The shade, 1 to SHADES, of each entry by its lightness, 0 for the transparent one; shape (B, K), int64.

    Arguments:
        lab: Shape (B, K, 3), the transparent entry first.
    """
    shades = 1 + torch.bucketize(lab[..., 0].contiguous(), torch.tensor(EDGES, device=lab.device))
    return F.pad(shades[:, 1:], (1, 0))


def sketched(indices: Tensor, palettes: Palettes) -> Tensor:
    """The shades of sprites, 0 where transparent, of the shape of `indices` (B, H, W)."""
    return shades_of(palettes.lab).gather(1, indices.flatten(1)).reshape_as(indices)


def grays(batch: int, device: torch.device) -> Palettes:
    """The palette of sketches, `batch` times: transparent and SHADES grays."""
    light = torch.tensor((0.0, *CENTERS), device=device)
    lab = torch.stack([light, torch.zeros_like(light), torch.zeros_like(light)], 1)
    valid = torch.ones(batch, SHADES + 1, dtype=torch.bool, device=device)
    return Palettes(lab.expand(batch, -1, -1), valid)
