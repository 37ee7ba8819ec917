"""What a checkpoint remembers of its training sprites: their pixels and their folders.

Around them a pack is sampled, and every later output says how near it comes to one of them.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..color import oklab_to_srgb
from ..errors import InputError
from ..palette import MAX_COLORS, MIN_COLORS, Palette
from ..resemblance import nearest
from .data import Examples, entry_lab, table_to

__all__ = ["PAIRS", "Memory", "cropped", "recall", "remember"]

LEAST = 8
BAR = 0.3
BARS = (0.15, 0.5)
"""A pack with near-copies in several families must not excuse copies; one with few held out must not forbid all."""
LIMIT = 64 << 20
MOST_FOLDERS = 8 << 20
MOST_SIDE = 64
MOST_LAB = 10.0
"""Far beyond any color; what is no number is beyond it too."""
ASKED = 96
PAIRS = 2000
"""Pairs of sprites looked at to find the nearest; see `resemblance.nearest`."""


@dataclass(frozen=True)
class Memory:
    """The training sprites of a model.

    Attributes:
        sprites: Indices of every one, uint8.
        lab: OKLab of the entries that those mean, shape (K, 3).
        folders: The folder of each, with ``/`` between its parts; empty for none.
        apart: By (H, W), how near sprites of different families come: a low percentile of their distances
            (`resemblance.nearest`). What comes nearer is a copy.
    """

    sprites: list[NDArray[np.uint8]]
    lab: NDArray[np.float32]
    folders: list[str]
    apart: dict[tuple[int, int], float]

    @cached_property
    def palette(self) -> Palette:
        """The colors of the entries."""
        colors = oklab_to_srgb(self.lab[1:].astype(np.float64))
        return Palette(tuple((int(r), int(g), int(b)) for r, g, b in colors), "learnt")

    def bar(self, shape: tuple[int, int]) -> float:
        """How near to a learnt sprite a new one may come on a canvas of `shape`."""
        return float(np.clip(self.apart.get(shape, BAR), *BARS))

    @cached_property
    def boxes(self) -> NDArray[np.int64]:
        """Height and width of what is drawn of each, shape (N, 2)."""
        return np.array([cropped(sprite).shape for sprite in self.sprites]).reshape(-1, 2)

    @cached_property
    def tags(self) -> dict[str, int]:
        """Every part of a folder's name, in lower case, and how many sprites lie in such folders."""
        found: dict[str, int] = {}
        for folder in self.folders:
            for part in set(folder.lower().split("/")) - {""}:
                found[part] = found.get(part, 0) + 1
        return dict(sorted(found.items()))

    def suited(self, shape: tuple[int, int], colors: int, tag: str | None = None) -> list[int]:
        """Places of the sprites to draw around for a canvas of `shape` (H, W) and a palette of `colors`.

        Those of that size; without tiles that fill the canvas, and without one- and two-color icons if the
        palette has more to offer, as long as eight others are left. If there are not eight of that size,
        also those that fit on the canvas and fill half of a side.

        Arguments:
            tag: Only those that lie in a folder of this name, however few.
        """
        tagged = [
            place
            for place, folder in enumerate(self.folders)
            if tag is None or tag.lower() in folder.lower().split("/")
        ]
        least = LEAST if tag is None else 1
        places = [place for place in tagged if self.sprites[place].shape == shape]
        if len(places) < least:
            room = np.array(shape)
            fits = np.all(self.boxes <= room, axis=1) & np.any(2 * self.boxes >= room, axis=1)
            places = [place for place in tagged if fits[place]]
        full = {place for place in places if self.sprites[place].all()}
        plain = {place for place in places if len(np.unique(self.sprites[place])) <= 3}
        for unfit in (full, plain if colors > 4 else set()):
            fit = [place for place in places if place not in unfit]
            places = fit if len(fit) >= least else places
        return places if len(places) >= least else []

    def known(self, shape: tuple[int, int], palette: Palette) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """The sprites of one (H, W), as they are and nearest-mapped to `palette`, each (N, H, W)."""
        stack = np.stack([np.zeros(shape, np.uint8), *(sprite for sprite in self.sprites if sprite.shape == shape)])[1:]
        return stack, table_to(self.lab, entry_lab(palette))[stack]


