"""The sheet: sprites of one palette packed into one atlas, and cut out of it again.

Sprites of one size stand in a plain grid in their order, as people expect of a sheet; others are
packed by the skyline method (Jylänki, "A Thousand Ways to Pack the Bin", 2010). It is ours
because the library rectpack took 5 times as long for 60 sprites and 35 times for 300, for sheets
within 2% of ours; see ``benchmarks/pack.py``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil, isqrt, sqrt

import numpy as np
from numpy.typing import NDArray

from .errors import InputError
from .palette import Palette
from .sprite import Sprite

__all__ = ["Frame", "Sheet", "Tag", "cut", "grid", "pack"]

MAX_SIDE = 8192  # what graphics cards take
MAX_PIXELS = 4096 * 4096  # what formats.read takes back

Size = tuple[int, int]


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
    """

    name: str
    atlas: Sprite
    frames: tuple[Frame, ...]
    tags: tuple[Tag, ...] = ()
    swaps: tuple[Palette, ...] = ()

    @property
    def palettes(self) -> tuple[Palette, ...]:
        """The rows of its palette strip: its own, then the swaps."""
        return (self.atlas.palette, *self.swaps)


def pack(sprites: Sequence[Sprite], name: str, *, padding: int = 0, extrude: int = 0, trim: bool = False) -> Sheet:
    """One sheet of all `sprites`, whose order the frames keep.

    Arguments:
        sprites: Of one palette, each with its own name.
        name: The sheet's.
        padding: Empty pixels between neighbours.
        extrude: How many times each sprite's edge pixels are repeated around it, so that a scaled
            or scrolled texture does not bleed.
        trim: Leave out the transparent border of each sprite; an empty one keeps one pixel.

    Raises:
        InputError: If there are no sprites, two share a name, palettes differ or the atlas would
            be larger than 8192 pixels a side or 4096 x 4096 in all.
    """
    _check(sprites, name)
    boxes = [_bounds(sprite) if trim else (0, 0, *sprite.size) for sprite in sprites]
    around = 2 * extrude + padding
    sizes = [(width + around, height + around) for _, _, width, height in boxes]
    corners = _rows(sizes) if len(set(sizes)) == 1 else _skyline(sizes)
    places = [(x + extrude, y + extrude) for x, y in corners]
    return _compose(sprites, name, boxes, places, extrude)


def grid(rows: Sequence[Sequence[Sprite]], name: str) -> Sheet:
    """One sheet whose cell (r, c), as large as the largest sprite, holds ``rows[r][c]`` in its upper left.

    Raises:
        InputError: As `pack`.
    """
    sprites = [sprite for row in rows for sprite in row]
    _check(sprites, name)
    width, height = (max(sprite.size[axis] for sprite in sprites) for axis in (0, 1))
    places = [(c * width, r * height) for r, row in enumerate(rows) for c in range(len(row))]
    return _compose(sprites, name, [(0, 0, *sprite.size) for sprite in sprites], places, 0)


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


def _check(sprites: Sequence[Sprite], name: str) -> None:
    if not sprites:
        raise InputError("a sheet needs at least one sprite.", name)
    doubles = [double for double, times in Counter(sprite.name for sprite in sprites).items() if times > 1]
    if doubles:
        more = f" and {len(doubles) - 1} more" if len(doubles) > 1 else ""
        raise InputError(f'two sprites are called "{doubles[0]}"{more}; rename a file or leave one out.', name)
    for sprite in sprites:
        if sprite.palette != sprites[0].palette:
            raise InputError("a sheet has one palette, this sprite another; quantize them together.", name, sprite.name)


def _bounds(sprite: Sprite) -> tuple[int, int, int, int]:
    """The drawn part: left, top, width, height."""
    columns, rows = (np.flatnonzero(sprite.mask.any(axis)) for axis in (0, 1))
    if not columns.size:
        return 0, 0, 1, 1
    left, top = int(columns[0]), int(rows[0])
    return left, top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top


