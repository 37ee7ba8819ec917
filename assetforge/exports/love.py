"""The sheet as a Lua module for LÖVE: ``require "assets.forge.monsters"``.

A module of plain values, which any Lua from 5.1 on reads; `plugins/love/assetforge.lua` makes quads, players and a
shader of it. Lua's strings are bytes, so a name that is no UTF-8 on disk is its own bytes again
(https://www.lua.org/manual/5.1/manual.html#2.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .json import animations

if TYPE_CHECKING:
    from ..sheet import Frame, Sheet

__all__ = ["Love"]

KEYWORDS = re.compile(
    "and|break|do|else|elseif|end|false|for|function|goto|if|in|local|nil|not|or|repeat|return|then|true|until|while"
)

HEAD = """\
-- Where the frames of a sheet lie in its picture; what is read with it lies beside this file. Lengths are in pixels,
-- durations in milliseconds. assetforge.lua draws it; it is written anew by every `assetforge build`.
local name = {name}
local here = (... or name):sub(1, -#name - 1)
here = here:find("/", 1, true) and here or here:gsub("%.", "/")
return {{
  name = name,
  image = here .. name .. ".png",
  index = here .. name .. ".index.png",
  strip = here .. name .. ".palette.png",
  width = {width},
  height = {height},
"""


@dataclass(frozen=True)
class Love:
    """Gives ``NAME.lua``."""

    def files(self, sheet: Sheet, provenance: Mapping[str, Any]) -> dict[str, bytes]:
        """The one file, one line for each frame and animation, so that changes show well in git."""
        width, height = sheet.atlas.size
        head = HEAD.format(name=_quoted(sheet.name), width=width, height=height)
        return {f"{sheet.name}.lua": "".join([head, *(f"{line}\n" for line in _lines(sheet)), "}\n"]).encode()}


def _lines(sheet: Sheet) -> Iterator[str]:
    yield f"  palettes = {{ {_list(palette.name for palette in sheet.palettes)} }},"
    if sheet.others:
        yield f"  others = {{ {_list(sheet.others)} }},"
    yield "  names = {"
    yield from (f"    {_quoted(frame.name)}," for frame in sheet.frames)
    yield "  },"
    yield "  frames = {"
    yield from (f"    {_key(frame.name)} = {{ {_frame(frame)} }}," for frame in sheet.frames)
    yield "  },"
    yield "  animations = {"
    rounds = {tag.name: tag.repeat for tag in sheet.tags}
    for name, frames in animations(sheet).items():
        yield f"    {_key(name)} = {{ rounds = {rounds[name]}, frames = {{ {_list(frames)} }} }},"
    yield "  },"


def _frame(frame: Frame) -> str:
    width, height = frame.source
    facts = {
        "x": frame.x,
        "y": frame.y,
        "w": frame.width,
        "h": frame.height,
        "left": frame.left,
        "top": frame.top,
        "width": width,
        "height": height,
        "duration": frame.duration,
    }
    return ", ".join(f"{key} = {value}" for key, value in facts.items())


def _list(names: Iterable[str]) -> str:
    return ", ".join(map(_quoted, names))


def _key(name: str) -> str:
    """The name as the key of a table: bare if it is an identifier."""
    identifier = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) and not KEYWORDS.fullmatch(name)
    return name if identifier else f"[{_quoted(name)}]"


def _quoted(text: str) -> str:
    """`text` as a string of Lua's."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    if "\ud800" <= letter <= "\udfff":
        # Python's mark for a byte of a file's name that is no UTF-8; others are half a letter of Windows'.
        how = "surrogateescape" if "\udc80" <= letter <= "\udcff" else "surrogatepass"
        return "".join(f"\\{byte:03}" for byte in letter.encode("utf-8", how))
    return letter if letter >= " " and letter != "\x7f" else f"\\{ord(letter):03}"
