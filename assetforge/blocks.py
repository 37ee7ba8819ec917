"""The nouns of assetforge.toml: the keys of its tables, and what of them is sound."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .errors import ConfigError
from .models.budget import steps_for
from .settings import Place, option
from .steps.base import MOST_SEED, Step

__all__ = ["Learnt", "Model", "Pipeline", "Project", "Sheet"]

DEFAULT_MINUTES = 3.0


@dataclass(frozen=True, kw_only=True)
class Project:
    """The keys of ``[project]``.

    Arguments:
        follow_links: Whether links in the project may lead out of it to what is read. What is written never does.
    """

    source: str = option("art")
    output: str = option("assets/forge")
    palette: str = option("")
    exports: tuple[str, ...] = option(("json",))
    swaps: tuple[str, ...] = option(())
    follow_links: bool = option(False)


@dataclass(frozen=True, kw_only=True)
class Model:
    """The keys of a ``[[model]]``, which is trained before the sheets that name it.

    Arguments:
        pairs: Instead of `from`, two folders or patterns: what it is to draw from, and what it is to draw.
    """

    name: str = option()
    from_: tuple[str, ...] = option(())
    pairs: tuple[str, ...] = option(())
    minutes: float | None = option(None, low=0.01, high=100_000)
    steps: int | None = option(None, low=1, high=100_000_000)
    seed: int = option(0, low=0, high=MOST_SEED)
    base: str = option("base")

    @property
    def art(self) -> dict[str, tuple[str, ...]]:
        """The patterns of what it learns from: "from", or "left" and "right"; a folder means all that it holds."""
        if not self.pairs:
            return {"from": self.from_}
        wide = (one if any(magic in one for magic in "*?[{.") else f"{one.rstrip('/')}/**/*.*" for one in self.pairs)
        return {side: (one,) for side, one in zip(("left", "right"), wide, strict=True)}

    @property
    def budget(self) -> int:
        """Training steps; minutes stand for a fixed number of them, so that a build repeats."""
        return self.steps if self.steps is not None else steps_for(self.minutes or DEFAULT_MINUTES)


@dataclass(frozen=True)
class Learnt:
    """A sound ``[[model]]``.

    Arguments:
        model: Its settings.
        place: Where a key of it stands.
        base: The checkpoint it starts from, below the root; "base" or "none".
    """

    model: Model
    place: Place
    base: str


@dataclass(frozen=True)
class Sheet:
    """A sound ``[[sheet]]``.

    Arguments:
        step: Its settings, and what runs.
        place: Where a key of it stands.
        palette: A bundled name, a path below the root, or auto:K.
        exports: Their names.
        swaps: The palettes that its strip has rows for: bundled names, or paths below the root.
        model: The name of a `Learnt`, a checkpoint below the root, "base", or "" if the kind needs none.
        pack: The patterns of the pack that an auto palette is fitted to when the sheet has no art of its own.
    """

    step: Step
    place: Place
    palette: str
    exports: tuple[str, ...]
    swaps: tuple[str, ...]
    model: str
    pack: tuple[str, ...]

    @property
    def name(self) -> str:
        """What its files are called."""
        return self.step.name


@dataclass(frozen=True)
class Pipeline:
    """What a project asks for.

    Arguments:
        root: The folder of assetforge.toml.
        project: Its general settings; None if they are at fault, then there is nothing else.
        models, sheets: The sound ones, in the order of the file.
        faults: Everything wrong with the file.
    """

    root: Path
    project: Project | None
    models: tuple[Learnt, ...]
    sheets: tuple[Sheet, ...]
    faults: tuple[ConfigError, ...]
