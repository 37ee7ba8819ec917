"""The one sampler: exact, cached, pixel by pixel in raster order; first the sketch, then its colors.

It gives what a whole forward pass for every pixel would give, up to rounding, and works out every number once.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from .board import Board
from .counts import Tally
from .echo import Echoes
from .figures import Figures
from .left import Left
from .noise import decide, edges
from .pixelcnn import Condition, PixelCNN
from .pixels import Palettes, grays, sketched
from .pixelvae import PixelVAE
from .pointer import EntryPointer, ShapePointer
from .products import in_lanes
from .trunk import Trunk
from .vae import SLOTS

__all__ = ["Pencil", "from_dark_to_light", "sample"]


@torch.inference_mode()
def sample(
    model: PixelVAE,
    canvas: Tensor,
    visible: Tensor,
    palettes: Palettes,
    latent: Tensor | None,
    random: Tensor,
    temperature: float = 1.0,
    left: Left | None = None,
) -> tuple[Tensor, Tensor]:
    """Fill the hidden pixels of `canvas`.

    Arguments:
        canvas: Indices, read where visible, shape (B, H, W), int64.
        visible: True where pixels must stay, shape (B, H, W).
        palettes: One a sprite.
        latent: Shape (B, SLOTS, slot); None for sprites that are told nothing of one.
        random: Uniform numbers in [0, 1), shape (B, H, W, 3).
        temperature: As for `decide`.
        left: What the sprites are drawn from, if the model is `paired`.

    Returns:
        The filled indices, shape (B, H, W), int64, and the nats of each filled pixel, shade and
        color, as likely as it was to be drawn at temperature 1; 0 where visible.
    """
    order, palettes = palettes.order, from_dark_to_light(palettes)
    left = None if left is None else left.reordered(order)
    canvas = order.argsort(1).gather(1, canvas.masked_fill(~visible, 0).flatten(1)).view_as(canvas)
    vectors = in_lanes(model.embed, palettes)
    seen = in_lanes(model.look, canvas, visible, palettes, vectors, left)
    if latent is None:
        silent = torch.zeros(len(canvas), dtype=torch.bool, device=canvas.device)
        latent = torch.zeros(len(canvas), SLOTS, model.config.slot, device=canvas.device)
        told, said = in_lanes(model.to_sketch, latent, seen, palettes, vectors, None, None, silent)
    else:
        told, said = in_lanes(model.to_sketch, latent, seen, palettes, vectors)
    gray, sketch = grays(len(canvas), canvas.device), sketched(canvas, palettes)
    grayness = model.embed(grays(1, canvas.device)).expand(len(canvas), -1, -1)
    pencil = Pencil(model.sketcher, sketch, visible, gray, grayness, told)
    sketch, first = pencil.draw(~visible, random[..., :2], temperature)
    told = in_lanes(model.to_color, said, seen, sketch, palettes)
    brush = Pencil(model.colorist, canvas, visible, palettes, vectors, told)
    canvas, second = brush.draw(~visible & (sketch > 0), random[..., 1:], temperature)
    return order.gather(1, canvas.flatten(1)).view_as(canvas), first + second


def from_dark_to_light(palettes: Palettes) -> Palettes:
    """The same palettes with their entries in their order."""
    lab = palettes.lab.gather(1, palettes.order[..., None].expand(-1, -1, 3))
    return Palettes(lab, palettes.valid.gather(1, palettes.order))


class Pencil:
    """One decoder at work on a canvas.

    Arguments:
        decoder: The sketcher or the colorist.
        canvas: Entries, 0 where hidden, shape (B, H, W), int64.
        visible: Shape (B, H, W).
        palettes: From dark to light, one a sprite.
        vectors: Vectors of the entries, shape (B, K, E).
        told: What the decoder is told.
    """

    def __init__(
        self, decoder: PixelCNN, canvas: Tensor, visible: Tensor, palettes: Palettes, vectors: Tensor, told: Condition
    ) -> None:
        self.canvas, none = canvas, palettes.valid.shape[1]
        # One entry more, which means 'none', or two: with an even number of them, what is worked out for `LANES`
        # sprites fills whole vectors of the processor. The rest would be left to other code, which may round
        # otherwise, and a sprite would depend on its place in the batch.
        spare = 2 - none % 2
        palettes = Palettes(F.pad(palettes.lab, (0, 0, 0, spare)), F.pad(palettes.valid, (0, spare)))
        vectors = F.pad(vectors, (0, 0, 0, spare))
        usage = None if told.usage is None else F.pad(told.usage, (0, spare))
        guess, offsets = F.pad(told.guess, (0, spare)), F.pad(told.offsets, (0, spare), value=-math.inf)
        told = told._replace(usage=usage, guess=guess, offsets=offsets)

        self.board = Board(canvas, visible, none)
        self.tally = Tally(visible, none + spare, none, self.board.near, self.board.neighbors)
        self.trunk = Trunk(decoder, told.map)
        self.echoes = None
        if told.keys is not None and decoder.aside is not None:
            self.echoes = Echoes(decoder.aside, told.guess, told.keys)
        self.figures = Figures(palettes, told, self.board, self.tally, self.echoes)
        features, given = self.trunk.features, (told, self.board, self.figures)
        self.entries = EntryPointer(decoder.head, features, vectors, *given)
        self.shape = None if decoder.shape is None else ShapePointer(decoder.shape, features, *given)
        self.vectors, self.starts = vectors.flatten(0, 1), torch.arange(len(canvas)) * (none + spare)

        self.hidden = by_pixel(~visible).float()
        shown = by_pixel(visible).any(1).tolist()
        for place, drawn in enumerate(by_pixel(canvas)):
            if shown[place]:
                self.board.look(place)
                self.tally.look()
                self.tally.add(drawn, self.tally.early[place])
                if self.echoes is not None:
                    self.echoes.add(place, drawn, 1 - self.hidden[place])

    def draw(self, wanted: Tensor, random: Tensor, temperature: float) -> tuple[Tensor, Tensor]:
        """Decide all pixels that are `wanted`, (B, H, W); the canvas, and their nats, each (B, H, W).

        Arguments:
            random: Uniform numbers in [0, 1), shape (B, H, W, 2).
            temperature: As for `decide`.
        """
        board, tally, trunk = self.board, self.tally, self.trunk
        batch, height, width = self.canvas.shape
        drawn, here = list(by_pixel(self.canvas)), by_pixel(wanted)
        some, every = here.any(1).tolist(), here.all(1).tolist()
        cuts, dice = by_pixel(edges(random[..., 0], temperature)), by_pixel(random[..., 1])[..., None]
        nats = torch.zeros(height * width, batch)
        last = max((place for place, one in enumerate(some) if one), default=-1) // width
        for row in range(last + 1):
            trunk.begin(row)
            answers = []
            for column, place in enumerate(range(row * width, (row + 1) * width)):
                if tally.open[place]:
                    board.look(place)
                    tally.look()
                trunk.ask(column)
                if some[place]:
                    self.figures.fill(place)
                    logits = self.entries.ask()
                    clear = logits[:, 0] if self.shape is None else self.shape.ask()
                    picked = decide(clear, logits, cuts[place], dice[place], temperature)
                    drawn[place] = picked if every[place] else torch.where(here[place], picked, drawn[place])
                    answers.append((place, clear, logits, drawn[place]))
                if tally.open[place]:
                    board.put(place, drawn[place])
                    tally.add(drawn[place], tally.later[place])
                if self.echoes is not None:
                    self.echoes.add(place, drawn[place], self.hidden[place])
                trunk.put(column, self.vectors.index_select(0, drawn[place] + self.starts))
            if answers:
                asked, clears, colors, entries = zip(*answers, strict=True)
                nats[list(asked)] = cost(torch.stack(clears), torch.stack(colors), torch.stack(entries))
            trunk.end()
        canvas = torch.stack(drawn, 1).view_as(self.canvas)
        return canvas, nats.t().view_as(canvas).masked_fill(~wanted, 0)


def by_pixel(values: Tensor) -> Tensor:
    """Values (B, H, W) in raster order, shape (H * W, B)."""
    return values.flatten(1).t().contiguous()


def cost(clear: Tensor, colors: Tensor, drawn: Tensor) -> Tensor:
    """Nats of the drawn entries (N, B), given log-odds (N, B) of transparency and logits (N, B, K) of colors."""
    color = colors.log_softmax(2).gather(2, drawn[..., None])[..., 0]
    return torch.where(drawn == 0, -F.logsigmoid(clear), -F.logsigmoid(-clear) - color)
