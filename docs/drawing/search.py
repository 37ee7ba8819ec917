"""The picture of docs/search.md: `assetforge search` by shape, color and both."""

from __future__ import annotations

from pathlib import Path

from assetforge import formats
from assetforge.contact import Panel
from assetforge.search.catalog import Catalog
from assetforge.search.nearest import nearest
from assetforge.search.places import listed
from assetforge.search.ranking import WAYS

from . import ART, shown

FOLDERS = ("heroes", "items", "monsters", "tiles")
QUERIES = ("monsters/goblin.png", "items/potion-red.png", "tiles/crate.png")
TOP = 10


def pictures(folder: Path) -> dict[str, bytes]:
    """By their places below docs/."""
    catalog = Catalog(None)
    known = catalog.seen(listed([str(ART / one) for one in FOLDERS]))
    panels = []
    for by in WAYS:
        rows = []
        for name in QUERIES:
            query = catalog.seen(listed([str(ART / name)]))
            found = [near.seen for near in nearest(query, known, catalog, by, TOP)]
            rows.append([formats.read(Path(one.file.path))[one.frame].rgba for one in found])
        panels.append(Panel(f"--by {by}", "the query, then the nearest", rows))
    return {"pictures/search.png": shown(panels)}
