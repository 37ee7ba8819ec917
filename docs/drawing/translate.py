"""The picture of docs/translate.md: its commands, on the example art; a model that lies in the folder is used."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from click.testing import CliRunner
from numpy.typing import NDArray

from assetforge import formats
from assetforge.cli import cli
from assetforge.contact import Panel

from . import ART, shown

LEARNT, ASKED = f"{ART}/{{items,monsters,tiles}}/*.png", f"{ART}/heroes/*.png"
VARIANTS = 3


def call(*arguments: object) -> None:
    """One command of the page."""
    CliRunner().invoke(cli, [str(one) for one in arguments], catch_exceptions=False)


def rows_of(folder: Path | str, suffixes: Sequence[str] = ("",)) -> list[list[NDArray[np.uint8]]]:
    """A row for each suffix of the heroes' names."""
    names = [path.stem for path, _ in formats.find([ASKED])]
    return [[formats.read(Path(folder) / f"{name}{end}.png")[0].rgba for name in names] for end in suffixes]


def pictures(folder: Path) -> dict[str, bytes]:
    """By their places below docs/."""
    model = folder / "colorist.safetensors"
    for art, grays in ((LEARNT, "gray"), (ASKED, "gray-heroes")):
        call("quantize", art, "-p", "gameboy-pocket", "-o", folder / grays, "--quiet")
    if not model.exists():
        call("train", "--pairs", folder / "gray", LEARNT, "-o", model, "--steps", 150, "--quiet")
    options = ("-m", model, "--quiet", "-o")
    call("translate", folder / "gray-heroes", "--variants", VARIANTS, *options, folder / "heroes")
    call("translate", folder / "gray-heroes", "--temperature", 0, *options, folder / "calm")
    suffixes = ["", *(f"-{n}" for n in range(2, VARIANTS + 1))]
    rows = [
        *rows_of(folder / "gray-heroes"),
        *rows_of(folder / "heroes", suffixes),
        *rows_of(folder / "calm"),
        *rows_of(ART / "heroes"),
    ]
    told = "shades, 3 ways, likeliest, as drawn"
    return {"pictures/translate.png": shown([Panel("heroes", told, rows)])}
