"""How well a model of pairs draws right sides: beside itself without the left, and beside what its colors say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..palette import Palette
from ..sprite import Sprite
from .bits import pixels

__all__ = ["Translations", "Translator", "pairs"]


class Translator(Protocol):
    """A Prior that has learnt pairs."""

    def nats(
        self, sprites: Sequence[Sprite], samples: int = 1, lefts: Sequence[Sprite] = ()
    ) -> NDArray[np.float64]: ...
    def copying(self, sprites: Sequence[Sprite], palette: Palette) -> list[NDArray[np.float32]]: ...
    def translate(self, sprites: Sequence[Sprite], palette: Palette, **options: Any) -> list[list[Sprite]]: ...
    def known(self, shape: tuple[int, int], palette: Palette) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]: ...


class Translations:
    """The artist whose sprites are translations of these left ones, in turn and then in variants.

    Arguments:
        lefts: Of any sizes; those of the size that is asked for are drawn from.
        model: What translates.
    """

    def __init__(self, lefts: Sequence[Sprite], model: Translator) -> None:
        self.lefts, self.model = lefts, model

    def known(self, shape: tuple[int, int], palette: Palette) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """What the model has learnt on the right."""
        return self.model.known(shape, palette)

    def generate(self, palette: Palette, count: int, **options: Any) -> list[Sprite]:
        """As many translations in `palette` at the temperature of `translate`, none chosen among."""
        fitting = [left for left in self.lefts if left.size == options["size"]][:count]
        drawn = self.model.translate(fitting, palette, variants=-(-count // len(fitting)), temperature=0.9)
        return [way for ways in zip(*drawn, strict=True) for way in ways][:count]


def pairs(lefts: Sequence[Sprite], rights: Sequence[Sprite], model: Translator, bits: float) -> dict[str, float | int]:
    """What a model of pairs reaches on right sides, all in one palette, and what is to be beaten.

    Arguments:
        lefts, rights: The two sides of each pair, of one size.
        bits: Per pixel of the right sides given the left ones, by the model.

    Returns:
        "count": of pairs; "given_left": `bits`; "alone": the same by the model, shown no left; "copying": by what the
        left's colors became, as it counted; "accuracy": share of the pixels drawn in the translation at temperature 0
        or by the artist that are the artist's; "accuracy_copying": the same if each left color becomes its likeliest.
    """
    palette = rights[0].palette
    chances = model.copying(lefts, palette)
    asked = [np.take_along_axis(one, right.indices[..., None], 2) for one, right in zip(chances, rights, strict=True)]
    calm = [ways[0].indices for ways in model.translate(lefts, palette, temperature=0)]
    return {
        "count": len(rights),
        "given_left": bits,
        "alone": float(model.nats(rights).sum()) / pixels(rights) / float(np.log(2)),
        "copying": -sum(float(one.sum()) for one in asked) / pixels(rights) / float(np.log(2)),
        "accuracy": accuracy(calm, rights),
        "accuracy_copying": accuracy([one.argmax(2) for one in chances], rights),
    }


def accuracy(drawn: Sequence[NDArray[np.integer]], rights: Sequence[Sprite]) -> float:
    """Share of the pixels drawn on either side that agree; of nothing at all, 1."""
    either = [(one > 0) | right.mask for one, right in zip(drawn, rights, strict=True)]
    same = [(one == right.indices) & where for one, right, where in zip(drawn, rights, either, strict=True)]
    asked = sum(int(where.sum()) for where in either)
    return sum(int(one.sum()) for one in same) / asked if asked else 1.0
