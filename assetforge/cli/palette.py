"""`assetforge palette`: look at palettes, take them from art, turn one format into another, compare two."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import ConfigError
from ..files import write_atomic
from ..palette import MAX_COLORS, MIN_COLORS, Palette

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["palette"]

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, and nothing else, on stdout.")
quiet = click.option("-q", "--quiet", is_flag=True, help="Print errors only.")


@click.group(
    epilog="Example: assetforge palette show sweetie-16", short_help="See, extract, convert and compare palettes."
)
def palette() -> None:
    """See, extract, convert and compare palettes (.hex .gpl .pal .act .ase .png)."""


@palette.command("list", epilog="Example: assetforge palette list")
@as_json
@quiet
def list_palettes(as_json: bool, quiet: bool) -> None:
    """List the bundled palettes."""
    from ..formats import palettes

    facts = palettes.index()
    if as_json:
        click.echo(json.dumps([{"name": name, **facts.get(name, {})} for name in palettes.names()], indent=1))
        return
    for name in palettes.names():
        fact = facts.get(name, {})
        author = f", {fact['author']}" if fact.get("author") else ""
        click.echo(f"{name:<20}{fact.get('colors', ''):>4}  {fact.get('title', name)}{author}")
        if wants_swatches():
            click.echo(f"{'':<26}{swatches(palettes.load(name).colors[:32], 1)}")


@palette.command(epilog="Example: assetforge palette show art/house.gpl --json")
@click.argument("name", metavar="P")
@as_json
@quiet
def show(name: str, as_json: bool, quiet: bool) -> None:
    """Show the colors of P, a bundled name or a file, in index order from 1."""
    found = load(name, quiet)
    from ..formats import palettes

    fact = palettes.index().get(name, {})
    if as_json:
        doubles = [list(pair) for pair in found.doubles]
        click.echo(json.dumps({**described(found), "transparent": 0, "doubles": doubles, **fact_of(fact)}, indent=1))
        return
    author = f" by {fact['author']}" if fact.get("author") else ""
    click.echo(f"{fact.get('title', found.name)}{author}: {len(found)} colors")
    for place, (color, digits) in enumerate(zip(found.colors, found.hex, strict=True), 1):
        block = f"{swatches([color], 4)}  " if wants_swatches() else ""
        click.echo(f"{place:>4}  {block}{digits}")
    if fact.get("note"):
        click.echo(f"note: {fact['note']}")


@palette.command(epilog="Example: assetforge palette extract art/heroes -k 12 -o heroes.gpl")
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...")
@click.option("-k", "count", type=int, required=True, help=f"How many colors, {MIN_COLORS} to {MAX_COLORS}.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="F", help="The palette file.")
@click.option("--seed", type=int, default=0, show_default=True, help="Where k-means starts.")
@as_json
@quiet
def extract(images: Sequence[str], count: int, output: Path, seed: int, as_json: bool, quiet: bool) -> None:
    """Take the K colors that serve all IMAGEs best (files, folders, globs); each is one that the art uses."""
    if not MIN_COLORS <= count <= MAX_COLORS:
        raise ConfigError(f"-k {count}: a palette holds {MIN_COLORS} to {MAX_COLORS} colors.")
    check_suffix(output)
    from .. import formats
    from ..formats import palettes
    from ..quantize import quantizer

    ration = formats.Ration()
    files = formats.find(images)
    rasters = [raster for path, name in files for raster in ration.take(formats.read(path, name), path)]
    fitted = Palette(quantizer.fit(rasters, count, seed=seed).colors, output.stem)
    write_atomic(output, palettes.write(fitted, output.suffix))
    if not quiet and len(fitted) < count:
        click.echo(f"assetforge: the art holds {len(fitted)} colors, fewer than {count}.", err=True)
    report(fitted, output, as_json, quiet)


@palette.command(epilog="Example: assetforge palette convert house.gpl house.act")
@click.argument("source", metavar="IN")
@click.argument("output", metavar="OUT", type=click.Path(path_type=Path))
@click.option("--transparent", is_flag=True, help="Put the transparent entry first (.gpl, .act; .png always does).")
@as_json
@quiet
def convert(source: str, output: Path, transparent: bool, as_json: bool, quiet: bool) -> None:
    """Write the palette IN, a bundled name or a file, as OUT; its suffix names the format. Order and doubles stay."""
    check_suffix(output)
    found = load(source, quiet)
    from ..formats import palettes

    write_atomic(output, palettes.write(found, output.suffix, transparent))
    report(found, output, as_json, quiet)


@palette.command(epilog="Example: assetforge palette compare endesga-32 downloaded.hex")
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@as_json
@quiet
def compare(first: str, second: str, as_json: bool, quiet: bool) -> None:
    """Tell whether A and B hold the same colors in the same order, and how far apart the others are (OKLab)."""
    one, other = load(first, quiet), load(second, quiet)
    found = compared(one, other)
    if as_json:
        click.echo(json.dumps(found, indent=1))
        return
    a, b = (f"{spec} ({len(p)})" for spec, p in ((first, one), (second, other)))
    if found["same_order"]:
        click.echo(f"{a} and {b} are equal, color by color.")
        return
    if found["same_set"]:
        click.echo(f"{a} and {b} hold the same colors in another order.")
        return
    click.echo(f"{a} and {b} share {found['shared']} colors.")
    for spec, side in ((first, "only_in_a"), (second, "only_in_b")):
        for entry in found[side]:
            click.echo(f"only in {spec}: {entry['color']}, nearest {entry['nearest']} at {entry['distance']:.3f}")
    click.echo(f"OKLab distance to the nearest color: mean {found['mean']:.3f}, largest {found['largest']:.3f}")


def compared(one: Palette, other: Palette) -> dict[str, Any]:
    """What `compare --json` tells; distances are in OKLab, where black to white is 1."""
    from ..color import distance, oklab

    apart: NDArray[Any] = distance(oklab(one.colors)[:, None], oklab(other.colors)[None])

    def strangers(mine: Palette, theirs: Palette, table: NDArray[Any]) -> list[dict[str, Any]]:
        known, seen = set(theirs.colors), set()
        found = []
        for row, (color, digits) in enumerate(zip(mine.colors, mine.hex, strict=True)):
            if color not in known and color not in seen:
                seen.add(color)
                at = int(table[row].argmin())
                found.append({"color": digits, "nearest": theirs.hex[at], "distance": round(float(table[row, at]), 6)})
        return found

    nearest = [*apart.min(1).tolist(), *apart.min(0).tolist()]
    return {
        "a": described(one),
        "b": described(other),
        "same_set": set(one.colors) == set(other.colors),
        "same_order": one.colors == other.colors,
        "shared": len(set(one.colors) & set(other.colors)),
        "only_in_a": strangers(one, other, apart),
        "only_in_b": strangers(other, one, apart.T),
        "mean": round(sum(nearest) / len(nearest), 6),
        "largest": round(max(nearest), 6),
    }


def load(spec: str, quiet: bool) -> Palette:
    """The palette of a command-line argument; notes go to stderr."""
    from ..formats import palettes

    notes: list[str] = []
    found = palettes.load(spec, notes=notes)
    if not quiet:
        for note in notes:
            click.echo(f"assetforge: {note}.", err=True)
    return found


def check_suffix(output: Path) -> None:
    """Refuse a suffix that we cannot write before any work is done."""
    from ..formats.palettes import FORMATS

    if output.suffix.lower() not in FORMATS:
        raise ConfigError(f'"{output}" has no palette suffix; choose one of {" ".join(FORMATS)}.')


def described(found: Palette) -> dict[str, Any]:
    return {"name": found.name, "colors": list(found.hex)}


def fact_of(fact: dict[str, Any]) -> dict[str, Any]:
    return {key: fact[key] for key in ("title", "author", "sources", "check", "note") if key in fact}


def report(written: Palette, output: Path, as_json: bool, quiet: bool) -> None:
    """Tell what was written where."""
    if as_json:
        click.echo(json.dumps({"file": str(output), **described(written)}, indent=1))
    elif not quiet:
        click.echo(f"{output}: {len(written)} colors")


def wants_swatches() -> bool:
    """Colors only on a terminal, and not where NO_COLOR (no-color.org) is set."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def swatches(colors: Sequence[tuple[int, int, int]], width: int) -> str:
    """Blocks of `width` cells in 24-bit terminal colors."""
    return "".join(f"\x1b[48;2;{r};{g};{b}m{' ' * width}" for r, g, b in colors) + "\x1b[0m"
