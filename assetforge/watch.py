"""Yields batches of changed paths, once they have come to rest. Knows no build.

Events are hints: some are lost, some tell half. So every batch means no more than "look again", and
an empty one comes now and then for what no event told.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["QUIET", "batches", "events", "snapshot"]

QUIET = 0.15
MOST = 2.0
IDLE = 30.0
POLL = 1.0

Hints = queue.SimpleQueue[str]


def batches(
    hints: Hints,
    ignore: Callable[[str], bool],
    *,
    quiet: float = QUIET,
    most: float = MOST,
    idle: float = IDLE,
) -> Iterator[frozenset[str]]:
    """Sets of changed paths, endlessly.

    Arguments:
        hints: Paths as they change.
        ignore: True for a path that is none of ours to watch.
        quiet: Seconds without a change that end a batch: a save is several events.
        most: Seconds after which a batch ends although changes go on.
        idle: Seconds without any change after which an empty batch is given.
    """
    while True:
        changed: set[str] = set()
        deadline = time.monotonic() + idle
        while (left := deadline - time.monotonic()) > 0:
            try:
                path = hints.get(timeout=left)
            except queue.Empty:
                break
            if ignore(path):
                continue
            now = time.monotonic()
            if not changed:
                end = now + most
            changed.add(path)
            deadline = min(end, now + quiet)
        yield frozenset(changed)


@contextmanager
def events(folders: Mapping[Path, bool], poll: float | None = None) -> Iterator[tuple[Hints, str]]:
    """A queue that changed paths are put into, and how they are found: "events" or "polling".

    Arguments:
        folders: What to watch, and whether the folders within too.
        poll: Seconds between two looks, for file systems without events; None uses events where the
            system has them, and polls where they cannot be had.
    """
    hints: Hints = queue.SimpleQueue()
    if poll is None:
        observer = _observer(folders, hints)
        if observer is not None:
            try:
                yield hints, "events"
            finally:
                observer.stop()
                observer.join(1)
            return
    stop = threading.Event()
    thread = threading.Thread(target=_poll, args=(folders, snapshot(folders), hints, poll or POLL, stop), daemon=True)
    thread.start()
    try:
        yield hints, "polling"
    finally:
        stop.set()
        thread.join(1)


def snapshot(folders: Mapping[Path, bool]) -> dict[str, tuple[int, int, int]]:
    """Every file in `folders` with its size and times."""
    seen: dict[str, tuple[int, int, int]] = {}
    todo: list[tuple[str, bool]] = [(os.fspath(folder), deep) for folder, deep in folders.items()]
    while todo:
        folder, deep = todo.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        todo += [(entry.path, True)] if deep else []
                    else:
                        status = entry.stat()
                        seen[entry.path] = (status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        except OSError:
            continue
    return seen


def _poll(
    folders: Mapping[Path, bool],
    before: dict[str, tuple[int, int, int]],
    hints: Hints,
    interval: float,
    stop: threading.Event,
) -> None:
    while not stop.wait(interval):
        now = snapshot(folders)
        for path in before.keys() | now.keys():
            if before.get(path) != now.get(path):
                hints.put(path)
        before = now


def _observer(folders: Mapping[Path, bool], hints: Hints) -> Any:
    """A running watchdog observer, or None if the system gives no events (no inotify, or its limit is reached)."""
    from watchdog.events import FileSystemEvent, FileSystemEventHandler
    from watchdog.observers import Observer

    class Handler(FileSystemEventHandler):
        def on_any_event(self, event: FileSystemEvent) -> None:
            # Our own reading opens and closes files; a folder is modified whenever a file within is.
            if event.event_type in ("opened", "closed_no_write") or (
                event.is_directory and event.event_type == "modified"
            ):
                return
            for path in (event.src_path, event.dest_path):
                if path:
                    hints.put(os.fsdecode(path))

    observer = Observer()
    try:
        for folder, deep in folders.items():
            observer.schedule(Handler(), os.fspath(folder), recursive=deep)
        observer.start()
    except OSError:
        observer.unschedule_all()
        return None
    return observer
