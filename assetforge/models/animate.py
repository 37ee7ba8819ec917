"""Animations drawn and completed: one latent and one noise for all frames, each pixel carried along with the motion.

One frame is drawn as a still is. In every other, what `motion` links to it is copied, and the model draws only what is
left, seeing all that was copied. So what is drawn holds as still as its source does, and moves as it does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from ..errors import ConfigError
from ..palette import Palette
from ..sprite import Sprite, animations
from .motion import Trace, carried, roots, trace
from .noise import normals, uniforms
from .studio import SIDES, Studio, centered
from .threads import one_thread
from .vae import SLOTS

__all__ = ["Act", "completed", "framed", "played", "staged"]

CALM = 0.5
"""Of the temperature, for what later frames uncover: at 1 orphan pixels are strewn in it, at 0 new parts go missing."""
UNSEEN = 1e-6

Indices = NDArray[np.uint8]
Mask = NDArray[np.bool_]


def alike(frames: Sequence[Sprite]) -> tuple[int, int]:
    """The (H, W) of all frames.

    Raises:
        ConfigError: If they differ.
    """
    for one in frames:
        if one.size != frames[0].size:
            (width, height), (first, other) = one.size, frames[0].size
            raise ConfigError(
                f'the animation "{frames[0].tag}" has frames of {first}x{other} pixels, and "{one.name}" has '
                f"{width}x{height}; make them equal."
            )
    return frames[0].indices.shape[0], frames[0].indices.shape[1]


def framed(frames: Sequence[Sprite], shape: tuple[int, int]) -> list[Sprite]:
    """The frames of an animation on a canvas (H, W), moved and cut as one, so that nothing jumps.

    Raises:
        ConfigError: If they are not of one size.
    """
    own = alike(frames)
    if own == shape:
        return list(frames)
    # What is drawn in any frame decides where all of them go.
    drawn = np.logical_or.reduce([one.mask for one in frames])
    rows, columns = np.flatnonzero(drawn.any(1)), np.flatnonzero(drawn.any(0))
    if not len(rows):
        return [replace(one, indices=np.zeros(shape, np.uint8)) for one in frames]
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    whole = np.ones(drawn[box].shape, np.uint8)
    spot = centered(Sprite(whole, frames[0].palette), shape).indices > 0
    found = []
    for one in frames:
        indices = np.zeros(shape, np.uint8)
        part = one.indices[box]
        for axis in (0, 1):
            spare = max(0, part.shape[axis] - shape[axis])
            part = part.take(range(spare // 2, spare // 2 + min(part.shape[axis], shape[axis])), axis)
        indices[spot] = part.ravel()
        found.append(replace(one, indices=indices))
    return found


@dataclass(frozen=True, eq=False)
class Act:
    """What a new animation moves as.

    Attributes:
        frames: Of one size; a still is alone.
        trace: Their links.
    """

    frames: list[Sprite]
    trace: Trace

    @property
    def key(self) -> Sprite:
        """The frame that is drawn as a still is."""
        return replace(self.frames[self.trace.order[0]], tag="")


def staged(like: Sequence[Sprite], shape: tuple[int, int]) -> list[Act]:
    """The animations and stills of `like` on canvases (H, W).

    Raises:
        ConfigError: If the frames of an animation are not of one size.
    """
    groups = [framed(group, shape) for group in animations(like)]
    return [Act(group, trace(np.stack([one.indices for one in group]))) for group in groups]


def played(
    studio: Studio,
    acts: Sequence[Act],
    drawn: Sequence[Sprite],
    numbers: Sequence[int],
    *,
    seed: int,
    temperature: float,
    truncation: float,
) -> list[Sprite]:
    """The frames of new animations, one for each of `drawn`, called and tagged by its place; stills stay stills.

    Arguments:
        drawn: Sprites like the keys of the acts, in turn by their number.
        numbers: Which candidates of the seed they were.
        seed, temperature, truncation: What they were drawn with.
    """
    films: list[list[Sprite]] = [[] for _ in drawn]
    for turn, act in enumerate(acts):
        places = [place for place, number in enumerate(numbers) if number % len(acts) == turn]
        if not places:
            continue
        palette, shape = drawn[places[0]].palette, act.key.indices.shape
        orders = [(seed, numbers[place]) for place in places]
        film = np.zeros((len(places), len(act.frames), *shape), np.uint8)
        film[:, act.trace.order[0]] = [drawn[place].indices for place in places]
        for frame in act.trace.order[1:]:
            parts, new = carried(film, act.trace, frame)
            if new.any():
                # The same noise as of the still, about the latent of this frame; as much of it as is new is drawn.
                source = [replace(act.frames[frame], tag="")]
                latents, random = studio.starts(orders, shape, palette, truncation, temperature, source)
                bases = [Sprite(part, palette) for part in parts]
                parts, _ = studio.fill(bases, [new] * len(bases), latents, random, CALM * temperature)
            film[:, frame] = parts
        for place, own in zip(places, film, strict=True):
            name = f"{place:04d}"
            films[place] = [
                replace(one, indices=indices, palette=palette, name=f"{name}-{n}", tag=name)
                for n, (one, indices) in enumerate(zip(act.frames, own, strict=True))
            ]
            if len(act.frames) == 1:
                films[place] = [drawn[place]]
    return [one for film in films for one in film]


def completed(
    studio: Studio, frames: Sequence[Sprite], holes: Sequence[Mask], *, variants: int, seed: int, temperature: float
) -> list[list[Sprite]]:
    """The animation with the holes of its frames filled as one, `variants` times; every known pixel is untouched.

    What a hole hides and another frame shows is taken from there, moved as what surrounds the hole moves; the rest is
    filled once and carried through the frames.

    Raises:
        ConfigError: If the frames and holes are not of one size, or too large.
    """
    shape, palette = alike(frames), frames[0].palette
    if max(shape) > SIDES[1]:
        raise ConfigError(f"the frames are {shape[1]}x{shape[0]}; at most {SIDES[1]} a side can be filled.")
    for one, hole in zip(frames, holes, strict=True):
        if hole.shape != shape:
            raise ConfigError(f'the hole of "{one.name}" is {hole.shape[::-1]}, the frame {one.size}; make them equal.')
    known = ~np.stack(holes)
    seen = np.where(known, np.stack([one.indices for one in frames]), 0).astype(np.uint8)
    found = trace(seen, known)
    source = roots(found, ~known)
    # What leads to a pixel that is seen is that pixel.
    shown = known.ravel()[source]
    base = np.where(shown, seen.ravel()[source], seen).astype(np.uint8)
    if shown.all():
        films = [base] * variants
    elif temperature == 0:
        films = [likeliest(studio, base, ~shown, source, palette)] * variants
    else:
        films = sampled(studio, base, ~shown, source, found, palette, variants, seed, temperature)
    names = ["" if n == 0 else f"-{n + 1}" for n in range(variants)]
    result = []
    for film, suffix in zip(films, names, strict=True):
        filled = np.where(known, seen, film)
        result.append(
            [
                replace(one, indices=indices, name=one.name + suffix, tag=one.tag + suffix)
                for one, indices in zip(frames, filled, strict=True)
            ]
        )
    return result


def likeliest(studio: Studio, base: Indices, hidden: Mask, source: NDArray[np.int64], palette: Palette) -> Indices:
    """Each thread of hidden pixels in the color that is likeliest in the frames that it runs through, together."""
    frames = [int(n) for n in np.flatnonzero(hidden.any((1, 2)))]
    chances = studio.expect([Sprite(base[n], palette) for n in frames], [hidden[n] for n in frames])
    total = np.zeros((base.size, len(palette) + 1))
    for n, each in zip(frames, chances, strict=True):
        np.add.at(total, source[n][hidden[n]], np.log(each[hidden[n]] + UNSEEN))
    return np.where(hidden, total.argmax(1).astype(np.uint8)[source], base)


def sampled(
    studio: Studio,
    base: Indices,
    hidden: Mask,
    source: NDArray[np.int64],
    found: Trace,
    palette: Palette,
    variants: int,
    seed: int,
    temperature: float,
) -> list[Indices]:
    """Each thread of hidden pixels drawn once, where it begins, from one latent and one noise."""
    height, width = base.shape[1:]
    films = np.stack([base] * variants)
    own = np.arange(base.size).reshape(base.shape)
    latents = None
    random = [uniforms(seed, n, height, width) for n in range(variants)]
    for frame in found.order:
        if not hidden[frame].any():
            continue
        todo = hidden[frame] & (source[frame] == own[frame])
        films[:, frame] = np.where(
            hidden[frame] & ~todo, films.reshape(variants, -1)[:, source[frame]], films[:, frame]
        )
        if not todo.any():
            continue
        if latents is None:
            with one_thread():
                vector = studio.look([Sprite(base[frame], palette)], [todo]).vector
                noise = np.stack([normals(seed, n, SLOTS, studio.model.config.slot) for n in range(variants)])
                _, _, latents = studio.model.prior(
                    vector.expand(variants, -1), (height, width), None, torch.from_numpy(noise), min(1.0, temperature)
                )
        sprites = [Sprite(film[frame], palette) for film in films]
        films[:, frame], _ = studio.fill(sprites, [todo] * variants, latents, random, temperature)
    return list(films)
