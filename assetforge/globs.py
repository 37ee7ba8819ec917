"""Which files of the source folder a pattern means, from one look at the folder.

A pattern has ``*`` and ``?`` within a name, ``**`` over folders, ``[abc]`` and ``{png,gif}``. Names
that begin with a dot are never meant, nor are ``NAME.mask.png``, which belong to ``NAME.png``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import takewhile
from pathlib import Path, PurePosixPath
from typing import NamedTuple

__all__ = ["MASK", "Listing", "Refused", "Stat", "fault", "look", "matches", "prefix", "scan", "shared"]

MASK = ".mask.png"
MOST_LETTERS, MOST_CHOICES = 1000, 256
MOST_DEEP, MOST_LINKED = 200, 4096
_MAGIC = re.compile(r"[*?\[{]")


@dataclass(frozen=True, slots=True)
class Stat:
    """What a look at a file tells without reading it: sizes in bytes, times in nanoseconds."""

    size: int
    mtime: int
    ctime: int


class Refused(NamedTuple):
    """What is not looked into: why, and how to mend it, in words that follow its path; and whether it is a folder."""

    why: str
    folder: bool


@dataclass(frozen=True)
class Listing:
    """What lies in a folder.

    Arguments:
        files: From path below the folder, with slashes, to its stat; in order.
        refused: By path, what is not looked into: links that lead out of the project or to nothing, folders
            that cannot be read.
        spans: Where the files of each folder stand among all, first and after last, by its path with a
            closing slash.
    """

    files: dict[str, Stat]
    refused: dict[str, Refused] = field(default_factory=dict)
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The paths, in order."""
        return tuple(self.files)

    def meant(self, pattern: str) -> Iterator[str]:
        """Those of the files that `pattern` means."""
        if not _MAGIC.search(pattern):
            return matches(pattern, self.files)
        # A project of many sheets has a folder for each: none should look through those of all others.
        first, last = self.spans.get(prefix(pattern), (0, len(self.names)))
        return matches(pattern, self.names[first:last])


def look(status: os.stat_result) -> Stat:
    """The stat in the shape of a listing."""
    return Stat(status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def scan(folder: Path, root: Path, skip: Iterable[Path] = (), follow: bool = False) -> Listing:
    """Everything below `folder` but hidden names, in the order of the names.

    A link that leads back to a folder it lies in is passed over: there is nothing new behind it.

    Arguments:
        folder: Where to look; may be absent, then nothing is found.
        root: The project: links that leave it are refused.
        skip: Folders to leave out, resolved.
        follow: Follow links out of the project too.
    """
    files: dict[str, Stat] = {}
    refused: dict[str, Refused] = {}
    spans: dict[str, tuple[int, int]] = {}
    base, left_out = root.resolve(), {str(path) for path in skip}
    linked = 0

    def leads(target: str, path: str, above: tuple[str, ...]) -> bool:
        """Whether a link to `target` may be followed."""
        if not follow and not Path(target).is_relative_to(base):
            why = "links out of the project; put the files inside it, or set follow_links = true under [project]."
            refused[path] = Refused(why, os.path.isdir(target))
        elif target in above:
            return False
        elif not os.path.exists(target):
            refused[path] = Refused("links to nothing; mend the link or remove it.", False)
        elif linked > MOST_LINKED:
            refused[path] = Refused(f"is one of links to more than {MOST_LINKED} folders; remove some.", True)
        return path not in refused

    def walk(directory: str, below: str, above: tuple[str, ...], by_link: bool) -> None:
        nonlocal linked
        first, here = len(files), below.rstrip("/")
        if len(above) > MOST_DEEP:
            refused[here] = Refused(f"lies in {MOST_DEEP} folders; put it further up.", True)
            return
        try:
            with os.scandir(directory) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            # Passed over, its sprites would vanish from the sheets.
            refused[here] = Refused(f"cannot be read: {error.strerror}.", True)
            return
        # Links to folders of links make more folders than any disk holds.
        linked += by_link
        for entry in found:
            if entry.name.startswith("."):
                continue
            path = below + entry.name
            try:
                is_link, target = entry.is_symlink(), os.path.join(above[-1], entry.name)
                if is_link:
                    target = os.path.realpath(target)
                    if not leads(target, path, above):
                        continue
                if entry.is_dir():
                    if target not in left_out and target not in above:
                        walk(entry.path, path + "/", (*above, target), by_link or is_link)
                else:
                    files[path] = look(entry.stat())
            except OSError:
                # Gone since the folder was read.
                continue
        spans[below] = first, len(files)

    if (start := os.path.realpath(folder)) not in left_out:
        walk(os.fspath(folder), "", (start,), False)
    return Listing(files, refused, spans)


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


def matches(pattern: str, names: Collection[str]) -> Iterator[str]:
    """Those of `names` that `pattern` means."""
    literal = str(PurePosixPath(pattern))
    if not _MAGIC.search(pattern):
        if literal in names:
            yield literal
        return
    start, expression = prefix(pattern), _compile(pattern)
    for name in names:
        if name.startswith(start) and expression.fullmatch(name) and not name.endswith(MASK):
            yield name


def fault(pattern: str) -> str:
    """Why a pattern is not looked up, or nothing."""
    if len(pattern) > MOST_LETTERS:
        return f"a pattern has at most {MOST_LETTERS} letters, this one {len(pattern)}."
    if len(_braces(pattern)) > MOST_CHOICES:
        return f"its braces mean more than {MOST_CHOICES} patterns; write fewer."
    return ""


@lru_cache(maxsize=256)
def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{_translate(each)})" for each in _braces(str(PurePosixPath(pattern)))), re.DOTALL)


