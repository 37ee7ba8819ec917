"""Draw the picture of docs/search.md anew: `assetforge search` on the example art, by shape, color and both.

python docs/search_picture.py
"""

from __future__ import annotations

from pathlib import Path

from assetforge import formats
from assetforge.contact import Panel, composed
from assetforge.files import write_atomic
from assetforge.formats import png
from assetforge.search.library import Library
from assetforge.search.nearest import nearest
from assetforge.search.places import listed
from assetforge.search.ranking import WAYS

DOCS = Path(__file__).parent
ART = DOCS.parent / "examples" / "dungeon" / "art"
FOLDERS = ("heroes", "items", "monsters", "tiles")
QUERIES = ("monsters/goblin.png", "items/potion-red.png", "tiles/crate.png")
TOP = 10


def main() -> None:
    """Write the picture."""
    library = Library(None)
    known = library.seen(listed([str(ART / folder) for folder in FOLDERS]))
    panels = []
    for by in WAYS:
        rows = []
        for name in QUERIES:
            query = library.seen(listed([str(ART / name)]))
            found = [near.seen for near in nearest(query, known, library, by, TOP)]
            rows.append([formats.read(Path(one.file.path))[one.frame].rgba for one in found])
        panels.append(Panel(f"--by {by}", "the query, then the nearest", rows))
    path = DOCS / "pictures" / "search.png"
    write_atomic(path, png.write_rgba(composed(panels)))
    print(path)


if __name__ == "__main__":
    main()
