"""The sheet as an indexed Aseprite file: a frame for each sprite, animations as tags, to be drawn on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..sheet import Sheet

__all__ = ["Aseprite"]


@dataclass(frozen=True)
class Aseprite:
    """Gives ``NAME.aseprite``; dropped into the watched folder it is read as the same sprites."""

    def files(self, sheet: Sheet, provenance: Mapping[str, Any]) -> dict[str, bytes]:
        """The one file, of untrimmed sprites in the sheet's palette.

        Raises:
            InputError: If the sheet has more sprites than the format counts, 65,535.
        """
        from ..formats import aseprite
        from ..sheet import cut

        tags = [aseprite.Tag(tag.name, tag.first, tag.last, tag.direction, tag.repeat) for tag in sheet.tags]
        return {f"{sheet.name}.aseprite": aseprite.write(cut(sheet), tags)}
