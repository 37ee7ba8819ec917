"""`assetforge watch`: the game project, kept up to date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import click

from ..build import build as run_build
from ..errors import AssetforgeError
from ..manifest import CACHE, LOCK
from ..outcome import Options, Result
from ..palette import auto_size
from ..pipeline import find_root, load
from .build import DIR
from .console import Watching, debugging
from .interrupt import end_like_ctrl_c

__all__ = ["watch", "watched"]


@click.command(epilog="Example: assetforge watch", short_help="Build, then rebuild on every change.")
@click.argument("directory", metavar="[DIR]", required=False, type=DIR)
@click.option("--poll", type=click.FloatRange(0.05), metavar="SECONDS", help="Look so often instead of taking events.")
@click.option("-j", "--jobs", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes for sheets.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@click.pass_context
def watch(ctx: click.Context, directory: Path | None, poll: float | None, jobs: int, quiet: bool) -> int:
    """Build, then build again whenever a sprite, a palette, a model or assetforge.toml changes.

    Ends with Ctrl-C. An error is told once and forgotten when it is mended.
    """
    from ..watch import batches, events

    end_like_ctrl_c()
    root = (directory or find_root(Path.cwd())).absolute()
    console = Watching(quiet, debugging(ctx))
    console.note(f"watching {root}; Ctrl-C ends.")
    folders: Mapping[Path, bool] = {root: False}
    told = False
    try:
        while True:
            folders, ignore = watched(root, folders)
            with events(folders, poll) as (hints, how):
                if how == "polling" and not told:
                    told = True
                    console.note("looking for changes by polling.")
                rebuild(root, Options(jobs=jobs), console)
                for _ in batches(hints, ignore):
                    rebuild(root, Options(jobs=jobs), console)
                    if watched(root, folders)[0] != folders:
                        break
    except KeyboardInterrupt:
        console.end_bar()
        console.note("stopped.")
    return 0


def rebuild(root: Path, options: Options, console: Watching) -> Result | None:
    """Build once; whatever is wrong is told, and watching goes on."""
    result = None
    try:
        result = run_build(root, options, console)
    except AssetforgeError as error:
        console.fault(error)
    console.look()
    return result


def watched(root: Path, before: Mapping[Path, bool]) -> tuple[Mapping[Path, bool], Callable[[str], bool]]:
    """The folders to watch, each with whether those within count too, and what to ignore there.

    Arguments:
        root: The project.
        before: What was watched until now; it holds while the configuration is at fault.
    """
    ours = [str(root / CACHE)]
    folders: dict[Path, bool] = {root: False}
    try:
        pipeline = load(root)
    except AssetforgeError:
        pipeline = None
    if pipeline is None or pipeline.project is None:
        folders = {**before, root: before.get(root, False)}
    else:
        project = pipeline.project
        ours.append(str(root / project.output))
        named = [sheet.palette for sheet in pipeline.sheets if auto_size(sheet.palette) is None]
        named += [sheet.model for sheet in pipeline.sheets] + [learnt.base for learnt in pipeline.models]
        folders |= {(root / name).parent: False for name in named if (root / name).is_file()}
        folders[root / project.source] = True

    def ignore(path: str) -> bool:
        # Hidden files are nobody's art: editors' and our own temporary ones, and all of git's.
        if "/." in path.removeprefix(str(root)) or path == str(root / LOCK):
            return True
        return any(path == folder or path.startswith(f"{folder}/") for folder in ours)

    return {folder: deep for folder, deep in folders.items() if folder.is_dir()}, ignore
