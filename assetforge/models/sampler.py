"""The one sampler: exact, cached, pixel by pixel in raster order.

What a convolution reads of the rows above is computed once a row, what it reads of its own row once a
pixel; nothing is computed twice (Ramachandran et al. 2017, "Fast Generation for Convolutional
Autoregressive Models"). The sketch is drawn first, then colored. Three uniform numbers decide a pixel:
whether it is drawn, its shade, and its color, the last two by walking the entries from dark to light.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from .counts import Tally
from .head import figures, shape_figures, tones
from .layers import ABOVE, MaskedConv
from .pixelcnn import Condition, PixelCNN
from .pixels import Palettes, grays, sketched
from .pixelvae import PixelVAE
from .places import BEFORE, candidates

__all__ = ["choices", "decide", "explain", "normals", "sample", "uniforms"]


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


def decide(logp: Tensor, order: Tensor, random: Tensor, temperature: float) -> Tensor:
    """The entries that two uniform numbers each choose.

    Arguments:
        logp: Log-probabilities, shape (B, K).
        order: Entries from dark to light, transparent first, padding last, shape (B, K).
        random: In [0, 1), shape (B, 2).
        temperature: 1 samples the model; less is more likely; 0 takes the likelier of drawn and not, then the
            likeliest entry.

    Returns:
        Entries, shape (B,), int64.
    """
    clear = logp[:, 0] - torch.log1p(-logp[:, 0].exp().clamp_max(1 - 1e-7))
    if temperature <= 0:
        return torch.where(clear > 0, 0, 1 + logp[:, 1:].argmax(1))
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
        decoder: Whose they are.
        condition: The decoder's map, shape (B, C, H, W).
    """

    def __init__(self, decoder: PixelCNN, condition: Tensor) -> None:
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
        random: Uniform numbers in [0, 1), shape (B, H, W, 3).
        temperature: As for `decide`.

    Returns:
        The filled indices, shape (B, H, W), int64, and the nats of each filled pixel under the model
        itself (temperature 1), shade and color, 0 where visible.
    """
    vectors = model.embed(palettes)
    canvas = canvas.masked_fill(~visible, 0)
    seen = model.look(canvas, visible, palettes, vectors)
    told, said = model.to_sketch(latent, seen, palettes, vectors)
    gray = grays(len(canvas), canvas.device)
    pixels = Pixels(model.sketcher, sketched(canvas, palettes), visible, gray, model.embed(gray), told)
    sketch, first = pixels.draw(~visible, random[..., :2], temperature)
    told = model.to_color(said, seen, sketch, palettes)
    pixels = Pixels(model.colorist, canvas, visible, palettes, vectors, told)
    canvas, second = pixels.draw(~visible & (sketch > 0), random[..., 1:], temperature)
    return canvas, first + second


class Pixels:
    """One decoder at work on a canvas.

    Arguments:
        decoder: The sketcher or the colorist.
        canvas: Indices, 0 where hidden, shape (B, H, W), int64.
        visible: Shape (B, H, W).
        palettes: One a sprite.
        vectors: Vectors of the entries, shape (B, K, E).
        told: What the decoder is told.
    """

    def __init__(
        self, decoder: PixelCNN, canvas: Tensor, visible: Tensor, palettes: Palettes, vectors: Tensor, told: Condition
    ) -> None:
        self.decoder, self.palettes, self.vectors, self.told = decoder, palettes, vectors, told
        self.canvas = canvas
        self.entries = decoder.head.entries(vectors)
        self.tally = Tally(canvas, visible, palettes.valid.shape[1])
        self.near = F.pad(canvas, (2, 2, 2, 0), value=-1)
        self.later = candidates(canvas.masked_fill(~visible, -1), visible)[..., len(BEFORE) :]
        self.tones = None if told.sketch is None else tones(told.sketch, palettes.lab)

    def draw(self, wanted: Tensor, random: Tensor, temperature: float) -> tuple[Tensor, Tensor]:
        """Decide all pixels that are `wanted`, (B, H, W); the canvas, and their nats.

        Arguments:
            random: Uniform numbers in [0, 1), shape (B, H, W, 2).
            temperature: As for `decide`.
        """
        trunk = Trunk(self.decoder, self.told.map)
        batch, height, width = self.canvas.shape
        nats = torch.zeros(batch, height, width)
        everyone = torch.arange(batch)
        todo = wanted.any(0)
        last = int(todo.any(1).nonzero().max()) if bool(todo.any()) else -1
        for row in range(last + 1):
            trunk.begin(row)
            asked = todo[row].tolist()
            for column in range(width):
                features = trunk.at(column) if any(asked) else None
                drawn = self.canvas[:, row, column]
                if features is not None and asked[column]:
                    logp = self.logp(row, column, features)
                    here = wanted[:, row, column]
                    found = decide(logp, self.palettes.order, random[:, row, column], temperature)
                    drawn = torch.where(here, found, drawn)
                    cost = -logp.gather(1, drawn[:, None])[:, 0]
                    nats[:, row, column] = torch.where(here, cost, 0.0)
                    self.canvas[:, row, column] = drawn
                self.tally.add(row, column, drawn)
                self.near[:, 2 + row, 2 + column] = drawn
                trunk.place(column, self.vectors[everyone, drawn])
            if not any(asked):
                trunk.along()
            trunk.end(row)
        return self.canvas, nats

    def logp(self, row: int, column: int, features: Tensor) -> Tensor:
        """Log-probabilities of the entries of one pixel, shape (B, K), of its features (B, C)."""
        told, width = self.told, self.canvas.shape[2]
        before = [self.near[:, 2 + row + dy, 2 + column + dx] for dy, dx in BEFORE]
        later = self.later[:, row, column]
        if column > width - 1 - column:
            later[:, -1] = self.near[:, 2 + row, 1 + width - column]
        near = torch.cat([torch.stack(before, 1), later], 1)[:, None]
        counts, shapes = self.tally.look(row, column)
        here = slice(row * width + column, row * width + column + 1)
        tone = None if self.tones is None else self.tones[:, here]
        used = self.tally.used[:, None]
        known = figures(near, used, counts[:, None], self.palettes.lab, told.guess[:, here], told.usage, tone)
        sketch = None if told.sketch is None else told.sketch[:, here]
        told = told._replace(sketch=sketch)
        shapes = shape_figures(shapes)
        return self.decoder.answer(features[:, None], self.palettes, self.entries, near, known, shapes, told)[:, 0]
