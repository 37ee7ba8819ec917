"""From figures to vectors whose distance says how alike they look.

Three things are read off a figure by the encoder, each blind to what it should not see. The *silhouette*, filled with
one gray, and the *lines*, each pixel the darker the more of its eight neighbors have another color, go through the
coarse slots: no color enters, so a recolored figure has the same shape. The *colors* go through the fine slots, and are
the mean of the figure and its mirror image; all three are read off what is drawn, in the middle of its canvas, so none
knows where on its canvas a figure stood.

Latents are whitened by the covariance of the model's own learnt sprites and set to length one: slots that vary much
would else drown those that tell relatives apart. Weights are tuned on one archive and reported on another
(`benchmarks/search.py`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..models.encoder import Encoder
from .figure import Figure, placed

__all__ = ["PARTS", "Sight", "Vectors"]

PARTS = ("silhouette", "lines", "colors")
LINES = 0.25
"""What a squared distance of lines counts beside one of silhouettes."""
GRAY, LIGHTEST, DARKEST = 0.555, 0.93, 0.10
BATCH = 16
"""Figures encoded at once: more no longer fit a core's cache, and take longer each."""
ASKED = 512
"""Learnt sprites that the covariance is taken of."""
LEAST = 1e-6

Floats = NDArray[np.floating]


class Vectors(NamedTuple):
    """What is kept of figures, each a row, float16.

    Attributes:
        shape: Silhouette and lines, shape (N, 2 * D).
        mirrored: The same of the mirror images.
        colors: Shape (N, D).
    """

    shape: NDArray[np.float16]
    mirrored: NDArray[np.float16]
    colors: NDArray[np.float16]


class Sight:
    """The encoder and the whitening that goes with it.

    Arguments:
        encoder: Of a model.
        whitening: What an earlier one of the same model has; by default it is worked out.

    Attributes:
        whitening: For each of `PARTS` the mean above the matrix, shape (3, D + 1, D), float32.
    """

    def __init__(self, encoder: Encoder, whitening: NDArray[np.float32] | None = None) -> None:
        self.encoder = encoder
        self.whitening = self.fitted() if whitening is None else whitening

    def fitted(self) -> NDArray[np.float32]:
        """The whitening of each part, by the learnt sprites: their principal axes, each set to the same variance."""
        learnt = self.encoder.learnt
        some = [learnt[place] for place in np.unique(np.linspace(0, len(learnt) - 1, ASKED).astype(int))]
        figures = [Figure(indices, self.encoder.lab, (0, 0)) for indices in some if indices.any()]
        latents = self.latents(figures)
        found = []
        for values in (latents[:, 0], latents[:, 1], (latents[:, 4] + latents[:, 5]) / 2):
            mean = values.mean(0, dtype=np.float64)
            spread, axes = np.linalg.eigh((values - mean).T @ (values - mean) / max(1, len(values) - 1))
            spread = np.maximum(spread, 0)
            scale = np.sqrt(spread + LEAST * max(float(spread.mean()), LEAST))
            found.append(np.concatenate([mean[None], axes / scale]))
        return np.stack(found).astype(np.float32)

    def vectors(self, figures: Sequence[Figure]) -> Vectors:
        """A row for each figure."""
        latents = self.latents(figures)
        both = []
        for silhouette, lines in ((0, 1), (2, 3)):
            parts = self.white(0, latents[:, silhouette]), LINES**0.5 * self.white(1, latents[:, lines])
            both.append(np.concatenate(parts, 1).astype(np.float16))
        colors = self.white(2, (latents[:, 4] + latents[:, 5]) / 2).astype(np.float16)
        return Vectors(both[0], both[1], colors)

    def white(self, part: int, values: Floats) -> Floats:
        """Latents of a part, whitened and of length one."""
        mean, matrix = self.whitening[part, 0], self.whitening[part, 1:]
        found = (values - mean) @ matrix
        lengths = np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
        return np.asarray(found / lengths, np.float32)

    def latents(self, figures: Sequence[Figure]) -> NDArray[np.float32]:
        """Silhouette, lines, both mirrored, colors, colors mirrored; shape (N, 6, D)."""
        found = np.zeros((len(figures), 6, 8 * self.encoder.slot), np.float32)

        def see(places: list[int]) -> None:
            found[places] = self.batch([figures[place] for place in places])

        with ThreadPoolExecutor(os.cpu_count()) as threads:
            for done in [threads.submit(see, places) for places in batches(figures)]:
                done.result()
        return found

    def batch(self, figures: Sequence[Figure]) -> NDArray[np.float32]:
        """The latents of figures that go onto one canvas."""
        side, labs = figures[0].side, [one.lab for one in figures]
        found = []
        for turned in (False, True):
            views = [one.mirrored() if turned else one for one in figures]
            indices = np.stack([placed(one.indices, side) for one in views])
            drawn = indices > 0
            found.append(self.encoder.layout(np.full(drawn.shape, GRAY, np.float32), drawn))
            found.append(self.encoder.layout(lines(indices), drawn))
            found.append(self.encoder.colors(indices, labs))
        return np.stack([found[place] for place in (0, 1, 3, 4, 2, 5)], 1)


def lines(indices: NDArray[np.uint8]) -> NDArray[np.float32]:
    """How light each pixel of a drawing of the lines is, shape (N, H, W), of indices of that shape.

    Which colors they are between does not matter, so any recoloring that keeps different colors different keeps it.
    """
    height, width = indices.shape[1:]
    around = np.pad(indices, ((0, 0), (1, 1), (1, 1)))
    others = np.zeros(indices.shape, np.float32)
    for y in range(3):
        for x in range(3):
            others += around[:, y : y + height, x : x + width] != indices
    return (LIGHTEST - (LIGHTEST - DARKEST) / 8 * others).astype(np.float32)


def batches(figures: Iterable[Figure]) -> Iterator[list[int]]:
    """Places of figures that go onto one size of canvas, a few at a time."""
    sides: dict[int, list[int]] = {}
    for place, one in enumerate(figures):
        sides.setdefault(one.side, []).append(place)
    for places in sides.values():
        for start in range(0, len(places), BATCH):
            yield places[start : start + BATCH]
