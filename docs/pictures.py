"""Draw the pictures of the README and of these pages anew, from the art of the example game.

    python docs/pictures.py [NAME…] [--folder FOLDER]

NAME is a module of `drawing`; by default all of them are drawn. FOLDER (by default a temporary one) keeps the game that
is built and the model of pairs that is trained; what is there is used as it is.
"""

from __future__ import annotations

import argparse
import tempfile
from importlib import import_module
from pathlib import Path

from assetforge.files import write_atomic

DOCS = Path(__file__).parent
NAMES = sorted(path.stem for path in (DOCS / "drawing").glob("[!_]*.py"))


def main() -> None:
    """Write what is asked for."""
    parser = argparse.ArgumentParser(description="Draw the pictures of the documentation anew.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one or more of {', '.join(NAMES)}; by default all")
    parser.add_argument("--folder", type=Path, help="keep the game and the model of pairs here, or use those of before")
    chosen = parser.parse_args()
    strange = [name for name in chosen.names if name not in NAMES]
    if strange:
        parser.error(f"{strange[0]}: choose from {', '.join(NAMES)}.")
    with tempfile.TemporaryDirectory() as temporary:
        for name in chosen.names or NAMES:
            drawn = import_module(f"drawing.{name}").pictures(chosen.folder or Path(temporary))
            for place, data in drawn.items():
                write_atomic(DOCS / place, data)
                print(DOCS / place, len(data), flush=True)


if __name__ == "__main__":
    main()
