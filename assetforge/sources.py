"""Files to learn from, as they are named at the prompt; free of numpy, since it only names them."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import formats

__all__ = ["Source", "art_and_archives"]

CELLS = re.compile(r"(?P<art>.+)@(?P<width>[1-9]\d*)x(?P<height>[1-9]\d*)")


@dataclass(frozen=True)
class Source:
    """A file to learn from.

    Arguments:
        path: Where it is.
        name: What it goes by.
        cell: (width, height) of the cells to cut it into, for a sheet; None for a sprite or an animation.
    """

    path: Path
    name: str
    cell: tuple[int, int] | None = None


def art_and_archives(inputs: Sequence[str]) -> list[Source]:
    """Archives (``.npz``) as they are, then art by `formats.find`, cut into cells where it is ``ART@WxH``."""
    found = {Path(text): Source(Path(text), Path(text).stem) for text in inputs if text.endswith(".npz")}
    sheets = {text: CELLS.fullmatch(text) for text in inputs if not Path(text).exists()}
    for text in inputs:
        if cell := sheets.get(text):
            size = (int(cell["width"]), int(cell["height"]))
            found |= {path: Source(path, name, size) for path, name in formats.find([cell["art"]])}
    art = [text for text in inputs if not text.endswith(".npz") and not sheets.get(text)]
    plain = {path: Source(path, name) for path, name in below_all(formats.find(art) if art else [])}
    return list({**found, **plain, **found}.values())


def below_all(found: list[tuple[Path, str]]) -> list[tuple[Path, str]]:
    """Art that lies in several folders named by its path below what they share, so that each name tells its folder."""
    folders = {os.path.abspath(path.parent) for path, _ in found}
    if len(folders) < 2 or len({os.path.splitdrive(folder)[0] for folder in folders}) > 1:
        return found
    root = os.path.commonpath(folders)
    return [(path, Path(os.path.relpath(path, root)).with_suffix("").as_posix()) for path, _ in found]
