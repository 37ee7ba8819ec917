"""The random numbers that make a sprite, and what they decide.

Three uniform numbers decide a pixel: whether it is drawn, its shade, and its color, the last two by walking the
entries from dark to light; so the same numbers give like sprites in any palette, in any order.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

__all__ = ["choices", "decide", "edges", "explain", "normals", "parts", "uniforms"]

SUREST = 1 - 2**-23
"""No pixel is transparent, or drawn, with more certainty: there is always a number that draws the other."""


def stream(seed: int, number: int, purpose: int) -> np.random.Generator:
    """A counter-based generator for one sprite of one seed: the same at any batch, thread or order."""
    return np.random.Generator(np.random.Philox(key=[seed % 2**64, (purpose << 56) + number]))


def uniforms(seed: int, number: int, height: int, width: int) -> NDArray[np.float32]:
    """The numbers that decide sprite `number`, shape (H, W, 3), in [0, 1)."""
    return stream(seed, number, 1).random((height, width, 3), np.float32)


def normals(seed: int, number: int, *shape: int) -> NDArray[np.float32]:
    """Standard normal numbers for the latent of sprite `number`."""
    return stream(seed, number, 2).standard_normal(shape, np.float32)


def choices(seed: int, number: int) -> np.random.Generator:
    """A generator for the other choices that make sprite `number`."""
    return stream(seed, number, 3)


def parts(logp: Tensor, order: Tensor) -> tuple[Tensor, Tensor]:
    """Log-probabilities as the two answers that make them.

    Arguments:
        logp: Shape (B, K).
        order: Entries from dark to light, transparent first, padding last, shape (B, K).

    Returns:
        Log-odds that the pixel is transparent, shape (B,); and logits of the entries in `order`, shape (B, K),
        -inf for the transparent one and for padding.
    """
    clear = logp[:, 0] - torch.log(-torch.expm1(logp[:, 0]))
    colors = logp.gather(1, order)
    colors[:, 0] = -math.inf
    return clear, colors


def edges(random: Tensor, temperature: float) -> Tensor:
    """The log-odds above which a pixel is transparent, for the numbers (...) that decide it."""
    if temperature <= 0:
        return torch.zeros_like(random)
    # In doubles: in floats the numbers next to 1 would all be one.
    return (temperature * torch.logit(random.double())).masked_fill(random >= SUREST, math.inf).float()


def decide(clear: Tensor, colors: Tensor, edge: Tensor, random: Tensor, temperature: float) -> Tensor:
    """The columns of `colors` that two uniform numbers each choose.

    Arguments:
        clear, colors: As from `parts`.
        edge: Of the first number, from `edges`, shape (B,).
        random: The second number, in [0, 1), shape (B, 1).
        temperature: 1 samples the model; less is more likely; 0 takes the likelier of drawn and not, then the
            likeliest entry.

    Returns:
        Shape (B,), int64; 0 where transparent.
    """
    if temperature <= 0:
        place = colors.argmax(1)
    else:
        heights = (colors if temperature == 1 else colors / temperature).softmax(1).cumsum(1)
        # Scaled by the sum as it was rounded, so that no number falls past the last real color.
        place = torch.searchsorted(heights, random * heights[:, -1:], right=True)[:, 0]
    return place.masked_fill_(clear > edge, 0)


def explain(logp: Tensor, order: Tensor, drawn: Tensor, dice: Tensor, temperature: float) -> Tensor:
    """Numbers that make `decide` draw given entries: its inverse.

    With them a latent draws exactly the sprite that they were read from, and a latent changed a
    little draws that sprite changed a little (as DDIM inversion does for diffusion, Song et al. 2021).

    Arguments:
        logp, order: As for `parts`, shapes (N, K).
        drawn: The entries, shape (N,).
        dice: Uniform numbers in [0, 1) that choose among all numbers that would do, shape (N, 2).
        temperature: Above 0.

    Returns:
        Uniform numbers, shape (N, 2).
    """
    # A little off the edges, where another rounding of the same sum would decide otherwise.
    dice = 0.02 + 0.96 * dice
    clear, colors = parts(logp, order)
    empty = torch.sigmoid(clear / temperature).clamp_max(SUREST)
    first = torch.where(drawn == 0, empty * dice[:, 0], empty + (1 - empty) * dice[:, 0])
    heights = (colors / temperature).softmax(1).cumsum(1)
    heights = F.pad(heights / heights[:, -1:], (1, 0))
    place = (order == drawn[:, None]).long().argmax(1, keepdim=True)
    low, high = heights.gather(1, place)[:, 0], heights.gather(1, place + 1)[:, 0]
    second = torch.where(drawn == 0, dice[:, 1], low + (high - low) * dice[:, 1])
    return torch.stack([first, second], 1).clamp(0, 1 - 2**-24)
