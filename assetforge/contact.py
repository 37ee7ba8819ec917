"""The contact sheet: every sheet of a project in one picture, enlarged by whole numbers, for people to look at.

It reads only what a build left: the sheets and their JSON, whose provenance tells the kind and the
inputs. Unfinished sprites stand before their completions, and a mix grid under the heads of its
columns. Nothing here draws on a model or changes a file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import formats
from .ancestry import Ancestry
from .errors import InputError
from .files import read_bytes
from .formats import png
from .lettering import HEIGHT, lettered

__all__ = ["Panel", "composed", "contact_sheet", "cut", "panel", "sheet_frames"]

Pixels = NDArray[np.uint8]
Cell = Pixels | str | None

WIDTH = 1176
MARGIN, GAP = 24, 8
CELL = 80  # a sprite is enlarged by the whole number that brings it near this size
LETTER = 3
GROUND, INK, DIM = (38, 40, 52), (236, 238, 244), (150, 155, 172)
CHECKS = ((74, 77, 90), (82, 85, 99))
CHECK = 8


@dataclass(frozen=True)
class Panel:
    """One sheet as it is shown.

    Arguments:
        title: Its name.
        told: What it is, in a few words.
        cells: Rows of pictures, RGBA (H, W, 4); text where a seed stands for one; None leaves a gap.
    """

    title: str
    told: str
    cells: Sequence[Sequence[Cell]]

    @property
    def zoom(self) -> int:
        """How many pixels a pixel becomes."""
        return max(1, CELL // self.side)

    @property
    def side(self) -> int:
        """The longest side of any picture."""
        return max(
            (max(cell.shape[:2]) for row in self.cells for cell in row if isinstance(cell, np.ndarray)), default=1
        )


def contact_sheet(root: Path, sheets: Iterable[Path]) -> bytes:
    """A PNG that shows sheets.

    Arguments:
        root: The project, for the inputs that their provenance names.
        sheets: The JSON file of each, as `exports.json` writes it.

    Raises:
        InputError: If a sheet cannot be read.
    """
    return png.write_rgba(composed([panel(root, path) for path in sheets]))


def panel(root: Path, path: Path) -> Panel:
    """What is to be shown of one sheet.

    Raises:
        InputError: If the JSON is none of ours, or its picture cannot be read.
    """
    frames, meta = sheet_frames(path)
    try:
        kind, palette, inputs = meta["provenance"]["kind"], meta["palette"]["name"], list(meta["provenance"]["inputs"])
        settings = meta["provenance"]["settings"]
    except (KeyError, TypeError) as error:
        raise InputError(f"is no sheet of assetforge: {error!r}.", str(path)) from error
    verb = {"quantize": "quantized to", "generate": "generated in", "complete": "completed in", "mix": "mixed in"}
    told = f"{verb.get(kind, kind)} {palette}, {len(frames)} sprites"
    arranged = {"complete": _beside_inputs, "mix": _with_heads}.get(kind, _in_order)
    return Panel(path.stem, told, arranged(frames, Ancestry(root, inputs), settings))


def sheet_frames(path: Path) -> tuple[dict[str, Pixels], dict[str, Any]]:
    """The sprites of a sheet by their names, RGBA (H, W, 4), whole; and what its JSON says of it as `meta`.

    Those of all its pages, if it is the first of several.

    Arguments:
        path: The JSON file, as `exports.json` writes it, with its picture beside it.

    Raises:
        InputError: If it is none of ours, or the picture cannot be read.
    """
    try:
        facts = json.loads(read_bytes(path))
        meta = facts["meta"]
        atlas = formats.read(path.with_name(meta["image"]))[0].rgba
        frames = facts["frames"].items()
        if sum(frame["sourceSize"]["w"] * frame["sourceSize"]["h"] for _, frame in frames) > formats.MOST_PIXELS:
            raise InputError(f"its sprites hold more than {formats.MOST_PIXELS} pixels.", str(path))
        found = {name: cut(atlas, frame) for name, frame in frames}
        for page in range(2, len(meta.get("related_multi_packs", ())) + 2):
            found |= sheet_frames(path.with_name(f"{path.stem}-{page}.json"))[0]
        return found, meta
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"is no sheet of assetforge: {error!r}.", str(path)) from error


def cut(atlas: Pixels, frame: Mapping[str, Any]) -> Pixels:
    """One sprite, trimmed margins put back.

    Arguments:
        atlas: Indices (H, W) or RGBA (H, W, 4), uint8.
        frame: What the JSON says of it.
    """
    box, inner, full = frame["frame"], frame["spriteSourceSize"], frame["sourceSize"]
    whole = np.zeros((full["h"], full["w"], *atlas.shape[2:]), np.uint8)
    part = atlas[box["y"] : box["y"] + box["h"], box["x"] : box["x"] + box["w"]]
    whole[inner["y"] : inner["y"] + box["h"], inner["x"] : inner["x"] + box["w"]] = part
    return whole


def _in_order(frames: dict[str, Pixels], inputs: Ancestry, settings: dict[str, Any]) -> list[list[Cell]]:
    """As many in a row as fit the width."""
    cells: list[Cell] = list(frames.values())
    side = Panel("", "", [cells]).side
    step = side * max(1, CELL // side) + GAP
    across = max(1, (WIDTH - 2 * MARGIN + GAP) // step)
    return [cells[start : start + across] for start in range(0, len(cells), across)]


def _beside_inputs(frames: dict[str, Pixels], inputs: Ancestry, settings: dict[str, Any]) -> list[list[Cell]]:
    """The unfinished sprite, then its completions."""
    variants = max(1, int(settings.get("variants", 1)))
    rows: list[list[Cell]] = []
    for name in frames:
        ends = [f"-{number}" for number in range(2, variants + 1)]
        if any(name.endswith(end) and name.removesuffix(end) in frames for end in ends):
            continue
        rows.append([inputs.frame(name), *(frames[name + end] for end in ("", *ends) if name + end in frames)])
    return rows


def _with_heads(frames: dict[str, Pixels], inputs: Ancestry, settings: dict[str, Any]) -> list[list[Cell]]:
    """The grid, the sprites that gave its rows on the left, those that gave its columns above."""
    rows, cols = (
        [inputs.frame(entry) if isinstance(entry, str) else str(entry) for entry in settings[key]]
        for key in ("rows", "cols")
    )
    cells: list[Cell] = list(frames.values())
    if len(rows) * len(cols) != len(cells):
        return _in_order(frames, inputs, settings)
    grid = [cells[start : start + len(cols)] for start in range(0, len(cells), len(cols))]
    return [[None, *cols], *([head, *line] for head, line in zip(rows, grid, strict=True))]


def composed(panels: Sequence[Panel]) -> Pixels:
    """All panels on one ground, RGBA (H, W, 4); narrow ones stand side by side."""
    drawn = [_drawn(one) for one in panels]
    shelves: list[list[Pixels]] = []
    for picture in drawn:
        used = sum(one.shape[1] + 3 * MARGIN for one in shelves[-1]) if shelves else WIDTH
        if used + picture.shape[1] > WIDTH - 2 * MARGIN:
            shelves.append([])
        shelves[-1].append(picture)
    height = MARGIN + sum(max(one.shape[0] for one in shelf) + MARGIN for shelf in shelves)
    width = max([WIDTH, *(picture.shape[1] + 2 * MARGIN for picture in drawn)])
    canvas = np.full((height, width, 4), (*GROUND, 255), np.uint8)
    top = MARGIN
    for shelf in shelves:
        left = MARGIN
        for picture in shelf:
            canvas[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
            left += picture.shape[1] + 3 * MARGIN
        top += max(one.shape[0] for one in shelf) + MARGIN
    return canvas


def _drawn(one: Panel) -> Pixels:
    """A panel with its heading, RGBA."""
    zoom, step = one.zoom, one.side * one.zoom + GAP
    title, told = lettered(one.title, LETTER), lettered(one.told, LETTER)
    head = HEIGHT * LETTER + 2 * GAP
    told_at = title.shape[1] + 6 * LETTER
    width = max(told_at + told.shape[1], max(map(len, one.cells), default=0) * step - GAP)
    canvas = np.full((head + len(one.cells) * step, width, 4), (*GROUND, 255), np.uint8)
    canvas[: title.shape[0], : title.shape[1]][title] = (*INK, 255)
    canvas[: told.shape[0], told_at : told_at + told.shape[1]][told] = (*DIM, 255)
    for y, row in enumerate(one.cells):
        for x, cell in enumerate(row):
            if cell is not None:
                box = canvas[head + y * step : head + (y + 1) * step - GAP, x * step : (x + 1) * step - GAP]
                _put(box, cell, zoom)
    return canvas


def _put(box: Pixels, cell: Pixels | str, zoom: int) -> None:
    """A picture in the middle of its box, on checks; text on the bare ground."""
    if isinstance(cell, str):
        ink = lettered(cell, LETTER)[: box.shape[0], : box.shape[1]]
        top, left = (box.shape[0] - ink.shape[0]) // 2, (box.shape[1] - ink.shape[1]) // 2
        box[top : top + ink.shape[0], left : left + ink.shape[1]][ink] = (*INK, 255)
        return
    large = cell.repeat(zoom, 0).repeat(zoom, 1)
    top, left = (box.shape[0] - large.shape[0]) // 2, (box.shape[1] - large.shape[1]) // 2
    part = box[top : top + large.shape[0], left : left + large.shape[1]]
    y, x = np.indices(part.shape[:2])
    part[..., :3] = np.array(CHECKS, np.uint8)[(y // CHECK + x // CHECK) % 2]
    drawn = large[..., 3] >= 128
    part[drawn] = large[drawn]
