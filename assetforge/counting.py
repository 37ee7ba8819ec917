"""Counting sprites: what a sheet must know of each, from its shelf, from its file, or from a batch done elsewhere.

A file travels as its content and comes back as bytes, so a batch may be counted by another process or on
another machine; nothing here depends on where.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import __version__, formats
from .errors import AssetforgeError, InputError
from .files import digest
from .palette import Palette
from .quantize import tally as tallies
from .quantize.tally import Tally
from .shelf import Shelf, key
from .steps.base import Source, Step

__all__ = ["Batch", "Counted", "Counting", "count", "count_batch"]

MOST_PIXELS = 4 * formats.MAX_PIXELS
"""Of all sprites of a sheet before trimming; a sheet itself holds a quarter of it."""


@dataclass(frozen=True)
class Counting:
    """What decides what is counted of a file, beside its content.

    Arguments:
        threshold: The least alpha that counts as opaque.
        touch: Whether it counts which colors touch.
        dither: How a frame is settled in `palette`; "none" where all frames are mapped together.
        palette: Where a dither leads, if it is known before all frames are counted.
    """

    threshold: int
    touch: bool
    dither: str = "none"
    palette: Palette | None = None

    @classmethod
    def of(cls, step: Step, palette: Palette | int) -> Counting:
        """How a step counts."""
        if isinstance(palette, int):
            return cls(step.threshold, touch=False)
        if step.dither == "none":
            return cls(step.threshold, touch=step.map == "faithful")
        return cls(step.threshold, False, step.dither, palette)

    @property
    def kind(self) -> str:
        """All of it in a line."""
        colors = ",".join(self.palette.hex) if self.palette else ""
        return f"tally {tallies.FORMAT} {self.threshold} {self.touch} {self.dither} {colors}"

    def run(self, data: bytes) -> list[Tally]:
        """The frames in the bytes of a file, counted.

        Raises:
            InputError: If it is no sound image.
        """
        found = [tallies.tally(raster, self.threshold, self.touch) for raster in formats.decode(data, tallies.NAME)]
        return [tallies.settle(each, self.palette, self.dither) for each in found] if self.palette else found


@dataclass(frozen=True)
class Batch:
    """Files to be counted, by their content."""

    counting: tuple[Counting, ...]
    contents: tuple[bytes, ...]


@dataclass(frozen=True)
class Counted:
    """What came of a batch.

    Arguments:
        version: Of the assetforge that counted it.
        entries: For each file its frames as bytes; None if it is unsound or too large to be kept.
    """

    version: str
    entries: tuple[bytes | None, ...]


def count_batch(batch: Batch) -> Counted:
    """Count every file of a batch; faults are left for the sheet to find, which knows the trail."""
    entries: list[bytes | None] = []
    for counting, data in zip(batch.counting, batch.contents, strict=True):
        try:
            entries.append(kept(counting.run(data)))
        except AssetforgeError:
            entries.append(None)
    return Counted(__version__, tuple(entries))


def kept(found: Sequence[Tally]) -> bytes | None:
    """The tallies of a file as an entry of a shelf, unless they are too large for one."""
    return tallies.dump(found) if sum(each.places.size for each in found) < tallies.LARGE else None


def count(
    root: Path, sources: Sequence[Source], counting: Counting, digests: Mapping[str, str], shelf: Shelf
) -> list[tuple[Tally, str]]:
    """The frames of all sources, each with the name of its source.

    Arguments:
        root: The project.
        sources: The files.
        counting: How.
        digests: What the plan found their sha256 to be; what the shelf holds under it is not read again.
        shelf: Gains what had to be counted.

    Raises:
        ExceptionGroup: Of an InputError for each file that cannot be read.
        InputError: If the sprites are too large together for any sheet.
    """
    found: list[tuple[Tally, str]] = []
    errors: list[InputError] = []
    pixels = 0
    for source in sources:
        try:
            each = _of(shelf, key(counting.kind, digests[source.path])) or _read(root, source, counting, shelf)
        except InputError as error:
            errors.append(error)
            continue
        pixels += sum(one.places.size for one in each)
        if pixels > MOST_PIXELS:
            raise InputError(f"its sprites hold more than {MOST_PIXELS} pixels together; make several sheets.")
        found += [(one, source.name) for one in each]
    if errors:
        raise ExceptionGroup("inputs", errors)
    return found


def _of(shelf: Shelf, name: bytes) -> list[Tally]:
    data = shelf.get(name)
    try:
        return tallies.load(data) if data is not None else []
    except ValueError:
        return []


def _read(root: Path, source: Source, counting: Counting, shelf: Shelf) -> list[Tally]:
    path = root / source.path
    data = formats.content(path)
    try:
        found = counting.run(data)
    except InputError as error:
        raise error.within(path) from error.__cause__
    entry = kept(found)
    if entry is not None:
        # Under what was read, not what was planned: the file may have changed since.
        shelf.put(key(counting.kind, digest(data)), entry)
    return found
