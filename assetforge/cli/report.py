"""`assetforge report`: the page that shows a project's sheets, and what they were made from."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import AssetforgeError, ConfigError
from ..files import digest, read_bytes, write_atomic

if TYPE_CHECKING:
    from ..models.prior import Prior

__all__ = ["PAGE", "report", "written"]

PAGE = "report.html"


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
    started = time.monotonic()
    output = output or directory / PAGE
    sheets, faults = written(directory, output, quick=quick)
    for each in faults:
        click.echo(f"assetforge: {each}", err=True)
    if as_json:
        sprites = sum(len(sheet["frames"]) for sheet in sheets)
        click.echo(json.dumps({"page": str(output), "sheets": [sheet["name"] for sheet in sheets], "sprites": sprites}))
    elif not quiet:
        size, seconds = output.stat().st_size / 1e6, time.monotonic() - started
        click.echo(f"{output}: {len(sheets)} sheets, {size:.1f} MB, {seconds:.1f} s")
    return 1 if faults else 0


def written(
    directory: Path, output: Path, *, quick: bool = False
) -> tuple[list[dict[str, Any]], list[AssetforgeError]]:
    """Write the page of a project; the facts of each sheet on it, and why others are not.

    Raises:
        ConfigError: If the page's name is none of a page, or no sheet is built.
        OutputError: If it cannot be written.
    """
    from .. import __version__
    from ..report.page import page
    from ..report.sheets import told
    from .kept import Answers
    from .project import built_sheets

    if output.suffix.lower() not in (".html", ".htm"):
        raise ConfigError(f'"{output}": a page ends in .html.')
    paths = [page for path in built_sheets(directory) for page in _pages(path)]
    if not paths:
        raise ConfigError("no sheet is built yet; run `assetforge build` first.", str(directory))
    artists = {path: _artist(path) for path in paths}
    models = _models(directory, set(artists.values()))
    answers = Answers(directory)
    sheets: list[dict[str, Any]] = []
    learnt: list[dict[str, Any]] = []
    faults: list[AssetforgeError] = []
    for path in paths:
        try:
            sheets.append(told(directory, path, models.get(artists[path]), answers))
        except AssetforgeError as fault:
            faults.append(fault)
    for sha256, model in models.items():
        try:
            learnt.append(answers(f"model {sha256}", partial(_trained, model)))
        except AssetforgeError as fault:
            faults.append(fault)
    if not quick and any(sheet["kind"] == "mix" for sheet in sheets):
        from .mixes import mixes

        grids = mixes(directory, answers)
        sheets = [sheet | {"grids": grids.get(sheet["name"], [])} for sheet in sheets]
    facts = {"project": directory.resolve().name, "version": __version__, "sheets": sheets, "models": learnt}
    write_atomic(output, page(facts))
    answers.write()
    return sheets, faults


def _meta(path: Path) -> dict[str, Any]:
    """What a sheet's JSON says of the sheet; nothing if it cannot be read, of which whoever draws it will tell."""
    try:
        meta = json.loads(read_bytes(path))["meta"]
        return meta if isinstance(meta, dict) else {}
    except (AssetforgeError, KeyError, TypeError, ValueError):
        return {}


def _pages(path: Path) -> list[Path]:
    """A sheet's JSON, and those of its further pages."""
    others = _meta(path).get("related_multi_packs", [])
    return [path, *(path.with_name(f"{path.stem}-{number + 2}.json") for number in range(len(others)))]


def _artist(path: Path) -> str:
    """The sha256 of the model that a sheet's JSON says drew it; empty if it says none."""
    try:
        return str(_meta(path)["provenance"]["model"]["sha256"])
    except (KeyError, TypeError):
        return ""


def _trained(model: Callable[[], Prior]) -> dict[str, Any]:
    from ..report.training import trained

    return trained(model())


def _models(root: Path, wanted: Collection[str]) -> dict[str, Callable[[], Prior]]:
    """What loads the models of a project, and the bundled one, that have these digests; one that is gone, or was
    trained anew since, is left out: what it would say is not of these sheets."""
    from .. import priors
    from ..plan import BASE, model_path

    found: dict[str, Callable[[], Prior]] = {}
    for path in [BASE, *sorted((root / model_path("x")).parent.glob("*.safetensors"))]:
        try:
            sha256 = digest(read_bytes(path))
        except AssetforgeError as error:
            click.echo(f"assetforge: {error}", err=True)
            continue
        if sha256 in wanted:
            found[sha256] = partial(priors.prior, path)
    return found
