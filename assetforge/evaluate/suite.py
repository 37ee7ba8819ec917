"""Everything that `assetforge evaluate` says of a model, as one table of numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..sprite import Sprite
from .bits import baselines, pixels
from .completion import Filler, NearestVisible, TrainingTile, accuracy
from .memorisation import Artist, memorisation

__all__ = ["Model", "evaluate"]


class Model(Filler, Artist, Protocol):
    """A Prior, as far as the suite asks."""

    def nats(self, sprites: Sequence[Sprite], samples: int = 1) -> NDArray[np.float64]: ...


def evaluate(
    learnt: Sequence[Sprite],
    scored: Sequence[Sprite],
    model: Model,
    size: Callable[[Sprite], int],
    tell: Callable[[str], None],
) -> dict[str, Any]:
    """Held-out figures of `model` on `scored`, all in one palette.

    Arguments:
        learnt: What the count baselines learn from; may be empty.
        scored: What everything is scored on.
        size: Bytes of a sprite's PNG without its palette chunks.
        tell: Told what is being measured.
    """
    tell("bits per pixel")
    entries = len(scored[0].palette) + 1
    count = pixels(scored)
    bits = float(model.nats(scored).sum()) / count / np.log(2)
    tell("count baselines")
    counted = baselines(learnt, scored, entries, size)
    tell("completion")
    completion = {
        "completion": accuracy(scored, model),
        "completion_nearest_visible": accuracy(scored, NearestVisible()),
        "completion_training_tile": accuracy(scored, TrainingTile(learnt)) if learnt else None,
    }
    tell("memorisation")
    return {
        "sprites": len(scored),
        "pixels": count,
        "bits_per_pixel": bits,
        "baselines": counted,
        **completion,
        "memorisation": memorisation(scored, model),
    }
