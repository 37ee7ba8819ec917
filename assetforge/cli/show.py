"""`assetforge show`: sprites in the terminal."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import InputError, printable
from ..terminal.ask import WAYS, way

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..formats import Ration

__all__ = ["print_pictures", "print_sprites", "show"]

ZOOM = 4


@click.command(
    epilog="Example: assetforge show assets/forge/monsters.png",
    short_help="Print sprites in the terminal.",
)
@click.argument("inputs", nargs=-1, required=True, metavar="FILE…")
@click.option(
    "--as",
    "chosen",
    type=click.Choice(["auto", *WAYS]),
    default="auto",
    show_default=True,
    help="How: pictures where the terminal draws them, else two pixels in a character; shades need no color.",
)
@click.option(
    "--zoom", type=click.IntRange(1, 64), default=ZOOM, show_default=True, help="Side of a pixel, in pictures."
)
@click.option("-q", "--quiet", is_flag=True, help="Print no names.")
def show(inputs: tuple[str, ...], chosen: str, zoom: int, quiet: bool) -> None:
    """Print sprites in the terminal, every pixel a square.

    FILE is any .png, .gif, .aseprite or .ase, a folder of them, or a glob. A sheet of assetforge, which has its .json
    beside it, is shown sprite by sprite. What is wider than the terminal is thinned out, and says so.
    """
    from ..formats import Ration, find

    ration = Ration()
    pictures = [picture for path, name in find(inputs) for picture in _pictures(path, name, ration)]
    _print(pictures, way() if chosen == "auto" else chosen, zoom, quiet)


def print_sprites(paths: Iterable[Path]) -> None:
    """What a command has written, after it has told so.

    Arguments:
        paths: What it wrote: a sheet's PNG, behind which nothing new comes, or one PNG for each sprite.
    """
    from ..formats import Ration

    ration = Ration()
    pictures = []
    for path in paths:
        if path.suffix in (".png", ".aseprite", ".gif"):
            pictures += _pictures(path, path.stem, ration)
        if path.with_suffix(".json").is_file():
            break
    _print(pictures, way(), ZOOM, False)


def print_pictures(pictures: list[tuple[str, NDArray[np.uint8]]]) -> None:
    """Pictures that a command has at hand, by name."""
    _print(pictures, way(), ZOOM, False)


def _pictures(path: Path, name: str, ration: Ration) -> list[tuple[str, NDArray[np.uint8]]]:
    from .. import formats
    from ..contact import sheet_frames

    if path.suffix.lower() == ".png" and path.with_suffix(".json").is_file():
        # Other programs lay a JSON beside a picture, too; then the picture is shown as it is.
        with suppress(InputError):
            frames, _ = sheet_frames(path.with_suffix(".json"))
            return list(frames.items())
    return [(raster.name, raster.rgba) for raster in ration.take(formats.read(path, name), path)]


def _print(pictures: list[tuple[str, NDArray[np.uint8]]], how: str, zoom: int, quiet: bool) -> None:
    from ..terminal.gallery import gallery

    columns = shutil.get_terminal_size().columns
    for line in gallery([("" if quiet else printable(name), rgba) for name, rgba in pictures], how, columns, zoom):
        click.echo(line, color=True)
