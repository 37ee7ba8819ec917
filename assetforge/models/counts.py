"""What a sprite has shown so far: how often each entry was used, and what followed which neighbors.

A sprite repeats itself: its few colors, its dithering, its outline. These counts are what context-mixing
compressors learn from (Bell, Cleary & Witten 1990, "Text Compression"), kept for one sprite alone; the
network weighs them. Everything is counted over pixels decided before, and visible ones anywhere.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["ORDERS", "Tally", "count_before", "one_hot", "tallied", "used_before"]

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
    """The same counts a pixel at a time, for sampling: each context that was seen has a row of a table.

    Arguments:
        visible: Shape (B, H, W).
        entries: K; entry 0 is the transparent one.
        none: The entry that stands for none.
        near: Where the neighbors of a pixel will stand, shape (places, B), int64.
        neighbors: Where among them a neighbor will, by its offset.

    Attributes:
        counts: Of the pixel last looked at: how often each entry followed its contexts, the empty one, those of
            `ORDERS`, and that of `SHAPE_ORDER`, which counts 0 for transparent and 1 for drawn; (G, B, K), float32.
        early, later: For each pixel 1 for the contexts in which it counts from the start or once it is passed,
            each (G, B).
        open: For each pixel whether there are any such later ones.
    """

    def __init__(
        self, visible: Tensor, entries: int, none: int, near: Tensor, neighbors: dict[tuple[int, int], int]
    ) -> None:
        self.near, self.entries = near, entries
        orders: tuple[tuple[tuple[int, int], ...], ...] = ((), *ORDERS, SHAPE_ORDER)
        early = torch.stack([settled(visible, order).flatten(1).t() for order in orders], 1)
        later = ~early
        self.early, self.later = early.float().unbind(), later.float().unbind()
        self.open = later.flatten(1).any(1).tolist()
        self.side = torch.ones(entries, dtype=torch.int64)
        self.side[0], self.side[none] = 0, 2

        # A context is a number: a digit for each neighbor, then its order and its sprite.
        batch, size = visible.shape[0], len(orders) * visible.shape[0]
        self.own = torch.arange(size).view(-1, batch)
        self.digits = torch.zeros(len(orders), len(near), dtype=torch.int64)
        for number, order in enumerate(orders):
            for power, offset in enumerate(order):
                self.digits[number, neighbors[offset]] = size * (3 if order is SHAPE_ORDER else entries) ** power
        # Those of at most one neighbor are few, and their numbers are their rows; the others get rows as they come.
        self.short = sum(len(order) < 2 for order in orders)
        self.rows = torch.zeros_like(self.own)
        self.long_rows = self.rows[self.short :].view(-1).numpy()
        self.keys = torch.zeros_like(self.own[self.short :])
        self.row_of = Numbering(size * entries).__getitem__
        # Most of the table is never touched, and so never takes memory.
        looks = int(early.flatten(1).any(1).sum()) + sum(self.open)
        table = np.zeros((size * entries + self.keys.numel() * looks, entries), np.float32)
        self.table = torch.from_numpy(table)
        self.counts = torch.zeros(len(orders), batch, entries)
        self.goals = torch.zeros_like(self.rows)

    def look(self) -> None:
        """Fill `counts` for the pixel whose neighbors stand in `near`."""
        short, sides = self.short, self.side.index_select(0, self.near.view(-1)).view_as(self.near)
        torch.addmm(self.own[:short], self.digits[:short], self.near, out=self.rows[:short])
        torch.addmm(self.own[short:-1], self.digits[short:-1], self.near, out=self.keys[:-1])
        torch.addmm(self.own[-1:], self.digits[-1:], sides, out=self.keys[-1:])
        self.long_rows[:] = list(map(self.row_of, self.keys.view(-1).tolist()))
        torch.index_select(self.table, 0, self.rows.view(-1), out=self.counts.flatten(0, 1))

    def add(self, drawn: Tensor, share: Tensor) -> None:
        """Count what the pixel last looked at was decided to be, shape (B,), in some contexts: `early` or `later`."""
        self.goals.copy_(drawn)
        torch.clamp_max(drawn, 1, out=self.goals[-1])
        self.goals.add_(self.rows, alpha=self.entries)
        self.table.view(-1).index_add_(0, self.goals.view(-1), share.view(-1))


class Numbering(dict[int, int]):
    """Numbers from `start` on for keys as they come."""

    def __init__(self, start: int) -> None:
        self.start = start

    def __missing__(self, key: int) -> int:
        self[key] = number = self.start + len(self)
        return number
