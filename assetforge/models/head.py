"""The output of a network: a question to each entry of the palette, asked of its color and its history.

A pointer (Vinyals et al. 2015, "Pointer Networks") rather than a softmax over class numbers: one set of
weights for every palette of any length and order.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["PointerHead", "figures", "shape_figures"]

HIDDEN = 16
OTHERS = 9
LEAST = -8.0


def figures(
    near: Tensor, used: Tensor, counts: Tensor | None, lab: Tensor, guess: Tensor | None, usage: Tensor | None
) -> Tensor:
    """What is known of every entry at every pixel.

    Arguments:
        near: Entries of the candidates for copying, -1 for none, shape (B, N, C), int64.
        used: How often each entry is known to be used in the sprite, shape (B, N, K).
        counts: How often it followed the pixel's contexts, shape (B, N, G, K), or None.
        lab: OKLab of the entries, shape (B, K, 3).
        guess: Log-probabilities of another look at the pixel, shape (B, N, K), or None.
        usage: What the latent says of each entry, shape (B, K), or None.

    Returns:
        Shape (B, N, C + 2 G + OTHERS, K).
    """
    batch, places, _ = near.shape
    entries = lab.shape[1]
    with torch.no_grad():
        same = torch.zeros(*near.shape, entries + 1, device=near.device)
        rows = [same.scatter_(3, near[..., None] + 1, 1.0)[..., 1:]]
        total = used.sum(-1, keepdim=True)
        rows.append(torch.stack([used.log1p() * 0.3, (used > 0).float(), used / (total + 1)], 2))
        if counts is not None:
            rows += [counts.log1p() * 0.5, counts / (counts.sum(-1, keepdim=True) + 0.5)]
        # How far each color is from the two nearest candidates, where both are colors.
        theirs = lab.gather(1, near[..., :2].clamp_min(0).flatten(1)[..., None].expand(-1, -1, 3))
        apart = lab[:, None, None] - theirs.reshape(batch, places, 2, 1, 3)
        real = (near[..., :2, None] > 0) & (torch.arange(entries, device=near.device) > 0)
        rows += [apart[..., 0] * 2 * real, (apart.square().sum(-1) + 1e-6).sqrt() * 2 * real]
    if guess is None:
        rows.append(same.new_zeros(batch, places, 1, entries))
    else:
        rows.append((guess.clamp_min(LEAST)[:, :, None] / 4).to(same))
    if usage is None:
        rows.append(same.new_zeros(batch, places, 1, entries))
    else:
        rows.append(usage[:, None, None].expand(-1, places, -1, -1).to(same))
    return torch.cat(rows, 2)


def shape_figures(counts: Tensor) -> Tensor:
    """Of the counts (B, N, 2) of transparent and drawn pixels in a pixel's context, shape (B, N, 3)."""
    share = (counts[..., :1] + 0.5) / (counts.sum(-1, keepdim=True) + 1)
    return torch.cat([counts.log1p() * 0.5, share - 0.5], -1)


class PointerHead(nn.Module):
    """Log-probabilities of the entries: first 'drawn or transparent', then which color if drawn.

    Shape is decided from the features alone, color from features and style, so a style vector can never
    move a silhouette except through the colors already placed. Both weigh what is known of the entries
    (`figures`), and copy gates say which candidate to trust. All of it starts at zero: an untrained head
    gives every entry the same probability.

    Arguments:
        width: Channels of the features.
        entry_width: Channels of an entry's vector.
        candidates: C of `figures`.
        contexts: G of `figures`.
    """

    def __init__(self, width: int, entry_width: int, candidates: int, contexts: int) -> None:
        super().__init__()
        self.scale = 1 / math.sqrt(entry_width)
        self.candidates = candidates
        known = candidates + 2 * contexts + OTHERS
        self.hidden = nn.Linear(width, width)
        self.style = nn.Linear(width, width)
        self.keys = nn.Linear(entry_width, entry_width)
        self.query = nn.Linear(width, entry_width)
        self.gates = nn.Linear(width, candidates)
        self.weigh = nn.Linear(known, HIDDEN, bias=False)
        self.weigh_here = nn.Linear(width, HIDDEN)
        self.weigh_color = nn.Linear(entry_width, HIDDEN, bias=False)
        self.weighed = nn.Linear(HIDDEN, 1, bias=False)
        self.shape = nn.Linear(width, 1 + candidates)
        self.shape_weigh = nn.Linear(known + 3, HIDDEN, bias=False)
        self.shape_weigh_here = nn.Linear(width, HIDDEN)
        self.shape_weighed = nn.Linear(HIDDEN, 1, bias=False)
        for layer in (self.query, self.gates, self.weighed, self.shape, self.shape_weighed):
            nn.init.zeros_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)

    def entries(self, vectors: Tensor) -> tuple[Tensor, Tensor]:
        """What the head keeps of the entry vectors (B, K, E): keys (B, K, E) and weights (B, K, HIDDEN)."""
        return self.keys(vectors), self.weigh_color(vectors)

    def forward(
        self,
        features: Tensor,
        style: Tensor | None,
        entries: tuple[Tensor, Tensor],
        valid: Tensor,
        near: Tensor,
        known: Tensor,
        shapes: Tensor | None,
    ) -> Tensor:
        """Log-probabilities of every entry.

        Arguments:
            features: Shape (B, N, width).
            style: One vector a sprite, shape (B, width), or None.
            entries: As from `entries`.
            valid: True where an entry exists, shape (B, K).
            near: As for `figures`.
            known: As from `figures`.
            shapes: As from `shape_figures`, or None.

        Returns:
            Shape (B, N, K), normalised over K; -inf where `valid` is False.
        """
        keys, colors = entries
        hidden = self.hidden(features)
        if style is not None:
            hidden = hidden + self.style(style)[:, None]
        hidden = F.silu(hidden)
        known = known.to(features.dtype).transpose(2, 3)
        color = torch.matmul(self.query(hidden), keys.transpose(1, 2)) * self.scale
        copies = self.gates(hidden) * (near >= 0)
        color = color.scatter_add(2, near.clamp_min(0), copies.to(color.dtype))[..., 1:]
        weighed = self.weigh(known[:, :, 1:]) + self.weigh_here(hidden)[:, :, None] + colors[:, None, 1:]
        color = (color + self.weighed(F.silu(weighed))[..., 0]).float()
        color = color.masked_fill(~valid[:, None, 1:], -math.inf).log_softmax(-1)

        empty = known[:, :, 0]
        shapes = empty.new_zeros(*empty.shape[:2], 3) if shapes is None else shapes.to(empty.dtype)
        history = self.shape_weigh(torch.cat([empty, shapes], -1)) + self.shape_weigh_here(features)
        clear = self.shape(features)
        side = (near == 0).to(clear) - (near > 0).to(clear)
        clear = clear[..., 0] + (clear[..., 1:] * side).sum(-1) + self.shape_weighed(F.silu(history))[..., 0]
        clear = clear.float() - (valid.sum(1, keepdim=True) - 1).float().log()
        return torch.cat([F.logsigmoid(clear)[..., None], F.logsigmoid(-clear)[..., None] + color], -1)
