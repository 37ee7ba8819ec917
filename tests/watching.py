"""A watch that runs in a thread of the test, and what it has done so far."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assetforge.cli.watch import Watch
from assetforge.cli.watching import Watching
from assetforge.watch import Pace
from assetforge.watch.hints import LOST

PATIENT = Pace(patience=600, gone=600, longest=600)
"""Waits for the end of a save however slow the machine is, so that a count of builds does not depend on it."""


class Counted(Watching):
    """Says nothing, and remembers what it would have said."""

    def __init__(self) -> None:
        super().__init__()
        self.builds: Counter[str] = Counter()
        self.lines: list[str] = []

    def start(self, name: str, reasons: Sequence[str]) -> None:
        pass

    def built(self, name: str, paths: Sequence[str], seconds: float) -> None:
        self.builds[name] += 1

    def say(self, text: str, color: str | None = None) -> None:
        self.lines.append(text)

    def progress(self, name: str, progress: Any) -> None:
        pass

    @property
    def errors(self) -> list[str]:
        return [line for line in self.lines if line.startswith("error: ")]


class Running:
    """A watch at work.

    Attributes:
        console: What it has told.
    """

    def __init__(self, root: Path, pace: Pace, poll: float | None) -> None:
        self.console = Counted()
        self.watch = Watch(root, 1, poll, self.console)
        self.watch.watcher.pace = pace
        self.ended: list[BaseException] = []
        self.stopping = False
        art = self.watch.scene.art

        def looked_at() -> dict[str, object]:
            if self.stopping:
                raise SystemExit
            return art()

        self.watch.scene.art = looked_at  # type: ignore[method-assign]
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self) -> None:
        try:
            self.watch.run(wait=True)
        except BaseException as end:
            self.ended.append(end)

    def until(self, come: Callable[[], bool], seconds: float = 240) -> None:
        """Wait for what must come."""
        deadline = time.monotonic() + seconds
        while not come():
            assert self.thread.is_alive(), self.ended
            assert time.monotonic() < deadline, (self.console.builds, self.console.lines)
            time.sleep(0.01)

    def rest(self) -> None:
        """Wait until the watcher knows the outputs as they are to be its own."""
        self.until(lambda: self.watch.watcher.ours == self.watch.scene.own())

    def said(self, text: str) -> bool:
        return any(text in line for line in self.console.lines)

    def fence(self, path: Path, data: bytes, sheet: str) -> None:
        """Change a sprite of another sheet and wait for its build: what was due before is done then."""
        count = self.console.builds[sheet]
        path.write_bytes(data)
        self.until(lambda: self.console.builds[sheet] > count)

    def stop(self) -> None:
        self.stopping = True
        self.watch.hints.queue.put(LOST)
        self.thread.join(60)
        assert not self.thread.is_alive()


@contextmanager
def running(root: Path, pace: Pace = PATIENT, poll: float | None = None) -> Iterator[Running]:
    """A watch of the project at `root`, past its first build."""
    one = Running(root, pace, poll)
    try:
        one.until(lambda: one.said("ready in"))
        yield one
    finally:
        one.stop()
    assert [type(end) for end in one.ended] == [SystemExit]
