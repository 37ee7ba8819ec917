"""What was worked out of a sheet's sprites, each by the digest of its content, so that one change costs one sprite.

A shelf is one file below ``.assetforge/``, written whole. Every entry carries a seal over its key and
its bytes: one that was altered or cut is not there. What the last build used is kept, and no more than
as much again of what those before it used.
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Container
from contextlib import suppress
from pathlib import Path

from . import __version__
from .errors import InputError, OutputError
from .files import read_bytes, write_atomic
from .manifest import CACHE, STATE_LIMIT

__all__ = ["SHELVES", "Shelf", "keep", "key", "shelf_path", "tidy"]

SHELVES = f"{CACHE}/sprites"
MAGIC = b"assetforge shelf 1\n"
# Key, seal, bytes of what follows.
ENTRY = struct.Struct("<32s32sI")


def shelf_path(sheet: str) -> str:
    """Where the shelf of a sheet lies, below the root."""
    return f"{SHELVES}/{sheet}.bin"


def keep(root: Path, sheet: str, data: bytes) -> None:
    """Write the shelf of a sheet, if there is anything new; without it the next build has more work, and no more."""
    if data:
        with suppress(OutputError):
            write_atomic(root / shelf_path(sheet), data)


def tidy(root: Path, sheets: Container[str]) -> None:
    """Remove the shelves of sheets of other names, and what a kill left of one."""
    with suppress(OSError):
        for name in os.listdir(root / SHELVES):
            if name.removesuffix(".bin") not in sheets:
                os.unlink(root / SHELVES / name)


def key(kind: str, sha: str) -> bytes:
    """What the result of a kind of work on a file is found by; another version of ours finds nothing.

    Arguments:
        kind: The work and all its settings.
        sha: The sha256 of the file.
    """
    return hashlib.sha256(f"{__version__}\n{kind}\n{sha}".encode()).digest()


def seal(key: bytes, data: bytes | memoryview) -> bytes:
    found = hashlib.sha256(key)
    found.update(data)
    return found.digest()


class Shelf:
    """The entries of one sheet."""

    def __init__(self, data: bytes = b"") -> None:
        self.entries: dict[bytes, tuple[bytes, memoryview]] = {}
        self.used: dict[bytes, None] = {}
        self.changed = False
        view, at = memoryview(data), len(MAGIC)
        while data.startswith(MAGIC) and at + ENTRY.size <= len(data):
            name, mark, size = ENTRY.unpack_from(data, at)
            at += ENTRY.size + size
            if at > len(data):
                break
            self.entries[name] = mark, view[at - size : at]

    @classmethod
    def load(cls, root: Path, sheet: str) -> Shelf:
        """The shelf of a sheet; an empty one if there is none."""
        try:
            return cls(read_bytes(root / shelf_path(sheet), STATE_LIMIT))
        except InputError:
            return cls()

    def get(self, name: bytes) -> bytes | None:
        """The entry of a key, if it is there and as it was put."""
        mark, data = self.entries.get(name, (b"", memoryview(b"")))
        if mark != seal(name, data):
            return None
        self.used[name] = None
        return bytes(data)

    def put(self, name: bytes, data: bytes) -> None:
        """Keep an entry."""
        self.entries[name] = seal(name, data), memoryview(data)
        self.used[name] = None
        self.changed = True

    def dump(self) -> bytes:
        """The file: what was used, then what was not and may be again, up to as much."""
        parts = [MAGIC]
        room = 0
        for name in self.used:
            mark, data = self.entries[name]
            parts += (ENTRY.pack(name, mark, len(data)), bytes(data))
            room += len(data)
        for name, (mark, data) in self.entries.items():
            if name not in self.used and len(data) <= room:
                parts += (ENTRY.pack(name, mark, len(data)), bytes(data))
                room -= len(data)
        return b"".join(parts)
