"""Ending on a signal."""

from __future__ import annotations

import signal

__all__ = ["end_like_ctrl_c"]


def end_like_ctrl_c() -> None:
    """Let SIGTERM end a build as cleanly as Ctrl-C does."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    try:
        signal.signal(signal.SIGTERM, interrupt)
    except ValueError:  # Not the main thread: somebody else minds the signals.
        return
