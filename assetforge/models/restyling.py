"""Sprites in a pack's style: their layout stays, outline, light and colors become those of its sprites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from ..errors import ConfigError
from ..palette import Palette
from ..sprite import Sprite, animations
from ..texture import dressed, likest, torn
from .animate import alike
from .blending import restyled
from .data import entry_lab
from .motion import carried, trace
from .studio import SIDES, Studio, recolored
from .vae import SLOTS

__all__ = ["TAKES", "restyle"]

TAKES = ("color", "shading")
COARSE = SLOTS // 2
TRIED, TORN = 4, 0.3


def restyle(
    studio: Studio,
    sprites: Sequence[Sprite],
    pack: Sequence[Sprite],
    palette: Palette,
    *,
    keep: Sequence[int] = range(COARSE),
    take: str = "shading",
    temperature: float = 0.7,
) -> list[Sprite]:
    """Each sprite in `palette` and the style of that sprite of the pack whose silhouette and hue are most like it.

    An animation takes after one sprite, and what stands still in it or moves as a whole stays as it is.

    Arguments:
        pack: Sprites that have the style, of any sizes; if none, those that the model has learnt.
        keep: Slots, of 16, coarse 0 to fine 15, that stay the sprite's own.
        take: "color" leaves shades alone and draws the sprite with the other's slots, those of `keep` excepted.
            "shading" gives it the other's very pixels, dark where it is dark: its silhouette stays, and the more of
            the slots 0 to 7 are kept, the more its own lights decide.
        temperature: Of what "color" draws, above 0.

    Raises:
        ConfigError: If a slot is out of range, a sprite too large, the pack empty, or frames differ in size.
    """
    if take not in TAKES:
        raise ConfigError(f'take "{take}": it is "color" or "shading".')
    if wrong := [slot for slot in keep if not 0 <= slot < SLOTS]:
        raise ConfigError(f"style slot {wrong[0]}: slots are 0 (coarse) to {SLOTS - 1} (fine).")
    for one in sprites:
        if max(one.size) > SIDES[1]:
            wide, high = one.size
            raise ConfigError(f'the sprite "{one.name}" is {wide}x{high}; at most {SIDES[1]} a side can be restyled.')
    known = pack or [Sprite(one, studio.memory.palette) for one in studio.memory.sprites]
    shown = [one for one in known if one.mask.any() and max(one.size) <= SIDES[1]]
    if not shown:
        raise ConfigError(f"nothing in the pack has a style: no sprite of up to {SIDES[1]} a side has a pixel drawn.")
    # Of the sprites of a model of thousands, those that fit as they are.
    near = [one for one in shown if pack or _fits(one, sprites)] or shown
    styles = [recolored(one, palette) for one in near]
    found: list[Sprite] = []
    for frames in animations(sprites):
        alike(frames)
        stack = np.stack([one.indices for one in frames])
        links = trace(stack)
        key = next((frames[n] for n in links.order if frames[n].mask.any()), None)
        if key is None:
            found += [replace(one, palette=palette) for one in frames]
            continue
        places = likest(key.indices, entry_lab(key.palette), [one.indices for one in styles], entry_lab(palette))
        if take == "shading":
            layout = sum(slot < COARSE for slot in keep) / COARSE
            film = _shaded(frames, _calm(key, [styles[n] for n in places[:TRIED]], layout), layout)
        else:
            film = _colored(studio, frames, styles[places[0]], palette, keep, temperature)
        for frame in links.order[1:]:
            parts, new = carried(film[None], links, frame)
            film[frame] = np.where(new, film[frame], parts[0])
        found += [replace(one, indices=indices, palette=palette) for one, indices in zip(frames, film, strict=True)]
    return found


def _fits(one: Sprite, sprites: Sequence[Sprite]) -> bool:
    return one.size in {other.size for other in sprites}


def _calm(key: Sprite, styles: Sequence[Sprite], layout: float) -> Sprite:
    """The first of sprites, in order of likeness, whose colors do not tear another apart, as motley ones do; if all do,
    that which tears it least."""
    tears = []
    for style in styles:
        (result,) = _shaded([key], style, layout)
        tears.append(round(torn(key.indices, result, entry_lab(style.palette)), 9))
        if tears[-1] <= TORN:
            break
    return styles[tears.index(min(tears))]


def _shaded(frames: Sequence[Sprite], style: Sprite, layout: float) -> NDArray[np.uint8]:
    """Each frame in the pixels of the style, shape (T, H, W)."""
    lab = entry_lab(style.palette)
    made = [
        dressed(one.indices, entry_lab(one.palette), style.indices, lab, layout) if one.mask.any() else one.indices
        for one in frames
    ]
    return np.stack(made)


def _colored(
    studio: Studio, frames: Sequence[Sprite], style: Sprite, palette: Palette, keep: Sequence[int], heat: float
) -> NDArray[np.uint8]:
    """Each frame drawn by its own numbers, with the style's slots beside those kept, shape (T, H, W)."""
    change = studio.codes([style]) - studio.codes(frames)
    change[:, torch.tensor(sorted(keep), dtype=torch.long)] = 0
    return np.stack([one.indices for one in restyled(studio, frames, palette, change, heat)])
