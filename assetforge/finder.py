"""Which files a sheet or model reads: its patterns, looked up in one listing of the source folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

from .errors import ConfigError, did_you_mean
from .formats import SUFFIXES
from .globs import Listing, fault, matches, prefix, shared
from .settings import Place
from .steps.base import Source

__all__ = ["Finder"]

MANY = 10
"""Patterns at fault that are told; to find the nearest right name takes a while."""


class Finder:
    """Finds a sheet's files in one listing of the source folder, gathering faults."""

    def __init__(self, listing: Listing, source: str, place: Place) -> None:
        self.listing, self.place = listing, place
        self.source = "" if PurePosixPath(source) == PurePosixPath() else f"{PurePosixPath(source)}/"
        self.faults: list[ConfigError] = []

    def find(self, key: str, patterns: Sequence[str], *, foldered: bool = False) -> tuple[Source, ...]:
        """The images that `patterns` mean, each once; a name is the path below the fixed part of its pattern.

        Arguments:
            foldered: Name by the path below what the fixed parts share, so that each name tells its folder.
        """
        found: dict[str, str] = {}
        for pattern in patterns:
            if len(self.faults) >= MANY:
                break
            start = shared(patterns) if foldered else prefix(pattern)
            try:
                names = self.meant(pattern)
            except ConfigError as error:
                self.faults.append(ConfigError(f"{key}: {error}", self.place(key)))
                continue
            for name in names:
                found.setdefault(name, name[len(start) :].rpartition(".")[0])
        many = Counter(found.values())
        return tuple(
            Source(self.source + path, name if many[name] == 1 else path.rpartition(".")[0])
            for path, name in found.items()
        )

    def one(self, key: str, pattern: str, what: str) -> tuple[Source, ...]:
        """The one image that a pattern means; none if it is at fault."""
        found = self.find(key, [pattern])
        if len(found) > 1:
            told = f'{key}: "{pattern[:80]}" means {len(found)} files; {what}.'
            self.faults.append(ConfigError(told, self.place(key)))
        return found[:1]

    def meant(self, pattern: str) -> list[str]:
        """The files below the source folder that one pattern means.

        Raises:
            ConfigError: If there are none, or they are not in the source folder.
        """
        parts = PurePosixPath(pattern).parts
        if ".." in parts or pattern.startswith(("/", "~")) or ":" in pattern[:3] or "\0" in pattern:
            raise ConfigError(
                f'"{pattern[:80]}" leaves the source folder {self.source or "."}; move the files inside it.'
            )
        if why := fault(pattern):
            raise ConfigError(f'"{pattern[:80]}": {why}')
        wild = any(magic in pattern for magic in "*?[{")
        names = [n for n in self.listing.meant(pattern) if not wild or n.lower().endswith(SUFFIXES)]
        start = prefix(pattern)
        for path, refused in self.listing.refused.items():
            around = not path or start.startswith(f"{path}/")
            if not around and not path.startswith(start):
                continue
            named = any(matches(pattern, [path])) and (not wild or path.lower().endswith(SUFFIXES))
            if named or (refused.folder and (around or "**" in parts)):
                raise ConfigError(f"{self.source}{path} {refused.why}")
        if names:
            return names
        raise ConfigError(f'"{pattern[:80]}" matches no image in {self.source or "the project"}{self.mend(pattern)}')

    def mend(self, pattern: str) -> str:
        files = self.listing.files
        if not files:
            return ", which holds no files."
        if any(name.startswith(f"{pattern.rstrip('/')}/") for name in files):
            return f'; did you mean "{pattern.rstrip("/")}/**/*.png"?'
        names = [name for name in files if name.lower().endswith(SUFFIXES)]
        folders = {f"{folder}/*.png" for name in names if (folder := name.rpartition("/")[0])}
        near = did_you_mean(pattern, [*names[:5000], *folders])
        return f"; {near}" if near.startswith("did") else "."

    def beside(self, source: Source, ending: str) -> Source | None:
        """``NAME.mask.png`` of ``NAME.png``, if it is there."""
        path = source.path.rpartition(".")[0] + ending
        if refused := self.listing.refused.get(path[len(self.source) :]):
            self.faults.append(ConfigError(f"{path} {refused.why}", self.place("from")))
        return Source(path, source.name) if path[len(self.source) :] in self.listing.files else None
