"""The autoregressive decoder: a PixelCNN over palette entries.

van den Oord et al. 2016, "Pixel Recurrent Neural Networks", with one stack of dense masked convolutions.
A kernel reaches two columns to the right for every row up (four in the first layer), so what it cannot see
of the rows above is a wedge far to the right; the counts, the latent and the visible pixels know of it.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .counts import ORDERS, tallied, used_before
from .head import PointerHead, figures, shape_figures
from .layers import MaskedConv
from .pixels import Palettes, PixelEmbedding
from .places import CANDIDATES, candidates

__all__ = ["Condition", "PixelCNN"]

FIRST_SIDE, SIDE = 4, 2


class Condition(NamedTuple):
    """What the decoder is told besides the pixels.

    Attributes:
        map: Shape (B, C, H, W).
        style: Shape (B, C).
        usage: Shape (B, K).
        guess: Shape (B, H * W, K).
    """

    map: Tensor
    style: Tensor
    usage: Tensor
    guess: Tensor


class PixelCNN(nn.Module):
    """Log-probabilities of each pixel given those before it in raster order, and a condition.

    Arguments:
        embedding: Channels of a pixel's vector.
        width: Channels of the features.
        layers: Masked convolutions after the first.
    """

    def __init__(self, embedding: int, width: int, layers: int) -> None:
        super().__init__()
        # One more channel says 'inside the canvas': zero padding alone would look like a color.
        self.first = MaskedConv(embedding + 1, width, FIRST_SIDE, itself=False)
        self.layers = nn.ModuleList(MaskedConv(width, width, SIDE, itself=True) for _ in range(layers))
        self.conditions = nn.Conv2d(width, width * (layers + 1), 1)
        self.head = PointerHead(width, embedding, CANDIDATES, len(ORDERS))
        self.width = width

    def trunk(self, pixels: Tensor, condition: Tensor) -> Tensor:
        """Causal features, shape (B, C, H, W), of pixel vectors (B, E, H, W) and a map (B, C, H, W)."""
        inside = torch.ones_like(pixels[:, :1])
        start, *steps = self.conditions(condition).split(self.width, 1)
        features: Tensor = self.first(torch.cat([pixels, inside], 1)) + start
        for layer, step in zip(self.layers, steps, strict=True):
            features = features + F.silu(layer(features) + step)
        return features

    def forward(
        self,
        indices: Tensor,
        visible: Tensor,
        dropped: Tensor | None,
        palettes: Palettes,
        vectors: Tensor,
        told: Condition,
    ) -> Tensor:
        """Log-probabilities, shape (B, H, W, K).

        Arguments:
            indices: Shape (B, H, W), int64.
            visible: True where known beforehand, shape (B, H, W).
            dropped: True for pixels that others may not look back at, shape (B, H, W), or None.
            palettes: One a sprite.
            vectors: Vectors of the entries, shape (B, K, E).
            told: The condition.
        """
        batch, height, width = indices.shape
        entries = palettes.valid.shape[1]
        pixels = PixelEmbedding.place(vectors, indices)
        if dropped is not None:
            pixels = pixels * ~dropped[:, None]
            indices = indices.masked_fill(dropped, -1)
            visible = visible & ~dropped
        features = self.trunk(pixels, told.map).flatten(2).transpose(1, 2)
        near = candidates(indices, visible).flatten(1, 2)
        with torch.no_grad():
            used = used_before(indices, visible, entries)
            counts, shapes = tallied(indices, visible, entries)
        known = figures(near, used, counts, palettes.lab, told.guess, told.usage)
        logp: Tensor = self.head(
            features, told.style, self.head.entries(vectors), palettes.valid, near, known, shape_figures(shapes)
        )
        return logp.reshape(batch, height, width, -1)