def _braces(pattern: str) -> list[str]:
    """``a.{png,gif}`` as ``a.png`` and ``a.gif``; nested braces are taken from within. Stops past `MOST_CHOICES`."""
    done: list[str] = []
    open_ = [pattern]
    while open_ and len(done) <= MOST_CHOICES:
        each = open_.pop()
        group = re.search(r"\{([^{}]*)\}", each)
        if group is None:
            done.append(each)
        else:
            open_ += [each[: group.start()] + choice + each[group.end() :] for choice in group[1].split(",")]
    return done


def _translate(pattern: str) -> str:
    """A regular expression for the whole of a path.

    What stands between two ``**``, or two stars, is taken where it comes first and not tried elsewhere
    (``(?>…)``): that is never wrong, and keeps a long pattern from taking hours to refuse a name.
    """
    groups: list[list[str]] = [[]]
    for part in pattern.split("/"):
        if part != "**":
            groups[-1].append(part)
        elif groups[-1] or len(groups) == 1:
            groups.append([])
    *starts, end = ["/".join(_segment(part) for part in group) for group in groups]
    if not starts:
        return end
    out = f"{starts[0]}/" if groups[0] else ""
    out += "".join(f"(?>(?:[^/]+/)*?{middle}/)" for middle in starts[1:])
    return out + (f"(?:[^/]+/)*{end}" if groups[-1] else ".*")


def _segment(part: str) -> str:
    """A regular expression for one name."""
    pieces = [""]
    for token in re.findall(r"\*+|\?|\[!?\]?[^\]]*\]|.", part, re.DOTALL):
        if token[0] == "*":
            pieces.append("")
        elif token == "?":
            pieces[-1] += "[^/]"
        elif token[0] == "[" and len(token) > 2:
            pieces[-1] += f"(?!/){_any_of(token)}"
        else:
            pieces[-1] += re.escape(token)
    if len(pieces) == 1:
        return pieces[0]
    first, *between, last = pieces
    return first + "".join(f"(?>[^/]*?{piece})" for piece in between) + f"[^/]*{last}"


def _any_of(token: str) -> str:
    """``[abc]``, ``[a-c]`` or ``[!abc]`` as a regular expression; what is no such set means itself."""
    inner = re.sub(r"([\\\[\]^&|~]|(?<=-)-)", r"\\\1", token[1:-1])
    expression = f"[{'^' + inner[1:] if inner[0] == '!' else inner}]"
    try:
        re.compile(expression)
    except re.error:
        return re.escape(token)
    return expression
