"""Sprites to sheets: as many pages as they need, or a grid.

Sprites of one size stand in rows in their order, as people expect of a sheet; others as tightly as `layout` finds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from ..errors import InputError
from ..sprite import Sprite
from .layout import MOST_PIXELS, MOST_SIDE, Page, arrange
from .nouns import Frame, Sheet, Tag
from .stable import Box, settle
from .strip import Corner, Size

__all__ = ["MAX_SIZE", "grid", "pack", "pages"]

MAX_SIZE = 4096


class Placed(NamedTuple):
    """A sprite, what is left of it by trimming (left, top, width, height), and its corner with what surrounds it."""

    sprite: Sprite
    box: tuple[int, int, int, int]
    corner: Corner


def pages(
    sprites: Sequence[Sprite],
    name: str,
    *,
    padding: int = 0,
    extrude: int = 0,
    trim: bool = False,
    power_of_two: bool = False,
    max_size: int = MAX_SIZE,
    former: Sequence[Mapping[str, Box]] = (),
) -> list[Sheet]:
    """One sheet of all `sprites`, or several called `name`, NAME-2, NAME-3, … if one page does not hold them.

    Pages take up the sprites in their order; an animation is kept on one page if a page holds it.

    Arguments:
        sprites: Of one palette, each with its own name.
        name: The sheet's.
        padding: Empty pixels between neighbours.
        extrude: How many times each sprite's edge pixels are repeated around it, so that a scaled or scrolled
            texture does not bleed.
        trim: Leave out the transparent border of each sprite; an empty one keeps one pixel.
        power_of_two: Round the sides of every page up to powers of two.
        max_size: The most pixels of a side, up to 8192; in all, a page has 4096 x 4096 at most.
        former: Corner and (width, height) of the frames by name on each page of the sheet as it was. A sprite that
            has kept its size stays where it was, and new ones go where there is room; so pages may then hold sprites
            that do not follow each other.

    Raises:
        InputError: If there are no sprites, two share a name, palettes differ, or one is larger than a page.
    """
    _check(sprites, name)
    boxes = [_bounds(sprite) if trim else (0, 0, *sprite.size) for sprite in sprites]
    around = 2 * extrude + padding
    sizes = [(width + around, height + around) for _, _, width, height in boxes]
    page = Page(max_size, power_of_two, padding)
    for sprite, size in zip(sprites, sizes, strict=True):
        if page.size(*size) is None:
            needed = " x ".join(str(side - padding) for side in size)
            long = max(size) > page.room
            most = f"{page.room - padding} a side" if long else f"{MOST_PIXELS} in all"
            mend = f", or raise max_size ({max_size})" if long and max_size < MOST_SIDE else ""
            raise InputError(f"takes {needed} pixels, a page holds {most}; cut it into parts{mend}.", name, sprite.name)
    groups = [[*range(first, after)] for first, after in _runs(sprites)]
    kept: list[dict[int, Corner]] = []
    if former:
        taken = [
            {each: ((x - extrude, y - extrude), (w + around, h + around)) for each, ((x, y), (w, h)) in there.items()}
            for there in former
        ]
        kept, groups = settle([sprite.name for sprite in sprites], sizes, groups, taken, page)
    found = []
    for number, layout in enumerate([*kept, *_split(groups, sizes, page)], 1):
        placed = [Placed(sprites[index], boxes[index], layout[index]) for index in sorted(layout)]
        reach = (max(layout[index][axis] + sizes[index][axis] for index in layout) for axis in (0, 1))
        extent = page.size(*reach)
        assert extent is not None
        found.append(_compose(name if number == 1 else f"{name}-{number}", placed, extent, extrude))
    return [replace(found[0], others=tuple(sheet.name for sheet in found[1:])), *found[1:]]


def pack(sprites: Sequence[Sprite], name: str, **options: Any) -> Sheet:
    """One sheet of all `sprites`, whose order the frames keep; `options` as of `pages`.

    Raises:
        InputError: As `pages`, or if one page does not hold them.
    """
    found = pages(sprites, name, **options)
    if len(found) > 1:
        raise InputError(f"{len(sprites)} sprites need {len(found)} pages; this takes one.", name)
    return found[0]


def grid(rows: Sequence[Sequence[Sprite]], name: str) -> Sheet:
    """One sheet whose cell (r, c), as large as the largest sprite, holds ``rows[r][c]`` in its upper left.

    Raises:
        InputError: As `pack`.
    """
    sprites = [sprite for row in rows for sprite in row]
    _check(sprites, name)
    width, height = (max(sprite.size[axis] for sprite in sprites) for axis in (0, 1))
    right, bottom = width * max(map(len, rows)), height * len(rows)
    if Page(MOST_SIDE).size(right, bottom) is None:
        raise InputError(
            f"a grid of {len(sprites)} sprites needs {right} x {bottom} pixels, a sheet holds {MOST_SIDE} a side and "
            f"{MOST_PIXELS} in all; make several sheets.",
            name,
        )
    placed = [
        Placed(sprite, (0, 0, *sprite.size), (c * width, r * height))
        for r, row in enumerate(rows)
        for c, sprite in enumerate(row)
    ]
    return _compose(name, placed, (right, bottom), 0)


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


def _runs(sprites: Sequence[Sprite]) -> Iterator[tuple[int, int]]:
    """First and after last of each run of neighbours that share a tag; an untagged sprite is its own."""
    first = 0
    for index, sprite in enumerate(sprites, 1):
        if index == len(sprites) or not sprite.tag or sprites[index].tag != sprite.tag:
            yield first, index
            first = index


def _split(groups: Sequence[Sequence[int]], sizes: Sequence[Size], page: Page) -> Iterator[dict[int, Corner]]:
    """The corners on page after page, by place in `sizes`: as many groups on each, in their order, as it holds."""
    waiting = [*groups]
    while waiting:
        count = len(waiting)
        corners = arrange([sizes[index] for index in chain(*waiting)], page)
        if corners is None:
            # The most that is found to have room, by a search that tries few layouts of each number.
            count, fails = 0, count
            while fails - count > 1:
                middle = (count + fails) // 2
                if arrange([sizes[index] for index in chain(*waiting[:middle])], page, strips=2) is None:
                    fails = middle
                else:
                    count = middle
            if not count:
                waiting[:1] = [[index] for index in waiting[0]]
                continue
            corners = arrange([sizes[index] for index in chain(*waiting[:count])], page)
        assert corners is not None
        yield dict(zip(chain(*waiting[:count]), corners, strict=True))
        del waiting[:count]


def _compose(name: str, placed: Sequence[Placed], size: Size, extrude: int) -> Sheet:
    atlas = np.zeros(size[::-1], np.uint8)
    frames = []
    for sprite, (left, top, w, h), (x, y) in placed:
        inner = sprite.indices[top : top + h, left : left + w]
        around = np.pad(inner, extrude, "edge") if extrude else inner
        atlas[y : y + h + 2 * extrude, x : x + w + 2 * extrude] = around
        frames.append(Frame(sprite.name, x + extrude, y + extrude, w, h, left, top, sprite.size, sprite.duration))
    sprites = [each.sprite for each in placed]
    tags = [
        Tag(last.tag, first, after - 1, last.direction, last.repeat)
        for first, after in _runs(sprites)
        if (last := sprites[after - 1]).tag
    ]
    return Sheet(name, Sprite(atlas, sprites[0].palette, name), tuple(frames), tuple(tags))
