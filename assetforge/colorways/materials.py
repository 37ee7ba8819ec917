"""What a sprite is made of: its colors as materials, each a ramp from dark to light, and those that play a role.

Painters shade a thing with few colors near in hue, which stand side by side. So colors are joined by average linkage
over their hues, more readily where they touch, and never where they are equally light but unlike. Ink, white, skin
and small single colors (eyes, gems) are told apart: a color way leaves them alone.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..color import distance, oklab, oklab_to_oklch
from ..quantize.histogram import touching
from ..sprite import Sprite

__all__ = ["Art", "Floats", "look", "turn"]

Floats = NDArray[np.float64]

# Two colors of one chroma whose hues are so many degrees apart are as unlike as those of one material may be.
HUE = 38.0
# Less chromatic colors have less of a hue; below this they are gray, blue grays (steel, stone) up to twice of it.
GRAY = 0.03
STEEL = (225.0, 290.0)
# Equally light colors so far apart are two things, not two shades of one.
LEVEL, UNLIKE = 0.05, 0.06
LINK, NEVER = 0.8, 100.0
PAINT = 7.0
YELLOW, BENT = 110.0, 0.75
# How much of the linkage standing side by side is worth.
TOUCH = 0.3
INK, WHITE = 0.32, 0.92
LINE, JUMP = 0.36, 0.2
# So many materials change, the largest.
MOST = 6
ROLE_CHROMA = 0.055
# Skin: warm and dull (OKLCh chroma and hue), and a part of its pixels light.
SKIN = ((0.03, 0.125), (30.0, 85.0))
LIT, LIT_PART = 0.64, 0.3
# A material of more than this share of the pixels is no face and no eye, but what the sprite is.
MAIN, ACCENT = 0.5, 0.02
# Where there is more white than this for each pixel of gray, the gray is its shadow.
SHADOW = 0.6


@dataclass(frozen=True, eq=False)
class Art:
    """The used colors of some sprites, from dark to light, and what they are.

    Arguments:
        places: Their indices in the palette, shape (N,).
        lab: In OKLab, shape (N, 3).
        share: Of the drawn pixels, shape (N,).
        pairs: Those that touch, diagonally too, as rows of `lab`, the darker first, shape (M, 2).
        edges: The share of all touching that each pair has, shape (M,).
        material: The number of each color's material, -1 if it stays as it is, shape (N,).
    """

    places: NDArray[np.intp]
    lab: Floats
    share: Floats
    pairs: NDArray[np.int64]
    edges: Floats
    material: NDArray[np.intp]

    @property
    def materials(self) -> int:
        """How many materials may change."""
        return int(self.material.max(initial=-1)) + 1

    def hue(self, number: int) -> float:
        """The hue of a material in degrees, by its pixels and chroma."""
        return mean_hue(self.lab[self.material == number], self.share[self.material == number])

    def chroma(self, number: int) -> float:
        """The mean chroma of a material's pixels."""
        rows = self.material == number
        return float(np.average(np.hypot(self.lab[rows, 1], self.lab[rows, 2]), weights=self.share[rows]))


