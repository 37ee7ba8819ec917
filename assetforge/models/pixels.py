"""The doors of the network: the one place where a pixel is embedded, the one where logits are made.

A pixel enters as its *color* and a logit is a question to each color of the palette in use, so one
set of weights serves every palette of any length and order, and nothing is ever computed for
colors that the palette does not have.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["ENTRY_FEATURES", "Palettes", "PixelEmbedding", "PointerHead", "offsets"]

ENTRY_FEATURES = 12
CAUSAL = ((0, -1), (-1, 0), (-1, -1), (-1, 1), (0, -2), (-2, 0))
VISIBLE = 5
CANDIDATES = len(CAUSAL) + VISIBLE


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


def offsets(indices: Tensor, visible: Tensor) -> Tensor:
    """The pixels that each pixel may copy: neighbors before it, visible ones after it, its mirror image.

    Arguments:
        indices: Shape (B, H, W), int64.
        visible: True where the pixel is known beforehand, shape (B, H, W).

    Returns:
        Indices, -1 where there is none, shape (B, CANDIDATES, H, W): the causal neighbors of `CAUSAL`,
        then of the visible pixels: the right and lower neighbor, the nearest to the right and below,
        and the one mirrored left to right.
    """
    height, width = indices.shape[1:]
    padded = F.pad(indices, (2, 2, 2, 0), value=-1)
    found = [padded[:, 2 + dy : 2 + dy + height, 2 + dx : 2 + dx + width] for dy, dx in CAUSAL]
    seen = indices.masked_fill(~visible, -1)
    found.append(F.pad(seen, (0, 1), value=-1)[:, :, 1:])
    found.append(F.pad(seen, (0, 0, 0, 1), value=-1)[:, 1:])
    for dim in (2, 1):
        nearest = torch.full_like(seen, -1)
        last = torch.full_like(seen.select(dim, 0), -1)
        for place in range(seen.shape[dim] - 1, -1, -1):
            nearest.select(dim, place).copy_(last)
            here = seen.select(dim, place)
            last = torch.where(here >= 0, here, last)
        found.append(nearest)
    found.append(seen.flip(2))
    return torch.stack(found, 1)


class PointerHead(nn.Module):
    """Log-probabilities of the entries: first 'drawn or transparent', then which color if drawn.

    Shape is decided from the trunk alone, color from trunk and style, so a style vector can never
    move a silhouette except through the colors already placed. Both read copy gates (is this entry
    the one that stands there?) and how often an entry has been used in the sprite so far.
    All of it starts at zero: an untrained head gives every entry the same probability.
    """

    def __init__(self, width: int, entry_width: int) -> None:
        super().__init__()
        self.scale = 1 / math.sqrt(entry_width)
        self.hidden = nn.Linear(width, width)
        self.style = nn.Linear(width, width)
        self.keys = nn.Linear(entry_width, entry_width)
        self.query = nn.Linear(width, entry_width)
        self.gates = nn.Linear(width, CANDIDATES + 2)
        self.shape = nn.Linear(width, 1 + CANDIDATES)
        for layer in (self.query, self.gates, self.shape):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, trunk: Tensor, style: Tensor, keys: Tensor, valid: Tensor, near: Tensor, used: Tensor) -> Tensor:
        """Log-probabilities of every entry.

        Arguments:
            trunk: Causal features, shape (B, N, C).
            style: One vector a sprite, shape (B, C).
            keys: `self.keys` of the entry vectors, shape (B, K, E).
            valid: True where an entry exists, shape (B, K).
            near: Entries that may be copied or -1, shape (B, N, CANDIDATES), int64.
            used: How often each entry is known to be used, shape (B, N, K), float.

        Returns:
            Shape (B, N, K), normalised over K; -inf where `valid` is False.
        """
        hidden = F.silu(self.hidden(trunk) + self.style(style)[:, None])
        color = torch.matmul(self.query(hidden), keys.transpose(1, 2)) * self.scale
        gates = self.gates(hidden)
        there = near >= 0
        copies = gates[..., :CANDIDATES] * there
        color = color.scatter_add(2, near.clamp_min(0), copies)
        color = color + gates[..., -2:-1] * used.log1p() * 0.25 + gates[..., -1:] * (used > 0)
        hide = ~valid[:, None].expand_as(color)
        color = color.masked_fill(hide, -math.inf)[..., 1:].log_softmax(-1)

        clear = self.shape(trunk)
        side = (near == 0).to(clear) - (near > 0).to(clear)
        opaque = valid.sum(1).to(clear)[:, None] - 1
        clear = clear[..., 0] + (clear[..., 1:] * side).sum(-1) - opaque.log()
        return torch.cat([F.logsigmoid(clear)[..., None], F.logsigmoid(-clear)[..., None] + color], -1)
