"""A model's schooling: `train` and `evaluate`."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..corpus import gather
from ..errors import ConfigError
from ..pairs import gather_pairs, sides
from ..sources import art_and_archives
from ..training import learn
from ..trial import trial
from .model import Model, load
from .sprites import PaletteLike, chosen

if TYPE_CHECKING:
    from ..models.train import Progress

__all__ = ["evaluate", "train"]

PathLike = str | os.PathLike[str]


def train(
    *inputs: PathLike,
    output: PathLike,
    pairs: tuple[PathLike, PathLike] | None = None,
    base: PathLike = "base",
    minutes: float | None = None,
    steps: int | None = None,
    device: str = "auto",
    seed: int = 0,
    resume: bool = False,
    half: bool = False,
    report: Callable[[Progress], None] | None = None,
) -> Model:
    """Let a model learn the style of a pack, and write it. Some families of sprites are held out; training stops when
    the model no longer gets better at them.

    Arguments:
        inputs: Art files, folders or globs, sheets as ``"walks/*.png@16x16"``, ``.npz`` archives.
        output: The checkpoint, ``.safetensors``.
        pairs: In the place of inputs, folders of left and right sides of one name, to learn a translation.
        base: Start from the bundled model, ``base``; from nothing, ``none``; or from a checkpoint.
        minutes: How long, by a 2-core machine and by the clock; 3 if nothing is said.
        steps: How long, in steps; repeats byte for byte.
        device: ``auto``, ``cpu`` or ``cuda``.
        seed: Of batches and noise.
        resume: Go on where a run with the same settings was stopped.
        half: Store weights in 16 bits: half the file.
        report: Told of progress.

    Raises:
        ConfigError: If an input is missing, or options do not go together.
        InputError: If a file cannot be read, a pair is not whole, or there is too little to learn from.
        OutputError: If the checkpoint cannot be written.

    Examples:
        >>> af.train("art/heroes", "art/monsters", output="house.safetensors", steps=2)
        <Model "house" that has learnt 18 sprites>
    """
    out = Path(output)
    if bool(inputs) == (pairs is not None):
        raise ConfigError("give inputs or pairs, one of the two.")
    if minutes is not None and steps is not None:
        raise ConfigError("give minutes or steps, not both.")
    if out.suffix != ".safetensors":
        raise ConfigError(f'"{out}": end it in .safetensors.')
    if pairs is None:
        corpus = gather(art_and_archives([os.fspath(path) for path in inputs]))
    else:
        corpus = gather_pairs(sides(os.fspath(pairs[0]), os.fspath(pairs[1])))
    learn(
        corpus,
        out,
        base=os.fspath(base),
        steps=steps,
        minutes=minutes,
        seed=seed,
        device=device,
        resume=resume,
        half=half,
        report=report,
    )
    return load(out)


def evaluate(
    *inputs: PathLike,
    pairs: tuple[PathLike, PathLike] | None = None,
    model: Model | None = None,
    palette: PaletteLike = "auto:32",
    holdout: str = "family",
    art: int = 0,
) -> dict[str, Any]:
    """How well a model predicts art that it has not seen: the figures of ``assetforge evaluate --json``.

    Among them ``bits_per_pixel`` beside ``baselines``, ``completion`` and ``memorisation``.

    Arguments:
        inputs, pairs: As of `train`; a model that has learnt pairs is scored on pairs.
        model: By default the bundled one.
        palette: Sprites are mapped to it by nearest color first.
        holdout: ``family`` scores held-out families, with counts learnt from the others; ``none`` everything, with
            nothing learnt.
        art: Draw so many sprites (64 are good to judge by) and compare their craft with held-out ones.

    Raises:
        ConfigError: If an input or the palette is missing, or pairs and model do not go together.
        InputError: If a file cannot be read, or there are too few sprites.

    Examples:
        >>> figures = af.evaluate("art/heroes", holdout="none", palette="pico-8")
        >>> figures["sprites"], figures["pixels"], sorted(figures["baselines"])
        (6, 1536, ['histogram', 'neighbours', 'png', 'uniform'])
    """
    if holdout not in ("family", "none"):
        raise ConfigError(f'holdout = "{holdout}": give "family" or "none".')
    if bool(inputs) == (pairs is not None):
        raise ConfigError("give inputs or pairs, one of the two.")
    return trial(
        art_and_archives([os.fspath(path) for path in inputs]) if inputs else (),
        (model or load()).prior,
        chosen(palette),
        families=holdout == "family",
        drawn=art,
        pairs=sides(os.fspath(pairs[0]), os.fspath(pairs[1])) if pairs else (),
    )
