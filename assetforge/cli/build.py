"""`assetforge build` and `explain`: the game project, brought up to date."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from ..build import build as run_build
from ..errors import ConfigError, InputError, printable
from ..manifest import Lock
from ..outcome import Options
from ..pipeline import find_root, load
from ..plan import Item, State, make
from .console import Console, debugging
from .interrupt import end_like_ctrl_c
from .variadic import Variadic

__all__ = ["DIR", "build", "explain"]

DIR = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command(
    cls=Variadic,
    epilog="Example: assetforge build --only monsters --palette pico-8",
    short_help="Build what is stale.",
)
@click.argument("directory", metavar="[DIR]", required=False, type=DIR)
@click.option("--only", multiple=True, metavar="SHEET", help="Only these sheets, one or more.")
@click.option("--palette", metavar="P", help="Use this palette for every sheet.")
@click.option("--force", is_flag=True, help="Build fresh sheets too, and over altered files (kept as .orig).")
@click.option("--check", is_flag=True, help="Write nothing; exit 3 if anything is stale or altered.")
@click.option("--dry-run", is_flag=True, help="Write nothing; say what would be built.")
@click.option("--frozen", is_flag=True, help="Never train; exit 3 if a model is missing or stale.")
@click.option("-j", "--jobs", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes to use.")
@click.option("--scheduler", metavar="ADDRESS", help="Let this Dask cluster count sprites: tcp://host:8786.")
@click.option("--no-wait", is_flag=True, help="Fail, exit 1, if another build of the project is at work.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@click.pass_context
def build(
    ctx: click.Context,
    directory: Path | None,
    only: tuple[str, ...],
    palette: str | None,
    force: bool,
    check: bool,
    dry_run: bool,
    frozen: bool,
    jobs: int,
    scheduler: str | None,
    no_wait: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Build the sheets of assetforge.toml that are stale; what is fresh costs next to nothing.

    DIR is the project, by default the one that the working directory lies in. Outputs go to the
    project's output folder; a file there that was not written by assetforge, or was altered since,
    is left alone without --force.

    Exit codes: 0 done; 1 something failed, the rest was built; 2 the configuration is at fault, what
    is sound was built; 3 stale under --check or --frozen; 130 interrupted.
    """
    end_like_ctrl_c(ctx)
    names = tuple(name for each in only for name in each.split(",") if name)
    options = Options(names, palette, force, check, dry_run, frozen, jobs, not no_wait, scheduler)
    console = Console(quiet, summary=not as_json, debug=debugging(ctx))
    result = run_build(directory or find_root(Path.cwd()), options, console)
    if as_json:
        click.echo(json.dumps(result.as_json(), indent=2))
    console.finish(result)
    return result.exit_code


@click.command(epilog="Example: assetforge explain monsters", short_help="Why a sheet or file is fresh or stale.")
@click.argument("target")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print the state and the reasons only.")
def explain(target: str, as_json: bool, quiet: bool) -> int:
    """Why TARGET is fresh or stale, and everything it was made from.

    TARGET is a sheet, a model, or an output file of one.
    """
    file = Path(target)
    root = find_root(file.absolute().parent if file.exists() and file.is_file() else Path.cwd())
    pipeline = load(root)
    state = State.load(root)
    name, path = target, ""
    if "/" in target or file.is_file():
        path = below(root, file)
        if path not in state.lock.outputs:
            raise InputError("is no output of assetforge; name a sheet or a file in the output folder.", target)
        name = state.lock.outputs[path]["sheet"]
    if pipeline.project is None:
        raise pipeline.faults[0]
    plan = make(pipeline, state)
    items = [item for item in (*plan.sheets, *plan.models) if item.name == name]
    if not items:
        if fault := next((fault for fault in pipeline.faults if f'"{name}"' in str(fault)), None):
            raise fault
        if path:
            say(f"{path}: its sheet {name} is gone; the next build removes it.")
            return 0
        from ..errors import did_you_mean

        known = [item.name for item in (*plan.sheets, *plan.models)]
        raise ConfigError(f'"{target}" is no sheet, model or output; {did_you_mean(target, known)}')
    facts = told_of(items[0], state.lock)
    if as_json:
        click.echo(json.dumps(facts, indent=2))
        return 0
    say(f"{name}: {facts['state']}")
    for line in (*facts["reasons"], *facts["errors"]):
        say(f"  {line}")
    if not quiet:
        for key, value in facts.items():
            if key in ("state", "reasons", "errors", "name") or value in (None, "", {}):
                continue
            if isinstance(value, dict):
                say(f"{key}:")
                for each, what in value.items():
                    say(f"  {each}: {what if isinstance(what, str) else json.dumps(what, ensure_ascii=False)}")
            else:
                say(f"{key}: {value}")
    return 0


def say(line: str) -> None:
    """A line on stdout: the names of files in it are not ours, a terminal obeys control characters."""
    click.echo(printable(line))


def told_of(item: Item, lock: Lock) -> dict[str, Any]:
    """Everything known of a sheet or model, as plain JSON values."""
    evidence = dict(item.evidence or {})
    evidence.pop("format", None)
    known = lock.sheets.get(item.name, {})
    return {
        "name": item.name,
        "state": item.state,
        "reasons": list(item.reasons),
        "errors": [str(error) for error in item.errors],
        "key": item.key,
        "built_key": known.get("key"),
        **evidence,
        "model_sha256": item.model,
        "outputs": lock.of_sheet(item.name),
    }


def below(root: Path, file: Path) -> str:
    """The path of `file` below the project.

    Raises:
        InputError: If it lies elsewhere.
    """
    try:
        return (file.absolute().parent.resolve() / file.name).relative_to(root.resolve()).as_posix()
    except ValueError:
        raise InputError(f"lies outside the project {root}.", str(file)) from None
