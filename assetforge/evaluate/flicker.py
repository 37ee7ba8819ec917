"""How much an animation changes from frame to frame, beside the one that it should move as."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..sprite import Sprite

__all__ = ["changes", "flicker"]


def changes(frames: Sequence[Sprite]) -> NDArray[np.bool_]:
    """True where a pixel of a frame differs from the frame before, around the loop, shape (T, H, W)."""
    stack = np.stack([one.rgba() for one in frames])
    return (stack != np.roll(stack, 1, 0)).any(-1)


def flicker(made: Sequence[Sprite], source: Sequence[Sprite]) -> dict[str, float]:
    """Figures of an animation beside that of its source, frame for frame.

    `changes` is the pixels that change between frames, as a share of those that change in the source: 1 is as lively,
    more flickers. `loose` is those that change where the source's do not, as a share of the same. Where nothing in the
    source changes, each is 0 or infinite.

    Arguments:
        made, source: Frames of one size, as many.
    """
    ours, theirs = changes(made), changes(source)
    total = int(theirs.sum())
    found = {"changes": int(ours.sum()), "loose": int((ours & ~theirs).sum())}
    return {name: count / total if total else (float("inf") if count else 0.0) for name, count in found.items()}