def look(sprites: list[Sprite], keep: Collection[int] = (), all_change: bool = False) -> Art:
    """What sprites of one palette are made of.

    Arguments:
        sprites: All that share a color way.
        keep: Indices that stay as they are.
        all_change: Let ink, white, skin and accents change, too.
    """
    palette = sprites[0].palette
    first = np.arange(len(palette) + 1)
    for later, earlier in palette.doubles:
        first[later] = earlier
    counts = sum(np.bincount(first[one.indices.ravel()], minlength=len(first)) for one in sprites)
    counts = np.asarray(counts)
    counts[0] = 0
    used = np.flatnonzero(counts)
    lab = oklab(np.array([palette.colors[place - 1] for place in used], np.uint8).reshape(-1, 3))
    order = np.lexsort((used, lab[:, 0]))
    used, lab = used[order], lab[order]
    rank = np.zeros(len(first), np.int64)
    rank[used] = np.arange(1, len(used) + 1)
    views = [rank[first[one.indices]] for one in sprites]
    pairs, edges = touching(views, len(used))
    leaning = [slanted for view in views for slanted in _slanted(view)]
    more, corners = touching(leaning, len(used))
    # A corner joins less than a side does.
    pairs, weights = _pooled(pairs, edges.astype(float), more, 0.5 * corners.astype(float), len(used))
    share = counts[used] / max(counts.sum(), 1)
    art = Art(used, lab, share, pairs, weights, np.full(len(used), -1))
    kept = np.isin(used, first[list(keep)] if keep else [])
    groups = _linked(art, np.flatnonzero(~kept) if all_change else np.flatnonzero(~kept & ~_roles(lab)))
    material = np.full(len(used), -1)
    free = [rows for rows in groups if all_change or not _stays(art, rows, groups)]
    # What has nothing but roles (a white icon, a face) has its largest part to change.
    if not free and not kept.all():
        groups = groups or _linked(art, np.flatnonzero(~kept))
        free = [max(groups, key=lambda rows: share[rows].sum() * (1.01 - 0.5 * (lab[rows, 0].max() < LINE)))]
    for number, rows in enumerate(sorted(free, key=lambda rows: (-share[rows].sum(), rows[0]))[:MOST]):
        material[rows] = number
    return Art(used, lab, share, pairs, weights, material)


def turn(degrees: Floats | float) -> Floats:
    """Angles from -180 to 180."""
    return (np.asarray(degrees, np.float64) + 180.0) % 360.0 - 180.0


def mean_hue(lab: Floats, weights: Floats) -> float:
    """The hue of the mean chroma, in degrees."""
    return float(np.degrees(np.arctan2((weights * lab[:, 2]).sum(), (weights * lab[:, 1]).sum())) % 360.0)


