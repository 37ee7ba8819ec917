"""`assetforge report`: the page that shows a project's sheets, and what they were made from."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click

from ..overview import PAGE

__all__ = ["report"]


@click.command(
    epilog="Example: assetforge report -o build/report.html",
    short_help="Write a page that shows every sheet, and what it was made from.",
)
@click.argument("directory", metavar="[DIR]", required=False, type=click.Path(path_type=Path), default=".")
@click.option("-o", "--output", type=click.Path(path_type=Path), help=f"The page.  [default: {PAGE} in DIR]")
@click.option("--quick", is_flag=True, help="Draw nothing anew: mix grids get no sliders.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def report(directory: Path, output: Path | None, quick: bool, as_json: bool, quiet: bool) -> int:
    """Write one HTML page of all sheets that stand in the output folder of the game in DIR.

    It needs no network and no other file: palettes are changed in the page, sprites stand beside what they were made
    from, and drawn ones beside the learnt sprite that they come nearest to.
    """
    from ..overview.report import written

    started = time.monotonic()
    output = output or directory / PAGE
    sheets, faults, silent = written(directory, output, quick=quick)
    for each in (*silent, *faults):
        click.echo(f"assetforge: {each}", err=True)
    if as_json:
        sprites = sum(len(sheet["frames"]) for sheet in sheets)
        click.echo(json.dumps({"page": str(output), "sheets": [sheet["name"] for sheet in sheets], "sprites": sprites}))
    elif not quiet:
        size, seconds = output.stat().st_size / 1e6, time.monotonic() - started
        click.echo(f"{output}: {len(sheets)} sheets, {size:.1f} MB, {seconds:.1f} s")
    return 1 if faults else 0
