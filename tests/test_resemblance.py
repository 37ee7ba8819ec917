"""The distance that tells copies from drawings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from assetforge.resemblance import nearest

LAB = np.array([[0, 0, 0], [0.2, 0, 0], [0.5, 0.1, 0], [0.7, 0, 0.1], [0.9, 0, 0.1]])
PACKS = arrays(np.uint8, (5, 6, 7), elements=st.integers(0, 4), fill=st.nothing())


def measured(one: np.ndarray, other: np.ndarray) -> float:
    return float(nearest(one[None], LAB, other[None], LAB)[0][0])


@settings(max_examples=40, deadline=None)
@given(PACKS, st.booleans(), st.sampled_from([-1, 0, 1]), st.sampled_from([-1, 0, 1]), st.permutations([1, 2, 3, 4]))
def test_a_copy_is_a_copy_in_any_disguise(
    pack: np.ndarray, mirrored: bool, down: int, right: int, order: list[int]
) -> None:
    """Mirrored, nudged by a pixel and recolored it is still at distance 0."""
    pack[:, [0, -1]], pack[:, :, [0, -1]] = 0, 0
    sprite = np.array([0, *order], np.uint8)[np.roll(pack[2], (down, right), (0, 1))]
    distance, place = nearest(sprite[None, :, ::-1] if mirrored else sprite[None], LAB, pack, LAB)
    assert distance[0] == 0
    assert measured(sprite, pack[place[0]]) == 0


def slow(one: np.ndarray, other: np.ndarray) -> float:
    """The definition, pair by pair."""
    alike = np.sqrt(((LAB[:, None] - LAB[None]) ** 2).sum(-1)) < 0.08
    best, target = 1.0, np.pad(other, 1)
    for view in (one, one[:, ::-1]):
        for down in (0, 1, 2):
            for right in (0, 1, 2):
                moved = np.zeros_like(target)
                moved[down : down + one.shape[0], right : right + one.shape[1]] = view
                both, either = (moved > 0) & (target > 0), ((moved > 0) | (target > 0)).sum()
                pairs = list(zip(moved[both].tolist(), target[both].tolist(), strict=True))
                there = sum(max([pairs.count((a, b)) for b in range(5)]) for a in range(5))
                back = sum(max([pairs.count((a, b)) for a in range(5)]) for b in range(5))
                same = max(sum(alike[pair] for pair in pairs), min(there, back))
                best = min(best, 1 - same / either if either else 0.0)
    return best


@settings(max_examples=15, deadline=None)
@given(PACKS, PACKS)
def test_the_quick_way_is_the_definition(some: np.ndarray, known: np.ndarray) -> None:
    """Looking at likely pairs first loses nothing; looking at some alone never comes out nearer."""
    expected = [min(slow(one, other) for other in known) for one in some[:2]]
    distance, place = nearest(some[:2], LAB, known, LAB)
    assert expected == pytest.approx(distance.tolist())
    assert [slow(one, known[p]) if p >= 0 else 1.0 for one, p in zip(some[:2], place, strict=True)] == pytest.approx(
        expected
    )
    assert (nearest(some[:2], LAB, known, LAB, most=3)[0] >= distance).all()


def test_flat_color_is_no_copy_of_shading() -> None:
    """Of 16 pixels in four colors a flat square shares those of one, whichever of the two is generated."""
    flat, shaded = np.zeros((2, 8, 8), np.uint8)
    flat[2:6, 2:6] = 1
    shaded[2:6, 2:6] = np.repeat([1, 2, 3, 4], 4).reshape(4, 4)
    assert measured(flat, shaded) == pytest.approx(12 / 16)
    assert measured(shaded, flat) == pytest.approx(12 / 16)


def test_colors_that_look_the_same_are_the_same() -> None:
    """A copy in a palette whose entries are hardly other, in another order, is a copy even where entries merge."""
    known = np.zeros((1, 6, 6), np.uint8)
    known[0, 1:5, 1:3], known[0, 1:5, 3:5] = 1, 2
    sprite = known[0] * 0
    sprite[1:5, 1:3], sprite[1:3, 3:5], sprite[3:5, 3:5] = 4, 2, 3
    lab = np.array([LAB[0], LAB[3], LAB[2] + 0.01, LAB[2] - 0.01, LAB[1]])
    assert nearest(sprite[None], lab, known, LAB)[0][0] == 0


def test_nothing_is_near_to_nothing_else() -> None:
    """With nothing known every distance is 1; an empty sprite is a copy of an empty one, and far from any other."""
    empty, full = np.zeros((1, 4, 4), np.uint8), np.ones((1, 4, 4), np.uint8)
    assert [part.tolist() for part in nearest(full, LAB, full[:0], LAB)] == [[1.0], [-1]]
    assert nearest(empty, LAB, empty, LAB)[0].tolist() == [0]
    assert nearest(empty, LAB, full, LAB)[0].tolist() == [1]
