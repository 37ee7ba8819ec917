"""The one sampler: exact, cached, pixel by pixel in raster order.

What a convolution reads of the rows above is computed once a row, what it reads of its own row once a
pixel; nothing is computed twice (Ramachandran et al. 2017, "Fast Generation for Convolutional
Autoregressive Models"). Two uniform numbers decide a pixel: the first whether it is drawn, the second
its color, by walking the colors from dark to light; so the same numbers give like sprites in any
palette, in any order.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from .counts import Tally
from .head import figures, shape_figures
from .layers import ABOVE, MaskedConv
from .pixelcnn import Condition
from .pixels import Palettes
from .pixelvae import PixelVAE
from .places import BEFORE, candidates

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


class Trunk:
    """The decoder's convolutions, a row and then a pixel at a time.

    Arguments:
        model: Whose decoder it is.
        condition: The decoder's map, shape (B, C, H, W).
    """

    def __init__(self, model: PixelVAE, condition: Tensor) -> None:
        decoder = model.decoder
        self.layers = [layer for layer in (decoder.first, *decoder.layers) if isinstance(layer, MaskedConv)]
        self.before = [layer.before for layer in self.layers]
        batch, _, height, width = condition.shape
        self.width = width
        self.steps = decoder.conditions(condition).split(decoder.width, 1)
        self.rows = [
            condition.new_zeros(batch, layer.in_channels, height + ABOVE, width + 2 * layer.side)
            for layer in self.layers
        ]
        self.lines = [condition.new_zeros(batch, layer.side + width, layer.in_channels) for layer in self.layers]
        self.sides: list[Tensor] = []

    def begin(self, row: int) -> None:
        """Read the rows above `row`, all of which have been ended."""
        self.sides = []
        for layer, rows, step in zip(self.layers, self.rows, self.steps, strict=True):
            above = F.conv2d(rows[:, :, row : row + ABOVE], layer.rows, layer.bias)
            self.sides.append((above[:, :, 0] + step[:, :, row]).permute(2, 0, 1).contiguous())

    def place(self, column: int, vector: Tensor) -> None:
        """Tell the vector (B, E) of the pixel at `column`."""
        self.lines[0][:, self.layers[0].side + column, :-1] = vector
        self.lines[0][:, self.layers[0].side + column, -1] = 1

    def at(self, column: int) -> Tensor:
        """Features of the pixel at `column`, shape (B, C); those of the columns before have been asked for."""
        side = self.layers[0].side
        features = torch.addmm(
            self.sides[0][column], self.lines[0][:, column : column + side].flatten(1), self.before[0]
        )
        for line, above, before in zip(self.lines[1:], self.sides[1:], self.before[1:], strict=True):
            size = len(before) // features.shape[1]
            line[:, column + size - 1] = features
            read = line[:, column : column + size].flatten(1)
            features = features + F.silu(torch.addmm(above[column], read, before))
        return features

    def along(self) -> None:
        """All features of a row whose pixels have all been placed."""
        features = self.sides[0].transpose(0, 1) + self.reading(0)
        for number in range(1, len(self.layers)):
            line = self.lines[number]
            line[:, line.shape[1] - self.width :] = features
            features = features + F.silu(self.sides[number].transpose(0, 1) + self.reading(number))

    def reading(self, number: int) -> Tensor:
        """What a layer reads of its own row, at every column, shape (B, W, C)."""
        line, before = self.lines[number], self.before[number]
        size = len(before) // line.shape[2]
        return line[:, : self.width + size - 1].unfold(1, size, 1).transpose(2, 3).flatten(2) @ before

    def end(self, row: int) -> None:
        """Keep the row for the rows below."""
        for layer, rows, line in zip(self.layers, self.rows, self.lines, strict=True):
            rows[:, :, row + ABOVE, layer.side : layer.side + self.width] = line[:, layer.side :].transpose(1, 2)


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
    canvas = canvas.masked_fill(~visible, 0)
    told, _ = model.tell(latent, model.look(canvas, visible, palettes, vectors), vectors)
    trunk = Trunk(model, told.map)
    pixel = Pixel(model, canvas, visible, palettes, vectors, told)
    nats = torch.zeros(batch, height, width)
    everyone = torch.arange(batch)
    todo = ~visible.all(0)
    last = int(todo.any(1).nonzero().max()) if bool(todo.any()) else -1
    for row in range(last + 1):
        trunk.begin(row)
        asked = todo[row].tolist()
        for column in range(width):
            features = trunk.at(column) if any(asked) else None
            drawn = canvas[:, row, column]
            if features is not None and asked[column]:
                logp = pixel.logp(row, column, features)
                known = visible[:, row, column]
                drawn = torch.where(known, drawn, decide(logp, palettes.order, random[:, row, column], temperature))
                nats[:, row, column] = -logp.gather(1, drawn[:, None])[:, 0].masked_fill(known, 0)
                canvas[:, row, column] = drawn
            pixel.add(row, column, drawn)
            trunk.place(column, vectors[everyone, drawn])
        if not any(asked):
            trunk.along()
        trunk.end(row)
    return canvas, nats


class Pixel:
    """The decoder's head, a pixel at a time.

    Arguments:
        canvas: Indices, 0 where hidden, shape (B, H, W), int64.
        visible: Shape (B, H, W).
        told: What the decoder is told.
    """

    def __init__(
        self, model: PixelVAE, canvas: Tensor, visible: Tensor, palettes: Palettes, vectors: Tensor, told: Condition
    ) -> None:
        self.head, self.palettes, self.told = model.decoder.head, palettes, told
        self.entries = self.head.entries(vectors)
        self.width = canvas.shape[2]
        self.tally = Tally(canvas, visible, palettes.valid.shape[1])
        self.near = F.pad(canvas, (2, 2, 2, 0), value=-1)
        self.later = candidates(canvas.masked_fill(~visible, -1), visible)[..., len(BEFORE) :]

    def logp(self, row: int, column: int, features: Tensor) -> Tensor:
        """Log-probabilities of the entries, shape (B, K)."""
        before = [self.near[:, 2 + row + dy, 2 + column + dx] for dy, dx in BEFORE]
        later = self.later[:, row, column]
        if column > self.width - 1 - column:
            later[:, -1] = self.near[:, 2 + row, 1 + self.width - column]
        near = torch.cat([torch.stack(before, 1), later], 1)[:, None]
        counts, shapes = self.tally.look(row, column)
        place = row * self.width + column
        guess = self.told.guess[:, place : place + 1]
        known = figures(near, self.tally.used[:, None], counts[:, None], self.palettes.lab, guess, self.told.usage)
        logp: Tensor = self.head(
            features[:, None], self.told.style, self.entries, self.palettes.valid, near, known, shape_figures(shapes)
        )
        return logp[:, 0]

    def add(self, row: int, column: int, drawn: Tensor) -> None:
        """Tell what the pixel is, shape (B,)."""
        self.tally.add(row, column, drawn)
        self.near[:, 2 + row, 2 + column] = drawn
