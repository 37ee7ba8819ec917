"""The steps of a build, run on sprites in memory: one function for every kind of sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import settings, steps
from .. import sprite as core
from ..errors import AssetforgeError, ConfigError
from ..palette import Palette
from ..steps.base import Bench, Source, Step
from .history import history
from .sprites import Grid, Sprite, Sprites, raster

if TYPE_CHECKING:
    from ..models.prior import Prior

__all__ = ["Done", "run", "step_of"]


@dataclass(frozen=True)
class Done:
    """What a step made.

    Arguments:
        step: Its settings.
        grid: Its rows, or all sprites in one.
        provenance: Of each.
    """

    step: Step
    grid: Grid
    provenance: Mapping[str, Any]

    @property
    def sprites(self) -> Sprites:
        """All of them."""
        return self.grid.flat


def run(
    kind: str,
    table: Mapping[str, Any],
    inputs: Mapping[str, Sequence[core.Sprite]],
    palette: Palette | int,
    prior: Prior,
    masks: Sequence[core.Raster] = (),
) -> Done:
    """What a sheet of a kind would hold, were these sprites its files.

    Arguments:
        kind: A row of `steps.KINDS`.
        table: The keys of the sheet.
        inputs: Sprites by the key that names their files. Those that follow each other under one tag are one file.
        palette: The sheet's, or how many colors to fit.
        prior: What draws.
        masks: For ``complete``: of each sprite of ``from``, white where it is to be filled.

    Raises:
        ConfigError: If a key has no such value.
    """
    step = step_of(kind, table)
    held: dict[Source, list[core.Raster]] = {}
    found: dict[str, tuple[Source, ...]] = {"mask": ()} if kind == "complete" else {}
    white = list(masks)
    for key, sprites in inputs.items():
        sources = []
        for number, frames in enumerate(core.animations(sprites)):
            source = Source(f"{key}/{number}.png", frames[0].tag or frames[0].name)
            sources.append(source)
            held[source] = [raster(frame) for frame in frames]
            if masks:
                mask = Source(f"{key}/{number}.mask.png", source.name)
                held[mask], white = white[: len(frames)], white[len(frames) :]
                found["mask"] += (mask,)
        found[key] = tuple(sources)
    bench = Bench(found, lambda sources: [held[source] for source in sources], palette, lambda: prior)
    try:
        drawn: Any = step.run(bench)
    except ExceptionGroup as group:
        raise next(fault for fault in group.exceptions if isinstance(fault, AssetforgeError)) from group
    told = history(kind, shown(table), [one for some in inputs.values() for one in some], bench.facts, prior)
    rows = drawn if step.grid else [drawn]
    return Done(step, Grid([Sprite.of(cell, told) for cell in row] for row in rows), told)


def step_of(kind: str, table: Mapping[str, Any]) -> Step:
    """The step of a kind, its settings looked through as those of a file are.

    Raises:
        ConfigError: If any key or value is wrong.
    """
    plain = {key: list(value) if isinstance(value, tuple) else value for key, value in table.items()}
    table = {"name": kind, "kind": kind} | plain
    step, faults = settings.make(settings.resolve(steps.KINDS[kind]), table, lambda _: "")
    wrong = [str(fault) for fault in faults]
    if step is not None:
        wrong = [fault for _, fault in step.problems()]
    if wrong:
        raise ConfigError(" ".join(wrong))
    assert isinstance(step, Step)
    return step


def shown(table: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as provenance tells them: what a key takes files from stands under its inputs."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in table.items() if key != "from"}
