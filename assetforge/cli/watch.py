"""`assetforge watch`: the game project, kept up to date."""

from __future__ import annotations

import json
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path

import click

from ..build import build as run_build
from ..errors import AssetforgeError, OutputError
from ..manifest import Lock
from ..outcome import Options, Result
from ..pipeline import CONFIG, find_root, load
from .build import DIR
from .console import debugging
from .interrupt import end_like_ctrl_c
from .scene import ProjectScene
from .watching import Paused, Watching

__all__ = ["watch"]


@click.command(epilog="Example: assetforge watch", short_help="Build, then rebuild on every change.")
@click.argument("directory", metavar="[DIR]", required=False, type=DIR)
@click.option("--poll", type=click.FloatRange(0.05), metavar="SECONDS", help="Look so often instead of taking events.")
@click.option("-j", "--jobs", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes for sheets.")
@click.option("--no-wait", is_flag=True, help="Fail, exit 1, if a build of the project is at work at the start.")
@click.option("--json", "as_json", is_flag=True, help="Print the result of each build as a line of JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@click.pass_context
def watch(
    ctx: click.Context,
    directory: Path | None,
    poll: float | None,
    jobs: int,
    no_wait: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Build, then build again whenever a sprite, a palette, a model or assetforge.toml changes.

    A file is read once it has come to rest and can be read to its end, so that a save, however a
    program goes about it, is one build. An error is told once, and once more when it is mended.

    Ends with Ctrl-C, exit code 0; under --json also when nobody reads its lines any more.
    """
    end_like_ctrl_c(ctx, "stopped.", 0)
    root = (directory or find_root(Path.cwd())).absolute()
    load_or_tell_all(root)
    console = Watching(quiet, debugging(ctx))
    try:
        Watch(root, jobs, poll, console, as_json).run(wait=not no_wait)
    except KeyboardInterrupt:
        console.end_bar()
        console.note("stopped.")
    except BrokenPipeError:
        if not as_json:
            raise
    return 0


class Watch:
    """Builds of one project, one after the other."""

    def __init__(self, root: Path, jobs: int, poll: float | None, console: Watching, as_json: bool = False) -> None:
        from ..watch import Hints, Watcher

        self.as_json = as_json

        self.root, self.options, self.console = root, Options(jobs=jobs), console
        self.scene = ProjectScene(root)
        self.hints = Hints(self.scene.heed, poll)
        self.watcher = Watcher(self.hints, self.scene)
        console.pending = self.watcher.pending
        self.polling = False

    def run(self, wait: bool) -> None:
        """Build and wait for changes, endlessly.

        Raises:
            OutputError: If somebody else is building at the start and we are not to wait.
        """
        self.console.note(f"watching {self.root}; Ctrl-C ends.")
        started = time.monotonic()
        anew = first = True
        try:
            while True:
                self.watcher.begin(anew)
                self.say_polling()
                done = self.build(Options(jobs=self.options.jobs, wait=wait or not first))
                self.watcher.end()
                if first and done:
                    first = False
                    warm()
                    self.console.note(f"ready in {time.monotonic() - started:.2f} s.")
                # A paused training goes on even if what made it pause was undone.
                changed = self.watcher.wait(again=bool(self.console.known)) if done else self.watcher.settle()
                if anew := str(self.scene.root / CONFIG) in changed:
                    self.scene.read()
        finally:
            self.hints.close()

    def build(self, options: Options) -> bool:
        """Build once; whatever is wrong is told, and watching goes on. False if a training was paused."""
        result, done = None, True
        try:
            result = run_build(self.root, options, self.console)
        except Paused:
            done = False
        except AssetforgeError as error:
            if not options.wait and isinstance(error, OutputError):
                raise
            self.console.fault(error)
            result = Result(faults=(error,))
        except Exception as fault:
            told = " ".join(f"{type(fault).__name__}: {fault}".split())[:200]
            ours = AssetforgeError(f"assetforge itself failed ({told}); --debug shows where.")
            self.console.wrong("assetforge", [ours], traceback.format_exc())
            result = Result(faults=(ours,))
        if self.as_json and result is not None:
            click.echo(json.dumps(result.as_json()))
        self.console.over(whole=done and looked(result))
        if done:
            self.release()
        return done

    def release(self) -> None:
        """Let go of models that no sheet uses any more."""
        priors = sys.modules.get("assetforge.priors")
        if priors is not None and priors.loaded():
            with suppress(AssetforgeError):
                priors.retain({sheet.get("model", "") for sheet in Lock.load(self.root).sheets.values()})

    def say_polling(self) -> None:
        if self.hints.polling != self.polling:
            self.polling = self.hints.polling
            self.console.note("looking for changes by polling." if self.polling else "taking events for changes.")


def looked(result: Result | None) -> bool:
    """Whether a build came as far as its sheets."""
    return result is not None and bool(not result.faults or result.built or result.fresh or result.failed)


def load_or_tell_all(root: Path) -> None:
    """Refuse a folder that is no project; one whose configuration is at fault may be mended while we watch."""
    if not (root / CONFIG).exists():
        load(root)


def warm() -> None:
    """Load what the first change will need: nobody waits for it now."""
    from .. import work  # noqa: F401
    from ..formats import png  # noqa: F401
    from ..quantize import quantizer  # noqa: F401
