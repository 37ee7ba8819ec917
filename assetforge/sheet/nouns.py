"""A sheet and its parts, and how sprites are cut out of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..palette import Palette
from ..sprite import Sprite
from .strip import Size

__all__ = ["Frame", "Sheet", "Tag", "Terrain", "cut"]


@dataclass(frozen=True)
class Frame:
    """Where one sprite lies, in pixels.

    Arguments:
        name: The sprite's name, unique in the sheet.
        x, y, width, height: The sprite in the atlas, without what surrounds it.
        left, top: What trimming took from these sides.
        source: (width, height) before trimming.
        duration: How long an animation shows it, in milliseconds.
    """

    name: str
    x: int
    y: int
    width: int
    height: int
    left: int
    top: int
    source: Size
    duration: int

    @property
    def trimmed(self) -> bool:
        """Whether the atlas holds less than the whole sprite."""
        return (self.width, self.height) != self.source


@dataclass(frozen=True)
class Tag:
    """An animation: the frames `first` to `last`, counted from 0, both included; `repeat` 0 plays without end."""

    name: str
    first: int
    last: int
    direction: str = "forward"
    repeat: int = 0


@dataclass(frozen=True)
class Terrain:
    """What each frame of a tileset shows of two materials: 1 is the inner one, 0 the outer one.

    Arguments:
        name: Of the pair, as INNER-OUTER; frames are called ``name/MASK``.
        layout: "blob-47" or "wang-16".
        colors: The main color of either material, inner first, as ``#rrggbb``.
        centers: Of which material the cell of each frame is; None in a set that is told by its corners.
        around: For each frame its eight neighbors, N, NE, E, … clockwise; -1 where the set does not say.
    """

    name: str
    layout: str
    colors: tuple[str, str]
    centers: tuple[int | None, ...]
    around: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, eq=False)
class Sheet:
    """Sprites packed: `cut` gives them back.

    Arguments:
        name: What its files are called.
        atlas: All frames in one sprite.
        frames: One for each sprite, in the order that `pack` was given.
        tags: Runs of neighbouring frames that share a tag.
        swaps: For each palette that it may be shown in, the color that every index becomes: as many colors as the
            atlas's palette, under the other palette's name.
        pivot: The point of every sprite that engines place and turn it by, as parts of its width and height from
            the upper left; if there is none, each engine has its own.
        others: The names of the other pages, if this is the first of several that make one sheet.
        terrain: What the frames are of a tileset, if they are one.
    """

    name: str
    atlas: Sprite
    frames: tuple[Frame, ...]
    tags: tuple[Tag, ...] = ()
    swaps: tuple[Palette, ...] = ()
    pivot: tuple[float, float] | None = None
    others: tuple[str, ...] = ()
    terrain: Terrain | None = None

    @property
    def palettes(self) -> tuple[Palette, ...]:
        """The rows of its palette strip: its own, then the swaps."""
        return (self.atlas.palette, *self.swaps)


def cut(sheet: Sheet) -> list[Sprite]:
    """The sprites that `sheet` was packed from: pixels, names, durations and tags."""
    tags = {index: tag for tag in sheet.tags for index in range(tag.first, tag.last + 1)}
    sprites = []
    for index, frame in enumerate(sheet.frames):
        indices = np.zeros(frame.source[::-1], np.uint8)
        inner = sheet.atlas.indices[frame.y : frame.y + frame.height, frame.x : frame.x + frame.width]
        indices[frame.top : frame.top + frame.height, frame.left : frame.left + frame.width] = inner
        sprite = Sprite(indices, sheet.atlas.palette, frame.name, frame.duration)
        tag = tags.get(index)
        sprites.append(replace(sprite, tag=tag.name, direction=tag.direction, repeat=tag.repeat) if tag else sprite)
    return sprites
