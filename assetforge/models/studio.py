"""Where sprites become tensors and tensors sprites: the bench that `prior` draws at.

Sampling runs on the CPU, on one thread, in chunks of a fixed size, so that a sprite is the same
bytes whatever the machine's cores, the number of jobs or the size of the order.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import ConfigError
from ..palette import Palette
from ..sprite import Sprite
from .context import Seen
from .data import Batch, batch, entry_lab, table_to
from .exemplars import informed, votes
from .memory import Memory, cropped
from .noise import choices, explain, normals, uniforms
from .pixels import grays, sketched
from .pixelvae import PixelVAE
from .products import LANES
from .sampler import sample
from .threads import at_once, one_thread
from .vae import SLOTS

__all__ = ["SIDES", "Studio", "centered", "recolored"]

SIDES = (8, 64)
MANY = 64 * 1024
FEW = 4
NOISE = 0.6
RECOMBINED = 0.2
STRAY = 0.6


def stray(numbers: NDArray[np.float32], fresh: NDArray[np.float32]) -> NDArray[np.float32]:
    """Uniform numbers a Crank-Nicolson step of STRAY away from `numbers`, towards `fresh`; still uniform."""
    near, far = (torch.special.ndtri(torch.from_numpy(u).double().clamp(1e-6, 1 - 1e-6)) for u in (numbers, fresh))
    walked = torch.special.ndtr(math.sqrt(1 - STRAY**2) * near + STRAY * far)
    return np.minimum(walked.numpy().astype(np.float32), np.float32(1 - 2**-24))


def recolored(sprite: Sprite, palette: Palette) -> Sprite:
    """The sprite in `palette`, nearest color for color."""
    if sprite.palette == palette:
        return sprite
    return Sprite(table_to(entry_lab(sprite.palette), entry_lab(palette))[sprite.indices], palette, sprite.name)


def centered(sprite: Sprite, shape: tuple[int, int]) -> Sprite:
    """The sprite on a canvas (H, W): as it is if it has that size, else what is drawn of it in the middle.

    What is too large is cut at the middle.
    """
    own = sprite.indices
    if own.shape != shape:
        own = cropped(own)
        for axis in (0, 1):
            spare = max(0, own.shape[axis] - shape[axis])
            own = own.take(range(spare // 2, spare // 2 + min(own.shape[axis], shape[axis])), axis)
        top, left = (shape[0] - own.shape[0]) // 2, (shape[1] - own.shape[1]) // 2
        own = np.pad(own, ((top, shape[0] - own.shape[0] - top), (left, shape[1] - own.shape[1] - left)))
    return Sprite(own, sprite.palette, sprite.name)


class Studio:
    """A network and the ways to ask it.

    Arguments:
        model: In evaluation mode, on the CPU.
        memory: Of its training sprites.
    """

    def __init__(self, model: PixelVAE, memory: Memory) -> None:
        self.model, self.memory = model, memory
        self.kept: dict[object, NDArray[np.float32]] = {}

    def chunks(
        self, sprites: Sequence[Sprite], holes: Sequence[NDArray[np.bool_]] | None = None, size: int = LANES
    ) -> Iterator[tuple[list[int], list[int]]]:
        """Places of sprites of one size and palette, at most `size`, and the same padded to it, or to whole `LANES`.

        A matrix product may round otherwise at another batch size. Of `holes`, those that leave nothing visible
        stay among themselves: less is asked about them.
        """
        groups: dict[object, list[int]] = {}
        for place, sprite in enumerate(sprites):
            blank = holes is None or bool(holes[place].all())
            groups.setdefault((sprite.indices.shape, len(sprite.palette), blank), []).append(place)
        for places in groups.values():
            for start in range(0, len(places), size):
                some = places[start : start + size]
                yield some, some + some[-1:] * (-len(some) % min(size, LANES))

    def codes(self, sprites: Sequence[Sprite]) -> Tensor:
        """Mean latents of sprites, shape (N, SLOTS, slot)."""
        found = torch.zeros(len(sprites), SLOTS, self.model.config.slot)
        with one_thread():
            for some, padded in self.chunks(sprites):
                one = self.tensors([sprites[n] for n in padded])
                sketch = sketched(one.indices, one.palettes)
                mean, _ = self.model.encode(one.indices, sketch, self.model.embed(one.palettes))
                found[some] = mean[: len(some)]
        return found

    def starts(
        self,
        orders: Sequence[tuple[int, int]],
        shape: tuple[int, int],
        palette: Palette,
        psi: float,
        heat: float,
        like: Sequence[Sprite] = (),
        tag: str | None = None,
    ) -> tuple[Tensor, list[NDArray[np.float32]]]:
        """Latents (N, SLOTS, slot) and the uniform numbers (H, W, 3) that sprites are drawn from.

        Both set out from a sprite, one of `like` or one that the model has learnt, and stray from there: the
        latent by noise, with some slots of another sprite (a VampPrior, Tomczak & Welling 2018, over the
        sprites themselves); the numbers, read from the sprite, by a Crank-Nicolson step, which leaves their
        distribution as it is (Cotter et al. 2013). So what is drawn is new, but holds together as drawn
        things do. Where the model has learnt nothing that fits, both are drawn freshly.

        Arguments:
            orders: Seed and number of each sprite.
            shape: (H, W) of the canvas.
            psi: Truncation.
            heat: The temperature that the sprites will be drawn at.
            tag: Set out from sprites in a folder of this name.
        """
        slot = self.model.config.slot
        noise = torch.from_numpy(np.stack([normals(seed, number, SLOTS, slot) for seed, number in orders]))
        fresh = [uniforms(seed, number, *shape) for seed, number in orders]
        suited = [] if like else self.memory.suited(shape, len(palette), tag)
        if not like and not suited:
            with one_thread():
                blank = self.blank(shape).expand(len(orders), -1)
                _, _, latents = self.model.prior(blank, shape, None, noise, psi)
            return latents, fresh
        sources, others, swapped = [], [], []
        for seed, number in orders:
            dice = choices(seed, number)
            if like:
                sources.append(centered(like[number % len(like)], shape))
            else:
                one, other = (suited[int(dice.integers(len(suited)))] for _ in range(2))
                sources.append(self.learnt(one, shape))
                others.append(self.learnt(other, shape))
                swapped.append(dice.random(SLOTS) < RECOMBINED)
        latents = self.codes(sources)
        if others:
            latents = torch.where(torch.from_numpy(np.stack(swapped))[..., None], self.codes(others), latents)
        latents = self.truncate(latents + NOISE * noise, shape, psi)
        if heat <= 0:
            return latents, fresh
        own = self.own_numbers(sources, palette, heat)
        return latents, [stray(mine, new) for mine, new in zip(own, fresh, strict=True)]

    def learnt(self, place: int, shape: tuple[int, int]) -> Sprite:
        """A training sprite on a canvas of `shape`, in its own colors."""
        return centered(Sprite(self.memory.sprites[place], self.memory.palette), shape)

    def own_numbers(self, sprites: Sequence[Sprite], palette: Palette, heat: float) -> list[NDArray[np.float32]]:
        """`numbers` of sprites under their own latents; kept, since many are drawn from one."""
        keys = [(one.indices.tobytes(), one.indices.shape, one.palette, palette, heat) for one in sprites]
        new = {key: sprite for key, sprite in zip(keys, sprites, strict=True) if key not in self.kept}
        if new:
            fresh = list(new.values())
            dice = [uniforms(0, 0, *sprite.indices.shape) for sprite in fresh]
            found = self.numbers(fresh, palette, self.codes(fresh), dice, heat)
            self.kept.update(zip(new, found, strict=True))
        return [self.kept[key] for key in keys]

    def look(self, sprites: Sequence[Sprite], holes: Sequence[NDArray[np.bool_]]) -> Seen:
        """What is seen of sprites of one size outside their holes."""
        one = self.tensors(sprites, holes)
        return self.model.look(one.indices, one.visible, one.palettes, self.model.embed(one.palettes))

    def expect(self, sprites: Sequence[Sprite], holes: Sequence[NDArray[np.bool_]]) -> list[NDArray[np.float32]]:
        """How likely each entry is at each pixel given the visible ones of its sprite, each (H, W, K): the context's
        guess, informed by what learnt sprites have there. Where nothing is visible, zeros are no guess at all."""
        found: list[NDArray[np.float32]] = [np.zeros(0, np.float32)] * len(sprites)
        with one_thread():
            for some, padded in self.chunks(sprites, holes):
                guesses = self.look([sprites[n] for n in padded], [holes[n] for n in padded]).guess
                shape = sprites[some[0]].indices.shape
                known: dict[Palette, Tensor] = {}
                for row, place in enumerate(some):
                    sprite, hole, guess = sprites[place], holes[place], guesses[row]
                    if sprite.palette not in known:
                        _, mapped = self.memory.known((shape[0], shape[1]), sprite.palette)
                        known[sprite.palette] = torch.from_numpy(mapped).long()
                    if len(known[sprite.palette]) and not hole.all():
                        pixels, visible = torch.tensor(sprite.indices).long(), torch.from_numpy(~hole)
                        guess = informed(guess, votes(known[sprite.palette], pixels, visible, guess.shape[1]))
                    found[place] = guess.exp().reshape(*shape, -1).numpy()
        return found

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
        return self.model.look(one.indices, one.visible, one.palettes, self.model.embed(one.palettes)).vector

    def numbers(
        self,
        sprites: Sequence[Sprite],
        palette: Palette,
        latents: Tensor,
        dice: Sequence[NDArray[np.float32]],
        temperature: float,
    ) -> list[NDArray[np.float32]]:
        """The uniform numbers with which each latent (N, SLOTS, slot) draws exactly its sprite, each (H, W, 3).

        The sketch is that of the sprite's own colors; what it is colored with is nearest to them in `palette`.

        Arguments:
            dice: Uniform numbers that choose among those that would do, each (H, W, 3).
        """
        found: list[NDArray[np.float32]] = [np.zeros(0, np.float32)] * len(sprites)

        def read(some: list[int], padded: list[int]) -> None:
            one = self.tensors([sprites[n] for n in padded])
            sketch = sketched(one.indices, one.palettes)
            new = self.tensors([recolored(sprites[n], palette) for n in padded])
            shades, colors = self.model.logp(new.indices, sketch, new.visible, new.palettes, latents[padded])
            order = grays(1, sketch.device).order
            for row, place in enumerate(some):
                random = torch.from_numpy(dice[place]).flatten(0, 1)
                wanted, entry = sketch[row].flatten(), new.indices[row].flatten()
                drawn = explain(
                    shades[row].flatten(0, 1), order.expand(len(wanted), -1), wanted, random[:, :2], temperature
                )
                colored = explain(
                    colors[row].flatten(0, 1),
                    new.palettes.order[row].expand(len(wanted), -1),
                    entry,
                    random[:, 1:],
                    temperature,
                )
                third = torch.where(entry == 0, random[:, 2], colored[:, 1])
                numbers = torch.cat([drawn, third[:, None]], 1)
                found[place] = numbers.reshape(*sprites[place].indices.shape, 3).numpy()

        # A few at a time: what is known of every entry at every pixel takes much memory.
        at_once(read, self.chunks(sprites, size=FEW))
        return found

    def tensors(self, sprites: Sequence[Sprite], holes: Sequence[NDArray[np.bool_]] | None = None) -> Batch:
        """Sprites of one size as a batch, hidden where `holes` are True, or everywhere."""
        holes = holes or [np.ones(sprite.indices.shape, bool) for sprite in sprites]
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

        Raises:
            ConfigError: If the temperature is negative or no number.
        """
        if not 0 <= temperature <= 10:
            raise ConfigError(f"temperature {temperature}: give a number from 0 to 10.")
        shape = (len(sprites), *sprites[0].indices.shape)
        indices, nats = np.zeros(shape, np.uint8), np.zeros(shape, np.float32)
        # Four times as many cost but twice as much; large ones would take gigabytes.
        size = 4 * LANES if sprites[0].indices.size * len(sprites[0].palette) <= MANY else LANES
        with one_thread():
            for some, padded in self.chunks(sprites, holes, size):
                one = self.tensors([sprites[n] for n in padded], [holes[n] for n in padded])
                dice = torch.from_numpy(np.stack([random[n] for n in padded]))
                filled, cost = sample(
                    self.model, one.indices, one.visible, one.palettes, latents[padded], dice, temperature
                )
                indices[some], nats[some] = filled[: len(some)].numpy(), cost[: len(some)].numpy()
        return indices, nats
