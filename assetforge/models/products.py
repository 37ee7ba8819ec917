"""Matrix products for a few sprites at a time, so that the batch they are in does not move a bit of them.

Libraries may sum in another order when a matrix has another number of rows. So every product that sampling needs is
one of `LANES` sprites, whatever the batch; all else it does is the same for each number by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from .pixels import Palettes

__all__ = ["LANES", "Joined", "Product", "in_lanes"]

LANES = 16


class Product:
    """``goal = start + left @ right``, of matrices that stay where they are.

    Arguments:
        goal, left, right: One of `left` and `right` belongs to the sprites, the other is the same for all.
        start: Without it the product is added to what stands in `goal`.
        columns: How many columns of `right` are of one sprite; 0 if each row of `left` is.
    """

    def __init__(
        self, goal: Tensor, left: Tensor, right: Tensor, start: Tensor | None = None, columns: int = 0
    ) -> None:
        axis, size = (1, LANES * columns) if columns else (0, LANES)
        goals = goal.split(size, axis)
        lefts = [left] * len(goals) if columns else left.split(size)
        rights = right.split(size, 1) if columns else [right] * len(goals)
        starts = [None] * len(goals) if start is None else start.split(size, axis)
        self.parts = list(zip(goals, lefts, rights, starts, strict=True))

    def __call__(self) -> None:
        for goal, left, right, start in self.parts:
            if start is None:
                goal.addmm_(left, right)
            else:
                torch.addmm(start, left, right, out=goal)


class Joined:
    """Linear layers that read the same, as one product.

    Arguments:
        layers: Weights (C, inside) and bias (C,) or (B, C) of each.
        features: What they read, shape (B, inside); stays where it is.

    Attributes:
        results: What each of them gave at the last call, shape (B, C).
    """

    def __init__(self, layers: Sequence[tuple[Tensor, Tensor]], features: Tensor) -> None:
        weight = torch.cat([weight for weight, _ in layers]).t().contiguous()
        bias = torch.cat([bias.expand(len(features), -1) for _, bias in layers], 1)
        result = torch.empty_like(bias)
        self.results = result.split([len(weight) for weight, _ in layers], 1)
        self.product = Product(result, features, weight, bias)

    def __call__(self) -> None:
        self.product()


def in_lanes(work: Callable[..., Any], *values: Any) -> Any:
    """What `work` gives for batches of `LANES` sprites, put together again.

    Arguments:
        values: Tensors, palettes and tuples of them, all of one batch.
    """
    first = values[0]
    while not isinstance(first, Tensor):
        first = first.valid if isinstance(first, Palettes) else first[0]
    parts = [slice(start, start + LANES) for start in range(0, len(first), LANES)]
    return together([work(*(cut(value, part) for value in values)) for part in parts])


def cut(value: Any, part: slice) -> Any:
    """Some sprites of a batch."""
    if isinstance(value, Palettes):
        return Palettes(value.lab[part], value.valid[part])
    if isinstance(value, tuple):
        return made(value, [cut(one, part) for one in value])
    return None if value is None else value[part]


def together(values: Sequence[Any]) -> Any:
    """What was worked out for some sprites each, as one batch."""
    if len(values) == 1 or values[0] is None:
        return values[0]
    if isinstance(values[0], tuple):
        return made(values[0], [together(ones) for ones in zip(*values, strict=True)])
    return torch.cat(list(values))


def made(like: tuple[Any, ...], values: list[Any]) -> tuple[Any, ...]:
    """A tuple of the same kind, named or not."""
    return type(like)(*values) if hasattr(like, "_fields") else tuple(values)
