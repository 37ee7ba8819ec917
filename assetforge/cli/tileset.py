"""`assetforge tileset`: every border between two materials."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..steps.tileset import BORDERS, SEAMS
from .desk import Desk, shared, told

__all__ = ["tileset"]


@click.command(
    epilog="Example: assetforge tileset art/grass.png art/water.png --set 47 -p endesga-32 --format tiled -o shore.png",
    short_help="Draw the tiles between two materials.",
)
@shared
@click.argument("inner")
@click.argument("outer")
@click.option("-p", "--palette", default="auto:255", help="A palette, or auto:K.  [default: the tiles' own colors]")
@click.option(
    "--set",
    "layout",
    type=click.Choice(["47", "16"]),
    default="47",
    show_default=True,
    help="By the eight neighbors of a cell (blob), or by its corners (Wang).",
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0, 2**32 - 1), help="Of the contours.")
@click.option(
    "--edge",
    type=click.Choice(BORDERS),
    default="both",
    show_default=True,
    help="A darker line on the inner material, a shadow below it, both, or none.",
)
@click.option(
    "--wander",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0, 2),
    help="How uneven the border is; 0 is smooth.",
)
@click.option(
    "--seams",
    type=click.Choice(SEAMS),
    default="mend",
    show_default=True,
    help="Mend a material whose own edges do not meet, or keep it.",
)
@click.option("--format", "formats", multiple=True, help="An export beside the JSON; several are allowed.")
def tileset(
    model: Path | None, output: Path, quiet: bool, as_json: bool, inner: str, outer: str, palette: str, layout: str,
    seed: int, edge: str, wander: float, seams: str, formats: tuple[str, ...],
) -> None:  # fmt: skip
    """The tiles that an editor lays between INNER and OUTER, two example tiles of one size.

    Any two that may stand side by side meet pixel by pixel. A sheet's JSON tells which neighbors each is for; exports
    to Tiled and Godot are terrains.
    """
    from ..destination import SHEETS, check_out, write_folder, write_sheet
    from ..errors import ConfigError
    from ..exports import load
    from ..sheet import grid
    from ..steps.tileset import Tileset

    check_out(output)
    for name in formats:
        load(name)
    if formats and output.suffix.lower() != ".png":
        raise ConfigError(f'--format {formats[0]}: "{output}" is no sheet; end it in .png.')
    settings: dict[str, Any] = {
        "layout": {"47": "blob-47", "16": "wang-16"}[layout],
        "seed": seed,
        "edge": edge,
        "wander": wander,
        "seams": seams,
    }
    desk = Desk(model, palette, {"inner": (inner,), "outer": (outer,)})
    for key, found in desk.files.items():
        if len(found) > 1:
            raise click.UsageError(f"{key.upper()} means {len(found)} files; a material is one tile.")
    step = Tileset(name=output.stem, kind="tileset", palette=palette, inner=inner, outer=outer, **settings)
    rows = step.run(desk.bench)
    provenance = desk.provenance("tileset", settings)
    mended = [f"{name} along {each['along']}" for name, each in desk.bench.facts.get("seams", {}).items()]
    if mended and not quiet:
        click.echo(f"edges that do not meet, {'mended' if seams == 'mend' else 'kept'}: {', '.join(mended)}", err=True)
    if output.suffix.lower() in SHEETS:
        sheet = step.dressed(grid(rows, output.stem))
        exports = ("json", *formats)
        paths = write_sheet(sheet, output, provenance=provenance, exports=exports, inputs=desk.paths)
    else:
        paths = write_folder([tile for row in rows for tile in row], output, inputs=desk.paths)
    told(paths, provenance, quiet, as_json)
