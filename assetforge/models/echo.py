"""What a right sprite has shown so far where its left one is alike.

The guess at a pixel is worked out before anything is drawn. What was drawn since tells more: where two grays became two
greens, a third such gray becomes the second green. So the guess is taken for what a Dirichlet prior expects, and counts
of this one sprite are added to it; the logits of the decoders lean towards that as far as they learn to.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .counts import count_before

__all__ = ["Echo", "Echoes"]

STRENGTH = 10.0
"""Three numbers among a million weights learn by the same small steps: so they count for more."""
START = 0.05
LEAST, SUREST = -12.0, -1e-4


class Echo(nn.Module):
    """How a decoder leans towards what was expected and what has been shown.

    Attributes:
        leaning: How far, in the shape and in the color, and log of how many counts the guess is worth; shape (3,).
    """

    def __init__(self) -> None:
        super().__init__()
        self.leaning = nn.Parameter(torch.tensor([START, START, 0.0]))

    @property
    def worth(self) -> Tensor:
        """How many counts the guess stands for."""
        return (STRENGTH * self.leaning[2]).clamp(-5, 5).exp()

    def said(self, guess: Tensor, counts: Tensor) -> tuple[Tensor, Tensor]:
        """What is added to the logit of transparency, and to those of the entries; zeros where there is no guess.

        Arguments:
            guess: Log-probabilities of the entries, zeros for none, shape (..., K).
            counts: How often each stood where the left was the same, shape (..., K), float32.

        Returns:
            Shapes (...) and (..., K).
        """
        blank = (guess == 0).all(-1, keepdim=True)
        worth = self.worth
        expected = (counts + worth * guess.clamp_min(LEAST).exp()).log() - (counts.sum(-1, keepdim=True) + worth).log()
        expected = expected.masked_fill(blank, 0.0)
        clear = expected[..., 0].clamp_max(SUREST)
        odds = (clear - (-torch.expm1(clear)).log()).masked_fill(blank[..., 0], 0.0)
        return STRENGTH * self.leaning[0] * odds, STRENGTH * self.leaning[1] * expected

    def forward(self, guess: Tensor, keys: Tensor, indices: Tensor, visible: Tensor) -> tuple[Tensor, Tensor]:
        """`said` of every pixel, given those before it and the visible ones.

        Arguments:
            guess: Shape (B, N, K).
            keys: Numbers, equal where the left is alike, shape (B, N), int64.
            indices: The right's, -1 where unknown, shape (B, N), int64.
            visible: True where known beforehand, shape (B, N).
        """
        with torch.no_grad():
            counts = count_before(keys, indices, visible, guess.shape[2])
        return self.said(guess.float(), counts)


class Echoes:
    """The same a pixel at a time, for sampling.

    Arguments:
        echo: The decoder's.
        guess, keys: As for `Echo`.
    """

    def __init__(self, echo: Echo, guess: Tensor, keys: Tensor) -> None:
        batch, _, entries = guess.shape
        self.echo, self.guess = echo, guess.transpose(0, 1).contiguous()
        size = int(keys.max()) + 1
        self.table = torch.zeros(batch * size, entries)
        self.rows = (keys + torch.arange(batch)[:, None] * size).t().contiguous()

    def look(self, place: int) -> tuple[Tensor, Tensor]:
        """What is said of a pixel, by its number in raster order; shapes (B,) and (B, K)."""
        return self.echo.said(self.guess[place], self.table.index_select(0, self.rows[place]))

    def add(self, place: int, drawn: Tensor, share: Tensor) -> None:
        """Count what a pixel was decided to be, shape (B,), where `share` is 1, not 0."""
        goals = self.rows[place] * self.table.shape[1] + drawn
        self.table.view(-1).index_add_(0, goals, share)
