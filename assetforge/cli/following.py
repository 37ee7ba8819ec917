"""How a training is followed: a bar or lines, and a page that an open browser reloads."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

from ..files import write_atomic

if TYPE_CHECKING:
    from ..models.train import Progress

__all__ = ["Bar", "Follower", "Live"]


class Follower(Protocol):
    """What is told of each step, and of the end."""

    def __call__(self, progress: Progress) -> None: ...
    def close(self) -> None: ...


class Bar:
    """A progress bar on a terminal, plain lines without one."""

    def __init__(self, quiet: bool) -> None:
        self.quiet, self.held_out = quiet, ""
        self.bar = None
        if not quiet and sys.stderr.isatty():
            from tqdm import tqdm

            self.bar = tqdm(unit="step", file=sys.stderr, dynamic_ncols=True)

    def __call__(self, progress: Progress) -> None:
        if progress.samples:
            return
        if progress.warning:
            self.warn(progress.warning)
        if progress.held_out is not None:
            self.held_out = f"{progress.held_out:.3f}"
        if self.bar is not None:
            self.bar.total = progress.steps
            self.bar.set_postfix_str(f"bits/pixel {progress.train:.3f}, held out {self.held_out or '-'}", refresh=False)
            self.bar.update(progress.step - self.bar.n)
        elif not self.quiet and progress.latent:
            latent = " ".join(f"{nats:.1f}" for nats in progress.latent)
            click.echo(
                f"step {progress.step}/{progress.steps}, {progress.seconds:.0f} s: {progress.train:.3f} bits/pixel, "
                f"held out {self.held_out or '-'}; nats by slot {latent}",
                err=True,
            )

    def warn(self, text: str) -> None:
        """A line that is told even where quiet is asked for: it may be why a model is worse than hoped."""
        if self.bar is not None:
            self.bar.clear()
        click.echo(f"assetforge: warning: {text}", err=True)

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()


class Live:
    """A page with the learning curve and the samples so far, written anew every few seconds, which an open browser
    reloads.

    Arguments:
        path: The page.
        name: What the model is called.
    """

    SECONDS = 3

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = path, name
        self.model: dict[str, Any] = {"name": name, "told": "has not begun.", "curve": [], "latent": []}
        self.written = 0.0
        self.write(refresh=True)

    def __call__(self, progress: Progress) -> None:
        left = progress.seconds / max(1, progress.step) * (progress.steps - progress.step)
        told = f"step {progress.step} of {progress.steps}, {progress.seconds:.0f} s; about {left:.0f} s left"
        warnings = self.model.get("warnings", [])
        self.model |= {"told": told, "warnings": warnings + [progress.warning] * bool(progress.warning)}
        if progress.samples:
            from ..report.training import look

            looks = [*self.model.get("looks", ()), look(progress.step, progress.samples)]
            self.model["looks"] = sorted(looks, key=lambda one: one["step"])
        if progress.latent:
            self.model["curve"] = [*self.model["curve"], [progress.step, _finite(progress.train), progress.held_out]]
            self.model["latent"] = [round(nats, 2) for nats in progress.latent]
        if time.monotonic() - self.written >= self.SECONDS:
            self.write(refresh=True)

    def close(self) -> None:
        self.write(refresh=False)

    def write(self, refresh: bool) -> None:
        from .. import __version__
        from ..report.page import page

        facts = {"project": self.name, "version": __version__, "sheets": [], "models": [self.model]}
        write_atomic(self.path, page(facts, self.SECONDS if refresh else None))
        self.written = time.monotonic()


def _finite(value: float) -> float | None:
    return value if value == value and abs(value) < float("inf") else None
