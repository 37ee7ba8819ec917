"""The models' face to the rest of the house: Sprites go in, Sprites or plain numbers come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..errors import ConfigError, InputError, did_you_mean
from ..palette import Palette
from ..resemblance import nearest
from ..sprite import Sprite
from . import animate, blending, filling, mixing, restyling, tiling
from .checkpoint import Checkpoint, read
from .choose import Choice, choose, figures
from .data import entry_lab
from .loss import mixed
from .memory import PAIRS, Memory, recall
from .noise import normals
from .pixelvae import PixelVAE
from .record import Record, recorded
from .reflection import divergence, reconstructed
from .studio import SIDES, Studio, centered, recolored
from .threads import at_once, one_thread
from .translation import beside, copying, recalled, required, translate
from .vae import SLOTS

__all__ = ["SIDES", "Drawn", "Prior", "base_path"]


def base_path() -> Path:
    """The checkpoint that travels with the package."""
    return Path(__file__).parent / "bundled" / "base.safetensors"


@dataclass(frozen=True)
class Drawn:
    """Sprites that a model drew.

    Attributes:
        sprites: As many as were asked for.
        candidates: How many were drawn to choose from.
        dropped: How many of them were dropped, by reason: as near copies, or for their craft.
        nearest: For each sprite the share of pixels that differ from the nearest sprite that it might be a copy of:
            one the model learnt from, or one it was asked to be like.
        numbers: Which of the candidates each is.
    """

    sprites: list[Sprite]
    candidates: int
    dropped: dict[str, int] = field(default_factory=dict)
    nearest: list[float] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)


class Prior:
    """A trained model.

    Attributes:
        sha256: Of the checkpoint file.
        card: Its provenance.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        assert isinstance(checkpoint.model, PixelVAE)
        self.model, self.card, self.sha256 = checkpoint.model, checkpoint.card, checkpoint.sha256
        self.memory: Memory = recall(checkpoint.extras)
        self.studio = Studio(checkpoint.model, self.memory)
        self.lexicon = recalled(checkpoint)
        self.extras = checkpoint.extras
        self.packs: dict[tuple[tuple[int, int], Palette], NDArray[np.float64]] = {}

    @classmethod
    def load(cls, path: Path | None = None) -> Prior:
        """The model of a checkpoint, or the bundled base model.

        Raises:
            InputError: If the checkpoint is missing, cut, altered or not one of ours.
        """
        path = path or base_path()
        try:
            prior = cls(read(path))
            prior.probe()
            return prior
        except InputError as error:
            raise error if error.trail else error.within(path) from None

    def probe(self) -> None:
        """Look whether the network computes anything: weights can each be a number and yet be too large together.

        Raises:
            InputError: If it does not.
        """
        try:
            one = [Sprite(np.eye(SIDES[0], dtype=np.uint8), Palette(((0, 0, 0), (255, 255, 255))))]
            nats = self.nats(one, lefts=one if self.lexicon else ())
        except (ValueError, IndexError, RuntimeError):
            nats = np.array([np.nan])
        if not np.isfinite(nats).all():
            raise InputError("holds weights that give no numbers; train it again.")

    @cached_property
    def record(self) -> Record:
        """What its training left to look at: samples on the way, and the sprites it was scored on.

        Raises:
            InputError: If that is damaged.
        """
        return recorded(self.extras)

    @property
    def corpus_palette(self) -> Palette:
        """The colors of the sprites it learnt from: what ``auto:K`` fits when there is nothing nearer."""
        return Palette(self.memory.palette.colors, self.card["name"])

    def generate(self, palette: Palette, count: int, **options: Any) -> list[Sprite]:
        """`draw`, for callers who want the sprites alone."""
        return self.draw(palette, count, **options).sprites

    def draw(
        self,
        palette: Palette,
        count: int,
        *,
        size: tuple[int, int] = (32, 32),
        seed: int = 0,
        temperature: float = 1.0,
        truncation: float = 1.0,
        candidates: int = 4,
        like: Sequence[Sprite] = (),
        tag: str | None = None,
        tile: str = "",
    ) -> Drawn:
        """New sprites, named by number.

        Arguments:
            palette: Every sprite is in it.
            count: How many.
            size: (width, height), 8 to 64 each.
            seed: Sprite n of a seed is drawn from the same numbers whatever the rest.
            temperature: Of the pixels; below 1 is calmer.
            truncation: psi; below 1 pulls latents towards the mean.
            candidates: Draw so many times more than asked and keep the best; 1 keeps all.
            like: Start from the latents of these instead of those it has learnt.
            tag: Start from learnt sprites that lay in a folder of this name.
            tile: "x", "y" or "xy": the edges meet along these; learnt tiles are what it then starts from.

        Raises:
            ConfigError: If size, count or temperature are out of range, or nothing learnt has the tag.
        """
        width, height = size
        if not (SIDES[0] <= min(size) and max(size) <= SIDES[1]):
            raise ConfigError(f"size {width}x{height}: each side must be from {SIDES[0]} to {SIDES[1]} pixels.")
        if count < 1 or candidates < 1:
            raise ConfigError(f"count {count}, candidates {candidates}: each must be at least 1.")
        if tag is not None and tag.lower() not in self.memory.tags:
            mend = did_you_mean(tag, self.memory.tags) if self.memory.tags else "it knows no folders at all."
            raise ConfigError(f'tag "{tag}": the model has learnt from no such folder; {mend}')
        total = count * candidates
        shape = (height, width)
        orders = [(seed, number) for number in range(total)]
        pool: Sequence[Sprite] = ()
        starts = [tiling.spread(one, shape) for one in like] if tile else like
        if tile and not like:
            starts, pool = tiling.sources(self.memory, orders, shape, palette, tile, tag)
        latents, random = self.studio.starts(orders, shape, palette, truncation, temperature, starts, tag)
        if tile and starts and all(one.mask.all() for one in starts):
            random = tiling.opaque(random)
        blank = Sprite(np.zeros((height, width), np.uint8), palette)
        hole = np.ones((height, width), bool)
        indices, nats = self.studio.fill([blank] * total, [hole] * total, latents, random, temperature)
        near = self.nearest(indices, palette, like)
        if candidates == 1:
            choice = Choice(list(range(count)), near.tolist(), {})
        else:
            drawn = np.maximum((indices > 0).sum((1, 2)), 1)
            typical = nats.sum((1, 2)) / drawn
            if (shape, palette) not in self.packs:
                self.packs = {(shape, palette): figures(self.known(shape, palette)[1])}
            pack = self.packs[shape, palette]
            if pool:
                pack = figures(np.stack([recolored(one, palette).indices for one in pool]))
            choice = choose(indices, typical, near, pack, count, self.memory.bar(shape))
        sprites = [Sprite(indices[n], palette, f"{place:04d}") for place, n in enumerate(choice.kept)]
        if tile:
            sprites = tiling.close(self.studio, sprites, tile, seed=seed, temperature=temperature)
            closed = self.nearest(np.stack([one.indices for one in sprites]), palette, like)
            choice = replace(choice, nearest=closed.tolist())
        return Drawn(sprites, total, choice.dropped, choice.nearest, choice.kept)

    def animate(
        self,
        palette: Palette,
        count: int,
        *,
        like: Sequence[Sprite],
        size: tuple[int, int] = (32, 32),
        seed: int = 0,
        temperature: float = 1.0,
        truncation: float = 1.0,
        candidates: int = 4,
    ) -> Drawn:
        """New animations that move as those among `like` do, frame after frame, each tagged by its number.

        Arguments:
            count, candidates: Animations; the others as of `draw`.

        Raises:
            ConfigError: As `draw`, or if the frames of an animation are not of one size.
        """
        heat: dict[str, Any] = {"seed": seed, "temperature": temperature, "truncation": truncation}
        acts = animate.staged(like, (size[1], size[0]))
        keys = [act.key for act in acts]
        first = self.draw(palette, count, size=size, candidates=candidates, like=keys, **heat)
        sprites = animate.played(self.studio, acts, first.sprites, first.numbers, **heat)
        frames = [frame for act in acts for frame in act.frames]
        near = self.nearest(np.stack([one.indices for one in sprites]), palette, frames)
        return replace(first, sprites=sprites, nearest=near.tolist())

    def close(self, sprites: Sequence[Sprite], tile: str, *, seed: int = 0, temperature: float = 0.9) -> list[Sprite]:
        """The sprites, of one size, with their edges meeting along `tile`, "x", "y" or "xy"; see `tiling.close`.

        Raises:
            ConfigError: If they are too large.
        """
        if max(sprites[0].size) > SIDES[1]:
            wide, high = sprites[0].size
            raise ConfigError(f"the tile is {wide}x{high}; at most {SIDES[1]} a side can be drawn.")
        return tiling.close(self.studio, sprites, tile, seed=seed, temperature=temperature)

    def complete(self, sprite: Sprite, hole: NDArray[np.bool_], **options: Any) -> list[Sprite]:
        """The sprite with its hole filled, every other pixel untouched; `options` as of `filling.complete`."""
        return filling.complete(self.studio, sprite, hole, **options)

    def complete_frames(
        self, frames: Sequence[Sprite], holes: Sequence[NDArray[np.bool_]], **options: Any
    ) -> list[list[Sprite]]:
        """An animation with the holes of its frames filled as one; `options` as of `complete`, by variant."""
        return animate.completed(self.studio, frames, holes, **options)

    def predict(self, sprites: Sequence[Sprite], holes: Sequence[NDArray[np.bool_]]) -> list[Sprite]:
        """Each sprite with every hidden pixel in the color that is likeliest; see `filling.predict`."""
        return filling.predict(self.studio, sprites, holes)

    def blend(self, keys: Sequence[Sprite], palette: Palette, **options: Any) -> list[Sprite]:
        """In-betweens from key to key, or what latent arithmetic makes of one; `options` as of `blending.blend`."""
        return blending.blend(self.studio, keys, palette, **options)

    def restyle(
        self, sprites: Sequence[Sprite], pack: Sequence[Sprite], palette: Palette, **options: Any
    ) -> list[Sprite]:
        """The sprites in the style of a pack, or of what the model has learnt; `options` as of `restyling.restyle`."""
        return restyling.restyle(self.studio, sprites, pack, palette, **options)

    def mix(
        self, rows: Sequence[Sprite | int], cols: Sequence[Sprite | int], palette: Palette, **options: Any
    ) -> list[list[Sprite]]:
        """The grid of StyleGAN2's style mixing; `options` as of `mixing.mix`, which says what is wrong with them."""
        return mixing.mix(self.studio, rows, cols, palette, **options)

    def translate(self, sprites: Sequence[Sprite], palette: Palette, **options: Any) -> list[list[Sprite]]:
        """What each left sprite becomes in `palette`, in variants; `options` as of `translation.translate`.

        Raises:
            ConfigError: If the model has learnt no pairs, or as `translation.translate` says.
        """
        return translate(self.studio, required(self.lexicon, self.card["name"]), sprites, palette, **options)

    def copying(self, sprites: Sequence[Sprite], palette: Palette) -> list[NDArray[np.float32]]:
        """What each left sprite says by its colors alone; see `translation.copying`. Raises as `translate` does."""
        return copying(required(self.lexicon, self.card["name"]), sprites, palette)

    def codes(self, sprites: Sequence[Sprite]) -> NDArray[np.float32]:
        """Mean latents of sprites of any sizes and palettes, shape (N, 16, slot): slots coarse to fine."""
        return self.studio.codes(sprites).numpy()

    def reconstruct(self, sprites: Sequence[Sprite]) -> list[Sprite]:
        """Each sprite as it is drawn from its latent alone, in its palette."""
        return reconstructed(self.studio, sprites)

    def divergence(self, sprites: Sequence[Sprite]) -> NDArray[np.float64]:
        """What each slot of each sprite's latent tells, coarse to fine: its KL in nats, shape (N, 16)."""
        return divergence(self.studio, sprites)

    def nats(self, sprites: Sequence[Sprite], samples: int = 1, lefts: Sequence[Sprite] = ()) -> NDArray[np.float64]:
        """An upper bound on the negative log-likelihood of each sprite, in nats, latent included; shape (N,).

        A sprite is drawn from a latent or from none, each as often.

        With more `samples` the bound is the importance-weighted one (Burda et al. 2016), which is tighter.

        Arguments:
            lefts: What each is drawn from, for a model that has learnt pairs.
        """
        lexicon = self.lexicon
        result = np.zeros(len(sprites))
        with one_thread():
            for place, sprite in enumerate(sprites):
                one = self.studio.tensors([sprite] * samples, [np.ones(sprite.indices.shape, bool)] * samples)
                noise = torch.from_numpy(
                    np.stack([normals(0, place * 4096 + n, SLOTS, self.model.config.slot) for n in range(samples)])
                )
                left = None
                if lefts and lexicon is not None:
                    left = beside(lexicon, [lefts[place]] * samples, sprite.palette)
                log_weight = self.model.log_weights(one.indices, one.visible, one.palettes, noise, left)
                with_latent = np.log(samples) - log_weight.double().logsumexp(0)
                first = one.indices[:1], one.visible[:1], one.palettes.first(1)
                without = -self.model.log_likelihood(*first, None, left and left.first(1))
                result[place] = float(mixed(with_latent, without.double()))
        return result

    def nearest(self, indices: NDArray[np.uint8], palette: Palette, like: Sequence[Sprite] = ()) -> NDArray[np.float64]:
        """How far sprites (N, H, W) in `palette` are from the nearest training sprite, 0 for a copy; shape (N,).

        Arguments:
            like: More sprites that they might be copies of.
        """
        shape = (indices.shape[1], indices.shape[2])
        lab = entry_lab(palette)
        known, parts = self.known(shape, palette)[0], np.array_split(indices, torch.get_num_threads())
        found = at_once(lambda some: nearest(some, lab, known, self.memory.lab, most=PAIRS)[0], zip(parts, strict=True))
        near = np.concatenate(found)
        fitting = [one for one in like if one.size[0] <= shape[1] and one.size[1] <= shape[0]]
        if fitting:
            others = np.stack([recolored(centered(one, shape), palette).indices for one in fitting])
            near = np.minimum(near, nearest(indices, lab, others, lab, most=PAIRS)[0])
        return near

    def bar(self, shape: tuple[int, int]) -> float:
        """How near to a learnt sprite a new one of a size (H, W) may come; nearer, it counts as a copy."""
        return self.memory.bar(shape)

    def learnt(self, palette: Palette) -> list[Sprite]:
        """The training sprites of all sizes, nearest-mapped to `palette`."""
        return [recolored(Sprite(indices, self.memory.palette), palette) for indices in self.memory.sprites]

    def known(self, shape: tuple[int, int], palette: Palette) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """The training sprites of one (H, W), in the corpus palette and nearest-mapped to `palette`."""
        return self.memory.known(shape, palette)
