"""Ending on a signal: at the next safe place, and if none comes soon, all the same."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from typing import Any

import click

__all__ = ["end_at_once", "end_like_ctrl_c"]

GRACE = 0.7
"""Seconds from a signal to the end of the process; whoever pressed Ctrl-C waits no longer than one."""

_signalled = threading.Event()


def end_like_ctrl_c(ctx: click.Context, words: str = "assetforge: interrupted.", code: int = 130) -> None:
    """Let SIGTERM end a command as cleanly as Ctrl-C does, and let neither wait for what takes long.

    Python raises KeyboardInterrupt between two of its own steps, but one step of a training or a chunk
    of drawing takes seconds. Files land by rename, so a process may end anywhere; after a grace, or on
    a second signal, it does.

    Arguments:
        ctx: The command's; when it is over, all is as before.
        words: Said when the process must be ended.
        code: Its exit code then.
    """
    try:
        before = signal.signal(signal.SIGTERM, interrupt)
    except ValueError:  # Not the main thread: somebody else minds the signals.
        return
    read, write = os.pipe()
    if hasattr(os, "set_blocking"):  # Windows had none before Python 3.12, and needs none.
        os.set_blocking(write, False)
    # Written to by the system's own handler, while Python's waits for its turn.
    former = signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    threading.Thread(target=last_resort, args=(read, words, code), daemon=True).start()

    def undo() -> None:
        signal.set_wakeup_fd(former)
        signal.signal(signal.SIGTERM, before)
        with suppress(OSError):
            os.close(write)

    ctx.call_on_close(undo)


def interrupt(number: int, frame: Any) -> None:
    raise KeyboardInterrupt


def last_resort(pipe: int, words: str, code: int) -> None:
    """End the process a while after the first signal that the pipe tells of, or with the second."""
    with open(pipe, "rb", buffering=0) as signals:
        while told := signals.read(1):
            if told[0] in (signal.SIGINT, signal.SIGTERM):
                _signalled.set()
                timer = threading.Timer(GRACE, end, (words, code))
                timer.daemon = True
                timer.start()
                while told := signals.read(1):
                    if told[0] in (signal.SIGINT, signal.SIGTERM):
                        end(words, code)
                return


def end(words: str, code: int) -> None:
    """End the process and its workers, now."""
    with suppress(OSError):
        os.write(2, f"{words}\n".encode())
    leave(code)


def end_at_once(code: int) -> None:
    """End the process, its words said, if it was a signal that ended them: unloading what is large takes seconds."""
    if _signalled.is_set():
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        leave(code)


def leave(code: int) -> None:
    if loaded := sys.modules.get("multiprocessing"):
        for process in loaded.active_children():
            process.kill()
    os._exit(code)
