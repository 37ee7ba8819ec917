"""The heads of a decoder for one pixel at a time: all that no pixel changes is worked out beforehand."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from .board import Board
from .figures import Figures
from .head import HIDDEN, EntryHead, ShapeHead
from .pixelcnn import Condition

__all__ = ["EntryPointer", "ShapePointer"]


class Joined:
    """Linear layers that read the same, as one product.

    Arguments:
        layers: Weights (C, inside) and bias (C,) or (B, C) of each.
        batch: B.

    Attributes:
        parts: What each of them gave at the last call, shape (B, C).
    """

    def __init__(self, layers: Sequence[tuple[Tensor, Tensor]], batch: int) -> None:
        self.weight = torch.cat([weight for weight, _ in layers]).t().contiguous()
        self.bias = torch.cat([bias.expand(batch, -1) for _, bias in layers], 1)
        self.result = torch.empty_like(self.bias)
        self.parts = self.result.split([len(weight) for weight, _ in layers], 1)

    def __call__(self, features: Tensor) -> None:
        torch.addmm(self.bias, features, self.weight, out=self.result)


class EntryPointer:
    """`EntryHead`, a pixel at a time.

    Arguments:
        head: The decoder's.
        vectors: Vectors of the entries, shape (B, K, E).
        told: What the decoder is told; its offsets are those of all pixels.
        board, figures: Which have been told of the pixel when it is asked about.
    """

    def __init__(self, head: EntryHead, vectors: Tensor, told: Condition, board: Board, figures: Figures) -> None:
        batch, choice = len(vectors), board.choice
        self.near, self.figures = board.candidates, figures
        style = 0.0 if told.style is None else head.style(told.style)
        self.hidden = Joined([(head.hidden.weight, head.hidden.bias + style)], batch)
        self.asked = Joined(
            [
                (head.query.weight * head.scale, head.query.bias * head.scale),
                (head.gates.weight[choice], head.gates.bias[choice]),
                (head.weigh_here.weight, head.weigh_here.bias),
            ],
            batch,
        )
        query, self.gates, here = self.asked.parts
        self.query, self.here = query[:, None], here.t()[..., None]
        keys, colors = head.entries(vectors)
        self.keys = keys.transpose(1, 2).contiguous()
        self.offsets = told.offsets.clone()
        self.offsets[..., 0] = -math.inf
        # How an entry's color and its usage are weighed is the same at every pixel.
        self.weigh, usage = figures.weights(head.weigh.weight)
        said = 0.0 if told.usage is None else usage[..., None] * told.usage
        self.always = (colors.permute(2, 0, 1) + said).contiguous()
        self.weighing = torch.empty_like(self.always)
        self.weighed = head.weighed.weight

    def ask(self, features: Tensor) -> Tensor:
        """Logits of the opaque entries, -inf for all others, shape (B, K), of the trunk's features (B, C)."""
        self.hidden(features)
        self.asked(F.silu(self.hidden.result, inplace=True))
        history = torch.add(self.always, self.here, out=self.weighing).flatten(1)
        F.silu(history.addmm_(self.weigh, self.figures.table), inplace=True)
        logits = torch.baddbmm(self.offsets, self.query, self.keys)
        logits.view(1, -1).addmm_(self.weighed, history)
        return logits[:, 0].scatter_add_(1, self.near.t(), self.gates)


class ShapePointer:
    """`ShapeHead`, a pixel at a time.

    Arguments:
        head: The decoder's.
        told, board, figures: As for `EntryPointer`.
    """

    def __init__(self, head: ShapeHead, told: Condition, board: Board, figures: Figures) -> None:
        (batch, _, entries), choice = told.offsets.shape, board.choice
        self.near, self.ends = board.candidates, figures.ends
        gates = [1 + place for place in choice]
        opaque = told.offsets[:, 0, 1:].exp().sum(1, keepdim=True).log()
        self.asked = Joined(
            [
                (head.near.weight[:1], head.near.bias[:1] - opaque),
                (head.near.weight[gates], head.near.bias[gates]),
                (head.weigh_here.weight, head.weigh_here.bias),
            ],
            batch,
        )
        self.clear, self.gates, self.here = self.asked.parts
        self.weigh = figures.shape_weights(head.weigh.weight).flatten(1).t().contiguous()
        # What is summed up: the history, and each copy gate times its candidate: 1 transparent, -1 drawn, 0 none.
        self.terms = torch.zeros(batch, HIDDEN + len(choice))
        self.history, self.copies = self.terms.split((HIDDEN, len(choice)), 1)
        self.weighed = torch.cat([head.weighed.weight[0], torch.ones(len(choice))])
        self.side = torch.full((entries,), -1.0)
        self.side[0], self.side[board.none] = 1.0, 0.0

    def ask(self, features: Tensor) -> Tensor:
        """Log-odds that the pixel is transparent, shape (B,), of the trunk's features (B, C)."""
        self.asked(features)
        torch.addmm(self.here, self.ends.flatten(1), self.weigh, out=self.history)
        F.silu(self.history, inplace=True)
        sides = self.side.index_select(0, self.near.view(-1)).view_as(self.near)
        torch.mul(self.gates, sides.t(), out=self.copies)
        return torch.addmv(self.clear[:, 0], self.terms, self.weighed)