def cropped(sprite: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What is drawn of a sprite without its margins; all of it if nothing is drawn."""
    rows, columns = np.flatnonzero(sprite.any(axis=1)), np.flatnonzero(sprite.any(axis=0))
    return sprite[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] if len(rows) else sprite


def remember(examples: Examples) -> dict[str, Tensor]:
    """Tensors for a checkpoint's extras; `recall` reads them back."""
    learnt = [s for s, held in zip(examples.sprites, examples.held_out, strict=True) if not held]
    folders = json.dumps([sprite.name.rpartition("/")[0] for sprite in learnt])
    lab = entry_lab(examples.sprites[0].palette)
    shapes = sorted({sprite.indices.shape for sprite in learnt})
    apart = [[*shape, near] for shape in shapes if (near := distance_of_families(examples, lab, shape)) is not None]
    return {
        "apart": torch.tensor(apart, dtype=torch.float32).reshape(-1, 3),
        "sizes": torch.tensor([sprite.indices.shape for sprite in learnt], dtype=torch.int16),
        "sprites": packed(b"".join(sprite.indices.tobytes() for sprite in learnt)),
        "folders": packed(folders.encode()),
        "lab": torch.from_numpy(lab),
    }


def distance_of_families(examples: Examples, lab: NDArray[np.float32], shape: tuple[int, ...]) -> float | None:
    """How near sprites of different families come: the 5th percentile, over at most `ASKED` sprites of a size (H, W),
    of the distance to the nearest learnt one that is no relative; None if all are of one family."""
    same = [place for place, sprite in enumerate(examples.sprites) if sprite.indices.shape == shape]
    stack = np.stack([examples.sprites[place].indices for place in same])
    family = np.array([examples.families[place] for place in same])
    learnt = ~np.array([examples.held_out[place] for place in same])
    found = []
    for place in sorted({int(n) for n in np.linspace(0, len(same) - 1, min(ASKED, len(same)))}):
        strangers = stack[learnt & (family != family[place])]
        if len(strangers):
            found.append(nearest(stack[place : place + 1], lab, strangers, lab, most=PAIRS)[0][0])
    return float(np.percentile(found, 5)) if found else None


def packed(data: bytes) -> Tensor:
    """Compressed bytes as a tensor, shape (N,), uint8."""
    return torch.frombuffer(bytearray(zlib.compress(data, 9)), dtype=torch.uint8)


def unpacked(tensor: Tensor, limit: int) -> bytes:
    """The bytes in a tensor from `packed`, `limit` of them at most."""
    if tensor.dtype != torch.uint8:
        raise ValueError("packed bytes are no bytes")
    return zlib.decompressobj().decompress(tensor.numpy().tobytes(), limit)


def recall(extras: dict[str, Tensor]) -> Memory:
    """The memory in a checkpoint's extras.

    Raises:
        InputError: If they are missing or do not fit together.
    """
    try:
        lab, sizes, apart = (extras[key].float() for key in ("lab", "sizes", "apart"))
        whole = lab.shape == (len(lab), 3) and sizes.shape == (len(sizes), 2) and apart.shape == (len(apart), 3)
        whole &= MIN_COLORS < len(lab) <= MAX_COLORS + 1 and bool((lab.abs() <= MOST_LAB).all())
        whole &= bool(((sizes >= 1) & (sizes <= MOST_SIDE)).all()) and bool((apart.abs() <= MOST_SIDE).all())
        raw = unpacked(extras["sprites"], LIMIT)
        folders = json.loads(unpacked(extras["folders"], MOST_FOLDERS))
        whole &= isinstance(folders, list) and all(isinstance(folder, str) for folder in folders)
        shapes = [(int(h), int(w)) for h, w in sizes.tolist()] if whole else []
        if not shapes or len(raw) != sum(h * w for h, w in shapes) or len(folders) != len(shapes):
            raise ValueError("sprites, sizes and folders differ")
        if max(raw) >= len(lab):
            raise ValueError("a sprite has colors that are not there")
        sprites, start = [], 0
        for height, width in shapes:
            sprites.append(np.frombuffer(raw, np.uint8, height * width, start).reshape(height, width))
            start += height * width
        near = {(int(h), int(w)): float(share) for h, w, share in apart.tolist()}
        return Memory(sprites, lab.numpy(), folders, near)
    except (KeyError, ValueError, TypeError, RuntimeError, RecursionError, zlib.error) as error:
        raise InputError("lacks the memory of its training sprites; train it again.") from error
