"""`assetforge init` and `assetforge demo`: a project of yours made ready, and one of ours to look at."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import click

from ..errors import ConfigError, OutputError
from ..files import bundled, inside, read_bytes, write_atomic
from .engines import ENGINES, detect, plugin
from .recipes import folders, recipe, recipes

__all__ = ["demo", "init"]

CONFIG = "assetforge.toml"
IGNORED = ".assetforge/"
EXAMPLE = "dungeon"
CONTACT = "contact-sheet.png"


@click.command(
    epilog=f"Pipelines: {', '.join(recipes())}.\n\nExample: assetforge init --engine godot --pipeline monsters",
    short_help="Make a game project ready for assetforge.",
)
@click.argument("directory", metavar="[DIR]", required=False, type=click.Path(path_type=Path), default=".")
@click.option("--engine", type=click.Choice(["auto", *ENGINES]), default="auto", show_default=True, help="The engine.")
@click.option("--pipeline", metavar="NAME", default="starter", show_default=True, help="The recipe to start from.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def init(directory: Path, engine: str, pipeline: str, as_json: bool, quiet: bool) -> None:
    """Write assetforge.toml from a recipe, the folders it looks into, the engine's plugin and a line for git.

    DIR is the game's folder, by default this one. The engine, told by its files, decides where outputs
    go and what they are. Nothing that is there is overwritten.
    """
    root = directory
    if root.exists() and not root.is_dir():
        raise OutputError("is a file; name the folder of the game.", str(root))
    sign = ""
    if engine == "auto":
        engine, sign = detect(root)
    kind = ENGINES[engine]
    exports = kind.exports(root)
    text = recipe(pipeline, kind.output, exports)
    done: dict[str, Any] = {"engine": engine, "sign": sign, "pipeline": pipeline, "exports": list(exports)}
    done |= {"written": [], "kept": [], "by_hand": kind.by_hand}

    make(root / CONFIG, text.encode(), done)
    for folder in dict.fromkeys(folders(read_config(root, text))):
        new = not (root / folder).exists()
        make_folder(root / folder, done)
        if new and engine == "godot" and "/" not in folder:
            # Godot would import the sources beside the sheets; this file keeps it out of the folder.
            make(root / folder / ".gdignore", b"", done)
    for path, target in plugin(kind, root):
        inside(root, str(target))  # a link in the project must not lead us to write elsewhere
        install(path, root / target, done)
    # A linked .gitignore is written where it lies.
    ignore = (root / ".gitignore").resolve() if (root / ".gitignore").is_symlink() else root / ".gitignore"
    lines = read_bytes(ignore).decode("utf-8", "surrogateescape") if ignore.exists() else ""
    if not {IGNORED, IGNORED.rstrip("/"), f"/{IGNORED}"} & {line.strip() for line in lines.splitlines()}:
        gap = "" if not lines or lines.endswith("\n") else "\n"
        write_atomic(ignore, f"{lines}{gap}{IGNORED}\n".encode("utf-8", "surrogateescape"))
        done["written"].append(str(ignore))

    if as_json:
        click.echo(json.dumps(done, indent=1))
        return
    if quiet:
        return
    click.echo(f"engine: {engine}{f' ({sign})' if sign else ''}; pipeline: {pipeline}")
    for path in done["written"]:
        click.echo(f"wrote {path}")
    for path in done["kept"]:
        click.echo(f"kept {path}")
    if kind.by_hand:
        click.echo(f"By hand: {kind.by_hand}")
    where = "" if root == Path(".") else f" {root}"
    click.echo(f"Put your sprites into {root / next(folders(read_config(root, text)))}, then: assetforge build{where}")


def make(path: Path, data: bytes, done: dict[str, Any]) -> None:
    """Write a file, or keep the one that is there."""
    if path.exists() or path.is_symlink():
        done["kept"].append(str(path))
    else:
        write_atomic(path, data)
        done["written"].append(str(path))


def install(source: Path, path: Path, done: dict[str, Any]) -> None:
    """Write a file of a plugin; one that is there and the same needs no word."""
    data = read_bytes(source)
    if not (path.is_file() and read_bytes(path) == data):
        make(path, data, done)


def make_folder(path: Path, done: dict[str, Any]) -> None:
    if path.is_dir():
        return
    try:
        path.mkdir(parents=True)
    except OSError as error:
        raise OutputError(f"cannot be made: {error.strerror}.", str(path)) from error
    done["written"].append(f"{path}/")


def read_config(root: Path, text: str) -> str:
    """The recipe if it is what stands in the project; of a configuration that was kept, only the source folder."""
    if read_bytes(root / CONFIG) == text.encode():
        return text
    from ..pipeline import Project, load

    project = load(root).project or Project()
    return f"[project]\nsource = {json.dumps(project.source)}\n"


@click.command(epilog="Example: assetforge demo my-demo", short_help="Build a small example game.")
@click.argument("directory", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print what was made as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@click.pass_context
def demo(ctx: click.Context, directory: Path | None, as_json: bool, quiet: bool) -> int:
    """Copy the example game, a dungeon, into DIR (./assetforge-demo), build it and show every sheet in one picture.

    All four kinds of sheet are built: quantized, generated, completed and mixed. In the folder of a former
    demo nothing of yours is overwritten; what you changed is built anew.
    """
    from ..build import build
    from ..contact import contact_sheet
    from ..outcome import Options
    from ..overview.built import built_sheets
    from .console import Console, debugging
    from .interrupt import end_like_ctrl_c

    end_like_ctrl_c(ctx)
    started = time.monotonic()
    root = directory or Path("assetforge-demo")
    console = Console(quiet, summary=False, debug=debugging(ctx))
    copied = copy_example(root)
    console.note(f"{root}: copied {copied} files." if copied else f"{root}: a former demo, nothing to copy.")
    result = build(root, Options(), console)
    sheets = built_sheets(root)
    picture = root / CONTACT
    if sheets:
        write_atomic(picture, contact_sheet(root, sheets))
    seconds = time.monotonic() - started
    if as_json:
        facts = {"project": str(root), "sheets": [str(path) for path in sheets], "seconds": round(seconds, 1)}
        click.echo(json.dumps({**facts, "contact_sheet": str(picture) if sheets else None}, indent=1))
    elif not quiet:
        counted = f"{len(sheets)} sheet{'s' * (len(sheets) != 1)}"
        click.echo(
            f"{counted} in {seconds:.1f} s. Change {root / 'art'} or {root / CONFIG}, then: assetforge build {root}"
        )
        if sheets:
            click.echo(f"Open {picture}")
    return result.exit_code


def copy_example(root: Path) -> int:
    """Put the example project into `root`; what is there stays. Gives how many files were written.

    Raises:
        ConfigError: If the folder holds something else.
        OutputError: If it cannot be written.
    """
    source = bundled("examples") / EXAMPLE
    ours = read_bytes(source / CONFIG).split(b"\n", 1)[0]
    if root.exists() and not root.is_dir():
        raise OutputError("is a file; name a new folder.", str(root))
    if root.is_dir() and any(root.iterdir()):
        first = read_bytes(root / CONFIG).split(b"\n", 1)[0] if (root / CONFIG).is_file() else b""
        if first.strip() != ours.strip():
            raise ConfigError("holds other files and no former demo; name a new folder.", str(root))
    copied = 0
    for path in [source / CONFIG, *sorted((source / "art").rglob("*.*"))]:
        target = root / path.relative_to(source)
        if path.is_file() and not target.exists():
            write_atomic(target, read_bytes(path))
            copied += 1
    return copied
