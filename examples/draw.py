"""Turn the text grids in `grids/` into the art of the example project and of the starter games.

    python examples/draw.py [FOLDER]

draws into FOLDER, or into every project here: all of it for `dungeon/`, the few in `STARTER` for each game.

A grid begins with ``= NAME SIZE [outline]``; each letter is a color of Endesga 32 (`INK`), a dot is
transparent, ``*`` is a hole to be completed. `outline` draws a line around the shape in the darkest color of
whatever it touches, so that a green slime ends in deep green and a sword in navy. ``NAME-0``, ``NAME-1``, … are
the frames of one animated GIF.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent

GAMES = ("godot3", "phaser", "love", "pygame")

STARTER = {
    "heroes": ("knight", "wizard", "ranger"),
    "monsters": ("slime", "bat", "ghost", "orc", "skeleton", "imp"),
    "items": ("coin", "gem", "heart", "key", "potion-red"),
    "tiles": ("floor", "wall", "crate", "door", "stairs", "torch"),
    "wip": ("paladin", "potion-gold"),
}
"""What a starter game has of each folder: enough for a room to walk in, and built in seconds."""

INK = {
    "r": "be4a2f", "o": "d77643", "c": "ead4aa", "a": "e4a672", "t": "b86f50", "B": "733e39", "b": "3e2731",
    "R": "a22633", "e": "e43b44", "f": "f77622", "y": "feae34", "Y": "fee761", "G": "63c74d", "h": "3e8948",
    "H": "265c42", "i": "193c3e", "u": "124e89", "U": "0099db", "C": "2ce8f5", "w": "ffffff", "l": "c0cbdc",
    "g": "8b9bb4", "s": "5a6988", "d": "3a4466", "n": "262b44", "k": "181425", "x": "ff0044", "m": "68386c",
    "M": "b55088", "q": "f6757a", "p": "e8b796", "P": "c28569", "*": "ff00ff",
}  # fmt: skip

# What a line around each color is drawn in.
LINE = {
    **dict.fromkeys("GhHi", "i"),
    **dict.fromkeys("uUCwlgsd", "n"),
    **dict.fromkeys("rocatBReYyfxqpP", "b"),
    **dict.fromkeys("mMbnk", "k"),
}
DARKNESS = "kbin"


def grids(path: Path) -> dict[str, list[str]]:
    """The sprites of one file, outlines drawn, as rows of letters."""
    found: dict[str, list[str]] = {}
    for block in path.read_text().split("= ")[1:]:
        head, *rows = block.rstrip().split("\n")
        name, size, *wishes = head.split()
        if len(rows) != int(size) or any(len(row) != int(size) for row in rows):
            wrong = [(i, len(row)) for i, row in enumerate(rows) if len(row) != int(size)]
            raise SystemExit(f"{path.name}: {name} holds {len(rows)} rows; rows of a wrong length: {wrong}")
        found[name] = outlined(rows) if "outline" in wishes else rows
    return found


def outlined(rows: list[str]) -> list[str]:
    """The shape with a line in every transparent pixel that touches it by a side."""
    size = len(rows)

    def line(x: int, y: int) -> str:
        if rows[y][x] != ".":
            return rows[y][x]
        beside = [(x, y - 1), (x - 1, y), (x + 1, y), (x, y + 1)]
        inks = [rows[v][u] for u, v in beside if 0 <= u < size and 0 <= v < size and rows[v][u] not in ".*"]
        lines = Counter(LINE[ink] for ink in inks)
        return max(lines, key=lambda ink: (lines[ink], -DARKNESS.index(ink))) if lines else "."

    return ["".join(line(x, y) for x in range(size)) for y in range(size)]


def pixels(rows: list[str]) -> bytes:
    """RGBA of a grid, row by row."""
    return b"".join(bytes.fromhex(INK[ink] + "ff") if ink != "." else bytes(4) for row in rows for ink in row)


def save_gif(frames: list[list[str]], path: Path) -> None:
    """An animated GIF that loops; index 0 of every frame is transparent."""
    inks = sorted({ink for rows in frames for row in rows for ink in row} - {"."})
    table = [0, 0, 0, *(value for ink in inks for value in bytes.fromhex(INK[ink]))]
    place = {ink: number for number, ink in enumerate((".", *inks))}
    made = []
    for rows in frames:
        indices = bytes(place[ink] for row in rows for ink in row)
        made.append(Image.frombytes("P", (len(rows[0]), len(rows)), indices))
        made[-1].putpalette(table)
    first, *rest = made
    first.save(
        path, save_all=True, append_images=rest, duration=120, loop=0, transparency=0, disposal=2, optimize=False
    )


def main(out: Path, chosen: Mapping[str, Sequence[str]] | None = None) -> None:
    """Draw every grid into `out`, one folder per file of grids; or the chosen of each folder."""
    for path in sorted((HERE / "grids").glob("*.txt")):
        if chosen is not None and path.stem not in chosen:
            continue
        folder = out / path.stem
        folder.mkdir(parents=True, exist_ok=True)
        films: dict[str, list[list[str]]] = {}
        for name, rows in grids(path).items():
            film, _, number = name.rpartition("-")
            title = film if number.isdigit() else name
            if chosen is not None and title not in chosen[path.stem]:
                continue
            if number.isdigit():
                films.setdefault(film, []).append(rows)
            else:
                size = len(rows[0]), len(rows)
                Image.frombytes("RGBA", size, pixels(rows)).save(folder / f"{name}.png", optimize=True)
        for film, frames in films.items():
            save_gif(frames, folder / f"{film}.gif")


def everything() -> None:
    """The art of every project beside this file."""
    main(HERE / "dungeon" / "art")
    for game in GAMES:
        main(HERE / game / "art", STARTER)


if __name__ == "__main__":
    main(Path(sys.argv[1])) if len(sys.argv) > 1 else everything()
