"""`search`, by the bundled encoder: among sprites in memory, or among files, of which an index is kept."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

import numpy as np

from .. import sprite as core
from ..errors import AssetforgeError, ConfigError, InputError, did_you_mean
from ..palette import MAX_COLORS
from ..sprite import Raster
from .files import PathLike, open
from .sprites import Sprite, Sprites, as_sprites, raster

__all__ = ["Found", "search"]

BY = ("both", "color", "shape")


class Found(Sprites):
    """Sprites that `search` found, nearest first.

    Attributes:
        distances: Of each; 0 is alike, 1.4 has nothing in common.
        mirrored: Whether it is the mirror image of each that is so near.
        paths: The file of each, if files were searched; they may have palettes of their own.
        faults: What is wrong with files that were left out.

    Examples:
        >>> heroes = af.open("art/heroes")
        >>> near = af.search(heroes["knight"], heroes, top=2)
        >>> [(sprite.name, distance) for sprite, distance in zip(near, near.distances)][0]
        ('knight', 0.0)
    """

    distances: tuple[float, ...]
    mirrored: tuple[bool, ...]
    paths: tuple[str, ...] = ()
    faults: tuple[AssetforgeError, ...] = ()


def search(
    query: core.Sprite | Iterable[core.Sprite],
    among: PathLike | Iterable[core.Sprite | PathLike],
    *,
    top: int = 10,
    by: str = "both",
) -> Found:
    """The sprites nearest to one, by the latents of the bundled model's encoder; nearest first.

    What was seen of a file is kept in the index of ``assetforge search``, and it is not read again; of an animation the
    nearest frame counts. Sprites in memory are encoded anew, some thousands in a few seconds.

    Arguments:
        query: What to look for; of several, the nearest counts.
        among: Where to look: files, folders and globs, or sprites.
        top: How many to give.
        by: ``shape``, which sees no colors and takes a mirrored sprite for the same; ``color``, which sees no shape; or
            ``both``.

    Raises:
        ConfigError: If there is no such way, or no such file.
        InputError: If nothing can be read or is drawn in the files, or nothing in the query.

    Examples:
        >>> potion = af.open("art/items/potion-red.png")
        >>> near = af.search(potion, "art", top=3, by="shape")
        >>> near[0].name.startswith("potion"), near.distances[0], len(near.paths)
        (True, 0.0, 3)
        >>> af.search(potion, af.open("art/items"), top=3)
        <Sprites: 3 of 16x16 in items>
    """
    by = "color" if by == "colour" else by
    if by not in BY:
        raise ConfigError(f'by = "{by}": {did_you_mean(by, BY)}')
    asked = [raster(sprite) for sprite in as_sprites(query)]
    if isinstance(among, str | os.PathLike):
        return _of_files(asked, [os.fspath(among)], top, by)
    some = list(among)
    paths = [os.fspath(one) for one in some if isinstance(one, str | os.PathLike)]
    if not paths:
        return _of_sprites(asked, Sprites(as_sprites(some)), top, by)  # type: ignore[arg-type]
    if len(paths) < len(some):
        raise ConfigError("search files or sprites, not both at once.")
    return _of_files(asked, paths, top, by)


def _of_files(asked: Sequence[Raster], places: Sequence[str], top: int, by: str) -> Found:
    from ..search.catalog import Catalog
    from ..search.figure import figure
    from ..search.nearest import ranked
    from ..search.places import home, listed

    catalog = Catalog(home(places))
    known = catalog.seen(listed(places))
    figures = [one for each in asked if (one := figure(each)) is not None]
    if not known or not figures:
        where = f"{len(catalog.faults)} files cannot be read: {catalog.faults[0]}" if catalog.faults else "the files"
        raise InputError("nothing is drawn in " + ("the query." if known else where))
    near = ranked(catalog.look(figures), known, catalog, by, top)
    found = Found(_opened(one.seen.file.path, one.seen.frame) for one in near)
    found.distances = tuple(one.distance for one in near)
    found.mirrored = tuple(one.mirrored for one in near)
    found.paths = tuple(one.seen.file.path for one in near)
    found.faults = tuple(catalog.faults)
    return found


def _opened(path: str, frame: int) -> Sprite:
    """A frame of a file in its own colors; in 255 of them, if it has more or some are half-transparent."""
    try:
        return open(path)[frame]
    except InputError:
        return open(path, palette=f"auto:{MAX_COLORS}")[frame]


def _of_sprites(asked: Sequence[Raster], known: Sprites, top: int, by: str) -> Found:
    from ..search.pictures import apart

    far, turned = apart(asked, [raster(sprite) for sprite in known], by)
    every = np.arange(len(known))
    nearest = far.argmin(0) if len(far) else every * 0
    # To a thousandth: the last bits of a product may differ by how many are multiplied at once.
    distance = np.round(far[nearest, every], 3) if len(far) else np.full(len(known), np.inf)
    order = [place for place in np.argsort(distance, kind="stable").tolist() if np.isfinite(distance[place])][:top]
    found = Found(known[place] for place in order)
    found.distances = tuple(round(float(distance[place]), 3) for place in order)
    found.mirrored = tuple(bool(turned[nearest[place], place]) for place in order)
    return found
