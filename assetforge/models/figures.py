"""What the head knows of the entries at one pixel: what `figures` gives for all pixels at once."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from .board import Board
from .counts import ORDERS, Tally
from .echo import Echoes
from .head import LEAST, TONES, tones
from .pixelcnn import Condition
from .pixels import SHADES, Palettes
from .places import CANDIDATES

__all__ = ["Figures"]


class Figures:
    """The figures of a pixel, each a row over the entries of all sprites.

    They are kept as they come, without the factors that `figures` gives them: these are in `weights`.

    Arguments:
        palettes: In the order of the board's entries.
        told: What the decoder is told.
        board, tally: Which have looked at the pixel when `fill` is called.
        echoes: Of the decoder, if it is told of left sprites.

    Attributes:
        table: Shape (rows, B * K).
        offsets: Those of `told` for the pixel, -inf for the transparent entry, shape (1, B * K).
        ends: Of every sprite the first two entries of each row, shape (B, rows, 2).
        clear: What is added to the log-odds of transparency, shape (B,).
    """

    def __init__(
        self, palettes: Palettes, told: Condition, board: Board, tally: Tally, echoes: Echoes | None = None
    ) -> None:
        contexts, batch, entries = tally.counts.shape
        self.counts, self.choice, self.near = tally.counts, board.choice, board.candidates
        # What is added to the sum of the counts before they are divided by it.
        self.softly = torch.tensor([1.0, *[0.5] * len(ORDERS), 1.0])[:, None, None]
        self.starts = torch.arange(batch) * entries
        self.guesses = told.guess.clamp_min(LEAST).transpose(0, 1) if bool(told.guess.any()) else None
        self.sketched = told.sketch is not None
        copied = len(self.near)
        sizes = (copied, contexts, contexts, 1, 4, TONES * self.sketched, int(self.guesses is not None))
        table = torch.zeros(sum(sizes), batch, entries)
        same, self.logs, self.shares, self.used, apart, self.tone, self.guess = table.split(sizes)
        self.same, self.apart = same.flatten(0, 1), apart.view(2, 2 * batch, entries)
        self.table, self.ends = table.flatten(1), table[..., :2].transpose(0, 1)
        # The rows of `SHAPE_ORDER`, which only the silhouette reads.
        self.shape_log, self.shape_share = copied + contexts - 1, copied + 2 * contexts - 1
        self.equal = torch.eye(entries)
        self.equal[board.none] = 0
        self.distances = distances(palettes).flatten(1, 2)
        if told.sketch is not None:
            every = torch.arange(SHADES + 1).expand(batch, -1)
            self.tones = tones(every, palettes.lab).permute(2, 0, 1, 3).flatten(1, 2).contiguous()
            self.shades = (told.sketch + torch.arange(batch)[:, None] * (SHADES + 1)).t().contiguous().unbind()
        every = told.offsets.clone()
        every[..., 0] = -math.inf
        self.every, self.starting = every.flatten(0, 1), every[:, 0].clone()
        self.offsets = self.starting.view(1, -1)
        self.echoes, self.clear, self.first = echoes, torch.zeros(batch), every[:, 0].clone()

    def fill(self, place: int) -> None:
        """Work out the rows of a pixel, by its number in raster order."""
        torch.index_select(self.equal, 0, self.near.view(-1), out=self.same)
        torch.index_select(self.distances, 1, (self.near[:2] + self.starts).view(-1), out=self.apart)
        torch.log1p(self.counts, out=self.logs)
        torch.div(self.counts, self.counts.sum(2, keepdim=True).add_(self.softly), out=self.shares)
        torch.clamp_max(self.counts[:1], 1, out=self.used)
        if self.sketched:
            torch.index_select(self.tones, 1, self.shades[place], out=self.tone)
            torch.index_select(self.every, 0, self.shades[place], out=self.starting)
        if self.echoes is not None:
            self.clear, said = self.echoes.look(place)
            torch.add(self.starting if self.sketched else self.first, said, out=self.starting)
        if self.guesses is not None:
            self.guess.copy_(self.guesses[place])

    def weights(self, layer: Tensor) -> tuple[Tensor, Tensor]:
        """Of a layer (HIDDEN, figures) that reads `figures` what it weighs the rows by, and the usage."""
        contexts = len(ORDERS)
        sizes = (CANDIDATES, 3, contexts, contexts, 4, 1, 1, TONES * self.sketched)
        same, used, logs, shares, apart, guess, usage, tone = layer.split(sizes, 1)
        nothing = torch.zeros_like(usage)
        logs = torch.cat([0.3 * used[:, :1], 0.5 * logs, nothing], 1)
        shares = torch.cat([used[:, 2:], shares, nothing], 1)
        rows = torch.cat([same[:, self.choice], logs, shares, used[:, 1:2], 2 * apart, tone, guess / 4], 1)
        return rows[:, : len(self.table)].contiguous(), usage

    def shape_weights(self, layer: Tensor) -> Tensor:
        """The same of a layer that reads the figures of the transparent entry and `shape_figures`.

        Shape (HIDDEN, rows, 2), for `ends`: the counts of `SHAPE_ORDER` stand in the first two entries.
        """
        rows, _ = self.weights(layer[:, :-3])
        weights = torch.stack([rows, torch.zeros_like(rows)], 2)
        clear, drawn, share = layer[:, -3:].unbind(1)
        weights[:, self.shape_log] = 0.5 * torch.stack([clear, drawn], 1)
        # (clear + 0.5) / (clear + drawn + 1) - 0.5 is half the difference of the two shares.
        weights[:, self.shape_share] = 0.5 * torch.stack([share, -share], 1)
        return weights


def distances(palettes: Palettes) -> Tensor:
    """How much lighter every color is than another, and how far away, 0 unless both are colors; (2, B, K, K)."""
    lab, color = palettes.lab, palettes.valid.clone()
    color[:, 0] = False
    apart = lab[:, None] - lab[:, :, None]
    both = color[:, :, None] & color[:, None]
    return torch.stack([apart[..., 0], (apart.square().sum(-1) + 1e-6).sqrt()]) * both
