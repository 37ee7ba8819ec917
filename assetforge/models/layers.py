"""Causal gated convolutions: a vertical and a horizontal stack, so that there is no blind spot.

van den Oord et al. 2016, "Conditional Image Generation with PixelCNN Decoders", figure 2.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["FirstLayer", "GatedLayer", "gate"]


def gate(features: Tensor, dim: int = 1) -> Tensor:
    """tanh of the first half of the channels times the sigmoid of the second (equation 2)."""
    left, right = features.chunk(2, dim)
    return torch.tanh(left) * torch.sigmoid(right)


class FirstLayer(nn.Module):
    """From pixel embeddings to the two stacks; the only layer that must leave the pixel itself out.

    The vertical stack sees rows r-1 and r-2, columns c-2 to c+2; the horizontal one sees columns
    c-3 to c-1 of row r.
    """

    ROWS, COLUMNS, BEFORE = 2, 2, 3

    def __init__(self, embedding: int, width: int) -> None:
        super().__init__()
        self.down = nn.Conv2d(embedding, width, (self.ROWS, 2 * self.COLUMNS + 1))
        self.right = nn.Conv2d(embedding, width, (1, self.BEFORE))

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Vertical and horizontal features, each (B, C, H, W), of embeddings (B, E, H, W)."""
        down = self.down(F.pad(pixels[:, :, :-1], (self.COLUMNS, self.COLUMNS, self.ROWS, 0)))
        right = self.right(F.pad(pixels[:, :, :, :-1], (self.BEFORE, 0, 0, 0)))
        return down, right


class GatedLayer(nn.Module):
    """One gated residual step of both stacks.

    The vertical stack reads rows r and r-d of itself (its rows already exclude row r of the image),
    columns c-d, c and c+d. The horizontal stack reads columns c and c-d of itself, the vertical
    stack at (r, c), and the condition at (r, c).
    """

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.down = nn.Conv2d(width, 2 * width, (2, 3), dilation=dilation)
        self.across = nn.Conv2d(width, 2 * width, 1)
        self.right = nn.Conv2d(width, 2 * width, (1, 2), dilation=dilation)
        self.out = nn.Conv2d(width, width, 1)

    def forward(self, vertical: Tensor, horizontal: Tensor, condition: Tensor) -> tuple[Tensor, Tensor]:
        """The two stacks one layer on; `condition` is (B, 2C, H, W)."""
        d = self.dilation
        vertical = vertical + gate(self.down(F.pad(vertical, (d, d, d, 0))))
        features = self.right(F.pad(horizontal, (d, 0, 0, 0))) + self.across(vertical) + condition
        return vertical, horizontal + self.out(gate(features))
