"""How many hidden pixels are filled as the artist had them: top-1 accuracy over four kinds of hole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..sprite import Sprite

__all__ = ["HOLES", "Filler", "NearestVisible", "TrainingTile", "accuracy", "eligible", "hole", "nearest_visible"]

HOLES = ("centre", "random50", "random90", "lower")
LEAST_DRAWN = 0.15


class Filler(Protocol):
    """What fills holes: a Prior, or one of the references here."""

    def predict(self, sprites: Sequence[Sprite], holes: Sequence[NDArray[np.bool_]]) -> list[Sprite]: ...


def hole(kind: str, shape: tuple[int, ...], number: int) -> NDArray[np.bool_]:
    """True where hidden: the middle half of each side, the lower half, or scattered pixels seeded by `number`."""
    height, width = shape
    mask = np.zeros(shape, bool)
    if kind == "centre":
        mask[height // 4 : height - height // 4, width // 4 : width - width // 4] = True
    elif kind == "lower":
        mask[height // 2 :] = True
    else:
        mask = np.random.Generator(np.random.Philox(key=number)).random(shape) < int(kind.removeprefix("random")) / 100
    return mask


def eligible(sprites: Sequence[Sprite]) -> list[Sprite]:
    """Those with more than 15 % of the canvas drawn: others are mostly margin, and any filler scores high."""
    return [sprite for sprite in sprites if sprite.mask.mean() > LEAST_DRAWN]


def score(filled: Sequence[Sprite], sprites: Sequence[Sprite], holes: Sequence[NDArray[np.bool_]]) -> float:
    right = sum(int((f.indices == s.indices)[h].sum()) for f, s, h in zip(filled, sprites, holes, strict=True))
    return right / max(1, sum(int(h.sum()) for h in holes))


def accuracy(sprites: Sequence[Sprite], filler: Filler) -> dict[str, float]:
    """Share of hidden pixels filled exactly right, by kind of hole."""
    chosen = eligible(sprites)
    result = {}
    for kind in HOLES:
        holes = [hole(kind, s.indices.shape, n) for n, s in enumerate(chosen)]
        result[kind] = score(filler.predict(chosen, holes), chosen, holes)
    return result


def nearest_visible(indices: NDArray[np.uint8], hidden: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Each hidden pixel takes the entry of the nearest visible one (Euclidean; ties in raster order)."""
    rows, columns = np.nonzero(~hidden)
    if len(rows) == 0:
        return np.zeros_like(indices)
    result = indices.copy()
    for row, column in zip(*np.nonzero(hidden), strict=True):
        near = ((rows - row) ** 2 + (columns - column) ** 2).argmin()
        result[row, column] = indices[rows[near], columns[near]]
    return result


class NearestVisible:
    """A reference: repeats the nearest visible pixel.

    Arguments:
        drawn: Look at drawn pixels alone, so that transparency is never filled in.
    """

    def __init__(self, drawn: bool = False) -> None:
        self.drawn = drawn

    def predict(self, sprites: Sequence[Sprite], holes: Sequence[NDArray[np.bool_]]) -> list[Sprite]:
        filled = []
        for sprite, hidden in zip(sprites, holes, strict=True):
            unseen = hidden | ~sprite.mask if self.drawn else hidden
            guess = np.where(hidden, nearest_visible(sprite.indices, unseen), sprite.indices)
            filled.append(Sprite(guess, sprite.palette, sprite.name))
        return filled


class TrainingTile:
    """A reference: copies what the training sprite has there that agrees with the most visible pixels.

    Of equals the first; where no training sprite has the size, the nearest visible pixel.

    Arguments:
        learnt: The training sprites, in the palette of those to fill; their mirror images are tried too.
    """

    def __init__(self, learnt: Sequence[Sprite]) -> None:
        groups: dict[tuple[int, ...], list[NDArray[np.uint8]]] = {}
        for sprite in learnt:
            groups.setdefault(sprite.indices.shape, []).extend((sprite.indices, sprite.indices[:, ::-1]))
        self.tiles = {shape: np.stack(tiles) for shape, tiles in groups.items()}

    def predict(self, sprites: Sequence[Sprite], holes: Sequence[NDArray[np.bool_]]) -> list[Sprite]:
        filled = []
        for sprite, hidden in zip(sprites, holes, strict=True):
            tiles = self.tiles.get(sprite.indices.shape)
            if tiles is None:
                guess = nearest_visible(sprite.indices, hidden)
            else:
                best = (tiles[:, ~hidden] == sprite.indices[~hidden]).sum(1).argmax()
                guess = np.where(hidden, tiles[best], sprite.indices)
            filled.append(Sprite(guess, sprite.palette, sprite.name))
        return filled
