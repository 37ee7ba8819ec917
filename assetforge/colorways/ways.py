"""Color ways of sprites: the face of the room."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..color import distance, oklab, oklab_to_srgb
from ..errors import InputError
from ..palette import MAX_COLORS, Palette
from ..sprite import Sprite
from .assign import Problem
from .materials import Art, Floats, look
from .names import fresh, word
from .wishes import GRAY_HUE, HUES, turned, wished

__all__ = ["Way", "drawn", "together", "ways"]

STAY = -2
"""In the place of a hue: the material stays as it is."""

# Mean OKLab distance, over pixels and colors alike, below which two ways are one to the eye.
DIFFERENT = 0.035
# More than so different is not better.
ENOUGH = 0.13
# How much a way may be dearer, in squared OKLab distance, for being that much more different.
DEAR = 2.0
# A ramp serves a material well up to this price, and one dearer than the other is never shown.
SERVED, MOST = 0.008, 0.025
# Ways of several materials that are tried at random.
DRAWS = 40
# A material of less than this part of the largest one's pixels is not changed alone.
ALONE = 0.15


@dataclass(frozen=True, eq=False)
class Way:
    """One color way.

    Arguments:
        row: The color that every index of the sprites' palette becomes, under the way's name.
        palette: What its sprites are in: the target palette, or `row` where that was made for it.
        table: The index in `palette` of every index of the sprites' palette, shape (K + 1,), uint8.
    """

    row: Palette
    palette: Palette
    table: NDArray[np.uint8]

    @property
    def name(self) -> str:
        """What it is called."""
        return self.row.name

    def of(self, sprite: Sprite, suffix: str = "") -> Sprite:
        """A sprite in these colors, with `suffix` behind its name and its tag."""
        tag = sprite.tag and sprite.tag + suffix
        indices = self.table[sprite.indices]
        return replace(sprite, indices=indices, palette=self.palette, name=sprite.name + suffix, tag=tag)


def ways(
    sprites: Sequence[Sprite],
    count: int,
    *,
    turn: bool = False,
    keep: Collection[int] = (),
    all_change: bool = False,
    seed: int = 0,
    taken: Collection[str] = (),
) -> list[Way]:
    """At most `count` color ways, unlike the sprites and each other; fewer where the palette has no more.

    Each is one map of indices for all sprites. It joins no two colors, turns no order of lightness of two that touch,
    belong to one material or are visibly apart in it, and leaves ink, white, skin and accents as they are.

    Arguments:
        sprites: Of one palette, each color of which a way may use.
        count: How many.
        turn: Make ramps of other hues for these sprites, instead of looking for them in their palette.
        keep: Indices that stay.
        all_change: Let ink, white, skin and accents change, too.
        seed: Of the draws; other seeds find other ways.
        taken: Names that no way may have.
    """
    art = look(list(sprites), keep, all_change)
    if not art.materials:
        return []
    own = sprites[0].palette
    goal = _colors(art, own, turn)
    lab = oklab(goal)
    rows = {color: row for row, color in enumerate(map(tuple, goal.tolist()))}
    state = np.array([rows[own.colors[place - 1]] for place in art.places], np.intp)
    problem = Problem(art, lab, state)
    chosen = _chosen(problem, _tried(problem, seed), count)
    found: list[Way] = []
    for each in chosen:
        name = fresh(_named(problem, each), {*taken, *(way.name for way in found)})
        found.append(_way(own, art, goal[each], name, turn))
    return found


def drawn(sprites: Sequence[Sprite], found: Sequence[Way]) -> list[Sprite]:
    """Every sprite in every way, way after way, called NAME, NAME-2, NAME-3 …; each in the palette of its way."""
    suffixes = ("", *(f"-{number}" for number in range(2, len(found) + 1)))
    return [way.of(sprite, suffix) for way, suffix in zip(found, suffixes, strict=True) for sprite in sprites]


def together(sprites: Sequence[Sprite]) -> list[Sprite]:
    """The sprites in one palette, which holds the colors of all of theirs.

    Raises:
        InputError: If these are more than 255.
    """
    palettes = list(dict.fromkeys(sprite.palette for sprite in sprites))
    if len(palettes) == 1:
        return list(sprites)
    place = {color: index for index, color in enumerate(dict.fromkeys(c for one in palettes for c in one.colors), 1)}
    if len(place) > MAX_COLORS:
        raise InputError(
            f"the color ways have {len(place)} colors together, a sheet holds {MAX_COLORS}; ask for fewer, or for rows."
        )
    whole = Palette(tuple(place), "color ways")
    tables = {one: np.array([0, *(place[color] for color in one.colors)], np.uint8) for one in palettes}
    return [replace(one, indices=tables[one.palette][one.indices], palette=whole) for one in sprites]


def _colors(art: Art, own: Palette, turn: bool) -> NDArray[np.uint8]:
    """What ways may use, without doubles, shape (P, 3): the palette, or the used colors and ramps of other hues."""
    if not turn:
        return np.array(list(dict.fromkeys(own.colors)), np.uint8)
    used = [own.colors[place - 1] for place in art.places]
    more = map(tuple, oklab_to_srgb(turned(art)).tolist())
    return np.array(list(dict.fromkeys([*used, *more])), np.uint8)


@dataclass(frozen=True, eq=False)
class Pool:
    """Ways that were tried: a state each, shape (T, N), and its price, shape (T,)."""

    states: NDArray[np.intp]
    prices: Floats


def _tried(problem: Problem, seed: int) -> Pool:
    """Each material in each hue alone, then several at once in those that serve them well."""
    art = problem.art
    size = art.materials
    found: dict[bytes, tuple[NDArray[np.intp], float]] = {}

    def attempt(hues: Sequence[int]) -> float:
        wish = art.lab.copy()
        for number, hue in enumerate(hues):
            if hue != STAY:
                wish[art.material == number] = wished(art, number, hue)
        state = problem.solve(wish)
        price = float(problem.prices(state, wish).max())
        key = state.tobytes()
        if key not in found or price < found[key][1]:
            found[key] = state, price
        return price

    shares = [float(art.share[art.material == number].sum()) for number in range(size)]
    good: list[list[int]] = []
    for number in range(size):
        alone = [tuple(hue if at == number else STAY for at in range(size)) for hue in (*HUES, GRAY_HUE)]
        if shares[number] < ALONE * shares[0]:
            # Too small to make a way of its own.
            kept = dict(found)
            prices = [attempt(hues) for hues in alone]
            found = kept
        else:
            prices = [attempt(hues) for hues in alone]
        bar = max(SERVED, sorted(prices)[min(3, len(prices) - 1)])
        good.append([hues[number] for hues, price in zip(alone, prices, strict=True) if price <= bar])
    if size > 1:
        random = np.random.default_rng(seed)
        draws = dict.fromkeys(
            tuple(int(random.choice([STAY, *each] if at else each)) for at, each in enumerate(good))
            for _ in range(DRAWS)
        )
        for hues in draws:
            attempt(hues)
    return Pool(np.stack([state for state, _ in found.values()]), np.array([price for _, price in found.values()]))


def _chosen(problem: Problem, pool: Pool, count: int) -> list[NDArray[np.intp]]:
    """States that differ from the sprites' own and from each other: the farthest first, dear ones later."""
    weight = _weights(problem.art)
    looks = problem.goal[pool.states]
    least = (distance(looks, problem.art.lab) * weight).sum(-1)
    found: list[NDArray[np.intp]] = []
    while len(found) < count:
        bad = (least < DIFFERENT) | (pool.prices > MOST)
        score = np.where(bad, -np.inf, np.minimum(least, ENOUGH) - DEAR * pool.prices)
        at = int(np.round(score, 9).argmax())
        if not np.isfinite(score[at]):
            break
        found.append(pool.states[at])
        least = np.minimum(least, (distance(looks, looks[at]) * weight).sum(-1))
    return found


