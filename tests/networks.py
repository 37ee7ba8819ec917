"""Small networks with random weights, and small palettes: truths must hold for any of them."""

from __future__ import annotations

import torch
from torch import nn

from assetforge.models.pixels import Palettes, sketched
from assetforge.models.pixelvae import PixelVAE, PixelVAEConfig

SMALL = PixelVAEConfig(embedding=6, width=10, layers=2, context=8, slot=3)


def random_model(seed: int = 0, config: PixelVAEConfig = SMALL) -> PixelVAE:
    """A network none of whose weights is zero, not even the head's."""
    torch.manual_seed(seed)
    model = PixelVAE(config).eval().requires_grad_(False)
    for parameter in model.parameters():
        nn.init.normal_(parameter, 0, 0.3)
    return model


def random_palettes(batch: int, entries: int, seed: int = 0) -> Palettes:
    """Palettes of `entries` entries, transparent included, all in use."""
    generator = torch.Generator().manual_seed(seed)
    lab = torch.rand(batch, entries, 3, generator=generator) - torch.tensor([0.0, 0.5, 0.5])
    return Palettes(lab, torch.ones(batch, entries, dtype=torch.bool))


def nothing_visible(indices: torch.Tensor) -> torch.Tensor:
    return torch.zeros(indices.shape, dtype=torch.bool)


def together(
    model: PixelVAE, indices: torch.Tensor, visible: torch.Tensor, palettes: Palettes, latent: torch.Tensor | None
) -> torch.Tensor:
    """Log-probability of every pixel as it is, shade and color, exactly: shape (B, H, W)."""
    sketch = sketched(indices, palettes)
    strict = torch.ones(len(indices), dtype=torch.bool)
    shades, colors = model.logp(indices, sketch, visible, palettes, latent, strict)
    return shades.gather(3, sketch[..., None])[..., 0] + colors.gather(3, indices[..., None])[..., 0]
