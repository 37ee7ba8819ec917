"""Where a sprite is to be filled, in the ways that a program may say it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import sprite as core
from ..errors import ConfigError, InputError

__all__ = ["absent", "masks", "white"]


def masks(sprites: Sequence[core.Sprite], hole: Any) -> list[NDArray[np.bool_]]:
    """A mask for each sprite, True where to fill, shape (H, W).

    Raises:
        ConfigError: If `hole` is no rectangle and no mask.
        InputError: If none of it meets a sprite, or a mask is not of its sprite's size.
    """
    if isinstance(hole, tuple) and len(hole) == 4 and all(isinstance(side, int) for side in hole):
        x, y, width, height = (max(0, side) for side in hole)
        found = [np.zeros(sprite.indices.shape, bool) for sprite in sprites]
        for mask in found:
            mask[y : y + height, x : x + width] = True
    else:
        several = isinstance(hole, list | tuple) or (isinstance(hole, np.ndarray) and hole.ndim == 3)
        found = [np.asarray(mask) for mask in (hole if several else [hole] * len(sprites))]
        if len(found) != len(sprites) or any(mask.dtype != np.bool_ or mask.ndim != 2 for mask in found):
            raise ConfigError(
                f"the hole of {len(sprites)} sprites is a color, a rectangle of four numbers, or a bool mask of shape "
                "(H, W), or one for each."
            )
    if not any(mask.any() for mask in found):
        raise InputError("no sprite has a hole: nothing of the mask or rectangle is inside.")
    return found


def white(mask: NDArray[np.bool_], name: str) -> core.Raster:
    """A mask as the image that a step reads."""
    return core.Raster(np.repeat(np.where(mask, 255, 0).astype(np.uint8)[..., None], 4, 2), name)


def absent(sprites: Sequence[core.Sprite]) -> str:
    """A color that no sprite has, so that a mask says all."""
    used = {color for sprite in sprites for color in sprite.palette.hex}
    return next(text for value in range(len(used) + 1) if (text := f"#{value:06x}") not in used)
