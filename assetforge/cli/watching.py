"""What watch says: short lines with the time; an error once, and when it is mended."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import click

from ..errors import AssetforgeError
from .console import Console, reason

__all__ = ["Paused", "Watching"]

TRAINING = "training takes minutes; the other sheets are served meanwhile."


class Paused(BaseException):
    """A training makes room for what can be built at once; it goes on from its last saved step.

    No Exception, so that nobody takes it for a fault of the training.
    """


class Watching(Console):
    """A Console that stays.

    Arguments:
        quiet, debug: As of a Console.
        pending: Whether files changed since the build began: then what it says of them is out of date.
    """

    def __init__(self, quiet: bool = False, debug: bool = False, pending: Callable[[], bool] = lambda: False) -> None:
        super().__init__(quiet, summary=False, debug=debug)
        self.pending = pending
        self.known: dict[str, tuple[str, ...]] = {}
        self.now: dict[str, tuple[str, ...]] = {}
        self.doubtful: set[str] = set()
        self.open = ""
        self.saved = False

    def say(self, text: str, color: str | None = None) -> None:
        """A line on stderr, with the time."""
        self.end_line()
        super().say(f"{time.strftime('%H:%M:%S')} {text}", color)

    def end_line(self) -> None:
        """End the line that waits for its build."""
        if self.open:
            self.open = ""
            click.echo(err=True)

    def start(self, name: str, reasons: Sequence[str]) -> None:
        self.end_line()
        if self.quiet:
            return
        if name.startswith("[[model]]"):
            self.saved = False
            self.say(f"{name}: {reason(reasons)}; {TRAINING}")
        else:
            click.echo(f"{time.strftime('%H:%M:%S')} {name}: {reason(reasons)} …", err=True, nl=False)
            self.open = name

    def built(self, name: str, paths: Sequence[str], seconds: float) -> None:
        self.end_bar()
        told = f"built {len(paths)} file{'s' * (len(paths) != 1)} in {seconds:.2f} s"
        if self.open == name:
            self.open = ""
            click.echo(f" {told}", err=True)
        else:
            self.note(f"{name}: {told}")

    def progress(self, name: str, progress: Any) -> None:
        """A training went on; it makes room right after it has saved where it stands.

        Raises:
            Paused: If something changed.
        """
        self.end_line()
        super().progress(name, progress)
        # Its state is saved once this line, which only a look at the held-out sprites fills in, was told.
        if progress.latent:
            self.saved = True
        elif self.saved and self.pending():
            self.end_bar()
            self.note(f"{name}: paused at step {progress.step} of {progress.steps} for what changed.")
            raise Paused

    def fault(self, error: AssetforgeError) -> None:
        # Faults of the configuration have no name but their text.
        self.wrong(str(error), [error])

    def failed(self, name: str, errors: Sequence[AssetforgeError], again: bool, trace: str = "") -> None:
        self.end_bar()
        self.wrong(name, errors, trace)

    def wrong(self, name: str, errors: Sequence[AssetforgeError], trace: str = "") -> None:
        """Tell errors that are new, unless another build is due that will know better."""
        told = tuple(str(error) for error in errors)
        fresh = [text for text in told if text not in self.known.get(name, ())]
        if fresh and self.pending():
            self.doubtful.add(name)
            return
        self.now[name] = told
        for text in fresh:
            self.say(f"error: {text}", "red")
        if fresh and trace and self.debug:
            self.say(trace)

    def over(self, whole: bool) -> None:
        """A build is over: what failed before and did not now is mended.

        Arguments:
            whole: Whether it looked at every sheet; else what was wrong with one may still be.
        """
        self.end_bar()
        self.end_line()
        for name, told in self.known.items():
            if name in self.now:
                continue
            if name in self.doubtful or not whole:
                self.now[name] = told
            else:
                self.say_mended(name)
        self.known, self.now, self.doubtful = self.now, {}, set()

    def say_mended(self, name: str) -> None:
        if not self.quiet:
            self.say(f"{name.partition(': ')[0]}: mended.", "green")
