"""What an export is: a frozen dataclass that turns a sheet into files of its engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from ..sheet import Sheet

__all__ = ["Export"]


class Export(Protocol):
    """One engine. Its fields are its options; it imports neither numpy nor Pillow.

    A class attribute `handed_over`, if there is one, holds the endings of files that the engine itself rewrites: they
    are written where they are missing, and from then on are the engine's.
    """

    def files(self, sheet: Sheet, provenance: Mapping[str, Any]) -> dict[str, bytes]:
        """The files beside ``NAME.png``, by their path below the output folder.

        Arguments:
            sheet: What was packed.
            provenance: Where it came from, as plain JSON values; written as given.
        """
        ...
