"""One training run: its steps, and its looks at the held-out sprites."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ..errors import OutputError
from ..sprite import Sprite
from .data import Batches, Examples
from .distributed import World
from .guard import Guard
from .loss import Recipe, held_out_batches, held_out_bits, loss_of
from .paired import PairedBatches
from .pixelvae import PixelVAE
from .split import split
from .state import State
from .vae import SLOTS

__all__ = ["Progress", "Run"]

LEAST_CHANGE = 0.002
DIVERGED = "training diverged"
ASIDE = "aside."
"""In the names of the weights that read the left of a pair."""


@dataclass(frozen=True)
class Progress:
    """One line of a learning curve.

    Attributes:
        step, steps: Done, and planned at most.
        train: Bits per hidden pixel over the steps since the last line.
        held_out: Bits per pixel on held-out sprites, or None between two looks.
        latent: KL in nats of the 16 slots, mean over the steps since the last line.
        seconds: Since this run began.
        warning: What a user must know of, or empty.
        samples: What the weights of the step draw from fixed seeds, told in a line of its own; see `record.Album`.
    """

    step: int
    steps: int
    train: float
    held_out: float | None
    latent: tuple[float, ...]
    seconds: float
    warning: str = ""
    samples: tuple[Sprite, ...] = ()


def fast_type(device: torch.device) -> torch.dtype | None:
    """bfloat16 where the processor multiplies it in hardware, else None for plain float32."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else None
    probe = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return torch.bfloat16 if probe is not None and probe() else None


def number(value: float | None) -> float | None:
    """`value` if JSON has a word for it."""
    return value if value is not None and math.isfinite(value) else None


