"""The latent side of the model: posterior, learnt prior, and what a latent says to the decoder.

A latent is 16 slots. Slots 0-7 are read from the sketch alone, the silhouette and its lights and
darks, and speak as a map: layout. Slots 8-15 are pooled over the whole sprite and speak as one
vector: how the palette is used. Kingma & Welling 2014; the decoder makes it a PixelVAE (Gulrajani et al. 2017).
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .layers import conv
from .places import coordinates

__all__ = ["COARSE", "SLOTS", "LatentCondition", "LatentPrior", "Paint", "Posterior", "Said"]

SLOTS, COARSE = 16, 8
GRID = 4
LOG_VARIANCE = (-6.0, 3.0)


def pool(features: Tensor, side: int) -> Tensor:
    """Adaptive average pooling to `side` x `side`, flattened; deterministic on every device."""
    return F.adaptive_avg_pool2d(features, side).flatten(1)


class Said(NamedTuple):
    """What a latent says.

    Attributes:
        layout: A map over the canvas, shape (B, C, H, W).
        style: One vector a sprite, shape (B, C).
        usage: How much each entry is used, as logits, 0 for the transparent one; shape (B, K).
    """

    layout: Tensor
    style: Tensor
    usage: Tensor


class Posterior(nn.Module):
    """q(z | sprite): mean and log-variance of every slot."""

    def __init__(self, embedding: int, width: int, slot: int) -> None:
        super().__init__()
        self.slot = slot
        self.layout = nn.Sequential(conv(5, 32), conv(32, width, 2), conv(width, width, 2), conv(width, width))
        self.coarse = nn.Linear(width * GRID * GRID, 2 * COARSE * slot)
        self.colors = nn.Sequential(conv(embedding + 1, 32), conv(32, width, 2), conv(width, width))
        self.fine = nn.Linear(2 * width, 2 * (SLOTS - COARSE) * slot)

    def forward(self, pixels: Tensor, light: Tensor, drawn: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance, each (B, SLOTS, slot).

        Arguments:
            pixels: Pixel vectors, shape (B, E, H, W).
            light: OKLab lightness of the sketch, shape (B, 1, H, W).
            drawn: 1 where drawn, shape (B, 1, H, W).
        """
        layout = self.layout(torch.cat([drawn, light * drawn, coordinates(drawn)], 1))
        coarse = self.coarse(pool(layout, GRID))
        colors = self.colors(torch.cat([pixels * drawn, drawn], 1))
        fine = self.fine(torch.cat([colors.mean((2, 3)), colors.amax((2, 3))], 1))
        batch = len(pixels)
        slots = torch.cat([coarse.reshape(batch, COARSE, -1), fine.reshape(batch, SLOTS - COARSE, -1)], 1)
        mean, log_variance = slots.chunk(2, 2)
        return mean, log_variance.clamp(*LOG_VARIANCE)


