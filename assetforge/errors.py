"""Everything that can go wrong for a user: one base that carries the file trail, three kinds.

A layer that knows a file adds it with `within` and re-raises, so that the message a user
reads names every place on the way: ``assetforge.toml:14 [[sheet]] "heroes" -> art/hero.png: …``.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Self

__all__ = ["AssetforgeError", "ConfigError", "InputError", "OutputError", "did_you_mean"]


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
        return ": ".join(filter(None, (" -> ".join(self.trail), self.message)))

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


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """A closing phrase that names the nearest right name, or lists the few there are.

    Arguments:
        name: What the user wrote.
        names: What would have been right.
    """
    known = sorted(set(names))
    near = get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    if near:
        return f'did you mean "{near[0]}"?'
    return f"choose one of {', '.join(known)}." if len(known) <= 12 else "see the documentation."
