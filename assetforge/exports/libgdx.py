"""libGDX's texture atlas, in the form that its TexturePacker writes since 1.9.13 (`TextureAtlasData` reads it).

The frames of an animation are regions of the tag's name, numbered by `index`, so that `findRegions` gives them in
order; `findValue("duration")` gives a frame's milliseconds. The format is that of Spine, too:
https://esotericsoftware.com/spine-atlas-format
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .naming import distinct

if TYPE_CHECKING:
    from ..sheet import Sheet

__all__ = ["LibGdx"]

FORBIDDEN = ":"
"""A line with a colon is a value, and one without is a name."""


@dataclass(frozen=True)
class LibGdx:
    """Gives ``NAME.atlas``."""

    def files(self, sheet: Sheet, provenance: Mapping[str, Any]) -> dict[str, bytes]:
        """The one file, a page of the sheet's picture."""
        text = "\n".join(_lines(sheet)) + "\n"
        return {f"{sheet.name}.atlas": text.encode("utf-8", "backslashreplace")}


def _lines(sheet: Sheet) -> Iterator[str]:
    width, height = sheet.atlas.size
    yield f"{sheet.name}.png"
    yield f"size: {width}, {height}"
    yield "format: RGBA8888"
    yield "filter: Nearest, Nearest"
    yield "repeat: none"
    yield "pma: false"
    tags = {index: tag.name for tag in sheet.tags for index in range(tag.first, tag.last + 1)}
    stills = {frame.name for index, frame in enumerate(sheet.frames) if index not in tags}
    # Of a still and an animation that share a name, `findRegion` would give the animation.
    wanted = [
        frame.name if index not in tags else tags[index] + FORBIDDEN * (tags[index] in stills)
        for index, frame in enumerate(sheet.frames)
    ]
    counts: Counter[str] = Counter()
    for index, (frame, name) in enumerate(zip(sheet.frames, distinct(wanted, FORBIDDEN), strict=True)):
        yield name
        if index in tags:
            yield f"  index: {counts[name]}"
            counts[name] += 1
        yield f"  bounds: {frame.x}, {frame.y}, {frame.width}, {frame.height}"
        if frame.trimmed:
            # Counted from the bottom, as libGDX's y goes up.
            bottom = frame.source[1] - frame.height - frame.top
            yield f"  offsets: {frame.left}, {bottom}, {frame.source[0]}, {frame.source[1]}"
        yield f"  duration: {frame.duration}"
