"""What every benchmark of a model shares: sprites in one palette, those to learn from and those to be scored on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assetforge.corpus import Corpus, Source, gather
from assetforge.formats import palettes
from assetforge.palette import auto_size
from assetforge.quantize import quantizer
from assetforge.sprite import Raster, Sprite

__all__ = ["Split", "split"]


@dataclass(frozen=True)
class Split:
    """Families are on one side each.

    Attributes:
        learnt, scored: All in one palette.
        corpus: The same sprites, for `models.train`, to be seen in that palette alone.
        mixed: As a user's `train` sees them: in the archives' own colors, mapped to many palettes.
    """

    learnt: list[Sprite]
    scored: list[Sprite]
    corpus: Corpus
    mixed: Corpus

    @property
    def entries(self) -> int:
        """Of the palette, transparent included."""
        return len(self.scored[0].palette) + 1


def split(archives: Sequence[Path], spec: str) -> Split:
    """The sprites of archives, mapped to the palette `spec` by nearest color; what is "val" there is scored."""
    mixed = gather([Source(path, path.name) for path in archives])
    size = auto_size(spec)
    if size is None:
        palette = palettes.load(spec)
    else:
        palette = quantizer.fit([Raster(sprite.rgba(), sprite.name) for sprite in mixed.sprites], size)
    sprites = quantizer.remap(mixed.sprites, palette, map="nearest")
    parts: tuple[list[Sprite], list[Sprite]] = ([], [])
    for sprite, held in zip(sprites, mixed.held_out, strict=True):
        parts[held].append(sprite)
    own = replace(mixed, sprites=tuple(sprites), palettes=(palette,), own=1, homes=((),) * len(sprites))
    return Split(*parts, own, mixed)
