"""Pairs of small pictures in files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from assetforge.corpus import Source
from assetforge.formats import png
from assetforge.pairs import matched


def files(folder: Path, rgba: dict[str, np.ndarray]) -> list[Source]:
    """PNG files, as sources."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, image in rgba.items():
        (folder / f"{name}.png").write_bytes(png.write_rgba(image))
    return [Source(folder / f"{name}.png", name) for name in rgba]


def pack(folder: Path, count: int, side: int = 8) -> list[tuple[Source, Source]]:
    """Pairs: colored blobs on the right, the same in one gray on the left, each at a place of its own."""
    rng = np.random.default_rng(5)
    lefts, rights = {}, {}
    for number in range(count):
        image = np.zeros((side, side, 4), np.uint8)
        drawn = rng.random((side, side)) < 0.5
        image[drawn] = [*rng.integers(0, 2, 3) * 200, 255]
        image[0, 0] = (90, 10, 10, 255)
        rights[f"tile_{number}"] = image
        lefts[f"tile_{number}"] = np.where(image[..., 3:] > 0, np.array([128, 128, 128, 255], np.uint8), 0)
    return matched(files(folder / "left", lefts), files(folder / "right", rights))
