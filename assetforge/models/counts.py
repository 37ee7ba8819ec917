"""What a sprite has shown so far: how often each entry was used, and what followed which neighbors.

A sprite repeats itself: its few colors, its dithering, its outline. These counts are what context-mixing
compressors learn from (Bell, Cleary & Witten 1990, "Text Compression"), kept for one sprite alone; the
network weighs them. Everything is counted over pixels decided before, and visible ones anywhere.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["ORDERS", "Tally", "one_hot", "tallied", "used_before"]

ORDERS = (((0, -1),), ((-1, 0),), ((0, -1), (-1, 0)), ((0, -1), (-1, 0), (-1, -1), (-1, 1)))
"""Row and column offsets of the neighbors whose entries make a context."""
SHAPE_ORDER = ((0, -1), (-1, 0), (-1, -1), (-1, 1), (0, -2), (-2, 0), (-1, 2), (-1, -2))
"""The same for the silhouette, where a neighbor is only drawn or not."""
REACH = 2


def keys_of(indices: Tensor, order: tuple[tuple[int, int], ...], entries: int) -> Tensor:
    """One number for the neighbors of each pixel; what is off the canvas or unknown (-1) counts as one more entry.

    Arguments:
        indices: Shape (B, H, W), int64.
        order: Offsets, one of `ORDERS`.
        entries: K.

    Returns:
        Shape (B, H, W), int64.
    """
    height, width = indices.shape[1:]
    padded = F.pad(indices + 1, (REACH, REACH, REACH, 0))
    keys = torch.zeros_like(indices)
    for dy, dx in order:
        top, left = REACH + dy, REACH + dx
        keys = keys * (entries + 1) + padded[:, top : top + height, left : left + width]
    return keys


def shape_keys_of(indices: Tensor) -> Tensor:
    """`keys_of` drawn (1), transparent (0) and unknown (-1) pixels over `SHAPE_ORDER`, shape (B, H, W)."""
    return keys_of(indices.clamp_max(1), SHAPE_ORDER, 2)


def settled(visible: Tensor, order: tuple[tuple[int, int], ...]) -> Tensor:
    """True where a pixel and all neighbors of its context are visible: counted from the start; shape (B, H, W)."""
    height, width = visible.shape[1:]
    padded = F.pad(visible, (REACH, REACH, REACH, 0), value=True)
    result = visible
    for dy, dx in order:
        top, left = REACH + dy, REACH + dx
        result = result & padded[:, top : top + height, left : left + width]
    return result


def one_hot(values: Tensor, entries: int) -> Tensor:
    """Rows of zeros with a one at each value, all zeros for -1, shape (*values.shape, K), float32."""
    rows = torch.zeros(*values.shape, entries, device=values.device)
    return rows.scatter_(-1, values.clamp_min(0)[..., None], (values >= 0).float()[..., None])


def used_before(indices: Tensor, visible: Tensor, entries: int) -> Tensor:
    """How often each entry is known to be used: by visible pixels anywhere and hidden ones before.

    Arguments:
        indices: Shape (B, H, W), int64, -1 where unknown.
        visible: Shape (B, H, W).
        entries: K.

    Returns:
        Counts, shape (B, H * W, K), float32.
    """
    hits = one_hot(indices.flatten(1), entries)
    seen = visible.flatten(1)[..., None]
    hidden = hits * ~seen
    return hidden.cumsum(1) - hidden + (hits * seen).sum(1, keepdim=True)


def count_before(keys: Tensor, values: Tensor, early: Tensor, entries: int) -> Tensor:
    """How often each value stood where the key was the same: at `early` places anywhere, at others before.

    Arguments:
        keys: Contexts, shape (B, N), int64, not negative.
        values: Shape (B, N), int64, -1 where unknown.
        early: True for what is known from the start, shape (B, N).
        entries: Values are below it.

    Returns:
        Counts, shape (B, N, entries), float32; a pixel is not counted for itself.
    """
    batch, length = keys.shape
    apart = torch.arange(batch, device=keys.device)[:, None] * (keys.max() + 1)
    sorted_keys, order = (keys + apart).flatten().sort(stable=True)
    hits = one_hot(values.flatten()[order], entries)
    first = early.flatten()[order][:, None]
    later = hits * ~first
    running = later.cumsum(0) - later
    fresh = F.pad(sorted_keys[1:] != sorted_keys[:-1], (1, 0), value=True)
    group = fresh.cumsum(0) - 1
    starts = running[fresh]
    known = torch.zeros_like(starts).index_add_(0, group, hits * first)
    counts = running - starts[group] + known[group] - hits * first
    return torch.empty_like(counts).index_copy_(0, order, counts).reshape(batch, length, entries)


def tallied(indices: Tensor, visible: Tensor, entries: int) -> tuple[Tensor, Tensor]:
    """Counts for every pixel, of what is decided before it or visible.

    Arguments:
        indices: Shape (B, H, W), int64, -1 where unknown.
        visible: Shape (B, H, W).
        entries: K.

    Returns:
        Counts of the entries under each of `ORDERS`, shape (B, H * W, orders, K), and of transparent and drawn
        pixels under `SHAPE_ORDER`, shape (B, H * W, 2).
    """
    counts = [
        count_before(
            keys_of(indices, order, entries).flatten(1), indices.flatten(1), settled(visible, order).flatten(1), entries
        )
        for order in ORDERS
    ]
    keys, early = shape_keys_of(indices).flatten(1), settled(visible, SHAPE_ORDER).flatten(1)
    return torch.stack(counts, 2), count_before(keys, indices.clamp_max(1).flatten(1), early, 2)


class Tally:
    """The same counts a pixel at a time, for sampling.

    Arguments:
        canvas: Indices, read where visible, shape (B, H, W), int64.
        visible: Shape (B, H, W).
        entries: K.

    Attributes:
        used: As from `used_before` for the pixel to come, shape (B, K).
    """

    def __init__(self, canvas: Tensor, visible: Tensor, entries: int) -> None:
        self.width, self.entries = canvas.shape[2], entries
        shown = canvas.masked_fill(~visible, -1)
        keys = [keys_of(shown, order, entries) for order in ORDERS] + [shape_keys_of(shown)]
        self.early = torch.stack([settled(visible, order).flatten(1) for order in (*ORDERS, SHAPE_ORDER)], 2)
        # No context is -1: a pixel whose neighbors are not all decided is counted nowhere.
        self.keys = torch.stack([key.flatten(1) for key in keys], 2).masked_fill(~self.early, -1)
        self.hits = one_hot(shown.flatten(1), entries)
        self.drawn = torch.stack([self.hits[..., 0], self.hits[..., 1:].sum(-1)], -1)
        self.used = self.hits.sum(1)
        self.visible = visible.flatten(1)
        self.everywhere = bool(visible.any())
        self.around = F.pad(shown + 1, (REACH, REACH, REACH, 0)).double()
        # As `keys_of`: each context a number with one digit a neighbor. Doubles hold 257 ** 4 exactly.
        self.digits = torch.zeros(REACH + 1, 2 * REACH + 1, len(ORDERS), dtype=torch.float64)
        for place, order in enumerate(ORDERS):
            for power, (dy, dx) in enumerate(reversed(order)):
                self.digits[REACH + dy, REACH + dx, place] = (entries + 1) ** power
        self.sides = torch.zeros(REACH + 1, 2 * REACH + 1, 1, dtype=torch.float64)
        for power, (dy, dx) in enumerate(reversed(SHAPE_ORDER)):
            self.sides[REACH + dy, REACH + dx, 0] = 3**power

    def look(self, row: int, column: int) -> tuple[Tensor, Tensor]:
        """Counts for a pixel whose earlier neighbors are all decided.

        Returns:
            Counts of the entries under each of `ORDERS`, shape (B, orders, K), and of transparent and drawn
            pixels under `SHAPE_ORDER`, shape (B, 1, 2).
        """
        place = row * self.width + column
        upto = self.keys.shape[1] if self.everywhere else place
        same = (self.keys[:, :upto] == self.key(row, column)[:, None]).float()
        same[:, place : place + 1] = 0
        same = same.transpose(1, 2)
        return same[:, :-1] @ self.hits[:, :upto], same[:, -1:] @ self.drawn[:, :upto]

    def key(self, row: int, column: int) -> Tensor:
        """The contexts of a pixel, shape (B, orders + 1), int64."""
        near = self.around[:, row : row + REACH + 1, column : column + 2 * REACH + 1].flatten(1)
        both = [near @ self.digits.flatten(0, 1), near.clamp_max(2) @ self.sides.flatten(0, 1)]
        return torch.cat(both, 1).long()

    def add(self, row: int, column: int, drawn: Tensor) -> None:
        """Tell what the pixel was decided to be, shape (B,); the ones before it have been told."""
        place = row * self.width + column
        self.keys[:, place] = torch.where(self.early[:, place], self.keys[:, place], self.key(row, column))
        hit = one_hot(drawn, self.entries)
        self.hits[:, place] = hit
        self.drawn[:, place] = torch.stack([hit[:, 0], hit[:, 1:].sum(1)], 1)
        self.used += hit * ~self.visible[:, place, None]
        self.around[:, REACH + row, REACH + column] = (drawn + 1).double()
