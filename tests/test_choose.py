"""Choosing among candidates, and the memory that it chooses by."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from assetforge.errors import InputError
from assetforge.models.choose import choose, craft, figures, likeness, symmetry
from assetforge.models.memory import Memory, recall

LAB = np.array([[0, 0, 0], [0.1, 0, 0], [0.5, 0.1, 0], [0.9, 0, 0.1]], np.float32)


def box(color: int = 2, left: int = 2) -> np.ndarray:
    """An outlined square on an 8 x 8 canvas."""
    indices = np.zeros((8, 8), np.uint8)
    indices[2:6, left : left + 4] = 1
    indices[3:5, left + 1 : left + 3] = color
    return indices


def test_craft_sees_orphans_and_loose_pixels() -> None:
    """A lone pixel is an orphan and loose; a filled square has neither."""
    square, speck = np.zeros((2, 8, 8), np.uint8)
    square[2:6, 2:6] = 1
    speck[4, 4] = 1
    found = craft(np.stack([square, speck]))
    assert found[0].tolist() == [0.25, 0, 1, 0, 0]
    assert found[1].tolist() == [1 / 64, 1, 1, 1, 0]


def test_craft_sees_holes() -> None:
    """Transparent pixels inside a ring are holes; those of a bay, open to the edge by one pixel, are not."""
    ring, bay = np.zeros((2, 8, 8), np.uint8)
    ring[1:6, 1:6] = bay[1:6, 1:6] = 1
    ring[2:5, 2:5] = bay[2:5, 2:5] = 0
    bay[3, 5] = 0
    assert craft(np.stack([ring, bay]))[:, 4].tolist() == [9 / 16, 0]


def test_symmetry_is_of_the_shape_and_of_its_colors_wherever_it_stands() -> None:
    """A box is its own mirror image, also off the middle; with one other eye its shape still is; a hook is not."""
    winking, hook = box(), np.zeros((8, 8), np.uint8)
    winking[3, 3] = 3
    hook[2:6, 2] = hook[5, 2:5] = 1
    found = symmetry(np.stack([box(), box(left=0), winking, hook, 0 * hook]))
    assert found.tolist() == [[1, 1], [1, 1], [1, 14 / 16], [0.5, 0.5], [0, 0]]


def test_what_the_pack_has_more_of_than_the_candidates_is_likened_to_it() -> None:
    """A log ratio: 0 where both are the same; above 0 for what candidates lack, below for what they overdo."""
    pack = np.repeat([[0.2], [0.4], [0.6], [0.8]], 25, axis=0)
    assert np.allclose(likeness(pack, pack), 0)
    skewed = np.repeat([[0.2], [0.8]], (90, 10), axis=0)
    score = likeness(skewed, pack)
    assert (score[:90] < 0).all() and (score[90:] > 0).all()


def test_copies_and_empty_canvases_are_the_last_to_be_kept() -> None:
    """Among a copy, an empty canvas and good ones, the good ones are chosen; the counts say why."""
    rng = np.random.default_rng(0)
    known = np.stack([box(color, left) for color in (2, 3) for left in (0, 1, 2, 3)])
    good = np.stack([box(3, left) for left in (0, 1, 2, 3)])
    candidates = np.concatenate([np.zeros((1, 8, 8), np.uint8), known[:1], good])
    near = np.array([1.0, 0.0, 0.5, 0.5, 0.5, 0.5])
    choice = choose(candidates, rng.random(6).astype(np.float32), near, figures(known), 3, 0.3)
    assert set(choice.kept) <= {2, 3, 4, 5} and len(choice.kept) == 3
    assert choice.dropped == {"near copies": 1, "empty or overfull": 1}
    everything = choose(candidates, rng.random(6).astype(np.float32), near, figures(known), 6, 0.3)
    assert everything.kept == [0, 1, 2, 3, 4, 5]


def test_a_memory_that_does_not_fit_is_refused() -> None:
    """Missing, cut, or not of the sizes that it tells: an error, not a crash."""
    for extras in ({}, {"sizes": torch.ones(1, 2)}):
        with pytest.raises(InputError, match="memory"):
            recall(extras)


def test_sprites_are_suited_by_size_and_colors() -> None:
    """Full tiles and plain icons are passed over as long as eight others are left; others that fit fill in."""
    plain, full, rich = box(1), np.ones((8, 8), np.uint8), box(3)
    rich[2, 2] = 2
    sprites = [plain] * 8 + [full] * 8 + [rich] * 8 + [np.ones((4, 4), np.uint8)]
    memory = Memory(sprites, LAB, [""] * 25, {})
    assert memory.suited((8, 8), 16) == list(range(16, 24))
    assert memory.suited((8, 8), 2) == [*range(8), *range(16, 24)]
    assert memory.suited((8, 9), 16) == list(range(16, 24))
    assert memory.suited((3, 3), 16) == []


def test_a_tag_picks_sprites_by_any_part_of_their_folder() -> None:
    """However few they are, whatever the case; folders of other names are left out."""
    sprites = [box(1)] * 3
    memory = Memory(sprites, LAB, ["art/Orcs", "art/slimes", ""], {})
    assert memory.tags == {"art": 2, "orcs": 1, "slimes": 1}
    assert memory.suited((8, 8), 16, "orcs") == [0]
    assert memory.suited((8, 8), 16, "art") == [0, 1]