class Run:
    """A model in training.

    Every rank of the world draws the same whole batches and the same noise, and takes the same steps;
    only the work on a batch is shared out.

    Arguments:
        model: On its device.
        examples, recipe, steps, seed, report: As for `train.train`.
        scratch: Whether the weights are fresh; then the latent's cost is phased in.
        world: The processes that train it.
    """

    def __init__(
        self,
        model: PixelVAE,
        examples: Examples,
        recipe: Recipe,
        steps: int,
        seed: int,
        scratch: bool,
        world: World,
        report: Callable[[Progress], None] | None,
    ) -> None:
        self.model = model.requires_grad_(True).train()
        self.model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        fresh = [value for name, value in model.named_parameters() if ASIDE in name]
        groups = [{"params": [value for name, value in model.named_parameters() if ASIDE not in name], "pace": 1.0}]
        groups += [{"params": fresh, "pace": recipe.aside}] if fresh else []
        self.optimizer = torch.optim.AdamW(groups, lr=recipe.rate, betas=(0.9, 0.99), weight_decay=0)
        known = (value for name, value in model.named_parameters() if ASIDE not in name)
        self.origin = [(value, torch.zeros_like(value) if scratch else value.detach().clone()) for value in known]
        self.state = State(model, self.optimizer)
        self.guard = Guard(self.state.facts)
        self.recipe, self.steps, self.seed, self.scratch = recipe, steps, seed, scratch
        self.world, self.report = world, report if world.leads else None
        self.device = next(model.parameters()).device
        self.fast = fast_type(self.device)
        self.looks = held_out_batches(examples, self.device)
        drawing = PairedBatches if examples.lefts else Batches
        self.batches = drawing(examples, seed, recipe.mirror, self.device)
        self.sums = np.zeros(2 + SLOTS)
        self.unsaved = False
        self.started = time.monotonic()

    def go(self, minutes: float | None, save: Callable[[], None]) -> str:
        """Train to the end, and say which end it was; a bad one is also told as a warning.

        Arguments:
            minutes: The clock's limit, or None.
            save: Called after every look, by the lead alone.
        """
        end = self.learn(minutes, save)
        done, best = self.state.facts["step"], self.state.facts["best_step"]
        diverged = end.startswith(DIVERGED)
        if diverged or (done and not best):
            fault = end if diverged else "training found nothing better than it began with"
            self.tell(done, warning=f"{fault}; the weights of step {best} are kept.")
        return end

    def learn(self, minutes: float | None, save: Callable[[], None]) -> str:
        """Take the steps that are left."""
        facts = self.state.facts
        if self.looks and not facts["curve"]:
            score = number(self.score())
            facts["best"] = math.inf if score is None else score
            facts["curve"].append([0, None, score])
        for step in range(facts["step"], self.steps):
            if facts["looks"] >= self.recipe.patience:
                return "held-out sprites stopped improving"
            trouble = self.step(step)
            if trouble and not self.calm(step, trouble):
                return f"{DIVERGED} at step {step + 1}: {trouble}"
            late = minutes is not None and self.world.hear(time.monotonic() - self.started > 60 * minutes)
            if (step + 1) % max(self.recipe.look, self.steps // 25) == 0 or step + 1 == self.steps or late:
                self.look(step + 1)
                if self.world.leads:
                    self.keep(step + 1, save)
            elif (step + 1) % 10 == 0:
                self.tell(step + 1)
            if late:
                return f"{minutes:g} minutes are over"
        return "all steps done"

    def keep(self, done: int, save: Callable[[], None]) -> None:
        """Put down what a killed run goes on from; without room for that, training goes on and tells so once."""
        try:
            save()
        except OutputError as error:
            if not self.unsaved:
                self.tell(done, warning=f"{error} If it is stopped now, training begins anew.")
            self.unsaved = True

    def step(self, step: int) -> str:
        """Learn from one batch; or learn nothing, and say what is wrong."""
        recipe, model = self.recipe, self.model
        torch.manual_seed((self.seed * 1_000_003 + step) % 2**31)
        pace = self.guard.pace(step, self.steps, max(1, min(recipe.warm_up, self.steps // 10)))
        for group in self.optimizer.param_groups:
            group["lr"] = recipe.rate * pace * group["pace"]
        one = self.batches.draw(step)
        noise = torch.randn(len(one.indices), SLOTS, model.config.slot).to(self.device)
        beta = min(1.0, 0.2 + 0.8 * step / max(1, 0.3 * self.steps)) if self.scratch else 1.0
        with torch.autocast(self.device.type, self.fast or torch.bfloat16, enabled=self.fast is not None):
            loss, bits, latent = loss_of(split(model, self.world), one, noise, recipe, beta)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.world.average_gradients(model)
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        uniform = one.palettes.valid.sum(1).float().log2().mean()
        self.state.facts["step"] = step + 1
        trouble = self.guard.judge(float(loss.detach()) / math.log(2), float(norm), float(uniform))
        if trouble:
            return trouble
        self.optimizer.step()
        self.draw_back(pace)
        keep = min(recipe.decay, (step + 1) / (step + 10))
        with torch.no_grad():
            for mean, value in zip(self.state.average.parameters(), model.parameters(), strict=True):
                mean.lerp_(value, 1 - keep)
        self.sums += [1.0, float(bits), *latent.tolist()]
        return ""

    @torch.no_grad()
    def draw_back(self, pace: float) -> None:
        """Weight decay, apart from the gradient (Loshchilov & Hutter 2019), to 0 or to where fine-tuning began."""
        share = self.recipe.pull * pace
        for value, start in self.origin:
            value.lerp_(start, share)

    def calm(self, step: int, trouble: str) -> bool:
        """Go back to the best weights, to go on slower; False if that was tried often enough."""
        if not self.guard.may_go_on(step):
            return False
        self.state.roll_back()
        self.sums[:] = 0
        back = f"training goes on from the weights of step {self.state.facts['best_step']} at a quarter of the rate"
        self.tell(step + 1, warning=f"step {step + 1}: {trouble}; {back}.")
        return True

    def score(self) -> float:
        """Bits per pixel of the averaged weights on the held-out sprites."""
        return held_out_bits(split(self.state.average, self.world), self.looks)

    def look(self, done: int) -> None:
        """Score the averaged weights on the held-out sprites, and keep them if they are the best so far."""
        facts, state = self.state.facts, self.state
        score = self.score() if self.looks else None
        bits = self.bits
        facts["curve"].append([done, number(bits), number(score)])
        self.tell(done, score, tuple(float(nats) for nats in self.sums[2:] / max(1, self.sums[0])))
        self.sums[:] = 0
        if score is None:
            better = self.guard.trusts(bits)
        else:
            better = score < facts["best"] - (LEAST_CHANGE if done < self.steps else 0)
        if better and state.finite():
            facts |= {"best": math.inf if score is None else score, "best_step": done, "looks": 0}
            state.best = {key: value.detach().clone() for key, value in state.average.state_dict().items()}
        else:
            facts["looks"] += 1

    @property
    def bits(self) -> float:
        """Bits per hidden pixel since the last look or rollback."""
        return float(self.sums[1] / self.sums[0]) if self.sums[0] else math.nan

    def show(self, done: int, samples: Sequence[Sprite]) -> None:
        """Tell what the weights of a step draw, if they have drawn."""
        if self.report is not None and samples:
            seconds = time.monotonic() - self.started
            self.report(Progress(done, self.steps, math.nan, None, (), seconds, samples=tuple(samples)))

    def tell(self, done: int, score: float | None = None, latent: tuple[float, ...] = (), warning: str = "") -> None:
        if self.report is not None:
            seconds = time.monotonic() - self.started
            self.report(Progress(done, self.steps, self.bits, score, latent, seconds, warning))
