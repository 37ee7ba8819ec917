"""A model on trial: every figure that `evaluate` tells of it, from art files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .corpus import gather
from .errors import InputError
from .evaluate.suite import evaluate, judge
from .formats import png
from .models.prior import Prior
from .palette import Palette
from .quantize import quantizer
from .sources import Source
from .sprite import Raster

__all__ = ["trial"]


def trial(
    inputs: Sequence[Source],
    prior: Prior,
    palette: Palette | int,
    *,
    families: bool = True,
    drawn: int = 0,
    tell: Callable[[str], None] = lambda what: None,
) -> dict[str, Any]:
    """Held-out figures of a model, as plain JSON values; see `evaluate.suite`.

    Arguments:
        inputs: The art.
        palette: Sprites are mapped to it by nearest color first; or how many colors to fit to them.
        families: Score held-out families, with counts learnt from the others; else everything, with nothing learnt.
        drawn: Draw so many sprites, and compare their craft with held-out ones.
        tell: Told what is being measured.

    Raises:
        InputError: If a file cannot be read, or there are too few sprites.
    """
    corpus = gather(inputs, hold_out=families)
    if isinstance(palette, int):
        palette = quantizer.fit([Raster(sprite.rgba(), sprite.name) for sprite in corpus.sprites], palette)
    sprites = quantizer.remap(corpus.sprites, palette, map="nearest")
    held = corpus.held_out if families else [True] * len(sprites)
    scored = [sprite for sprite, out in zip(sprites, held, strict=True) if out]
    learnt = [sprite for sprite, out in zip(sprites, held, strict=True) if not out]
    if not scored:
        raise InputError(f"{len(sprites)} sprites are too few to hold a family out; use --holdout none.")
    art = {}
    if drawn:
        tell("art")
        art["art"] = judge(sprites, corpus.families, held, prior, drawn)
    # An index texture is the indexed PNG without its palette.
    figures = evaluate(learnt, scored, prior, lambda sprite: len(png.write_index(sprite)), tell)
    return figures | {
        **art,
        "model": {"name": prior.card["name"], "sha256": prior.sha256},
        "palette": {"name": palette.name, "colors": list(palette.hex)},
        "holdout": "family" if families else "none",
    }
