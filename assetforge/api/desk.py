"""The steps of a build, run on sprites in memory: one function for every kind of sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from .. import settings, steps
from .. import sprite as core
from ..errors import ConfigError
from ..palette import Palette
from ..steps.base import Bench, Source, Step
from .history import history
from .sprites import Grid, Sprite, Sprites, raster

if TYPE_CHECKING:
    from ..models.prior import Prior

__all__ = ["files", "run"]


def run(
    kind: str,
    table: Mapping[str, Any],
    inputs: Mapping[str, Sequence[core.Sprite]],
    palette: Palette | int,
    prior: Prior | None = None,
    masks: Sequence[core.Raster] = (),
) -> Sprites | Grid:
    """What a sheet of a kind would hold, were these sprites its files; a grid of it, if the kind gives one.

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
    step = made(kind, table)
    held: dict[Source, list[core.Raster]] = {}
    found: dict[str, tuple[Source, ...]] = {}
    for key, sprites in inputs.items():
        sources, white = [], list(masks)
        for number, frames in enumerate(files(sprites)):
            source = Source(f"{key}/{number}.png", frames[0].tag or frames[0].name)
            sources.append(source)
            held[source] = [raster(frame) for frame in frames]
            if white and key == "from":
                mask = Source(f"{key}/{number}.mask.png", source.name)
                held[mask], white = white[: len(frames)], white[len(frames) :]
                found["mask"] = (*found.get("mask", ()), mask)
        found[key] = tuple(sources)
    if kind == "complete":
        found.setdefault("mask", ())

    def artist() -> Prior:
        assert prior is not None, f"{kind} draws, and was given no model"
        return prior

    bench = Bench(found, lambda sources: [held[source] for source in sources], palette, artist)
    drawn: Any = step.run(bench)
    told = history(kind, shown(table), [one for some in inputs.values() for one in some], bench.facts, prior)
    if step.grid:
        return Grid([Sprite.of(cell, told) for cell in row] for row in drawn)
    return Sprites(Sprite.of(sprite, told) for sprite in drawn)


def made(kind: str, table: Mapping[str, Any]) -> Step:
    """The step of a kind, its settings looked through as those of a file are.

    Raises:
        ConfigError: If any key or value is wrong.
    """
    plain = {key: list(value) if isinstance(value, tuple) else value for key, value in table.items()}
    step, faults = settings.make(
        settings.resolve(steps.KINDS[kind]), {"name": kind, "kind": kind} | plain, lambda _: ""
    )
    wrong = [str(fault) for fault in faults]
    if step is not None:
        wrong = [fault for _, fault in step.problems()]
    if wrong:
        raise ConfigError(" ".join(wrong))
    assert isinstance(step, Step)
    return step


def files(sprites: Sequence[core.Sprite]) -> list[list[core.Sprite]]:
    """Sprites as the files that they would be read from: an animation is one, a still another."""
    tagged = ((sprite.tag or number, sprite) for number, sprite in enumerate(sprites))
    return [[sprite for _, sprite in frames] for _, frames in groupby(tagged, key=lambda each: each[0])]


def shown(table: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as provenance tells them: what a key takes files from stands under its inputs."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in table.items() if key != "from"}
