"""The heads of a decoder for one pixel at a time: all that no pixel changes is worked out beforehand."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from .board import Board
from .figures import Figures
from .head import HIDDEN, EntryHead, ShapeHead
from .pixelcnn import Condition
from .products import Joined, Product, in_lanes

__all__ = ["EntryPointer", "ShapePointer"]


class EntryPointer:
    """`EntryHead`, a pixel at a time.

    Arguments:
        head: The decoder's.
        features: From the trunk, shape (B, C).
        vectors: Vectors of the entries, shape (B, K, E).
        told: What the decoder is told.
        board, figures: Which have been told of the pixel when it is asked about, as `features` has.
    """

    def __init__(
        self,
        head: EntryHead,
        features: Tensor,
        vectors: Tensor,
        told: Condition,
        board: Board,
        figures: Figures,
    ) -> None:
        self.near, choice, size = board.candidates, board.choice, vectors.shape[1]
        style = 0.0 if told.style is None else in_lanes(head.style, told.style)
        self.hiding = Joined([(head.hidden.weight, head.hidden.bias + style)], features)
        (self.hidden,) = self.hiding.results
        self.asking = Joined(
            [
                (head.query.weight * head.scale, head.query.bias * head.scale),
                (head.gates.weight[choice], head.gates.bias[choice]),
                (head.weigh_here.weight, head.weigh_here.bias),
            ],
            self.hidden,
        )
        query, self.gates, here = self.asking.results
        self.query, self.here = query[:, None], here.t()[..., None]
        keys, colors = in_lanes(head.entries, vectors)
        self.keys = keys.transpose(1, 2).contiguous()
        # How an entry's color and its usage are weighed is the same at every pixel.
        weigh, usage = figures.weights(head.weigh.weight)
        said = 0.0 if told.usage is None else usage[..., None] * told.usage
        self.always = (colors.permute(2, 0, 1) + said).contiguous()
        self.weighing = torch.empty_like(self.always)
        self.history = self.weighing.flatten(1)
        self.weigh = Product(self.history, weigh, figures.table, columns=size)
        self.known = torch.empty(len(vectors), 1, size)
        self.weighed = Product(self.known.view(1, -1), head.weighed.weight, self.history, figures.offsets, columns=size)

    def ask(self) -> Tensor:
        """Logits of the opaque entries, -inf for all others, shape (B, K)."""
        self.hiding()
        F.silu(self.hidden, inplace=True)
        self.asking()
        torch.add(self.always, self.here, out=self.weighing)
        self.weigh()
        F.silu(self.history, inplace=True)
        self.weighed()
        logits = torch.baddbmm(self.known, self.query, self.keys)
        return logits[:, 0].scatter_add_(1, self.near.t(), self.gates)


class ShapePointer:
    """`ShapeHead`, a pixel at a time.

    Arguments:
        head: The decoder's.
        features, told, board, figures: As for `EntryPointer`.
    """

    def __init__(self, head: ShapeHead, features: Tensor, told: Condition, board: Board, figures: Figures) -> None:
        (batch, _, entries), choice = told.offsets.shape, board.choice
        self.near, self.ends, self.figures = board.candidates, figures.ends, figures
        gates = [1 + place for place in choice]
        opaque = told.offsets[:, 0, 1:].exp().sum(1, keepdim=True).log()
        self.asking = Joined(
            [
                (head.near.weight[:1], head.near.bias[:1] - opaque),
                (head.near.weight[gates], head.near.bias[gates]),
                (head.weigh_here.weight, head.weigh_here.bias),
            ],
            features,
        )
        near, self.gates, here = self.asking.results
        # What is summed up: the history, and each copy gate times its candidate: 1 transparent, -1 drawn, 0 none.
        terms = torch.zeros(batch, HIDDEN + len(choice))
        self.history, self.copies = terms.split((HIDDEN, len(choice)), 1)
        weighed = torch.cat([head.weighed.weight[0], torch.ones(len(choice))])[:, None]
        weigh = figures.shape_weights(head.weigh.weight).flatten(1).t().contiguous()
        self.read = torch.zeros(self.ends.shape)
        self.weigh = Product(self.history, self.read.flatten(1), weigh, here)
        self.clear = torch.zeros(batch, 1)
        self.weighed = Product(self.clear, terms, weighed, near)
        self.side = torch.full((entries,), -1.0)
        self.side[0], self.side[board.none] = 1.0, 0.0

    def ask(self) -> Tensor:
        """Log-odds that the pixel is transparent, shape (B,)."""
        self.asking()
        self.read.copy_(self.ends)
        self.weigh()
        F.silu(self.history, inplace=True)
        sides = self.side.index_select(0, self.near.view(-1)).view_as(self.near)
        torch.mul(self.gates, sides.t(), out=self.copies)
        self.weighed()
        return self.clear[:, 0] + self.figures.clear
