"""Our model with one thing taken away or done otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor, nn

from assetforge.models import counts, places
from assetforge.models.pixels import SHADES, Palettes, PixelEmbedding

__all__ = ["ABLATIONS", "SMALL", "Variation"]

SMALL = {"width": 48, "layers": 4}
"""The base model's config is for longer training than this."""
DECODER = "assetforge.models.pixelcnn"


@dataclass(frozen=True)
class Variation:
    """How our training differs from the default.

    Arguments:
        config, recipe: Fields to replace.
        mixed: Learn in many palettes, as `assetforge train` does, instead of the scored one alone.
        instead: Names in the package, and what stands there in training and in scoring.
    """

    config: dict[str, Any] = field(default_factory=dict)
    recipe: dict[str, Any] = field(default_factory=dict)
    mixed: bool = False
    instead: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def made(self) -> Iterator[None]:
        """While it holds, networks are built and run so."""
        with ExitStack() as stack:
            for name, value in self.instead.items():
                stack.enter_context(patch(name, value))
            yield


class ClassNumbers(nn.Module):
    """In place of `PixelEmbedding`: an entry is its number, not its color, as for a softmax over classes."""

    place = staticmethod(PixelEmbedding.place)

    def __init__(self, width: int) -> None:
        super().__init__()
        self.colors, self.grays = (nn.Parameter(torch.randn(entries, width) * 0.3) for entries in (256, SHADES + 1))

    def forward(self, palettes: Palettes) -> Tensor:
        batch, entries = palettes.valid.shape
        table = self.grays if entries == SHADES + 1 else self.colors[:entries]
        return table.expand(batch, -1, -1)


def no_counts(indices: Tensor, visible: Tensor, entries: int) -> tuple[Tensor, Tensor]:
    return tuple(torch.zeros_like(one) for one in counts.tallied(indices, visible, entries))  # type: ignore[return-value]


def no_uses(indices: Tensor, visible: Tensor, entries: int) -> Tensor:
    return torch.zeros_like(counts.used_before(indices, visible, entries))


def no_candidates(indices: Tensor, visible: Tensor) -> Tensor:
    return torch.full_like(places.candidates(indices, visible), -1)


ABLATIONS: dict[str, Variation] = {
    "class numbers instead of colors": Variation(instead={"assetforge.models.pixelvae.PixelEmbedding": ClassNumbers}),
    "without in-sprite counts": Variation(instead={f"{DECODER}.tallied": no_counts}),
    "without uses of each entry": Variation(instead={f"{DECODER}.used_before": no_uses}),
    "without candidates to copy": Variation(instead={f"{DECODER}.candidates": no_candidates}),
    "without latents": Variation(recipe={"silent": 1.0}),
    "latents always told": Variation(recipe={"silent": 0.0}),
    "in many palettes": Variation(mixed=True),
    "not mirrored": Variation(recipe={"mirror": 0.0}),
    "the base's width": Variation(config={"width": 64, "layers": 5}),
}
