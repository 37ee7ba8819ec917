"""`assetforge restyle`: sprites in another pack's style."""

from __future__ import annotations

from pathlib import Path

import click

from ..steps.restyle import TAKES
from .desk import Desk, heat_option, shared, told
from .variadic import Variadic

__all__ = ["restyle"]


@click.command(
    cls=Variadic,
    epilog="Example: assetforge restyle art/heroes --to art/monsters --take color -o heroes-as-monsters.png",
    short_help="Give sprites the style of another pack.",
)
@shared
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT…")
@click.option("--to", required=True, multiple=True, help="The pack that has the style, or a model's checkpoint.")
@click.option(
    "-p",
    "--palette",
    default="auto:32",
    show_default=True,
    help="A palette; auto:K is fitted to the pack that --to names.",
)
@click.option("--keep", default="0-7", show_default=True, help="Slots, coarse 0 to fine 15, that stay the input's own.")
@click.option(
    "--take",
    type=click.Choice(TAKES),
    default="shading",
    show_default=True,
    help="The pack's outline, light and texture; or its style of color alone.",
)
@heat_option(0.7)
def restyle(
    model: Path | None, output: Path, quiet: bool, as_json: bool, inputs: tuple[str, ...], to: tuple[str, ...],
    palette: str, keep: str, take: str, temperature: float,
) -> None:  # fmt: skip
    """Your sprites' layout in another pack's style and palette; silhouettes stay, animations hold still.

    Each takes after the pack's sprite that is most like it. A checkpoint as --to stands for what it has learnt.
    """
    from ..destination import check_out, write_sprites
    from ..steps.restyle import Restyle

    check_out(output)
    learnt = [name for name in to if name.lower().endswith(".safetensors")]
    if learnt and len(to) > 1:
        raise click.UsageError("--to takes sprites, or one checkpoint, not both.")
    if learnt and model is not None:
        raise click.UsageError("--to names a checkpoint; leave out -m.")
    step = Restyle(
        name=output.stem, kind="restyle", palette=palette, from_=inputs, to=() if learnt else to, keep=keep, take=take,
        temperature=temperature,
    )  # fmt: skip
    for _, fault in step.problems():
        raise click.UsageError(fault.replace("keep = ", "--keep "))
    if temperature <= 0:
        raise click.UsageError("--temperature 0: it must be above 0, or nothing of a sprite would be kept.")
    desk = Desk(Path(to[0]) if learnt else model, palette, {"from": inputs} | ({} if learnt else {"to": to}))
    drawn = step.run(desk.bench)
    provenance = desk.provenance("restyle", {"keep": keep, "take": take, "temperature": temperature})
    told(write_sprites(drawn, output, provenance=provenance, inputs=desk.paths), provenance, quiet, as_json)
