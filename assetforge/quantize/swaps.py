"""What the colors of finished sprites become in other palettes: the rows of a strip for palette-swap shaders.

A row is read off the very mapping that a build in that palette uses, so a shader shows what the build would give for
art drawn in the sprites' palette.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import ConfigError
from ..palette import Palette
from ..sprite import Sprite
from .histogram import count, packed
from .kmeans import nearest_rows
from .remap import mapping

__all__ = ["swaps"]


def swaps(sprites: Sequence[Sprite], targets: Sequence[Palette], map: str = "faithful") -> tuple[Palette, ...]:
    """For each target the color of it that every index of the sprites' palette becomes, under the target's name.

    A color that no sprite uses becomes the nearest.

    Arguments:
        sprites: All that a sheet holds, of one palette: a mapping may ask how often colors are used, and which touch.
        targets: The other palettes.
        map: One of `remap.MAPS`.

    Raises:
        ConfigError: If a target does not fit the map.
    """
    if not targets:
        return ()
    own = np.array(sprites[0].palette.colors, np.uint8)
    histogram = count([sprite.rgba() for sprite in sprites])
    place = {color: row for row, color in enumerate(packed(histogram.colors).tolist())}
    found = []
    for target in targets:
        rows = nearest_rows(own, np.array(target.colors, np.uint8)).tolist()
        try:
            table = mapping(histogram, target, map).tolist()
        except ConfigError as error:
            raise error.within(f'swaps: "{target.name}"') from error
        for index, color in enumerate(packed(own).tolist()):
            if color in place:
                rows[index] = table[place[color]] - 1
        found.append(Palette(tuple(target.colors[row] for row in rows), target.name))
    return tuple(found)
