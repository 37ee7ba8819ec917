"""What every kind of sheet shares: its common keys, what it declares, and the bench it works at."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from ..errors import InputError
from ..settings import option

if TYPE_CHECKING:
    from ..models.prior import Prior
    from ..palette import Palette
    from ..quantize.tally import Tally
    from ..sheet import Sheet
    from ..sprite import Raster, Sprite

__all__ = ["DITHERS", "MAPS", "Bench", "Finder", "Inputs", "Modelled", "Packed", "Source", "Step", "modest"]

MAPS = ("nearest", "faithful", "ramp", "swap")
DITHERS = ("none", "bayer", "floyd-steinberg")
MOST_SEED = 2**32 - 1
MOST_SIDE = 64


@dataclass(frozen=True, order=True)
class Source:
    """One file that a sheet reads.

    Arguments:
        path: Below the project's root, with slashes.
        name: What its sprite is called.
    """

    path: str
    name: str


Inputs = dict[str, tuple[Source, ...]]


class Finder(Protocol):
    """Looks up files of the source folder for a step that declares its inputs."""

    def find(self, key: str, patterns: Sequence[str]) -> tuple[Source, ...]:
        """The files that the patterns of a key mean; ConfigError if one means none."""

    def one(self, key: str, pattern: str, what: str) -> tuple[Source, ...]:
        """The one file that the pattern of a key means; ConfigError if it means more: `what` says why not."""

    def beside(self, source: Source, ending: str) -> Source | None:
        """The file called like `source` but for its ending, if there is one."""


@dataclass(frozen=True)
class Bench:
    """What a step is given to work with.

    Arguments:
        inputs: As its `inputs` declared them, and under ``pack`` what a palette is fitted to if it has no own art.
        read: The frames of each source; says every file that cannot be read.
        palette: The sheet's, or how many colors to fit to the art.
        prior: Gives the model; called only by a step that needs one.
        facts: Takes what the sheet's provenance should tell beside its settings; plain JSON values.
        count: The frames of each source, counted for a step, each with the source's name; what was counted before
            is not read again. A bench of files that are read once has none.
        taken: Names that no row of the palette strip may have, because other rows have them.
        rows: Takes further rows for the strip: for each the color that every index of the sprites' palette becomes.
    """

    inputs: Mapping[str, tuple[Source, ...]]
    read: Callable[[Sequence[Source]], list[list[Raster]]]
    palette: Palette | int
    prior: Callable[[], Prior]
    facts: dict[str, Any] = field(default_factory=dict)
    count: Callable[[Sequence[Source], Step], list[tuple[Tally, str]]] | None = None
    taken: tuple[str, ...] = ()
    rows: list[Palette] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Step(ABC):
    """The keys that every ``[[sheet]]`` has; a kind adds its own and runs.

    Class attributes:
        grid: Whether it gives rows of sprites for a regular grid, or sprites to be packed.
        counts: Whether it asks its bench to count all it reads, which may be done ahead of it.
        format: Raised when the same settings come to mean other bytes.
    """

    name: str = option()
    kind: str = option()
    palette: str = option("")
    seed: int = option(0, low=0, high=MOST_SEED)
    exports: tuple[str, ...] | None = option(None)
    swaps: tuple[str, ...] | None = option(None)
    pivot: tuple[float, float] | None = option(None, low=0, high=1)
    map: str = option("faithful", choices=MAPS)
    dither: str = option("none", choices=DITHERS)
    threshold: int = option(128, low=1, high=255)

    grid: ClassVar[bool] = False
    counts: ClassVar[bool] = False
    format: ClassVar[int] = 1

    @property
    def takes(self) -> str:
        """What it starts from: "rasters", art of its own, or "nothing" but a palette and a model."""
        return "rasters"

    @abstractmethod
    def inputs(self, finder: Finder) -> Inputs:
        """Every file of the source folder that `run` will read, by the key that names it."""

    def problems(self) -> Iterator[tuple[str, str]]:
        """What is wrong with the values of single keys beyond their types: (key, fault)."""
        yield from ()

    @abstractmethod
    def run(self, bench: Bench) -> Sequence[Sprite] | Sequence[Sequence[Sprite]]:
        """The sprites of the sheet, all in one palette; rows of them if `grid`."""

    def dressed(self, page: Sheet) -> Sheet:
        """A page of the sheet, with what this kind has to tell of it beyond its frames."""
        return page


@dataclass(frozen=True, kw_only=True)
class Packed(Step):
    """A kind whose sprites are packed, not set in a grid that means something; see `sheet.pages`.

    With `stable`, what the sheet's JSON in the output folder says is an input: sprites stay where they stood.
    """

    padding: int = option(0, low=0, high=64)
    extrude: int = option(0, low=0, high=16)
    trim: bool = option(False)
    power_of_two: bool = option(False)
    max_size: int = option(4096, low=16, high=8192)
    stable: bool = option(False)


@dataclass(frozen=True, kw_only=True)
class Modelled(Step):
    """A kind that draws with a model: the name of a ``[[model]]``, a checkpoint, or the bundled base.

    Class attributes:
        pairs: Whether it must be a model of pairs.
    """

    model: str = option("")
    temperature: float = option(0.9, low=0, high=10)

    pairs: ClassVar[bool] = False


def modest(path: str, frames: Sequence[Raster | Sprite], done: str) -> None:
    """Refuse what is too large for a model, before one is loaded.

    Arguments:
        path: The file.
        frames: Of it.
        done: What a model would do, in a word.

    Raises:
        InputError: If a frame is larger than a model takes.
    """
    for frame in frames:
        wide, high = frame.size
        if max(wide, high) > MOST_SIDE:
            told = f"is {wide}x{high} pixels; at most {MOST_SIDE} a side can be {done}. Is it a sheet? Then cut it."
            raise InputError(told, path)
