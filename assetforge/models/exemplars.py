"""What learnt sprites have where another has a hole: they vote, each as loudly as it agrees with what is visible.

Exemplar-based filling (Criminisi et al. 2004, "Region Filling and Object Removal by Exemplar-Based Image Inpainting")
in the soft form of non-local means (Buades et al. 2005), beside a network as in nearest-neighbor language models
(Khandelwal et al. 2020, "Generalization through Memorization"). Nothing is trained: what a pack's sprites have in
common, a small network need not carry.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["informed", "votes"]

SIGMA = 2.0
REACH = 6
NEAR, WHOLE = 60.0, 30.0
"""How loud agreement is: of the visible pixels around a hole, and of all on the canvas."""
STILL = 0.1
"""So much of a window must be visible for half a say."""
TRUST, DOUBT = 0.4, 0.01
"""How much votes count beside the network's guess, and how little one vote of a hundred is."""
MOST = 1 << 23
"""Pixels of the exemplars that are asked; of more, those that agree the most."""


def votes(exemplars: Tensor, indices: Tensor, visible: Tensor, entries: int) -> Tensor:
    """The share of votes for each entry at each pixel, shape (H * W, K), float32.

    Arguments:
        exemplars: Sprites of the same size in the same palette, shape (N, H, W), int64; asked as they are and mirrored.
        indices: Shape (H, W), int64; not read where hidden.
        visible: Shape (H, W).
        entries: K.
    """
    tiles = torch.cat([exemplars, exemplars.flip(2)])
    agree = (tiles == indices) & visible
    whole = agree.sum((1, 2)) / visible.sum().clamp_min(1)
    most = max(1, MOST // indices.numel())
    if len(tiles) > most:
        best = whole.sort(descending=True, stable=True).indices[:most]
        tiles, agree, whole = tiles[best], agree[best], whole[best]
    near = blurred(agree.float()) / (blurred(visible[None].float()) + STILL)
    weights = (NEAR * near + WHOLE * whole[:, None, None]).flatten(1).softmax(0)
    return weights.new_zeros(entries, indices.numel()).scatter_add_(0, tiles.flatten(1), weights).t()


def blurred(images: Tensor) -> Tensor:
    """Images (N, H, W) under a Gaussian window, zeros around them."""
    bell = torch.exp(-torch.arange(-REACH, REACH + 1).float().square() / (2 * SIGMA**2))
    bell = bell / bell.sum()
    down = F.conv2d(images[:, None], bell.view(1, 1, -1, 1), padding=(REACH, 0))
    return F.conv2d(down, bell.view(1, 1, 1, -1), padding=(0, REACH))[:, 0]


def informed(guess: Tensor, shares: Tensor) -> Tensor:
    """Log-probabilities of a guess (..., K) and of shares of votes together: a product of the two."""
    return (guess + TRUST * (shares + DOUBT).log()).log_softmax(-1)
