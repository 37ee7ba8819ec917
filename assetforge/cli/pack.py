"""`assetforge pack`: sprites to a sheet, their colors untouched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from .. import __version__
from ..errors import ConfigError, InputError

__all__ = ["pack"]


@click.command(
    epilog="Example: assetforge pack art/heroes -o build/heroes.png --padding 2 --trim",
    short_help="Pack sprites into a sheet.",
)
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="SHEET.png", help="The sheet.")
@click.option("--format", "formats", multiple=True, metavar="F", help="What to write beside it.  [default: json]")
@click.option("--padding", type=click.IntRange(0, 256), default=0, help="Empty pixels between sprites.")
@click.option("--extrude", type=click.IntRange(0, 64), default=0, help="Times that edge pixels are repeated outwards.")
@click.option("--trim", is_flag=True, help="Leave out transparent borders; the JSON tells what was left out.")
@click.option("--power-of-two", is_flag=True, help="Round the sides up to powers of two.")
@click.option(
    "--max-size",
    type=click.IntRange(16, 8192),
    default=4096,
    show_default=True,
    help="The longest side; what does not fit goes to pages SHEET-2.png, SHEET-3.png and so on.",
)
@click.option("--stable", is_flag=True, help="Leave sprites where the sheet that stands there has them.")
@click.option("--swap", "swaps", multiple=True, metavar="P", help="A further palette for palette-swap shaders; again.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def pack(
    inputs: tuple[str, ...],
    output: Path,
    formats: tuple[str, ...],
    padding: int,
    extrude: int,
    trim: bool,
    power_of_two: bool,
    max_size: int,
    stable: bool,
    swaps: tuple[str, ...],
    as_json: bool,
    quiet: bool,
) -> None:
    """Pack sprites into one indexed sheet; no model is needed and no color changes.

    INPUT is any .png, .gif, .aseprite or .ase, a folder of them, or a glob. All colors together
    make the palette, in order of first use; where all inputs are indexed PNGs of one palette, as
    `quantize` writes them, that palette is kept. More than 255 colors, or half-transparent pixels,
    are errors: `quantize` resolves both.

    With --swap the index texture and the palette strip are written, too.
    """
    from ..destination import check_out, write_pages
    from ..exact import read_sprites
    from ..exports import load
    from ..files import digest, read_bytes
    from ..formats import find, palettes
    from ..quantize.swaps import swaps as swapped
    from ..sheet import boxes, pages

    if output.suffix.lower() != ".png":
        raise ConfigError(f'"{output}": a sheet ends in .png.')
    check_out(output)
    formats = tuple(dict.fromkeys(formats)) or ("json",)
    for name in formats:
        load(name)
    targets = [palettes.load(spec) for spec in dict.fromkeys(swaps)]
    if len({target.name for target in targets}) < len(targets):
        raise ConfigError("--swap: two palettes have one name, which their rows are found by; rename a file.")
    files = find(inputs)
    sprites = read_sprites(files, output.stem)
    options: dict[str, Any] = {
        "padding": padding,
        "extrude": extrude,
        "trim": trim,
        "power_of_two": power_of_two,
        "max_size": max_size,
    }
    provenance = {
        "tool": "assetforge",
        "version": __version__,
        "command": "pack",
        "settings": options | {"stable": stable, "swaps": [target.name for target in targets]},
        "inputs": {name: digest(read_bytes(path)) for path, name in files},
    }
    former = boxes(standing(output), padding=padding, extrude=extrude) if stable else []
    rows = swapped(sprites, targets)
    written = write_pages(
        [replace(page, swaps=rows) for page in pages(sprites, output.stem, former=former, **options)],
        output,
        provenance=provenance,
        exports=formats,
        inputs=[path for path, _ in files],
    )
    colors = len(sprites[0].palette)
    if as_json:
        facts = {"sprites": len(sprites), "colors": colors, "files": [path.as_posix() for path in written]}
        click.echo(json.dumps(facts))
    elif not quiet:
        click.echo(f"{output}: {len(sprites)} sprites, {colors} colors")


def standing(output: Path) -> Iterator[bytes]:
    """The JSON of each page of the sheet that stands at `output`."""
    from ..files import read_bytes

    first = output.with_suffix(".json")
    with suppress(InputError, ValueError, LookupError, TypeError, RecursionError):
        yield (told := read_bytes(first))
        for number in range(2, len(json.loads(told)["meta"]["related_multi_packs"]) + 2):
            yield read_bytes(first.with_stem(f"{first.stem}-{number}"))
