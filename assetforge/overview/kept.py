"""What a report has worked out, for the next one: it asks again only about what was made anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from .. import __version__
from ..errors import InputError, OutputError
from ..files import read_bytes, sealed, unsealed, write_atomic
from ..manifest import CACHE

__all__ = ["Answers"]

FORMAT = 1
"""Another one when the same question is answered otherwise."""


class Answers:
    """JSON values by what they were worked out of, in one file below ``.assetforge/``.

    A file that is cut, altered, or of another version holds none. Only what was asked for since is kept.
    """

    def __init__(self, root: Path) -> None:
        self.path = root / CACHE / "report.json"
        self.known: dict[str, Any] = {}
        self.asked: dict[str, Any] = {}
        with suppress(InputError, ValueError, TypeError, KeyError):
            held = json.loads(unsealed(read_bytes(self.path)) or b"{}")
            if (held["version"], held["format"]) == (__version__, FORMAT):
                self.known = dict(held["answers"])

    def __call__(self, key: str, make: Callable[[], Any]) -> Any:
        """The value under a key; `make` is called if it is not known."""
        self.asked[key] = self.known[key] if key in self.known else make()
        return self.asked[key]

    def write(self) -> None:
        """Keep them; without room for that the next report has more work, and no more."""
        if self.asked != self.known:
            held = {"version": __version__, "format": FORMAT, "answers": self.asked}
            with suppress(OutputError):
                write_atomic(self.path, sealed(json.dumps(held, separators=(",", ":")).encode()))
