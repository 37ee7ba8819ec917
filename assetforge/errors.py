"""Everything that can go wrong for a user: one base that carries the file trail, three kinds.

A layer that knows a file adds it with `within` and re-raises, so that the message a user
reads names every place on the way: ``assetforge.toml:14 [[sheet]] "heroes" -> art/hero.png: …``.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Self

__all__ = ["AssetforgeError", "ConfigError", "InputError", "OutputError", "did_you_mean", "printable"]

LONG = 1000


class AssetforgeError(Exception):
    """A user's mistake or the world's, told in one or two lines.

    Arguments:
        message: The fault with its numbers, then the mend.
        trail: The places that lead to the fault, outermost first.
    """

    exit_code = 1

    def __init__(self, message: str, *trail: str) -> None:
        super().__init__(message)
        self.message = message
        self.trail = trail

    def within(self, place: object) -> Self:
        """The same error, seen from one place further out."""
        self.trail = (str(place), *self.trail)
        return self

    def __str__(self) -> str:
        """The trail and the message: printable, in one line, none of their parts over `LONG`."""
        trail = " -> ".join(_short(step) for step in self.trail)
        return printable(": ".join(filter(None, (trail, _short(self.message)))))

    def __reduce__(self) -> tuple[object, ...]:
        # The default would pass str(self) as the message and lose the trail between processes.
        return (type(self), (self.message, *self.trail))


class ConfigError(AssetforgeError):
    """The command line or a configuration file asks for what cannot be."""

    exit_code = 2


class InputError(AssetforgeError):
    """A file that we were given cannot be used."""


class OutputError(AssetforgeError):
    """A file that we were to write cannot be, or must not be, written."""


def printable(text: str) -> str:
    """`text` with what no terminal should be sent as its backslash form: a file's name may hold a line break, an
    escape sequence, or bytes that are no UTF-8, and must not forge a line or a color."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _short(text: str) -> str:
    return text if len(text) <= LONG else f"{text[: LONG // 2]}…{text[-LONG // 2 :]}"


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """A closing phrase that names the nearest right name, or lists the few there are.

    Arguments:
        name: What the user wrote.
        names: What would have been right.
    """
    name = name[:LONG]
    known = sorted(set(names) - {""})
    near = get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    if near:
        return f'did you mean "{near[0]}"?'
    return f"choose one of {', '.join(known)}." if len(known) <= 12 else "see the documentation."
