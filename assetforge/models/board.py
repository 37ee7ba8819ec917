"""The canvas while it is drawn: what each pixel can look at."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from .counts import REACH, SHAPE_ORDER
from .places import BEFORE, CANDIDATES, sweeps

__all__ = ["Board"]


class Board:
    """The entries of a canvas, and for each pixel where those stand that it may copy or that make its contexts.

    Arguments:
        canvas: Indices, read where visible, shape (B, H, W), int64.
        visible: Shape (B, H, W).
        none: The entry that stands for none: off the canvas, or not known yet.

    Attributes:
        choice: Which candidates for copying there are, of `CANDIDATES`: without visible pixels none ahead.
        candidates: What stands there as seen from the pixel last looked at, shape (len(choice), B), int64.
        near: The same and then what stands at other neighbors that make a context, shape (places, B).
        neighbors: Where in `near` a neighbor is, by its offset.
    """

    def __init__(self, canvas: Tensor, visible: Tensor, none: int) -> None:
        self.none = none
        batch, height, width = canvas.shape
        shown = canvas.masked_fill(~visible, -1)
        margins = F.pad(shown, (REACH, REACH, REACH, 1), value=-1)
        squares = torch.arange(margins[0].numel()).view(margins.shape[1:])

        def beside(row: int, column: int) -> Tensor:
            return squares[REACH + row :, REACH + column :][:height, :width]

        own = beside(0, 0)
        where = {place: beside(*offset) for place, offset in enumerate(BEFORE)}
        where[CANDIDATES - 1] = own.flip(1)
        layers = [margins]
        if bool(visible.any()):
            _, right, _, below = sweeps(shown)
            layers += [right, below]
            far = squares.numel() + torch.arange(2 * height * width).view(2, height, width)
            ahead = (beside(0, 1), beside(1, 0), *far)
            where |= {len(BEFORE) + place: one for place, one in enumerate(ahead)}
        self.choice = list(where)
        others = [offset for offset in SHAPE_ORDER if offset not in BEFORE]
        self.neighbors = {offset: place for place, offset in enumerate(BEFORE)}
        self.neighbors |= {offset: len(where) + place for place, offset in enumerate(others)}
        looks = torch.stack([*where.values(), *(beside(*offset) for offset in others)], 2)

        entries = torch.cat([layer.flatten(1) for layer in layers], 1)
        self.entries = entries.masked_fill_(entries < 0, none).t().contiguous()
        self.looks = looks.flatten(0, 1).unbind()
        self.squares = [self.entries[square] for square in own.flatten().tolist()]
        self.near = torch.zeros(looks.shape[2], batch, dtype=torch.int64)
        self.candidates = self.near[: len(where)]

    def look(self, place: int) -> None:
        """Look from a pixel, by its number in raster order."""
        torch.index_select(self.entries, 0, self.looks[place], out=self.near)

    def put(self, place: int, drawn: Tensor) -> None:
        """Tell what a pixel is, shape (B,)."""
        self.squares[place].copy_(drawn)
