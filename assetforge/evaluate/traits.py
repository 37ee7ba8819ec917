"""A sprite as one row of numbers: its craft, its texture, its colors and where they lie."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .craft import FIGURES, craft, moved, stacked

__all__ = ["GROUPS", "traits"]

Indices = NDArray[np.uint8]
Floats = NDArray[np.float64]

STEPS = ((0, 1), (1, 0), (1, 1), (1, -1), (0, 2), (2, 0))
LIGHTS = 6
SHARES = 3
GRID = 4
CHUNK = 256
PARTITIONS = 15

GROUPS = (len(FIGURES), len(STEPS) + PARTITIONS + 1, 5 + LIGHTS + SHARES, 4 * GRID * GRID)
"""How many numbers craft, texture, colors and layout have, in this order."""


def traits(sprites: Sequence[Indices], lab: Floats) -> Floats:
    """Rows of numbers to tell sprites apart by, shape (N, sum(GROUPS)).

    - craft: `craft.craft`.
    - texture: for six steps to a neighbor the share of drawn pixels that hold the same entry there; over all 2 x 2
      windows with something drawn, how often each pattern of equal and unequal pixels occurs; the mean step in
      lightness between drawn 4-neighbors.
    - colors: of the drawn pixels the mean OKLab, the spread of lightness, the mean chroma, a histogram of lightness,
      and the shares of the three most used entries.
    - layout: in the cells of a 4 x 4 grid over the canvas the drawn share, and lightness, a and b summed over it.

    Arguments:
        sprites: Each of shape (H, W), entries of `lab`, 0 transparent; sizes may differ.
        lab: OKLab of the entries, shape (K, 3); the first is not read.
    """
    rows = [np.zeros((0, sum(GROUPS)))]
    for start in range(0, len(sprites), CHUNK):
        some = sprites[start : start + CHUNK]
        canvas = stacked(some, 2)
        groups = (craft(some, lab), _texture(canvas, lab), _colors(canvas, lab), _layout(some, lab))
        rows.append(np.concatenate(groups, axis=1))
    return np.concatenate(rows)


def _texture(canvas: Indices, lab: Floats) -> Floats:
    drawn = canvas > 0
    count = np.maximum(drawn.sum((1, 2)), 1)
    same = [(drawn & (canvas == moved(canvas, *step))).sum((1, 2)) / count for step in STEPS]
    steps, pairs = np.zeros(len(canvas)), np.zeros(len(canvas))
    for step in STEPS[:2]:
        both = drawn & moved(drawn, *step)
        light = lab[:, 0][canvas]
        steps += (np.abs(light - moved(light, *step)) * both).sum((1, 2))
        pairs += both.sum((1, 2))
    return np.column_stack([*same, _windows(canvas), steps / np.maximum(pairs, 1)])


def _windows(canvas: Indices) -> Floats:
    """How often each of the 15 ways to be equal or not occurs among the 2 x 2 windows, shape (N, 15)."""
    a, b, c, d = (moved(canvas, *step) for step in ((0, 0), (0, 1), (1, 0), (1, 1)))
    # Each pixel is named after the first before it that it equals: 1 x 2 x 3 x 4 names, of which 15 occur.
    second = np.where(b == a, 0, 1)
    third = np.where(c == a, 0, np.where(c == b, 1, 2))
    fourth = np.where(d == a, 0, np.where(d == b, 1, np.where(d == c, 2, 3)))
    names = (second * 3 + third) * 4 + fourth
    some = (a > 0) | (b > 0) | (c > 0) | (d > 0)
    counts = np.stack([((names == name) & some).sum((1, 2)) for name in _NAMES], axis=1)
    return counts / np.maximum(counts.sum(1, keepdims=True), 1)


_NAMES = sorted(
    {
        (int(b) * 3 + int(c)) * 4 + int(d)
        for b in (0, 1)
        for c in range(2 + b)
        for d in range(2 + max(b, c))
        if c <= b + 1
    }
)


def _colors(canvas: Indices, lab: Floats) -> Floats:
    found = np.zeros((len(canvas), 5 + LIGHTS + SHARES))
    for place, sprite in enumerate(canvas):
        colors = lab[sprite[sprite > 0]]
        if len(colors):
            light = colors[:, 0]
            bins = np.histogram(light, LIGHTS, (0.0, 1.0))[0] / len(light)
            shares = np.sort(np.bincount(sprite[sprite > 0], minlength=SHARES + 1)[1:])[::-1][:SHARES] / len(light)
            chroma = np.hypot(colors[:, 1], colors[:, 2]).mean()
            found[place] = [*colors.mean(0), light.std(), chroma, *bins, *shares]
    return found


def _layout(sprites: Sequence[Indices], lab: Floats) -> Floats:
    table = np.concatenate([(np.arange(len(lab)) > 0)[:, None], lab], axis=1)
    table[0] = 0
    found = np.zeros((len(sprites), GRID, GRID, 4))
    for place, sprite in enumerate(sprites):
        height, width = sprite.shape
        down, across = np.arange(height) * GRID // height, np.arange(width) * GRID // width
        np.add.at(found[place], (down[:, None], across[None]), table[sprite] * GRID * GRID / sprite.size)
    return found.reshape(len(sprites), -1)
