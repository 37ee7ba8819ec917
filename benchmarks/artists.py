"""Fifty sprites of one artist, and others of the artist's families that share none with them.

Where the archives hold an artist, the fifty are taken from the archive's "train" part (those that the pack's folder
names, if there is one) and scored are its "val" families, which no model of ours has learnt from. A pack that is in no
archive is split by the look of its pictures: near-copies are one family (`corpus.families`), and so are the frames of
one sheet of ninja-adventure, each the walk of one figure. All of lilwiz is one figure: its poses are told apart.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assetforge import formats
from assetforge.corpus import families
from assetforge.quantize import quantizer
from assetforge.sprite import Raster

__all__ = ["ARTISTS", "Fifty", "fifty"]

COUNT = 50
MOST_LEARNT, MOST_SCORED = 4, 12
LEARNT_SHARE = 0.8


@dataclass(frozen=True)
class Fifty:
    """One draw of an artist's work.

    Attributes:
        learnt, scored: Of other families each.
        families: How many the scored ones belong to.
    """

    learnt: list[Raster]
    scored: list[Raster]
    families: int


Pool = tuple[list[Raster], list[int], list[bool]]
"""An artist's sprites, their families, and which are held out beforehand."""


def archive(file: str, prefix: str, pack: str = "") -> Callable[[Path], Pool]:
    """The sprites of an archive whose names begin with `prefix`; to learn from, those that the folder `pack` names."""

    def read(data: Path) -> Pool:
        found = np.load(data / file, allow_pickle=False)
        named = {path.stem for path in (data / "packs" / pack).glob("*.png")} if pack else None
        rasters, numbers, held = [], [], []
        for name, rgba, family, part in zip(*(found[k] for k in ("names", "rgba", "family", "split")), strict=True):
            out = part == "val"
            if str(name).startswith(prefix) and (out or named is None or Path(str(name)).stem in named):
                rasters.append(Raster(np.ascontiguousarray(rgba), str(name)))
                numbers.append(int(family))
                held.append(bool(out))
        return rasters, numbers, held

    return read


def loose(source: str, cells: Callable[[Path], dict[str, tuple[int, int]]], *, strips: bool) -> Callable[[Path], Pool]:
    """The distinct pictures of a pack's files, cut to cells.

    Arguments:
        cells: From the pack's path, (width, height) of the cells by file name; other files are single sprites.
        strips: Whether the frames of one file are one family.
    """

    def read(data: Path) -> Pool:
        path = data / "packs" / source
        sizes, seen = cells(path), set()
        rasters: list[Raster] = []
        for number, file in enumerate(sorted(path.glob("*.png")) if path.is_dir() else [path]):
            whole = opaque(formats.read(file)[0].rgba)
            height, width = whole.shape[:2]
            across, down = sizes.get(file.name, (width, height))
            for y, x in np.ndindex(height // down, width // across):
                cell = np.ascontiguousarray(whole[y * down : (y + 1) * down, x * across : (x + 1) * across])
                # A name of letters is what `families` goes by; one of numbers leaves the picture to tell.
                name = f"{'strip' if strips else 'r'}{number:02d}{'x_' if strips else 'c'}{len(rasters):03d}"
                if cell[..., 3].any() and (cell.shape, cell.tobytes()) not in seen:
                    seen.add((cell.shape, cell.tobytes()))
                    rasters.append(Raster(cell, name))
        found = families(quantizer.quantize(rasters, 255, map="nearest"))
        return rasters, found, [False] * len(rasters)

    return read


def opaque(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Alpha 0 or 255, transparent pixels all zero: as the archives have it."""
    return np.where(rgba[..., 3:] >= 128, rgba | np.array([0, 0, 0, 255], np.uint8), 0).astype(np.uint8)


def square(side: int) -> Callable[[Path], dict[str, tuple[int, int]]]:
    """Square cells in every file."""
    return lambda path: {file.name: (side, side) for file in ([path] if path.is_file() else path.glob("*.png"))}


def listed(path: Path) -> dict[str, tuple[int, int]]:
    """The cells that `frames.json` tells of."""
    facts = json.loads((path / "frames.json").read_text())
    return {sheet["file"]: tuple(facts["cell"]) for sheet in facts["sheets"]}


ARTISTS: dict[str, Callable[[Path], Pool]] = {
    "kenney-tiny-dungeon": archive("sprites16.npz", "tiny-dungeon/", "kenney-tiny-dungeon"),
    "kenney-roguelike": archive("sprites16.npz", "roguelike/"),
    "onebit-rpg-icons-60": archive("sprites16.npz", "1bit/", "onebit-rpg-icons-60"),
    "dcss-monsters-60": archive("dcss32.npz", "mon/", "dcss-monsters-60"),
    "dcss-items-60": archive("dcss32.npz", "item/", "dcss-items-60"),
    "grafxkid-lilwiz": loose("grafxkid-lilwiz", square(32), strips=False),
    "ninja-adventure-16": loose("ninja-adventure-16", listed, strips=True),
    "kenney-micro-roguelike": loose("kenney-micro-roguelike-8px.png", square(8), strips=False),
    "medieval-fantasy-small": loose("medieval-fantasy-small", lambda path: {}, strips=False),
}


def fifty(data: Path, name: str, seed: int) -> Fifty:
    """Fifty sprites, at most 4 of a family, and others, at most 12 of a family.

    Fewer than fifty where a fifth of the pack would not be left to score.

    Arguments:
        data: The folder with the archives and ``packs/``.
        name: One of `ARTISTS`.
    """
    rasters, numbers, held = ARTISTS[name](data)
    rng = np.random.default_rng(seed)
    free = [place for place, out in enumerate(held) if not out]
    most = COUNT if any(held) else min(COUNT, int(LEARNT_SHARE * len(free)))
    learnt: list[int] = []
    taken: set[int] = set()
    for family in rng.permutation(sorted({numbers[place] for place in free})).tolist():
        members = rng.permutation([place for place in free if numbers[place] == family])
        if len(learnt) < most:
            learnt += members[: min(MOST_LEARNT, most - len(learnt))].tolist()
            taken.add(family)
    left = [place for place, out in enumerate(held) if (out if any(held) else numbers[place] not in taken)]
    scored = list(capped(left, numbers))
    return Fifty(
        [rasters[place] for place in sorted(learnt)],
        [rasters[place] for place in scored],
        len({numbers[place] for place in scored}),
    )


def capped(places: list[int], numbers: list[int]) -> Iterator[int]:
    """Places in order, at most 12 of a family."""
    met: dict[int, int] = {}
    for place in places:
        met[numbers[place]] = met.get(numbers[place], 0) + 1
        if met[numbers[place]] <= MOST_SCORED:
            yield place
