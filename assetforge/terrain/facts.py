"""What the sheet of a set tells of it, for editors and engines."""

from __future__ import annotations

import numpy as np

from ..sheet import Sheet, Terrain
from .masks import LAYOUTS, OUTER

__all__ = ["described"]


def described(sheet: Sheet, layout: str) -> Terrain:
    """The terrain of a sheet whose frames are the tiles of `layout`, called INNER-OUTER/MASK, in the layout's order."""
    masks = [mask for row in LAYOUTS[layout].rows for mask in row]
    places = [LAYOUTS[layout].place(mask) for mask in masks]
    full = next(n for n, place in enumerate(places) if place.center is not False and all(place.corners))
    bare = next(n for n, mask in enumerate(masks) if mask == OUTER or not (places[n].center or any(places[n].corners)))
    colors = []
    for number in (full, bare):
        frame = sheet.frames[number]
        drawn = sheet.atlas.indices[frame.y : frame.y + frame.height, frame.x : frame.x + frame.width]
        counts = np.bincount(drawn[drawn > 0], minlength=2)
        colors.append(sheet.atlas.palette.hex[max(0, int(counts.argmax()) - 1)])
    return Terrain(
        sheet.frames[0].name.rpartition("/")[0],
        layout,
        (colors[0], colors[1]),
        tuple(None if place.center is None else int(place.center) for place in places),
        tuple(place.around for place in places),
    )
