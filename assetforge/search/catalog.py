"""The index: what was seen of every file's content, in one file that may be deleted at any time.

A file whose stat is the one it was read with is not read again; one of known content is not decoded again, whatever
it is called. The whole is sealed: an index that was cut or altered is made anew.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .. import formats
from ..errors import InputError, OutputError
from ..files import clear_temporary, digest, read_bytes, write_atomic
from ..globs import Stat, look
from ..manifest import GRAIN, STATE_LIMIT
from ..models.encoder import Encoder
from ..models.encoder import base_path as model_path
from .figure import Figure, figure
from .sight import PARTS, Sight, Vectors

__all__ = ["Catalog", "File", "Seen"]

MAGIC = b"assetforge search 1\n"
SEAL = 32
TOGETHER = 256
"""Files that are encoded at once: what has been encoded when somebody interrupts, is kept."""

Tell = Callable[[int], None]


# Both are tuples of plain strings and numbers: ten thousand of them are made before anything is answered.


class File(NamedTuple):
    """A file to look at.

    Attributes:
        path: As its user calls it.
        full: Its absolute path.
        stat: If it is known.
    """

    path: str
    full: str
    stat: Stat | None = None


class Seen(NamedTuple):
    """A frame that something is drawn in.

    Attributes:
        file: Which it lies in.
        frame: Its place in the file, counted from 0.
        animated: Whether the file has more than one.
        row: Its place among the catalog's vectors.
    """

    file: File
    frame: int
    animated: bool
    row: int


@dataclass
class Content:
    """What was seen in a file of some content.

    Attributes:
        frames: How many it has.
        drawn: Those in which something is drawn.
        step: Every how many-th pixel was looked at, of the largest.
        rows: Of the vectors of those that are drawn.
    """

    frames: int
    drawn: list[int]
    step: int
    rows: range = field(default=range(0))


class Catalog:
    """Vectors of files, kept in a file.

    Arguments:
        path: Of the index; None to keep nothing.

    Attributes:
        vectors: A row for each frame.
        encoded: How many frames were encoded since it was opened.
        faults: What is wrong with files that could not be read.
        thinned: Files of which only every second, third … pixel was looked at.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        data = read_bytes(model_path(), STATE_LIMIT)
        self.model, self.checkpoint = digest(data), data
        self.sight: Sight | None = None
        self.whitening: NDArray[np.float32] | None = None
        self.contents: dict[str, Content] = {}
        self.files: dict[str, list[int | str]] = {}
        self.used: set[str] = set()
        self.vectors = Vectors(*(np.zeros((0, 0), np.float16) for _ in Vectors._fields))
        self.encoded, self.changed = 0, False
        self.faults: list[InputError] = []
        self.thinned: dict[str, int] = {}
        if path is not None:
            with suppress(InputError, ValueError, KeyError, TypeError, IndexError, RecursionError):
                self.open(read_bytes(path, STATE_LIMIT))

    def open(self, data: bytes) -> None:
        """Take what an index holds, all or nothing.

        Raises:
            ValueError, KeyError, TypeError: If it is damaged, or of another model or version.
        """
        body = memoryview(data)[len(MAGIC) + SEAL :]
        if not data.startswith(MAGIC) or blake2b(body, digest_size=SEAL).digest() != data[len(MAGIC) :][:SEAL]:
            raise ValueError("seal")
        length = int.from_bytes(body[:8], "little")
        told, at = json.loads(bytes(body[8 : 8 + length])), 8 + length
        if told["model"] != self.model:
            raise ValueError("another model")
        count, size = told["rows"], told["size"]

        whitening = np.frombuffer(body, np.float32, len(PARTS) * (size + 1) * size, at)
        at += whitening.nbytes
        vectors = []
        for width in (2 * size, 2 * size, size):
            vectors.append(np.frombuffer(body, np.float16, count * width, at).reshape(count, width))
            at += vectors[-1].nbytes
        first, contents = 0, {}
        for sha, frames, drawn, step in told["contents"]:
            contents[sha] = Content(frames, drawn, step, range(first, first + len(drawn)))
            first += len(drawn)
        self.contents, self.files = contents, told["files"]
        self.whitening, self.vectors = whitening.reshape(len(PARTS), size + 1, size), Vectors(*vectors)

    def dump(self) -> bytes:
        """The file, without what no known file holds any more."""
        files = {key: entry for key, entry in self.files.items() if key in self.used or os.path.exists(key)}
        kept = {str(entry[4]) for entry in files.values()}
        contents = {sha: one for sha, one in self.contents.items() if sha in kept}
        rows = [row for one in contents.values() for row in one.rows]
        assert self.whitening is not None
        told = {
            "model": self.model,
            "size": self.whitening.shape[2],
            "rows": len(rows),
            "contents": [[sha, one.frames, one.drawn, one.step] for sha, one in contents.items()],
            "files": files,
        }
        head = json.dumps(told).encode()
        # So that the arrays stand at whole words.
        head += b" " * (-len(head) % 8)
        arrays = [self.whitening.tobytes(), *(each[rows].tobytes() for each in self.vectors)]
        body = b"".join([len(head).to_bytes(8, "little"), head, *arrays])
        return MAGIC + blake2b(body, digest_size=SEAL).digest() + body

    def save(self) -> None:
        """Write the index if there is anything new in it; without it the next search has more work, and no more."""
        if self.path is not None and self.changed and self.whitening is not None:
            clear_temporary(self.path)
            with suppress(OutputError):
                write_atomic(self.path, self.dump())
            self.changed = False

    def seen(self, files: Iterable[File], tell: Tell = lambda number: None, *, keep: bool = True) -> list[Seen]:
        """The frames of files in which something is drawn, in their order; what is new is read and encoded.

        Arguments:
            tell: Told each time how many new frames were encoded.
            keep: Write what is new into the index.
        """
        shas: list[tuple[File, str]] = []
        new: dict[str, tuple[Content, list[Figure]]] = {}
        try:
            for file in files:
                try:
                    sha, data = self.content(file)
                    if sha not in self.contents and sha not in new:
                        new[sha] = read(data if data is not None else formats.content(Path(file.path)))
                except InputError as error:
                    self.faults.append(error if error.trail else error.within(file.path))
                    continue
                shas.append((file, sha))
                if len(new) >= TOGETHER:
                    tell(self.encode(new))
            tell(self.encode(new))
        finally:
            if keep:
                self.save()
        found = []
        for file, sha in shas:
            one = self.contents[sha]
            if one.step > 1:
                self.thinned[file.path] = one.step
            animated = one.frames > 1
            found += [Seen(file, frame, animated, row) for frame, row in zip(one.drawn, one.rows, strict=True)]
        return found

    def content(self, file: File) -> tuple[str, bytes | None]:
        """The sha256 of a file, and its bytes if it had to be read."""
        self.used.add(file.full)
        stat = file.stat
        if stat is None:
            try:
                stat = look(os.stat(file.full))
            except (OSError, ValueError) as error:
                raise InputError(f"cannot be read: {getattr(error, 'strerror', error)}.", file.path) from error
        entry = self.files.get(file.full)
        if entry is not None:
            size, mtime, ctime, at, found = entry
            # What was read within a tick of the file system's clock may have been changed since (`manifest.GRAIN`).
            settled = max(mtime, ctime) + GRAIN < at  # type: ignore[operator]
            if settled and (size, mtime, ctime) == (stat.size, stat.mtime, stat.ctime):
                return str(found), None
        now, data = time.time_ns(), formats.content(Path(file.path))
        sha = digest(data)
        self.files[file.full] = [stat.size, stat.mtime, stat.ctime, now, sha]
        self.changed = True
        return sha, data

    def encode(self, new: dict[str, tuple[Content, list[Figure]]]) -> int:
        """Add vectors of new contents and empty `new`; how many there were."""
        figures = [one for _, some in new.values() for one in some]
        if figures:
            fresh = self.look(figures)
            first = len(self.vectors.shape)
            pairs = zip(self.vectors, fresh, strict=True)
            self.vectors = Vectors(*(np.concatenate([old, more]) if first else more for old, more in pairs))
        else:
            first = len(self.vectors.shape)
        for sha, (content, some) in new.items():
            content.rows = range(first, first + len(some))
            first += len(some)
            self.contents[sha] = content
        self.changed |= bool(new)
        self.encoded += len(figures)
        new.clear()
        return len(figures)

    def look(self, figures: Sequence[Figure]) -> Vectors:
        """The vectors of figures, which need not be a file's; nothing of them is kept."""
        if self.sight is None:
            self.sight = Sight(Encoder(self.checkpoint), self.whitening)
            self.whitening = self.sight.whitening
        return self.sight.vectors(figures)

    def rows(self, some: Sequence[Seen]) -> Vectors:
        """The vectors of frames."""
        places = [one.row for one in some]
        if places == list(range(len(self.vectors.shape))):
            return self.vectors
        return Vectors(*(each[places] for each in self.vectors))


def read(data: bytes) -> tuple[Content, list[Figure]]:
    """What a file of this content holds, and the figures of it."""
    frames = [figure(raster) for raster in formats.decode(data, "")]
    drawn = [(place, one) for place, one in enumerate(frames) if one is not None]
    figures = [one for _, one in drawn]
    step = max((one.step for one in figures), default=1)
    return Content(len(frames), [place for place, _ in drawn], step), figures
