"""Training and fine-tuning: from a corpus to a checkpoint.

Steps and seed decide every batch, so a run that was killed goes on from its last state and ends
with the weights of an uninterrupted one on the same machine. Under torchrun several processes train
one model, and each gives back the same checkpoint.
"""

from __future__ import annotations

import hashlib
import json
import math
import runpy
import sys
from collections.abc import Callable
from copy import deepcopy
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch

from .. import __version__
from ..errors import ConfigError, InputError
from . import build
from .checkpoint import Checkpoint, read, write
from .data import Examples
from .distributed import World, joined
from .events import Events
from .loss import PAIRS, SCRATCH, Recipe, without_left
from .memory import recall, remember
from .paired import lexicon_of
from .pixelvae import PixelVAE, PixelVAEConfig
from .record import Album
from .run import Progress, Run
from .translation import kept

__all__ = ["Events", "Progress", "leads", "pick_device", "train"]

THREADS = 2


def leads() -> bool:
    """Whether this process is the one that writes and reports: always, but for torchrun's other workers."""
    return World.here().leads


def pick_device(name: str) -> torch.device:
    """The device called auto, cpu or cuda; under torchrun each process's own GPU.

    Raises:
        ConfigError: If cuda is asked for and there is none, or fewer than processes.
    """
    if name == "cuda" and not torch.cuda.is_available():
        raise ConfigError("--device cuda: no CUDA device is available here; use cpu or auto.")
    kind = "cuda" if name == "cuda" or (name == "auto" and torch.cuda.is_available()) else "cpu"
    return World.here().place(torch.device(kind))


def train(
    examples: Examples,
    *,
    base: Path | None,
    steps: int,
    seed: int = 0,
    device: str = "auto",
    minutes: float | None = None,
    state: Path | None = None,
    resume: bool = False,
    report: Callable[[Progress], None] | None = None,
    name: str = "model",
    recipe: Recipe | None = None,
    config: PixelVAEConfig | None = None,
    half: bool = False,
) -> bytes:
    """A checkpoint trained on `examples`.

    Arguments:
        examples: The corpus; see `data.Examples`.
        base: A checkpoint to start from, or None for fresh weights.
        steps: How many at most; fewer if the held-out sprites stop improving.
        seed: Of weights, batches and noise.
        device: auto, cpu or cuda.
        minutes: Stop by the clock as well. Runs that the clock stops do not repeat byte for byte.
        state: Where to keep what a killed run needs to go on.
        resume: Go on from `state` if it belongs to the same plan: corpus, base, recipe, steps and seed.
            So does, unasked, a run that torchrun starts again.
        report: Told of progress, in the lead's process alone.
        name: For the model card.
        recipe, config: Replace the defaults.
        half: Store the weights as float16: half the file, for a model that ships.

    Raises:
        InputError: If `base` cannot be read or there is too little to learn from.
        ConfigError: If there is no such device, or the processes do not see the same files.
    """
    if len(examples.sprites) - sum(examples.held_out) < 2:
        raise InputError("there are fewer than 2 sprites to learn from; give more.")
    where = pick_device(device)
    recipe = recipe or (SCRATCH if base is None else PAIRS if examples.lefts else Recipe())
    parent = read(base) if base is not None else None
    with joined(where) as world:
        if world.size == 1:
            # torchrun gives each of several processes its threads.
            torch.set_num_threads(THREADS)
        torch.manual_seed(seed)
        model = deepcopy(parent.model) if parent is not None else build("pixelvae", config or PixelVAEConfig())
        assert isinstance(model, PixelVAE)
        model = paired(model, bool(examples.lefts))
        run = Run(model.to(where), examples, recipe, steps, seed, parent is None, world, report)
        plan = {
            "version": __version__,
            "recipe": asdict(recipe),
            "config": asdict(model.config),
            "base": parent.sha256 if parent else None,
            "steps": steps,
            "seed": seed,
            "sources": examples.sources,
            "device": where.type,
        }
        world.agree(fingerprint(plan, examples))
        if state is not None and world.leads and (resume or world.restarted):
            run.state.load(state, plan)
        # Others get what the lead has: no disk needs to be shared, and no rank can begin elsewhere.
        run.state.facts.update(world.hear(run.state.facts))
        world.copy(tensor for _, tensor in run.state.tensors())
        extras = remember(examples) | (kept(lexicon_of(examples)) if examples.lefts else {})
        album = Album(examples, recall(extras), run.state.facts["album"])

        def save() -> None:
            done = run.state.facts["step"]
            samples = album.take(done, run.state.average)
            if state is not None:
                run.state.save(state, plan)
            # Last: who is told may stop the training here.
            run.show(done, samples)

        if world.leads:
            album.take(0, model)
            for step, samples in album.looks:
                run.show(step, samples)
        stopped = run.go(minutes, save)
        model.load_state_dict(run.state.best)
        if world.leads:
            best = run.state.facts["best_step"]
            run.show(best, album.take(best, model, kept=True))
        album.taken = world.hear(album.taken)
    card = card_of(run, plan, parent, examples, name, stopped)
    if examples.lefts:
        card["pairs"] = {"count": len(examples.lefts), **without_left(model, run.looks)}
    model = model.cpu().eval()
    return write("pixelvae", model, card, extras | album.extras(), torch.float16 if half else torch.float32)


def paired(model: PixelVAE, wanted: bool) -> PixelVAE:
    """The model as it is, but able to draw from left sprites, or no longer; what is new begins at zero."""
    if model.config.paired == wanted:
        return model
    result = PixelVAE(replace(model.config, paired=wanted))
    known, own = model.state_dict(), result.state_dict()
    result.load_state_dict(own | {name: value for name, value in known.items() if name in own})
    return result


def fingerprint(plan: dict[str, Any], examples: Examples) -> str:
    """Of all that decides the batches of a run."""
    running = hashlib.sha256(json.dumps(plan, sort_keys=True).encode())
    for sprite, held, homes in zip(examples.sprites, examples.held_out, examples.homes, strict=True):
        running.update(f"{sprite.indices.shape} {held} {homes};".encode() + sprite.indices.tobytes())
    for left in examples.lefts:
        running.update(repr(left.palette.colors).encode() + left.indices.tobytes())
    running.update(repr([palette.colors for palette in (examples.sprites[0].palette, *examples.palettes)]).encode())
    return running.hexdigest()


def card_of(
    run: Run, plan: dict[str, Any], parent: Checkpoint | None, examples: Examples, name: str, stopped: str
) -> dict[str, Any]:
    """The model card: what was learnt from, how, and how well."""
    facts = run.state.facts
    return {
        "name": name,
        "version": plan["version"],
        "sources": examples.sources,
        "sprites": len(examples.sprites),
        "held_out": int(sum(examples.held_out)),
        "base": {"name": parent.card["name"], "sha256": parent.sha256} if parent else None,
        "steps": facts["best_step"],
        "planned": plan["steps"],
        "seed": plan["seed"],
        "stopped": stopped,
        "rollbacks": facts["rollbacks"],
        "held_out_bits_per_pixel": facts["best"] if math.isfinite(facts["best"]) else None,
        "curve": facts["curve"],
        "torch": torch.__version__,
        "device": plan["device"],
        "processes": run.world.size,
    }


if __name__ == "__main__":
    # `torchrun -m assetforge.models.train …` is `assetforge train …`: the floor above is started, not imported.
    sys.argv.insert(1, "train")
    runpy.run_module("assetforge", run_name="__main__", alter_sys=True)
