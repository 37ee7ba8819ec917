"""`assetforge quantize`: art, locked to a palette."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .. import __version__
from ..errors import AssetforgeError, InputError
from ..palette import Palette, auto_size

if TYPE_CHECKING:
    from ..evaluate.mapping import Fidelity

__all__ = ["quantize"]

# As quantizer.MAPS and quantizer.DITHERS, which a --help must not load numpy for.
MAPS = ("nearest", "faithful", "ramp", "swap")
DITHERS = ("none", "bayer", "floyd-steinberg")


@click.command(
    epilog="Example: assetforge quantize art/items -o build/items.png -p pico-8",
    short_help="Bring sprites into a palette.",
)
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="OUT", help="Sheet or folder.")
@click.option(
    "-p",
    "--palette",
    "spec",
    default="auto:32",
    show_default=True,
    metavar="PALETTE|auto:K",
    help="A bundled name, a palette file, or K colors of the art itself.",
)
@click.option(
    "--map",
    "mapping",
    type=click.Choice(MAPS),
    default="faithful",
    show_default=True,
    help="How colors find their place: nearest; faithful, which keeps neighbours apart; ramp, by the order of "
    "lightness; swap, index to index. With auto:K it is nearest.",
)
@click.option(
    "--dither", type=click.Choice(DITHERS), default="none", show_default=True, help="Mix the two nearest colors."
)
@click.option(
    "--from",
    "source",
    metavar="PALETTE",
    help="For --map swap: the palette that the art is in.  [default: that of the indexed PNGs, else by lightness]",
)
@click.option(
    "--threshold",
    type=click.IntRange(1, 255),
    default=128,
    show_default=True,
    help="The least alpha that becomes opaque.",
)
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Where the k-means of auto:K starts."
)
@click.option("--json", "as_json", is_flag=True, help="Print what was done and what it cost as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def quantize(
    inputs: tuple[str, ...],
    output: Path,
    spec: str,
    mapping: str,
    dither: str,
    source: str | None,
    threshold: int,
    seed: int,
    as_json: bool,
    quiet: bool,
) -> None:
    """Bring sprites into one palette, by one mapping for all, so that frames and variants stay consistent.

    INPUT is any .png, .gif, .aseprite or .ase, a folder of them, or a glob. OUT ending in .png is a
    sheet with its JSON, in .aseprite or .gif a file with a frame for each sprite, else a folder of PNGs named
    as their inputs. Art that is in the palette already is not changed, except by ramp and swap.
    """
    from ..destination import check_out, write_sprites
    from ..files import digest, read_bytes
    from ..formats import Ration, find, read
    from .palette import load

    check_out(output)
    size = auto_size(spec)
    palette = size if size is not None else load(spec, quiet)
    files = find(inputs)
    rasters, failures, ration = [], [], Ration()
    for path, name in files:
        try:
            found = read(path, name)
        except AssetforgeError as error:
            failures.append(error)
        else:
            rasters += ration.take(found, path)
    if failures:
        for failure in failures[:-1]:
            click.echo(f"assetforge: {failure}", err=True)
        raise failures[-1]

    from ..evaluate.mapping import fidelity
    from ..quantize import quantizer

    origin = None
    if mapping == "swap":
        origin = load(source, quiet) if source else own_palette(files)
    sprites = quantizer.quantize(
        rasters, palette, map=mapping, dither=dither, threshold=threshold, seed=seed, source=origin
    )
    settings = {"palette": spec, "map": mapping, "dither": dither, "threshold": threshold, "seed": seed}
    provenance = {
        "tool": "assetforge",
        "version": __version__,
        "command": "quantize",
        "settings": settings,
        "inputs": {name: digest(read_bytes(path)) for path, name in files},
    }
    written = write_sprites(sprites, output, provenance=provenance, inputs=[path for path, _ in files])
    if quiet and not as_json:
        return
    cost = fidelity([raster.rgba for raster in rasters], [sprite.rgba() for sprite in sprites], threshold)
    chosen = sprites[0].palette
    if as_json:
        facts = {
            "sprites": len(sprites),
            "palette": {"name": chosen.name, "colors": list(chosen.hex)},
            **asdict(cost),
            "files": [path.as_posix() for path in written],
        }
        click.echo(json.dumps(facts))
    else:
        click.echo(summary(output, len(sprites), chosen, cost))


def own_palette(files: Sequence[tuple[Path, str]]) -> Palette | None:
    """The one palette of indexed PNGs as assetforge writes them; None if the files are not all such.

    Raises:
        InputError: If a PNG is damaged.
    """
    from ..files import read_bytes
    from ..formats import png

    found: Palette | None = None
    for path, name in files:
        data = read_bytes(path) if path.suffix.lower() == ".png" else b""
        try:
            sprite = png.read_sprite(data, name) if data.startswith(png.MAGIC) else None
        except InputError as error:
            raise error.within(path) from error
        if sprite is None or (found is not None and sprite.palette != found):
            return None
        found = Palette(sprite.palette.colors, "the art's palette")
    return found


def summary(output: Path, sprites: int, palette: Palette, cost: Fidelity) -> str:
    """One or two lines on what was done and what it cost."""
    plural = "" if sprites == 1 else "s"
    text = f"{output}: {sprites} sprite{plural}, {cost.colors} colors -> {cost.kept} of {palette.name} ({len(palette)})"
    if not cost.error:
        return f"{text}, nothing changed"
    return (
        f"{text}\n  mean color error {cost.error:.4f} (OKLab); of {cost.edges} edges between colors "
        f"{cost.merged:.1%} merged, {cost.flipped:.1%} turned over in lightness"
    )
