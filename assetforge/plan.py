"""Which sheets and models are stale, and why. Touches no pixel, loads nothing heavy, writes nothing.

A key is the digest of everything that an output depends on: version, settings, palette, model and
the content of every input. What a key was made of, its evidence, is kept in the lock, so that the
one thing that changed can be named.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from . import __version__
from .errors import AssetforgeError, ConfigError, InputError, OutputError, did_you_mean
from .exports import handed_over
from .files import digest, read_bytes
from .finder import Finder
from .formats import palettes
from .globs import scan
from .manifest import CACHE, Cache, Digests, Journal, Lock, canonical, parsed
from .palette import auto_size
from .pipeline import Learnt, Pipeline, Sheet
from .reasons import difference
from .settings import Place, plain
from .steps.base import Inputs

__all__ = ["BASE", "Item", "Plan", "State", "make", "model_path", "only_of", "still", "training_path"]

BASE = Path(__file__).parent / "models" / "bundled" / "base.safetensors"
FORMAT = 2
LEARNING = 2
"""Raised when the same settings of a ``[[model]]`` come to mean other bytes."""


@dataclass
class State:
    """What a project knows of its past: the lock, the cache and the journal."""

    lock: Lock
    cache: Cache
    journal: Journal

    @classmethod
    def load(cls, root: Path) -> State:
        """The state of the project at `root`; ConfigError if its lock is damaged."""
        return cls(Lock.load(root), Cache.load(root), Journal(root))


@dataclass(frozen=True)
class Item:
    """One sheet or model as it stands.

    Arguments:
        subject: What it is.
        state: "fresh"; "stale", to be made; "failed" before, under the same key; "altered" by hand
            since it was built; or "fault", if its inputs cannot even be told.
        reasons: Why it is not fresh, the telling one first.
        errors: What a reader must mend, for the last three states.
        key, evidence: What it depends on; empty under a fault.
        inputs: The files it reads.
        checkpoint: The file it draws with, or that it is, below the root or absolute; empty if there
            is none, or none that fits.
        model: The sha256 of that file; empty if it needs none or it is not there yet.
        former: The JSON of the pages that stand in the output as they were built, if sprites are to stay there.
    """

    name: str
    subject: Sheet | Learnt
    state: str
    reasons: tuple[str, ...] = ()
    errors: tuple[AssetforgeError, ...] = ()
    key: str = ""
    evidence: Mapping[str, Any] | None = None
    inputs: Inputs | None = None
    checkpoint: str = ""
    model: str = ""
    former: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """All that a build has to do.

    Arguments:
        models, sheets: In the order of the configuration.
        training: Names of the models that must be trained before the sheets are made.
        orphans: Outputs whose sheet is gone, with the sha256 they were written with.
    """

    models: tuple[Item, ...]
    sheets: tuple[Item, ...]
    training: tuple[str, ...]
    orphans: Mapping[str, str]


def only_of(pipeline: Pipeline, names: Sequence[str]) -> frozenset[str]:
    """The sheets chosen by name.

    Raises:
        ConfigError: If there is no such sheet.
    """
    known = [sheet.name for sheet in pipeline.sheets]
    for name in names:
        if name not in known and not pipeline.faults:
            raise ConfigError(f'--only: there is no sheet "{name}"; {did_you_mean(name, known)}')
    return frozenset(names)


def model_path(name: str) -> str:
    """Where a trained model lies, below the root."""
    return f"{CACHE}/models/{name}.safetensors"


def training_path(name: str) -> str:
    """Where a training that was killed left its state, below the root."""
    return f"{CACHE}/models/{name}.state"


def make(pipeline: Pipeline, state: State, only: frozenset[str] = frozenset(), force: bool = False) -> Plan:
    """Look at every input and output, and say what is to be done.

    Arguments:
        pipeline: What is asked for.
        state: What was built before; gains the digests of files that had to be read.
        only: Sheets to look at; all if empty.
        force: Make even what is fresh, and what failed before.
    """
    return Planner(pipeline, state, force).run(only)


def still(root: Path, item: Item, state: State) -> bool:
    """Whether what was read is what was planned: no input of `item` changed on the way."""
    digests = Digests(root, state.cache)
    evidence = item.evidence
    assert evidence is not None
    try:
        same = all(digests(path) == sha for path, sha in evidence["inputs"].items())
        same = same and (not item.checkpoint or digests(item.checkpoint) == item.model)
        shas = {evidence["palette"]["name"]: evidence["palette"]["sha256"]} | evidence["swaps"]
        same = same and all(not sha or palette_sha(spec, root) == sha for spec, sha in shas.items())
    except AssetforgeError:
        return False
    return same


def pages(subject: Sheet | Learnt, paths: Sequence[str]) -> tuple[str, ...]:
    """The JSON of a sheet's pages among its outputs, in their order, if its sprites are to stay where they are."""
    if not isinstance(subject, Sheet) or not getattr(subject.step, "stable", False):
        return ()
    page = re.compile(re.escape(subject.name) + r"(?:-(\d{1,6}))?\.json")
    found = {int(match[1] or 1): path for path in paths if (match := page.fullmatch(path.rpartition("/")[2]))}
    return tuple(found[number] for number in sorted(found))


