"""What draws the pictures of the documentation: a module for each page or two, and what they share.

Each has `pictures(folder)`, which gives the files by their places below docs/; `docs/pictures.py` writes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from assetforge import formats
from assetforge.contact import MARGIN, Panel, composed
from assetforge.formats import png
from assetforge.sprite import Raster

__all__ = ["ART", "rasters", "shown"]

ART = Path(__file__).parents[2] / "examples" / "dungeon" / "art"


def rasters(names: Iterable[str]) -> list[Raster]:
    """The first frames of files of the example, or of all in folders of it, called as they are named here."""
    return [formats.read(path, name)[0] for name in names for path, _ in formats.find([str(ART / name)])]


def shown(panels: Sequence[Panel]) -> bytes:
    """Panels as a PNG, no wider than what is drawn."""
    picture = composed(panels)
    used = np.flatnonzero((picture != picture[0, 0]).any((0, 2)))
    return png.write_rgba(picture[:, : used[-1] + 1 + MARGIN])
