"""`assetforge blend`: the in-betweens of sprites."""

from __future__ import annotations

from pathlib import Path

import click

from ..steps.blend import AT
from .desk import Desk, shared, told
from .variadic import Variadic

__all__ = ["blend"]


@click.command(
    cls=Variadic,
    epilog="Example: assetforge blend art/monsters/slime.png art/monsters/ghost.png --steps 8 -o haunted.png",
    short_help="Draw the in-betweens of two sprites.",
)
@shared
@click.argument("images", nargs=-1, required=True, metavar="A [B…]")
@click.option("-p", "--palette", default="auto:255", help="A palette, or auto:K.  [default: the images' own colors]")
@click.option(
    "--steps", default=8, show_default=True, type=click.IntRange(2, 64), help="Frames from A to B, both counted."
)
@click.option(
    "--at",
    type=click.Choice(AT),
    default="all",
    show_default=True,
    help="Go to B's shape, or its style of color, alone.",
)
@click.option("--plus", help="Add this sprite to all, or to A alone step by step …")
@click.option("--minus", help="… less this one.")
@click.option(
    "--temperature",
    default=0.7,
    show_default=True,
    type=click.FloatRange(0.05, 10),
    help="Of colors that are drawn anew; below 1 is calmer.",
)
def blend(
    model: Path | None, output: Path, quiet: bool, as_json: bool, images: tuple[str, ...], palette: str, steps: int,
    at: str, plus: str | None, minus: str | None, temperature: float,
) -> None:  # fmt: skip
    """Frames from A to B that are sprites themselves, as a strip and an animation that goes there and back.

    Every pixel of A is carried to where B has one, takes its new color on the way, and is mended where the model
    doubts it. Of more than two, and of the frames of an animation, each goes on to the next.
    """
    from ..destination import SHEETS, check_out, write_folder, write_sheet
    from ..sheet import grid
    from ..steps.blend import Blend

    check_out(output)
    if (plus is None) != (minus is None):
        raise click.UsageError("give --plus and --minus together: what lies between the two is added.")
    named = {f"from.{place}": (one,) for place, one in enumerate(images)}
    desk = Desk(model, palette, named | {key: (one,) for key, one in (("plus", plus), ("minus", minus)) if one})
    for key in ("plus", "minus"):
        if len(desk.files.get(key, ())) > 1:
            raise click.UsageError(f"--{key} means {len(desk.files[key])} files; name one sprite.")
    step = Blend(
        name=output.stem, kind="blend", palette=palette, from_=images, steps=steps, at=at, plus=plus or "",
        minus=minus or "", temperature=temperature,
    )  # fmt: skip
    rows = step.run(desk.bench)
    ways = {key: [name for _, name in found] for key, found in desk.files.items()}
    provenance = desk.provenance("blend", {"steps": steps, "at": at, "temperature": temperature, "ways": ways})
    if output.suffix.lower() in SHEETS:
        paths = write_sheet(grid(rows, output.stem), output, provenance=provenance, inputs=desk.paths)
    else:
        paths = write_folder([frame for row in rows for frame in row], output, inputs=desk.paths)
    told(paths, provenance, quiet, as_json)
