"""The mix grids of a project with other settings than their own, for a report's sliders."""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from ..files import digest
from ..formats import png
from ..plan import Item, State, make
from ..steps.mix import Mix
from ..work import SheetJob, draw_sheet

__all__ = ["STYLES", "TRUNCATIONS", "mixes"]

STYLES = ("0-15", "4-15", "8-15", "12-15")
TRUNCATIONS = (0.5, 0.75, 1.0)
MOST_CELLS = 64
"""A larger grid would take a minute to draw so many times."""


def mixes(root: Path, kept: Callable[[str, Callable[[], Any]], Any]) -> dict[str, list[dict[str, Any]]]:
    """For each fresh mix sheet its grids, its own among them: `styles`, `truncation` and `indices`, compressed as those
    of the sheet.

    Arguments:
        kept: Gives what was worked out before under a key, or what is made now.
    """
    from ..pipeline import load

    pipeline = load(root)
    plan = make(pipeline, State.load(root))
    return {
        item.name: kept(f"grids {_made_of(item)}", partial(_grids, item, pipeline.root))
        for item in plan.sheets
        if item.state == "fresh"
        and isinstance(step := getattr(item.subject, "step", None), Mix)
        and len(step.rows) * len(step.cols) <= MOST_CELLS
    }


def _made_of(item: Item) -> str:
    """The digest of all that decides what a sheet holds."""
    return digest(json.dumps(item.evidence, sort_keys=True, default=str).encode())


def _grids(item: Item, root: Path) -> list[dict[str, Any]]:
    job = SheetJob.of(item, root)
    own = job.step
    assert isinstance(own, Mix)
    found = []
    for styles in sorted({*STYLES, own.col_styles}, key=_first):
        for truncation in sorted({*TRUNCATIONS, own.truncation}):
            step = replace(own, col_styles=styles, truncation=truncation)
            done = draw_sheet(replace(job, step=step, exports=()))
            sprite = png.read_sprite(done.files[f"{own.name}.png"]) if done.files else None
            if sprite is not None:
                data = b64encode(zlib.compress(sprite.indices.tobytes(), 9)).decode()
                found.append({"styles": styles, "truncation": truncation, "indices": data})
    return found


def _first(styles: str) -> tuple[int, str]:
    """Fewer slots of the column later."""
    return int(styles.partition("-")[0].partition(",")[0]), styles
