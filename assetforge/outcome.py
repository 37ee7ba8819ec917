"""What is asked of a build, what it tells on the way, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from .errors import AssetforgeError, ConfigError

__all__ = ["Options", "Reporter", "Result", "Silent"]

STALE = 3


@dataclass(frozen=True)
class Options:
    """How to build.

    Arguments:
        only: Names of the sheets to look at; all if empty.
        palette: Takes the place of every sheet's palette.
        force: Make even what is fresh, over files that are not ours, which are kept as ``.orig``.
        check: Only say what is stale or altered; the result's exit code is 3 if anything is.
        dry_run: Only say what would be done.
        frozen: Never train; the exit code is 3 if a model is wanted that is missing or stale.
        jobs: How many processes make sheets, and count the sprites of large ones.
        wait: While another build of the project is at work; else that is an error.
        scheduler: The address of a Dask cluster that counts sprites instead.
    """

    only: tuple[str, ...] = ()
    palette: str | None = None
    force: bool = False
    check: bool = False
    dry_run: bool = False
    frozen: bool = False
    jobs: int = 1
    wait: bool = True
    scheduler: str | None = None


@dataclass
class Result:
    """What a build did, by name of sheet or, with "[[model]] " before it, of model.

    Attributes:
        built: What was made: paths of the files below the root.
        fresh: What needed nothing.
        stale: What is to be made, but was not: reasons.
        failed: What could not be made: errors.
        faults: Everything wrong with the configuration.
        removed, kept: Outputs that nothing makes any more: gone, or left since they were altered.
        wanted: Models that `frozen` kept from being trained.
        check: Whether staleness is a failure.
    """

    built: dict[str, list[str]] = field(default_factory=dict)
    fresh: list[str] = field(default_factory=list)
    stale: dict[str, tuple[str, ...]] = field(default_factory=dict)
    failed: dict[str, tuple[AssetforgeError, ...]] = field(default_factory=dict)
    faults: tuple[AssetforgeError, ...] = ()
    removed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    wanted: list[str] = field(default_factory=list)
    check: bool = False

    @property
    def exit_code(self) -> int:
        """0 done; 1 something failed; 2 the configuration is at fault; 3 stale under check or frozen."""
        if self.faults:
            return ConfigError.exit_code
        if self.check:
            return STALE if self.stale or self.failed or self.removed else 0
        if self.failed:
            return AssetforgeError.exit_code
        return STALE if self.wanted else 0

    def as_json(self) -> dict[str, Any]:
        """The result as plain JSON values."""
        return {
            "exit": self.exit_code,
            "built": {name: sorted(paths) for name, paths in sorted(self.built.items())},
            "fresh": sorted(self.fresh),
            "stale": {name: list(reasons) for name, reasons in sorted(self.stale.items())},
            "failed": {name: [str(error) for error in errors] for name, errors in sorted(self.failed.items())},
            "faults": [str(error) for error in self.faults],
            "removed": sorted(self.removed),
            "kept": sorted(self.kept),
            "wanted": sorted(self.wanted),
        }


class Reporter(Protocol):
    """Is told what happens. Names of models have "[[model]] " before them."""

    def note(self, text: str) -> None:
        """Something worth a line."""

    def fault(self, error: AssetforgeError) -> None:
        """The configuration is at fault."""

    def stale(self, name: str, reasons: Sequence[str]) -> None:
        """To be made, for these reasons, but not now."""

    def start(self, name: str, reasons: Sequence[str]) -> None:
        """Is about to be made."""

    def progress(self, name: str, progress: Any) -> None:
        """A training went on; see `models.train.Progress`."""

    def built(self, name: str, paths: Sequence[str], seconds: float) -> None:
        """Was made."""

    def failed(self, name: str, errors: Sequence[AssetforgeError], again: bool, trace: str = "") -> None:
        """Could not be made; `again` if it was known to fail and not tried."""

    def removed(self, path: str) -> None:
        """Nothing makes this output any more."""


class Silent:
    """A Reporter that says nothing."""

    def note(self, text: str) -> None: ...
    def fault(self, error: AssetforgeError) -> None: ...
    def stale(self, name: str, reasons: Sequence[str]) -> None: ...
    def start(self, name: str, reasons: Sequence[str]) -> None: ...
    def progress(self, name: str, progress: Any) -> None: ...
    def built(self, name: str, paths: Sequence[str], seconds: float) -> None: ...
    def failed(self, name: str, errors: Sequence[AssetforgeError], again: bool, trace: str = "") -> None: ...
    def removed(self, path: str) -> None: ...
