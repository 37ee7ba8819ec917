"""The latent side of the model: posterior, learnt prior, and what a latent says to the decoder.

A latent is 16 slots. Slots 0-7 are read from the silhouette and the lights and darks alone and
speak as a map: layout. Slots 8-15 are pooled over the whole sprite and speak as one vector: how
the palette is used. Kingma & Welling 2014; the decoder makes it a PixelVAE (Gulrajani et al. 2017).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["COARSE", "SLOTS", "Context", "LatentCondition", "LatentPrior", "Posterior", "coordinates"]

SLOTS, COARSE = 16, 8
GRID = 4
LOG_VARIANCE = (-6.0, 3.0)


def coordinates(like: Tensor) -> Tensor:
    """Row and column from -1 to 1 and the distance to the nearest edge in pixels / 8, shape (B, 3, H, W)."""
    height, width = like.shape[-2:]
    y = torch.linspace(-1, 1, height, device=like.device) if height > 1 else torch.zeros(1, device=like.device)
    x = torch.linspace(-1, 1, width, device=like.device) if width > 1 else torch.zeros(1, device=like.device)
    rows = torch.minimum(torch.arange(height), torch.arange(height).flip(0)).to(like)
    columns = torch.minimum(torch.arange(width), torch.arange(width).flip(0)).to(like)
    edge = torch.minimum(rows[:, None], columns[None]) / 8
    grid = torch.stack([y[:, None].expand(-1, width), x[None].expand(height, -1), edge])
    return grid.to(like).expand(like.shape[0], -1, -1, -1)


def conv(inside: int, outside: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inside, outside, 3, stride, 1), nn.SiLU())


def pool(features: Tensor, side: int) -> Tensor:
    """Adaptive average pooling to `side` x `side`, flattened; deterministic on every device."""
    return F.adaptive_avg_pool2d(features, side).flatten(1)


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
            light: OKLab lightness of the pixels, shape (B, 1, H, W).
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


class Context(nn.Module):
    """What the visible pixels say: a map for the decoder and a vector for the prior (a small U-Net)."""

    def __init__(self, embedding: int, width: int) -> None:
        super().__init__()
        self.enter = conv(embedding + 4, width)
        self.middle = nn.Sequential(conv(width, width, 2), conv(width, width))
        self.deep = nn.Sequential(conv(width, width, 2), conv(width, width), conv(width, width))
        self.rise = conv(2 * width, width)
        self.leave = conv(2 * width, width)

    def forward(self, pixels: Tensor, visible: Tensor) -> tuple[Tensor, Tensor]:
        """A map (B, C, H, W) and a vector (B, C), of pixel vectors and `visible` (B, 1, H, W) float."""
        full = self.enter(torch.cat([pixels * visible, visible, coordinates(visible)], 1))
        middle = self.middle(full)
        deep = self.deep(middle)
        middle = self.rise(torch.cat([middle, F.interpolate(deep, size=middle.shape[2:])], 1))
        return self.leave(torch.cat([full, F.interpolate(middle, size=full.shape[2:])], 1)), deep.mean((2, 3))


class LatentPrior(nn.Module):
    """p(z | visible pixels, size): each slot given the ones before it, coarse to fine."""

    def __init__(self, width: int, slot: int, hidden: int = 128) -> None:
        super().__init__()
        self.slot = slot
        self.start = nn.Linear(width + 2, hidden)
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
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Means, log-variances and latent, each (B, SLOTS, slot).

        Arguments:
            context: Vector of the visible pixels, shape (B, C).
            size: (H, W) of the canvas.
            latent: A latent to follow (training), or None to draw one.
            noise: Standard normal, shape (B, SLOTS, slot), for drawing.
            psi: Truncation: the drawn deviation from the mean is scaled by it.
        """
        extent = torch.tensor([[size[0] / 32, size[1] / 32]]).to(context).expand(len(context), -1)
        state = torch.tanh(self.start(torch.cat([context, extent], 1)))
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
    """What a latent says: coarse slots a map over the canvas, fine slots one style vector."""

    def __init__(self, width: int, slot: int) -> None:
        super().__init__()
        self.width = width
        self.layout = nn.Linear(COARSE * slot, width * GRID * GRID)
        self.refine = conv(width, width)
        self.finish = conv(width + 3, width)
        self.style = nn.Sequential(nn.Linear((SLOTS - COARSE) * slot, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, latent: Tensor, canvas: Tensor) -> tuple[Tensor, Tensor]:
        """A map (B, C, H, W) and a vector (B, C) of a latent (B, SLOTS, slot); `canvas` gives B, H and W."""
        height, width = canvas.shape[-2:]
        grid = self.layout(latent[:, :COARSE].flatten(1)).reshape(-1, self.width, GRID, GRID)
        small = (max(GRID, (height + 1) // 2), max(GRID, (width + 1) // 2))
        grid = self.refine(F.interpolate(F.silu(grid), size=small, mode="bilinear", align_corners=False))
        grid = F.interpolate(grid, size=(height, width), mode="bilinear", align_corners=False)
        layout = self.finish(torch.cat([grid, coordinates(grid)], 1))
        return layout, self.style(latent[:, COARSE:].flatten(1))
