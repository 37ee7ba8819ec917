"""Craft figures: what they say of small drawings, and what they must not depend on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from assetforge.evaluate.contour import line_faults, runs
from assetforge.evaluate.craft import FIGURES, craft, spread, wasserstein

LAB = np.array([[0, 0, 0], [0.1, 0, 0], [0.5, 0.1, 0], [0.6, 0.1, 0], [0.9, 0, 0.1]])
SHAPES = array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=10)
SPRITES = arrays(np.uint8, SHAPES, elements=st.integers(0, 4), fill=st.nothing())


def drawing(text: str) -> np.ndarray:
    """Rows of digits, dots for what is not drawn."""
    return np.array([[0 if letter == "." else int(letter) for letter in row] for row in text.split()], np.uint8)


def figures(*sprites: np.ndarray) -> list[dict[str, float]]:
    return [dict(zip(FIGURES, row, strict=True)) for row in craft(sprites, LAB)]


def test_a_flat_square_has_nothing_to_find_fault_with() -> None:
    """Half of the canvas in one cluster of 8 pixels, symmetric, no orphan, no tooth, nothing darker."""
    (square,) = figures(drawing("1111 1111 .... ...."))
    assert square == {
        **dict.fromkeys(FIGURES, 0.0),
        "drawn": 0.5,
        "colors": 1,
        "cluster": 3,
        "pieces": 1,
        "shape_symmetry": 1,
        "color_symmetry": 1,
    }


def test_orphans_and_speckle_are_lone_pixels() -> None:
    """A pixel unlike its 8 neighbors is an orphan; in even surroundings it is a speckle, at a border not."""
    inside, corner, diagonal = figures(
        drawing("2222 2122 2222 2222"), drawing("1222 2222 3333 3333"), drawing("1222 2122 2222 2222")
    )
    assert (inside["orphans"], inside["speckle"]) == (1 / 16, 1 / 16)
    assert (corner["orphans"], corner["speckle"]) == (1 / 16, 0)
    assert (diagonal["orphans"], diagonal["speckle"]) == (0, 1 / 16)


def test_clusters_pieces_and_holes_are_counted() -> None:
    """Corners join what is drawn, not what is not; figures are logarithms."""
    ring, two = figures(drawing("111. 1.1. .1.. ...."), drawing("11.2 11.2"))
    assert (2 ** ring["pieces"] - 1, 2 ** ring["holes"] - 1, 2 ** ring["cluster"]) == pytest.approx((1, 1, 6))
    assert (2 ** two["pieces"] - 1, 2 ** two["holes"] - 1, 2 ** two["cluster"]) == pytest.approx((2, 0, 3))


def test_an_outline_is_darker_than_what_it_surrounds() -> None:
    """All of the edge around a lighter middle, none around a darker one, and the darkest color wherever it is edge."""
    dark, light, partly = figures(
        drawing("1111 1331 1331 1111"), drawing("4444 4114 4114 4444"), drawing("1144 1144 4444 4444")
    )
    assert (dark["outline"], light["outline"], partly["outline"]) == (1, 0, 3 / 12)


def test_pillow_shading_grows_lighter_with_depth() -> None:
    """Rings from dark to light correlate at 1, from light to dark at -1, a light from one side hardly."""
    rings = np.minimum.outer(*[np.minimum(np.arange(9), 8 - np.arange(9))] * 2)
    light, dark, side = figures(
        (1 + rings.clip(0, 3)).astype(np.uint8),
        (4 - rings.clip(0, 3)).astype(np.uint8),
        np.repeat(drawing("111223344"), 9, axis=0),
    )
    assert light["pillow"] > 0.9 and dark["pillow"] < -0.9 and abs(side["pillow"]) < 0.2


def test_banding_is_runs_that_hug() -> None:
    """Runs with the same ends band; shifted by a pixel they do not; short ones do not count."""
    hug, shifted, short = figures(drawing("2222 3333 ...."), drawing("2222. .3333 ....."), drawing("22 33"))
    assert (hug["banding"], shifted["banding"], short["banding"]) == (1, 0, 0)


def test_symmetry_finds_its_axis() -> None:
    """Upright, beside the middle, level or diagonal; in shape alone, or in color too."""
    upright, painted, diagonal, none = figures(
        drawing("12.21 .222. ....."), drawing("1..3 4223"), drawing("1... 21.. 421."), drawing("11111 1.... .1...")
    )
    assert (upright["shape_symmetry"], upright["color_symmetry"]) == (1, 1)
    assert (painted["shape_symmetry"], painted["color_symmetry"]) == (1, 2 / 6)
    assert (diagonal["shape_symmetry"], diagonal["color_symmetry"]) == (1, 1)
    assert none["shape_symmetry"] < 0.8


def framed(text: str) -> np.ndarray:
    return np.pad(drawing(text) > 0, 1)[None]


def test_outlines_are_followed_clockwise_around_what_is_drawn() -> None:
    """Corners that touch hang together; a hole is a line of its own, the other way round."""
    assert runs(framed("11 11")) == [[[(0, 2), (1, 2), (2, 2), (3, 2)]]]
    (lines,) = runs(framed("1. .1"))
    assert len(lines) == 1 and len(lines[0]) == 8
    (lines,) = runs(framed("111 1.1 111"))
    assert sorted(sum(length for _, length in line) for line in lines) == [4, 12]


def test_a_curve_has_no_jaggies_and_a_broken_one_has() -> None:
    """Runs of 4, 3, 2, 1 are a curve; with the 3 and the 1 in each other's place the slope turns back."""

    def stairs(*lengths: int) -> np.ndarray:
        ends = np.cumsum(lengths)
        rows = [np.arange(ends[-1]) < end for end in [*ends, *[ends[-1]] * 8]]
        return np.pad(np.array(rows), 1)[None]

    assert line_faults(stairs(4, 3, 2, 1))[0] == 0
    assert line_faults(stairs(2, 2, 2, 2))[0] == 0
    assert line_faults(stairs(4, 1, 2, 3, 2))[0] > 0


