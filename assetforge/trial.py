"""A model on trial: every figure that `evaluate` tells of it, from art files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .corpus import gather
from .errors import ConfigError, InputError
from .evaluate.pairs import Translations
from .evaluate.suite import evaluate, judge
from .formats import png
from .models.prior import Prior
from .pairs import gather_pairs
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
    pairs: Sequence[tuple[Source, Source]] = (),
    tell: Callable[[str], None] = lambda what: None,
) -> dict[str, Any]:
    """Held-out figures of a model, as plain JSON values; see `evaluate.suite`.

    Arguments:
        inputs: The art; none for pairs.
        palette: Sprites are mapped to it by nearest color first; or how many colors to fit to them.
        families: Score held-out families, with counts learnt from the others; else everything, with nothing learnt.
        drawn: Draw so many sprites, and compare their craft with held-out ones.
        pairs: The files of left and right sides, for a model that has learnt to draw the right ones from the left.
        tell: Told what is being measured.

    Raises:
        ConfigError: If a model of pairs is given none, or another is given some.
        InputError: If a file cannot be read, or there are too few sprites.
    """
    paired = "pairs" in prior.card
    if pairs and not paired:
        mend = "give it sprites, or a model that `assetforge train --pairs LEFT/ RIGHT/` made."
        raise ConfigError(f'model "{prior.card["name"]}" has learnt no pairs; {mend}')
    if paired and not pairs:
        raise ConfigError(f'model "{prior.card["name"]}" draws from left sides: give --pairs LEFT RIGHT, not INPUT.')
    corpus = gather_pairs(pairs, hold_out=families) if pairs else gather(inputs, hold_out=families)
    if isinstance(palette, int):
        palette = quantizer.fit([Raster(sprite.rgba(), sprite.name) for sprite in corpus.sprites], palette)
    sprites = quantizer.remap(corpus.sprites, palette, map="nearest")
    held = corpus.held_out if families else [True] * len(sprites)
    scored = [sprite for sprite, out in zip(sprites, held, strict=True) if out]
    learnt = [sprite for sprite, out in zip(sprites, held, strict=True) if not out]
    lefts = [left for left, out in zip(corpus.lefts, held, strict=bool(pairs)) if out]
    if not scored:
        raise InputError(f"{len(sprites)} sprites are too few to hold a family out; use --holdout none.")
    art = {}
    if drawn:
        tell("art")
        artist = Translations(lefts, prior) if pairs else prior
        art["art"] = judge(sprites, corpus.families, held, artist, drawn)
    # An index texture is the indexed PNG without its palette.
    figures = evaluate(learnt, scored, prior, lambda sprite: len(png.write_index(sprite)), tell, lefts)
    return figures | {
        **art,
        "model": {"name": prior.card["name"], "sha256": prior.sha256},
        "palette": {"name": palette.name, "colors": list(palette.hex)},
        "holdout": "family" if families else "none",
    }
