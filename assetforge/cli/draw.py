"""`assetforge generate`, `complete` and `mix`: the steps of a build, on files named at the prompt."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .desk import Desk, extent, heat_option, numbers, palette_option, psi_option, shared, told
from .variadic import Variadic

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..sprite import Raster

__all__ = ["complete", "generate", "mix"]


@click.command(
    cls=Variadic,
    epilog="Example: assetforge generate -p pico-8 -n 16 --seed 7 --size 16x16 -o monsters.png",
    short_help="Draw new sprites.",
)
@shared
@palette_option
@click.option("-n", "--count", default=16, show_default=True, type=click.IntRange(1, 10_000), help="How many.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0))
@click.option("--size", default="32x32", show_default=True, help="WIDTHxHEIGHT, 8 to 64 each.")
@heat_option(0.9)
@psi_option
@click.option(
    "--candidates",
    default=4,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Draw so many for each and keep the best; 1 keeps all.",
)
@click.option("--like", multiple=True, help="Start from the latents of these sprites, one or more.")
@click.option("--tag", default="", help="Start from sprites that the model learnt from a folder of this name.")
@click.option("--tile", type=click.Choice(["x", "y", "xy"]), help="Tiles: their edges meet along these.")
def generate(
    model: Path | None, output: Path, quiet: bool, as_json: bool, palette: str, count: int, seed: int, size: str,
    temperature: float, truncation_psi: float, candidates: int, like: tuple[str, ...], tag: str,
    tile: str | None,
) -> None:  # fmt: skip
    """New sprites, every pixel in the palette."""
    from ..destination import check_out, write_sprites
    from ..steps.generate import Generate

    check_out(output)
    settings: dict[str, Any] = {
        "count": count,
        "seed": seed,
        "temperature": temperature,
        "truncation": truncation_psi,
        "candidates": candidates,
        "tag": tag,
        "tile": tile or "",
    }
    if tag and like:
        raise click.UsageError("give --like or --tag, not both.")
    step = Generate(name=output.stem, kind="generate", palette=palette, size=extent(size), like=like, **settings)
    desk = Desk(model, palette, {"like": like} if like else {})
    sprites = step.run(desk.bench)
    provenance = desk.provenance("generate", settings | {"size": list(step.size)})
    if desk.bench.facts["dropped"] and not quiet:
        reasons = ", ".join(f"{number} for {reason}" for reason, number in desk.bench.facts["dropped"].items())
        click.echo(f"of {desk.bench.facts['candidates']} candidates dropped {reasons}", err=True)
    told(write_sprites(sprites, output, provenance=provenance, inputs=desk.paths), provenance, quiet, as_json)


@click.command(
    epilog="Example: assetforge complete wip/knight.png --erase 0,16,32,16 --variants 3 -o knights/",
    short_help="Fill the holes of unfinished sprites.",
)
@shared
@click.argument("images", nargs=-1, required=True, metavar="IMAGE…")
@click.option(
    "-p",
    "--palette",
    default="auto:255",
    help="Map the known pixels to a palette first.  [default: the images' own colors]",
)
@click.option("--mask", type=click.Path(path_type=Path), help="An image that is white where to fill.")
@click.option("--erase", help="Fill the rectangle X,Y,W,H.")
@click.option(
    "--hole", default="#ff00ff", show_default=True, help="Fill pixels of this color, without --mask and --erase."
)
@click.option("--variants", default=1, show_default=True, type=click.IntRange(1, 64), help="How many fillings of each.")
@click.option(
    "--temperature",
    default=0.9,
    show_default=True,
    type=click.FloatRange(0, 10),
    help="0 takes the likeliest color at each step.",
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0))
def complete(
    model: Path | None, output: Path, quiet: bool, as_json: bool, images: tuple[str, ...], palette: str,
    mask: Path | None, erase: str | None, hole: str, variants: int, temperature: float, seed: int,
) -> None:  # fmt: skip
    """Fill exactly the hole of each image; every other pixel stays as it is.

    The hole is --mask, or --erase, or NAME.mask.png beside NAME.png, or every pixel of the --hole color. The frames of
    an animation are filled as one: what one frame hides and another shows is taken from there.
    """
    from .. import formats
    from ..destination import check_out, write_sprites
    from ..errors import InputError
    from ..quantize import quantizer
    from ..steps.complete import finished, marked

    check_out(output)
    if mask is not None and erase is not None:
        raise click.UsageError("give --mask or --erase, not both.")
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", hole):
        raise click.UsageError(f'--hole {hole}: give a color as "#rrggbb".')
    color = tuple(int(hole[place : place + 2], 16) for place in (1, 3, 5))
    desk = Desk(model, palette, {"images": images})
    rasters: list[Raster] = []
    holes: list[NDArray[np.bool_]] = []
    places: list[str] = []
    for path, name in desk.files["images"]:
        beside = mask or path.with_name(f"{path.stem}.mask.png")
        white = formats.read(beside) if erase is None and (mask is not None or beside.is_file()) else None
        frames = formats.read(path, name)
        try:
            for number, frame in enumerate(frames):
                if erase is not None:
                    where = rectangle(erase, frame.size)
                elif white is not None:
                    # A mask says all: a color that happens to be the hole color stays.
                    where = marked(frame, (-1, -1, -1), white[min(number, len(white) - 1)])
                else:
                    where = marked(frame, color, None)
                known = frame.rgba.copy()
                known[where] = 0
                rasters.append(replace(frame, rgba=known))
                holes.append(where)
                places.append(path.as_posix())
            if not any(one.any() for one in holes[-len(frames) :]):
                raise InputError(f"has no hole: give --mask or --erase, or paint it {hole}.")
        except InputError as error:
            raise error.within(path) from error
    sprites = quantizer.quantize(rasters, desk.bench.palette)
    drawn = finished(desk.prior, sprites, holes, places, variants=variants, seed=seed, temperature=temperature)
    settings = {"variants": variants, "temperature": temperature, "seed": seed, "hole": hole, "erase": erase}
    provenance = desk.provenance("complete", settings)
    told(write_sprites(drawn, output, provenance=provenance, inputs=desk.paths), provenance, quiet, as_json)


def rectangle(text: str, size: tuple[int, int]) -> NDArray[np.bool_]:
    """True inside X,Y,W,H on a canvas of `size`, shape (H, W).

    Raises:
        click.UsageError: If it is no rectangle, or does not meet the canvas.
    """
    import numpy as np

    if not re.fullmatch(r"\d{1,5}(,\d{1,5}){3}", text):
        raise click.UsageError(f'--erase {text}: give X,Y,WIDTH,HEIGHT in pixels, like "0,16,32,16".')
    x, y, width, height = (int(number) for number in text.split(","))
    inside = np.zeros((size[1], size[0]), bool)
    inside[y : y + height, x : x + width] = True
    if not inside.any():
        raise click.UsageError(f"--erase {text}: there is nothing of a {size[0]}x{size[1]} image in it.")
    return inside


@click.command(
    cls=Variadic,
    epilog="Example: assetforge mix -p sweetie-16 --row-seeds 17,32 --cols art/slime.png --col-styles 8-15 -o grid.png",
    short_help="Mix the layout of rows with the style of columns.",
)
@shared
@palette_option
@click.option("--row-seeds", help="Rows are drawn from these seeds, like 17,32.")
@click.option("--rows", multiple=True, help="Rows are these sprites, one or more.")
@click.option("--col-seeds", help="Columns are drawn from these seeds.")
@click.option("--cols", multiple=True, help="Columns are these sprites, one or more.")
@click.option(
    "--col-styles",
    default="8-15",
    show_default=True,
    help="Which of the 16 slots, coarse 0 to fine 15, come from the column.",
)
@psi_option
@heat_option(0.7)
@click.option("--size", help="WIDTHxHEIGHT of a cell.  [default: the largest sprite given, else 32x32]")
def mix(
    model: Path | None, output: Path, quiet: bool, as_json: bool, palette: str, row_seeds: str | None,
    rows: tuple[str, ...], col_seeds: str | None, cols: tuple[str, ...], col_styles: str, truncation_psi: float,
    temperature: float, size: str | None,
) -> None:  # fmt: skip
    """The row x column grid of StyleGAN2's style mixing, and each cell as {row}-{col}.png beside it."""
    from ..destination import SHEETS, check_out, write_folder, write_sheet
    from ..sheet import grid
    from ..steps.mix import Mix

    check_out(output)
    if (row_seeds is None) == (not rows) or (col_seeds is None) == (not cols):
        raise click.UsageError("give either --row-seeds or --rows, and either --col-seeds or --cols.")
    desk = Desk(model, palette, {key: names for key, names in (("rows", rows), ("cols", cols)) if names})
    named = {key: tuple(name for _, name in found) for key, found in desk.files.items()}
    axes = {
        "rows": named.get("rows") or numbers("--row-seeds", row_seeds or ""),
        "cols": named.get("cols") or numbers("--col-seeds", col_seeds or ""),
    }
    step = Mix(
        name=output.stem, kind="mix", palette=palette, rows=axes["rows"], cols=axes["cols"], col_styles=col_styles,
        truncation=truncation_psi, temperature=temperature, size=extent(size) if size else None,
    )  # fmt: skip
    for _, fault in step.problems():
        raise click.UsageError(fault.replace("col_styles = ", "--col-styles "))
    inputs = {f"{key}.{n}": (one,) for key, found in desk.bench.inputs.items() for n, one in enumerate(found)}
    cells = step.run(replace(desk.bench, inputs=inputs))
    settings = {**axes, "col_styles": col_styles, "truncation": truncation_psi, "temperature": temperature}
    provenance = desk.provenance("mix", settings)
    if output.suffix.lower() in SHEETS:
        paths = write_sheet(grid(cells, output.stem), output, provenance=provenance, inputs=desk.paths)
        singles = output.with_suffix("")
    else:
        paths, singles = [], output
    paths += write_folder([cell for row in cells for cell in row], singles, inputs=desk.paths)
    told(paths, provenance, quiet, as_json)
