"""What a sprite was before the build: the frame of the file that it came from, among the inputs its sheet names."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from . import formats
from .errors import InputError

__all__ = ["Ancestry"]

Pixels = NDArray[np.uint8]


class Ancestry:
    """The art of a project, read as far as it is asked for.

    Arguments:
        root: The project.
        inputs: Paths below it.
    """

    def __init__(self, root: Path, inputs: Iterable[str]) -> None:
        self.root, self.inputs = root, list(inputs)
        self.read: dict[str, dict[str, Pixels]] = {}

    def frame(self, name: str) -> Pixels | None:
        """RGBA (H, W, 4) of the input frame that a sprite of this name was made from; None if it is gone.

        Arguments:
            name: A sprite's; or the end of an input's path, of which the first frame is meant.
        """
        for path in self.inputs:
            if f"/{path}".endswith(f"/{name}"):
                return next(iter(self._frames(path).values()), None)
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
