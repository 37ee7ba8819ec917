"""The same work on a Dask cluster, whose machines may come and go; what it cannot do is done here.

Whoever names a scheduler trusts it and its workers as this machine: Dask's messages can run code. Work goes
out as plain values and comes back as bytes; nothing is read from, or written to, a worker's disk.
"""

from __future__ import annotations

import logging
import queue
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any, TypeVar

from . import __version__
from .errors import AssetforgeError, ConfigError
from .parallel import Each

__all__ = ["cluster"]

T = TypeVar("T")
R = TypeVar("R")

REACH = 10.0
"""Seconds in which a scheduler must answer, and have a worker."""
PATIENCE = 60.0
"""Seconds without any worker after which the rest is done here."""
LOOK = 1.0
TRIES = 5
"""Times that a batch is handed out again after the machines that held it died."""


@contextmanager
def cluster(address: str, note: Callable[[str], None]) -> Iterator[Each]:
    """The workers of the scheduler at `address`, checked to be of our version.

    Arguments:
        address: As Dask writes it: ``tcp://host:8786`` or ``host:8786``.
        note: Told what goes wrong on the way.

    Raises:
        ConfigError: If Dask is not installed here, or the workers have another assetforge or none.
        AssetforgeError: If the scheduler cannot be reached, or has no workers.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise ConfigError('--scheduler needs Dask; install it with `pip install "assetforge[dask]"`.') from error
    # What it logs is told in our words, once.
    for name in ("distributed", "tornado", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    trail = f"--scheduler {address}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            client = Client(address, timeout=REACH, set_as_default=False)
    except Exception as error:
        raise AssetforgeError(f"cannot be reached within {REACH:.0f} s ({_told(error)}).", trail) from error
    try:
        _check(client, trail)
        yield Crowd(client, note).each
    finally:
        with suppress(Exception):
            client.close(timeout=2)


def _check(client: Any, trail: str) -> None:
    """Refuse workers that would give other bytes than ours."""
    try:
        client.wait_for_workers(1, timeout=REACH)
    except Exception as error:
        raise AssetforgeError(f"has had no worker for {REACH:.0f} s; start `dask worker`.", trail) from error
    mend = f"install assetforge {__version__} on every worker."
    try:
        found: dict[str, str] = client.run(version, on_error="return")
    except Exception as error:
        raise ConfigError(f"its workers cannot be asked for their version ({_told(error)}); {mend}", trail) from error
    for worker, told in sorted(found.items()):
        if isinstance(told, BaseException):
            raise ConfigError(f"the worker {worker} has no assetforge that runs ({_told(told)}); {mend}", trail)
        if told != __version__:
            raise ConfigError(f"the worker {worker} has assetforge {told}, this is {__version__}; {mend}", trail)


def version() -> str:
    """The version of assetforge where this is called."""
    return __version__


class Crowd:
    """Hands work to a cluster and sees that all of it comes back.

    Arguments:
        client: A `distributed.Client`.
        note: Told of losses.
    """

    def __init__(self, client: Any, note: Callable[[str], None]) -> None:
        self.client, self.note = client, note
        self.back: queue.Queue[Any] = queue.Queue()
        self.lost = ""

    def each(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[tuple[int, R | AssetforgeError]]:
        waiting: dict[str, tuple[Any, int, T, int]] = {}
        numbered = enumerate(items)
        alone = time.monotonic()
        while True:
            if not self.lost:
                for place, item in islice(numbered, max(0, self.room() - len(waiting))):
                    self.submit(waiting, function, place, item, 0)
            if self.lost:
                for _, place, item, _ in waiting.values():
                    yield place, function(item)
                for place, item in numbered:
                    yield place, function(item)
                return
            if not waiting:
                return
            try:
                key = self.back.get(timeout=LOOK)
            except queue.Empty:
                if self.client.status != "running":
                    self.lose("the scheduler is gone")
                elif self.workers():
                    alone = time.monotonic()
                elif time.monotonic() - alone > PATIENCE:
                    self.lose(f"no worker is left, nor has come for {PATIENCE:.0f} s")
                continue
            alone = time.monotonic()
            if key not in waiting:
                continue
            future, place, item, tries = waiting.pop(key)
            try:
                # What a worker held when it died is worked out anew by another; a few lost at once take their time.
                yield place, future.result(timeout=PATIENCE)
            except Exception as error:
                if self.client.status != "running":
                    self.lose("the scheduler is gone")
                if tries < TRIES and not self.lost:
                    self.submit(waiting, function, place, item, tries + 1)
                else:
                    self.note(f"a batch failed on the cluster ({_told(error)}); it is done here.")
                    yield place, function(item)

    def submit(
        self, waiting: dict[str, tuple[Any, int, T, int]], function: Callable[[T], R], place: int, item: T, tries: int
    ) -> None:
        """Hand an item out; if the cluster takes none, it waits to be done here."""
        try:
            with warnings.catch_warnings():
                # Of large messages; a batch is one.
                warnings.simplefilter("ignore")
                future = self.client.submit(function, item, pure=False)
            future.add_done_callback(lambda future: self.back.put(future.key))
            waiting[future.key] = future, place, item, tries
        except Exception as error:
            waiting[f"unsent {place}"] = None, place, item, tries
            self.lose(_told(error))

    def lose(self, why: str) -> None:
        """Go on without the cluster."""
        if not self.lost:
            self.lost = why
            self.note(f"the cluster is lost, {why}; the rest is done here.")

    def workers(self) -> dict[str, Any]:
        """The workers that the scheduler last told of."""
        with suppress(Exception):
            found: dict[str, Any] = self.client.scheduler_info(n_workers=-1)["workers"]
            return found
        return {}

    def room(self) -> int:
        """How many items may be out at once: one at work and one at hand for each thread."""
        return max(4, 2 * sum(worker.get("nthreads", 1) for worker in self.workers().values()))


def _told(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:160]
