"""From art files to what a model learns from: sprites in one palette, in families, some held out.

A family is never split between learnt and held out: near-copies in both would flatter every figure.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from . import formats
from .errors import InputError
from .files import digest, read_bytes
from .formats import palettes as palette_files
from .palette import MAX_COLORS, Palette
from .quantize import quantizer
from .sources import Source
from .sprite import Raster, Sprite

__all__ = ["MANY", "MOST_SIDE", "Corpus", "Source", "families", "gather"]

MOST_SIDE = 64
HELD_OUT = 0.12
OWN_SIZES = (32, 16, 8)
HOME_SIZES = (32, 16)
MANY = 32
ALIKE = 0.25
COMMON_WORDS = {"tile", "sprite", "frame", "image", "img", "item", "cell"}


@dataclass(frozen=True)
class Corpus:
    """Sprites to learn from; satisfies `models.data.Examples`, which says what each field is."""

    sprites: tuple[Sprite, ...]
    families: tuple[int, ...]
    held_out: tuple[bool, ...]
    palettes: tuple[Palette, ...]
    own: int
    homes: tuple[tuple[int, ...], ...]
    sources: dict[str, str]
    lefts: tuple[Sprite, ...] = ()


def gather(inputs: Sequence[Source], *, hold_out: bool = True) -> Corpus:
    """The corpus of art files, or of ``.npz`` archives with ``rgba``, ``names``, ``family`` and ``split``.

    The frames of one file are one family.

    Arguments:
        inputs: The files.
        hold_out: Keep some families back to score on. An archive says itself which are "val".

    Raises:
        InputError: If a file cannot be read, a sprite is larger than 64 x 64, or nothing is drawn at all.
    """
    rasters: list[Raster] = []
    known: list[tuple[int, bool] | None] = []
    files: list[int] = []
    folders: list[tuple[str, ...]] = []
    sources = {}
    for source in inputs:
        path = source.path
        sources[source.name] = digest(read_bytes(path))
        if path.suffix == ".npz":
            found, facts = read_archive(path)
        else:
            found = formats.read(path, source.name)
            found = cells(found, source.cell, path) if source.cell else found
            facts = [None] * len(found)
        for raster in found:
            if max(raster.size) > MOST_SIDE:
                raise InputError(
                    f"is {raster.size[0]} x {raster.size[1]}; a model learns sprites of up to "
                    f"{MOST_SIDE} x {MOST_SIDE}; is it a sheet? Then tell the size of its cells: "
                    f'"{path.name}@16x16".',
                    str(path),
                )
        files += [len(sources)] * len(found)
        folders += [folders_of(raster, path) for raster in found]
        rasters += found
        # Numbers of one archive mean nothing in the next.
        known += [fact and (fact[0] + 1_000_000 * len(sources), fact[1]) for fact in facts]
    if not rasters:
        raise InputError("there is no sprite to learn from.")
    sprites = quantizer.quantize(rasters, MAX_COLORS, map="nearest")
    loose = [place for place, fact in enumerate(known) if fact is None]
    numbers = dict(
        zip(loose, families([sprites[place] for place in loose], [files[place] for place in loose]), strict=True)
    )
    family = [fact[0] if fact else numbers[place] for place, fact in enumerate(known)]
    chosen = hold(family, loose) if hold_out else set()
    held = [fact[1] if fact else family[place] in chosen for place, fact in enumerate(known)]
    own = own_palettes(rasters, sprites[0].palette)
    bundled = [palette for name in palette_files.names() if len(palette := palette_files.load(name, Path())) <= 64]
    theirs, homes = home_palettes(rasters, folders)
    first = len(own) + len(bundled)
    homes = [tuple(first + number for number in home) for home in homes]
    return Corpus(
        tuple(sprites), tuple(family), tuple(held), (*own, *bundled, *theirs), len(own), tuple(homes), sources
    )


def cells(rasters: Sequence[Raster], size: tuple[int, int], path: Path) -> list[Raster]:
    """The cells of sheets in reading order, empty ones left out.

    Arguments:
        size: (width, height) of a cell.
        path: Of the sheet, for the error.

    Raises:
        InputError: If a sheet is no whole number of cells.
    """
    width, height = size
    found = []
    for raster in rasters:
        if raster.size[0] % width or raster.size[1] % height:
            raise InputError(
                f"is {raster.size[0]} x {raster.size[1]}, no whole number of {width} x {height} cells.", str(path)
            )
        for top in range(0, raster.size[1], height):
            for left in range(0, raster.size[0], width):
                cell = np.ascontiguousarray(raster.rgba[top : top + height, left : left + width])
                if cell[..., 3].any():
                    found.append(Raster(cell, f"{raster.name}/{top // height}-{left // width}"))
    return found


def read_archive(path: Path) -> tuple[list[Raster], list[tuple[int, bool] | None]]:
    """Rasters, and for each its family and whether it is held out."""
    try:
        archive = np.load(io.BytesIO(read_bytes(path)), allow_pickle=False)
        rgba, names = archive["rgba"], archive["names"]
        family, split = archive["family"], archive["split"]
        rasters = [Raster(np.ascontiguousarray(image), str(name)) for image, name in zip(rgba, names, strict=True)]
        facts: list[tuple[int, bool] | None] = [(int(f), s == "val") for f, s in zip(family, split, strict=True)]
    except (ValueError, KeyError, OSError, AssertionError, zipfile.BadZipFile) as error:
        raise InputError("is no corpus archive with rgba, names, family and split.", str(path)) from error
    return rasters, facts


def own_palettes(rasters: Sequence[Raster], corpus: Palette) -> list[Palette]:
    """Palettes fitted to the pack, largest first; the corpus palette itself if it is small already."""
    first = [corpus] if len(corpus) <= OWN_SIZES[0] else [quantizer.fit(rasters, OWN_SIZES[0])]
    return first + [quantizer.fit(rasters, k) for k in OWN_SIZES[1:] if k < len(first[0])]


def folders_of(raster: Raster, path: Path) -> tuple[str, ...]:
    """What a sprite belongs to: its archive and a folder in that, or the folder of its file."""
    if path.suffix != ".npz":
        return (str(path.parent),)
    return str(path), f"{path}/{raster.name.partition('/')[0]}"


def home_palettes(
    rasters: Sequence[Raster], folders: Sequence[tuple[str, ...]]
) -> tuple[list[Palette], list[tuple[int, ...]]]:
    """Palettes fitted to each folder that holds `MANY` sprites but not all, and for each sprite those of its folders.

    So what is learnt from several packs at once is seen in the colors that it was drawn in.
    """
    holds: dict[str, list[int]] = {}
    for place, names in enumerate(folders):
        for name in names:
            holds.setdefault(name, []).append(place)
    found: list[Palette] = []
    homes: list[list[int]] = [[] for _ in rasters]
    for places in holds.values():
        if MANY <= len(places) < len(rasters):
            few = [rasters[place] for place in places]
            fitted = list({palette.colors: palette for palette in (quantizer.fit(few, k) for k in HOME_SIZES)}.values())
            for place in places:
                homes[place] += range(len(found), len(found) + len(fitted))
            found += fitted
    return found, [tuple(home) for home in homes]


def families(sprites: Sequence[Sprite], files: Sequence[int] = ()) -> list[int]:
    """A family number for each sprite: same file, same folder and name stem, or nearly the same picture.

    Arguments:
        files: The number of each one's file, if they come from files.

    Nearly the same: fewer than a quarter of the pixels of both silhouettes together differ, mirrored
    too, or the silhouette is the same and only the colors are not.
    """
    parent = list(range(len(sprites)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    def join(pairs: Iterable[tuple[int, int]]) -> None:
        for one, other in pairs:
            parent[max(root(one), root(other))] = min(root(one), root(other))

    first: dict[int, int] = {}
    join((first.setdefault(file, place), place) for place, file in enumerate(files))
    stems: dict[str, list[int]] = {}
    shapes: dict[tuple[int, int], list[int]] = {}
    for place, sprite in enumerate(sprites):
        stem = re.sub(r"[\s_\-.]*\d+$", "", sprite.name)
        # `r04c06` is a place in a grid and `tile_0084` a number: neither says what is drawn.
        word = re.sub(r"[\d\W_]", "", stem.rpartition("/")[2])
        if len(word) >= 3 and word.lower() not in COMMON_WORDS:
            stems.setdefault(stem, []).append(place)
        shapes.setdefault(sprite.size, []).append(place)
    for places in stems.values():
        join((places[0], place) for place in places[1:])
    for places in shapes.values():
        stack = np.stack([sprites[place].indices for place in places])
        for number, place in enumerate(places[:-1]):
            join((place, places[number + 1 + int(n)]) for n in alike(stack[number], stack[number + 1 :]))
    return [root(place) for place in range(len(sprites))]


def alike(one: NDArray[np.uint8], others: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Which of `others` (N, H, W) are nearly the picture `one` (H, W)."""
    near = np.zeros(len(others), bool)
    for view in (one, one[:, ::-1]):
        union = ((others > 0) | (view > 0)).sum((1, 2))
        share = (others != view).sum((1, 2)) / np.maximum(union, 1)
        same_shape = ((others > 0) == (view > 0)).all((1, 2)) & (0 < (view > 0).mean() < 1)
        near |= (share < ALIKE) | same_shape
    return np.flatnonzero(near)


def hold(family: Sequence[int], places: Sequence[int]) -> set[int]:
    """Families to hold out: about an eighth of the sprites, spread over the pack; none of fewer than 10."""
    if len(places) < 10:
        return set()
    sizes: dict[int, int] = {}
    for place in places:
        sizes[family[place]] = sizes.get(family[place], 0) + 1
    small = [number for number, size in sizes.items() if size <= max(2, len(places) // 10)]
    wanted = max(2, round(HELD_OUT * len(places)))
    chosen: set[int] = set()
    held = 0
    for number in small[:: max(1, len(small) // wanted)]:
        if held >= wanted:
            break
        chosen.add(number)
        held += sizes[number]
    return chosen if len(sizes) - len(chosen) >= 2 else set()
