"""The output of a network: a question to each entry of the palette, asked of its color and its history.

A pointer (Vinyals et al. 2015, "Pointer Networks") rather than a softmax over class numbers: one set of
weights for every palette of any length and order.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .pixels import CENTERS, shades_of

__all__ = ["EntryHead", "ShapeHead", "figures", "joined", "shape_figures", "tones"]

HIDDEN = 16
OTHERS = 9
TONES = 3
LEAST = -8.0


def figures(
    near: Tensor,
    used: Tensor,
    counts: Tensor | None,
    lab: Tensor,
    guess: Tensor | None,
    usage: Tensor | None,
    tones: Tensor | None = None,
) -> Tensor:
    """What is known of every entry at every pixel.

    Arguments:
        near: Entries of the candidates for copying, -1 for none, shape (B, N, C), int64.
        used: How often each entry is known to be used in the sprite, shape (B, N, K).
        counts: How often it followed the pixel's contexts, shape (B, N, G, K), or None.
        lab: OKLab of the entries, shape (B, K, 3).
        guess: Log-probabilities of another look at the pixel, shape (B, N, K), or None.
        usage: What the latent says of each entry, shape (B, K), or None.
        tones: As from `tones`, or None.

    Returns:
        Shape (B, N, C + 2 G + OTHERS, K), and TONES more rows with `tones`.
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
    if tones is not None:
        rows.append(tones)
    return torch.cat(rows, 2)


def tones(sketch: Tensor, lab: Tensor) -> Tensor:
    """How each entry's lightness compares with the shade that is sketched at each pixel.

    Arguments:
        sketch: Shades, shape (B, N), int64.
        lab: OKLab of the entries, shape (B, K, 3).

    Returns:
        The difference, its size, and 1 where the entry is of that very shade, shape (B, N, TONES, K).
    """
    wanted = torch.tensor((0.0, *CENTERS), device=lab.device)[sketch]
    apart = (lab[:, None, :, 0] - wanted[..., None]) * 2
    same = shades_of(lab)[:, None] == sketch[..., None]
    return torch.stack([apart, apart.abs(), same.to(apart)], 2)


def shape_figures(counts: Tensor) -> Tensor:
    """Of the counts (B, N, 2) of transparent and drawn pixels in a pixel's context, shape (B, N, 3)."""
    share = (counts[..., :1] + 0.5) / (counts.sum(-1, keepdim=True) + 1)
    return torch.cat([counts.log1p() * 0.5, share - 0.5], -1)


class EntryHead(nn.Module):
    """Log-probabilities of the opaque entries: a query to each color, copy gates, and what is known of each.

    It starts at zero: an untrained head gives every entry the same probability.

    Arguments:
        width: Channels of the features.
        entry_width: Channels of an entry's vector.
        candidates: C of `figures`.
        known: How many `figures` there are.
    """

    def __init__(self, width: int, entry_width: int, candidates: int, known: int) -> None:
        super().__init__()
        self.scale = 1 / math.sqrt(entry_width)
        self.hidden = nn.Linear(width, width)
        self.style = nn.Linear(width, width)
        self.keys = nn.Linear(entry_width, entry_width)
        self.query = nn.Linear(width, entry_width)
        self.gates = nn.Linear(width, candidates)
        self.weigh = nn.Linear(known, HIDDEN, bias=False)
        self.weigh_here = nn.Linear(width, HIDDEN)
        self.weigh_color = nn.Linear(entry_width, HIDDEN, bias=False)
        self.weighed = nn.Linear(HIDDEN, 1, bias=False)
        for layer in (self.query, self.gates, self.weighed):
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
        offsets: Tensor,
        near: Tensor,
        known: Tensor,
    ) -> Tensor:
        """Log-probabilities of the opaque entries.

        Arguments:
            features: Shape (B, N, width).
            style: One vector a sprite, shape (B, width), or None.
            entries: As from `entries`.
            offsets: Added to the logits, -inf for entries that may not be, shape (B, 1 or N, K).
            near: As for `figures`.
            known: As from `figures`.

        Returns:
            Shape (B, N, K - 1), normalised.
        """
        keys, colors = entries
        hidden = self.hidden(features)
        if style is not None:
            hidden = hidden + self.style(style)[:, None]
        hidden = F.silu(hidden)
        known = known.to(features.dtype).transpose(2, 3)[:, :, 1:]
        color = torch.matmul(self.query(hidden), keys.transpose(1, 2)) * self.scale
        copies = self.gates(hidden) * (near >= 0)
        color = color.scatter_add(2, near.clamp_min(0), copies.to(color.dtype))[..., 1:]
        weighed = self.weigh(known) + self.weigh_here(hidden)[:, :, None] + colors[:, None, 1:]
        color = (color + self.weighed(F.silu(weighed))[..., 0]).float()
        return (color + offsets[..., 1:]).log_softmax(-1)


class ShapeHead(nn.Module):
    """How likely a pixel is transparent, as a logit; it starts at zero.

    Arguments:
        width: Channels of the features.
        candidates: C of `figures`.
        known: How many `figures` there are.
    """

    def __init__(self, width: int, candidates: int, known: int) -> None:
        super().__init__()
        self.near = nn.Linear(width, 1 + candidates)
        self.weigh = nn.Linear(known + 3, HIDDEN, bias=False)
        self.weigh_here = nn.Linear(width, HIDDEN)
        self.weighed = nn.Linear(HIDDEN, 1, bias=False)
        for layer in (self.near, self.weighed):
            nn.init.zeros_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)

    def forward(self, features: Tensor, near: Tensor, known: Tensor, shapes: Tensor | None) -> Tensor:
        """The logit, shape (B, N).

        Arguments:
            features: Shape (B, N, width).
            near: As for `figures`.
            known: As from `figures`; those of the transparent entry are read.
            shapes: As from `shape_figures`, or None.
        """
        empty = known[..., 0].to(features.dtype)
        shapes = empty.new_zeros(*empty.shape[:2], 3) if shapes is None else shapes.to(empty.dtype)
        history = self.weigh(torch.cat([empty, shapes], -1)) + self.weigh_here(features)
        clear = self.near(features)
        side = (near == 0).to(clear) - (near > 0).to(clear)
        clear = clear[..., 0] + (clear[..., 1:] * side).sum(-1) + self.weighed(F.silu(history))[..., 0]
        return clear.float()


def joined(clear: Tensor, color: Tensor, opaque: Tensor) -> Tensor:
    """Log-probabilities of all entries: of a logit for the transparent one (B, N) and those of others (B, N, K - 1).

    A logit of 0 makes the transparent one as likely as each of `opaque` (B,) others together are on average.
    """
    clear = clear - opaque[:, None].log()
    return torch.cat([F.logsigmoid(clear)[..., None], F.logsigmoid(-clear)[..., None] + color], -1)
