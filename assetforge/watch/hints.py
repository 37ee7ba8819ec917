"""Hints that a file changed, from the system's events where there are any."""

from __future__ import annotations

import logging
import os
import queue
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

__all__ = ["Hints", "eventless"]

LOST = ""
"""The hint that some were lost, as watchdog says in its log alone."""

REMOTE = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "vboxsf", "drvfs", "afs", "ceph", "fuse", "fuseblk"})
"""File systems of Linux whose other users' changes come without events."""


class Hints:
    """Paths that may have changed, while it is open.

    Arguments:
        heed: False for a path that is none of ours to watch.
        poll: Seconds between two looks; None takes events where they can be had.

    Attributes:
        polling: Whether no hints will come, so that one must look.
        lost: Whether hints were lost since the folders were opened.
    """

    def __init__(self, heed: Callable[[str], bool], poll: float | None = None) -> None:
        self.heed, self.poll = heed, poll
        self.queue: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.folders: dict[Path, bool] = {}
        self.identities: dict[Path, tuple[int, int] | None] = {}
        self.observer: Any = None
        self.polling, self.lost = True, False
        self.log = Overflow(self.queue)

    def watch(self, folders: Mapping[Path, bool]) -> None:
        """Take hints from these folders, each with whether those within count too, and from no others."""
        self.close()
        self.folders = dict(folders)
        self.identities = {folder: identity(folder) for folder in folders}
        there = [folder for folder, found in self.identities.items() if found]
        if self.poll is None and there and not any(map(eventless, there)):
            self.observer = observer({folder: folders[folder] for folder in there}, self.queue, self.log)
        self.polling, self.lost = self.observer is None, False

    def outdated(self, folders: Mapping[Path, bool]) -> bool:
        """Whether others are to be watched now, or one of them is not the folder that it was, or hints were lost."""
        same = self.folders == folders and all(identity(path) == known for path, known in self.identities.items())
        return self.lost or not same

    def wait(self, seconds: float) -> set[str]:
        """The hints that have come, or the first to come within `seconds`; LOST among them if some are missing."""
        found: set[str] = set()
        end = time.monotonic() + seconds
        while True:
            try:
                path = self.queue.get(timeout=0 if found else max(0.0, end - time.monotonic()))
            except queue.Empty:
                return found
            self.lost |= path == LOST
            if path == LOST or self.heed(path):
                found.add(path)

    def rest(self, quiet: float, most: float) -> set[str]:
        """The hints that come until none has come for `quiet` seconds; for at most `most` seconds."""
        found: set[str] = set()
        end = time.monotonic() + most
        while more := self.wait(max(0.0, min(quiet, end - time.monotonic()))):
            found |= more
            if time.monotonic() >= end:
                break
        return found

    def close(self) -> None:
        """Take no more hints."""
        if self.observer is not None:
            self.observer.stop()
            self.observer.join(1)
            self.observer = None
            self.log.leave()


class Overflow(logging.Handler):
    """Hears in watchdog's log that events were lost: it says so nowhere else."""

    LOGS = ("watchdog", "fsevents")

    def __init__(self, hints: queue.SimpleQueue[str]) -> None:
        super().__init__(logging.WARNING)
        self.hints = hints

    def emit(self, record: logging.LogRecord) -> None:
        # What else is logged there, of threads that end say, is heard so that it clutters no terminal.
        if "overflow" in record.getMessage().lower():
            self.hints.put(LOST)

    def listen(self) -> None:
        for name in self.LOGS:
            logging.getLogger(name).addHandler(self)

    def leave(self) -> None:
        for name in self.LOGS:
            logging.getLogger(name).removeHandler(self)


def identity(folder: Path) -> tuple[int, int] | None:
    """What tells a folder from another of the same name; None if there is none."""
    try:
        status = os.stat(folder)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def eventless(folder: Path, table: str = "/proc/self/mountinfo") -> bool:
    """Whether `folder` lies on a file system that others write to without our hearing of it."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        lines = Path(table).read_text(errors="surrogateescape").splitlines()
    except OSError:
        return False
    inside = os.path.realpath(folder) + "/"
    kind, longest = "", -1
    for line in lines:
        # proc(5): … root, mount point, options, optional fields, a dash, the type, …
        mount, _, rest = line.partition(" - ")
        point = mount.split(" ")[4].replace("\\040", " ").rstrip("/") + "/"
        if inside.startswith(point) and len(point) >= longest:
            kind, longest = rest.split(" ")[0], len(point)
    return kind in REMOTE or kind.startswith("fuse.")


def observer(folders: Mapping[Path, bool], hints: queue.SimpleQueue[str], log: Overflow) -> Any:
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
            for path in map(os.fsdecode, (event.src_path, event.dest_path)):
                if path:
                    hints.put(path)
                if path in homes and event.event_type in ("deleted", "moved"):
                    # Events of the folder that comes in its place would not be told; it may even have its number.
                    hints.put(LOST)

    homes = {os.fspath(folder) for folder in folders}
    watching = Observer()
    log.listen()
    try:
        for folder, deep in folders.items():
            watching.schedule(Handler(), os.fspath(folder), recursive=deep)
        watching.start()
    except OSError:
        log.leave()
        watching.unschedule_all()
        return None
    return watching
