"""The one sampler: exact, cached, pixel by pixel in raster order.

The vertical stack is computed once a row, the horizontal stack once a pixel, one column of work
each; nothing is computed twice (Fast PixelCNN++, Ramachandran et al. 2017, for two stacks). Two
uniform numbers decide a pixel: the first whether it is drawn, the second its color, by walking
the colors from dark to light; so the same numbers give like sprites in any palette, in any order.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from .layers import GatedLayer, gate
from .pixels import CAUSAL, Palettes, offsets
from .pixelvae import PixelVAE

__all__ = ["choices", "decide", "explain", "normals", "sample", "uniforms"]


def stream(seed: int, number: int, purpose: int) -> np.random.Generator:
    """A counter-based generator for one sprite of one seed: the same at any batch, thread or order."""
    return np.random.Generator(np.random.Philox(key=[seed % 2**64, (purpose << 56) + number]))


def uniforms(seed: int, number: int, height: int, width: int) -> NDArray[np.float32]:
    """The numbers that decide sprite `number`, shape (H, W, 2), in [0, 1)."""
    return stream(seed, number, 1).random((height, width, 2), np.float32)


def normals(seed: int, number: int, *shape: int) -> NDArray[np.float32]:
    """Standard normal numbers for the latent of sprite `number`."""
    return stream(seed, number, 2).standard_normal(shape, np.float32)


def choices(seed: int, number: int) -> np.random.Generator:
    """A generator for the other choices that make sprite `number`."""
    return stream(seed, number, 3)


def decide(logp: Tensor, order: Tensor, random: Tensor, temperature: float) -> Tensor:
    """The entries that two uniform numbers each choose.

    Arguments:
        logp: Log-probabilities, shape (B, K).
        order: Entries from dark to light, transparent first, padding last, shape (B, K).
        random: In [0, 1), shape (B, 2).
        temperature: 1 samples the model; less is more likely; 0 takes the likeliest entry.

    Returns:
        Entries, shape (B,), int64.
    """
    if temperature <= 0:
        return logp.argmax(1)
    clear = logp[:, 0] - torch.log1p(-logp[:, 0].exp().clamp_max(1 - 1e-7))
    empty = random[:, 0] < torch.sigmoid(clear / temperature)
    color = (logp.gather(1, order)[:, 1:] / temperature).softmax(1).cumsum(1)
    # Scaled by the sum as it was rounded, so that no number falls past the last real color.
    place = (color <= random[:, 1:] * color[:, -1:]).sum(1, keepdim=True)
    last = (logp > -torch.inf).sum(1, keepdim=True) - 1
    picked = order.gather(1, torch.minimum(place + 1, last))[:, 0]
    return torch.where(empty, 0, picked)


def explain(logp: Tensor, order: Tensor, drawn: Tensor, dice: Tensor, temperature: float) -> Tensor:
    """Numbers that make `decide` draw given entries: its inverse.

    With them a latent draws exactly the sprite that they were read from, and a latent changed a
    little draws that sprite changed a little (as DDIM inversion does for diffusion, Song et al. 2021).

    Arguments:
        logp, order: As for `decide`, shapes (N, K).
        drawn: The entries, shape (N,).
        dice: Uniform numbers in [0, 1) that choose among all numbers that would do, shape (N, 2).
        temperature: Above 0.

    Returns:
        Uniform numbers, shape (N, 2).
    """
    # A little off the edges, where another rounding of the same sum would decide otherwise.
    dice = 0.02 + 0.96 * dice
    clear = logp[:, 0] - torch.log1p(-logp[:, 0].exp().clamp_max(1 - 1e-7))
    empty = torch.sigmoid(clear / temperature)
    first = torch.where(drawn == 0, empty * dice[:, 0], empty + (1 - empty) * dice[:, 0])
    color = (logp.gather(1, order)[:, 1:] / temperature).softmax(1).cumsum(1)
    color = F.pad(color / color[:, -1:], (1, 0))
    place = (order == drawn[:, None]).long().argmax(1, keepdim=True).clamp_min(1)
    low, high = color.gather(1, place - 1)[:, 0], color.gather(1, place)[:, 0]
    second = torch.where(drawn == 0, dice[:, 1], low + (high - low) * dice[:, 1])
    return torch.stack([first, second], 1).clamp(0, 1 - 2**-24)


class Rows:
    """The vertical stack, a row at a time: each layer keeps the rows that later ones read."""

    def __init__(self, model: PixelVAE, condition: Tensor) -> None:
        decoder = model.decoder
        self.first, self.layers = decoder.first, [layer for layer in decoder.layers if isinstance(layer, GatedLayer)]
        batch, _, height, width = condition.shape
        self.start, *self.steps = decoder.conditions(condition).split(
            [decoder.width, *[2 * decoder.width] * len(self.layers)], 1
        )
        self.caches = [
            condition.new_zeros(batch, decoder.width, height + layer.dilation, width + 2 * layer.dilation)
            for layer in self.layers
        ]
        self.width = width

    def advance(self, row: int, canvas: Tensor) -> list[Tensor]:
        """What each layer's horizontal step of `row` adds at every column, each (W, B, 2C).

        Arguments:
            row: The rows before it have been given.
            canvas: Pixel vectors, padded by two rows above and two columns beside, of which only
                rows before `row` are read, shape (B, E + 1, H + 2, W + 4).
        """
        vertical = self.first.down(canvas[:, :, row : row + 2]) + self.start[:, :, row : row + 1]
        sides = []
        for layer, cache, step in zip(self.layers, self.caches, self.steps, strict=True):
            d = layer.dilation
            cache[:, :, row + d, d : d + self.width] = vertical[:, :, 0]
            rows = torch.stack([cache[:, :, row], cache[:, :, row + d]], 2)
            down = F.conv2d(rows, layer.down.weight, layer.down.bias, dilation=(1, d))
            vertical = vertical + gate(down)
            side = layer.across(vertical)[:, :, 0] + step[:, :, row]
            sides.append((side + bias(layer.right)[:, None]).permute(2, 0, 1).contiguous())
        return sides


class Columns:
    """The horizontal stack, a pixel at a time, as plain matrix products."""

    def __init__(self, model: PixelVAE, batch: int, width: int) -> None:
        decoder = model.decoder
        self.layers = [layer for layer in decoder.layers if isinstance(layer, GatedLayer)]
        self.first = weights(decoder.first.right)
        self.first_bias = bias(decoder.first.right)
        self.right = [weights(layer.right) for layer in self.layers]
        self.out = [(weights(layer.out), bias(layer.out)) for layer in self.layers]
        self.caches = [self.first.new_zeros(width + layer.dilation, batch, decoder.width) for layer in self.layers]

    def advance(self, column: int, before: Tensor, sides: list[Tensor]) -> Tensor:
        """Features of the pixel at `column`, shape (B, C), given the row's pixel vectors (B, W + 3, E + 1)."""
        features = torch.addmm(self.first_bias, before[:, column : column + 3].flatten(1), self.first)
        for layer, cache, right, (out, start), side in zip(
            self.layers, self.caches, self.right, self.out, sides, strict=True
        ):
            cache[column + layer.dilation] = features
            both = torch.cat([cache[column], features], 1)
            features = features + torch.addmm(start, gate(torch.addmm(side[column], both, right)), out)
        return features


