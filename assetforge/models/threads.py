"""Threads of a processor: each piece of work runs on one, so that its sums do not depend on how many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import torch

__all__ = ["at_once", "one_thread"]

T = TypeVar("T")


@contextmanager
def one_thread() -> Iterator[None]:
    """Sums of floats depend on how they are split; one thread splits them one way."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.no_grad():
            yield
    finally:
        torch.set_num_threads(before)


def at_once(work: Callable[..., T], items: Iterable[tuple[Any, ...]]) -> list[T]:
    """What `work` gives for the arguments in each item; on as many threads as torch may use, each a single one."""

    def alone(item: tuple[Any, ...]) -> T:
        with one_thread():
            return work(*item)

    with ThreadPoolExecutor(torch.get_num_threads()) as threads:
        return list(threads.map(alone, items))
