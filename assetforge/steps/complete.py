"""Unfinished sprites, their holes filled; every other pixel stays."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import AssetforgeError, InputError
from ..settings import option
from .base import Bench, Finder, Inputs, Modelled, Packed, modest
from .quantize import locked

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..models.prior import Prior
    from ..sprite import Raster, Sprite

__all__ = ["Complete", "finished", "marked"]

WHITE = 128


@dataclass(frozen=True, kw_only=True)
class Complete(Modelled, Packed):
    """``kind = "complete"``: fills the pixels of `hole`'s color, or those white in NAME.mask.png.

    The known pixels are first mapped to the palette, the holes having no say in it, and then kept.
    Variants are called NAME, NAME-2, NAME-3. The frames of an animation are filled as one: what one frame hides and
    another shows is taken from there, the rest is drawn once and moves along.
    """

    format: ClassVar[int] = 2

    from_: tuple[str, ...] = option()
    hole: str = option("#ff00ff")
    variants: int = option(1, low=1, high=64)

    def problems(self) -> Iterator[tuple[str, str]]:
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", self.hole):
            yield "hole", f'hole = "{self.hole[:40]}": give a color as "#rrggbb".'

    def inputs(self, finder: Finder) -> Inputs:
        found = finder.find("from", self.from_)
        masks = (finder.beside(source, ".mask.png") for source in found)
        return {"from": found, "mask": tuple(mask for mask in masks if mask)}

    def run(self, bench: Bench) -> list[Sprite]:
        sources = bench.inputs["from"]
        files = bench.read(sources)
        masks = bench.read(bench.inputs["mask"])
        mask_of = {
            mask.path.removesuffix(".mask.png"): file for mask, file in zip(bench.inputs["mask"], masks, strict=True)
        }
        color = tuple(int(self.hole[place : place + 2], 16) for place in (1, 3, 5))
        rasters, holes, places, faults = [], [], [], []
        for source, frames in zip(sources, files, strict=True):
            white = mask_of.get(source.path.rpartition(".")[0], [])
            for number, frame in enumerate(frames):
                try:
                    hole = marked(frame, color, white[min(number, len(white) - 1)] if white else None)
                except InputError as error:
                    faults.append(error.within(source.path))
                    continue
                open_ = frame.rgba.copy()
                open_[hole] = 0
                rasters.append(replace(frame, rgba=open_))
                holes.append(hole)
                places.append(source.path)
        if faults:
            raise ExceptionGroup("masks", faults)
        known = locked(self, bench.palette, rasters)
        return finished(
            bench.prior, known, holes, places, variants=self.variants, seed=self.seed, temperature=self.temperature
        )


def finished(
    prior: Callable[[], Prior],
    sprites: Sequence[Sprite],
    holes: Sequence[NDArray[np.bool_]],
    places: Sequence[str],
    *,
    variants: int,
    seed: int,
    temperature: float,
) -> list[Sprite]:
    """The variants of each sprite, an animation filled as one; what has no hole is given back alone.

    Arguments:
        prior: Gives the model; not called if there is nothing to fill.
        holes: True where to fill, of each sprite.
        places: The file of each, for errors.
    """
    from ..sprite import animations

    found: list[Sprite] = []
    start = 0
    for frames in animations(sprites):
        mine = holes[start : start + len(frames)]
        place = places[start]
        start += len(frames)
        if not any(hole.any() for hole in mine):
            found += frames
            continue
        modest(place, frames, "filled")
        options: dict[str, Any] = {"variants": variants, "seed": seed, "temperature": temperature}
        try:
            if len(frames) > 1:
                drawn = prior().complete_frames(frames, mine, **options)
            else:
                suffixes = ("", *(f"-{number}" for number in range(2, variants + 1)))
                tags = [frames[0].tag and frames[0].tag + suffix for suffix in suffixes]
                filled = prior().complete(frames[0], mine[0], **options)
                drawn = [[replace(one, tag=tag)] for one, tag in zip(filled, tags, strict=True)]
        except AssetforgeError as error:
            raise error.within(place) from error
        for film in drawn:
            for one, sprite, hole in zip(film, frames, mine, strict=True):
                assert (one.indices[~hole] == sprite.indices[~hole]).all(), "a known pixel moved"
            found += film
    return found


def marked(frame: Raster, color: tuple[int, ...], mask: Raster | None) -> NDArray[np.bool_]:
    """True where `frame` is to be filled, shape (H, W): opaque and of `color`, or white in `mask`.

    Raises:
        InputError: If the mask has another size.
    """
    rgba = frame.rgba
    hole: NDArray[np.bool_] = (rgba[..., :3] == color).all(-1) & (rgba[..., 3] == 255)
    if mask is None:
        return hole
    if mask.size != frame.size:
        ours, theirs = (f"{w} x {h}" for w, h in (frame.size, mask.size))
        raise InputError(f"is {ours} pixels, its mask is {theirs}; make them equal.")
    return hole | ((mask.rgba[..., :3] >= WHITE).all(-1) & (mask.rgba[..., 3] >= WHITE))