def _compose(
    sprites: Sequence[Sprite],
    name: str,
    boxes: Sequence[tuple[int, int, int, int]],
    places: Sequence[tuple[int, int]],
    extrude: int,
) -> Sheet:
    width = max(x + box[2] for (x, _), box in zip(places, boxes, strict=True)) + extrude
    height = max(y + box[3] for (_, y), box in zip(places, boxes, strict=True)) + extrude
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        raise InputError(
            f"{len(sprites)} sprites need {width} x {height} pixels, a sheet holds {MAX_SIDE} a side and "
            f"{MAX_PIXELS} in all; make several sheets.",
            name,
        )
    atlas = np.zeros((height, width), np.uint8)
    frames = []
    for sprite, (left, top, w, h), (x, y) in zip(sprites, boxes, places, strict=True):
        inner: NDArray[np.uint8] = sprite.indices[top : top + h, left : left + w]
        around = np.pad(inner, extrude, "edge") if extrude else inner
        atlas[y - extrude : y + h + extrude, x - extrude : x + w + extrude] = around
        frames.append(Frame(sprite.name, x, y, w, h, left, top, sprite.size, sprite.duration))
    return Sheet(name, Sprite(atlas, sprites[0].palette, name), tuple(frames), tuple(_runs(sprites)))


def _runs(sprites: Sequence[Sprite]) -> Iterator[Tag]:
    first = 0
    for index, sprite in enumerate(sprites):
        if index + 1 == len(sprites) or sprites[index + 1].tag != sprite.tag:
            if sprite.tag:
                yield Tag(sprite.tag, first, index, sprite.direction, sprite.repeat)
            first = index + 1


def _rows(sizes: Sequence[Size]) -> list[tuple[int, int]]:
    """Corners of equal rectangles, row by row, in a grid as near to a square as they allow."""
    width, height = sizes[0]
    columns = max(1, min(ceil(sqrt(len(sizes) * height / width)), MAX_SIDE // width))
    return [(index % columns * width, index // columns * height) for index in range(len(sizes))]


def _skyline(sizes: Sequence[Size]) -> list[tuple[int, int]]:
    """Corners of rectangles in the smallest of several strips, none much longer than wide."""
    order = sorted(range(len(sizes)), key=lambda index: (-sizes[index][1], -sizes[index][0], index))
    widest = max(width for width, _ in sizes)
    side = isqrt(sum(width * height for width, height in sizes))
    best: tuple[int, list[tuple[int, int]]] | None = None
    for tenths in range(20, 33):
        width = max(widest, side * tenths // 20)
        corners = _strip([sizes[index] for index in order], width)
        right = max(x + sizes[index][0] for (x, _), index in zip(corners, order, strict=True))
        bottom = max(y + sizes[index][1] for (_, y), index in zip(corners, order, strict=True))
        cost = right * bottom + abs(right - bottom) * side // 8  # of two as tight, the squarer
        if best is None or cost < best[0]:
            best = cost, corners
    assert best is not None
    placed = dict(zip(order, best[1], strict=True))
    return [placed[index] for index in range(len(sizes))]


def _strip(sizes: Sequence[Size], width: int) -> list[tuple[int, int]]:
    """Lay each rectangle where its foot comes lowest, then where least is buried, in a strip of `width`.

    The skyline is a list of (x, y) steps, each as wide as the way to the next.
    """
    steps = [(0, 0)]
    corners = []
    for w, h in sizes:
        choice = (0, 0, 0)
        lowest: tuple[int, int, int] | None = None
        for index, (x, _) in enumerate(steps):
            if x + w > width:
                break
            top = buried = 0
            for step in range(index, len(steps)):
                start, level = steps[step]
                if start >= x + w:
                    break
                end = min(steps[step + 1][0] if step + 1 < len(steps) else width, x + w)
                if level > top:
                    buried += (level - top) * (start - x)
                    top = level
                buried += (top - level) * (end - start)
            if lowest is None or (top + h, buried, x) < lowest:
                lowest, choice = (top + h, buried, x), (x, top, index)
        x, top, index = choice
        corners.append((x, top))
        after = index
        level = 0
        while after < len(steps) and steps[after][0] < x + w:
            level = steps[after][1]
            after += 1
        resume = after == len(steps) or steps[after][0] > x + w
        steps[index:after] = [(x, top + h), *([(x + w, level)] if resume and x + w < width else [])]
    return corners
