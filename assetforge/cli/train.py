"""`assetforge train`: fine-tune the base model on a pack, or train from nothing."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..corpus import Source
    from ..models.train import Progress
    from .following import Follower

__all__ = ["art_and_archives", "train"]

CELLS = re.compile(r"(?P<art>.+)@(?P<width>[1-9]\d*)x(?P<height>[1-9]\d*)")


def art_and_archives(inputs: tuple[str, ...]) -> list[Source]:
    """Archives (``.npz``) as they are, then art by `formats.find`, cut into cells where it is ``ART@WxH``."""
    from .. import formats
    from ..corpus import Source

    found = {Path(text): Source(Path(text), Path(text).stem) for text in inputs if text.endswith(".npz")}
    sheets = {text: CELLS.fullmatch(text) for text in inputs if not Path(text).exists()}
    for text in inputs:
        if cell := sheets.get(text):
            size = (int(cell["width"]), int(cell["height"]))
            found |= {path: Source(path, name, size) for path, name in formats.find([cell["art"]])}
    art = [text for text in inputs if not text.endswith(".npz") and not sheets.get(text)]
    plain = {path: Source(path, name) for path, name in below_all(formats.find(art) if art else [])}
    return list({**found, **plain, **found}.values())


def sides(left: str, right: str) -> list[tuple[Source, Source]]:
    """The files of two folders, globs or files, paired by name."""
    from .. import formats
    from ..corpus import Source
    from ..pairs import matched

    lefts, rights = ([Source(path, name) for path, name in formats.find([text])] for text in (left, right))
    if len(lefts) == len(rights) == 1:
        return [(lefts[0], rights[0])]
    return matched(lefts, rights)


def below_all(found: list[tuple[Path, str]]) -> list[tuple[Path, str]]:
    """Art that lies in several folders named by its path below what they share, so that each name tells its folder."""
    folders = {os.path.abspath(path.parent) for path, _ in found}
    if len(folders) < 2 or len({os.path.splitdrive(folder)[0] for folder in folders}) > 1:
        return found
    root = os.path.commonpath(folders)
    return [(path, Path(os.path.relpath(path, root)).with_suffix("").as_posix()) for path, _ in found]


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
    if live is not None and live.suffix.lower() not in (".html", ".htm"):
        raise click.UsageError(f'"{live}": a page ends in .html.')
    from ..corpus import gather
    from ..files import clear_temporary, write_atomic
    from ..models.budget import steps_for
    from ..models.prior import Prior, base_path
    from ..models.train import Events, leads
    from ..models.train import train as learn
    from ..pairs import gather_pairs
    from .following import Bar, Live

    start = {"base": base_path(), "none": None}.get(base, Path(base))
    corpus = gather_pairs(sides(*pairs)) if pairs else gather(art_and_archives(inputs))
    output.parent.mkdir(parents=True, exist_ok=True)
    state = output.with_name(f".{output.stem}.state.safetensors")
    if steps is None:
        minutes = 3.0 if minutes is None else minutes
        steps = steps_for(minutes)
    followers: list[Follower] = [Bar(quiet or not leads())]
    if leads():
        followers += [Live(live, output.stem)] if live is not None else []
        followers += [Events(tensorboard)] if tensorboard is not None else []

    def told(progress: Progress) -> None:
        for follower in followers:
            follower(progress)

    try:
        data = learn(
            corpus,
            base=start,
            steps=steps,
            minutes=minutes,
            seed=seed,
            device=device,
            state=state,
            resume=resume,
            report=told,
            name=output.stem,
            half=half,
        )
    finally:
        for follower in followers:
            follower.close()
    if not leads():
        return
    write_atomic(output, data)
    for path in (output, state):
        clear_temporary(path)
    state.unlink(missing_ok=True)
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
