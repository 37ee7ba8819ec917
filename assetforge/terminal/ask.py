"""What the terminal can draw: it is asked, and what does not answer gets blocks."""

from __future__ import annotations

import os
import re
import select
import sys
import time

__all__ = ["WAYS", "way"]

WAYS = ("kitty", "sixel", "blocks", "shades")
SECONDS = 0.3
# A picture of one pixel that is looked at and thrown away, then the primary device attributes, which every terminal
# since the VT100 answers: so nobody waits for terminals that know no pictures.
QUESTION = b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[c"
ANSWER = re.compile(rb"\x1b\[\?([0-9;]*)c")
SIXEL = b"4"


def way() -> str:
    """The best of `WAYS` for standard output."""
    if os.environ.get("NO_COLOR"):
        return "shades"
    if not sys.stdout.isatty() or os.environ.get("TERM", "dumb") == "dumb":
        return "blocks"
    answer = _answer()
    if b"\x1b_Gi=31;OK" in answer:
        return "kitty"
    told = ANSWER.search(answer)
    return "sixel" if told and SIXEL in told[1].split(b";") else "blocks"


def _answer() -> bytes:
    """What the terminal says to the question; nothing where it cannot be asked."""
    try:
        import termios
        import tty

        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except (ImportError, OSError):
        return b""
    try:
        before = termios.tcgetattr(terminal)
        try:
            tty.setcbreak(terminal)
            os.write(terminal, QUESTION)
            return _read(terminal)
        finally:
            termios.tcsetattr(terminal, termios.TCSAFLUSH, before)
    except (OSError, termios.error):
        return b""
    finally:
        os.close(terminal)


def _read(terminal: int) -> bytes:
    answer, end = b"", time.monotonic() + SECONDS
    while not ANSWER.search(answer):
        left = end - time.monotonic()
        if left <= 0 or not select.select([terminal], [], [], left)[0]:
            break
        answer += os.read(terminal, 4096)
    return answer
