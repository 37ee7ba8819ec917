"""Where sprites become tensors and tensors sprites: the bench that `prior` draws at.

Sampling runs on the CPU, on one thread, in chunks of a fixed size, so that a sprite is the same
bytes whatever the machine's cores, the number of jobs or the size of the order.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import ConfigError
from ..palette import Palette
from ..sprite import Sprite
from .data import Batch, batch, entry_lab, table_to
from .memory import LEAST_CODES, Memory
from .pixelvae import PixelVAE
from .sampler import choices, explain, normals, sample, uniforms
from .vae import SLOTS

__all__ = ["Studio", "centered", "one_thread"]

CHUNK = 16
NOISE = 0.6
RECOMBINED = 0.2
STRAY = 0.6


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


def stray(numbers: NDArray[np.float32], fresh: NDArray[np.float32]) -> NDArray[np.float32]:
    """Uniform numbers a Crank-Nicolson step of STRAY away from `numbers`, towards `fresh`; still uniform."""
    near, far = (torch.special.ndtri(torch.from_numpy(u).double().clamp(1e-6, 1 - 1e-6)) for u in (numbers, fresh))
    walked = torch.special.ndtr(math.sqrt(1 - STRAY**2) * near + STRAY * far)
    return np.minimum(walked.numpy().astype(np.float32), np.float32(1 - 2**-24))


def centered(sprite: Sprite, shape: tuple[int, int], palette: Palette) -> Sprite:
    """The sprite in `palette` in the middle of an empty canvas (H, W), nearest color for color."""
    indices = np.zeros(shape, np.uint8)
    height, width = sprite.indices.shape
    top, left = (shape[0] - height) // 2, (shape[1] - width) // 2
    table = table_to(entry_lab(sprite.palette), entry_lab(palette))
    own = sprite.indices if sprite.palette == palette else table[sprite.indices]
    indices[top : top + height, left : left + width] = own
    return Sprite(indices, palette, sprite.name)


class Studio:
    """A network and the ways to ask it.

    Arguments:
        model: In evaluation mode, on the CPU.
        memory: Of its training sprites.
    """

    def __init__(self, model: PixelVAE, memory: Memory) -> None:
        self.model, self.memory = model, memory
        self.kept: dict[object, NDArray[np.float32]] = {}

    def codes(self, sprites: Sequence[Sprite]) -> Tensor:
        """Mean latents of sprites, shape (N, SLOTS, slot)."""
        found = []
        with one_thread():
            for sprite in sprites:
                one = self.tensors([sprite], [np.zeros(sprite.indices.shape, bool)])
                mean, _ = self.model.encode(one.indices, one.palettes, self.model.embed(one.palettes))
                found.append(mean)
        return torch.cat(found)

    def start(
        self,
        seed: int,
        number: int,
        shape: tuple[int, int],
        palette: Palette,
        psi: float,
        heat: float,
        like: Sequence[Sprite] = (),
    ) -> tuple[Tensor, NDArray[np.float32]]:
        """The latent (1, SLOTS, slot) and the uniform numbers (H, W, 2) that sprite `number` of a seed is drawn from.

        Both set out from a sprite, one of `like` or one that the model has learnt, and stray from there: the
        latent by noise, with some slots of another sprite (a VampPrior, Tomczak & Welling 2018, over the
        sprites themselves); the numbers, read from the sprite, by a Crank-Nicolson step, which leaves their
        distribution as it is (Cotter et al. 2013). So what is drawn is new, but holds together as drawn
        things do. Where the model has learnt nothing of this size, both are drawn freshly.

        Arguments:
            shape: (H, W) of the canvas.
            psi: Truncation.
            heat: The temperature that the sprite will be drawn at.
        """
        noise = torch.from_numpy(normals(seed, number, SLOTS, self.model.config.slot))[None]
        fresh = uniforms(seed, number, *shape)
        dice = choices(seed, number)
        if like:
            source = like[number % len(like)]
            latent = self.codes([source])
        else:
            suited = self.memory.suited(shape, len(palette))
            if len(suited) < LEAST_CODES:
                with one_thread():
                    _, _, latent = self.model.prior(self.blank(shape), shape, None, noise, psi)
                return latent, fresh
            one, other = (suited[int(dice.integers(len(suited)))] for _ in range(2))
            source = self.learnt(one, palette)
            swapped = torch.from_numpy(dice.random(SLOTS) < RECOMBINED)[:, None]
            latent = torch.where(swapped, self.memory.codes[other], self.memory.codes[one])[None]
        latent = self.truncate(latent + NOISE * noise, shape, psi)
        if heat <= 0 or source.size[0] > shape[1] or source.size[1] > shape[0]:
            return latent, fresh
        return latent, stray(self.own_numbers(centered(source, shape, palette), heat), fresh)

    def learnt(self, place: int, palette: Palette) -> Sprite:
        """The training sprite that a code belongs to, nearest color for color in `palette`."""
        sprite = self.memory.sprites[self.memory.owners[place]]
        return Sprite(table_to(self.memory.lab, entry_lab(palette))[sprite], palette)

    def own_numbers(self, sprite: Sprite, heat: float) -> NDArray[np.float32]:
        """`numbers` of a sprite under its own latent; kept, since many are drawn from one."""
        key = (sprite.indices.tobytes(), sprite.indices.shape, sprite.palette, heat)
        if key not in self.kept:
            dice = uniforms(0, 0, *sprite.indices.shape)
            self.kept[key] = self.numbers(sprite, self.codes([sprite]), dice, heat)
        return self.kept[key]

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
