"""The sheet as Phaser's ``load.aseprite`` and ``anims.createFromAseprite`` read it.

Phaser finds the frames of an animation under their numbers, as Aseprite writes them for ``--filename-format {frame}``
(https://docs.phaser.io/api-documentation/class/animations-animationmanager#createfromaseprite); the frames of our
`Json` stand under names. Here they stand under both, but only those that are animated: nobody asks for the others by
number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from .json import document, frame_facts, meta

if TYPE_CHECKING:
    from ..sheet import Sheet

__all__ = ["Phaser"]


@dataclass(frozen=True)
class Phaser:
    """Gives ``NAME.phaser.json``."""

    def files(self, sheet: Sheet, provenance: Mapping[str, Any]) -> dict[str, bytes]:
        """The one file.

        Raises:
            InputError: If a sprite is called by the number of another, animated one.
        """
        frames = {frame.name: frame_facts(frame, sheet.pivot) for frame in sheet.frames}
        for index in sorted({index for tag in sheet.tags for index in range(tag.first, tag.last + 1)}):
            frame, number = sheet.frames[index], str(index)
            if number in frames and frame.name != number:
                raise InputError(
                    f'a sprite is called "{number}", where Phaser looks for frame {number} of the sheet, '
                    f'"{frame.name}"; rename the file of the first.',
                    sheet.name,
                )
            frames[number] = {"name": frame.name} | frame_facts(frame, sheet.pivot)
        facts = meta(sheet, provenance)
        for tag in facts["frameTags"]:
            # Phaser has a yoyo and no reversed one: the round is the same, begun at its other end.
            tag["direction"] = tag["direction"].removesuffix("_reverse")
        return {f"{sheet.name}.phaser.json": document({"frames": frames, "meta": facts})}