class LatentPrior(nn.Module):
    """p(z | visible pixels, size): each slot given the ones before it, coarse to fine."""

    def __init__(self, width: int, slot: int, hidden: int = 128) -> None:
        super().__init__()
        self.slot = slot
        self.start = nn.Linear(width + 3, hidden)
        self.cell = nn.GRUCell(slot + SLOTS, hidden)
        last = nn.Linear(hidden, 2 * slot)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.out = nn.Sequential(nn.Linear(hidden, hidden), nn.SiLU(), last)

    def forward(
        self,
        context: Tensor,
        size: tuple[int, int],
        latent: Tensor | None = None,
        noise: Tensor | None = None,
        psi: float = 1.0,
        mirrored: Tensor | None = None,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Means, log-variances and latent, each (B, SLOTS, slot).

        Arguments:
            context: Vector of the visible pixels, shape (B, C).
            size: (H, W) of the canvas.
            latent: A latent to follow (training), or None to draw one.
            noise: Standard normal, shape (B, SLOTS, slot), for drawing.
            psi: Truncation: the drawn deviation from the mean is scaled by it.
            mirrored: 1 for a sprite that is shown mirrored, shape (B,).
        """
        extent = torch.tensor([[size[0] / 32, size[1] / 32]]).to(context).expand(len(context), -1)
        turned = torch.zeros_like(context[:, :1]) if mirrored is None else mirrored.to(context)[:, None]
        state = torch.tanh(self.start(torch.cat([context, extent, turned], 1)))
        places = torch.eye(SLOTS).to(context)
        before = torch.zeros(len(context), self.slot).to(context)
        means, variances, drawn = [], [], []
        for place in range(SLOTS):
            state = self.cell(torch.cat([before, places[place].expand(len(context), -1)], 1), state)
            mean, log_variance = self.out(state).chunk(2, 1)
            log_variance = log_variance.clamp(*LOG_VARIANCE)
            if latent is not None:
                before = latent[:, place]
            elif noise is not None:
                before = mean + psi * noise[:, place] * (log_variance / 2).exp()
            else:
                before = mean
            means.append(mean)
            variances.append(log_variance)
            drawn.append(before)
        return torch.stack(means, 1), torch.stack(variances, 1), torch.stack(drawn, 1)


class LatentCondition(nn.Module):
    """What a latent says: coarse slots a map over the canvas, fine slots a style vector and which colors are used.

    Two easy readings of it, `picture` and the usage of the palette, are learnt besides, so that the slots
    hold what they are for (a bag-of-words loss, Zhao et al. 2017, "Learning Discourse-level Diversity").

    A sprite may also be told nothing: then `silence` stands for the layout and the style, and all colors are
    alike to use.
    """

    def __init__(self, width: int, slot: int, entry_width: int) -> None:
        super().__init__()
        self.width, self.scale = width, entry_width**-0.5
        self.layout = nn.Linear(COARSE * slot, width * GRID * GRID)
        self.refine = conv(width, width)
        self.finish = conv(width + 3, width)
        self.picture = nn.Conv2d(width, 2, 1)
        self.style = nn.Sequential(nn.Linear((SLOTS - COARSE) * slot, width), nn.SiLU(), nn.Linear(width, width))
        self.asks = nn.Linear((SLOTS - COARSE) * slot, entry_width)
        self.keys = nn.Linear(entry_width, entry_width)
        self.silence = nn.Parameter(torch.zeros(2, width))
        nn.init.zeros_(self.asks.weight)
        nn.init.zeros_(self.asks.bias)

    def forward(self, latent: Tensor, canvas: Tensor, vectors: Tensor, told: Tensor | None = None) -> Said:
        """What a latent (B, SLOTS, slot) says to a canvas (B, ·, H, W) in the palettes of `vectors` (B, K, E).

        Arguments:
            told: False for sprites that are told nothing, shape (B,); by default all are told.
        """
        height, width = canvas.shape[-2:]
        grid = self.layout(latent[:, :COARSE].flatten(1)).reshape(-1, self.width, GRID, GRID)
        small = (max(GRID, (height + 1) // 2), max(GRID, (width + 1) // 2))
        grid = self.refine(F.interpolate(F.silu(grid), size=small, mode="bilinear", align_corners=False))
        grid = F.interpolate(grid, size=(height, width), mode="bilinear", align_corners=False)
        style = self.style(latent[:, COARSE:].flatten(1))
        if told is not None:
            grid = torch.where(told[:, None, None, None], grid, self.silence[0, :, None, None].to(grid))
            style = torch.where(told[:, None], style, self.silence[1].to(style))
        layout = self.finish(torch.cat([grid, coordinates(grid)], 1))
        usage = (
            torch.matmul(self.keys(vectors), self.asks(latent[:, COARSE:].flatten(1))[:, :, None])[..., 0] * self.scale
        )
        # Transparency is a matter of shape, of which style must not speak.
        usage = F.pad(usage[:, 1:], (1, 0))
        if told is not None:
            usage = usage * told[:, None]
        return Said(layout, style, usage)


class Paint(nn.Module):
    """What a whole sketch says to whoever colors it: a map that has looked in every direction (a small U-Net)."""

    def __init__(self, embedding: int, width: int) -> None:
        super().__init__()
        self.enter = conv(embedding + 4, width)
        self.to_half = nn.Sequential(conv(width, width, 2), conv(width, width))
        self.to_quarter = nn.Sequential(conv(width, width, 2), conv(width, width))
        self.rise = conv(2 * width, width)
        self.leave = conv(2 * width, width)

    def forward(self, grays: Tensor, drawn: Tensor) -> Tensor:
        """Shape (B, C, H, W), of the sketch's pixel vectors (B, E, H, W) and 1 where drawn (B, 1, H, W)."""
        full = self.enter(torch.cat([grays, drawn, coordinates(drawn)], 1))
        halved = self.to_half(full)
        deep = self.to_quarter(halved)
        halved = self.rise(torch.cat([halved, F.interpolate(deep, size=halved.shape[2:])], 1))
        return self.leave(torch.cat([full, F.interpolate(halved, size=full.shape[2:])], 1))
