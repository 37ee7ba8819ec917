"""What became of the art that a sheet was made from, and on what terms it may be used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from ..errors import InputError
from ..files import digest, read_bytes

__all__ = ["altered", "terms"]

TERMS = ("license", "licence", "credits", "copying", "copyright", "attribution")
MOST_TERMS = 1 << 20
SHOWN = 2000
"""Characters of a license that a page shows; the file is named."""


def altered(root: Path, inputs: Mapping[str, str]) -> list[str]:
    """Inputs of a sheet that are gone, or no longer what it was made from."""
    found = []
    for path, sha256 in inputs.items():
        try:
            same = digest(read_bytes(root / path)) == sha256
        except InputError:
            same = False
        if not same:
            found.append(path)
    return found


def terms(root: Path, inputs: Iterable[str]) -> list[tuple[str, str]]:
    """What stands in LICENSE, CREDITS and the like beside the inputs, or above them below the root: path and text."""
    folders = {folder for path in inputs for folder in PurePosixPath(path).parents}
    found = []
    for folder in sorted(folders, key=str):
        try:
            paths = sorted((root / folder).iterdir())
        except OSError:
            continue
        for path in paths:
            if path.stem.lower() in TERMS and path.suffix.lower() in ("", ".md", ".txt") and path.is_file():
                with suppress(InputError):
                    text = read_bytes(path, MOST_TERMS).decode("utf-8", "replace")
                    found.append(((folder / path.name).as_posix(), text[:SHOWN]))
    return found
