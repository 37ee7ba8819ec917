"""A TOML file whose entries know their lines, so that a message can point at the fault."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .errors import ConfigError
from .files import read_bytes

__all__ = ["Document", "read"]

LIMIT = 1 << 20

MOST_PARTS = 32
HINTED = 512
"""Of a line, how much is looked at for a key: what stands further right has no line of its own."""

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]#]+?)\s*\]")
_KEY = re.compile(r"""\s*("[^"]*"|'[^']*'|[A-Za-z0-9_-]+)\s*[.=]""")
_AT = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")
# What may hold brackets that mean nothing: strings, and the rest of the line after a hash.
# One that does not end is taken to its end: looked for again from each quote in it, it would take hours.
_QUIET = re.compile(r'"(?:[^"\\]|\\.)*"?' + r"|'[^']*'?|#.*")
# The standard library's reader takes time with the square of a key's parts.
_PART = r"""(?:[\w-]{1,200}+|"(?:[^"\\\n]|\\.){0,200}+"|'[^'\n]{0,200}+')[ \t]*+\.[ \t]*+"""
_DEEP = re.compile(rf"(?<![\w-])(?:{_PART}){{{MOST_PARTS}}}")

Path_ = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """A parsed file.

    Arguments:
        name: What messages call it.
        table: What it says.
        lines: Where it says it: ("sheet", 0) or ("sheet", 0, "count") to a line, counted from 1.
            Entries that the light scan does not see (dotted keys, inline tables) are absent.
    """

    name: str
    table: dict[str, Any]
    lines: dict[Path_, int] = field(default_factory=dict)

    def place(self, *path: str | int) -> str:
        """The file and the nearest known line at or above `path`: ``assetforge.toml:14``."""
        for length in range(len(path), 0, -1):
            if line := self.lines.get(path[:length]):
                return f"{self.name}:{line}"
        return self.name


def read(path: Path, name: str | None = None) -> Document:
    """The TOML file at `path`.

    Raises:
        ConfigError: If it is no TOML in UTF-8, is larger than 1 MiB, or nests too deep.
        InputError: If it cannot be read.
    """
    name = name or path.name
    data = read_bytes(path)
    if len(data) > LIMIT:
        raise ConfigError(f"holds {len(data)} bytes, a configuration at most {LIMIT}.", name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ConfigError("is not UTF-8; save it as UTF-8.", f"{name}:{line}") from error
    text = text.replace("\r\n", "\n")
    if deep := _DEEP.search(text):
        line = text.count("\n", 0, deep.start()) + 1
        raise ConfigError(f"a key of more than {MOST_PARTS} parts; none here has more than two.", f"{name}:{line}")
    try:
        table = tomllib.loads(text)
    except RecursionError:
        raise ConfigError("nests too deep; no key here needs more than two levels.", name) from None
    except ValueError as error:
        fault = str(error)
        if "integer string conversion" in fault:
            long = re.search(r"(?<![\d_])[\d_]{4000}", text)
            line = text.count("\n", 0, long.start() if long else 0) + 1
            raise ConfigError("holds a number of thousands of digits; mend the TOML.", f"{name}:{line}") from error
        at = _AT.search(fault)
        line = int(at[1]) if at and at[1] else text.count("\n") + 1
        raise ConfigError(f"{_AT.sub('', fault)[:200]}; mend the TOML.", f"{name}:{line}") from error
    return Document(name, table, dict(_lines(text)))


def _lines(text: str) -> Iterator[tuple[Path_, int]]:
    """Where each table and each of its own keys begins, by a scan that skips values over several lines."""
    table: Path_ = ()
    counts: dict[str, int] = {}
    depth, fence = 0, ""
    for number, line in enumerate(text.split("\n"), 1):
        if fence:
            line, _, rest = line.partition(fence)
            if not _:
                continue
            line, fence = rest, ""
        elif depth == 0:
            if header := _HEADER.match(line[:HINTED]):
                name = header[2].strip("\"'")
                table = (name,)
                if header[1] == "[[":
                    table = (name, counts.get(name, 0))
                    counts[name] = counts.get(name, 0) + 1
                yield table, number
                continue
            if key := _KEY.match(line[:HINTED]):
                yield (*table, key[1].strip("\"'")), number
        for quotes in ('"""', "'''"):
            if line.count(quotes) % 2:
                line, fence = line[: line.rindex(quotes)], quotes
                break
        bare = _QUIET.sub("", line)
        depth = max(0, depth + bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}"))
