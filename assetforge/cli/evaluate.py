"""`assetforge evaluate`: how well a model predicts sprites that it has not seen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from ..sources import art_and_archives
from .tables import show_table

__all__ = ["evaluate", "show"]


@click.command(
    epilog="Example: assetforge evaluate art/ -p sweetie-16 --json", short_help="Held-out figures of a model."
)
@click.argument("inputs", nargs=-1, metavar="[INPUT…]")
@click.option(
    "--pairs",
    nargs=2,
    metavar="LEFT RIGHT",
    help="For a model of pairs, instead of INPUT: score what is in RIGHT given what has the same name in LEFT.",
)
@click.option("-m", "--model", type=click.Path(path_type=Path), help="A checkpoint.  [default: the bundled base model]")
@click.option(
    "-p", "--palette", default="auto:32", show_default=True, help="Sprites are mapped to it by nearest color first."
)
@click.option(
    "--holdout",
    type=click.Choice(["family", "none"]),
    default="family",
    show_default=True,
    help="Score held-out families, with counts learnt from the others; or score everything, with nothing learnt.",
)
@click.option(
    "--art",
    "drawn",
    type=click.IntRange(0, 1024),
    metavar="N",
    default=0,
    help="Draw N sprites (64 are good to judge by) and compare their craft with held-out ones.  [default: none]",
)
@click.option("--quiet", is_flag=True, help="Say nothing but the result.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def evaluate(
    inputs: tuple[str, ...], pairs: tuple[str, str] | None, model: Path | None, palette: str, holdout: str,
    drawn: int, quiet: bool, as_json: bool,
) -> None:  # fmt: skip
    """Bits per pixel beside count baselines, completion accuracy, memorisation; with --art, whether what the model
    draws passes for the pack's own art.

    Each figure of --art is told beside a floor: what real families of the pack reach when they are compared with other
    real families the same way. A figure is within it up to two standard deviations above its mean.

    With --pairs, a model of `train --pairs` beside itself without the left sides, and beside what their colors became.
    """
    if bool(inputs) == bool(pairs):
        raise click.UsageError("give --pairs or INPUT, not both." if pairs else "give INPUT or --pairs LEFT RIGHT.")
    from ..formats import palettes
    from ..models.prior import Prior
    from ..pairs import sides
    from ..palette import auto_size
    from ..trial import trial

    size = auto_size(palette)
    chosen = palettes.load(palette) if size is None else size
    tell = (lambda what: None) if quiet or as_json else (lambda what: click.echo(f"measuring {what} …", err=True))
    figures = trial(
        art_and_archives(inputs) if inputs else (),
        Prior.load(model),
        chosen,
        families=holdout == "family",
        drawn=drawn,
        pairs=sides(*pairs) if pairs else (),
        tell=tell,
    )
    if as_json:
        click.echo(json.dumps(figures, indent=2, sort_keys=True))
        return
    colors = len(figures["palette"]["colors"])
    click.echo(f"{figures['sprites']} sprites, {figures['pixels']} pixels, {colors} colors + transparent\n")
    show(figures)
    if drawn:
        _tell_art(figures["art"])


def show(found: dict[str, Any]) -> None:
    """Bits, pairs, completion, animations and memorisation, a table each."""
    bits = {"model": found["bits_per_pixel"], **found["baselines"]}
    if beside := found.get("pairs"):
        given = {"model, given the left": beside["given_left"], "model, without the left": beside["alone"]}
        bits = {**given, "what the left's colors became": beside["copying"], **found["baselines"]}
    show_table("Bits per pixel", ["", "bits"], [[name, f"{value:.3f}"] for name, value in bits.items()])
    if beside:
        show_table(
            "Translation at temperature 0: share of drawn pixels exactly right",
            ["", "share"],
            [
                ["model", f"{beside['accuracy']:.3f}"],
                ["likeliest by the left's colors", f"{beside['accuracy_copying']:.3f}"],
            ],
        )
    others = {"nearest visible pixel": found["completion_nearest_visible"]}
    others |= {"best training tile": tiles} if (tiles := found["completion_training_tile"]) else {}
    rows = [
        [name, f"{share:.3f}", *(f"{other[name]:.3f}" for other in others.values())]
        for name, share in found["completion"].items()
    ]
    show_table("Completion: share of hidden pixels exactly right", ["hidden", "model", *others], rows)
    if moves := found.get("flicker"):
        ways = {"all frames as one": moves["as_one"], "frame by frame": moves["frame_by_frame"]}
        columns = ("accuracy", "changes", "loose")
        show_table(
            "Animations: their lower half filled",
            ["", "exactly right", *columns[1:]],
            [[name, *(f"{way[column]:.3f}" for column in columns)] for name, way in ways.items()],
            f"{moves['animations']} animations of {moves['frames']} frames, in which {100 * moves['changed']:.0f} % of "
            "the pixels change from frame to frame.",
        )
    memory = found["memorisation"]
    share = 100 * memory["below"]
    show_table(
        "Memorisation: share of pixels that differ from the nearest training sprite",
        ["", "median"],
        [["generated", f"{memory['median']:.3f}"], ["held out", f"{memory['held_out_median']:.3f}"]],
        f"Of {memory['generated']} generated, {memory['exact']} are exact copies; {share:.0f} % are nearer than 99 % "
        "of those held out.",
    )


def _tell_art(found: dict[str, Any]) -> None:
    """The distribution, then each craft figure, beside what real families reach."""

    def row(name: str, figure: dict[str, Any], *more: str) -> list[str]:
        mark = "" if figure["within"] else "beyond"
        return [name, f"{figure['value']:.3f}", f"{figure['floor']:.3f} ± {figure['sd']:.3f}", *more, mark]

    title = f"Art: {found['generated']} generated beside {found['held_out']} held out; floor: real beside real"
    names = ("craft", "kernel", "coverage", "forest")
    show_table(title, ["", "value", "floor", ""], [row(name, found[name]) for name in names])
    show_table(
        "Craft figures: distance in units of the pack's spread, and means",
        ["", "distance", "floor", "generated", "held out", ""],
        [
            row(name, figure, f"{figure['mean']:.3f}", f"{figure['mean_held_out']:.3f}")
            for name, figure in found["figures"].items()
        ],
        "beyond: by more than two standard deviations of the floor. What each measure is: docs/measures.md.",
    )
