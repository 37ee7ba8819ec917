"""What a build says on a terminal: progress and errors to stderr, one closing line to stdout."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from ..errors import AssetforgeError, printable
from ..outcome import Result

if TYPE_CHECKING:
    from .following import Bar

__all__ = ["Console", "debugging", "reason"]


class Console:
    """Tells a person how a build goes.

    Arguments:
        quiet: Say nothing but errors.
        summary: End with a line on stdout; not where stdout belongs to a JSON result.
        debug: Show tracebacks.
    """

    def __init__(self, quiet: bool = False, summary: bool = True, debug: bool = False) -> None:
        self.quiet, self.summary, self.debug = quiet, summary and not quiet, debug
        self.bar: Bar | None = None
        # click leaves colors out where there is no terminal; NO_COLOR (no-color.org) it does not know.
        self.color = False if os.environ.get("NO_COLOR") else None

    def say(self, text: str, color: str | None = None) -> None:
        """A line on stderr, or the lines of a traceback."""
        text = "\n".join(printable(line) for line in text.split("\n"))
        click.secho(text, err=True, fg=color, color=self.color)

    def note(self, text: str) -> None:
        if not self.quiet:
            self.say(printable(text))

    def fault(self, error: AssetforgeError) -> None:
        self.say(f"assetforge: {error}", "red")

    def stale(self, name: str, reasons: Sequence[str]) -> None:
        self.note(f"{name}: stale, {reason(reasons)}")

    def start(self, name: str, reasons: Sequence[str]) -> None:
        self.note(f"{name}: {reason(reasons)} …")

    def progress(self, name: str, progress: Any) -> None:
        if self.bar is None:
            from .following import Bar

            self.bar = Bar(self.quiet)
        self.bar(progress)

    def built(self, name: str, paths: Sequence[str], seconds: float) -> None:
        self.end_bar()
        files = f"{len(paths)} file{'s' * (len(paths) != 1)}"
        self.note(f"{name}: built {files} in {seconds:.1f} s: {min(paths, key=len)}{' …' * (len(paths) > 1)}")

    def failed(self, name: str, errors: Sequence[AssetforgeError], again: bool, trace: str = "") -> None:
        self.end_bar()
        for error in errors:
            self.say(f"assetforge: {error}", "red")
        if trace and self.debug:
            self.say(trace)

    def removed(self, path: str) -> None:
        self.note(f"removed {path}: nothing makes it any more.")

    def end_bar(self) -> None:
        if self.bar is not None:
            self.bar.close()
            self.bar = None

    def finish(self, result: Result) -> None:
        """The closing line."""
        if not self.summary:
            return
        counts = [
            (len(result.built), "built"),
            (len(result.fresh), "fresh"),
            (len(result.stale), "stale"),
            (len(result.failed), "failed"),
            (len(result.removed), "removed" if not result.check else "to be removed"),
            (len(result.faults), f"fault{'s' * (len(result.faults) != 1)} in the configuration"),
        ]
        told = [f"{count} {what}" for count, what in counts if count]
        click.echo(", ".join(told) + "." if told else "nothing to build.")


def reason(reasons: Sequence[str]) -> str:
    """The telling reason, and how many more there are."""
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    return f"{reasons[0] if reasons else 'stale'}{more}"


def debugging(ctx: click.Context) -> bool:
    """Whether --debug was given."""
    return bool(ctx.obj and ctx.obj.get("debug"))
