"""Learnt sprites vote on what a hole holds by what is visible, and by nothing else."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from assetforge.models import exemplars
from assetforge.models.exemplars import informed, votes

ENTRIES = 5


def scene(seed: int, count: int = 6, shape: tuple[int, int] = (8, 9)) -> tuple[Tensor, Tensor, Tensor]:
    """Random exemplars (N, H, W), a sprite, and where it is visible."""
    dice = np.random.default_rng(seed)
    tiles = torch.from_numpy(dice.integers(0, ENTRIES, (count, *shape)))
    sprite = torch.from_numpy(dice.integers(0, ENTRIES, shape))
    return tiles, sprite, torch.from_numpy(dice.random(shape) < 0.5)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_what_is_hidden_has_no_say(seed: int) -> None:
    """Votes add up to one at each pixel, and are the same whatever lies under the hole."""
    tiles, sprite, visible = scene(seed)
    shares = votes(tiles, sprite, visible, ENTRIES)
    torch.testing.assert_close(shares.sum(1), torch.ones(sprite.numel()))
    other = torch.where(visible, sprite, (sprite + 1) % ENTRIES)
    assert torch.equal(shares, votes(tiles, other, visible, ENTRIES))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_order_of_entries_and_of_exemplars_does_not_matter(seed: int) -> None:
    """Renamed entries get the votes of their old names; exemplars may come in any order."""
    tiles, sprite, visible = scene(seed)
    renamed = torch.from_numpy(np.random.default_rng(seed).permutation(ENTRIES))
    shares = votes(tiles, sprite, visible, ENTRIES)
    torch.testing.assert_close(votes(renamed[tiles.flip(0)], renamed[sprite], visible, ENTRIES)[:, renamed], shares)


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_sprite_that_was_learnt_is_filled_as_it_was(mirrored: bool) -> None:
    """One that agrees everywhere, as it is or mirrored, outvotes five hundred others."""
    tiles, sprite, visible = scene(0, count=500)
    tiles[123] = sprite.flip(1) if mirrored else sprite
    shares = votes(tiles, sprite, visible, ENTRIES)
    assert torch.equal(shares.argmax(1).view_as(sprite), sprite)
    even = torch.full_like(shares, 1 / ENTRIES).log()
    assert torch.equal(informed(even, shares).argmax(1).view_as(sprite), sprite)


def test_of_too_many_those_that_agree_the_most_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is room for two, the one that is the sprite itself is among them."""
    tiles, sprite, visible = scene(1, count=50)
    tiles[40] = sprite
    monkeypatch.setattr(exemplars, "MOST", 2 * sprite.numel())
    assert torch.equal(votes(tiles, sprite, visible, ENTRIES).argmax(1).view_as(sprite), sprite)


def test_a_guess_is_never_overruled_where_votes_are_even() -> None:
    """Even shares leave a guess as it is, and what cannot be stays so."""
    guess = torch.tensor([[0.7, 0.2, 0.1, 0.0]]).log()
    torch.testing.assert_close(informed(guess, torch.full((1, 4), 0.25)), guess)
