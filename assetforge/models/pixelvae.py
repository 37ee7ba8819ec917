"""The model that we ship: a palette-conditioned PixelCNN decoder with a hierarchical latent.

PixelVAE, Gulrajani et al. 2017; the palette is an input, and any set of visible pixels another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor, nn

from .pixelcnn import PixelCNN
from .pixels import Palettes, PixelEmbedding
from .vae import Context, LatentCondition, LatentPrior, Posterior

__all__ = ["PixelVAE", "PixelVAEConfig", "Terms"]


@dataclass(frozen=True)
class PixelVAEConfig:
    """What must be known to build the network; travels in its checkpoint.

    Arguments:
        embedding: Channels of a pixel's color vector.
        width: Channels of the stacks.
        dilations: One gated layer each.
        slot: Numbers in each of the 16 latent slots.
    """

    embedding: int = 24
    width: int = 48
    dilations: tuple[int, ...] = (1, 2, 4, 1, 2, 4, 1)
    slot: int = 16


class Terms(NamedTuple):
    """The two parts of the bound, in nats.

    Attributes:
        pixels: Negative log-likelihood of each pixel; 0 where it was visible; shape (B, H, W).
        latent: KL divergence of posterior from prior for each slot, shape (B, SLOTS).
    """

    pixels: Tensor
    latent: Tensor


class PixelVAE(nn.Module):
    """Draws sprites in any palette from a latent, around any visible pixels."""

    def __init__(self, config: PixelVAEConfig) -> None:
        super().__init__()
        self.config = config
        self.embed = PixelEmbedding(config.embedding)
        self.context = Context(config.embedding, config.width)
        self.posterior = Posterior(config.embedding, config.width, config.slot)
        self.prior = LatentPrior(config.width, config.slot)
        self.say = LatentCondition(config.width, config.slot)
        self.decoder = PixelCNN(config.embedding, config.width, config.dilations)

    def encode(self, indices: Tensor, palettes: Palettes, vectors: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of the latent of whole sprites, each (B, SLOTS, slot)."""
        light = palettes.lab[..., 0].gather(1, indices.flatten(1)).reshape_as(indices)[:, None]
        drawn = (indices > 0).to(light)[:, None]
        mean, variance = self.posterior(self.embed.place(vectors, indices), light, drawn)
        return mean, variance

    def look(self, indices: Tensor, visible: Tensor, vectors: Tensor) -> tuple[Tensor, Tensor]:
        """Map and vector of the visible pixels; `indices` under hidden ones are not read."""
        pixels = self.embed.place(vectors, indices.masked_fill(~visible, 0))
        seen, vector = self.context(pixels, visible[:, None].to(pixels))
        return seen, vector

    def condition(self, latent: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
        """What the decoder is told: a map (B, C, H, W) and a style vector (B, C)."""
        layout, style = self.say(latent, seen)
        return layout + seen, style

    def forward(
        self, indices: Tensor, visible: Tensor, palettes: Palettes, noise: Tensor, dropped: Tensor | None = None
    ) -> Terms:
        """The bound on the negative log-likelihood of the hidden pixels given the visible ones.

        Arguments:
            indices: Shape (B, H, W), int64.
            visible: True where known beforehand, shape (B, H, W).
            palettes: One a sprite.
            noise: Standard normal, shape (B, SLOTS, slot).
            dropped: True for pixels that the decoder may not look back at, shape (B, H, W): in training,
                so that it listens to the latent.
        """
        vectors = self.embed(palettes)
        mean, log_variance = self.encode(indices, palettes, vectors)
        latent = mean + noise * (log_variance / 2).exp()
        seen, vector = self.look(indices, visible, vectors)
        prior_mean, prior_variance, _ = self.prior(vector, indices.shape[1:], latent)
        divergence = 0.5 * (
            prior_variance
            - log_variance
            + ((mean - prior_mean).square() + log_variance.exp()) / prior_variance.exp()
            - 1
        )
        condition, style = self.condition(latent, seen)
        logp = self.decoder(indices, visible, dropped, vectors, palettes.valid, condition, style)
        nats = -logp.gather(3, indices[..., None])[..., 0].masked_fill(visible, 0.0)
        return Terms(nats, divergence.sum(2))

    def log_weights(self, indices: Tensor, visible: Tensor, palettes: Palettes, noise: Tensor) -> Tensor:
        """log p(x, z) - log q(z | x) at a latent drawn with `noise`, in nats, shape (B,)."""
        vectors = self.embed(palettes)
        mean, log_variance = self.encode(indices, palettes, vectors)
        latent = mean + noise * (log_variance / 2).exp()
        _, vector = self.look(indices, visible, vectors)
        prior_mean, prior_variance, _ = self.prior(vector, (indices.shape[1], indices.shape[2]), latent)
        surprise = (latent - prior_mean).square() / prior_variance.exp() + prior_variance
        surprise = 0.5 * (surprise - noise.square() - log_variance).sum((1, 2))
        logp = self.logp(indices, visible, palettes, latent).gather(3, indices[..., None])[..., 0]
        return logp.masked_fill(visible, 0.0).sum((1, 2)) - surprise

    def logp(self, indices: Tensor, visible: Tensor, palettes: Palettes, latent: Tensor) -> Tensor:
        """Log-probabilities of every entry at every pixel for a fixed latent, shape (B, H, W, K)."""
        vectors = self.embed(palettes)
        seen, _ = self.look(indices, visible, vectors)
        condition, style = self.condition(latent, seen)
        logp: Tensor = self.decoder(indices, visible, None, vectors, palettes.valid, condition, style)
        return logp
