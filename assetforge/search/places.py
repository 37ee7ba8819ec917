"""Where to look: image files as they are named, and where the index of them lies."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from .. import formats
from ..errors import ConfigError
from ..files import digest
from ..globs import MASK, scan
from ..manifest import CACHE
from .catalog import File

__all__ = ["home", "listed"]

CONFIG = "assetforge.toml"


def listed(places: Sequence[str]) -> Iterator[File]:
    """The image files of folders, globs and names, each once, with their stat where a look at a folder told it.

    Raises:
        ConfigError: If one is missing or holds no image.
    """
    told: set[str] = set()
    for place in places:
        if os.path.isdir(place):
            full = os.path.abspath(place)
            found = [
                File(os.path.join(place, name), os.path.join(full, name), stat)
                for name, stat in scan(Path(place), Path(place), follow=True).files.items()
                if name.lower().endswith(formats.SUFFIXES) and not name.lower().endswith(MASK)
            ]
            if not found:
                raise ConfigError(f'"{place}" holds no image; assetforge reads {", ".join(formats.SUFFIXES)}.')
        else:
            found = [File(str(path), os.path.abspath(path)) for path, _ in formats.find([place])]
        for file in found:
            if file.full not in told:
                told.add(file.full)
                yield file


def home(places: Sequence[str]) -> Path:
    """Where the index lies: in the cache of the project that holds all of the art, else in the user's cache folder."""
    fixed = [Path(os.path.abspath(place.split("*")[0].split("{")[0])) for place in places]
    for folder in (fixed[0], *fixed[0].parents):
        if (folder / CONFIG).is_file() and all(path.is_relative_to(folder) for path in fixed):
            return folder / CACHE / "search.bin"
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    name = digest("\n".join(sorted(map(str, fixed))).encode("utf-8", "surrogateescape"))[:16]
    return base / "assetforge" / "search" / f"{name}.bin"