def palette_sha(spec: str, root: Path) -> str:
    """The sha256 of a palette's file; nothing for one that is fitted."""
    if auto_size(spec) is not None:
        return ""
    try:
        return digest(read_bytes(palettes.find(spec, root, links=True)))
    except InputError as error:
        raise InputError(error.message, spec) from error


class Planner:
    """One look at a project."""

    def __init__(self, pipeline: Pipeline, state: State, force: bool) -> None:
        assert pipeline.project is not None
        self.pipeline, self.state, self.force = pipeline, state, force
        self.root, self.project = pipeline.root, pipeline.project
        self.digests = Digests(self.root, state.cache)
        skip = [Path(os.path.realpath(self.root / folder)) for folder in (self.project.output, CACHE)]
        self.listing = scan(self.root / self.project.source, self.root, skip, self.project.follow_links)

    def run(self, only: frozenset[str]) -> Plan:
        models = {learnt.model.name: self.model(learnt) for learnt in self.pipeline.models}
        sheets = [self.sheet(sheet, models) for sheet in self.pipeline.sheets if not only or sheet.name in only]
        stale = {item.subject.model for item in sheets if isinstance(item.subject, Sheet) and item.state == "stale"}
        used = {sheet.model for sheet in self.pipeline.sheets}
        training = tuple(
            name
            for name, item in models.items()
            if item.state in ("fresh", "stale") and not item.checkpoint
            if name in stale or (item.state == "stale" and name not in used and not only)
        )
        orphans: dict[str, str] = {}
        if not only and not self.pipeline.faults:
            names = {sheet.name for sheet in self.pipeline.sheets}
            gone = {path: entry for path, entry in self.state.lock.outputs.items() if entry["sheet"] not in names}
            orphans = {path: entry["sha256"] for path, entry in gone.items()}
            self.digests.forget()
        return Plan(tuple(models.values()), tuple(sheets), training, orphans)

    def model(self, learnt: Learnt) -> Item:
        """A ``[[model]]`` as it stands: fresh if it is here, or was trained under this key and is not needed."""
        model, finder = learnt.model, self.finder(learnt.place)
        if model.pairs:
            inputs = {side: finder.find("pairs", patterns) for side, patterns in model.art.items()}
        else:
            inputs = {"from": finder.find("from", model.from_, foldered=True)}
        digests, unreadable = self.read(inputs)
        if faults := (*finder.faults, *(error.within(learnt.place("")) for error in unreadable)):
            return Item(model.name, learnt, "fault", errors=faults)
        evidence = {
            "version": __version__,
            "format": [FORMAT, LEARNING],
            "settings": {
                **({"pairs": model.pairs} if model.pairs else {"from": model.from_}),
                "steps": model.budget,
                "seed": model.seed,
                "base": learnt.base,
            },
            "base": self.checkpoint(learnt.base)[1] if learnt.base != "none" else "",
            "inputs": digests,
        }
        key = digest(canonical(evidence))
        known = self.state.lock.models.get(model.name, {})
        item = Item(model.name, learnt, "fresh", (), (), key, evidence, inputs, model=self.trained(model.name, key))
        if item.model:
            return replace(item, checkpoint=model_path(model.name))
        if known.get("key") == key:
            return replace(item, model=known["sha256"])
        reasons = difference(known.get("evidence"), evidence, "was never trained")
        return self.remembered(f"model {model.name}", replace(item, state="stale", reasons=reasons))

    def trained(self, name: str, key: str) -> str:
        """The sha256 of a trained model if it is here, whole, and of this key; else nothing."""
        try:
            told = parsed(read_bytes(self.root / CACHE / "models" / f"{name}.json"))
            sha = self.digests(model_path(name))
            return sha if told == {"key": key, "sha256": sha} else ""
        except (InputError, ValueError):
            return ""

    def checkpoint(self, name: str) -> tuple[str, str]:
        """Path and sha256 of a checkpoint that is not trained here: "base" or a path below the root."""
        path = str(BASE) if name == "base" else name
        try:
            return path, self.digests(path)
        except InputError:
            if name == "base":
                return path, ""
            raise

    def sheet(self, sheet: Sheet, models: Mapping[str, Item]) -> Item:
        """A ``[[sheet]]`` as it stands."""
        finder = self.finder(sheet.place)
        inputs = sheet.step.inputs(finder)
        if sheet.pack:
            inputs["pack"] = finder.find("from", sheet.pack)
        digests, errors = self.read(inputs)
        checkpoint, sha, key = "", "", ""
        try:
            palette = {"name": sheet.palette, "sha256": palette_sha(sheet.palette, self.root)}
            swaps = {spec: palette_sha(spec, self.root) for spec in sheet.swaps}
            if sheet.model in models:
                model = models[sheet.model]
                checkpoint, sha, key = model_path(model.name), model.model, model.key
                if model.errors:
                    errors.append(InputError(f'waits for [[model]] "{model.name}" to be mended.'))
            elif sheet.model:
                checkpoint, sha = self.checkpoint(sheet.model)
                key = sha
        except AssetforgeError as error:
            errors.append(error)
        if faults := (*finder.faults, *(error.within(sheet.place("")) for error in errors)):
            return Item(sheet.name, sheet, "fault", errors=faults)
        settings = plain(sheet.step) | {"exports": sheet.exports, "swaps": sheet.swaps}
        del settings["palette"]
        evidence = {
            "version": __version__,
            "format": [FORMAT, sheet.step.format],
            "output": self.project.output,
            "settings": settings,
            "palette": palette,
            "swaps": swaps,
            "model": {"name": sheet.model, "key": key} if sheet.model else None,
            "inputs": digests,
        }
        item = Item(sheet.name, sheet, "fresh", (), (), digest(canonical(evidence)), evidence, inputs, checkpoint, sha)
        return self.judge(item)

    def judge(self, item: Item) -> Item:
        """Compare a sheet with what the lock and the output folder hold."""
        known = self.state.lock.sheets.get(item.name, {})
        reasons = [*difference(known.get("evidence"), item.evidence or {}, "was never built")]
        if not reasons and known.get("key") != item.key:
            reasons.append("its key in the lock is another")
        if not reasons and known.get("model", "") != item.model:
            drawn_with = item.subject.model if isinstance(item.subject, Sheet) else ""
            reasons.append(f'model "{drawn_with}" was trained again')
        outputs = self.state.lock.of_sheet(item.name)
        exports = self.state.lock.exports(item.name)
        if known and not outputs:
            reasons.append("the lock names no outputs of it")
        errors = []
        ours = []
        for path, sha in outputs.items():
            try:
                found = self.digests(path)
            except InputError:
                # What is neither readable nor absent, a folder say, is told when the file is to land.
                reasons.append(f"{path} is gone")
                continue
            if found == sha or self.state.journal.holds(path, found):
                ours.append(path)
            if found == sha or handed_over(path, exports):
                continue
            if self.state.journal.holds(path, found):
                reasons.append(f"{path} is of a build that was cut short")
                continue
            reasons.append(f"{path} was altered")
            fault = "was altered since it was built; move it away, or build with --force, which keeps it as .orig."
            errors.append(OutputError(fault, item.subject.place(""), path))
        if not reasons and not self.force:
            return item
        item = replace(item, state="stale", reasons=tuple(reasons or ["--force"]), former=pages(item.subject, ours))
        if errors and not self.force:
            return replace(item, state="altered", errors=tuple(errors))
        return self.remembered(item.name, item)

    def remembered(self, name: str, item: Item) -> Item:
        """The item as failed, if it failed under the very same key."""
        failure = self.state.cache.failures.get(name)
        if self.force or not failure or failure.get("key") != item.key:
            return item
        errors = tuple(InputError(*error) for error in failure["errors"])
        return replace(item, state="failed", errors=errors)

    def finder(self, place: Place) -> Finder:
        return Finder(self.listing, self.project.source, place)

    def read(self, inputs: Inputs) -> tuple[dict[str, str], list[AssetforgeError]]:
        """The digests of all inputs by path, and an error for each that cannot be read."""
        found, errors = {}, []
        start = 0 if (source := PurePosixPath(self.project.source)) == PurePosixPath() else len(str(source)) + 1
        for path in sorted({source.path for sources in inputs.values() for source in sources}):
            try:
                found[path] = self.digests(path, self.listing.files.get(path[start:]))
            except AssetforgeError as error:
                errors.append(error)
        return found, errors
