"""Training and fine-tuning: what a model learns from, how long, and when it stops.

Steps and seed decide every batch, so a run that was killed goes on from its last state and ends
with the weights of an uninterrupted one on the same machine.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch

from .. import __version__
from ..errors import ConfigError, InputError
from . import build
from .checkpoint import read, write
from .data import Batches, Examples
from .loss import SCRATCH, Recipe, held_out_batches, held_out_bits, loss_of
from .memory import remember
from .pixelvae import PixelVAE, PixelVAEConfig
from .state import State
from .vae import SLOTS

__all__ = ["Progress", "pick_device", "train"]

THREADS = 2
LEAST_CHANGE = 0.002


@dataclass(frozen=True)
class Progress:
    """One line of a learning curve.

    Attributes:
        step, steps: Done, and planned at most.
        train: Bits per hidden pixel over the steps since the last line.
        held_out: Bits per pixel on held-out sprites, or None between two looks.
        latent: KL in nats of the 16 slots, mean over the steps since the last line.
        seconds: Since this run began.
    """

    step: int
    steps: int
    train: float
    held_out: float | None
    latent: tuple[float, ...]
    seconds: float


def pick_device(name: str) -> torch.device:
    """The device called auto, cpu or cuda.

    Raises:
        ConfigError: If cuda is asked for and there is none.
    """
    if name == "cuda" and not torch.cuda.is_available():
        raise ConfigError("--device cuda: no CUDA device is available here; use cpu or auto.")
    return torch.device("cuda" if name == "cuda" or (name == "auto" and torch.cuda.is_available()) else "cpu")


def fast_type(device: torch.device) -> torch.dtype | None:
    """bfloat16 where the processor multiplies it in hardware, else None for plain float32."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else None
    probe = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return torch.bfloat16 if probe is not None and probe() else None


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
        report: Told of progress.
        name: For the model card.
        recipe, config: Replace the defaults.
        half: Store the weights as float16: half the file, for a model that ships.

    Raises:
        InputError: If `base` cannot be read or there is too little to learn from.
    """
    if len(examples.sprites) - sum(examples.held_out) < 2:
        raise InputError("there are fewer than 2 sprites to learn from; give more.")
    torch.set_num_threads(THREADS)
    torch.manual_seed(seed)
    where = pick_device(device)
    recipe = recipe or (SCRATCH if base is None else Recipe())
    parent = read(base) if base is not None else None
    model = deepcopy(parent.model) if parent is not None else build("pixelvae", config or PixelVAEConfig())
    assert isinstance(model, PixelVAE)
    run = Run(model.to(where), examples, recipe, steps, seed, scratch=parent is None, report=report)
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
    if resume and state is not None:
        run.state.load(state, plan)
    stopped = run.go(minutes, lambda: run.state.save(state, plan) if state is not None else None)
    model.load_state_dict(run.state.best)
    facts = run.state.facts
    card = {
        "name": name,
        "version": __version__,
        "sources": examples.sources,
        "sprites": len(examples.sprites),
        "held_out": int(sum(examples.held_out)),
        "base": {"name": parent.card["name"], "sha256": parent.sha256} if parent else None,
        "steps": facts["best_step"],
        "planned": steps,
        "seed": seed,
        "stopped": stopped,
        "held_out_bits_per_pixel": facts["best"] if math.isfinite(facts["best"]) else None,
        "curve": facts["curve"],
        "torch": torch.__version__,
        "device": where.type,
    }
    model = model.cpu().eval()
    return write("pixelvae", model, card, remember(model, examples), torch.float16 if half else torch.float32)


class Run:
    """One training run: its steps, and its looks at the held-out sprites.

    Arguments:
        model: On its device.
        examples, recipe, steps, seed, report: As for `train`.
        scratch: Whether the weights are fresh; then the latent's cost is phased in.
    """

    def __init__(
        self,
        model: PixelVAE,
        examples: Examples,
        recipe: Recipe,
        steps: int,
        seed: int,
        scratch: bool,
        report: Callable[[Progress], None] | None,
    ) -> None:
        self.model = model.requires_grad_(True).train()
        self.model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.optimizer = torch.optim.AdamW(model.parameters(), lr=recipe.rate, betas=(0.9, 0.99), weight_decay=0.01)
        self.state = State(model, self.optimizer)
        self.recipe, self.steps, self.seed, self.scratch, self.report = recipe, steps, seed, scratch, report
        self.device = next(model.parameters()).device
        self.fast = fast_type(self.device)
        self.looks = held_out_batches(examples, self.device)
        self.batches = Batches(examples, seed, recipe.mirror, self.device)
        self.sums = np.zeros(2 + SLOTS)
        self.started = time.monotonic()

    def go(self, minutes: float | None, save: Callable[[], None]) -> str:
        """Train to the end, and say which end it was.

        Arguments:
            minutes: The clock's limit, or None.
            save: Called after every look.
        """
        facts = self.state.facts
        if self.looks and not facts["curve"]:
            facts["best"] = held_out_bits(self.state.average, self.looks)
            facts["curve"].append([0, None, facts["best"]])
        for step in range(facts["step"], self.steps):
            if facts["looks"] >= self.recipe.patience:
                return "held-out sprites stopped improving"
            if not self.step(step):
                return f"the loss was no number at step {step}; the best checkpoint before it is kept"
            late = minutes is not None and time.monotonic() - self.started > 60 * minutes
            if (step + 1) % self.recipe.look == 0 or step + 1 == self.steps or late:
                self.look(step + 1)
                save()
            elif (step + 1) % 10 == 0:
                self.tell(step + 1, None, ())
            if late:
                return f"{minutes:g} minutes are over"
        return "all steps done"

    def step(self, step: int) -> bool:
        """Learn from one batch; False, and nothing learnt, if the loss or its gradient is no number."""
        recipe, model = self.recipe, self.model
        torch.manual_seed((self.seed * 1_000_003 + step) % 2**31)
        for group in self.optimizer.param_groups:
            group["lr"] = recipe.rate * min(1, (step + 1) / recipe.warm_up, 1.02 - step / self.steps)
        one = self.batches.draw(step)
        noise = torch.randn(len(one.indices), SLOTS, model.config.slot).to(self.device)
        beta = min(1.0, 0.2 + 0.8 * step / max(1, 0.3 * self.steps)) if self.scratch else 1.0
        with torch.autocast(self.device.type, self.fast or torch.bfloat16, enabled=self.fast is not None):
            loss, bits, latent = loss_of(model, one, noise, recipe, beta)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        if not (torch.isfinite(loss) and torch.isfinite(norm)):
            return False
        self.optimizer.step()
        keep = min(recipe.decay, (step + 1) / (step + 10))
        with torch.no_grad():
            for mean, value in zip(self.state.average.parameters(), model.parameters(), strict=True):
                mean.lerp_(value, 1 - keep)
        self.sums += [1.0, float(bits), *latent.tolist()]
        self.state.facts["step"] = step + 1
        return True

    def look(self, done: int) -> None:
        """Score the averaged weights on the held-out sprites, and keep them if they are the best so far."""
        facts, state = self.state.facts, self.state
        score = held_out_bits(state.average, self.looks) if self.looks else None
        facts["curve"].append([done, self.sums[1] / self.sums[0], score])
        self.tell(done, score, tuple(float(nats) for nats in self.sums[2:] / self.sums[0]))
        self.sums[:] = 0
        last = done == self.steps
        if score is None or score < facts["best"] - LEAST_CHANGE or (score < facts["best"] and last):
            facts |= {"best": math.inf if score is None else score, "best_step": done, "looks": 0}
            state.best = {key: value.detach().clone() for key, value in state.average.state_dict().items()}
        else:
            facts["looks"] += 1

    def tell(self, done: int, score: float | None, latent: tuple[float, ...]) -> None:
        if self.report is not None:
            seconds = time.monotonic() - self.started
            self.report(Progress(done, self.steps, self.sums[1] / self.sums[0], score, latent, seconds))
