"""Processes that train one model together: who they are, what each computes, and how they agree.

torchrun starts them (https://docs.pytorch.org/docs/stable/elastic/run.html); its environment is read
here and nowhere else. One process is a world of size one, which sends nothing.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import torch
import torch.distributed as dist
from torch import Tensor, nn

from ..errors import AssetforgeError, ConfigError

__all__ = ["World", "add", "joined"]


@contextmanager
def line() -> Iterator[None]:
    """While a message is under way: a broken line is no fault of this process, and told in a line.

    Raises:
        AssetforgeError: If another process is gone.
    """
    try:
        yield
    except RuntimeError as error:
        raise AssetforgeError(
            "another process of this training is gone, so this one ends too; under torchrun --max-restarts N "
            "training goes on from its last state."
        ) from error


def add(tensor: Tensor) -> None:
    """Put the sum over all ranks into `tensor`."""
    with line():
        dist.all_reduce(tensor)


def spread(tensor: Tensor) -> None:
    """Put the lead's into `tensor`."""
    with line():
        dist.broadcast(tensor, 0)


@dataclass(frozen=True)
class World:
    """This process among those that train with it.

    Arguments:
        rank: Its number; 0 leads, and alone writes and reports.
        size: How many there are.
        local: Its number on its own machine, which is that of its GPU.
        restarted: Whether torchrun started it again after a worker had died; the lead's is to be believed.
    """

    rank: int = 0
    size: int = 1
    local: int = 0
    restarted: bool = False

    @classmethod
    def here(cls) -> World:
        """What torchrun's environment says; without one, a world of size one."""
        names = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "TORCHELASTIC_RESTART_COUNT")
        try:
            rank, size, local, restarts = (
                int(os.environ.get(name, default)) for name, default in zip(names, "0100", strict=True)
            )
        except ValueError as error:
            raise ConfigError(f"{', '.join(names)} must be whole numbers, as torchrun sets them ({error}).") from error
        return cls(rank, size, local, restarts > 0)

    @property
    def leads(self) -> bool:
        return self.rank == 0

    def place(self, device: torch.device) -> torch.device:
        """`device`, or on GPUs this process's own one.

        Raises:
            ConfigError: If there are more processes than GPUs.
        """
        if device.type != "cuda" or self.size == 1:
            return device
        if self.local >= torch.cuda.device_count():
            raise ConfigError(
                f"process {self.local + 1} on this machine has no GPU, there are {torch.cuda.device_count()}; "
                "start as many processes (--nproc-per-node) as GPUs, or use --device cpu."
            )
        return torch.device("cuda", self.local)

    def share(self, count: int) -> slice:
        """Which of `count` sprites are this rank's; with more ranks than sprites none for some."""
        return slice(count * self.rank // self.size, count * (self.rank + 1) // self.size)

    def average_gradients(self, model: nn.Module) -> None:
        """Replace the gradients by their means over the ranks: the same bits everywhere, in one message."""
        if self.size == 1:
            return
        gradients = [value.grad for value in model.parameters() if value.grad is not None]
        flat = torch.cat([gradient.flatten() for gradient in gradients])
        add(flat)
        flat /= self.size
        for gradient, part in zip(gradients, flat.split([one.numel() for one in gradients]), strict=True):
            gradient.copy_(part.view_as(gradient))

    def hear(self, value: Any) -> Any:
        """What the lead calls `value`, on every rank; anything that JSON holds."""
        if self.size == 1:
            return value
        data = torch.tensor(list(json.dumps(value).encode()), dtype=torch.uint8)
        length = torch.tensor([len(data)])
        spread(length)
        data = data if self.leads else torch.empty(int(length), dtype=torch.uint8)
        spread(data)
        return json.loads(bytes(data.tolist()))

    def agree(self, what: str) -> None:
        """Make sure that `what` is the same text on every rank.

        Raises:
            ConfigError: Where it is not the lead's.
        """
        if self.hear(what) != what:
            raise ConfigError(
                f"process {self.rank} of {self.size} does not see the files and settings that process 0 sees; "
                "give all of them the same ones."
            )

    @torch.no_grad()
    def copy(self, tensors: Iterable[Tensor]) -> None:
        """Overwrite `tensors`, which are of the same shapes everywhere, with those of the lead."""
        if self.size == 1:
            return
        for tensor in tensors:
            sent = tensor.detach().clone(memory_format=torch.contiguous_format)
            spread(sent)
            tensor.copy_(sent)


@contextmanager
def joined(device: torch.device) -> Iterator[World]:
    """The world, its processes in touch while the context lasts: gloo between CPUs, NCCL between GPUs.

    Arguments:
        device: Of this process, as `World.place` gave it.
    """
    world = World.here()
    if world.size == 1:
        yield world
        return
    if device.type == "cuda":
        torch.cuda.set_device(device)
    store, rank, size = next(dist.rendezvous("env://"))
    if world.leads and store.add("starts", 1) > 1:
        # Of several machines only the one on which a worker died counts a restart.
        world = replace(world, restarted=True)
    store = dist.PrefixStore(muster(store, world), store)
    backend = "cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo"
    dist.init_process_group(backend, store=store, rank=rank, world_size=size)
    yield world
    # Not after a fault: the others may still wait for a message, and parting would wait for them.
    dist.destroy_process_group()


def muster(store: dist.Store, world: World) -> str:
    """A name for this start of the world, which its processes share and those that died never had.

    torchrun keeps one store for all restarts, so the addresses of dead workers still stand in it and may
    be dialled. Its count of restarts is no remedy: on several machines each counts its own.

    Arguments:
        store: As it was left by earlier starts, whenever those ended.
    """
    mine = uuid4().hex
    if world.leads:
        store.set("call", mine)
        for rank in range(1, world.size):
            while not (answer := store.get(f"answer/{rank}").decode()).startswith(mine):
                time.sleep(0.02)
            store.set(f"heard/{rank}", answer)
        return mine
    store.set(f"heard/{world.rank}", "")
    while True:
        call = store.get("call").decode()
        store.set(f"answer/{world.rank}", call + mine)
        # A dead lead's call is read until the new one's replaces it; only the new one repeats this answer.
        if store.get(f"heard/{world.rank}").decode() == call + mine:
            return call
        time.sleep(0.02)
