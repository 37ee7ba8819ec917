"""The report of a project: facts of every sheet that is built, and of the models that drew them, on one page."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import __version__, priors
from ..errors import AssetforgeError, ConfigError
from ..files import digest, read_bytes, write_atomic
from ..plan import BASE, model_path
from ..report.page import page
from ..report.sheets import told
from ..report.training import trained
from .built import artist, built_sheets, pages
from .kept import Answers
from .mixes import mixes

if TYPE_CHECKING:
    from ..models.prior import Prior

__all__ = ["written"]


def written(
    directory: Path, output: Path, *, quick: bool = False
) -> tuple[list[dict[str, Any]], list[AssetforgeError], list[AssetforgeError]]:
    """Write the page of a project.

    Arguments:
        directory: Of the project.
        output: The page.
        quick: Draw nothing anew: mix grids get no sliders.

    Returns:
        The facts of each sheet on the page, why others are not on it, and which models could not be asked.

    Raises:
        ConfigError: If the page's name is none of a page, or no sheet is built.
        OutputError: If it cannot be written.
    """
    if output.suffix.lower() not in (".html", ".htm"):
        raise ConfigError(f'"{output}": a page ends in .html.')
    paths = [each for path in built_sheets(directory) for each in pages(path)]
    if not paths:
        raise ConfigError("no sheet is built yet; run `assetforge build` first.", str(directory))
    artists = {path: artist(path) for path in paths}
    models, silent = _models(directory, set(artists.values()))
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
        grids = mixes(directory, answers)
        sheets = [sheet | {"grids": grids.get(sheet["name"], [])} for sheet in sheets]
    facts = {"project": directory.resolve().name, "version": __version__, "sheets": sheets, "models": learnt}
    write_atomic(output, page(facts))
    answers.write()
    return sheets, faults, silent


def _trained(model: Callable[[], Prior]) -> dict[str, Any]:
    return trained(model())


def _models(root: Path, wanted: Collection[str]) -> tuple[dict[str, Callable[[], Prior]], list[AssetforgeError]]:
    """What loads the models of a project, and the bundled one, that have these digests, and why others cannot be read.

    One that is gone, or was trained anew since, is left out: what it would say is not of these sheets.
    """
    found: dict[str, Callable[[], Prior]] = {}
    silent: list[AssetforgeError] = []
    for path in [BASE, *sorted((root / model_path("x")).parent.glob("*.safetensors"))]:
        try:
            sha256 = digest(read_bytes(path))
        except AssetforgeError as error:
            silent.append(error)
            continue
        if sha256 in wanted:
            found[sha256] = partial(priors.prior, path)
    return found, silent
