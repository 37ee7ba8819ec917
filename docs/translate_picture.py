"""Draw the picture of docs/translate.md anew: its commands, on the example art.

python docs/translate_picture.py [FOLDER]

FOLDER (by default a temporary one) keeps the grays and the model; a model that is there is used as it is.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from click.testing import CliRunner
from numpy.typing import NDArray

from assetforge import formats
from assetforge.cli import cli
from assetforge.contact import Panel, composed
from assetforge.files import write_atomic
from assetforge.formats import png

DOCS = Path(__file__).parent
ART = DOCS.parent / "examples" / "dungeon" / "art"
LEARNT, ASKED = f"{ART}/{{items,monsters,tiles}}/*.png", f"{ART}/heroes/*.png"
VARIANTS = 3


def call(*arguments: object) -> None:
    """One command of the page."""
    CliRunner().invoke(cli, [str(one) for one in arguments], catch_exceptions=False)


def pictures(folder: Path | str, suffixes: Sequence[str] = ("",)) -> list[list[NDArray[np.uint8]]]:
    """A row for each suffix of the heroes' names."""
    names = [path.stem for path, _ in formats.find([ASKED])]
    return [[formats.read(Path(folder) / f"{name}{end}.png")[0].rgba for name in names] for end in suffixes]


def main(folder: Path) -> None:
    """Learn, translate, and write the picture."""
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
        *pictures(folder / "gray-heroes"),
        *pictures(folder / "heroes", suffixes),
        *pictures(folder / "calm"),
        *pictures(ART / "heroes"),
    ]
    told = "four shades, three translations, the likeliest one, and as it was drawn"
    path = DOCS / "pictures" / "translate.png"
    write_atomic(path, png.write_rgba(composed([Panel("heroes", told, rows)])))
    print(path)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        main(Path(sys.argv[1] if len(sys.argv) > 1 else temporary))
