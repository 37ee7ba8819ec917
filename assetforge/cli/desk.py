"""What `generate`, `complete` and `mix` share: their options, their inputs, and what they say in the end."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..steps.base import Bench, Source

if TYPE_CHECKING:
    from ..models.prior import Prior
    from ..palette import Palette
    from ..sprite import Raster

__all__ = ["Desk", "extent", "heat_option", "numbers", "palette_option", "psi_option", "shared", "told"]

Command = Callable[..., None]


SHOW = "assetforge.show"


def _remember(ctx: click.Context, option: click.Parameter, wanted: bool) -> None:
    ctx.meta[SHOW] = wanted


def shared(command: Command) -> Command:
    """The options that all three have."""
    for option in (
        click.option(
            "-m", "--model", type=click.Path(path_type=Path), help="A checkpoint.  [default: the bundled base model]"
        ),
        click.option("--json", "as_json", is_flag=True, help="Print what was written and from what, as JSON."),
        click.option("--quiet", is_flag=True, help="Say nothing but errors."),
        click.option(
            "--show",
            is_flag=True,
            expose_value=False,
            callback=_remember,
            help="Print the sprites in the terminal.",
        ),
        click.option(
            "-o",
            "--output",
            required=True,
            type=click.Path(path_type=Path),
            help="A sheet if it ends in .png, frames if in .aseprite or .gif, else a folder.",
        ),
    ):
        command = option(command)
    return command


palette_option = click.option("-p", "--palette", required=True, help="A bundled palette, a file, or auto:K.")
psi_option = click.option(
    "--truncation-psi",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0, 4),
    help="Below 1 stays closer to the typical.",
)


def heat_option(default: float) -> Callable[[Command], Command]:
    """The temperature of the pixels."""
    return click.option(
        "--temperature",
        default=default,
        show_default=True,
        type=click.FloatRange(0, 10),
        help="Of the pixels; below 1 is calmer.",
    )


class Desk:
    """What a step works with when its files come from the command line.

    Arguments:
        model: A checkpoint, or None for the bundled one.
        palette: A palette's name or path, or auto:K.
        inputs: What was named at the prompt, by the step's keys.
    """

    def __init__(self, model: Path | None, palette: str, inputs: Mapping[str, Sequence[str]]) -> None:
        from .. import formats
        from ..formats import palettes
        from ..palette import auto_size

        self.model_path = model
        self.loaded: Prior | None = None
        self.files = {key: formats.find(list(names)) for key, names in inputs.items()}
        size = auto_size(palette)
        chosen: Palette | int = palettes.load(palette) if size is None else size
        sources = {
            key: tuple(Source(path.as_posix(), name) for path, name in found) for key, found in self.files.items()
        }
        self.bench = Bench(sources, self.read, chosen, self.prior)

    def read(self, sources: Sequence[Source]) -> list[list[Raster]]:
        from .. import formats

        return [formats.read(Path(source.path), source.name) for source in sources]

    def prior(self) -> Prior:
        from ..models.prior import Prior

        if self.loaded is None:
            self.loaded = Prior.load(self.model_path)
        return self.loaded

    @property
    def paths(self) -> list[Path]:
        return [path for found in self.files.values() for path, _ in found]

    def provenance(self, command: str, settings: Mapping[str, Any]) -> dict[str, Any]:
        """What a sheet's JSON says of where it comes from."""
        from ..files import digest, read_bytes
        from ..origin import origin

        inputs = {name: digest(read_bytes(path)) for found in self.files.values() for path, name in found}
        return origin(command, settings, inputs, self.bench.facts, self.loaded)


def told(paths: list[Path], provenance: dict[str, Any], quiet: bool, as_json: bool) -> None:
    """Say what was written, and show it where that was asked for: not beside JSON, which a program reads."""
    shown = click.get_current_context().meta[SHOW] and not as_json
    if as_json:
        files = [path.as_posix() for path in paths]
        click.echo(json.dumps({"files": files, "provenance": provenance}, indent=2, sort_keys=True))
    elif not quiet:
        click.echo(f"{paths[0]}" + (f" and {len(paths) - 1} more" if len(paths) > 1 else ""))
    if shown:
        from .show import print_sprites

        print_sprites(paths)


def extent(text: str) -> tuple[int, int]:
    """WxH as two numbers.

    Raises:
        click.UsageError: If it is not.
    """
    found = re.fullmatch(r"(\d{1,4})x(\d{1,4})", text)
    if not found:
        raise click.UsageError(f'--size {text}: give WIDTHxHEIGHT, like "16x16".')
    return int(found[1]), int(found[2])


def numbers(option: str, text: str) -> tuple[int, ...]:
    """Seeds given as 17,32.

    Raises:
        click.UsageError: If they are not.
    """
    if not re.fullmatch(r"\d{1,9}(,\d{1,9})*", text):
        raise click.UsageError(f'{option} {text}: give numbers, like "17,32,78".')
    return tuple(int(number) for number in text.split(","))
