"""Masked convolutions: each output pixel reads the pixels before it in raster order, and none after.

van den Oord et al. 2016, "Pixel Recurrent Neural Networks": mask A leaves the pixel itself out, mask B
lets it in. Dense 3 x 5 kernels reach two columns to the right for every row up.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["ABOVE", "MaskedConv", "conv", "even"]

LEAST = 1e-4
ABOVE = 2
"""Rows above that a masked convolution reads."""


class MaskedConv(nn.Conv2d):
    """Two rows above from `side` columns left to `side` right, and this row up to the pixel.

    Arguments:
        inside, outside: Channels.
        side: Columns to either side.
        itself: Whether the pixel itself is read (mask B) or not (mask A).
    """

    def __init__(self, inside: int, outside: int, side: int, itself: bool) -> None:
        super().__init__(inside, outside, (ABOVE + 1, 2 * side + 1))
        self.side, self.itself = side, itself

    def forward(self, features: Tensor) -> Tensor:
        """Shape (B, outside, H, W) of features (B, inside, H, W)."""
        mask = torch.ones_like(self.weight[:1, :1])
        mask[..., ABOVE, self.side + self.itself :] = 0
        return F.conv2d(F.pad(features, (self.side, self.side, ABOVE, 0)), self.weight * mask, self.bias)

    @property
    def rows(self) -> Tensor:
        """The part that reads rows above, shape (outside, inside, ABOVE, 2 * side + 1)."""
        return self.weight[:, :, :ABOVE]

    @property
    def before(self) -> Tensor:
        """The part that reads this row as a matrix from (column, channel) to channel, leftmost column first."""
        read = self.weight[:, :, ABOVE, : self.side + self.itself]
        return read.permute(2, 1, 0).flatten(0, 1).contiguous()


def even(features: Tensor, channels: int = 1) -> Tensor:
    """Features divided by their root mean square over the channels of each pixel (Zhang & Sennrich 2019, "Root Mean
    Square Layer Normalization"), so that a stack of residual steps cannot multiply what it reads.

    Arguments:
        channels: Which dimension they are.
    """
    return features * torch.rsqrt(features.square().mean(channels, keepdim=True) + LEAST)


def conv(inside: int, outside: int, stride: int = 1) -> nn.Sequential:
    """A 3 x 3 convolution that reads all around, and its activation."""
    return nn.Sequential(nn.Conv2d(inside, outside, 3, stride, 1), nn.SiLU())
