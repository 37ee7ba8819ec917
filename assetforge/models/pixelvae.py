"""The model that we ship: a palette-conditioned PixelCNN decoder with a hierarchical latent.

PixelVAE, Gulrajani et al. 2017; the palette is an input, and any set of visible pixels another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .context import Context, Seen
from .pixelcnn import Condition, PixelCNN
from .pixels import Palettes, PixelEmbedding
from .vae import LatentCondition, LatentPrior, Posterior, Said

__all__ = ["PixelVAE", "PixelVAEConfig", "Terms"]


@dataclass(frozen=True)
class PixelVAEConfig:
    """What must be known to build the network; travels in its checkpoint.

    Arguments:
        embedding: Channels of a pixel's color vector.
        width: Channels of the decoder.
        layers: Masked convolutions of the decoder after its first.
        context: Channels of the context network at full size.
        slot: Numbers in each of the 16 latent slots.
    """

    embedding: int = 24
    width: int = 64
    layers: int = 5
    context: int = 48
    slot: int = 16


class Terms(NamedTuple):
    """What is learnt from a batch, in nats.

    Attributes:
        pixels: Negative log-likelihood of each pixel; 0 where it was visible; shape (B, H, W).
        latent: KL divergence of posterior from prior for each slot, shape (B, SLOTS).
        guess: Negative log-likelihood of each hidden pixel given the visible ones alone; 0 for sprites of
            which nothing is visible; shape (B, H, W).
        picture: What the layout alone costs as a picture of what is drawn, and how light: mean over the
            canvas, shape (B,).
        usage: Cost of a drawn pixel's color when only the use of the palette is known, shape (B,).
    """

    pixels: Tensor
    latent: Tensor
    guess: Tensor
    picture: Tensor
    usage: Tensor


class PixelVAE(nn.Module):
    """Draws sprites in any palette from a latent, around any visible pixels."""

    def __init__(self, config: PixelVAEConfig) -> None:
        super().__init__()
        self.config = config
        self.embed = PixelEmbedding(config.embedding)
        self.context = Context(config.embedding, config.context)
        self.posterior = Posterior(config.embedding, config.width, config.slot)
        self.prior = LatentPrior(config.context, config.slot)
        self.say = LatentCondition(config.width, config.slot, config.embedding)
        self.enter = nn.Conv2d(config.context, config.width, 1)
        self.mirrored = nn.Parameter(torch.zeros(config.width))
        self.decoder = PixelCNN(config.embedding, config.width, config.layers)

    def encode(self, indices: Tensor, palettes: Palettes, vectors: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of the latent of whole sprites, each (B, SLOTS, slot)."""
        light, drawn = self.lights(indices, palettes)
        mean, variance = self.posterior(self.embed.place(vectors, indices), light, drawn)
        return mean, variance

    @staticmethod
    def lights(indices: Tensor, palettes: Palettes) -> tuple[Tensor, Tensor]:
        """OKLab lightness of every pixel, and 1 where it is drawn, each (B, 1, H, W)."""
        light = palettes.lab[..., 0].gather(1, indices.flatten(1)).reshape_as(indices)[:, None]
        return light, (indices > 0).to(light)[:, None]

    def look(self, indices: Tensor, visible: Tensor, palettes: Palettes, vectors: Tensor) -> Seen:
        """What the visible pixels say; `indices` under hidden ones are not read."""
        seen: Seen = self.context(indices, visible, palettes, vectors)
        return seen

    def tell(
        self, latent: Tensor, seen: Seen, vectors: Tensor, mirrored: Tensor | None = None
    ) -> tuple[Condition, Said]:
        """What the decoder is told of a latent (B, SLOTS, slot) and of what is seen, and what the latent said."""
        said: Said = self.say(latent, seen.map, vectors)
        told = said.layout + self.enter(seen.map)
        if mirrored is not None:
            told = told + (mirrored.to(told)[:, None] * self.mirrored)[:, :, None, None]
        return Condition(told, said.style, said.usage, seen.guess), said

    def forward(
        self,
        indices: Tensor,
        visible: Tensor,
        palettes: Palettes,
        noise: Tensor,
        dropped: Tensor | None = None,
        mirrored: Tensor | None = None,
    ) -> Terms:
        """The bound on the negative log-likelihood of the hidden pixels given the visible ones.

        Arguments:
            indices: Shape (B, H, W), int64.
            visible: True where known beforehand, shape (B, H, W).
            palettes: One a sprite.
            noise: Standard normal, shape (B, SLOTS, slot).
            dropped: True for pixels that the decoder may not look back at, shape (B, H, W): in training,
                so that it listens to the latent.
            mirrored: 1 for a sprite that is shown mirrored, shape (B,): told, so that what falls from one
                side, as light does, need not be learnt to fall from both.
        """
        vectors = self.embed(palettes)
        mean, log_variance = self.encode(indices, palettes, vectors)
        latent = mean + noise * (log_variance / 2).exp()
        seen = self.look(indices, visible, palettes, vectors)
        prior_mean, prior_variance, _ = self.prior(seen.vector, indices.shape[1:], latent, mirrored=mirrored)
        divergence = 0.5 * (
            prior_variance
            - log_variance
            + ((mean - prior_mean).square() + log_variance.exp()) / prior_variance.exp()
            - 1
        )
        told, said = self.tell(latent, seen, vectors, mirrored)
        logp = self.decoder(indices, visible, dropped, palettes, vectors, told)
        nats = -logp.gather(3, indices[..., None])[..., 0].masked_fill(visible, 0.0)
        guess = -seen.guess.gather(2, indices.flatten(1)[..., None])[..., 0].reshape(indices.shape)
        picture, usage = self.readings(said, indices, palettes)
        return Terms(nats, divergence.sum(2), guess.masked_fill(visible, 0.0), picture, usage)

    def readings(self, said: Said, indices: Tensor, palettes: Palettes) -> tuple[Tensor, Tensor]:
        """The last two of `Terms`."""
        light, drawn = self.lights(indices, palettes)
        read = self.say.picture(said.layout).float()
        shape = F.binary_cross_entropy_with_logits(read[:, :1], drawn, reduction="none")
        shade = (read[:, 1:] - light).square() * drawn * 8
        usage = said.usage.float().masked_fill(~palettes.valid, -torch.inf)[:, 1:].log_softmax(1)
        flat = indices.flatten(1)
        cost = -F.pad(usage, (1, 0)).gather(1, flat) * (flat > 0)
        return (shape + shade).mean((1, 2, 3)), cost.sum(1) / (flat > 0).sum(1).clamp_min(1)

    def log_weights(self, indices: Tensor, visible: Tensor, palettes: Palettes, noise: Tensor) -> Tensor:
        """log p(x, z) - log q(z | x) at a latent drawn with `noise`, in nats, shape (B,)."""
        vectors = self.embed(palettes)
        mean, log_variance = self.encode(indices, palettes, vectors)
        latent = mean + noise * (log_variance / 2).exp()
        seen = self.look(indices, visible, palettes, vectors)
        prior_mean, prior_variance, _ = self.prior(seen.vector, (indices.shape[1], indices.shape[2]), latent)
        surprise = (latent - prior_mean).square() / prior_variance.exp() + prior_variance
        surprise = 0.5 * (surprise - noise.square() - log_variance).sum((1, 2))
        logp = self.logp(indices, visible, palettes, latent).gather(3, indices[..., None])[..., 0]
        return logp.masked_fill(visible, 0.0).sum((1, 2)) - surprise

    def logp(self, indices: Tensor, visible: Tensor, palettes: Palettes, latent: Tensor) -> Tensor:
        """Log-probabilities of every entry at every pixel for a fixed latent, shape (B, H, W, K)."""
        vectors = self.embed(palettes)
        told, _ = self.tell(latent, self.look(indices, visible, palettes, vectors), vectors)
        logp: Tensor = self.decoder(indices, visible, None, palettes, vectors, told)
        return logp
