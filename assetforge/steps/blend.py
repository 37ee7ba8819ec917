"""In-betweens of your sprites, as an animation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from ..errors import InputError
from ..settings import option
from .base import Bench, Finder, Inputs, Modelled, modest
from .quantize import locked

if TYPE_CHECKING:
    from ..sprite import Raster, Sprite

__all__ = ["AT", "Blend"]

AT = ("all", "shape", "color", "colour")
LEAST_DURATION = 20


@dataclass(frozen=True, kw_only=True)
class Blend(Modelled):
    """``kind = "blend"``: `steps` frames from each sprite of `from` to the next, both counted, a row of the sheet each.

    Each frame of an animated file counts as a sprite, so its in-betweens are drawn. What lies between the sprites
    `plus` and `minus` is added to all; to one sprite alone, more from frame to frame.
    """

    from_: tuple[str, ...] = option()
    steps: int = option(8, low=2, high=64)
    at: str = option("all", choices=AT)
    plus: str = option("")
    minus: str = option("")
    temperature: float = option(0.7, low=0.05, high=10)

    grid: ClassVar[bool] = True

    def problems(self) -> Iterator[tuple[str, str]]:
        if bool(self.plus) != bool(self.minus):
            given, other = ("plus", "minus") if self.plus else ("minus", "plus")
            yield given, f"{given}: give {other} as well; what lies between the two is added."
        if not self.from_:
            yield "from", "from: give two sprites, or one with plus and minus."

    def inputs(self, finder: Finder) -> Inputs:
        # One key each: their order is the way that is gone.
        found = {f"from.{place}": finder.find("from", [entry]) for place, entry in enumerate(self.from_)}
        beside = {"plus": self.plus, "minus": self.minus}
        what = "one sprite is added, one taken away"
        return found | {key: finder.one(key, entry, what) for key, entry in beside.items() if entry}

    def run(self, bench: Bench) -> list[list[Sprite]]:
        places = [(key, one) for key, sources in bench.inputs.items() if key != "pack" for one in sources]
        art: list[tuple[str, Raster]] = []
        files = bench.read([source for _, source in places])
        for (key, source), frames in zip(places, files, strict=True):
            modest(source.path, frames, "blended")
            for frame in frames:
                if not (frame.rgba[..., 3] >= self.threshold).any():
                    told = f'has nothing drawn in "{frame.name}"; there is no way to or from it.'
                    raise InputError(told, source.path)
            art += [(key, frame) for frame in (frames if key.startswith("from.") else frames[:1])]
        known = locked(self, bench.palette, [frame for _, frame in art])
        keys = [sprite for (key, _), sprite in zip(art, known, strict=True) if key.startswith("from.")]
        beside = {key: sprite for (key, _), sprite in zip(art, known, strict=True) if not key.startswith("from.")}
        drawn = bench.prior().blend(
            keys,
            known[0].palette,
            steps=self.steps,
            at=self.at.replace("colour", "color"),
            plus=beside.get("plus"),
            minus=beside.get("minus"),
            temperature=self.temperature,
        )
        still = replace(keys[0], tag=self.name, direction="pingpong", repeat=0)
        moves = keys[0] if len(places) == 1 and keys[0].tag else still
        shown: list[Sprite] = []
        for number, sprite in enumerate(drawn):
            start = keys[min(number // (self.steps - 1), len(keys) - 1)]
            # An animation with its in-betweens takes as long as without.
            duration = max(LEAST_DURATION, start.duration // (self.steps - 1)) if start.tag else start.duration
            own = replace(sprite, name=f"{number:04d}", duration=duration)
            shown.append(replace(own, tag=moves.tag, direction=moves.direction, repeat=moves.repeat))
        first, rest = shown[: self.steps], shown[self.steps :]
        return [first] + [rest[n : n + self.steps - 1] for n in range(0, len(rest), self.steps - 1)]
