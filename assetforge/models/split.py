"""A rank's share of the work on a batch, so that several processes learn exactly what one would.

Data parallel, but without torch's `DistributedDataParallel`: that averages the gradients of losses
which each rank makes of its own sprites, and ours is no mean over sprites (free nats are weighed
against the mean of the whole batch). Instead every rank makes the loss of the *whole* batch, in which
the terms of the others' sprites are numbers that they sent, and those of its own carry gradients, as
many times too large as there are ranks. Then the mean of the gradients over the ranks is that of the
whole batch, whatever the loss does with the terms, and a penalty on the weights themselves counts
once. A model of a million or two weights is one message a step: nothing is won by overlapping it with
the backward pass.
"""

from __future__ import annotations

from copy import copy
from typing import Any, TypeVar, cast

import torch
from torch import Tensor, nn

from .distributed import World, add

__all__ = ["split"]

Model = TypeVar("Model", bound=nn.Module)


def split(model: Model, world: World) -> Model:
    """A stand-in for `model` that is called with whole batches and computes this rank's share of them."""
    return model if world.size == 1 else cast(Model, Split(model, world))


class Split:
    """Computes one rank's share of every batch, and gives back what the model would have for all of it.

    The numbers of all sprites are the same on every rank; gradients flow through one's own alone. What
    is random must come in as an argument, drawn for the whole batch: then a sprite gets the same draw
    in a world of any size.

    Arguments:
        model: Takes batch-first tensors, or objects that hold such, and gives a tuple of them.
        world: Of more than one process.
    """

    def __init__(self, model: nn.Module, world: World) -> None:
        self.model, self.world = model, world

    @property
    def config(self) -> Any:
        return self.model.config

    def __call__(self, first: Tensor, *others: Any, **named: Any) -> Any:
        count = len(first)
        mine = self.world.share(count)
        # A rank without a sprite computes one for nothing, so that its graph is that of the others.
        taken = mine if mine.start < mine.stop else slice(0, 1)
        terms = self.model(
            *(part(value, taken) for value in (first, *others)),
            **{name: part(value, taken) for name, value in named.items()},
        )
        return type(terms)(*(self.whole(term[: mine.stop - mine.start], mine, count) for term in terms))

    def whole(self, own: Tensor, mine: slice, count: int) -> Tensor:
        """A tensor of `count` rows: `own` at `mine`, and the other ranks' in their places."""
        rows = own.new_zeros(count, *own.shape[1:])
        rows[mine] = own.detach()
        add(rows)
        own = own + (self.world.size - 1) * (own - own.detach())  # the same value, `size` times the gradient
        return torch.cat([rows[: mine.start], own, rows[mine.stop :]])


def part(value: Any, rows: slice) -> Any:
    """Rows of a tensor, or of all tensors that an object holds; anything else as it is."""
    if isinstance(value, Tensor):
        return value[rows]
    if isinstance(value, tuple):
        return type(value)(*(part(each, rows) for each in value))
    if not hasattr(value, "__dict__"):
        return value
    held = copy(value)
    held.__dict__.update({name: part(each, rows) for name, each in vars(value).items()})
    return held
