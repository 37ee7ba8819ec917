"""The noun of the house: `Sprite`, indices into a palette; and `Raster`, RGBA at the doors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from .errors import InputError
from .palette import Palette

__all__ = ["DIRECTIONS", "Raster", "Sprite", "animations"]

TRANSPARENT = 0
DIRECTIONS = ("forward", "reverse", "pingpong", "pingpong_reverse")
"""How an animation may run, in Aseprite's words and by its numbers."""


@dataclass(frozen=True, eq=False)
class Raster:
    """An image as the world gives it, before it is quantized.

    Arguments:
        rgba: sRGB with straight alpha, shape (H, W, 4), uint8.
        name: What it is called in a sheet: the file's path below its root, without suffix.
        duration: How long an animation shows it, in milliseconds.
        tag: The animation it belongs to; empty for a still.
        direction: How that runs: one of `DIRECTIONS`.
        repeat: How often it plays; 0 is without end.
    """

    rgba: NDArray[np.uint8]
    name: str = ""
    duration: int = 100
    tag: str = ""
    direction: str = "forward"
    repeat: int = 0

    def __post_init__(self) -> None:
        assert self.rgba.dtype == np.uint8 and self.rgba.ndim == 3 and self.rgba.shape[2] == 4

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.rgba.shape[1], self.rgba.shape[0]


@dataclass(frozen=True, eq=False)
class Sprite:
    """Indices into a palette: what every stage of the pipeline takes and gives.

    Arguments:
        indices: Shape (H, W), uint8; 0 is transparent, k is `palette.colors[k - 1]`.
        palette: The palette that the indices mean.
        name, duration, tag, direction, repeat: As in `Raster`.

    Raises:
        InputError: If an index has no color in the palette, or the sprite has no pixels.
    """

    indices: NDArray[np.uint8]
    palette: Palette
    name: str = ""
    duration: int = 100
    tag: str = ""
    direction: str = "forward"
    repeat: int = 0

    def __post_init__(self) -> None:
        indices = np.ascontiguousarray(self.indices)
        if indices.dtype != np.uint8 or indices.ndim != 2 or indices.size == 0:
            raise InputError(f"a sprite is (H, W) uint8 indices, not {indices.shape} {indices.dtype}.", self.name)
        if int(indices.max()) > len(self.palette):
            raise InputError(
                f"index {int(indices.max())} is outside {self.palette.name or 'the palette'} "
                f"of {len(self.palette)} colors.",
                self.name,
            )
        if indices is self.indices or indices.base is not None:
            indices = indices.copy()
        indices.setflags(write=False)
        object.__setattr__(self, "indices", indices)

    @property
    def mask(self) -> NDArray[np.bool_]:
        """True where drawn, shape (H, W)."""
        return self.indices != TRANSPARENT

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.indices.shape[1], self.indices.shape[0]

    def rgba(self) -> NDArray[np.uint8]:
        """The pixels as sRGB with alpha 0 or 255, shape (H, W, 4); transparent ones are all zero."""
        table = np.zeros((len(self.palette) + 1, 4), np.uint8)
        table[1:, :3] = self.palette.colors
        table[1:, 3] = 255
        return table[self.indices]

    def renamed(self, name: str) -> Self:
        """The same sprite under another name."""
        return replace(self, name=name)


Image = TypeVar("Image", Raster, Sprite)


def animations(images: Sequence[Image]) -> list[list[Image]]:
    """The images in their order, in groups: neighbors that share a tag are one animation, a still is alone."""
    groups: list[list[Image]] = []
    for one in images:
        if one.tag and groups and groups[-1][0].tag == one.tag:
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups
