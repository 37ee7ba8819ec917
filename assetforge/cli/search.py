"""`assetforge search`: the sprites nearest to one, and near-copies."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import InputError, printable

if TYPE_CHECKING:
    from ..search.catalog import Catalog, Seen

__all__ = ["search"]


@click.command(
    epilog="Example: assetforge search art/orc.png --in art/ --by shape",
    short_help="Find the sprites nearest to one, and near-copies.",
)
@click.argument("queries", nargs=-1, required=True, metavar="QUERY…")
@click.option("--in", "folders", multiple=True, metavar="ART", help="Where to look: files, folders, globs; repeatable.")
@click.option("--top", default=10, show_default=True, type=click.IntRange(1, 10_000), help="How many to tell of each.")
@click.option(
    "--by",
    type=click.Choice(["shape", "color", "colour", "both"]),
    default="both",
    show_default=True,
    help="Shape sees no colors, color no shape.",
)
@click.option("--duplicates", is_flag=True, help="Tell groups of near-copies among the files named.")
@click.option(
    "--differ",
    default=0.05,
    show_default=True,
    type=click.FloatRange(0, 0.5),
    help="Share of the pixels in which near-copies differ at most; mirroring, moving, recoloring are no difference.",
)
@click.option("--show", is_flag=True, help="Print the sprites in the terminal.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@click.option("--quiet", is_flag=True, help="Say nothing but the result.")
def search(
    queries: tuple[str, ...], folders: tuple[str, ...], top: int, by: str, duplicates: bool, differ: float,
    show: bool, as_json: bool, quiet: bool,
) -> int:  # fmt: skip
    """The sprites nearest to each QUERY, by the latents of the bundled model's encoder.

    Distance 0 is alike, 1.4 has nothing in common. A mirrored sprite has the same shape; of an animation the nearest
    frame counts. With --duplicates, QUERY is the art to look through. What was seen of a file is kept by its content,
    in the project's .assetforge/ or else in your cache folder, and may be deleted at any time.
    """
    from ..search.catalog import Catalog
    from ..search.places import home, listed

    by = "color" if by == "colour" else by
    if not duplicates and not folders:
        raise click.UsageError("give --in, the art to search.")
    places = [*folders, *queries] if duplicates else list(folders)
    catalog = Catalog(home(places))
    files = list(listed(places))
    known = catalog.seen(files, Meter(quiet or as_json))
    for fault in catalog.faults:
        click.echo(f"assetforge: {fault} Left out.", err=True)
    failed = bool(catalog.faults)
    if not known:
        raise InputError(f"{len(files)} files hold no sprite that could be read and has something drawn in it.")
    index = {"files": len(files), "frames": len(known), "encoded": catalog.encoded}
    if duplicates:
        tell_duplicates(known, catalog, differ, index, show, as_json)
    else:
        tell_nearest(queries, known, catalog, by, top, index, show, as_json)
    if catalog.thinned and not quiet:
        path, step = next(iter(catalog.thinned.items()))
        many = f" and {len(catalog.thinned) - 1} more" if len(catalog.thinned) > 1 else ""
        said = f"{printable(path)}{many}: larger than 64 pixels, seen at 1/{step}; cut sheets into sprites first."
        click.echo(f"assetforge: {said}", err=True)
    return int(failed)


class Meter:
    """How many new sprites were read: a bar on a terminal, else nothing."""

    def __init__(self, quiet: bool) -> None:
        self.bar: Any = None
        self.quiet = quiet or not sys.stderr.isatty()

    def __call__(self, number: int) -> None:
        if number and not self.quiet:
            if self.bar is None:
                from tqdm import tqdm

                self.bar = tqdm(unit=" new sprites", file=sys.stderr, dynamic_ncols=True, leave=False)
            self.bar.update(number)


def tell_nearest(
    queries: Sequence[str], known: Sequence[Seen], catalog: Catalog, by: str, top: int, index: dict[str, int],
    show: bool, as_json: bool,
) -> None:  # fmt: skip
    """Print what is nearest to each query."""
    from ..search.nearest import nearest
    from ..search.places import listed

    answers = []
    for file in listed(queries):
        catalog.faults = []
        seen = catalog.seen([file], keep=False)
        if catalog.faults:
            raise catalog.faults[0]
        if not seen:
            raise InputError("nothing is drawn in it; give a sprite to look for.", file.path)
        answers.append((file.path, seen, nearest(seen, known, catalog, by, top)))
    if as_json:
        told = [
            {
                "query": posix(path),
                "results": [
                    place(near.seen) | {"distance": near.distance, "mirrored": near.mirrored} for near in found
                ],
            }
            for path, _, found in answers
        ]
        click.echo(json.dumps({"by": by, "index": index, "queries": told}, indent=2))
        return
    for path, seen, found in answers:
        if len(answers) > 1:
            click.echo(printable(path))
        for near in found:
            click.echo(f"{near.distance:5.3f}  {labelled(near.seen)}{'  mirrored' if near.mirrored else ''}")
        if show:
            itself = [] if found[0].seen.file.full == seen[0].file.full else seen[:1]
            pictures([*itself, *(near.seen for near in found)])


def tell_duplicates(
    known: Sequence[Seen], catalog: Catalog, differ: float, index: dict[str, int], show: bool, as_json: bool
) -> None:
    """Print groups of near-copies."""
    from ..search.duplicates import duplicates

    groups = duplicates(known, catalog, differ)
    if as_json:
        told = [
            [place(one.seen) | {"differs": round(one.differs, 4), "ways": list(one.ways)} for one in group]
            for group in groups
        ]
        click.echo(json.dumps({"index": index, "groups": told}, indent=2))
        return
    for number, group in enumerate(groups):
        if number:
            click.echo()
        for one in group:
            how = ", ".join(one.ways) or ("same" if one is not group[0] else "")
            share = f" {100 * one.differs:.0f} %" if one.differs >= 0.005 else ""
            click.echo(f"{labelled(one.seen)}{'  ' if how else ''}{how}{share}")
        if show:
            pictures([one.seen for one in group])
    if not groups:
        click.echo(f"no near-copies among {index['files']} files")


def place(seen: Seen) -> dict[str, Any]:
    """Where a frame is, for JSON."""
    return {"path": posix(seen.file.path), "frame": seen.frame if seen.animated else None}


def posix(path: str) -> str:
    return Path(path).as_posix()


def labelled(seen: Seen) -> str:
    """Where a frame is, for people, who count from 1."""
    return printable(seen.file.path) + (f"  frame {seen.frame + 1}" if seen.animated else "")


def pictures(some: Sequence[Seen]) -> None:
    """Print frames in the terminal."""
    from .. import formats
    from .show import print_pictures

    print_pictures([(Path(one.file.path).stem, formats.read(Path(one.file.path))[one.frame].rgba) for one in some])