def _slanted(view: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Views in which diagonal neighbors stand side by side, and nothing else does."""
    found = []
    for one, other in ((view[:-1, :-1], view[1:, 1:]), (view[:-1, 1:], view[1:, :-1])):
        pair = np.stack([one.ravel(), other.ravel(), np.zeros(one.size, np.int64)])
        found.append(np.concatenate([pair.T.ravel(), [0]])[None])
    return found


def _pooled(
    pairs: NDArray[np.int64], edges: Floats, more: NDArray[np.int64], corners: Floats, size: int
) -> tuple[NDArray[np.int64], Floats]:
    key, inverse = np.unique(np.concatenate([pairs, more]) @ [max(size, 1), 1], return_inverse=True)
    total = np.bincount(inverse, np.concatenate([edges, corners]), len(key))
    return np.stack([key // max(size, 1), key % max(size, 1)], axis=-1), total / max(total.sum(), 1e-9)


def _gray(lch: Floats) -> NDArray[np.bool_]:
    cool = (lch[:, 2] > STEEL[0]) & (lch[:, 2] < STEEL[1])
    return lch[:, 1] < np.where(cool, 2 * GRAY, GRAY)


def _roles(lab: Floats) -> NDArray[np.bool_]:
    """Where a color is ink or white."""
    lch = oklab_to_oklch(lab)
    return (lch[:, 1] < ROLE_CHROMA) & ((lch[:, 0] < INK) | ((lch[:, 0] > WHITE) & (lch[:, 1] < 2 * GRAY)))


def _stays(art: Art, rows: NDArray[np.intp], groups: list[NDArray[np.intp]]) -> bool:
    """Whether a material is a line, skin, the shadow of white, metal beside something of color, or an accent."""
    if _line(art, rows):
        return True
    share = float(art.share[rows].sum())
    lch = oklab_to_oklch(np.average(art.lab[rows], axis=0, weights=art.share[rows]))
    lit = float(art.share[rows[art.lab[rows, 0] >= LIT]].sum())
    if all(low <= value <= high for value, (low, high) in zip(lch[1:].tolist(), SKIN, strict=True)):
        return LIT_PART * share < lit and share < MAIN
    if _gray(lch[None])[0]:
        largest = max(float(art.share[group].sum()) for group in groups if not _line(art, group))
        white = art.share[(art.lab[:, 0] > WHITE) & (np.hypot(art.lab[:, 1], art.lab[:, 2]) < 2 * GRAY)].sum()
        return share < largest or bool(white > SHADOW * share)
    return len(rows) == 1 and share < ACCENT


def _line(art: Art, rows: NDArray[np.intp]) -> bool:
    """Whether it is one dark color: colored ink."""
    return len(rows) == 1 and float(art.lab[rows[0], 0]) < LINE


def _linked(art: Art, rows: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """Colors in materials, by average linkage.

    Arguments:
        art: All colors.
        rows: Those to be joined.
    """
    if not len(rows):
        return []
    lab = art.lab[rows]
    lch = oklab_to_oklch(lab)
    gray = _gray(lch)
    apart = np.abs(turn(lch[:, None, 2] - lch[:, 2])) / HUE
    # The shadows of a material lose their hue: where one of two is nearly gray, a third of a difference counts.
    apart *= np.clip(np.minimum(lch[:, None, 1], lch[:, 1]) / 0.08, 0.35, 1.0)
    # Painters let lights lean to yellow and darks away from it: what does so is rather one ramp.
    lean = np.abs(turn(lch[:, 2] - YELLOW))
    apart *= np.where((lean[:, None] - lean) * (lab[:, None, 0] - lab[:, 0]) < 0, BENT, 1.0)
    # A ramp gains or loses chroma as it gets lighter; more than that is another paint.
    gain = np.abs(lch[:, None, 1] - lch[:, 1]) - 0.5 * np.abs(lch[:, None, 0] - lch[:, 0])
    apart += PAINT * np.maximum(gain, 0.0)
    apart = np.where(gray[:, None] & gray, 0.4, np.where(gray[:, None] ^ gray, 2.0, apart))
    level = np.abs(lab[:, None, 0] - lab[:, 0]) < LEVEL
    apart = np.where(level & (distance(lab[:, None], lab) > UNLIKE), NEVER, apart)
    beside = np.zeros((len(art.lab), len(art.lab)))
    beside[art.pairs[:, 0], art.pairs[:, 1]] = beside[art.pairs[:, 1], art.pairs[:, 0]] = art.edges
    least = np.minimum(*np.broadcast_arrays(beside.sum(1)[rows][:, None], beside.sum(1)[rows]))
    apart -= TOUCH * np.minimum(2 * beside[np.ix_(rows, rows)] / np.maximum(least, 1e-9), 1.0)
    np.fill_diagonal(apart, np.inf)
    # A dark color from which no middle shade leads to the lights is a line around them, not their shadow.
    step = np.where(apart <= LINK, np.abs(lab[:, None, 0] - lab[:, 0]), np.inf).min(axis=1)
    lone = (lab[:, 0] < LINE) & (step > JUMP)
    apart[lone], apart[:, lone] = np.inf, np.inf
    groups = {index: [index] for index in range(len(rows))}
    while len(groups) > 1:
        one, other = sorted(divmod(int(np.round(apart, 9).argmin()), len(rows)))
        if apart[one, other] > LINK:
            break
        sizes = len(groups[one]), len(groups[other])
        mean = (sizes[0] * apart[one] + sizes[1] * apart[other]) / sum(sizes)
        apart[one], apart[:, one] = mean, mean
        apart[one, one], apart[other], apart[:, other] = np.inf, np.inf, np.inf
        groups[one] += groups.pop(other)
    return [np.sort(rows[group]) for group in groups.values()]
