"""The autoregressive decoder: a PixelCNN over the entries of a palette.

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
from .echo import Echo
from .head import OTHERS, TONES, EntryHead, ShapeHead, figures, joined, shape_figures, tones
from .layers import MaskedConv, even
from .pixels import Palettes, PixelEmbedding
from .places import CANDIDATES, candidates

__all__ = ["Condition", "PixelCNN"]

FIRST_SIDE, SIDE = 4, 2
KNOWN = CANDIDATES + 2 * len(ORDERS) + OTHERS


class Condition(NamedTuple):
    """What the decoder is told besides the pixels.

    Attributes:
        map: Shape (B, C, H, W).
        guess: Another look's log-probabilities of the entries, shape (B, H * W, K).
        style: Shape (B, C), or None.
        usage: Shape (B, K), or None.
        sketch: Shades, shape (B, H * W), int64, for a decoder that colors a sketch; else None.
        offsets: Added to the logits of the entries: log of how many each stands for, -inf for those that may
            not be; shape (B, 1, K), or (B, SHADES + 1, K) to be chosen from by the sketch.
        keys: Numbers of what is alike for `echo`, shape (B, H * W), int64, if there are left sprites.
    """

    map: Tensor
    guess: Tensor
    style: Tensor | None
    usage: Tensor | None
    sketch: Tensor | None
    offsets: Tensor
    keys: Tensor | None = None


class PixelCNN(nn.Module):
    """Log-probabilities of each pixel given those before it in raster order, and a condition.

    Arguments:
        embedding: Channels of a pixel's vector.
        width: Channels of the features.
        layers: Masked convolutions after the first.
        colors: Whether it colors a sketch, which tells what is drawn; else it decides that too.
        paired: Whether it may be told of left sprites.
    """

    def __init__(self, embedding: int, width: int, layers: int, colors: bool, paired: bool = False) -> None:
        super().__init__()
        # One more channel says 'inside the canvas': zero padding alone would look like a color.
        self.first = MaskedConv(embedding + 1, width, FIRST_SIDE, itself=False)
        self.layers = nn.ModuleList(MaskedConv(width, width, SIDE, itself=True) for _ in range(layers))
        self.conditions = nn.Conv2d(width, width * (layers + 1), 1)
        self.head = EntryHead(width, embedding, CANDIDATES, KNOWN + TONES * colors)
        self.shape = None if colors else ShapeHead(width, CANDIDATES, KNOWN)
        self.aside = Echo() if paired else None
        self.width = width

    def trunk(self, pixels: Tensor, condition: Tensor) -> Tensor:
        """Causal features, shape (B, C, H, W), of pixel vectors (B, E, H, W) and a map (B, C, H, W)."""
        inside = torch.ones_like(pixels[:, :1])
        start, *steps = self.conditions(condition).split(self.width, 1)
        features: Tensor = self.first(torch.cat([pixels, inside], 1)) + start
        for layer, step in zip(self.layers, steps, strict=True):
            features = features + F.silu(layer(even(features)) + step)
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
            tone = None if told.sketch is None else tones(told.sketch, palettes.lab)
        known = figures(near, used, counts, palettes.lab, told.guess, told.usage, tone)
        echo = None
        if told.keys is not None and self.aside is not None:
            echo = self.aside(told.guess, told.keys, indices.flatten(1), visible.flatten(1))
        asked = self.head.entries(vectors)
        logp = self.answer(features, palettes, asked, near, known, shape_figures(shapes), told, echo)
        return logp.reshape(batch, height, width, -1)

    def answer(
        self,
        features: Tensor,
        palettes: Palettes,
        entries: tuple[Tensor, Tensor],
        near: Tensor,
        known: Tensor,
        shapes: Tensor,
        told: Condition,
        echo: tuple[Tensor, Tensor] | None = None,
    ) -> Tensor:
        """Log-probabilities (B, N, K) of what is known of N pixels; `told` and `echo` are of these pixels."""
        offsets = told.offsets
        if told.sketch is not None:
            offsets = offsets.gather(1, told.sketch[..., None].expand(-1, -1, offsets.shape[2]))
        if echo is not None:
            offsets = offsets + echo[1]
        color = self.head(features, told.style, entries, offsets, near, known)
        if self.shape is None:
            assert told.sketch is not None
            clear = told.sketch == 0
            color = F.pad(color.masked_fill(clear[..., None], -torch.inf), (1, 0), value=-torch.inf)
            color[..., 0] = color[..., 0].masked_fill(clear, 0.0)
            return color
        clear = self.shape(features, near, known, shapes)
        if echo is not None:
            clear = clear + echo[0]
        return joined(clear, color, told.offsets[:, 0, 1:].exp().sum(1))
