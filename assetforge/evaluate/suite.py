"""Everything that `assetforge evaluate` says of a model, as one table of numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from ..sprite import Sprite
from .art import art
from .bits import baselines, pixels
from .completion import NearestVisible, TrainingTile, accuracy
from .craft import entries
from .flicker import Animator, moving, steadiness
from .memorisation import Artist, common_size, memorisation
from .pairs import Translations, Translator, pairs

__all__ = ["Model", "evaluate", "judge"]


class Model(Animator, Artist, Translator, Protocol):
    """A Prior, as far as the suite asks."""


def evaluate(
    learnt: Sequence[Sprite],
    scored: Sequence[Sprite],
    model: Model,
    size: Callable[[Sprite], int],
    tell: Callable[[str], None],
    lefts: Sequence[Sprite] = (),
) -> dict[str, Any]:
    """Held-out figures of `model` on `scored`, all in one palette.

    Arguments:
        learnt: What the count baselines learn from; may be empty.
        scored: What everything is scored on.
        size: Bytes of a sprite's PNG without its palette chunks.
        tell: Told what is being measured.
        lefts: What each of `scored` is drawn from, for a model of pairs. Bits per pixel are then given these, what is
            generated are their translations, and completion is without them.
    """
    tell("bits per pixel")
    entries = len(scored[0].palette) + 1
    count = pixels(scored)
    nats = model.nats(scored, lefts=lefts) if lefts else model.nats(scored)
    bits = float(nats.sum()) / count / np.log(2)
    tell("count baselines")
    counted = baselines(learnt, scored, entries, size)
    tell("completion")
    completion = {
        "completion": accuracy(scored, model),
        "completion_nearest_visible": accuracy(scored, NearestVisible()),
        "completion_training_tile": accuracy(scored, TrainingTile(learnt)) if learnt else None,
    }
    beside: dict[str, Any] = {}
    artist: Artist = Translations(lefts, model) if lefts else model
    if lefts:
        tell("pairs")
        beside["pairs"] = pairs(lefts, scored, model, bits)
    if films := moving(scored):
        tell("animations")
        beside["flicker"] = steadiness(films, model)
    tell("memorisation")
    return {
        "sprites": len(scored),
        "pixels": count,
        "bits_per_pixel": bits,
        "baselines": counted,
        **completion,
        **beside,
        "memorisation": memorisation(scored, artist),
    }


def judge(
    sprites: Sequence[Sprite], families: Sequence[int], held_out: Sequence[bool], artist: Artist, count: int
) -> dict[str, Any]:
    """The figures of `art.art` for `count` sprites that the model draws as it draws for a game, its choice included.

    Arguments:
        sprites: A pack in one palette, of which those of its commonest held-out size are compared.
        families: Of each.
        held_out: True for those that the generated ones are compared with.

    Raises:
        InputError: If there are too few to compare.
    """
    size = common_size([sprite for sprite, out in zip(sprites, held_out, strict=True) if out])
    same = [place for place, sprite in enumerate(sprites) if sprite.size == size]
    palette = sprites[0].palette
    return art(
        [sprite.indices for sprite in artist.generate(palette, count, size=size)],
        [sprites[place].indices for place in same],
        [families[place] for place in same],
        [held_out[place] for place in same],
        entries(palette),
    )
