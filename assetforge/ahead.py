"""Sprites counted ahead of their sheets, in batches, by other processes or on other machines.

What comes back is put on the sheets' shelves, where the work on a sheet finds it; what does not come back,
or is not believed, the sheet counts itself. So neither the batches nor who counted them can be seen in a sheet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import __version__, formats, shelf
from .counting import Batch, Counted, Counting, count_batch
from .errors import AssetforgeError, InputError
from .files import digest
from .formats import palettes
from .outcome import Options
from .palette import auto_size
from .parallel import Each
from .pipeline import Sheet
from .plan import Item
from .shelf import Shelf

__all__ = ["LEAST", "Ahead", "count_ahead"]

LEAST = 100
"""Sprites in a batch: fewer would cost more on the way than to be counted. One of huge files may have fewer."""
USUAL = 250
MOST_BYTES = 32 << 20


@dataclass(frozen=True)
class Wanted:
    """A file to be counted.

    Arguments:
        key: What its entry is found by.
        counting: How.
        path, sha: The file below the root, and what it held when the build was planned.
    """

    key: bytes
    counting: Counting
    path: str
    sha: str


def count_ahead(items: Sequence[Item], root: Path, options: Options, each: Each, note: Callable[[str], None]) -> None:
    """Have the sprites of stale sheets counted by other processes or on other machines, if there are any of either.

    Arguments:
        items: The sheets.
        root: The project.
        options: How to build.
        each: The processes of this machine.
        note: Told what goes wrong on the way.

    Raises:
        AssetforgeError: As `cluster.cluster`.
    """
    if not options.scheduler and options.jobs <= 1:
        return
    ahead = Ahead(items, root, large=not options.scheduler)
    if not ahead.worth:
        return
    if not options.scheduler:
        ahead.count(each, options.jobs)
        return
    from .cluster import cluster

    with cluster(options.scheduler, note) as others:
        ahead.count(others)


class Ahead:
    """The sprites of stale sheets that no shelf knows.

    Arguments:
        items: The sheets.
        root: The project.
        large: Whether to leave sheets of fewer than two batches alone, since they are worked on side by side.
    """

    def __init__(self, items: Sequence[Item], root: Path, large: bool = False) -> None:
        self.root = root
        self.shelves: dict[str, Shelf] = {}
        self.owners: dict[bytes, list[str]] = {}
        self.wanted: list[Wanted] = []
        # What is out, by the place that `each` counts for it.
        self.out: dict[int, list[bytes]] = {}
        self.sent = 0
        for item in items:
            held = Shelf.load(root, item.name)
            missing = [one for one in _wanted(item, root) if held.get(one.key) is None]
            if not missing or (large and len(missing) < 2 * LEAST):
                continue
            self.shelves[item.name] = held
            for one in missing:
                if one.key not in self.owners:
                    self.wanted.append(one)
                self.owners.setdefault(one.key, []).append(item.name)

    @property
    def worth(self) -> bool:
        """Whether they make a batch."""
        return len(self.wanted) >= LEAST

    def count(self, each: Each, hands: int = 1) -> None:
        """Let `each` count them, and put what comes back on the shelves.

        Arguments:
            each: Who counts.
            hands: How many of them there are, at least.
        """
        left = Counter(name for names in self.owners.values() for name in names)
        for place, done in each(count_batch, self.batches(hands)):
            entries = done.entries if isinstance(done, Counted) and done.version == __version__ else ()
            keys = self.out.pop(place)
            for key, entry in zip(keys, entries, strict=False):
                if entry is not None:
                    for name in self.owners[key]:
                        self.shelves[name].put(key, entry)
            for name, number in Counter(name for key in keys for name in self.owners[key]).items():
                left[name] -= number
                if not left[name]:
                    self.keep(name)
        for name in list(self.shelves):
            self.keep(name)

    def keep(self, name: str) -> None:
        """Write the shelf of a sheet, which then has all that it can have."""
        held = self.shelves.pop(name)
        if held.changed:
            shelf.keep(self.root, name, held.dump())

    def batches(self, hands: int) -> Iterator[Batch]:
        """The files in batches of nearly equal numbers, each read when it is asked for."""
        total = len(self.wanted)
        number = max(1, min(total // LEAST, max(-(-total // USUAL), hands)))
        for turn in range(number):
            found: list[tuple[Wanted, bytes]] = []
            size = 0
            for one in self.wanted[total * turn // number : total * (turn + 1) // number]:
                try:
                    data = formats.content(self.root / one.path)
                except InputError:
                    continue
                if digest(data) != one.sha:
                    continue
                if found and size + len(data) > MOST_BYTES:
                    yield self.batch(found)
                    found, size = [], 0
                found.append((one, data))
                size += len(data)
            if found:
                yield self.batch(found)

    def batch(self, found: Sequence[tuple[Wanted, bytes]]) -> Batch:
        self.out[self.sent] = [one.key for one, _ in found]
        self.sent += 1
        return Batch(tuple(one.counting for one, _ in found), tuple(data for _, data in found))


def _wanted(item: Item, root: Path) -> Iterator[Wanted]:
    sheet, evidence = item.subject, item.evidence
    assert isinstance(sheet, Sheet) and evidence is not None and item.inputs is not None
    if not sheet.step.counts:
        return
    try:
        palette = auto_size(sheet.palette) or palettes.load(sheet.palette, root, links=True)
    except AssetforgeError:
        # The sheet itself will say so, with its trail.
        return
    counting = Counting.of(sheet.step, palette)
    kind = counting.kind
    for sources in item.inputs.values():
        for source in sources:
            sha = evidence["inputs"][source.path]
            yield Wanted(shelf.key(kind, sha), counting, source.path, sha)