def test_teeth_stick_out_or_in() -> None:
    """A bump, a notch and a lone pixel have teeth; a square and a diagonal line's steps have none between its ends."""
    bump, notch, lone, square = (
        line_faults(framed(text))[1][0]
        for text in ("..1.. 11111 11111 11111", "11.11 11111 11111 11111", "1", "11111 11111 11111 11111")
    )
    assert (bump, notch, lone, square) == (1 / 8, 1 / 8, 1, 0)


@settings(max_examples=60, deadline=None)
@given(SPRITES, st.permutations([1, 2, 3, 4]))
def test_figures_do_not_depend_on_names_and_places(sprite: np.ndarray, order: list[int]) -> None:
    """Mirrored, moved on a larger canvas of the same drawn share, in other company or with its palette reordered, a
    sprite has the same figures."""
    expected = craft([sprite], LAB)[0]
    table = np.array([0, *order], np.uint8)
    reordered = np.zeros_like(LAB)
    reordered[table] = LAB
    assert expected == pytest.approx(craft([sprite[:, ::-1]], LAB)[0])
    assert expected == pytest.approx(craft([table[sprite]], reordered)[0])
    assert expected == pytest.approx(craft([np.ones((20, 20), np.uint8), sprite], LAB)[1])
    moved = craft([np.pad(sprite, ((3, 0), (1, 2)))], LAB)[0]
    assert expected[1:] == pytest.approx(moved[1:])


@settings(max_examples=60, deadline=None)
@given(SPRITES)
def test_figures_are_shares_where_they_are_called_so(sprite: np.ndarray) -> None:
    """Of whatever is drawn, and of nothing at all, each figure is finite and within its range."""
    found = figures(sprite)[0]
    assert all(np.isfinite(value) for value in found.values())
    counts = {"colors", "cluster", "pieces", "holes"}
    assert all(-1e-9 <= value <= 1 + 1e-9 for name, value in found.items() if name not in {*counts, "pillow"})
    assert -1 - 1e-9 <= found["pillow"] <= 1 + 1e-9


ROWS = arrays(np.float64, (7, len(FIGURES)), elements=st.floats(-4, 4))


@given(ROWS, ROWS)
def test_wasserstein_is_a_distance_in_units(one: np.ndarray, other: np.ndarray) -> None:
    """Nothing to itself, symmetric, the mean of sorted differences for sets of one size; a shift is its own length."""
    unit = np.linspace(0.5, 2, len(FIGURES))
    expected = np.abs(np.sort(one, 0) - np.sort(other, 0)).mean(0) / unit
    assert expected == pytest.approx(wasserstein(one, other, unit), abs=1e-9)
    assert wasserstein(one, other, unit) == pytest.approx(wasserstein(other, one, unit), abs=1e-9)
    assert wasserstein(one, np.repeat(one, 3, 0), unit) == pytest.approx(0, abs=1e-9)
    assert wasserstein(one, one + unit, unit) == pytest.approx(1)


def test_the_unit_is_never_nothing() -> None:
    """A pack of equal sprites has a spread all the same; a normal one about its standard deviation."""
    assert (spread(np.zeros((5, len(FIGURES)))) > 0).all()
    normal = np.random.default_rng(0).normal(0, 3, (4000, len(FIGURES)))
    assert spread(normal) == pytest.approx(3, rel=0.15)
