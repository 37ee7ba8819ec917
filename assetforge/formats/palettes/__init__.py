"""Palette files in and out, and the palettes that travel with the package.

One module per format; each `read`s bytes into `Swatches` and `write`s a `Palette` to bytes. Order and
doubles are kept; what a reader leaves out or guesses it notes. Free of numpy; Pillow only for a PNG.
"""

from __future__ import annotations

import os
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

from ...errors import ConfigError, InputError, did_you_mean
from ...files import bundled, inside, read_bytes
from ...palette import MAX_COLORS, MIN_COLORS, Palette
from .swatches import Swatches

__all__ = ["FORMATS", "find", "index", "load", "names", "read", "write"]

FORMATS = {
    ".hex": "hex",
    ".gpl": "gpl",
    ".pal": "pal",
    ".act": "act",
    ".ase": "ase",
    ".png": "strip",
}
# Formats that can say which entry is the transparent one without being asked to differ from the rest.
HOLDS_TRANSPARENT = (".gpl", ".act")

READ_LIMIT = 8 << 20


def names() -> list[str]:
    """The bundled palettes, in order of name."""
    return sorted(path.stem for path in bundled("palettes").glob("*.hex"))


def index() -> dict[str, dict[str, Any]]:
    """What is known of each bundled palette: title, author, colors, sources, check, note."""
    with (bundled("palettes") / "index.toml").open("rb") as file:
        return tomllib.load(file)


def find(spec: str, root: Path | None = None, links: bool = False) -> Path:
    """The file that `spec` means: a bundled name, or else a path.

    Arguments:
        spec: As a configuration or a command line gives it.
        root: Where paths begin and what they may not leave; None takes any path, from the working directory.
        links: Whether links may leave `root`.

    Raises:
        ConfigError: If there is neither such a name nor such a file; names the nearest bundled one.
    """
    if spec in (known := names()):
        return bundled("palettes") / f"{spec}.hex"
    path = Path(spec) if root is None else inside(root, spec, links)
    if path.suffix.lower() in FORMATS and os.path.lexists(path):
        return path
    if path.suffix.lower() in FORMATS:
        raise ConfigError(f'no palette file "{spec[:80]}"; {nearest(path.stem, known)}')
    if os.path.isfile(path):
        raise ConfigError(f'"{spec}" is no palette file; these are read: {" ".join(FORMATS)}.')
    raise ConfigError(f'no palette "{spec[:80]}"; {nearest(spec, known)}')


def nearest(name: str, known: list[str]) -> str:
    """The mend for a palette that is not there."""
    near = did_you_mean(name, known)
    return near if near.startswith("did") else "see `assetforge palette list`, or give a file."


def load(spec: str, root: Path | None = None, notes: list[str] | None = None, links: bool = False) -> Palette:
    """The palette that `spec` means: see `find` for the arguments and `read` for `notes`.

    Raises:
        ConfigError: If there is no such palette.
        InputError: If the file is malformed, or holds fewer than 2 or more than 255 colors.
    """
    return read(find(spec, root, links), notes)


def read(path: Path, notes: list[str] | None = None) -> Palette:
    """The palette in a file, by its suffix, under the file's own name.

    Arguments:
        path: A file of one of `FORMATS`.
        notes: Takes what there is to tell: doubles, transparent entries left out, colors converted.

    Raises:
        ConfigError: If the suffix is none of ours.
        InputError: If the file is malformed, or holds fewer than 2 or more than 255 opaque colors.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise ConfigError(f"is no palette file; these are read: {' '.join(FORMATS)}.", str(path))
    found: Swatches = import_module(f".{FORMATS[suffix]}", __name__).read(read_bytes(path, READ_LIMIT), str(path))
    if not MIN_COLORS <= len(found.colors) <= MAX_COLORS:
        told = "".join(f" ({note})" for note in found.notes)
        raise InputError(
            f"holds {len(found.colors)} opaque color{'s' * (len(found.colors) != 1)}{told}, "
            f"a palette has {MIN_COLORS} to {MAX_COLORS}.",
            str(path),
        )
    palette = Palette(found.colors, path.stem)
    if notes is not None:
        notes += [f"{path}: {note}" for note in (*found.notes, *doubles(palette))]
    return palette


def doubles(palette: Palette) -> list[str]:
    """A phrase for each color that comes again."""
    return [f"color {later} is {palette.hex[later - 1]} again, like color {first}" for later, first in palette.doubles]


def write(palette: Palette, suffix: str, transparent: bool = False) -> bytes:
    """The palette as a file of a format.

    Arguments:
        palette: The colors; order and doubles are kept.
        suffix: One of `FORMATS`.
        transparent: Put the transparent entry first, so that places in the file equal our indices;
            .gpl and .act can, .png always does.

    Raises:
        ConfigError: If the format is unknown, or cannot hold a transparent entry.
    """
    suffix = suffix.lower()
    if suffix not in FORMATS:
        raise ConfigError(f'"{suffix}" is no palette format; choose one of {" ".join(FORMATS)}.')
    made = import_module(f".{FORMATS[suffix]}", __name__)
    if suffix in HOLDS_TRANSPARENT:
        result: bytes = made.write(palette, transparent)
    elif transparent and suffix != ".png":
        raise ConfigError(f"a {suffix} file cannot mark an entry as transparent; choose .gpl, .act or .png.")
    else:
        result = made.write(palette)
    return result
