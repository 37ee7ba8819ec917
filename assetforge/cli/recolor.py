"""`assetforge recolor`: color ways of sprites, as files or as rows of a palette strip."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from ..errors import ConfigError
from ..palette import auto_size
from .desk import SHOW, Desk, told

__all__ = ["recolor"]

OWN = "auto:255"
MOST_NAMED = 8


@click.command(
    epilog='Example: assetforge recolor art/heroes/knight.png -n 6 -p endesga-32 --keep "#e8b796" -o knights/',
    short_help="Color ways of sprites: other ramps, the same shapes.",
)
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT…")
@click.option("-n", "--count", default=6, show_default=True, type=click.IntRange(1, 64), help="How many color ways.")
@click.option(
    "-p",
    "--palette",
    default=OWN,
    metavar="PALETTE|auto:K",
    help="Look for ramps in this palette.  [default: the sprites' own colors, with their hues turned]",
)
@click.option("--keep", multiple=True, metavar="#RRGGBB,…", help="Colors that stay as they are; again for more.")
@click.option("--all", "all_change", is_flag=True, help="Let ink, white, skin and small accents change, too.")
@click.option("--frames", is_flag=True, help="A sheet of every sprite in every way, instead of rows of a strip.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0, 2**32 - 1), help="Others find others.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written and from what, as JSON.")
@click.option("--quiet", is_flag=True, help="Say nothing but errors.")
@click.option("--show", is_flag=True, help="Print the color ways in the terminal.")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    help="A sheet with a palette strip if it ends in .png, frames if in .aseprite or .gif, else a folder.",
)
def recolor(
    inputs: tuple[str, ...], count: int, palette: str, keep: tuple[str, ...], all_change: bool, frames: bool,
    seed: int, as_json: bool, quiet: bool, show: bool, output: Path,
) -> None:  # fmt: skip
    """Color ways of sprites: each material in another ramp, lights light and darks dark, every shape as it is.

    INPUT is any .png, .gif, .aseprite or .ase, a folder of them, or a glob; all that is named shares one set of color
    ways, so frames and parts stay together. A folder gets NAME.png, NAME-2.png and so on, one for each way. A sheet
    holds the sprites as they are, and its NAME.palette.png a row for each way, for palette-swap shaders.

    Where the palette has fewer ways than were asked for, it gives those there are, and says so.
    """
    from ..destination import SHEETS, check_out, write_pages, write_sprites
    from ..sheet import pages
    from ..steps.recolor import Recolor, colors, recolored

    check_out(output)
    kept = tuple(part.strip() for each in keep for part in each.split(",") if part.strip())
    try:
        colors(kept)
    except ConfigError as error:
        raise click.UsageError(f"--keep: {error}") from error
    desk = Desk(None, palette, {"from": inputs})
    step = Recolor(
        name=output.stem, kind="recolor", palette=palette, from_=inputs, count=count, keep=kept, all=all_change,
        frames=frames, seed=seed,
    )  # fmt: skip
    rasters = [frame for file in desk.read(desk.bench.inputs["from"]) for frame in file]
    found = recolored(step, rasters, desk.bench.palette)
    names = [way.name for way in found.ways]
    desk.bench.facts["ways"] = names
    settings = {"count": count, "keep": list(kept), "all": all_change, "seed": seed, "palette": palette}
    provenance = desk.provenance("recolor", settings)
    if output.suffix.lower() == ".png" and not frames:
        sheets = [replace(page, swaps=tuple(way.row for way in found.ways)) for page in pages(found.sprites, step.name)]
        paths = write_pages(sheets, output, provenance=provenance, inputs=desk.paths)
    # Each frame of a GIF has a palette of its own, so its ways never have too many colors together.
    elif output.suffix.lower() != ".gif" and (frames or output.suffix.lower() in SHEETS):
        paths = write_sprites(found.together(), output, provenance=provenance, inputs=desk.paths)
    else:
        paths = write_sprites(found.apart(), output, provenance=provenance, inputs=desk.paths)
    if not quiet and len(names) < count:
        larger = "" if auto_size(palette) else "; a larger palette, or none, has more"
        click.echo(f"{len(names)} color way{'s' * (len(names) > 1)} of {count} found{larger}", err=True)
    if not quiet and not as_json:
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        click.echo(f"ways: {', '.join(names[:MOST_NAMED])}{more}", err=True)
    click.get_current_context().meta[SHOW] = show
    told(paths, provenance, quiet, as_json)
