"""`assetforge translate`: what a model of pairs makes of left sprites."""

from __future__ import annotations

from pathlib import Path

import click

from ..steps.base import modest
from .desk import Desk, shared, told
from .variadic import Variadic

__all__ = ["translate"]


@click.command(
    cls=Variadic,
    epilog="Example: assetforge translate sketches/orc.png -m inked.safetensors --variants 3 -o orcs/",
    short_help="Draw sprites from sketches, by a model of pairs.",
)
@shared
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT…")
@click.option(
    "-p",
    "--palette",
    default="",
    help="Draw in a bundled palette or a file's.  [default: the colors of the right sides learnt]",
)
@click.option("--variants", default=1, show_default=True, type=click.IntRange(1, 64), help="How many of each.")
@click.option(
    "--temperature",
    default=0.9,
    show_default=True,
    type=click.FloatRange(0, 10),
    help="0 takes at each pixel the likeliest color.",
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0))
def translate(
    model: Path | None, output: Path, quiet: bool, as_json: bool, inputs: tuple[str, ...], palette: str,
    variants: int, temperature: float, seed: int,
) -> None:  # fmt: skip
    """Draw what each input becomes by a model that has learnt pairs: sketch to sprite, day to night.

    The frames of an animation are drawn from the same numbers.
    """
    from ..destination import check_out, write_sprites
    from ..steps.translate import translated

    check_out(output)
    if model is None:
        raise click.UsageError("give the model with -m; `assetforge train --pairs LEFT/ RIGHT/` makes one.")
    if temperature == 0 and variants > 1:
        raise click.UsageError("--temperature 0 draws one and the same: give --variants 1 or a higher temperature.")
    desk = Desk(model, palette or "auto:255", {"inputs": inputs})
    chosen = desk.bench.palette if palette else None
    prior = desk.prior()
    files = desk.read(desk.bench.inputs["inputs"])
    for source, file in zip(desk.bench.inputs["inputs"], files, strict=True):
        modest(source.path, file, "translated")
    frames = [frame for file in files for frame in file]
    drawn = translated(prior, frames, chosen, variants=variants, seed=seed, temperature=temperature)
    settings = {"variants": variants, "temperature": temperature, "seed": seed}
    provenance = desk.provenance("translate", settings)
    told(write_sprites(drawn, output, provenance=provenance, inputs=desk.paths), provenance, quiet, as_json)
