"""The same work on many items: in this process, or in several that are kept from call to call."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from .errors import AssetforgeError

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

__all__ = ["Each", "hands"]

MOST = 61  # what Windows can wait for

T = TypeVar("T")
R = TypeVar("R")


class Each(Protocol):
    """Somebody who does work."""

    def __call__(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[tuple[int, R | AssetforgeError]]:
        """Each item's place and its result, as they are ready.

        Arguments:
            function: A function of a module, so that another process finds it; it reports its own faults.
            items: What it is called with, small and picklable; taken as there are hands for them.

        A process that dies gives an error for its item and for those that were handed out with it.
        """


@contextmanager
def hands(jobs: int) -> Iterator[Each]:
    """`jobs` processes; with one, or for a single item, this one does the work."""
    pool = Processes(jobs)
    try:
        yield pool.each
    finally:
        pool.close()


class Processes:
    """A pool that starts with the first work worth it."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self.pool: ProcessPoolExecutor | None = None

    def each(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[tuple[int, R | AssetforgeError]]:
        rest = iter(items)
        first = list(islice(rest, 2))
        if self.jobs <= 1 or len(first) <= 1:
            for place, item in enumerate(chain(first, rest)):
                yield place, function(item)
            return
        from concurrent.futures import FIRST_COMPLETED, wait
        from concurrent.futures.process import BrokenProcessPool

        waiting: dict[Future[R], tuple[int, ProcessPoolExecutor]] = {}
        numbered = enumerate(chain(first, rest))
        while True:
            # Two for each process: one at work, one at hand. More would hold all items at once.
            for place, item in islice(numbered, 2 * min(self.jobs, MOST) - len(waiting)):
                pool = self.start()
                try:
                    waiting[pool.submit(function, item)] = place, pool
                except BrokenProcessPool:
                    self.pool = None
                    pool = self.start()
                    waiting[pool.submit(function, item)] = place, pool
            if not waiting:
                return
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                place, pool = waiting.pop(future)
                try:
                    yield place, future.result()
                except BrokenProcessPool:
                    if self.pool is pool:
                        self.pool = None
                    yield place, AssetforgeError("a worker process died, perhaps for want of memory; use --jobs 1.")

    def start(self) -> ProcessPoolExecutor:
        if self.pool is None:
            import multiprocessing
            from concurrent.futures import ProcessPoolExecutor

            # Spawned, not forked: torch and watchdog run threads, and a fork may inherit a held lock.
            context = multiprocessing.get_context("spawn")
            self.pool = ProcessPoolExecutor(
                min(self.jobs, MOST), mp_context=context, initializer=_leave_ctrl_c_to_the_parent
            )
        return self.pool

    def close(self) -> None:
        if self.pool is not None:
            processes: dict[Any, Any] = getattr(self.pool, "_processes", None) or {}
            for process in list(processes.values()):
                process.terminate()
            self.pool.shutdown(wait=False, cancel_futures=True)


def _leave_ctrl_c_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
