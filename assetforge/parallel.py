"""Doing many independent jobs: one after the other, or in processes of their own."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from .errors import AssetforgeError

__all__ = ["each"]

T = TypeVar("T")
R = TypeVar("R")


def each(function: Callable[[T], R], items: Sequence[T], jobs: int = 1) -> Iterator[tuple[int, R | AssetforgeError]]:
    """Each item's place and its result, as they are ready.

    Arguments:
        function: A function of a module, so that another process finds it; it reports its own faults.
        items: What it is called with; small and picklable.
        jobs: How many processes; with one, or with a single item, this one does the work.

    A process that dies gives an error for its item and for those that waited behind it.
    """
    if jobs <= 1 or len(items) <= 1:
        for place, item in enumerate(items):
            yield place, function(item)
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from concurrent.futures.process import BrokenProcessPool

    # Spawned, not forked: torch and watchdog run threads, and a fork may inherit a held lock.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(jobs, len(items)), mp_context=context, initializer=_leave_ctrl_c_to_the_parent)
    try:
        futures = {pool.submit(function, item): place for place, item in enumerate(items)}
        for future in as_completed(futures):
            try:
                yield futures[future], future.result()
            except BrokenProcessPool:
                yield (
                    futures[future],
                    AssetforgeError("a worker process died, perhaps for want of memory; use --jobs 1."),
                )
        pool.shutdown()
    finally:
        for process in list((pool._processes or {}).values()):
            process.terminate()
        pool.shutdown(wait=False, cancel_futures=True)


def _leave_ctrl_c_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
