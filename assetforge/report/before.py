"""What a sprite was before the build: the file it came from, by the inputs that its sheet names; and on what terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from .. import formats
from ..errors import InputError
from ..files import digest, read_bytes

__all__ = ["Sources", "altered", "terms"]

TERMS = ("license", "licence", "credits", "copying", "copyright", "attribution")
MOST_TERMS = 1 << 20
SHOWN = 2000
"""Characters of a license that a page shows; the file is named."""

Pixels = NDArray[np.uint8]


@dataclass
class Sources:
    """The art of a project, read as far as it is asked for.

    Arguments:
        root: The project.
        inputs: Paths below it, and the digests that a sheet was made from.
    """

    root: Path
    inputs: Mapping[str, str]
    read: dict[str, dict[str, Pixels]] = field(default_factory=dict)

    def frame(self, name: str) -> Pixels | None:
        """RGBA (H, W, 4) of the input frame that a sprite of this name was made from; None if it is gone."""
        for path in self._named(name):
            frames = self._frames(path)
            short = name.rpartition("/")[2]
            found = frames.get(short, next(iter(frames.values())) if len(frames) == 1 else None)
            if found is not None:
                return found
        return None

    def _named(self, name: str) -> list[str]:
        """Inputs that a name may mean, the likeliest first: ``walk-2`` is a file of that name, or a frame of walk."""
        stems = [name, *(name[:place] for place in range(len(name) - 1, 0, -1) if name[place] == "-")]
        ending = {path.rpartition(".")[0]: path for path in self.inputs}
        return [path for stem in stems for key, path in ending.items() if f"/{key}".endswith(f"/{stem}")]

    def _frames(self, path: str) -> dict[str, Pixels]:
        if path not in self.read:
            try:
                rasters = formats.read(self.root / path, Path(path).stem)
            except InputError:
                rasters = []
            self.read[path] = {raster.name: raster.rgba for raster in rasters}
        return self.read[path]


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
