"""Where sprites become tensors and tensors sprites: the bench that `prior` draws at.

Sampling runs on the CPU, on one thread, in chunks of a fixed size, so that a sprite is the same
bytes whatever the machine's cores, the number of jobs or the size of the order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import ConfigError
from ..sprite import Sprite
from .data import Batch, batch, entry_lab
from .memory import LEAST_CODES, Memory
from .pixelvae import PixelVAE
from .sampler import choices, explain, normals, sample
from .vae import SLOTS

__all__ = ["Studio", "one_thread"]

CHUNK = 16
NOISE = 0.7
RECOMBINED = 0.3


@contextmanager
def one_thread() -> Iterator[None]:
    """Sums of floats depend on how they are split; one thread splits them one way."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.no_grad():
            yield
    finally:
        torch.set_num_threads(before)


class Studio:
    """A network and the ways to ask it.

    Arguments:
        model: In evaluation mode, on the CPU.
        memory: Of its training sprites.
    """

    def __init__(self, model: PixelVAE, memory: Memory) -> None:
        self.model, self.memory = model, memory

    def codes(self, sprites: Sequence[Sprite]) -> Tensor:
        """Mean latents of sprites, shape (N, SLOTS, slot)."""
        found = []
        with one_thread():
            for sprite in sprites:
                one = self.tensors([sprite], [np.zeros(sprite.indices.shape, bool)])
                mean, _ = self.model.encode(one.indices, one.palettes, self.model.embed(one.palettes))
                found.append(mean)
        return torch.cat(found)

    def latent(
        self, seed: int, number: int, shape: tuple[int, int], colors: int, psi: float, codes: Tensor | None
    ) -> Tensor:
        """The latent of sprite `number` of a seed, shape (1, SLOTS, slot).

        It is drawn near one of `codes` if there are any. Else from a mixture around what the model has
        learnt, its slots recombined (a VampPrior, Tomczak & Welling 2018, over the training sprites
        themselves); and where it has learnt nothing of this size, from the learnt prior.

        Arguments:
            shape: (H, W) of the canvas.
            colors: How many the palette has.
            psi: Truncation.
        """
        noise = torch.from_numpy(normals(seed, number, SLOTS, self.model.config.slot))[None]
        if codes is not None:
            return self.truncate(codes[number % len(codes)][None] + NOISE * noise, shape, psi)
        suited = self.memory.suited(shape, colors)
        if len(suited) < LEAST_CODES:
            with one_thread():
                _, _, latent = self.model.prior(self.blank(shape), shape, None, noise, psi)
            return latent
        dice = choices(seed, number)
        one, other = (suited[int(dice.integers(len(suited)))] for _ in range(2))
        swapped = torch.from_numpy(dice.random(SLOTS) < RECOMBINED)[:, None]
        latent = torch.where(swapped, self.memory.codes[other], self.memory.codes[one])[None]
        return self.truncate(latent + NOISE * noise, shape, psi)

    def truncate(self, latent: Tensor, shape: tuple[int, int], psi: float) -> Tensor:
        """A latent pulled towards the prior's mean."""
        if psi == 1:
            return latent
        with one_thread():
            _, _, mean = self.model.prior(self.blank(shape), shape)
            return mean + psi * (latent - mean)

    def blank(self, shape: tuple[int, int]) -> Tensor:
        """The context vector of a canvas on which nothing is visible, shape (1, C)."""
        one = batch([np.zeros(shape, np.uint8)], [self.memory.lab], [np.zeros(shape, bool)], torch.device("cpu"))
        _, vector = self.model.look(one.indices, one.visible, self.model.embed(one.palettes))
        return vector

    def numbers(
        self, sprite: Sprite, latent: Tensor, dice: NDArray[np.float32], temperature: float
    ) -> NDArray[np.float32]:
        """The uniform numbers with which `latent` (1, SLOTS, slot) draws exactly `sprite`, shape (H, W, 2).

        Arguments:
            dice: Uniform numbers that choose among those that would do, shape (H, W, 2).
        """
        with one_thread():
            one = self.tensors([sprite], [np.ones(sprite.indices.shape, bool)])
            logp = self.model.logp(one.indices, one.visible, one.palettes, latent)[0].flatten(0, 1)
            order = one.palettes.order.expand(len(logp), -1)
            found = explain(logp, order, one.indices.flatten(), torch.from_numpy(dice).flatten(0, 1), temperature)
        return np.asarray(found.reshape(*sprite.indices.shape, 2).numpy())

    def tensors(self, sprites: Sequence[Sprite], holes: Sequence[NDArray[np.bool_]]) -> Batch:
        """Sprites of one size as a batch, hidden where `holes` are True."""
        labs = [entry_lab(sprite.palette) for sprite in sprites]
        return batch([s.indices for s in sprites], labs, [~hole for hole in holes], torch.device("cpu"))

    def fill(
        self,
        sprites: Sequence[Sprite],
        holes: Sequence[NDArray[np.bool_]],
        latents: Tensor,
        random: Sequence[NDArray[np.float32]],
        temperature: float,
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """Filled indices and nats, each (N, H, W), of sprites of one size.

        Chunks are padded to one size: a matrix product may round otherwise at another.

        Raises:
            ConfigError: If the temperature is negative or no number.
        """
        if not 0 <= temperature <= 10:
            raise ConfigError(f"temperature {temperature}: give a number from 0 to 10.")
        indices, nats = [], []
        with one_thread():
            for start in range(0, len(sprites), CHUNK):
                places = [min(start + n, len(sprites) - 1) for n in range(CHUNK)]
                one = self.tensors([sprites[n] for n in places], [holes[n] for n in places])
                dice = torch.from_numpy(np.stack([random[n] for n in places]))
                filled, cost = sample(
                    self.model, one.indices, one.visible, one.palettes, latents[places], dice, temperature
                )
                real = min(CHUNK, len(sprites) - start)
                indices.append(filled[:real].numpy().astype(np.uint8))
                nats.append(cost[:real].numpy())
        return np.concatenate(indices), np.concatenate(nats)