def bias(layer: nn.Conv2d) -> Tensor:
    assert layer.bias is not None
    return layer.bias


def weights(layer: nn.Conv2d) -> Tensor:
    """A one-row convolution as a matrix from (position, channel) to channel."""
    outside, inside, _, positions = layer.weight.shape
    return layer.weight[:, :, 0].permute(2, 1, 0).reshape(positions * inside, outside).contiguous()


@torch.no_grad()
def sample(
    model: PixelVAE,
    canvas: Tensor,
    visible: Tensor,
    palettes: Palettes,
    latent: Tensor,
    random: Tensor,
    temperature: float = 1.0,
) -> tuple[Tensor, Tensor]:
    """Fill the hidden pixels of `canvas`.

    Arguments:
        canvas: Indices, read where visible, shape (B, H, W), int64.
        visible: True where pixels must stay, shape (B, H, W).
        palettes: One a sprite.
        latent: Shape (B, SLOTS, slot).
        random: Uniform numbers in [0, 1), shape (B, H, W, 2).
        temperature: As for `decide`.

    Returns:
        The filled indices, shape (B, H, W), int64, and the nats of each filled pixel under the model
        itself (temperature 1), 0 where visible.
    """
    batch, height, width = canvas.shape
    vectors = model.embed(palettes)
    seen, _ = model.look(canvas, visible, vectors)
    condition, style = model.condition(latent, seen)
    head, valid = model.decoder.head, palettes.valid
    keys, flags = head.keys(vectors), torch.cat([vectors, torch.ones_like(vectors[..., :1])], 2)
    canvas = canvas.masked_fill(~visible, 0)
    copies = offsets(canvas, visible)[:, len(CAUSAL) :]
    entries = valid.shape[1]
    hits = torch.zeros(batch, height * width, entries).scatter_(2, canvas.flatten(1)[..., None], 1.0)
    used = (hits * visible.flatten(1)[..., None]).sum(1)
    pixels = vectors.new_zeros(batch, vectors.shape[2] + 1, height + 2, width + 4)
    near_canvas = F.pad(canvas, (2, 2, 2, 0), value=-1)
    nats = torch.zeros(batch, height, width)
    rows = Rows(model, condition)
    everyone = torch.arange(batch)
    todo = ~visible.all(0)
    last = int(todo.any(1).nonzero().max()) if bool(todo.any()) else -1
    for row in range(last + 1):
        sides = rows.advance(row, pixels)
        before = vectors.new_zeros(batch, width + 3, vectors.shape[2] + 1)
        columns = Columns(model, batch, width) if bool(todo[row].any()) else None
        final = int(todo[row].nonzero().max()) if columns is not None else -1
        for column in range(width):
            if columns is not None and column <= final:
                features = columns.advance(column, before, sides)
                if bool(todo[row, column]):
                    near = torch.stack(
                        [near_canvas[:, 2 + row + dy, 2 + column + dx] for dy, dx in CAUSAL]
                        + list(copies[:, :, row, column].unbind(1)),
                        1,
                    )
                    logp = head(features[:, None], style, keys, valid, near[:, None], used[:, None])[:, 0]
                    drawn = decide(logp, palettes.order, random[:, row, column], temperature)
                    known = visible[:, row, column]
                    drawn = torch.where(known, canvas[:, row, column], drawn)
                    nats[:, row, column] = -logp.gather(1, drawn[:, None])[:, 0].masked_fill(known, 0)
                    used[everyone, drawn] += (~known).float()
                    canvas[:, row, column] = drawn
                    near_canvas[:, 2 + row, 2 + column] = drawn
            vector = flags[everyone, canvas[:, row, column]]
            before[:, column + 3] = vector
            pixels[:, :, row + 2, column + 2] = vector
    return canvas, nats
