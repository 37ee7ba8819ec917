"""The model that we ship: it sketches in shades, then colors the sketch in a palette.

A PixelVAE (Gulrajani et al. 2017) with two decoders. Values before colors, as painters work: the first
decoder draws silhouette, lights and darks in a gray palette of its own, from the coarse latent slots; the
second picks a color of the palette in use for every drawn pixel, seeing the whole sketch, with the fine
slots. So one latent and one noise give one sketch in every palette, and style never moves a silhouette.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .context import Context, Seen
from .left import Left
from .pixelcnn import Condition, PixelCNN
from .pixels import CENTERS, SHADES, Palettes, PixelEmbedding, grays, shades_of, sketched
from .vae import SLOTS, LatentCondition, LatentPrior, Paint, Posterior, Said

__all__ = ["PixelVAE", "PixelVAEConfig", "Terms"]

TONE, NAMED, LEAST = 0.07, 2.0, -8.0
"""In drawing: how far in lightness a color may be from its shade (standard deviation), how much what the latent names
counts, and the least that it can say of a color (nats)."""


@dataclass(frozen=True)
class PixelVAEConfig:
    """What must be known to build the network; travels in its checkpoint.

    Arguments:
        embedding: Channels of a pixel's color vector.
        width: Channels of the decoders.
        layers: Masked convolutions of each decoder after its first.
        context: Channels of the context network at full size.
        slot: Numbers in each of the 16 latent slots.
        paired: Whether it draws from left sprites (`left`).
    """

    embedding: int = 24
    width: int = 64
    layers: int = 5
    context: int = 48
    slot: int = 16
    paired: bool = False


class Terms(NamedTuple):
    """What is learnt from a batch, in nats.

    Attributes:
        pixels: Negative log-likelihood of each pixel, shade and color; 0 where it was visible; shape (B, H, W).
        latent: KL divergence of posterior from prior for each slot, 0 for sprites that are told nothing of
            their latent, shape (B, SLOTS).
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
        width, context, embedding = config.width, config.context, config.embedding
        self.embed = PixelEmbedding(embedding)
        self.context = Context(embedding, context, config.paired)
        self.posterior = Posterior(embedding, width, config.slot)
        self.prior = LatentPrior(context, config.slot)
        self.say = LatentCondition(width, config.slot, embedding)
        self.paint = Paint(embedding, width)
        self.enter_sketch = nn.Conv2d(context, width, 1)
        self.enter_color = nn.Conv2d(context, width, 1)
        self.mirrored = nn.Parameter(torch.zeros(2, width))
        self.sketcher = PixelCNN(embedding, width, config.layers, colors=False, paired=config.paired)
        self.colorist = PixelCNN(embedding, width, config.layers, colors=True, paired=config.paired)

    def encode(self, indices: Tensor, sketch: Tensor, vectors: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of the latent of whole sprites, each (B, SLOTS, slot)."""
        light, drawn = self.lights(sketch)
        mean, variance = self.posterior(self.embed.place(vectors, indices), light, drawn)
        return mean, variance

    @staticmethod
    def lights(sketch: Tensor) -> tuple[Tensor, Tensor]:
        """The lightness of every shade, and 1 where it is drawn, each (B, 1, H, W)."""
        light = grays(1, sketch.device).lab[0, :, 0][sketch][:, None]
        return light, (sketch > 0).to(light)[:, None]

    def look(
        self, indices: Tensor, visible: Tensor, palettes: Palettes, vectors: Tensor, left: Left | None = None
    ) -> Seen:
        """What the visible pixels and the left sprites say; `indices` under hidden ones are not read."""
        if left is not None:
            beside = self.embed.place(self.embed(left.palettes), left.indices)
            besides: Seen = self.context(indices, visible, palettes, vectors, left, beside)
            return besides
        if len(indices) == 1 or torch.is_grad_enabled() or bool(visible.any()):
            seen: Seen = self.context(indices, visible, palettes, vectors)
            return seen
        # Where nothing is visible, the same is seen of all.
        one = self.context(indices[:1], visible[:1], palettes.first(1), vectors[:1])
        return Seen(*(part.expand(len(indices), *part.shape[1:]) for part in one if part is not None))

    def to_sketch(
        self,
        latent: Tensor,
        seen: Seen,
        palettes: Palettes,
        vectors: Tensor,
        strict: Tensor | None = None,
        mirrored: Tensor | None = None,
        told: Tensor | None = None,
    ) -> tuple[Condition, Said]:
        """What the sketcher is told of a latent (B, SLOTS, slot) and of what is seen, and what the latent said.

        Arguments:
            strict: True where only shades that the palette has may be, shape (B,); by default nowhere.
            mirrored: 1 for a sprite that is shown mirrored, shape (B,).
            told: False for sprites that are told nothing of their latent, shape (B,); by default all are told.
        """
        said: Said = self.say(latent, seen.map, vectors, told)
        shades = shades_of(palettes.lab)
        offsets = torch.zeros(len(shades), SHADES + 1, device=shades.device)
        if strict is not None:
            # A shade is as likely at first as its entries are together, so that all entries are equally likely.
            held = torch.zeros_like(offsets).scatter_add_(1, shades, palettes.valid.float()).log()
            offsets = torch.where(strict[:, None], held, offsets)
        # The guess is of entries; that of a shade is the sum of theirs. Zeros, where nothing is seen, stay zeros.
        blind = (seen.guess == 0).all(2, keepdim=True)
        chance = seen.guess.exp() * palettes.valid[:, None]
        sums = torch.zeros(*chance.shape[:2], SHADES + 1, device=chance.device)
        sums = sums.scatter_add(2, shades[:, None].expand_as(chance), chance)
        guess = sums.clamp_min(1e-6).log().masked_fill(blind, 0.0)
        layout = self.turned(said.layout + self.enter_sketch(seen.map), mirrored, 0)
        return Condition(layout, guess, None, None, None, offsets[:, None], seen.keys), said

    def to_color(
        self,
        said: Said,
        seen: Seen,
        sketch: Tensor,
        palettes: Palettes,
        strict: Tensor | None = None,
        mirrored: Tensor | None = None,
    ) -> Condition:
        """What the colorist is told; `strict` as for `to_sketch`: there a pixel has the very shade of its sketch."""
        gray = self.embed(grays(1, sketch.device)).expand(len(sketch), -1, -1)
        _, drawn = self.lights(sketch)
        told = self.paint(self.embed.place(gray, sketch), drawn) + self.enter_color(seen.map)
        shades = torch.arange(SHADES + 1, device=sketch.device)[:, None]
        if strict is None:
            offsets = self.inclination(said, palettes)
        else:
            wrong = (shades_of(palettes.lab)[:, None] != shades) & (shades > 0) & strict[:, None, None]
            offsets = torch.zeros(wrong.shape, device=sketch.device).masked_fill(wrong, -torch.inf)
        offsets = offsets.masked_fill(~palettes.valid[:, None], -torch.inf)
        told, shaded = self.turned(told, mirrored, 1), sketch.flatten(1)
        return Condition(told, seen.guess, said.style, said.usage, shaded, offsets, seen.keys)

    @staticmethod
    def inclination(said: Said, palettes: Palettes) -> Tensor:
        """Where any entry may stand for a shade: towards those as light, and those that the latent names.

        Returns:
            Logits for each shade, shape (B, SHADES + 1, K).
        """
        wanted = torch.tensor((0.0, *CENTERS), device=palettes.lab.device)[:, None]
        tone = ((palettes.lab[:, None, :, 0] - wanted) / TONE).square() / 2
        named = said.usage.float().masked_fill(~palettes.valid, -torch.inf)[:, 1:].log_softmax(1)
        return F.pad(NAMED * named.clamp_min(LEAST), (1, 0))[:, None] - tone

    def turned(self, told: Tensor, mirrored: Tensor | None, which: int) -> Tensor:
        """A map for one of the decoders, told whether the sprite is shown mirrored."""
        if mirrored is None:
            return told
        return told + (mirrored.to(told)[:, None] * self.mirrored[which])[:, :, None, None]

    def forward(
        self,
        indices: Tensor,
        visible: Tensor,
        palettes: Palettes,
        noise: Tensor,
        dropped: Tensor | None = None,
        mirrored: Tensor | None = None,
        sketch: Tensor | None = None,
        strict: Tensor | None = None,
        told: Tensor | None = None,
        left: Left | None = None,
    ) -> Terms:
        """The bound on the negative log-likelihood of the hidden pixels given the visible ones.

        Arguments:
            indices: Shape (B, H, W), int64.
            visible: True where known beforehand, shape (B, H, W).
            palettes: One a sprite.
            noise: Standard normal, shape (B, SLOTS, slot).
            dropped: True for pixels that the decoders may not look back at, shape (B, H, W): in training,
                so that they listen to the latent.
            mirrored: 1 for a sprite that is shown mirrored, shape (B,): told, so that what falls from one
                side, as light does, need not be learnt to fall from both.
            sketch: Shades, shape (B, H, W); by default those of the sprites' own colors.
            strict: True where the sketch is of the very shades of the sprite, shape (B,); by default everywhere.
            told: False for sprites that are told nothing of their latent, shape (B,); by default all are told.
            left: What they are drawn from, if the model is `paired`.
        """
        if sketch is None:
            sketch = sketched(indices, palettes)
        if strict is None:
            strict = torch.ones(len(indices), dtype=torch.bool, device=indices.device)
        if told is None:
            told = torch.ones(len(indices), dtype=torch.bool, device=indices.device)
        vectors = self.embed(palettes)
        mean, log_variance = self.encode(indices, sketch, vectors)
        latent = mean + noise * (log_variance / 2).exp()
        seen = self.look(indices, visible, palettes, vectors, left)
        prior_mean, prior_variance, _ = self.prior(seen.vector, indices.shape[1:], latent, mirrored=mirrored)
        divergence = 0.5 * (
            prior_variance
            - log_variance
            + ((mean - prior_mean).square() + log_variance.exp()) / prior_variance.exp()
            - 1
        )
        layout, said = self.to_sketch(latent, seen, palettes, vectors, strict, mirrored, told)
        gray = grays(len(indices), indices.device)
        shades = self.sketcher(sketch, visible, dropped, gray, self.embed(gray), layout)
        style = self.to_color(said, seen, sketch, palettes, strict, mirrored)
        colors = self.colorist(indices, visible, dropped, palettes, vectors, style)
        nats = -shades.gather(3, sketch[..., None])[..., 0] - colors.gather(3, indices[..., None])[..., 0]
        guess = -seen.guess.gather(2, indices.flatten(1)[..., None])[..., 0].reshape(indices.shape)
        picture, usage = self.readings(said, indices, sketch, palettes)
        hidden = ~visible
        return Terms(nats * hidden, divergence.sum(2) * told[:, None], guess * hidden, picture * told, usage * told)

    def readings(self, said: Said, indices: Tensor, sketch: Tensor, palettes: Palettes) -> tuple[Tensor, Tensor]:
        """The last two of `Terms`."""
        light, drawn = self.lights(sketch)
        read = self.say.picture(said.layout).float()
        shape = F.binary_cross_entropy_with_logits(read[:, :1], drawn, reduction="none")
        shade = (read[:, 1:] - light).square() * drawn * 8
        usage = said.usage.float().masked_fill(~palettes.valid, -torch.inf)[:, 1:].log_softmax(1)
        flat = indices.flatten(1)
        cost = -F.pad(usage, (1, 0)).gather(1, flat) * (flat > 0)
        return (shape + shade).mean((1, 2, 3)), cost.sum(1) / (flat > 0).sum(1).clamp_min(1)

    def log_weights(
        self, indices: Tensor, visible: Tensor, palettes: Palettes, noise: Tensor, left: Left | None = None
    ) -> Tensor:
        """log p(x, z) - log q(z | x) at a latent drawn with `noise`, in nats, shape (B,)."""
        vectors = self.embed(palettes)
        sketch = sketched(indices, palettes)
        mean, log_variance = self.encode(indices, sketch, vectors)
        latent = mean + noise * (log_variance / 2).exp()
        seen = self.look(indices, visible, palettes, vectors, left)
        prior_mean, prior_variance, _ = self.prior(seen.vector, (indices.shape[1], indices.shape[2]), latent)
        surprise = (latent - prior_mean).square() / prior_variance.exp() + prior_variance
        surprise = 0.5 * (surprise - noise.square() - log_variance).sum((1, 2))
        return self.log_likelihood(indices, visible, palettes, latent, left) - surprise

    def log_likelihood(
        self, indices: Tensor, visible: Tensor, palettes: Palettes, latent: Tensor | None, left: Left | None = None
    ) -> Tensor:
        """log p(x | z) in nats, or, where `latent` is None, that of sprites which are told nothing; shape (B,)."""
        sketch = sketched(indices, palettes)
        strict = torch.ones(len(indices), dtype=torch.bool, device=indices.device)
        shades, colors = self.logp(indices, sketch, visible, palettes, latent, strict, left)
        logp = shades.gather(3, sketch[..., None])[..., 0] + colors.gather(3, indices[..., None])[..., 0]
        return logp.masked_fill(visible, 0.0).sum((1, 2))

    def logp(
        self,
        indices: Tensor,
        sketch: Tensor,
        visible: Tensor,
        palettes: Palettes,
        latent: Tensor | None,
        strict: Tensor | None = None,
        left: Left | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Log-probabilities at every pixel for a fixed latent: of every shade, and of every entry given the sketch.

        Each pixel's are given the pixels before it, and the visible ones. With `strict` (see `to_sketch`) the
        products of the two sum to one over all sprites. Without a latent, sprites are told nothing of one.

        Returns:
            Shapes (B, H, W, SHADES + 1) and (B, H, W, K).
        """
        vectors = self.embed(palettes)
        seen = self.look(indices, visible, palettes, vectors, left)
        told = None
        if latent is None:
            latent = torch.zeros(len(indices), SLOTS, self.config.slot, device=indices.device)
            told = torch.zeros(len(indices), dtype=torch.bool, device=indices.device)
        layout, said = self.to_sketch(latent, seen, palettes, vectors, strict, told=told)
        gray = grays(len(indices), indices.device)
        shades = self.sketcher(sketch, visible, None, gray, self.embed(gray), layout)
        style = self.to_color(said, seen, sketch, palettes, strict)
        return shades, self.colorist(indices, visible, None, palettes, vectors, style)
