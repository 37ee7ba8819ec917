"""Loaded models: each once, for all sheets and, under watch, for all builds that use it."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path
from typing import TYPE_CHECKING

from .files import digest, read_bytes

if TYPE_CHECKING:
    from .models.prior import Prior

__all__ = ["loaded", "prior", "retain"]

LIMIT = 512 << 20
MOST = 4
"""More are not kept at once: the one that was used least lately goes."""

_loaded: dict[str, Prior] = {}


def prior(path: Path) -> Prior:
    """The model of a checkpoint; one of the same content is not loaded twice.

    Raises:
        InputError: If the checkpoint is missing, cut, altered or not one of ours.
    """
    # The content is looked at, not the stat: a checkpoint trained again may have the same size and time.
    model = _loaded.pop(digest(read_bytes(path, LIMIT)), None)
    if model is None:
        # Loaded late: quantizing and packing must not pay for torch, in time or in memory.
        from .models.prior import Prior

        model = Prior.load(path)
    _loaded[model.sha256] = model
    while len(_loaded) > MOST:
        del _loaded[next(iter(_loaded))]
    return model


def loaded() -> tuple[str, ...]:
    """The sha256 of each model that is kept, the one used last at the end."""
    return tuple(_loaded)


def retain(shas: Container[str]) -> None:
    """Let go of every other model."""
    for sha in loaded():
        if sha not in shas:
            del _loaded[sha]
