"""Sprites that stay where the former sheet had them; new ones go where there is room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .holes import Holes
from .layout import Page
from .strip import Corner, Size

__all__ = ["Box", "settle"]

Box = tuple[Corner, Size]


def settle(
    names: Sequence[str],
    sizes: Sequence[Size],
    groups: Sequence[Sequence[int]],
    former: Sequence[Mapping[str, Box]],
    page: Page,
) -> tuple[list[dict[int, Corner]], list[list[int]]]:
    """Corners on the former pages, by place in `names`, and the groups, or what is left of them, that have no room.

    Arguments:
        names, sizes: Of the rectangles, with what surrounds them.
        groups: Their places in `names`, those together that should share a page.
        former: Corner and size of each rectangle of each page; what overlaps, or lies outside, does not count.
        page: What is allowed.
    """
    holes = [Holes(page) for _ in former]
    pages: list[dict[int, Corner]] = [{} for _ in former]
    home: dict[int, int] = {}
    for number, boxes in enumerate(former):
        for index, name in enumerate(names):
            corner, size = boxes.get(name, ((0, 0), None))
            if size == sizes[index] and index not in home and holes[number].put(corner, size):
                pages[number][index] = corner
                home[index] = number
    waiting = [[index for index in group if index not in home] for group in groups]
    left = []
    height = [max((sizes[index][1] for index in group), default=0) for group in waiting]
    for place in sorted(range(len(groups)), key=lambda place: (-height[place], place)):
        new = waiting[place]
        mates = [home[index] for index in groups[place] if index in home]
        for number in dict.fromkeys([*mates, *range(len(pages))]) if new else ():
            trial = holes[number].copy()
            if corners := trial.fill([sizes[index] for index in new]):
                holes[number] = trial
                pages[number] |= zip(new, corners, strict=True)
                break
        else:
            left.append(place)
    return [placed for placed in pages if placed], [waiting[place] for place in sorted(left) if waiting[place]]
