"""How much an animation changes from frame to frame, beside the one that it should move as."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..sprite import Sprite, animations
from .completion import Filler, hole, score

__all__ = ["Animator", "changes", "flicker", "moving", "steadiness"]

HOLE = "lower"
"""Where a figure walks: no frame shows what another hides."""
MOST = 32
"""So many animations are completed, evenly taken."""


class Animator(Filler, Protocol):
    """What fills holes frame by frame, and those of all frames as one: a Prior."""

    def complete_frames(
        self, frames: Sequence[Sprite], holes: Sequence[NDArray[np.bool_]], **options: Any
    ) -> list[list[Sprite]]: ...


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
    return pooled([(made, source)])


def pooled(films: Iterable[tuple[Sequence[Sprite], Sequence[Sprite]]]) -> dict[str, float]:
    """`flicker` of several animations and their sources together."""
    total, found = 0, {"changes": 0, "loose": 0}
    for made, source in films:
        ours, theirs = changes(made), changes(source)
        total += int(theirs.sum())
        found["changes"] += int(ours.sum())
        found["loose"] += int((ours & ~theirs).sum())
    return {name: count / total if total else (float("inf") if count else 0.0) for name, count in found.items()}


def moving(sprites: Sequence[Sprite]) -> list[list[Sprite]]:
    """The animations among sprites in which anything changes; those whose frames differ in size are left out."""
    groups = [group for group in animations(sprites) if len({one.size for one in group}) == 1]
    return [group for group in groups if changes(group).any()]


def steadiness(films: Sequence[Sequence[Sprite]], model: Animator) -> dict[str, Any]:
    """How an animation's lower half is filled at temperature 0, all frames as one and frame by frame.

    Arguments:
        films: As of `moving`; at most `MOST` are filled.

    Returns:
        "animations" and "frames": how many were filled; "changed": share of pixels that change from frame to frame in
        the art itself; "as_one" and "frame_by_frame": "accuracy", the share of hidden pixels exactly right, and the
        figures of `flicker`, over all of them.
    """
    films = [films[n] for n in sorted({int(x) for x in np.linspace(0, len(films) - 1, min(MOST, len(films)))})]
    masks = [[hole(HOLE, one.indices.shape, 0) for one in film] for film in films]
    ways = {
        "as_one": [
            model.complete_frames(film, holes, variants=1, seed=0, temperature=0)[0]
            for film, holes in zip(films, masks, strict=True)
        ],
        "frame_by_frame": [model.predict(film, holes) for film, holes in zip(films, masks, strict=True)],
    }
    frames, hidden = [one for film in films for one in film], [one for holes in masks for one in holes]
    changed = sum(int(changes(film).sum()) for film in films) / sum(one.indices.size for one in frames)
    return {"animations": len(films), "frames": len(frames), "changed": changed} | {
        name: {
            "accuracy": score([one for film in made for one in film], frames, hidden),
            **pooled(zip(made, films, strict=True)),
        }
        for name, made in ways.items()
    }
