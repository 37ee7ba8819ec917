"""What every palette file boils down to before it is checked: colors in file order, and what there is to tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...errors import InputError
from ...palette import RGB

__all__ = ["Swatches", "channels", "opaque", "text_lines"]

# Long past any palette; a line longer than this is no line of a palette file.
LINE_LIMIT = 1024


@dataclass(frozen=True)
class Swatches:
    """Colors as a file lists them; there may be too few or too many for a `Palette`.

    Arguments:
        colors: The opaque ones, in file order.
        notes: What was left out, converted or guessed, one short phrase each.
    """

    colors: tuple[RGB, ...]
    notes: tuple[str, ...] = ()


def opaque(entries: Iterable[tuple[int, int, int, int]], notes: tuple[str, ...] = ()) -> Swatches:
    """The RGBA `entries` without the transparent ones; a note tells what became of alpha."""
    colors: list[RGB] = []
    gone: list[str] = []
    partial = 0
    for place, (red, green, blue, alpha) in enumerate(entries, 1):
        if alpha == 0:
            gone.append(f"{place} (#{red:02x}{green:02x}{blue:02x})")
        else:
            colors.append((red, green, blue))
            partial += alpha != 255
    if gone:
        shown = ", ".join(gone[:4]) + (f" and {len(gone) - 4} more" if len(gone) > 4 else "")
        noun = "entry" if len(gone) == 1 else "entries"
        notes = (*notes, f"left out transparent {noun} {shown}")
    if partial:
        noun = "entry" if partial == 1 else "entries"
        notes = (*notes, f"took {partial} half-transparent {noun} as opaque")
    return Swatches(tuple(colors), notes)


def text_lines(data: bytes, place: str) -> Iterator[tuple[str, str]]:
    """Every line that is not blank, as (``place:line``, stripped text).

    Raises:
        InputError: If `data` is no text.
    """
    if b"\0" in data:
        raise InputError("is no text file: it holds zero bytes.", place)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Old editors wrote color names in Latin-1; the numbers read the same.
        text = data.decode("latin-1")
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > LINE_LIMIT:
            raise InputError(f"holds {len(line)} characters in one line; this is no palette.", f"{place}:{number}")
        if line.strip():
            yield f"{place}:{number}", line.strip()


def channels(words: list[str], place: str, line: str) -> list[int]:
    """`words` as numbers from 0 to 255.

    Raises:
        InputError: If one is not.
    """
    for word in words:
        if not (word.isascii() and word.isdecimal() and len(word) <= 3 and int(word) <= 255):
            raise InputError(f'"{line[:40]}" is no color; give red, green and blue from 0 to 255.', place)
    return [int(word) for word in words]