def _weights(art: Art) -> Floats:
    """How much the change of each color says, by its pixels and a little by being there; 0 where it stays."""
    free = art.material >= 0
    weight = np.where(free, 0.7 * art.share / art.share[free].sum() + 0.3 / free.sum(), 0.0)
    return weight / weight.sum()


def _named(problem: Problem, state: NDArray[np.intp]) -> str:
    """The words for what its largest changed materials have become."""
    art = problem.art
    words: list[str] = []
    for number in range(art.materials):
        rows = art.material == number
        moved = distance(problem.goal[state[rows]], art.lab[rows])
        if float(np.average(moved, weights=art.share[rows])) >= DIFFERENT:
            # What a thing is called by is its middle, not its shadows.
            goal = problem.goal[state[rows]]
            weights = art.share[rows] * (0.02 + np.hypot(goal[:, 1], goal[:, 2])) * goal[:, 0]
            words.append(word(np.average(goal, axis=0, weights=weights)))
    return "-".join(list(dict.fromkeys(words))[:2]) or "other"


def _way(own: Palette, art: Art, colors: NDArray[np.uint8], name: str, turn: bool) -> Way:
    """The way by which the used colors become `colors`; unused ones stay."""
    becomes = dict(zip((own.colors[place - 1] for place in art.places), map(tuple, colors.tolist()), strict=True))
    row = Palette(tuple(becomes.get(color, color) for color in own.colors), name)
    if turn:
        return Way(row, row, np.arange(len(own) + 1, dtype=np.uint8))
    place = {color: index for index, color in reversed([*enumerate(own.colors, 1)])}
    return Way(row, own, np.array([0, *(place[color] for color in row.colors)], np.uint8))
