"""`assetforge train`: fine-tune the base model on a pack, or train from nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..sources import art_and_archives

if TYPE_CHECKING:
    from ..models.train import Progress
    from .following import Follower

__all__ = ["art_and_archives", "train"]


@click.command(
    epilog='Example: assetforge train "art/monsters/*.png" -o monsters.safetensors --minutes 3',
    short_help="Learn a pack's style.",
)
@click.argument("inputs", nargs=-1, metavar="[INPUT…]")
@click.option(
    "--pairs",
    nargs=2,
    metavar="LEFT RIGHT",
    help="Learn to draw what is in one folder from what has the same name in another, instead of INPUT.",
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The checkpoint, .safetensors.",
)
@click.option(
    "--base",
    default="base",
    show_default=True,
    help="Start from the bundled model (base), from nothing (none), or from a checkpoint FILE.",
)
@click.option(
    "--minutes",
    type=click.FloatRange(min=0, min_open=True),
    help="How long, by a 2-core machine and by the clock.  [default: 3]",
)
@click.option("--steps", type=click.IntRange(min=1), help="How long, in steps; repeats exactly.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--resume", is_flag=True, help="Go on where a run with the same settings was stopped.")
@click.option("--half", is_flag=True, help="Store weights in 16 bits: half the file.")
@click.option("--live", type=click.Path(path_type=Path, dir_okay=False), help="Keep a page of the curve, .html.")
@click.option("--tensorboard", type=click.Path(path_type=Path, file_okay=False), help="Write event files to a folder.")
@click.option("--quiet", is_flag=True, help="Say nothing but errors.")
@click.option("--json", "as_json", is_flag=True, help="Print the model card as JSON.")
def train(
    inputs: tuple[str, ...],
    pairs: tuple[str, str] | None,
    output: Path,
    base: str,
    minutes: float | None,
    steps: int | None,
    device: str,
    seed: int,
    resume: bool,
    half: bool,
    live: Path | None,
    tensorboard: Path | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Fine-tune the base model on your sprites, or train one from scratch.

    Some families of sprites are held out; training stops when the model no longer gets better at them.
    A sheet is cut into its cells if their size is told: "walks/*.png@16x16".

    With --pairs it learns a translation: `assetforge translate` then draws sprites from sketches.
    """
    if bool(inputs) == bool(pairs):
        raise click.UsageError("give --pairs or INPUT, not both." if pairs else "give INPUT or --pairs LEFT RIGHT.")
    if minutes is not None and steps is not None:
        raise click.UsageError("give --minutes or --steps, not both.")
    if output.suffix != ".safetensors":
        raise click.UsageError(f'"{output}": end it in .safetensors.')
    if base not in ("base", "none") and output.exists() and Path(base).exists() and output.samefile(base):
        raise click.UsageError(f'"{output}": is the base, too; it would be replaced. Name another output.')
    if live is not None and live.suffix.lower() not in (".html", ".htm"):
        raise click.UsageError(f'"{live}": a page ends in .html.')
    from ..corpus import gather
    from ..models.prior import Prior
    from ..models.train import Events, leads
    from ..pairs import gather_pairs, sides
    from ..training import learn
    from .following import Bar, Live

    corpus = gather_pairs(sides(*pairs)) if pairs else gather(art_and_archives(inputs))
    followers: list[Follower] = [Bar(quiet or not leads())]
    if leads():
        followers += [Live(live, output.stem)] if live is not None else []
        followers += [Events(tensorboard)] if tensorboard is not None else []

    def told(progress: Progress) -> None:
        for follower in followers:
            follower(progress)

    try:
        learn(
            corpus,
            output,
            base=base,
            steps=steps,
            minutes=minutes,
            seed=seed,
            device=device,
            resume=resume,
            half=half,
            report=told,
        )
    finally:
        for follower in followers:
            follower.close()
    if not leads():
        return
    card = Prior.load(output).card
    if as_json:
        click.echo(json.dumps(card, indent=2, sort_keys=True))
    elif not quiet:
        score = card["held_out_bits_per_pixel"]
        judged = f"{score:.3f} bits/pixel on {card['held_out']} held-out sprites" if score else "nothing held out"
        if pairs and score:
            beside = card["pairs"]
            judged += f", {beside['alone']:.3f} without the left, {beside['copying']:.3f} by what its colors became"
        learnt = card["sprites"] - card["held_out"]
        click.echo(f"{output}: {learnt} sprites, step {card['steps']}, {judged} ({card['stopped']}).")
