"""Taking turns: one build of a project at a time, by a lock of the operating system, which a kill releases."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import OutputError
from .manifest import CACHE

__all__ = ["turn"]

FILE = "build.lock"
PAUSE = 0.1
PATIENCE = 5
BUSY = (errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK)
"""How the systems say that another process holds a lock; all else means that locks cannot be had."""

PLACE = 1 << 30
"""The byte that Windows locks: far behind the text, which others could not read under a lock."""

MOST_TOLD = 200


@contextmanager
def turn(root: Path, tell: Callable[[str], None], wait: bool = True) -> Iterator[None]:
    """Hold the project: any other build of it waits until this one is done, or its process is gone.

    Where locks cannot be had, that is told and the build goes on: renames are whole all the same,
    two builds at once may only do work twice. Deleting the cache during a build has the same price.

    Arguments:
        root: The project, prepared.
        tell: Told of whom we wait for, once for each.
        wait: Whether to wait; else somebody's turn is an error.

    Raises:
        OutputError: If it is somebody's turn and we are not to wait.
    """
    path = root / CACHE / FILE
    try:
        descriptor = taken(path, tell, wait)
    except OSError as error:
        tell(f"{CACHE}/{FILE}: no lock can be had ({error.strerror}); run one build at a time.")
        yield
        return
    try:
        with suppress(OSError):
            os.ftruncate(descriptor, 0)
            os.lseek(descriptor, 0, os.SEEK_SET)
            os.write(descriptor, f"{os.getpid()}\n{command()}\n".encode(errors="replace"))
        yield
    finally:
        # Emptied first: whoever finds the text finds the one whose turn it is.
        with suppress(OSError):
            os.ftruncate(descriptor, 0)
        os.close(descriptor)


def taken(path: Path, tell: Callable[[str], None], wait: bool) -> int:
    """The descriptor of the lock file, locked."""
    known, rounds = "", 0
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
        try:
            held = lock(descriptor)
            # Deleted while we waited? Others lock the file that has its name now.
            if held and path.exists() and os.path.samestat(os.fstat(descriptor), path.stat()):
                descriptor, mine = -1, descriptor
                return mine
            who = "" if held else holder(descriptor)
        finally:
            if descriptor >= 0:
                os.close(descriptor)
        if held:
            continue
        rounds += 1
        # Between taking the lock and writing down who took it there is a moment.
        if who or rounds > PATIENCE:
            who = who or "an unknown process"
            if not wait:
                fault = f"another build of this project is at work: {who}; without --no-wait this one would wait."
                raise OutputError(fault)
            if who != known:
                known = who
                tell(f"waiting for another build of this project: {who}.")
        time.sleep(PAUSE)


def lock(descriptor: int) -> bool:
    """Lock the file; False if another process holds it.

    Raises:
        OSError: If its file system has no locks.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, PLACE, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in BUSY:
            return False
        raise
    return True


def holder(descriptor: int) -> str:
    """Whose turn it is: process and command, as it wrote them down; nothing if it did not yet."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    number, _, words = os.read(descriptor, MOST_TOLD).decode(errors="replace").partition("\n")
    if not number.isdigit():
        return ""
    # The file is anyone's to write; a terminal obeys control characters.
    words = "".join(letter for letter in words.strip() if letter.isprintable())
    return f"process {number}" + (f", {words}" if words else "")


def command() -> str:
    """What this process was called with."""
    name = Path(sys.argv[0]).name
    name = "assetforge" if name in ("__main__.py", "-c", "-m") or name.startswith("assetforge") else name
    return " ".join([name, *sys.argv[1:]])[: MOST_TOLD // 2]
