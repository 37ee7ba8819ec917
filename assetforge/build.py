"""The build: plan, work, commit, prune; tells a Reporter and returns a Result.

Nothing heavy is imported unless there is work to do.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from . import commit, shelf
from .errors import AssetforgeError, ConfigError, InputError, OutputError
from .manifest import CACHE, LOCK
from .outcome import Options, Reporter, Result, Silent
from .parallel import Each, hands
from .pipeline import Learnt, Pipeline, Sheet, load
from .plan import Item, Plan, State, make, model_path, only_of, still
from .turn import turn

if TYPE_CHECKING:
    from .work import Done

__all__ = ["Options", "Reporter", "Result", "Silent", "build"]


def build(root: Path, options: Options | None = None, reporter: Reporter | None = None) -> Result:
    """Build the project at `root`.

    Arguments:
        root: The folder of assetforge.toml.
        options: How; by default everything that is stale.
        reporter: Told what happens on the way.

    Raises:
        ConfigError: If the configuration or the lock cannot be read at all, or `only` names no sheet.
        OutputError: If the project cannot be written at all.
    """
    options, reporter = options or Options(), reporter or Silent()
    root = root.absolute()
    looking = options.check or options.dry_run
    # Before anything is written: a folder that is no project stays as it was.
    load(root, options.palette)
    if not looking:
        try:
            commit.prepare(root)
        except OutputError as error:
            # Outputs can be made without a cache, at the price of work.
            reporter.note(f"{error}")
    with nullcontext() if looking else turn(root, reporter.note, options.wait):
        pipeline = load(root, options.palette)
        state = State.load(root)
        with hands(options.jobs) as each:
            return Build(root, options, reporter, pipeline, state, each).run()


class Build:
    """One build of one project."""

    def __init__(
        self, root: Path, options: Options, reporter: Reporter, pipeline: Pipeline, state: State, each: Each
    ) -> None:
        self.root, self.options, self.reporter, self.each = root, options, reporter, each
        self.pipeline, self.state = pipeline, state
        self.result = Result(faults=pipeline.faults, check=options.check)
        self.only = only_of(pipeline, options.only)
        self.done: set[str] = set()
        self.told: set[str] = set()

    def run(self) -> Result:
        for fault in self.pipeline.faults:
            self.reporter.fault(fault)
        if self.pipeline.project is None:
            return self.result
        if self.options.check or self.options.dry_run:
            self.look(self.plan())
            return self.result
        names = (sheet.name for sheet in self.pipeline.sheets)
        commit.sweep(self.root, self.pipeline.project.output, names, self.state)
        try:
            plan = self.plan()
            commit.adopt(self.root, plan, self.state)
            if plan.training:
                # Training takes minutes: what does not wait for it comes first.
                self.draw(plan, last=False, waiting=frozenset(plan.training))
                self.train(plan)
                plan = self.plan()
            # What changed while it was made is planned again; what never rests fails in the end.
            for last in (False, False, True):
                self.settle(plan)
                if not self.draw(plan, last):
                    break
                plan = self.plan()
            self.prune(plan)
        finally:
            try:
                self.state.cache.save(self.root)
            except OutputError as error:
                self.note(f"{CACHE}: {error.message}")
        return self.result

    def note(self, text: str) -> None:
        """Tell something once."""
        if text not in self.told:
            self.told.add(text)
            self.reporter.note(text)

    def plan(self) -> Plan:
        return make(self.pipeline, self.state, self.only, self.options.force)

    def look(self, plan: Plan) -> None:
        """Say how things stand, writing nothing."""
        waiting = {name: item for item in plan.models if (name := item.name) in plan.training or item.state == "stale"}
        for name, item in waiting.items():
            self.result.stale[f"[[model]] {name}"] = item.reasons or ("is wanted and not here",)
        self.settle(plan)
        for item in plan.sheets:
            if item.state in ("stale", "altered"):
                self.result.stale[item.name] = item.reasons
        for name, reasons in self.result.stale.items():
            self.reporter.stale(name, reasons)
        for path in plan.orphans:
            if (self.root / path).is_file():
                self.result.removed.append(path)
                self.reporter.note(f"{path}: nothing makes it any more.")

    def settle(self, plan: Plan) -> None:
        """Count what needs no work: what is fresh, and what cannot be made as things are."""
        for item in (*plan.models, *plan.sheets):
            name = _name(item)
            if name in self.done or name in self.result.fresh or name in self.result.stale:
                continue
            if item.state == "fresh":
                self.result.fresh.append(name)
            elif item.state == "fault":
                wrong = tuple(error for error in item.errors if isinstance(error, ConfigError))
                for error in wrong:
                    self.reporter.fault(error)
                self.result.faults += wrong
                self.done.add(name)
                if others := tuple(error for error in item.errors if error not in wrong):
                    self.fail(item, others, again=True)
            elif item.state == "failed" or (self.refused(item) and not self.looking):
                self.fail(item, item.errors, again=item.state == "failed")

    def refused(self, item: Item) -> bool:
        """Whether an altered output was found to be nothing that we make; until then it may be of a killed build."""
        return item.state == "altered" and self.state.cache.failed(f"altered {item.name}", item.key)

    @property
    def looking(self) -> bool:
        return self.options.check or self.options.dry_run

    def fail(self, item: Item, errors: Sequence[AssetforgeError], again: bool = False, trace: str = "") -> None:
        self.done.add(_name(item))
        if _name(item) not in self.result.failed:
            self.result.failed[_name(item)] = tuple(errors)
            self.reporter.failed(_name(item), errors, again, trace)

    def train(self, plan: Plan) -> None:
        """Train what must be, one after the other: each uses all the machine has."""
        for item in plan.models:
            if item.name not in plan.training:
                continue
            name, learnt = _name(item), item.subject
            reasons = item.reasons or ("is wanted and not here",)
            if self.options.frozen:
                self.result.wanted.append(item.name)
                self.result.stale[name] = reasons
                self.reporter.stale(name, reasons)
                continue
            assert isinstance(learnt, Learnt) and item.inputs is not None
            from .work import TrainJob, train_model

            started = time.monotonic()
            self.reporter.start(name, reasons)
            path = model_path(item.name)
            job = TrainJob.of(item, self.root)
            done = train_model(job, partial(self.reporter.progress, name))
            self.remember(name, item.key, done)
            if done.errors:
                self.fail(item, done.errors, trace=done.trace)
                continue
            try:
                commit.keep(self.root, item, done.files[item.name], self.state)
            except OutputError as error:
                self.fail(item, (error.within(learnt.place("")),))
                continue
            with suppress(OSError):
                (self.root / job.state).unlink(missing_ok=True)
            self.done.add(name)
            self.result.built[name] = [path]
            self.reporter.built(name, [path], time.monotonic() - started)

    def draw(self, plan: Plan, last: bool, waiting: frozenset[str] = frozenset()) -> list[str]:
        """Make every stale sheet whose model is not `waiting`; the names of those whose inputs changed meanwhile."""
        items: list[Item] = []
        moved: list[str] = []
        for item in plan.sheets:
            if item.state not in ("stale", "altered") or item.name in self.done or self.refused(item):
                continue
            assert isinstance(item.subject, Sheet)
            if item.subject.model in waiting:
                continue
            model = f"[[model]] {item.subject.model}"
            if item.subject.model in self.result.wanted:
                self.result.stale[item.name] = (f"{model} is wanted and not here",)
                self.reporter.stale(item.name, self.result.stale[item.name])
            elif model in self.result.failed:
                waits = f'waits for [[model]] "{item.subject.model}", which failed.'
                self.fail(item, (InputError(waits, item.subject.place("")),))
            else:
                items.append(item)
        if not items:
            return []
        from .ahead import count_ahead
        from .work import SheetJob, draw_sheet

        count_ahead(items, self.root, self.options, self.each, self.note)
        serial = self.options.jobs <= 1
        for item in items[:1] if serial else items:
            self.reporter.start(item.name, item.reasons)
        started = time.monotonic()
        for place, done in self.each(draw_sheet, (SheetJob.of(item, self.root) for item in items)):
            item = items[place]
            if still(self.root, item, self.state):
                self.land(item, done, time.monotonic() - started)
            elif last:
                assert isinstance(item.subject, Sheet)
                self.fail(item, (InputError("its inputs change while it is made.", item.subject.place("")),))
            else:
                moved.append(item.name)
            if serial:
                for item in items[place + 1 : place + 2]:
                    self.reporter.start(item.name, item.reasons)
                started = time.monotonic()
        return moved

    def remember(self, name: str, key: str, done: Done) -> None:
        errors = [[error.message, *error.trail] for error in done.errors] if done.lasting else []
        self.state.cache.fail(name, key, errors)
        shelf.keep(self.root, name, done.shelf)

    def land(self, item: Item, done: Done | AssetforgeError, seconds: float) -> None:
        """Put a finished sheet into the project, and into the lock."""
        sheet, project, lock = item.subject, self.pipeline.project, self.state.lock
        assert isinstance(sheet, Sheet) and project is not None
        if isinstance(done, AssetforgeError):
            self.fail(item, (done.within(sheet.place("")),))
            return
        self.remember(item.name, item.key, done)
        if done.errors:
            self.fail(item, done.errors, trace=done.trace)
            return
        names = {each.name for each in self.pipeline.sheets}
        made = {path.casefold() for path in done.files}
        if clash := [each for each in names - {item.name} if f"{each}.json".casefold() in made]:
            fault = f'its page "{clash[0]}" and [[sheet]] "{clash[0]}" have one name; rename one, or raise max_size.'
            self.fail(item, (OutputError(fault, sheet.place("")),))
            return
        try:
            shas, notes = commit.land(
                self.root,
                project.output,
                item.name,
                done.files,
                self.state,
                force=self.options.force,
                taken=lambda name: name in names,
                exports=sheet.exports,
            )
            gone = {path: sha for path, sha in lock.of_sheet(item.name).items() if path not in shas}
            if errors := self.forget(gone):
                raise ExceptionGroup("pruning", errors)
            assert item.evidence is not None
            lock.record(item.name, item.key, item.evidence, item.model, shas)
            lock.save(self.root)
        except ExceptionGroup as group:
            faults = [error for error in group.exceptions if isinstance(error, AssetforgeError)]
            if item.state == "altered":
                self.state.cache.fail(f"altered {item.name}", item.key, [[error.message] for error in faults])
            self.fail(item, tuple(error.within(sheet.place("")) for error in faults))
            return
        except OutputError as error:
            self.fail(item, (error.within(sheet.place("")),))
            return
        self.state.cache.fail(f"altered {item.name}", item.key, [])
        for note in notes:
            self.note(note)
        self.done.add(item.name)
        self.result.built[item.name] = sorted(shas)
        self.reporter.built(item.name, sorted(shas), seconds)

    def forget(self, outputs: dict[str, str]) -> list[OutputError]:
        """Remove outputs that nothing makes any more, from the disk and the lock; what could not be."""
        assert self.pipeline.project is not None
        removed, kept, errors = commit.prune(self.root, outputs, self.state, self.pipeline.project)
        stay = {path for error in errors for path in error.trail}
        for path in outputs.keys() - stay:
            self.state.lock.outputs.pop(path, None)
        for path in removed:
            self.reporter.removed(path)
        for path in kept:
            self.reporter.note(f"kept {path}: nothing makes it any more, but it was altered since it was built.")
        self.result.removed += removed
        self.result.kept += kept
        return errors

    def prune(self, plan: Plan) -> None:
        """Remove what belongs to sheets and models that are gone, and close the journal."""
        lock, journal = self.state.lock, self.state.journal
        if not self.only and not self.pipeline.faults:
            owners = {path: lock.outputs[path]["sheet"] for path in plan.orphans}
            for error in self.forget(dict(plan.orphans)):
                self.lose(owners[error.trail[-1]], error)
            names = {sheet.name for sheet in self.pipeline.sheets}
            shelf.tidy(self.root, names)
            if lock.retain(names, {learnt.model.name for learnt in self.pipeline.models}) or plan.orphans:
                try:
                    lock.save(self.root)
                except OutputError as error:
                    self.lose(LOCK, error)
        open_ = [
            path
            for path, shas in journal.noted.items()
            if lock.outputs.get(path, {}).get("sha256") not in shas
            and (path in lock.outputs or (self.root / path).exists())
        ]
        if not open_ and not journal.broken:
            journal.close()

    def lose(self, name: str, error: OutputError) -> None:
        """Something that belongs to no sheet of ours could not be done."""
        self.result.failed[name] = (*self.result.failed.get(name, ()), error)
        self.reporter.failed(name, (error,), False)


def _name(item: Item) -> str:
    return f"[[model]] {item.name}" if isinstance(item.subject, Learnt) else item.name
