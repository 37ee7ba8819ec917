"""Which files of the source folder a pattern means, from one look at the folder.

A pattern has ``*`` and ``?`` within a name, ``**`` over folders, ``[abc]`` and ``{png,gif}``. Names
that begin with a dot are never meant, nor are ``NAME.mask.png``, which belong to ``NAME.png``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import takewhile
from pathlib import Path, PurePosixPath

__all__ = ["MASK", "Listing", "Stat", "look", "matches", "prefix", "scan", "shared"]

MASK = ".mask.png"
_MAGIC = re.compile(r"[*?\[{]")


@dataclass(frozen=True, slots=True)
class Stat:
    """What a look at a file tells without reading it: sizes in bytes, times in nanoseconds."""

    size: int
    mtime: int
    ctime: int


@dataclass(frozen=True)
class Listing:
    """What lies in a folder.

    Arguments:
        files: From path below the folder, with slashes, to its stat; in order.
        refused: Links that lead out of the project, and links that run in a circle.
        spans: Where the files of each folder stand among all, first and after last, by its path with a
            closing slash.
    """

    files: dict[str, Stat]
    refused: tuple[str, ...] = ()
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The paths, in order."""
        return tuple(self.files)

    def meant(self, pattern: str) -> Iterator[str]:
        """Those of the files that `pattern` means."""
        # A project of many sheets has a folder for each: none should look through those of all others.
        first, last = self.spans.get(prefix(pattern), (0, len(self.names)))
        return matches(pattern, self.names[first:last])


def look(status: os.stat_result) -> Stat:
    """The stat in the shape of a listing."""
    return Stat(status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def scan(folder: Path, root: Path, skip: Iterable[Path] = ()) -> Listing:
    """Everything below `folder` but hidden names, in the order of the names.

    Arguments:
        folder: Where to look; may be absent, then nothing is found.
        root: The project: links that leave it are refused, not followed.
        skip: Folders to leave out, resolved.
    """
    files: dict[str, Stat] = {}
    refused: list[str] = []
    spans: dict[str, tuple[int, int]] = {}
    base, left_out = root.resolve(), {str(path) for path in skip}
    entered = {os.path.realpath(folder)}

    def walk(directory: str, below: str) -> None:
        first = len(files)
        try:
            with os.scandir(directory) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            return
        for entry in found:
            if entry.name.startswith("."):
                continue
            path = below + entry.name
            try:
                if entry.is_symlink():
                    target = os.path.realpath(entry.path)
                    if not Path(target).is_relative_to(base):
                        refused.append(path)
                        continue
                    if entry.is_dir():
                        # Entering each linked folder once ends every circle of links.
                        if target in entered:
                            refused.append(path)
                            continue
                        entered.add(target)
                if entry.is_dir():
                    if os.path.realpath(entry.path) not in left_out:
                        walk(entry.path, path + "/")
                else:
                    files[path] = look(entry.stat())
            except OSError:
                # A link to nowhere, or gone since the folder was read.
                continue
        spans[below] = first, len(files)

    if os.path.realpath(folder) not in left_out:
        walk(os.fspath(folder), "")
    return Listing(files, tuple(refused), spans)


def prefix(pattern: str) -> str:
    """The folder that a pattern starts in, with a closing slash, or empty: ``items/`` of ``items/**/*.png``."""
    parts = PurePosixPath(pattern).parts
    plain = []
    for part in parts[:-1]:
        if _MAGIC.search(part):
            break
        plain.append(part)
    return "".join(f"{part}/" for part in plain)


def shared(patterns: Iterable[str]) -> str:
    """The folder that all patterns start in, written as `prefix` writes it."""
    levels = zip(*(prefix(pattern).split("/")[:-1] for pattern in patterns), strict=False)
    return "".join(f"{level[0]}/" for level in takewhile(lambda level: len(set(level)) == 1, levels))


def matches(pattern: str, names: Iterable[str]) -> Iterator[str]:
    """Those of `names` that `pattern` means."""
    literal = str(PurePosixPath(pattern))
    if not _MAGIC.search(pattern):
        yield from (name for name in names if name == literal)
        return
    start, expression = prefix(pattern), _compile(pattern)
    for name in names:
        if name.startswith(start) and expression.fullmatch(name) and not name.endswith(MASK):
            yield name


@lru_cache(maxsize=256)
def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{_translate(each)})" for each in _braces(str(PurePosixPath(pattern)))), re.DOTALL)


def _braces(pattern: str, limit: int = 256) -> list[str]:
    """``a.{png,gif}`` as ``a.png`` and ``a.gif``; nested braces are taken from within."""
    done: list[str] = []
    open_ = [pattern]
    while open_ and len(done) + len(open_) <= limit:
        each = open_.pop()
        group = re.search(r"\{([^{}]*)\}", each)
        if group is None:
            done.append(each)
        else:
            open_ += [each[: group.start()] + choice + each[group.end() :] for choice in group[1].split(",")]
    return done


def _translate(pattern: str) -> str:
    out = []
    parts: list[str] = []
    for part in pattern.split("/"):
        # Several ** in a row mean one, and would take the expression long to refuse a name.
        if part != "**" or parts[-1:] != ["**"]:
            parts.append(part)
    for place, part in enumerate(parts):
        last = place == len(parts) - 1
        if part == "**":
            out.append(".*" if last else "(?:[^/]+/)*")
            continue
        for token in re.findall(r"\*+|\?|\[!?\]?[^\]]*\]|.", part, re.DOTALL):
            if token[0] == "*":
                out.append("[^/]*")
            elif token == "?":
                out.append("[^/]")
            elif token[0] == "[" and len(token) > 2:
                out.append(_any_of(token))
            else:
                out.append(re.escape(token))
        if not last:
            out.append("/")
    return "".join(out)


def _any_of(token: str) -> str:
    """``[abc]``, ``[a-c]`` or ``[!abc]`` as a regular expression; what is no such set means itself."""
    inner = re.sub(r"([\\\[\]^&|~]|(?<=-)-)", r"\\\1", token[1:-1])
    expression = f"[{'^' + inner[1:] if inner[0] == '!' else inner}]"
    try:
        re.compile(expression)
    except re.error:
        return re.escape(token)
    return expression
