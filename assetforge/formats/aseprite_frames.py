"""What the frames of an Aseprite file are: their names, sizes and animations.

A file that holds a sheet has a frame for each sprite. What the sprite is called, and how large it is where the canvas
is larger, stands in the user data of its cel: that moves with the frame when others are added or removed in Aseprite,
as slices do not, and an artist can read and change it there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["Facts", "Label", "Tag", "describe"]

MARK = "assetforge"
LONGEST = 255


class Label(NamedTuple):
    """The sprite that a frame holds; `size` is None if it fills the canvas, else it stands in the upper left."""

    name: str
    size: tuple[int, int] | None = None

    def __str__(self) -> str:
        """The text of the cel's user data."""
        return f"{MARK}:{'x'.join(map(str, self.size or ()))}:{self.name}"

    @classmethod
    def read(cls, text: str) -> Label | None:
        """The label that user data holds, or None if it is the artist's own text."""
        mark, _, rest = text.partition(":")
        size, colon, name = rest.partition(":")
        name = _path(name)
        if mark != MARK or not colon or not name:
            return None
        sides = size.split("x")
        if len(sides) != 2 or not all(side.isascii() and side.isdigit() and len(side) < 6 for side in sides):
            return cls(name)
        return cls(name, (max(1, int(sides[0])), max(1, int(sides[1]))))


class Tag(NamedTuple):
    """An animation: the frames `first` to `last`."""

    name: str
    first: int
    last: int
    direction: str = "forward"
    repeat: int = 0


class Facts(NamedTuple):
    """What a frame's raster is called, and the animation it belongs to, if to any."""

    name: str
    tag: str = ""
    direction: str = "forward"
    repeat: int = 0


def describe(labels: Sequence[Label | None], tags: Sequence[Tag], name: str) -> list[Facts]:
    """What each frame is, in their order.

    Arguments:
        labels: One for each frame.
        tags: Of the file; of those around a frame the shortest counts.
        name: The file's. Where no frame has a label, names and tags begin with it.
    """
    if not any(labels):
        return _own(len(labels), tags, name)
    names: set[str] = {label.name for label in labels if label}
    used: set[str] = set()
    facts = []
    for index, (label, tag) in enumerate(zip(labels, _shortest(len(labels), tags), strict=True)):
        called = _path(tag.name) if tag else ""
        # Frames that were drawn in Aseprite have no label, those that were doubled there have another's.
        wanted = label.name if label else f"{called}-{index - tag.first}" if tag and called else f"{name}-{index}"
        if wanted in used or (not label and wanted in names):
            wanted = next(f"{wanted}-{n}" for n in range(2, len(labels) + 2) if f"{wanted}-{n}" not in names)
            names.add(wanted)
        used.add(wanted)
        facts.append(Facts(wanted, called, tag.direction, tag.repeat) if tag and called else Facts(wanted))
    return facts


def _own(count: int, tags: Sequence[Tag], name: str) -> list[Facts]:
    """Frames under a tag are called ``name-TAG-0``, …; where a file has tags, its other frames have none."""
    if not tags:
        return [Facts(f"{name}-{index}", name) for index in range(count)]
    counts: Counter[str] = Counter()
    facts = []
    for index, tag in enumerate(_shortest(count, tags)):
        if tag is None:
            facts.append(Facts(f"{name}-{index}"))
            continue
        # In a tag of an artist's a slash is no folder.
        called = f"{name}-{''.join('_' if c in FORBIDDEN else c for c in _printable(tag.name))}"
        facts.append(Facts(f"{called}-{counts[called]}", called, tag.direction, tag.repeat))
        counts[called] += 1
    return facts


FORBIDDEN = '/\\:*?"<>|'


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "_" for c in text[:LONGEST])


def _path(text: str) -> str:
    """A name that leads to no place outside of a folder, on no system."""
    clean = _printable(text).replace("\\", "_").replace(":", "_")
    return "/".join(part if part != ".." else "__" for part in clean.split("/") if part not in ("", "."))


def _shortest(count: int, tags: Sequence[Tag]) -> list[Tag | None]:
    """For each frame the shortest tag around it, of equals the first."""
    found: list[Tag | None] = [None] * count
    # The next frame from each on that no shorter tag has; so thousands of tags cost no more than the frames.
    free = list(range(count + 1))

    def following(frame: int) -> int:
        while free[frame] != frame:
            free[frame] = free[free[frame]]
            frame = free[frame]
        return frame

    for tag in sorted(tags, key=lambda tag: tag.last - tag.first):
        frame = following(min(tag.first, count))
        while frame <= min(tag.last, count - 1):
            found[frame] = tag
            free[frame] = frame + 1
            frame = following(frame)
    return found
