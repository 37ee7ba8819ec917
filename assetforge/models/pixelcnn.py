"""The autoregressive decoder: a gated PixelCNN over palette indices.

van den Oord et al. 2016, "Conditional Image Generation with PixelCNN Decoders".
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .layers import FirstLayer, GatedLayer
from .pixels import PixelEmbedding, PointerHead, offsets

__all__ = ["PixelCNN", "used_before"]


def used_before(indices: Tensor, visible: Tensor, entries: int) -> Tensor:
    """How often each entry is known to be used: by visible pixels anywhere and hidden ones before.

    Arguments:
        indices: Shape (B, H, W), int64.
        visible: Shape (B, H, W).
        entries: K.

    Returns:
        Counts, shape (B, H * W, K), float32.
    """
    flat = indices.flatten(1)
    hits = torch.zeros(*flat.shape, entries, device=indices.device).scatter_(2, flat[..., None], 1.0)
    seen = visible.flatten(1)[..., None]
    hidden = hits * ~seen
    return hidden.cumsum(1) - hidden + (hits * seen).sum(1, keepdim=True)


class PixelCNN(nn.Module):
    """Log-probabilities of each pixel given those before it in raster order, and a condition.

    Arguments:
        embedding: Channels of a pixel's vector.
        width: Channels of each stack.
        dilations: One gated layer each.
    """

    def __init__(self, embedding: int, width: int, dilations: tuple[int, ...]) -> None:
        super().__init__()
        # One more channel says 'inside the canvas': zero padding alone would look like a color.
        self.first = FirstLayer(embedding + 1, width)
        self.layers = nn.ModuleList(GatedLayer(width, dilation) for dilation in dilations)
        self.conditions = nn.Conv2d(width, width + 2 * width * len(dilations), 1)
        self.head = PointerHead(width, embedding)
        self.width = width

    def trunk(self, pixels: Tensor, condition: Tensor) -> Tensor:
        """Causal features, shape (B, C, H, W), of pixel vectors (B, E, H, W) and condition (B, C, H, W)."""
        inside = torch.ones_like(pixels[:, :1])
        vertical, horizontal = self.first(torch.cat([pixels, inside], 1))
        start, *steps = self.conditions(condition).split([self.width, *[2 * self.width] * len(self.layers)], 1)
        vertical = vertical + start
        for layer, step in zip(self.layers, steps, strict=True):
            vertical, horizontal = layer(vertical, horizontal, step)
        return horizontal

    def forward(
        self,
        indices: Tensor,
        visible: Tensor,
        dropped: Tensor | None,
        vectors: Tensor,
        valid: Tensor,
        condition: Tensor,
        style: Tensor,
    ) -> Tensor:
        """Log-probabilities, shape (B, H, W, K).

        Arguments:
            indices: Shape (B, H, W), int64.
            visible: True where known beforehand, shape (B, H, W).
            dropped: True for pixels that others may not look back at, shape (B, H, W), or None.
            vectors: Vectors of the entries, shape (B, K, E).
            valid: True where an entry exists, shape (B, K).
            condition: Shape (B, C, H, W).
            style: Shape (B, C).
        """
        batch, height, width = indices.shape
        pixels = PixelEmbedding.place(vectors, indices)
        seen = indices
        if dropped is not None:
            pixels = pixels * ~dropped[:, None]
            seen = indices.masked_fill(dropped, -1)
        trunk = self.trunk(pixels, condition).flatten(2).transpose(1, 2)
        near = offsets(seen, visible).flatten(2).transpose(1, 2)
        used = used_before(indices, visible, valid.shape[1])
        logp: Tensor = self.head(trunk, style, self.head.keys(vectors), valid, near, used)
        return logp.reshape(batch, height, width, -1)
