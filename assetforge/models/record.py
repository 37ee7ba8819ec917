"""What a training leaves for people to look at, beside its figures: samples on the way, and what it was scored on.

It stands in the checkpoint's extras as one compressed JSON document. Nothing that draws reads it.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from torch import Tensor

from ..errors import AssetforgeError, InputError
from ..palette import Palette
from ..sprite import Sprite
from .data import Examples
from .loss import held_out_sprites
from .memory import Memory, packed, unpacked
from .pixelvae import PixelVAE
from .studio import SIDES, Studio

__all__ = ["Album", "Record", "recorded"]

KEY = "record"
LIMIT = 8 << 20
SHOWN, SEED = 6, 0
LARGEST = 32
"""Pixels a side of a sample: a larger one would cost training seconds at each look."""
SPARSER = 1.6
"""A sample is taken when the step is so many times that of the one before: a dozen, however long the run."""
FAULTS = (KeyError, ValueError, TypeError, IndexError, AttributeError, RuntimeError, RecursionError, zlib.error)


@dataclass(frozen=True)
class Record:
    """What a checkpoint tells of its training.

    Attributes:
        looks: Steps, and what was drawn with fixed seeds by the weights of that step.
        held_out: The sprites it was scored on, each in the palette in which it was.
    """

    looks: list[tuple[int, list[Sprite]]] = field(default_factory=list)
    held_out: list[Sprite] = field(default_factory=list)


class Album:
    """Takes the samples; they are drawn as `Prior.draw` draws, nothing chosen among.

    Arguments:
        examples: What is learnt from.
        memory: Of those.
        taken: Where the pictures go, ``[step, pixels]`` each; a resumed run brings those of before.
    """

    def __init__(self, examples: Examples, memory: Memory, taken: list[list[Any]]) -> None:
        self.memory, self.taken = memory, taken
        self.held_out = held_out_sprites(examples)
        self.palette = examples.palettes[0] if examples.own else examples.sprites[0].palette
        shapes = [sprite.shape for sprite in memory.sprites]
        height, width = max(sorted(set(shapes)), key=shapes.count)
        self.shape = tuple(int(np.clip(side, SIDES[0], LARGEST)) for side in (height, width))

    def take(self, step: int, model: PixelVAE, kept: bool = False) -> list[Sprite]:
        """Draw with the weights of a step, if it is time for that or they are the ones `kept`; what was drawn."""
        if any(place == step for place, _ in self.taken):
            return []
        if not kept and self.taken and step < SPARSER * self.taken[-1][0]:
            return []
        try:
            drawn = self.draw(deepcopy(model).cpu().eval().requires_grad_(False))
        except (ValueError, IndexError, RuntimeError):
            # Weights that have diverged draw nothing; of that the run itself takes care.
            return []
        self.taken.append([step, _text(drawn.tobytes())])
        self.taken.sort(key=lambda one: one[0])
        return _sprites(drawn, self.palette)

    @property
    def looks(self) -> list[tuple[int, list[Sprite]]]:
        """What was drawn so far, by step."""
        shape = (SHOWN, *self.shape)
        return [(step, _sprites(_pixels(text, shape), self.palette)) for step, text in self.taken]

    def draw(self, model: PixelVAE) -> np.ndarray:
        """Indices of the samples, shape (N, H, W), uint8."""
        studio = Studio(model, self.memory)
        height, width = self.shape
        orders = [(SEED, number) for number in range(SHOWN)]
        latents, random = studio.starts(orders, (height, width), self.palette, 1.0, 1.0)
        blank = Sprite(np.zeros((height, width), np.uint8), self.palette)
        hole = np.ones((height, width), bool)
        return studio.fill([blank] * SHOWN, [hole] * SHOWN, latents, random, 1.0)[0]

    def extras(self) -> dict[str, Tensor]:
        """For a checkpoint; `recorded` reads it back."""
        palettes = list(dict.fromkeys([self.palette, *(sprite.palette for sprite in self.held_out)]))
        held = [
            [*sprite.indices.shape, palettes.index(sprite.palette), sprite.name, _text(sprite.indices.tobytes())]
            for sprite in self.held_out
        ]
        document = {
            "palettes": [[palette.name, *palette.hex] for palette in palettes],
            "shape": self.shape,
            "looks": self.taken,
            "held_out": held,
        }
        return {KEY: packed(json.dumps(document).encode())}


def recorded(extras: Mapping[str, Tensor]) -> Record:
    """What `Album.extras` holds; nothing if a checkpoint has none.

    Raises:
        InputError: If it does not fit together.
    """
    if KEY not in extras:
        return Record()
    try:
        document = json.loads(unpacked(extras[KEY], LIMIT))
        palettes = [
            Palette(tuple((v >> 16, v >> 8 & 255, v & 255) for v in (int(c[1:], 16) for c in colors)), str(name))
            for name, *colors in document["palettes"]
        ]
        height, width = document["shape"]
        looks = []
        for step, text in document["looks"]:
            looks.append((int(step), _sprites(_pixels(text, (SHOWN, height, width)), palettes[0])))
        held = [Sprite(_pixels(text, (h, w)), palettes[p], str(name)) for h, w, p, name, text in document["held_out"]]
        return Record(looks, held)
    except (*FAULTS, AssetforgeError) as error:
        raise InputError("holds a damaged record of its training; train it again.") from error


def _sprites(stack: np.ndarray, palette: Palette) -> list[Sprite]:
    return [Sprite(one, palette, f"{place:04d}") for place, one in enumerate(stack)]


def _text(data: bytes) -> str:
    return b64encode(zlib.compress(data, 9)).decode()


def _pixels(text: str, shape: Sequence[int]) -> np.ndarray:
    if not all(isinstance(side, int) and 1 <= side <= SIDES[1] for side in shape):
        raise ValueError("sides")
    data = zlib.decompressobj().decompress(b64decode(text), int(np.prod(shape)) + 1)
    return np.frombuffer(data, np.uint8).reshape(shape)
